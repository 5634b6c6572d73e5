import { describe, expect, it } from "vitest";
import { describeDeckError } from "./deck-errors.ts";
import { deckFromFiles } from "./deck-files.ts";
import { parseSideFile } from "./side-file.ts";

describe("the side file", () => {
  it("reads bands, holidays and defaults", () => {
    const text = JSON.stringify({
      name: "evenings",
      currency: "DKK",
      timeZone: "Europe/Copenhagen",
      bandMode: "start",
      bands: [
        { name: "night", weekdays: ["fri", "sat"], from: "20:00", to: "06:30" },
        { name: "free", holidays: true, from: "00:00", to: "24:00" },
      ],
      holidays: ["2026-06-05", "12-25"],
      firstIncrementSeconds: 60,
      nextIncrementSeconds: 1,
    });
    expect(parseSideFile(text)).toEqual({
      ok: true,
      sideFile: {
        name: "evenings",
        currency: "DKK",
        timeZone: "Europe/Copenhagen",
        bandMode: "start",
        bands: [
          { name: "night", weekdays: ["fri", "sat"], fromSecond: 72_000, toSecond: 23_400, holidays: false },
          { name: "free", weekdays: [], fromSecond: 0, toSecond: 86_400, holidays: true },
        ],
        holidays: ["2026-06-05", "12-25"],
        firstIncrementSeconds: 60,
        nextIncrementSeconds: 1,
      },
    });
  });

  const band = { name: "peak", weekdays: ["mon"], from: "08:00", to: "18:00" };
  const wrong: [string, unknown, RegExp][] = [
    ["text that is no JSON", "{", /^side file: it is not a JSON object/],
    ["an unknown setting", { zone: "UTC" }, /^side file, zone: this setting is not known/],
    ["a currency in words", { currency: "euro" }, /^side file, currency: "euro" is not valid/],
    ["an unknown time zone", { timeZone: "Europe/Berlin2" }, /^side file, timeZone: /],
    ["an offset instead of a zone", { timeZone: "+02:00" }, /^side file, timeZone: /],
    ["an unknown band mode", { bandMode: "whole" }, /^side file, bandMode: /],
    ["half a second", { firstIncrementSeconds: 0.5 }, /^side file, firstIncrementSeconds: /],
    ["a band without a name", { bands: [{ ...band, name: undefined }] }, /^side file, bands\[0\]\.name: the band has no name/],
    ["a band twice", { bands: [band, band] }, /^side file, bands\[1\]\.name: "peak" is there twice/],
    ["an unknown weekday", { bands: [{ ...band, weekdays: ["monday"] }] }, /^side file, bands\[0\]\.weekdays: /],
    ["a band on no day", { bands: [{ ...band, weekdays: [] }] }, /^side file, bands\[0\]\.weekdays: the band holds on no day/],
    ["a time that does not exist", { bands: [{ ...band, to: "24:01" }] }, /^side file, bands\[0\]\.to: /],
    ["a band of no length", { bands: [{ ...band, to: "08:00" }] }, /^side file, bands\[0\]\.to: the band ends when it begins/],
    ["a holiday that does not exist", { holidays: ["2026-02-29"] }, /^side file, holidays\[0\]: /],
  ];
  it.each(wrong)("refuses %s", (_, value, expected) => {
    const reading = parseSideFile(typeof value === "string" ? value : JSON.stringify(value));
    expect(reading.ok ? [] : reading.errors.map(describeDeckError)).toEqual([expect.stringMatching(expected)]);
  });

  it("ends the import with its errors", () => {
    expect(deckFromFiles("x", "prefix,price_per_minute\n49,1\n", "[]")).toMatchObject({ ok: false, errors: [{ line: 0 }] });
  });
});
