import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { movesOf, sumOfMoves, type Usage } from "./movers.ts";

const usage = (amountMicros: number, seconds: number): Usage => ({ amountMicros, seconds });
const move = (before: Record<string, Usage>, now: Record<string, Usage>, group: string): unknown =>
  movesOf(new Map(Object.entries(before)), new Map(Object.entries(now))).get(group);

describe("movers between two periods (CM-6)", () => {
  it("CM-6: twice as much of everything is volume alone", () => {
    const before = { FR: usage(1_000_000, 600), GB: usage(500_000, 1200) };
    const now = { FR: usage(2_000_000, 1200), GB: usage(1_000_000, 2400) };
    expect(move(before, now, "FR")).toEqual({ before: 1_000_000, now: 2_000_000, volume: 1_000_000, mix: 0, rate: 0 });
  });

  it("CM-6: the same calls at a price 10 % higher are rate alone", () => {
    const before = { FR: usage(1_000_000, 600), GB: usage(500_000, 1200) };
    expect(move(before, { ...before, FR: usage(1_100_000, 600) }, "FR")).toEqual({
      before: 1_000_000,
      now: 1_100_000,
      volume: 0,
      mix: 0,
      rate: 100_000,
    });
  });

  it("CM-6: minutes moved from one country to another, as many as before, are mix alone; a new country's too", () => {
    const before = { FR: usage(1_000_000, 600), GB: usage(500_000, 600) };
    const now = { FR: usage(500_000, 300), GB: usage(500_000, 600), AF: usage(1_600_000, 300) };
    expect(move(before, now, "FR")).toMatchObject({ volume: 0, mix: -500_000, rate: 0 });
    expect(move(before, now, "AF")).toEqual({ before: 0, now: 1_600_000, volume: 0, mix: 1_600_000, rate: 0 });
  });

  it("CM-6: licences, which have no minutes, have changed in price", () => {
    const before = { plan: usage(12_000_000, 0), calls: usage(100, 60) };
    expect(move(before, { plan: usage(24_000_000, 0), calls: usage(200, 120) }, "plan")).toMatchObject({
      volume: 0,
      mix: 0,
      rate: 12_000_000,
    });
  });

  it("CM-6: whatever happened, volume + mix + rate are the change, of every group and of all of them", () => {
    // A second costs at most one currency unit; a charge without seconds anything.
    const usages = fc.dictionary(
      fc.constantFrom("DE", "FR", "GB", "AF"),
      fc
        .tuple(fc.integer({ min: -100, max: 9e7 }), fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: -9e9, max: 9e9 }))
        .map(([seconds, price, charge]) => usage(seconds === 0 ? charge : seconds * price, seconds)),
    );
    fc.assert(
      fc.property(usages, usages, (before, now) => {
        const moves = movesOf(new Map(Object.entries(before)), new Map(Object.entries(now)));
        for (const one of [...moves.values(), sumOfMoves(moves.values())])
          expect(one.volume + one.mix + one.rate).toBe(one.now - one.before);
      }),
      { numRuns: 500 },
    );
  });
});
