import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { countryName, countryOf } from "./country-of.ts";
import { premiumPrefixes } from "./data/premium-prefixes.ts";
import * as territories from "./data/territories.ts";
import { emergencyNumbersOf, isEmergencyNumber, isPremiumNumber, isShortCode } from "./special-numbers.ts";
import {
  areCreditsSold,
  hasComplimentaryDialOut,
  internationalDestinations,
  isDomesticForPlan,
  isDomesticForPolicy,
  isInternationalDestination,
  isOperatorSold,
  isPlanCountry,
  isZoneA,
  planCountries,
  priceZoneOf,
} from "./territories.ts";

const acs = readFileSync(new URL("../decks/acs-outbound-usd.csv", import.meta.url), "utf8")
  .trim()
  .split(/\r?\n/)
  .slice(1);

describe("country of a number", () => {
  it.each([
    ["4930123456", "DE", "Germany"],
    ["12125550100", "US", "United States"],
    ["14165550100", "CA", "Canada"],
    ["17875550100", "PR", "Puerto Rico"],
    ["18765550100", "JM", "Jamaica"],
    ["19075550100", "US", "United States"],
    ["18005550100", "US", "North America toll-free"],
    ["79161234567", "RU", "Russia"],
    ["77011234567", "KZ", "Kazakhstan"],
    ["441481123456", "GG", "Guernsey"],
    ["442012345678", "GB", "United Kingdom"],
    ["390669812345", "VA", "Vatican City"],
    ["3581812345", "AX", "Åland Islands"],
    ["35391234567", "IE", "Ireland"],
  ])("%s is in %s", (number, country, destination) => {
    expect(countryOf(number)).toEqual({ country, destination });
  });

  it("is unknown for codes of networks, unassigned codes and area codes", () => {
    for (const number of ["881612345678", "99912345678", "12995550100", "1"]) expect(countryOf(number)).toBeNull();
  });

  it("agrees with the ACS list on every prefix but its known mistakes: Russian ranges given to Kazakhstan and Georgia, one French", () => {
    const different = acs.filter((line) => {
      const [country = "", prefix = ""] = line.split(",").slice(-3);
      return countryOf(prefix)?.country !== country;
    });
    const mistakes = different.map((line) => line.split(",").slice(-3, -1).join(" "));
    expect(mistakes.filter((mistake) => !/^KZ 7[357]|^GE 7[89]4|^MQ 33696$/.test(mistake))).toEqual([]);
    expect(mistakes.length).toBeLessThan(60);
  });

  it("knows the names of countries", () => {
    expect(countryName("DE")).toBe("Germany");
    expect(countryName("SH")).toBe("Saint Helena");
    expect(countryName("US")).toBe("United States");
    expect(countryName("QQ")).toBe("QQ");
  });
});

describe("territories", () => {
  const size = (text: string) => new Set(text.trim().split(/\s+/)).size;

  it("has 35 plan countries, 28 in zone 2, 44 in Zone A, 11 without credits (CP-3, CP-5, AC-6, CC-11)", () => {
    const { planCountries: plans, priceZone2, zoneA, creditsNotSold } = territories;
    expect([plans, priceZone2, zoneA, creditsNotSold].map(size)).toEqual([35, 28, 44, 11]);
    expect([...planCountries].every((country) => countryName(country) !== country)).toBe(true);
  });

  it("answers for single countries", () => {
    expect([isPlanCountry("MX"), isPlanCountry("BR"), isOperatorSold("JP"), isOperatorSold("DE")]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect([priceZoneOf("GB"), priceZoneOf("PR"), priceZoneOf("CZ"), priceZoneOf("MX")]).toEqual([1, 1, 2, null]);
    expect([isZoneA("HK"), isZoneA("ZW")]).toEqual([true, false]);
    expect([areCreditsSold("IN"), areCreditsSold("DE")]).toEqual([false, true]);
    expect([hasComplimentaryDialOut("TW"), hasComplimentaryDialOut("IN")]).toEqual([true, false]);
    expect([isInternationalDestination("AF"), isInternationalDestination("KP")]).toEqual([true, false]);
  });

  it("takes its international destinations from the ACS list (CP-7)", () => {
    expect(internationalDestinations).toEqual(new Set(acs.map((line) => line.split(",").at(-3))));
  });

  it("counts US, PR and CA as domestic for plans, CA not for policies (CP-11, D17, OP-5)", () => {
    for (const [home, destination] of [
      ["US", "CA"],
      ["CA", "PR"],
      ["PR", "US"],
      ["DE", "DE"],
    ] as const)
      expect(isDomesticForPlan(home, destination)).toBe(true);
    expect([isDomesticForPlan("US", "MX"), isDomesticForPlan("DE", "AT")]).toEqual([false, false]);
    expect([isDomesticForPolicy("US", "PR"), isDomesticForPolicy("US", "CA"), isDomesticForPolicy("CA", "US")]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe("special numbers", () => {
  it("takes up to six digits for a short code (D29)", () => {
    expect(["112", "118118", "1181181", "+112", ""].map(isShortCode)).toEqual([true, true, false, false, false]);
  });

  it("knows emergency numbers per country, and 112 and 911 elsewhere (EM-3)", () => {
    expect([isEmergencyNumber("DE", "110"), isEmergencyNumber("GB", "999"), isEmergencyNumber("US", "933")]).toEqual([
      true,
      true,
      true,
    ]);
    expect([isEmergencyNumber("DE", "911"), isEmergencyNumber("US", "112"), isEmergencyNumber("US", "411")]).toEqual([
      false,
      false,
      false,
    ]);
    expect([isEmergencyNumber("BO", "112"), isEmergencyNumber("BO", "110")]).toEqual([true, false]);
    for (const country of planCountries) expect(emergencyNumbersOf(country).every(isShortCode)).toBe(true);
  });

  it("knows premium ranges, and no ordinary number next to them (CP-7)", () => {
    expect(["19005550100", "49900123456", "4490912345", "97912345678"].map(isPremiumNumber)).toEqual([true, true, true, true]);
    expect(["19075550100", "4990123456", "442012345678", "3293123456", "61212345678"].map(isPremiumNumber)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
    const named = premiumPrefixes
      .trim()
      .split(/\s+/)
      .filter((prefix) => !/^(1900|979)/.test(prefix));
    expect(named.filter((prefix) => countryOf(prefix) === null)).toEqual([]);
  });
});
