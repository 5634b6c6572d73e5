import type { Country, Currency, E164, Micros, Seconds, TimeUs } from "@tollbook/contracts/units.ts";
import { parseTime } from "@tollbook/contracts/units.ts";
import { compileDeck } from "./deck.ts";
import type { DeckOptions, RateDeck } from "./deck.ts";
import type { RateQuery, RateRow } from "./types.ts";

/** Rows, decks and questions for tests: only what a test is about is written out, the rest is plain. */

export type RowSketch = Partial<Record<keyof RateRow, unknown>> & { prefix: string };

/** A row at 0.06 per minute, 60/60, for any time and origin. */
export function rateRow(sketch: RowSketch, line = 2): RateRow {
  return {
    line,
    originPrefix: "",
    direction: "outbound",
    numberClass: "geographic",
    destination: `prefix ${sketch.prefix}`,
    country: "DE" as Country,
    type: "landline",
    currency: "EUR" as Currency,
    connectFeeMicros: 0 as Micros,
    pricePerMinuteMicros: 60_000 as Micros,
    firstIncrementSeconds: 60 as Seconds,
    nextIncrementSeconds: 60 as Seconds,
    minChargeMicros: null,
    maxChargeMicros: null,
    band: "",
    validFrom: null,
    validTo: null,
    ...sketch,
  } as RateRow;
}

export function deckOf(sketches: readonly RowSketch[], options: Partial<DeckOptions> = {}): RateDeck {
  const rows = sketches.map((sketch, place) => rateRow(sketch, place + 2));
  return compileDeck(rows, {
    deckId: "deck",
    name: "test",
    timeZone: "UTC",
    bandMode: "split",
    bands: [],
    holidays: [],
    ...options,
  });
}

export function query(number: string, sketch: Partial<Record<keyof RateQuery, unknown>> = {}): RateQuery {
  return {
    direction: "outbound",
    number: number as E164,
    numberClass: null,
    origin: null,
    currency: "EUR" as Currency,
    at: time("2026-03-02T12:00:00Z"),
    ...sketch,
  } as RateQuery;
}

export function time(text: string): TimeUs {
  const parsed = parseTime(text);
  if (parsed === null) throw new Error(`not a time: ${text}`);
  return parsed;
}
