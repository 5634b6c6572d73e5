import { describe, expect, it } from "vitest";
import { chargeLeg } from "./charge.ts";
import { findRate } from "./find-rate.ts";
import { deckOf, query, time } from "./rows-for-tests.ts";
import type { RowSketch } from "./rows-for-tests.ts";
import type { BandSpec } from "./time-bands.ts";
import type { Charge } from "./types.ts";

const NOON = time("2026-03-02T12:00:00Z");

function charge(row: Omit<RowSketch, "prefix">, usedSeconds: number, includedSeconds = 0): Charge {
  const match = findRate([deckOf([{ prefix: "49", ...row }])], query("4930123456"));
  if (match === null) throw new Error("no rate");
  return chargeLeg(match, { startAt: NOON, usedSeconds, includedSeconds });
}

function increments(first: number, next: number): Omit<RowSketch, "prefix"> {
  return { firstIncrementSeconds: first, nextIncrementSeconds: next };
}

describe("charge: increments", () => {
  // used seconds, first, next, charged seconds
  const vectors: [number, number, number, number][] = [
    [0, 60, 60, 0],
    [1, 60, 60, 60],
    [59, 60, 60, 60],
    [60, 60, 60, 60],
    [61, 60, 60, 120],
    [45, 30, 20, 50],
    [30, 30, 20, 30],
    [31, 30, 20, 50],
    [50, 30, 20, 50],
    [51, 30, 20, 70],
    [1, 1, 1, 1],
    [61, 60, 1, 61],
    [7, 30, 6, 30],
    [31, 30, 6, 36],
    [37, 30, 6, 42],
    [1, 6, 60, 6],
    [7, 6, 60, 66],
    [86_400, 60, 60, 86_400],
  ];
  it.each(vectors)("%i s at %i/%i is charged as the vectors say (RT-5, D22)", (used, first, next, charged) => {
    expect(charge(increments(first, next), used).proof.chargedSeconds).toBe(charged);
  });

  it("45 s at 30/20 is 50 s, and 50 s at 0.06 per minute is 0.05", () => {
    expect(charge(increments(30, 20), 45).amountMicros).toBe(50_000);
  });
});

describe("charge: money", () => {
  it("charges nothing, without a connect fee or a minimum, for a leg of zero seconds (RT-5)", () => {
    const result = charge({ connectFeeMicros: 50_000, minChargeMicros: 10_000 }, 0);
    expect(result).toMatchObject({ amountMicros: 0, connectFeeMicros: 0, proof: { chargedSeconds: 0, parts: [], bound: null } });
  });

  it("adds the connect fee once (RT-2, WF-1)", () => {
    expect(charge({ connectFeeMicros: 50_000 }, 250)).toMatchObject({ amountMicros: 350_000, connectFeeMicros: 50_000 });
  });

  it("rounds once, half up, to micro-units (D8)", () => {
    const perSecond = { ...increments(1, 1), connectFeeMicros: 0 };
    expect(charge({ ...perSecond, pricePerMinuteMicros: 29 }, 1).amountMicros).toBe(0);
    expect(charge({ ...perSecond, pricePerMinuteMicros: 30 }, 1).amountMicros).toBe(1);
    expect(charge({ ...perSecond, pricePerMinuteMicros: 1 }, 89).amountMicros).toBe(1);
    expect(charge({ ...perSecond, pricePerMinuteMicros: 1 }, 90).amountMicros).toBe(2);
    expect(charge({ ...perSecond, pricePerMinuteMicros: 7 }, 100).amountMicros).toBe(12);
  });

  it("applies minimum and maximum to the paid part, the fee inside, and names the bound (D8)", () => {
    const bounds = { connectFeeMicros: 10_000, minChargeMicros: 100_000, maxChargeMicros: 300_000 };
    expect(charge(bounds, 60)).toMatchObject({ amountMicros: 100_000, proof: { bound: "minimum" } });
    expect(charge(bounds, 120)).toMatchObject({ amountMicros: 130_000, proof: { bound: null } });
    expect(charge(bounds, 600)).toMatchObject({ amountMicros: 300_000, proof: { bound: "maximum" } });
    expect(charge({ minChargeMicros: 60_000, maxChargeMicros: 60_000 }, 60)).toMatchObject({
      amountMicros: 60_000,
      proof: { bound: null },
    });
    expect(charge({ connectFeeMicros: 50_000, maxChargeMicros: 20_000 }, 60)).toMatchObject({
      amountMicros: 20_000,
      connectFeeMicros: 20_000,
    });
  });

  it("charges what included minutes leave over; nothing, without a fee, when they leave nothing (D8, WF-1)", () => {
    const fee = { connectFeeMicros: 50_000 };
    expect(charge(fee, 250, 120)).toMatchObject({ amountMicros: 230_000, proof: { includedSeconds: 120, chargedSeconds: 180 } });
    expect(charge(fee, 250, 300)).toMatchObject({
      amountMicros: 0,
      connectFeeMicros: 0,
      proof: { includedSeconds: 300, chargedSeconds: 0 },
    });
    // Five pool minutes for 250 billed seconds reach beyond them: only 250 were taken.
    expect(charge({ ...fee, ...increments(1, 1) }, 250, 300).proof.includedSeconds).toBe(250);
  });

  it("keeps counting increments from the start of the leg when included minutes end inside one (D8)", () => {
    const result = charge(increments(30, 20), 75, 60);
    expect(result.proof.parts).toEqual([{ band: "", line: 2, fromSecond: 60, seconds: 30, pricePerMinuteMicros: 60_000 }]);
    expect(result.amountMicros).toBe(30_000);
  });

  it("stays exact beyond the integers of a double, by bigint", () => {
    // 10,000 per minute for 200 days of 1/1 increments: 1.728e17 sixtieths, for which doubles would be a micro-unit too high.
    const used = 200 * 86_400 + 13;
    const result = charge({ ...increments(1, 1), pricePerMinuteMicros: 9_999_999_999 }, used);
    expect(BigInt(result.amountMicros)).toBe((BigInt(used) * 9_999_999_999n + 30n) / 60n);
  });

  it("refuses seconds that are no whole number", () => {
    expect(() => charge({}, 1.5)).toThrow(RangeError);
    expect(() => charge({}, -1)).toThrow(RangeError);
  });
});

describe("charge: time bands", () => {
  const bands: BandSpec[] = [
    { name: "peak", weekdays: ["mon", "tue", "wed", "thu", "fri"], fromSecond: 8 * 3600, toSecond: 18 * 3600, holidays: false },
  ];
  const rows = [
    { prefix: "49", pricePerMinuteMicros: 10_000 },
    { prefix: "49", pricePerMinuteMicros: 60_000, band: "peak" },
  ];
  function banded(
    start: string,
    usedSeconds: number,
    row: Omit<RowSketch, "prefix">,
    bandMode: "split" | "start" = "split",
    included = 0,
  ) {
    const deck = deckOf(
      rows.map((each) => ({ ...each, ...row })),
      { bands, bandMode, timeZone: "Europe/Berlin" },
    );
    const match = findRate([deck], query("4930123456", { at: time(start) }));
    if (match === null) throw new Error("no rate");
    return chargeLeg(match, { startAt: time(start), usedSeconds, includedSeconds: included });
  }
  const spans = (result: Charge) => result.proof.parts.map((part) => [part.band, part.fromSecond, part.seconds]);

  it("prices an increment by the band in which it begins and never cuts it (D22)", () => {
    // 30 s before the end of the peak: with 1/1 the price changes there, with 60/60 at the next increment.
    expect(spans(banded("2026-03-02T16:59:30Z", 90, increments(1, 1)))).toEqual([
      ["peak", 0, 30],
      ["", 30, 60],
    ]);
    expect(spans(banded("2026-03-02T16:59:30Z", 90, increments(60, 60)))).toEqual([
      ["peak", 0, 60],
      ["", 60, 60],
    ]);
    expect(banded("2026-03-02T16:59:30Z", 90, increments(60, 60)).amountMicros).toBe(70_000);
  });

  it("gives an increment that begins exactly at the change to the new band, one that begins a microsecond earlier to the old", () => {
    expect(spans(banded("2026-03-02T16:59:00Z", 61, increments(60, 1)))).toEqual([
      ["peak", 0, 60],
      ["", 60, 1],
    ]);
    expect(spans(banded("2026-03-02T16:58:59.999999Z", 61, increments(60, 1)))).toEqual([["peak", 0, 61]]);
    expect(spans(banded("2026-03-02T16:58:59.999999Z", 62, increments(60, 1)))).toEqual([
      ["peak", 0, 61],
      ["", 61, 1],
    ]);
  });

  it("prices the whole leg by the band at its start when the deck says so (D10)", () => {
    expect(spans(banded("2026-03-02T16:59:30Z", 7200, increments(60, 60), "start"))).toEqual([["peak", 0, 7200]]);
  });

  it("prices the paid rest of an increment that included minutes cut by the band in which the increment began (D8, D22)", () => {
    // Increments begin at 0, 50, 100; the peak ends at second 80; 60 seconds are included.
    expect(spans(banded("2026-03-02T16:58:40Z", 120, increments(50, 50), "split", 60))).toEqual([
      ["peak", 60, 40],
      ["", 100, 50],
    ]);
  });

  it("splits a leg of a day into its bands, also when the day has 23 hours", () => {
    // Friday 2026-03-27 17:00 local to Monday: two and a half days, the clock jumps on Sunday.
    const result = banded("2026-03-27T16:00:00Z", 63 * 3600, increments(1, 1));
    expect(spans(result)).toEqual([
      ["peak", 0, 3600],
      ["", 3600, 61 * 3600],
      ["peak", 62 * 3600, 3600],
    ]);
  });

  it("prices a band without a row of its own by the default row", () => {
    const all = [...bands, { ...(bands[0] as BandSpec), name: "evening", fromSecond: 18 * 3600, toSecond: 20 * 3600 }];
    const deck = deckOf(
      rows.map((row) => ({ ...row, ...increments(1, 1) })),
      { bands: all, timeZone: "Europe/Berlin" },
    );
    const start = time("2026-03-02T16:59:30Z");
    const match = findRate([deck], query("4930123456", { at: start }));
    if (match === null) throw new Error("no rate");
    expect(spans(chargeLeg(match, { startAt: start, usedSeconds: 90, includedSeconds: 0 }))).toEqual([
      ["peak", 0, 30],
      ["", 30, 60],
    ]);
  });

  it("lets the last price go on where neither the band in force nor the default band has a row", () => {
    const deck = deckOf([{ prefix: "49", band: "peak", ...increments(1, 1) }], { bands, timeZone: "Europe/Berlin" });
    const start = time("2026-03-02T16:59:30Z");
    const match = findRate([deck], query("4930123456", { at: start }));
    if (match === null) throw new Error("no rate");
    expect(spans(chargeLeg(match, { startAt: start, usedSeconds: 90, includedSeconds: 0 }))).toEqual([["peak", 0, 90]]);
  });
});
