import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  civilFromDays,
  daysFromCivil,
  formatMicros,
  formatTime,
  isAccountId,
  isE164,
  isUsageId,
  micros,
  monthOf,
  parseMicros,
  parseTime,
  seconds,
  timeUs,
  type Micros,
  type TimeUs,
} from "./units.ts";

describe("money as text (RT-6)", () => {
  test.each([
    [45_000, "0.045"],
    [2_000_000, "2.00"],
    [0, "0.00"],
    [1, "0.000001"],
    [-1, "-0.000001"],
    [-1_500_000, "-1.50"],
    [123_456_789, "123.456789"],
  ])("%i micro-units are %s", (amount, text) => {
    expect(formatMicros(amount as Micros)).toBe(text);
    expect(parseMicros(text)).toBe(amount);
  });

  test.each(["", "1e3", "0x10", "1,5", "+1", "1.", ".5", "1.1234567", " 1", "1 ", "--1", "12345678901", "NaN", "１"])(
    "%j is no amount",
    (text) => {
      expect(parseMicros(text)).toBeNull();
    },
  );

  test("minus zero does not exist", () => {
    expect(Object.is(parseMicros("-0.00"), 0)).toBe(true);
    expect(Object.is(micros(-0), 0)).toBe(true);
  });

  test("formatting and parsing agree with exact integer arithmetic", () => {
    fc.assert(
      fc.property(fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }), (amount) => {
        const text = formatMicros(micros(amount));
        const [whole = "", fraction = ""] = text.replace("-", "").split(".");
        const exact = BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, "0"));
        expect(text.startsWith("-") ? -exact : exact).toBe(BigInt(amount));
        expect(fraction).toMatch(/^\d{2}(\d{0,3}[1-9])?$/);
        expect(parseMicros(text)).toBe(amount);
      }),
    );
  });
});

describe("time as text", () => {
  test.each([
    ["1970-01-01T00:00:00Z", 0],
    ["2026-11-22T09:04:10.125Z", 1_795_338_250_125_000],
    ["2026-11-22t10:04:10.125000+01:00", 1_795_338_250_125_000],
    ["2026-11-22T03:34:10.125-0530", 1_795_338_250_125_000],
    ["2026-11-22T09:04:10.125000999z", 1_795_338_250_125_000],
    ["2016-12-31T23:59:60Z", 1_483_228_800_000_000],
    ["1969-12-31T23:59:59.999999Z", -1],
    ["2000-02-29T00:00:00Z", 951_782_400_000_000],
  ])("%s", (text, time) => {
    expect(parseTime(text)).toBe(time);
  });

  test.each([
    "",
    "2026-11-22",
    "2026-11-22 09:04:10Z",
    "2026-11-22T09:04:10",
    "2026-11-22T09:04Z",
    "2026-11-22T09:04:10.Z",
    "2026-11-22T09:04:10.1234567890Z",
    "2026-11-22T24:00:00Z",
    "2026-11-22T09:60:00Z",
    "2026-11-22T09:04:61Z",
    "2026-11-31T09:04:10Z",
    "2026-02-29T09:04:10Z",
    "1900-02-29T09:04:10Z",
    "2026-13-01T09:04:10Z",
    "2026-00-01T09:04:10Z",
    "2026-01-00T09:04:10Z",
    "2026-11-22T09:04:10+24:00",
    "2026-11-22T09:04:10+01",
    "2026-11-22T09:04:10Zx",
    "2026-11-22T09:04:10.125+01:000",
    "+026-11-22T09:04:10Z",
    "202 -11-22T09:04:10Z",
    // Readable, but outside what a safe integer of microseconds can hold.
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
  ])("%j is no time", (text) => {
    expect(parseTime(text)).toBeNull();
  });

  test("formatting and parsing agree with Date, to the microsecond", () => {
    fc.assert(
      fc.property(fc.integer({ min: -9_000_000_000_000_000, max: 9_000_000_000_000_000 }), (value) => {
        const time = timeUs(value);
        const text = formatTime(time);
        const milliseconds = Math.floor(value / 1000);
        const rest = value - milliseconds * 1000;
        expect(text).toBe(`${new Date(milliseconds).toISOString().slice(0, -1)}${String(rest).padStart(3, "0")}Z`);
        expect(parseTime(text)).toBe(value);
        expect(monthOf(time)).toBe(new Date(milliseconds).getUTCFullYear() * 100 + new Date(milliseconds).getUTCMonth() + 1);
      }),
      { numRuns: 1000 },
    );
  });

  test("an offset is taken from the local time", () => {
    const offset = fc.integer({ min: -1439, max: 1439 });
    fc.assert(
      fc.property(
        fc.date({ min: new Date("1800-01-01"), max: new Date("2200-01-01"), noInvalidDate: true }),
        offset,
        (utc, minutes) => {
          const local = new Date(utc.getTime() + minutes * 60_000).toISOString().slice(0, -1);
          const two = (value: number) => String(value).padStart(2, "0");
          const sign = `${minutes < 0 ? "-" : "+"}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
          expect(parseTime(local + sign)).toBe(utc.getTime() * 1000);
        },
      ),
    );
  });

  test("any text is a time or null, and never throws", () => {
    const almost = fc.stringMatching(
      /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:?[0-9]{2})$/,
    );
    fc.assert(
      fc.property(fc.oneof(fc.string(), almost), (text) => {
        const time = parseTime(text);
        expect(time === null || Number.isSafeInteger(time)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test("days and civil dates are inverse", () => {
    fc.assert(
      fc.property(fc.integer({ min: -100_000, max: 100_000 }), (days) => {
        const { year, month, day } = civilFromDays(days);
        expect(daysFromCivil(year, month, day)).toBe(days);
        expect(new Date(days * 86_400_000).toISOString().slice(0, 10)).toBe(
          [String(year).padStart(4, "0"), String(month).padStart(2, "0"), String(day).padStart(2, "0")].join("-"),
        );
      }),
    );
  });
});

describe("constructors and names", () => {
  test("what is not a whole, safe number is refused", () => {
    for (const wrong of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      expect(() => micros(wrong)).toThrow(RangeError);
      expect(() => timeUs(wrong)).toThrow(RangeError);
      expect(() => seconds(wrong)).toThrow(RangeError);
    }
    expect(() => seconds(-1)).toThrow(RangeError);
    expect(timeUs(-1)).toBe(-1 as TimeUs);
  });

  test("accounts, usage ids and full numbers have their documented form", () => {
    expect(["acme", "a-1", "x".repeat(63)].every(isAccountId)).toBe(true);
    expect(["", "Acme", "a.b", "a b", "a*", ">", "x".repeat(64), "ä", "a\n"].some(isAccountId)).toBe(false);
    expect([isUsageId(""), isUsageId("x"), isUsageId("x".repeat(128)), isUsageId("x".repeat(129))]).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(["4930901820", "1234567", "123456789012345"].every(isE164)).toBe(true);
    expect(["112", "0301234567", "+4930901820", "1234567890123456", "12 34567", "4930901820\n"].some(isE164)).toBe(false);
  });
});
