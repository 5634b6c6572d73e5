import type { TimeUs } from "@tollbook/contracts/units.ts";
import { matchInBand } from "./deck.ts";
import type { DirectionIndex, RateDeck, RateGroup, RateMatch } from "./deck.ts";
import { longestPrefix, shorterPrefix } from "./prefix-index.ts";
import { SHORT_CODE_DIGITS } from "./special-numbers.ts";
import { bandAt } from "./time-bands.ts";
import type { RateQuery, RateRow } from "./types.ts";

/**
 * The rate of a leg over all decks in force (D10, D34, RT-3): longest prefix, then longest origin prefix, then the latest
 * validFrom, then the earlier deck of the list and the earlier line. A prefix without a row for the direction, class,
 * currency, origin, time and band of the leg gives way to the next shorter one. Null: no rate (RT-7, D15, D23).
 */
export function findRate(decks: readonly RateDeck[], query: RateQuery): RateMatch | null {
  if (query.number.length <= SHORT_CODE_DIGITS) return null;
  let best: RateMatch | null = null;
  for (const deck of decks) {
    const index = query.direction === "outbound" ? deck.outbound : deck.inbound;
    if (index === null) continue;
    const match = findInDeck(deck, index, query);
    if (match !== null && (best === null || goesBefore(match.row, best.row))) best = match;
  }
  return best;
}

function findInDeck(deck: RateDeck, index: DirectionIndex, query: RateQuery): RateMatch | null {
  for (let id = longestPrefix(index.prefixes, query.number); id >= 0; id = shorterPrefix(index.prefixes, id)) {
    const only = index.only[id] as RateMatch | null;
    if (only === null) {
      const match = findInGroups(deck, index.groups[id] as readonly RateGroup[], query);
      if (match !== null) return match;
    } else if (hasKind(only.row, query)) return only;
  }
  return null;
}

function hasKind(candidate: { currency: string; numberClass: string }, query: RateQuery): boolean {
  return candidate.currency === query.currency && (query.numberClass === null || candidate.numberClass === query.numberClass);
}

function findInGroups(deck: RateDeck, groups: readonly RateGroup[], query: RateQuery): RateMatch | null {
  let best: RateMatch | null = null;
  for (const group of groups) {
    if (best !== null && group.originPrefix.length < best.row.originPrefix.length) break;
    if (!hasKind(group, query)) continue;
    if (group.originPrefix !== "" && (query.origin === null || !query.origin.startsWith(group.originPrefix))) continue;
    const match = matchInGroup(deck, group, query.at);
    if (match !== null && (best === null || goesBefore(match.row, best.row))) best = match;
  }
  return best;
}

function matchInGroup(deck: RateDeck, group: RateGroup, at: TimeUs): RateMatch | null {
  const place = deck.calendar === null ? 0 : bandAt(deck.calendar, at) + 1;
  if (group.matches !== null) return group.matches[place] as RateMatch | null;
  const valid = group.rowsByBand.map((rows) => rows.find((row) => isValid(row, at)) ?? null);
  return matchInBand(deck, valid, place);
}

/** `[validFrom, validTo)`. */
function isValid(row: RateRow, at: TimeUs): boolean {
  return (row.validFrom === null || row.validFrom <= at) && (row.validTo === null || at < row.validTo);
}

/** Only a clear win replaces what was found first: the order of the decks and of the lines decides the rest. */
function goesBefore(row: RateRow, other: RateRow): boolean {
  if (row.prefix.length !== other.prefix.length) return row.prefix.length > other.prefix.length;
  if (row.originPrefix.length !== other.originPrefix.length) return row.originPrefix.length > other.originPrefix.length;
  return (row.validFrom ?? -Infinity) > (other.validFrom ?? -Infinity);
}
