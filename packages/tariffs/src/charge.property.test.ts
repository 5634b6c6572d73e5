import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { US_PER_SECOND } from "@tollbook/contracts/units.ts";
import type { TimeUs } from "@tollbook/contracts/units.ts";
import { chargeLeg } from "./charge.ts";
import type { RateMatch } from "./deck.ts";
import { findRate } from "./find-rate.ts";
import { LONGEST_GRANT_SECONDS, grantableSeconds, priceOfSlice } from "./grant.ts";
import { amountFromProof } from "./quote.ts";
import { deckOf, query, time } from "./rows-for-tests.ts";
import type { RowSketch } from "./rows-for-tests.ts";
import type { RateRow } from "./types.ts";

/**
 * The same rules told second by second, in rationals of bigint, with the wall clock of Temporal: every second of the billed
 * leg is looked at alone, its increment found by counting up from the start.
 */
function naiveCharge(match: RateMatch, startAt: TimeUs, usedSeconds: number, includedSeconds: number): bigint {
  const { row } = match;
  const starts: number[] = [0];
  let end: number = row.firstIncrementSeconds;
  while (end < usedSeconds) {
    starts.push(end);
    end += row.nextIncrementSeconds;
  }
  const billed = usedSeconds === 0 ? 0 : end;
  let sixtieths = 0n;
  let paid = 0;
  for (let increment = 0; increment < starts.length; increment++) {
    const begin = starts[increment] as number;
    const price = BigInt(priceAt(match, (startAt + begin * US_PER_SECOND) as TimeUs).pricePerMinuteMicros);
    for (let second = begin; second < Math.min(starts[increment + 1] ?? billed, billed); second++) {
      if (second < includedSeconds) continue;
      sixtieths += price;
      paid++;
    }
  }
  if (paid === 0) return 0n;
  sixtieths += 60n * BigInt(row.connectFeeMicros);
  if (row.minChargeMicros !== null && sixtieths < 60n * BigInt(row.minChargeMicros))
    sixtieths = 60n * BigInt(row.minChargeMicros);
  if (row.maxChargeMicros !== null && sixtieths > 60n * BigInt(row.maxChargeMicros))
    sixtieths = 60n * BigInt(row.maxChargeMicros);
  // Half up without a division that cuts: twice the fraction against its denominator.
  const whole = sixtieths / 60n;
  return 2n * (sixtieths - whole * 60n) >= 60n ? whole + 1n : whole;
}

/** Bands of the test deck: "evening" every day 20:00 to 06:00, "noon" at weekends; told anew, not with the calendar. */
function priceAt(match: RateMatch, at: TimeUs): RateRow {
  if (match.deck.bandMode === "start") return match.row;
  const local = Temporal.Instant.fromEpochMilliseconds(Math.floor(at / 1000)).toZonedDateTimeISO("Europe/Berlin");
  const evening = local.hour >= 20 || local.hour < 6;
  const noon = local.dayOfWeek >= 6 && local.hour === 12;
  const wanted = evening ? "evening" : noon ? "noon" : "";
  const row =
    match.deck.rows.find((candidate) => candidate.band === wanted) ?? match.deck.rows.find((candidate) => candidate.band === "");
  return row as RateRow;
}

const price = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 3_000_000 }));
const increment = fc.oneof(fc.constantFrom(1, 6, 20, 30, 60), fc.integer({ min: 1, max: 600 }));
const bound = fc.option(fc.integer({ min: 0, max: 500_000 }), { nil: null });
const leg = fc.record({
  prices: fc.tuple(price, price, price),
  first: increment,
  next: increment,
  fee: fc.constantFrom(0, 0, 1, 50_000),
  bounds: fc.tuple(bound, bound),
  bandMode: fc.constantFrom("split" as const, "split" as const, "start" as const),
  // Around an evening, a weekend noon, and both changes of the clock.
  base: fc.constantFrom(
    "2026-03-02T18:55:00Z",
    "2026-03-07T10:50:00Z",
    "2026-03-29T00:30:00Z",
    "2026-10-25T00:30:00Z",
    "2026-06-01T03:50:00Z",
  ),
  shift: fc.integer({ min: 0, max: 1200 * US_PER_SECOND }),
  used: fc.oneof(fc.integer({ min: 0, max: 130 }), fc.integer({ min: 0, max: 5000 })),
  includedMinutes: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 90 })),
});
type Leg = typeof leg extends fc.Arbitrary<infer T> ? T : never;

function matchOf(l: Leg): { match: RateMatch; startAt: TimeUs; includedSeconds: number } {
  const [a, b] = l.bounds;
  const [minChargeMicros, maxChargeMicros] = a !== null && b !== null && a > b ? [b, a] : [a, b];
  const common = {
    prefix: "49",
    firstIncrementSeconds: l.first,
    nextIncrementSeconds: l.next,
    connectFeeMicros: l.fee,
    minChargeMicros,
    maxChargeMicros,
  };
  const rows: RowSketch[] = ["", "evening", "noon"].map((band, place) => ({
    ...common,
    band,
    pricePerMinuteMicros: l.prices[place],
  }));
  const deck = deckOf(rows, {
    timeZone: "Europe/Berlin",
    bandMode: l.bandMode,
    bands: [
      {
        name: "evening",
        weekdays: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
        fromSecond: 72_000,
        toSecond: 21_600,
        holidays: true,
      },
      { name: "noon", weekdays: ["sat", "sun"], fromSecond: 43_200, toSecond: 46_800, holidays: false },
    ],
  });
  const startAt = (time(l.base) + l.shift) as TimeUs;
  const match = findRate([deck], query("4930123456", { at: startAt }));
  if (match === null) throw new Error("no rate");
  return { match, startAt, includedSeconds: l.includedMinutes * 60 };
}

describe("charge, any leg", () => {
  it("equals the second-by-second model to the micro-unit, and its proof leads to the same amount (D8, D10, D22)", () => {
    fc.assert(
      fc.property(leg, (l) => {
        const { match, startAt, includedSeconds } = matchOf(l);
        const charge = chargeLeg(match, { startAt, usedSeconds: l.used, includedSeconds });
        expect(BigInt(charge.amountMicros)).toBe(naiveCharge(match, startAt, l.used, includedSeconds));
        expect(amountFromProof(charge.proof)).toBe(charge.amountMicros);
        const { parts, chargedSeconds } = charge.proof;
        expect(parts.reduce((sum, part) => sum + part.seconds, 0)).toBe(chargedSeconds);
        parts.slice(1).forEach((part, place) => {
          const before = parts[place];
          expect(part.fromSecond).toBe((before?.fromSecond ?? 0) + (before?.seconds ?? 0));
          expect(part.line).not.toBe(before?.line);
        });
      }),
      { numRuns: 1500 },
    );
  });

  it("prices adjoining slices so that they add up to the charge", () => {
    fc.assert(
      fc.property(leg, fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 5 }), (l, cuts) => {
        const { match, startAt, includedSeconds } = matchOf(l);
        const edges = [0, ...cuts.filter((cut) => cut < l.used).sort((a, b) => a - b), l.used];
        const slices = edges
          .slice(1)
          .map((toSecond, place) => ({ startAt, fromSecond: edges[place] ?? 0, toSecond, includedSeconds }));
        const prices = slices.map((slice) => priceOfSlice(match, slice));
        expect(Math.min(...prices)).toBeGreaterThanOrEqual(0);
        expect(prices.reduce((sum, amount) => sum + amount, 0)).toBe(
          chargeLeg(match, { startAt, usedSeconds: l.used, includedSeconds }).amountMicros,
        );
      }),
      { numRuns: 500 },
    );
  });

  it("grants the last whole increment that the sum pays for, and not one more (D35)", () => {
    fc.assert(
      fc.property(
        leg,
        fc.integer({ min: -10, max: 400_000 }),
        fc.constantFrom(0, 0, 60, 777),
        (l, availableMicros, fromSecond) => {
          const { match, startAt, includedSeconds } = matchOf(l);
          const granted = grantableSeconds(match, { startAt, fromSecond, availableMicros, includedSeconds });
          const price = (toSecond: number) => priceOfSlice(match, { startAt, fromSecond, toSecond, includedSeconds });
          const { firstIncrementSeconds: first, nextIncrementSeconds: next } = match.row;
          const following = granted < first ? first : granted - ((granted - first) % next) + next;
          const facts = {
            notBefore: granted >= fromSecond,
            paid: granted === fromSecond || price(granted) <= Math.max(availableMicros, 0),
            whole: granted === fromSecond || (granted >= first && (granted - first) % next === 0),
            longest: granted >= LONGEST_GRANT_SECONDS || price(following) > Math.max(availableMicros, 0),
          };
          expect(facts).toEqual({ notBefore: true, paid: true, whole: true, longest: true });
        },
      ),
      { numRuns: 800 },
    );
  });
});
