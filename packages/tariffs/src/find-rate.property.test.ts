import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TimeUs } from "@tollbook/contracts/units.ts";
import { findRate } from "./find-rate.ts";
import { deckOf, query, rateRow } from "./rows-for-tests.ts";
import type { RowSketch } from "./rows-for-tests.ts";
import type { RateQuery, RateRow } from "./types.ts";

/** A deck small enough that its rows often compete: three digits, few origins, classes, currencies and times. */
const number = (least: number, most: number) =>
  fc.string({ unit: fc.constantFrom("1", "2", "0"), minLength: least, maxLength: most });
const moment = fc.option(fc.integer({ min: 0, max: 10 }), { nil: null });
const sketch: fc.Arbitrary<RowSketch> = fc.record({
  prefix: number(1, 7),
  originPrefix: fc.constantFrom("", "", "", "1", "12", "2"),
  direction: fc.constantFrom("outbound", "inbound"),
  numberClass: fc.constantFrom("toll", "tollFree"),
  currency: fc.constantFrom("EUR", "EUR", "USD"),
  validFrom: moment,
  validTo: moment,
});
const ask: fc.Arbitrary<RateQuery> = fc
  .record({
    to: number(7, 9),
    direction: fc.constantFrom("outbound", "inbound"),
    numberClass: fc.constantFrom(null, "toll", "tollFree"),
    origin: fc.option(number(7, 8), { nil: null }),
    currency: fc.constantFrom("EUR", "USD"),
    at: fc.integer({ min: 0, max: 10 }),
  })
  .map(({ to, ...rest }) => query(to, rest));

/** The rule as one sentence over all rows: what fits, ordered by prefix, origin, validFrom, deck, line (D34, RT-3). */
function naiveRate(decks: readonly (readonly RateRow[])[], q: RateQuery): RateRow | null {
  const fits = (row: RateRow) =>
    row.direction === q.direction &&
    row.currency === q.currency &&
    (q.numberClass === null || q.numberClass === row.numberClass) &&
    q.number.startsWith(row.prefix) &&
    (row.originPrefix === "" || (q.origin ?? "").startsWith(row.originPrefix)) &&
    (row.validFrom ?? (-1 as TimeUs)) <= q.at &&
    q.at < (row.validTo ?? (99 as TimeUs));
  const rank = (row: RateRow, deck: number) => [
    -row.prefix.length,
    -row.originPrefix.length,
    0 - (row.validFrom ?? -1),
    deck,
    row.line,
  ];
  const candidates = decks.flatMap((rows, deck) => rows.filter(fits).map((row) => ({ row, rank: rank(row, deck) })));
  candidates.sort(
    (a, b) => a.rank.map((value, place) => value - (b.rank[place] ?? 0)).find((difference) => difference !== 0) ?? 0,
  );
  return candidates[0]?.row ?? null;
}

describe("finding a rate, any decks", () => {
  it("finds the row that a scan over all rows finds (D10, D34, RT-3)", () => {
    const decks = fc.array(fc.array(sketch, { maxLength: 30 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(decks, fc.array(ask, { minLength: 1, maxLength: 20 }), (sketches, asks) => {
        const compiled = sketches.map((rows, place) => deckOf(rows, { deckId: String(place) }));
        const plain = sketches.map((rows) => rows.map((row, place) => rateRow(row, place + 2)));
        for (const q of asks) expect(findRate(compiled, q)?.row ?? null).toEqual(naiveRate(plain, q));
      }),
      { numRuns: 300 },
    );
  });
});
