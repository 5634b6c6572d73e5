import { US_PER_SECOND, seconds } from "@tollbook/contracts/units.ts";
import type { Seconds, TimeUs } from "@tollbook/contracts/units.ts";
import type { RateMatch } from "./deck.ts";
import { DEFAULT_BAND, bandRun } from "./time-bands.ts";
import type { RateRow } from "./types.ts";

/**
 * Increments count from the start of the leg: the first at second 0, the next ones after it (45 s at 30/20 is 50 s).
 * Each is priced by the band in which it begins and is never cut (D22).
 */

/** Connected seconds rounded up to whole increments: 45 s at 30/20 is 50 s (style.md, Words). 0 stays 0. */
export function billedSeconds(row: RateRow, usedSeconds: number): Seconds {
  const used = seconds(usedSeconds);
  const first = row.firstIncrementSeconds;
  if (used === 0) return used;
  if (used <= first) return first;
  const next = row.nextIncrementSeconds;
  const beyond = used - first;
  const over = beyond % next;
  return seconds(used + (over === 0 ? 0 : next - over));
}

/** No band can change the price inside the leg. */
export function hasOnePrice(match: RateMatch): boolean {
  return match.rowsByBand === null || match.deck.calendar === null || match.deck.bandMode === "start";
}

/** A walk along the increments of a leg; `row` prices the run that the last step went over. */
export interface Walk {
  readonly match: RateMatch;
  readonly startAt: TimeUs;
  /** Second of the leg at which the next increment begins. */
  at: number;
  row: RateRow;
}

export function startWalk(match: RateMatch, startAt: TimeUs): Walk {
  return { match, startAt, at: 0, row: match.row };
}

/** Goes on over all increments that certainly begin in the band in force at `walk.at`, at most to `limit`. */
export function stepWalk(walk: Walk, limit: number): void {
  const { calendar } = walk.match.deck;
  const { rowsByBand } = walk.match;
  if (calendar === null || rowsByBand === null || hasOnePrice(walk.match)) {
    walk.at = limit;
    return;
  }
  const run = bandRun(calendar, (walk.startAt + walk.at * US_PER_SECOND) as TimeUs);
  // A band without a row of its own has the default price; where there is none either, the price last in force goes on.
  walk.row = rowsByBand[run.band + 1] ?? rowsByBand[DEFAULT_BAND + 1] ?? walk.row;
  const bandEnd = Math.ceil((run.untilUs - walk.startAt) / US_PER_SECOND);
  walk.at = Math.min(incrementBoundary(walk.match.row, bandEnd), limit);
}

/** The first second, at or after `second` (> 0), at which an increment begins. */
export function incrementBoundary(row: RateRow, second: number): number {
  const first = row.firstIncrementSeconds;
  return second <= first ? first : first + Math.ceil((second - first) / row.nextIncrementSeconds) * row.nextIncrementSeconds;
}

/** The last second, at or before `second`, at which an increment ends or the leg begins. */
export function incrementFloor(row: RateRow, second: number): number {
  const first = row.firstIncrementSeconds;
  if (second < first) return 0;
  return first + Math.floor((second - first) / row.nextIncrementSeconds) * row.nextIncrementSeconds;
}
