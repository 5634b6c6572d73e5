import { describe, expect, it } from "vitest";
import { findAnomalies } from "./anomalies.ts";

const unit = 1_000_000;
const week = [10, 11, 10, 12, 9, 2, 1].map((value) => value * unit);
const weeks = (count: number): number[] => Array.from({ length: count }, () => week).flat();

describe("anomalies of costs", () => {
  it("one night of fraud is found, with what was expected, and no other day", () => {
    const days = weeks(9);
    days[60] = 40 * unit;
    expect(findAnomalies(days, 100, 100 + 56)).toEqual([{ day: 160, expected: 9 * unit, actual: 40 * unit }]);
  });

  it("a usual Monday is none, however little the Sunday before it cost", () => {
    expect(findAnomalies(weeks(12), 0, 0)).toEqual([]);
  });

  it("an earlier odd day does not make the next one usual: the median stays", () => {
    const days = weeks(9);
    days[4] = 900 * unit;
    days[11] = 900 * unit;
    days[60] = 40 * unit;
    expect(findAnomalies(days, 0, 56)).toEqual([{ day: 60, expected: 9 * unit, actual: 40 * unit }]);
  });

  it("no alarm with fewer than four such weekdays before it; one from the fourth on", () => {
    const days = weeks(4);
    days[27] = 500 * unit;
    expect(findAnomalies(days, 0, 0)).toEqual([]);
    const longer = weeks(5);
    longer[28] = 500 * unit;
    expect(findAnomalies(longer, 0, 0)).toEqual([{ day: 28, expected: 10 * unit, actual: 500 * unit }]);
  });

  it("the boundary: a quarter above what is usual is none, a micro-unit more is one; nor is anything below one unit", () => {
    const days = weeks(9);
    days[56] = 12.5 * unit;
    expect(findAnomalies(days, 0, 56)).toEqual([]);
    days[56] = 12.5 * unit + 1;
    expect(findAnomalies(days, 0, 56)).toMatchObject([{ day: 56, expected: 10 * unit }]);
    const small = Array.from({ length: 63 }, () => 100_000);
    small[62] = 1_100_000;
    expect(findAnomalies(small, 0, 56)).toEqual([]);
    small[62] = 1_100_001;
    expect(findAnomalies(small, 0, 56)).toHaveLength(1);
  });

  it("days that always differ widely are tolerated by their own spread: 4 · 1.4826 · MAD", () => {
    const days = weeks(9);
    // Mondays of 6, 14, 6, 14 … : median 10, MAD 4, so 10 + 23.7216 is still usual.
    for (let at = 0; at < 8; at++) days[at * 7] = (at % 2 === 0 ? 6 : 14) * unit;
    days[56] = 33_721_600;
    expect(findAnomalies(days, 0, 56)).toEqual([]);
    days[56] = 33_721_601;
    expect(findAnomalies(days, 0, 56)).toEqual([{ day: 56, expected: 10 * unit, actual: 33_721_601 }]);
  });
});
