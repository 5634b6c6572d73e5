import { describe, expect, it } from "vitest";
import { countryAvailability } from "./availability.ts";
import { catalogue } from "./catalogue.ts";
import { features } from "./features.ts";
import { findProduct, isOfferedIn, listPrice, whyNotSold } from "./product.ts";
import type { Product } from "./product.ts";
import { products } from "./products.ts";
import { beginSubscriptions, bought } from "../testing/subscription-world.ts";

const product = (id: string): Product => {
  const found = findProduct(id);
  if (found === undefined) throw new Error(`no product ${id}`);
  return found;
};
const inCountry = (country: string) => countryAvailability().find((one) => one.country === country);

describe("what is sold where (CP-3 to CP-5)", () => {
  it("CP-3: 35 countries have calling plans; Australia's and Japan's are sold by their operators", () => {
    const planned = countryAvailability().filter(({ callingPlans }) => callingPlans);
    expect(planned).toHaveLength(35);
    expect(planned.filter(({ soldBy }) => soldBy !== null).map(({ country, soldBy }) => [country, soldBy])).toEqual([
      ["AU", "Telstra"],
      ["JP", "SoftBank"],
    ]);
    expect(inCountry("AU")?.sold).toEqual([]);
    const world = beginSubscriptions();
    expect(world.give("subscription.buy", { ...bought, country: "JP" })).toMatchObject({
      code: "productNotAvailable",
      detail: "product, country: calling plans for JP are sold by a local operator (CP-3)",
    });
  });

  it("CP-3: Mexico has plans of its own, the generic ones are not usable there; without 120 and 240 minutes", () => {
    expect(inCountry("MX")?.usable).toEqual([
      "calling-plan-mexico-domestic",
      "calling-plan-mexico-international",
      "calling-plan-mexico-payg",
    ]);
    expect(inCountry("MX")?.domesticMinutes).toBe(1200);
  });

  it.each([
    ["US", 3000],
    ["PR", 3000],
    ["CA", 3000],
    ["DE", 1200],
  ])("CP-4: the Domestic plan includes in %s %d minutes", (country, minutes) => {
    expect(inCountry(country)?.domesticMinutes).toBe(minutes);
  });

  it("CP-4: 120 and 240 minutes are sold in the United States, as long as the catalogue does not list it", () => {
    for (const id of ["calling-plan-domestic-120", "calling-plan-domestic-240"]) {
      expect(inCountry("US")?.sold).toContain(id);
      const listed = { ...product(id), notSoldIn: ["US"] };
      expect(whyNotSold(listed, { country: "US", agreement: "MCA" }, "US")).toMatch(/not sold in US/);
      expect(isOfferedIn(listed, "US")).toBe(true);
    }
  });

  it("CP-5: zones 1 and 2 have 4 and 28 countries; in US and PR zone 1 is not sold, but held when bought elsewhere", () => {
    const zone = (which: 1 | 2): number => countryAvailability().filter((one) => one.payAsYouGoZone === which).length;
    expect([zone(1), zone(2)]).toEqual([4, 28]);
    const plan = { ...bought, product: "calling-plan-payg-zone-1", licences: 1 };
    for (const country of ["US", "PR"]) {
      expect(inCountry(country)?.usable).toContain("calling-plan-payg-zone-1");
      expect(inCountry(country)?.sold).not.toContain("calling-plan-payg-zone-1");
      expect(beginSubscriptions({ country }).give("subscription.buy", plan).code).toBe("productNotAvailable");
    }
    const british = beginSubscriptions({ country: "GB" });
    british.org.give("teams-phone-standard", british.org.users(1, "US"));
    expect(british.give("subscription.buy", { ...plan, country: "US" }).outcome).toBe("accepted");
    expect(british.give("licence.assign", { subscription: "s", users: ["u1"] }).outcome).toBe("accepted");
  });

  it("CC-11: credits are not sold in eleven countries; AC-6: 44 countries are dial-out within Zone A", () => {
    const all = countryAvailability();
    expect(all.filter((one) => !one.communicationsCredits).map(({ country }) => country)).toEqual(
      "BH CN IN KR KZ MK NI PK RU TW UA".split(" "),
    );
    expect(all.filter(({ dialOutIncluded }) => dialOutIncluded)).toHaveLength(44);
    expect(all.filter((one) => one.complimentaryDialOut).map(({ country }) => country)).toEqual(["KR", "RU", "TW"]);
  });

  it("AC-8: pay-per-minute conferencing is sold to volume licensing customers only", () => {
    const order = { ...bought, product: "audio-conferencing-pay-per-minute" };
    const codes = (["MOSA", "MCA", "MPSA", "EA"] as const).map(
      (agreement) => beginSubscriptions({ agreement }).give("subscription.buy", order).code,
    );
    expect(codes).toEqual(["productNotAvailable", "productNotAvailable", undefined, undefined]);
  });
});

describe("the catalogue (PG-2, RT-10, D31)", () => {
  it("PG-2, D31: every calling plan and conferencing product is tagged PAY-AS-YOU-GO, their headings PAY-AS-YOU-GO AVAILABLE", () => {
    const { families } = catalogue();
    expect(families.filter(({ tags }) => tags.includes("PAY-AS-YOU-GO AVAILABLE")).map(({ name }) => name)).toEqual([
      "Teams Phone",
      "Microsoft Teams Calling Plan",
      "Microsoft Teams Calling Plan pay-as-you-go",
      "Audio Conferencing",
    ]);
    const untagged = families.flatMap(({ plans }) => plans).filter(({ tags }) => tags.length === 0);
    expect(untagged.map(({ product: id }) => id)).toEqual([
      "teams-phone-standard",
      "common-area-phone",
      "resource-account",
      "communications-credits",
    ]);
    expect(families.flatMap(({ plans }) => plans)).toHaveLength(products.length);
  });

  it("RT-10: only prices that have a source; in another currency there is none", () => {
    const priced = products.filter(({ prices }) => Object.keys(prices).length > 0).map(({ id, prices }) => [id, prices]);
    expect(priced).toEqual([
      ["teams-phone-standard", { USD: 8_000_000 }],
      ["calling-plan-domestic", { USD: 12_000_000 }],
      ["calling-plan-international", { USD: 24_000_000 }],
    ]);
    expect(listPrice(product("calling-plan-domestic"), "EUR")).toBeNull();
    expect(listPrice(product("resource-account"), "EUR")).toBe(0);
  });

  it("every feature's licences are products of the catalogue, and what a plan needs before is too (CP-2)", () => {
    const ids = new Set(products.map(({ id }) => id));
    const named = [
      ...features.flatMap(({ needs }) => needs.flat()),
      ...catalogue().families.flatMap(({ plans }) => plans.flatMap(({ needsOneOf }) => needsOneOf)),
    ];
    expect(named.filter((id) => !ids.has(id))).toEqual([]);
    for (const { feature, needs } of features) expect([feature, needs.some((one) => one.length === 0)]).toEqual([feature, false]);
  });

  it("what an account may buy and try, and why not", () => {
    const world = beginSubscriptions({ country: "US" });
    world.buy({ trial: true });
    const { families } = world.see({ view: "catalogue" }) as {
      families: { plans: { product: string; canBuy: boolean; canTry: boolean; whyNot: { code: string } | null }[] }[];
    };
    const plan = (id: string) => families.flatMap(({ plans }) => plans).find((one) => one.product === id);
    expect(plan("calling-plan-domestic")).toMatchObject({
      canBuy: true,
      canTry: false,
      whyNoTrial: { code: "trialNotOffered" },
      licences: 10,
      minutes: [{ country: "US", domestic: 3000, international: 0 }],
      selfServicePolicy: "Enabled",
    });
    expect(plan("calling-plan-international")).toMatchObject({ canBuy: true, canTry: true });
    expect(plan("calling-plan-payg-zone-1")).toMatchObject({ canBuy: false, whyNot: { code: "productNotAvailable" } });
  });
});
