import { describe, expect, test } from "vitest";
import { createFormat, signOf } from "./format.ts";
import { locales } from "./locales.ts";

/** What separates figures is a no-break space where a language wants a space. */
const plain = (text: string): string => text.replaceAll(/[\u00a0\u202f]/g, " ");

describe("money", () => {
  test("is written as the language writes it", () => {
    expect(plain(createFormat("en").money("1234.5", "EUR"))).toBe("€1,234.50");
    expect(plain(createFormat("de").money("1234.5", "EUR"))).toBe("1.234,50 €");
    expect(plain(createFormat("da").money("1234.5", "EUR"))).toBe("1.234,50 €");
  });

  test("keeps every digit of an amount that a float could not hold", () => {
    expect(plain(createFormat("de").money("9007199254740993.123457", "EUR"))).toBe("9.007.199.254.740.993,123457 €");
    expect(plain(createFormat("en").money("-0.000001", "EUR"))).toBe("-€0.000001");
  });

  test("of a call without a currency is a bare figure", () => {
    expect(createFormat("de").money("0.5", "")).toBe("0,50");
  });
});

test("a time is told in the zone given, by a 24-hour clock", () => {
  for (const locale of locales) {
    const format = createFormat(locale, "Europe/Copenhagen");
    expect(format.time("2026-11-24T13:03:07.123456Z")).toMatch(/14[.:]03[.:]07/);
    expect(format.zone).toBe("Europe/Copenhagen");
  }
});

test("a duration has hours only when it lasts one", () => {
  const format = createFormat("en");
  expect(format.duration(0)).toBe("0:00");
  expect(format.duration(3_599)).toBe("59:59");
  expect(format.duration(3_600)).toBe("1:00:00");
});

test("the sign of an amount needs no float", () => {
  expect([signOf("-0.000001"), signOf("0.00"), signOf("12")]).toEqual([-1, 0, 1]);
});

test("a point in time is short enough for a table, and no month can be taken for a day", () => {
  const told = locales.map((locale) => createFormat(locale, "Europe/Copenhagen").dateTime("2026-11-04T13:03:07Z"));
  expect(told).toEqual(["4 Nov 2026, 14:03:07", "04.11.2026, 14:03:07", "04.11.2026, 14.03.07"]);
});
