import { describe, expect, it } from "vitest";
import { latenciesFrom, loadRate } from "./live.ts";

describe("published → in reports", () => {
  it("counts from each call's planned time to the first mark at or beyond its place in its own partition's log", () => {
    const marks = [
      { partition: 0, logSeq: 10, seenAtUs: 1_000_000 + 50_000 },
      { partition: 1, logSeq: 99, seenAtUs: 1_000_000 + 60_000 },
      { partition: 0, logSeq: 12, seenAtUs: 1_000_000 + 90_000 },
    ];
    // 100 a second: call 0 is planned at the start, call 1 ten milliseconds later, …
    const rows = "0\t10\t0\n0\t11\t1\n0\t12\t2\n1\t12\t3\n";
    expect(latenciesFrom(rows, marks, 1_000_000, 100)).toEqual([30, 50, 70, 80]);
  });

  it("leaves out what no mark covers, so that the count shows it", () => {
    expect(latenciesFrom("0\t11\t0\n", [{ partition: 0, logSeq: 10, seenAtUs: 5 }], 0, 1)).toEqual([]);
  });

  it("loads with seven tenths of the maximum", () => {
    expect(loadRate(10_000)).toBe(7_000);
  });
});
