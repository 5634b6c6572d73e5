import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseMicros } from "@tollbook/contracts/units.ts";
import { chargeLeg } from "./charge.ts";
import type { RateDeck } from "./deck.ts";
import { deckFromFiles } from "./deck-files.ts";
import { findHoles } from "./deck-holes.ts";
import { findRate } from "./find-rate.ts";
import { query, time } from "./rows-for-tests.ts";
import { planCountries } from "./territories.ts";
import type { RateQuery } from "./types.ts";

function shipped(name: string): RateDeck {
  const read = (extension: string) => readFileSync(new URL(`../decks/${name}.${extension}`, import.meta.url), "utf8");
  const result = deckFromFiles(name, read("csv"), read("json"));
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return result.deck;
}

const acs = shipped("acs-outbound-usd");
const inbound = shipped("inbound-usd");
const decks = [acs, inbound];

function charge(
  number: string,
  usedSeconds: number,
  sketch: Partial<Record<keyof RateQuery, unknown>> = {},
  includedSeconds = 0,
): number | null {
  const match = findRate(decks, query(number, { currency: "USD", ...sketch }));
  return match === null
    ? null
    : chargeLeg(match, { startAt: time("2026-03-02T12:00:00Z"), usedSeconds, includedSeconds }).amountMicros;
}

const usd = (text: string) => parseMicros(text);

describe("the outbound sample deck (RT-8)", () => {
  it("has the rows, countries, types and prices that the rule counts", () => {
    const { rows } = acs;
    const ofType = (type: string) => rows.filter((row) => row.type === type).length;
    expect(rows).toHaveLength(6592);
    expect(new Set(rows.map((row) => row.country)).size).toBe(174);
    expect(["landline", "mobile", "mixed", "non-geographic"].map(ofType)).toEqual([523, 5531, 431, 107]);
    expect(new Set(rows.map((row) => row.prefix)).size).toBe(6592);
    expect([Math.min(...rows.map((row) => row.prefix.length)), Math.max(...rows.map((row) => row.prefix.length))]).toEqual([
      2, 11,
    ]);
    expect([
      Math.min(...rows.map((row) => row.pricePerMinuteMicros)),
      Math.max(...rows.map((row) => row.pricePerMinuteMicros)),
    ]).toEqual([11_000, 708_000]);
  });

  it.each([
    ["447500123456", "0.029"],
    ["447911123456", "0.32"],
    ["442012345678", "0.015"],
    ["19075550100", "0.09"],
    ["420212345678", "0.4"],
  ])("worked example 18: a minute to %s costs %s", (number, price) => {
    expect(charge(number, 60)).toBe(usd(price));
  });

  it.each([
    ["420512345678", "0.04"],
    ["491511234567", "0.015"],
    ["447400123456", "0.32"],
    ["443001234567", "0.32"],
    ["97231234567", "0.02"],
    ["97222123456", "0.251"],
    ["498001234567", "0.015"],
    ["611800123456", "0.024"],
    ["12015550100", "0.013"],
    ["34912345678", "0.0165"],
  ])("quirk: a minute to %s costs %s", (number, price) => {
    expect(charge(number, 60)).toBe(usd(price));
  });

  it("has no bare 1: an area code that is not listed has no rate", () => {
    expect(charge("12995550100", 60)).toBeNull();
  });

  it("prices the outbound legs of worked examples 1, 2, 5, 6, 10, 16 and 17", () => {
    expect(charge("4930123456", 250, {}, 120)).toBe(usd("0.045"));
    expect(charge("33123456789", 61)).toBe(usd("0.032"));
    expect(charge("33612345678", 130, {}, 60)).toBe(usd("0.25"));
    expect(charge("26341234567", 60)).toBe(usd("0.223"));
    expect(charge("4930123456", 240)).toBe(usd("0.06"));
    expect(charge("93201234567", 60)).toBe(usd("0.32"));
    expect(charge("447500123456", 120)).toBe(usd("0.058"));
  });
});

describe("the inbound sample deck (RT-9)", () => {
  const toll = { direction: "inbound", numberClass: "toll" };
  const tollFree = { direction: "inbound", numberClass: "tollFree" };

  it("prices toll and toll-free numbers apart, also in North America", () => {
    expect([charge("12125550100", 60, toll), charge("14165550100", 60, toll), charge("17875550100", 60, toll)]).toEqual([
      8500, 8500, 8500,
    ]);
    expect([charge("18005550100", 60, tollFree), charge("4980012345", 60, tollFree)]).toEqual([22_000, 175_000]);
    expect([charge("18005550100", 60, toll), charge("33180012345", 60, tollFree), charge("18765550100", 60, toll)]).toEqual([
      null,
      null,
      null,
    ]);
  });

  it("prices the three legs of worked example 7", () => {
    const legs = [charge("12125550100", 600, toll), charge("12125550100", 600, toll), charge("18005550100", 601, tollFree)];
    expect(legs).toEqual([85_000, 85_000, 242_000]);
    expect(legs.reduce((sum: number, leg) => sum + (leg ?? NaN), 0)).toBe(usd("0.412"));
  });
});

describe("holes (D16)", () => {
  it("names the plan countries without an outbound, inbound or toll-free price in the two sample decks", () => {
    const holes = findHoles([...acs.rows, ...inbound.rows], planCountries);
    const text = holes.map((hole) => `${hole.country}:${hole.missing.join("+")}`).join(" ");
    expect(text).toBe(
      "CZ:inbound+tollFree EE:inbound+tollFree FI:inbound FR:tollFree HR:inbound+tollFree HU:inbound+tollFree JP:inbound+tollFree " +
        "LT:inbound+tollFree LV:inbound+tollFree MX:inbound+tollFree NZ:inbound PL:inbound RO:inbound+tollFree SG:inbound " +
        "SI:inbound+tollFree ZA:inbound+tollFree",
    );
  });

  it("finds none where every price is there, and all three where there is no row", () => {
    expect(findHoles(inbound.rows, ["DE"])).toEqual([{ country: "DE", missing: ["outbound"] }]);
    expect(findHoles([...acs.rows, ...inbound.rows], ["DE", "US"])).toEqual([]);
    expect(findHoles([], ["DE"])).toEqual([{ country: "DE", missing: ["outbound", "inbound", "tollFree"] }]);
  });
});
