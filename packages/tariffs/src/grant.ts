import { micros } from "@tollbook/contracts/units.ts";
import type { Micros, TimeUs } from "@tollbook/contracts/units.ts";
import { chargeLeg } from "./charge.ts";
import type { RateMatch } from "./deck.ts";
import { incrementBoundary, incrementFloor, startWalk, stepWalk } from "./increments.ts";

/** No grant reaches further than a leg may last (AC-7: 24 h). */
export const LONGEST_GRANT_SECONDS = 86_400;

/** Larger sums buy no more than LONGEST_GRANT_SECONDS at any price a deck may hold, and stay exact times 60. */
const MOST_MICROS = 100_000_000_000_000;

export interface GrantAsk {
  readonly startAt: TimeUs;
  /** Second of the leg up to which it is paid for already; 0 at the start. */
  readonly fromSecond: number;
  /** What the seconds after `fromSecond` may cost. A debt counts as 0: seconds that cost nothing are granted all the same. */
  readonly availableMicros: number;
  readonly includedSeconds: number;
  /** For a finished leg that lasted longer than any grant; LONGEST_GRANT_SECONDS when absent. */
  readonly longestSeconds?: number;
}

/**
 * The second of the leg, counted from its start, up to which it may go on: the end of the last whole increment whose charge
 * beyond `fromSecond` does not exceed `availableMicros`. Never less than `fromSecond`, never more than the increment in which
 * `longestSeconds` ends; 0 when not even the first increment fits (whether it is granted all the same is D35).
 */
export function grantableSeconds(match: RateMatch, ask: GrantAsk): number {
  const { row } = match;
  const limit = incrementBoundary(row, ask.longestSeconds ?? LONGEST_GRANT_SECONDS);
  const affordable = Math.min(priceUpTo(match, ask, ask.fromSecond) + Math.max(ask.availableMicros, 0), MOST_MICROS);
  if (row.maxChargeMicros !== null && affordable >= row.maxChargeMicros) return Math.max(limit, ask.fromSecond);
  // Half up: n sixtieths cost at most `affordable` while n < 60 × affordable + 30.
  let left = affordable * 60 + 29 - row.connectFeeMicros * 60;
  if (row.minChargeMicros !== null && affordable < row.minChargeMicros) left = -1;
  const walk = startWalk(match, ask.startAt);
  while (walk.at < limit) {
    const paidFrom = Math.max(walk.at, ask.includedSeconds);
    stepWalk(walk, limit);
    if (walk.at <= paidFrom) continue;
    const price = walk.row.pricePerMinuteMicros;
    const cost = (walk.at - paidFrom) * price;
    if (left >= 0 && cost <= left) {
      left -= cost;
      continue;
    }
    const payable = left < 0 ? 0 : Math.floor(left / price);
    return Math.max(incrementFloor(row, paidFrom + payable), ask.fromSecond);
  }
  return Math.max(limit, ask.fromSecond);
}

export interface Slice {
  readonly startAt: TimeUs;
  readonly fromSecond: number;
  readonly toSecond: number;
  readonly includedSeconds: number;
}

/** What the leg costs more at `toSecond` than at `fromSecond`: prices of adjoining slices add up to the charge of the leg. */
export function priceOfSlice(match: RateMatch, slice: Slice): Micros {
  return micros(priceUpTo(match, slice, slice.toSecond) - priceUpTo(match, slice, slice.fromSecond));
}

function priceUpTo(match: RateMatch, leg: { startAt: TimeUs; includedSeconds: number }, second: number): Micros {
  return chargeLeg(match, { startAt: leg.startAt, usedSeconds: second, includedSeconds: leg.includedSeconds }).amountMicros;
}
