import type { EventOutcome } from "@tollbook/contracts/codes.ts";
import { US_PER_DAY, US_PER_HOUR } from "@tollbook/contracts/units.ts";
import type { CallRow, Segment } from "./fold.ts";

/** D20: both identities per account and hour of log time, and the totals that prove the money. */
export interface Counters {
  /** Oldest first; at most KEPT_HOURS. */
  readonly hours: HourCounts[];
  readonly total: HourCounts;
  readonly money: MoneyTotals;
  readonly day: UsageCounts;
  readonly month: UsageCounts;
}

export interface HourCounts {
  /** Hours since 1970. */
  readonly hour: number;
  accepted: number;
  applied: number;
  duplicate: number;
  confirmed: number;
  conflict: number;
  quarantined: number;
  deadLettered: number;
  refused: number;
  seen: number;
  rated: number;
  denied: number;
  abandoned: number;
  voided: number;
}

/** Sums kept apart where money moves and where segments are written: they must agree. */
export interface MoneyTotals {
  segmentsMicros: number;
  creditsMicros: number;
  overageMicros: number;
  segmentMinutes: number;
  poolMinutes: number;
}

/** For the summary: legs that started today (UTC), or in the current pool month. */
export interface UsageCounts {
  /** Days since 1970, or the pool month. */
  period: number;
  legs: number;
  billableSeconds: number;
  poolMinutes: number;
  chargedMicros: number;
  creditsMicros: number;
  overageMicros: number;
  unfundedLegs: number;
  denied: number;
}

export const KEPT_HOURS = 200;

export function createCounters(): Counters {
  return {
    hours: [],
    total: createHour(0),
    money: { segmentsMicros: 0, creditsMicros: 0, overageMicros: 0, segmentMinutes: 0, poolMinutes: 0 },
    day: createUsage(),
    month: createUsage(),
  };
}

function createHour(hour: number): HourCounts {
  return {
    hour,
    accepted: 0,
    applied: 0,
    duplicate: 0,
    confirmed: 0,
    conflict: 0,
    quarantined: 0,
    deadLettered: 0,
    refused: 0,
    seen: 0,
    rated: 0,
    denied: 0,
    abandoned: 0,
    voided: 0,
  };
}

function createUsage(): UsageCounts {
  return {
    period: 0,
    legs: 0,
    billableSeconds: 0,
    poolMinutes: 0,
    chargedMicros: 0,
    creditsMicros: 0,
    overageMicros: 0,
    unfundedLegs: 0,
    denied: 0,
  };
}

/**
 * What one entry adds to the counts, put together while it is applied and added once it has succeeded: counts take no part in a
 * roll-back. One object serves all entries.
 */
export interface Tally {
  outcome: EventOutcome | null;
  seen: number;
  rated: number;
  denied: number;
  abandoned: number;
  voided: number;
  creditsMicros: number;
  overageMicros: number;
  poolMinutes: number;
}

export type LegCount = "seen" | "rated" | "denied" | "abandoned" | "voided";

export function createTally(): Tally {
  return {
    outcome: null,
    seen: 0,
    rated: 0,
    denied: 0,
    abandoned: 0,
    voided: 0,
    creditsMicros: 0,
    overageMicros: 0,
    poolMinutes: 0,
  };
}

export function clearTally(tally: Tally): void {
  tally.outcome = null;
  tally.seen = 0;
  tally.rated = 0;
  tally.denied = 0;
  tally.abandoned = 0;
  tally.voided = 0;
  tally.creditsMicros = 0;
  tally.overageMicros = 0;
  tally.poolMinutes = 0;
}

/** Adds a tally to the hour of `now`, the totals and the money. */
export function addTally(counters: Counters, now: number, tally: Tally): void {
  if (isEmpty(tally)) return;
  const hour = hourAt(counters, now);
  addCounts(hour, tally);
  addCounts(counters.total, tally);
  const { money } = counters;
  money.creditsMicros += tally.creditsMicros;
  money.overageMicros += tally.overageMicros;
  money.poolMinutes += tally.poolMinutes;
}

/** Most commands, refusals among them, count nothing: they do not even begin an hour. */
function isEmpty(tally: Tally): boolean {
  if (tally.outcome !== null || tally.seen !== 0 || tally.rated !== 0 || tally.denied !== 0) return false;
  if (tally.abandoned !== 0 || tally.voided !== 0) return false;
  return tally.creditsMicros === 0 && tally.overageMicros === 0 && tally.poolMinutes === 0;
}

function addCounts(counts: HourCounts, tally: Tally): void {
  if (tally.outcome !== null) {
    counts.accepted++;
    counts[tally.outcome]++;
  }
  counts.seen += tally.seen;
  counts.rated += tally.rated;
  counts.denied += tally.denied;
  counts.abandoned += tally.abandoned;
  counts.voided += tally.voided;
}

/** Counts one event whose outcome is known without an account's help. */
export function countOutcome(counters: Counters, now: number, outcome: EventOutcome): void {
  const hour = hourAt(counters, now);
  hour.accepted++;
  hour[outcome]++;
  counters.total.accepted++;
  counters.total[outcome]++;
}

/** The counts of the hour of `now`. Log time never goes back, so it is the last or a new one. */
function hourAt(counters: Counters, now: number): HourCounts {
  const hour = Math.floor(now / US_PER_HOUR);
  const last = counters.hours[counters.hours.length - 1];
  if (last !== undefined && last.hour === hour) return last;
  const begun = createHour(hour);
  counters.hours.push(begun);
  return begun;
}

/** What a written row adds to the sums over segments and to the summary; reversals carry their own minus signs. */
export function countRow(counters: Counters, row: CallRow, today: number, thisMonth: number): void {
  const { money } = counters;
  for (let i = 0; i < row.segments.length; i++) {
    const part = row.segments[i] as Segment;
    money.segmentMinutes += part.minutes;
    money.segmentsMicros += part.amountMicros;
  }
  if (Math.floor(row.startAt / US_PER_DAY) === today) addUsage(usageOf(counters.day, today), row);
  if (row.poolMonth === thisMonth) addUsage(usageOf(counters.month, thisMonth), row);
}

function addUsage(usage: UsageCounts, row: CallRow): void {
  const sign = row.entry === "reversal" ? -1 : 1;
  usage.legs += sign;
  if (row.outcome === "denied") usage.denied += sign;
  if (row.outcome !== "rated" && row.outcome !== "voided") return;
  usage.billableSeconds += row.billableSeconds;
  usage.poolMinutes += row.poolMinutes;
  usage.chargedMicros += row.amountMicros;
  for (let i = 0; i < row.segments.length; i++) {
    const { source, amountMicros } = row.segments[i] as Segment;
    if (source === "CREDITS") usage.creditsMicros += amountMicros;
    if (source === "OVERAGE") usage.overageMicros += amountMicros;
    if (source === "UNFUNDED") usage.unfundedLegs += sign;
  }
}

/** On ticks: the oldest hours go, the totals stay. */
export function pruneHours(counters: Counters): void {
  if (counters.hours.length > KEPT_HOURS) counters.hours.splice(0, counters.hours.length - KEPT_HOURS);
}

/** The counts of `period`, begun anew when another one was counted before. */
function usageOf(usage: UsageCounts, period: number): UsageCounts {
  if (usage.period !== period) Object.assign(usage, createUsage(), { period });
  return usage;
}
