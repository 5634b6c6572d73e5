import { describe, expect, it } from "vitest";
import type { OrderReview } from "@tollbook/contracts/product-views.ts";
import type { ViewRequest } from "@tollbook/contracts/views.ts";
import { beginSubscriptions, bought } from "../testing/subscription-world.ts";
import type { SubscriptionWorld } from "../testing/subscription-world.ts";

const { subscription: _name, ...order } = bought;
const review = (world: SubscriptionWorld, data: object = {}): OrderReview =>
  world.see({ view: "orderReview", ...order, ...data } as ViewRequest) as OrderReview;

describe("the review of an order (PG-2, PG-3)", () => {
  it("PG-2: what is charged now and next is what the order then charges; the option is offered afterwards and is Off", () => {
    const world = beginSubscriptions();
    expect(review(world)).toMatchObject({
      hindrance: null,
      productName: "Domestic Calling Plan",
      unitPrice: "12.00",
      priceSource: "list",
      chargedNow: { amount: "120.00", from: "2026-01-01T00:00:00.000000Z", to: "2026-02-01T00:00:00.000000Z" },
      nextCharge: { amount: "120.00", at: "2026-02-01T00:00:00.000000Z" },
      termEndsAt: "2027-01-01T00:00:00.000000Z",
      billingProfile: "main",
      next: ["enablePayAsYouGo"],
    });
    expect(world.buy()).toMatchObject({ result: { payAsYouGo: "OFF", next: ["enablePayAsYouGo"] } });
    world.until("2026-02-01T00:00:00Z");
    expect(world.charges()).toEqual([
      ["licence", 10, 120_000_000],
      ["licence", 10, 120_000_000],
    ]);
  });

  it.each([
    [{ term: "P3Y", billingFrequency: "annual" }, "1440.00", "2027-01-01", "2029-01-01"],
    [{ term: "P1Y", billingFrequency: "annual" }, "1440.00", "2027-01-01", "2027-01-01"],
    [{ term: "P1M" }, "120.00", "2026-02-01", "2026-02-01"],
    [{ unitPrice: "0.333333" }, "3.33333", "2026-02-01", "2027-01-01"],
  ])("PG-3: %j: %s now, next on %s, to %s", (data, amount, next, end) => {
    expect(review(beginSubscriptions(), data)).toMatchObject({
      chargedNow: { amount },
      nextCharge: { amount, at: `${next}T00:00:00.000000Z` },
      termEndsAt: `${end}T00:00:00.000000Z`,
    });
  });

  it("without recurring billing nothing follows the last period; a trial charges nothing now, its price when it ends", () => {
    const world = beginSubscriptions();
    expect(review(world, { term: "P1M", recurring: false }).nextCharge).toBeNull();
    expect(review(world, { trial: true })).toMatchObject({
      chargedNow: { amount: "0.00" },
      nextCharge: { amount: "120.00", at: "2026-02-01T00:00:00.000000Z" },
      next: [],
    });
  });

  it("RT-4: tax on top, or inside the price in the United States and Puerto Rico", () => {
    const german = beginSubscriptions();
    german.org.command("billingProfile.set", { profile: "main", tax: { label: "VAT", percent: "19" } });
    expect(review(german).tax).toMatchObject({ label: "VAT", percent: "19", inclusive: false, amount: "22.80" });
    const american = beginSubscriptions({ country: "US" });
    expect(review(american).tax).toMatchObject({ inclusive: true, note: "Prices include tax." });
    american.org.command("billingProfile.set", { profile: "main", tax: { label: "Tax", percent: "8.25", inclusive: true } });
    // 120.00 × 8.25 / 108.25.
    expect(review(american).tax).toMatchObject({ percent: "8.25", amount: "9.15" });
  });

  it.each([
    ["a product that is none", { product: "fax" }, "unknownProduct"],
    ["one that is not sold there", { product: "calling-plan-payg-zone-1", country: "DE" }, "productNotAvailable"],
    ["a month paid annually", { term: "P1M", billingFrequency: "annual" }, "invalidCommand"],
    ["a profile that is none", { profile: "other" }, "unknownBillingProfile"],
    ["a price below zero", { unitPrice: "-1" }, "amountOutOfRange"],
    ["a trial of what has none", { product: "communications-credits", trial: true }, "trialNotOffered"],
    ["too many resource accounts", { product: "resource-account", licences: 26 }, "quotaExceeded"],
  ])("says what hinders it, with the code of the refusal: %s", (_what, data, code) => {
    const world = beginSubscriptions();
    expect(review(world, data).hindrance?.code).toBe(code);
    expect(world.give("subscription.buy", { ...bought, ...data } as never).code).toBe(code);
  });

  it("MOSA: no option to switch on; a price that nobody agreed is shown as none", () => {
    const world = beginSubscriptions({ agreement: "MOSA", currency: "EUR" });
    expect(review(world)).toMatchObject({ priceSource: "none", unitPrice: "0.00", next: [], currency: "EUR" });
    expect(world.buy()).toMatchObject({ result: { payAsYouGo: "UNAVAILABLE", next: [] } });
  });
});
