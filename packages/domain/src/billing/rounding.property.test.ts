import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseTime } from "@tollbook/contracts/units.ts";
import { periodAt } from "./period.ts";
import { multiplyDivide, shareOf, taxOn, toMinorUnit } from "./rounding.ts";

const amount = fc.integer({ min: -9_000_000_000_000, max: 9_000_000_000_000 });

test("D18: a × b ÷ c is the nearest whole number, a half goes away from zero, and a credit is exactly the charge it takes back", () => {
  fc.assert(
    fc.property(amount, fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 1, max: 1_000_000 }), (a, b, c) => {
      const exact = BigInt(a) * BigInt(b);
      fc.pre(exact <= 9_007_199_254_740_991n && exact >= -9_007_199_254_740_991n);
      const result = BigInt(multiplyDivide(a, b, c));
      // Twice the distance is never more than the divisor; where it is just that, the result is the one farther from zero.
      const distance = (result * BigInt(c) - exact) * 2n;
      const size = distance < 0n ? -distance : distance;
      expect(size <= BigInt(c)).toBe(true);
      const awayFromZero = exact > 0n ? distance > 0n : distance < 0n;
      expect(size !== BigInt(c) || awayFromZero).toBe(true);
      expect(multiplyDivide(-a, b, c)).toBe(result === 0n ? 0 : -Number(result));
    }),
  );
});

test("RT-6: amounts round to cents, yen to whole yen, dinars to thousandths", () => {
  expect([4_999, 5_000, -5_000, 14_999].map((micros) => toMinorUnit(micros, "EUR"))).toEqual([0, 10_000, -10_000, 10_000]);
  expect(toMinorUnit(1_500_000, "JPY")).toBe(2_000_000);
  expect(toMinorUnit(1_500, "KWD")).toBe(2_000);
});

test("RT-4: the tax inside an amount and the rest of it are the amount; on top it is the rate of it, to the cent", () => {
  expect(taxOn(8_000_000, 825, true, "USD")).toBe(610_000);
  expect(taxOn(7_200_000, 1900, false, "EUR")).toBe(1_370_000);
  expect(taxOn(-7_200_000, 1900, false, "EUR")).toBe(-1_370_000);
});

test("SS-3: the two parts of a period that a change cuts are the whole price, but for one micro-unit of rounding", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1_000_000_000_000 }),
      fc.integer({ min: 1, max: 2_678_400 }),
      fc.nat(2_678_400),
      (price, length, cut) => {
        const at = Math.min(cut, length);
        const parts = shareOf(price, 0, at, 0, length) + shareOf(price, at, length, 0, length);
        expect(Math.abs(parts - price)).toBeLessThanOrEqual(1);
      },
    ),
  );
});

test("IN-2: periods follow each other without gap or overlap in any zone, and every one contains the time it was asked for", () => {
  const zones = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"];
  const from = parseTime("2024-01-01T00:00:00Z") ?? 0;
  fc.assert(
    fc.property(fc.nat(3 * 366 * 1440), fc.integer({ min: 1, max: 28 }), fc.constantFrom(...zones), (minutes, day, zone) => {
      const time = from + minutes * 60_000_000;
      const period = periodAt(time, day, zone);
      expect(period.from <= time && time < period.to).toBe(true);
      expect(periodAt(period.to, day, zone).from).toBe(period.to);
      expect(periodAt(period.from, day, zone)).toEqual(period);
    }),
  );
});
