import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { median, quantile, summarize, summarizeLatency } from "./statistics.ts";

describe("median and spread", () => {
  it("takes the middle of an odd number and the mean of the middle two of an even number, in any order", () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([7])).toBe(7);
  });

  it("gives the spread as a share of the median", () => {
    expect(summarize([90, 110, 100])).toEqual({ median: 100, min: 90, max: 110, spread: 0.2 });
    expect(summarize([42])).toEqual({ median: 42, min: 42, max: 42, spread: 0 });
    expect(summarize([0, 0]).spread).toBe(0);
  });

  it("refuses to make a figure of nothing, or of what is no number", () => {
    expect(() => median([])).toThrow("no samples");
    expect(() => summarize([1, Number.NaN])).toThrow("not a number");
  });
});

describe("quantile", () => {
  it("is a nearest rank: always a sample, never in between", () => {
    const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
    expect(quantile(hundred, 0.5)).toBe(50);
    expect(quantile(hundred, 0.99)).toBe(99);
    expect(quantile(hundred, 1)).toBe(100);
    expect(quantile([3, 1, 2], 0.99)).toBe(3);
    expect(() => quantile([1], 0)).toThrow("share");
  });

  it("has at least the share of the samples at or below it, and less than the share strictly below it", () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), fc.integer({ min: 1, max: 1000 }), (samples, perMille) => {
        const p = perMille / 1000;
        const q = quantile(samples, p);
        expect(samples.filter((sample) => sample <= q).length).toBeGreaterThanOrEqual(Math.ceil(p * samples.length));
        expect(samples.filter((sample) => sample < q).length).toBeLessThan(p * samples.length);
      }),
    );
  });

  it("summarises latencies by p50, p99, p99.9 and the worst", () => {
    const samples = Array.from({ length: 2000 }, (_, i) => 2000 - i);
    expect(summarizeLatency(samples)).toEqual({ count: 2000, p50: 1000, p99: 1980, p999: 1998, max: 2000 });
  });
});
