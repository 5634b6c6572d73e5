import type { Currency } from "@tollbook/contracts/units.ts";
import { buildPrefixIndex } from "./prefix-index.ts";
import type { PrefixIndex } from "./prefix-index.ts";
import { compileCalendar } from "./time-bands.ts";
import type { BandSpec, Calendar } from "./time-bands.ts";
import type { NumberClass, RateDirection, RateRow } from "./types.ts";
import { loadZone } from "./zone-offsets.ts";

/** A rate deck ready to rate with: immutable, the same for the same rows and options. */
export interface RateDeck {
  readonly deckId: string;
  readonly name: string;
  readonly timeZone: string;
  readonly bandMode: BandMode;
  readonly rows: readonly RateRow[];
  /** Null when no row names a band: then no clock is ever looked at. */
  readonly calendar: Calendar | null;
  readonly outbound: DirectionIndex | null;
  readonly inbound: DirectionIndex | null;
}

/** `split`: an increment is priced by the band in which it begins. `start`: the band at the start prices the whole leg (D10). */
export type BandMode = "split" | "start";

export interface DeckOptions {
  /** Given by the caller: SHA-256 of the files (contracts/deck.ts). */
  readonly deckId: string;
  readonly name: string;
  /** IANA name. */
  readonly timeZone: string;
  readonly bandMode: BandMode;
  readonly bands: readonly BandSpec[];
  /** "2026-12-25", or "12-25" for every year. */
  readonly holidays: readonly string[];
}

/** All rows of one direction, by prefix. */
export interface DirectionIndex {
  readonly prefixes: PrefixIndex;
  /** By id of the prefix: longest origin prefix first, then in order of the file. */
  readonly groups: readonly (readonly RateGroup[])[];
  /** By id of the prefix: the match, when the prefix has one row at all times and for any origin; it spares three loads. */
  readonly only: readonly (RateMatch | null)[];
}

/** Rows that differ in band or validity only. */
export interface RateGroup {
  readonly originPrefix: string;
  readonly numberClass: NumberClass;
  readonly currency: Currency;
  /** By place of the band + 1 (0: the default band), each with the latest validFrom first. */
  readonly rowsByBand: readonly (readonly RateRow[])[];
  /**
   * The matches by place of the band in force + 1, when no row has a validity, the usual case: nothing to allocate while rating.
   * Null: rows come and go with time.
   */
  readonly matches: readonly (RateMatch | null)[] | null;
}

/** What `findRate` found: enough to price the whole leg. */
export interface RateMatch {
  readonly deck: RateDeck;
  /** The row in force when the leg starts: its increments, connect fee, minimum and maximum hold for the whole leg. */
  readonly row: RateRow;
  /** Rows valid at the start by place of the band + 1 (0: the default band); null when the price cannot change in the leg. */
  readonly rowsByBand: readonly (RateRow | null)[] | null;
}

/**
 * Throws RangeError on rows that the CSV reader would have refused (unknown zone, unknown band, a prefix that is not digits):
 * rows come from `deck-csv.ts`, which reports errors by line.
 */
export function compileDeck(rows: readonly RateRow[], options: DeckOptions): RateDeck {
  const zone = loadZone(options.timeZone);
  if (zone === null) throw new RangeError(`unknown time zone: ${options.timeZone}`);
  const places = new Map(options.bands.map((band, place) => [band.name, place + 1]));
  places.set("", 0);
  const banded = rows.some((row) => row.band !== "");
  const deck = {
    deckId: options.deckId,
    name: options.name,
    timeZone: options.timeZone,
    bandMode: options.bandMode,
    rows,
    calendar: banded ? compileCalendar(zone, options.bands, options.holidays) : null,
    outbound: null as DirectionIndex | null,
    inbound: null as DirectionIndex | null,
  };
  deck.outbound = indexDirection(deck, "outbound", places);
  deck.inbound = indexDirection(deck, "inbound", places);
  return Object.freeze(deck);
}

function indexDirection(deck: RateDeck, direction: RateDirection, places: ReadonlyMap<string, number>): DirectionIndex | null {
  const byPrefix = new Map<string, RateRow[]>();
  for (const row of deck.rows) {
    if (row.direction !== direction) continue;
    if (!/^[0-9]{1,15}$/.test(row.prefix)) throw new RangeError(`line ${row.line}: not a prefix: ${row.prefix}`);
    const same = byPrefix.get(row.prefix);
    if (same === undefined) byPrefix.set(row.prefix, [row]);
    else same.push(row);
  }
  if (byPrefix.size === 0) return null;
  const groups = [...byPrefix.values()].map((rows) => groupRows(deck, rows, places));
  const only = [...byPrefix.values()].map((rows, id) => (rows.length === 1 ? onlyMatch(groups[id]?.[0]) : null));
  return { prefixes: buildPrefixIndex([...byPrefix.keys()]), groups, only };
}

function groupRows(deck: RateDeck, rows: readonly RateRow[], places: ReadonlyMap<string, number>): RateGroup[] {
  const byKey = new Map<string, RateRow[]>();
  for (const row of rows) {
    const key = `${row.originPrefix}|${row.numberClass}|${row.currency}`;
    const same = byKey.get(key);
    if (same === undefined) byKey.set(key, [row]);
    else same.push(row);
  }
  const groups = [...byKey.values()].map((same) => groupFromRows(deck, same, places));
  return groups.sort((a, b) => b.originPrefix.length - a.originPrefix.length);
}

/** The match of a group of one row, unless origin, time or band may rule it out. */
function onlyMatch(group: RateGroup | undefined): RateMatch | null {
  const match = group?.matches?.[0] ?? null;
  return match !== null && match.row.originPrefix === "" ? match : null;
}

function groupFromRows(deck: RateDeck, rows: readonly RateRow[], places: ReadonlyMap<string, number>): RateGroup {
  const first = rows[0] as RateRow;
  const rowsByBand: RateRow[][] = Array.from({ length: places.size }, () => []);
  for (const row of rows) {
    const place = places.get(row.band);
    if (place === undefined) throw new RangeError(`line ${row.line}: unknown band: ${row.band}`);
    (rowsByBand[place] as RateRow[]).push(row);
  }
  for (const band of rowsByBand) band.sort((a, b) => (b.validFrom ?? -Infinity) - (a.validFrom ?? -Infinity) || a.line - b.line);
  const lasting = rows.every((row) => row.validFrom === null && row.validTo === null);
  const valid = rowsByBand.map((band) => band[0] ?? null);
  return {
    originPrefix: first.originPrefix,
    numberClass: first.numberClass,
    currency: first.currency,
    rowsByBand,
    matches: lasting ? valid.map((_, place) => matchInBand(deck, valid, place)) : null,
  };
}

/**
 * The match while the band at `place` is in force: its row, else the one of the default band; null when there is neither.
 * `rowsByBand` holds the row of each band that is valid when the leg starts.
 */
export function matchInBand(deck: RateDeck, rowsByBand: readonly (RateRow | null)[], place: number): RateMatch | null {
  const row = rowsByBand[place] ?? rowsByBand[0] ?? null;
  if (row === null) return null;
  const fixed = deck.calendar === null || rowsByBand.every((other) => other === null || other === rowsByBand[0]);
  return Object.freeze({ deck, row, rowsByBand: fixed ? null : rowsByBand });
}
