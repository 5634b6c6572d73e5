import type { EventOutcome } from "@tollbook/contracts/codes.ts";
import { US_PER_HOUR } from "@tollbook/contracts/units.ts";
import { append, keep } from "./undo.ts";
import type { Undo } from "./undo.ts";

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

/** The counts of the hour of `now`. Log time never goes back, so it is the last or a new one. */
export function hourAt(undo: Undo, counters: Counters, now: number): HourCounts {
  const hour = Math.floor(now / US_PER_HOUR);
  const last = counters.hours[counters.hours.length - 1];
  if (last !== undefined && last.hour === hour) return last;
  const begun = createHour(hour);
  append(undo, counters.hours, begun);
  return begun;
}

/** Counts one accepted event and what became of it. */
export function countEvent(undo: Undo, counters: Counters, now: number, outcome: EventOutcome): void {
  const hour = hourAt(undo, counters, now);
  const { total } = counters;
  keep(undo, hour, "accepted");
  keep(undo, total, "accepted");
  keep(undo, hour, outcome);
  keep(undo, total, outcome);
  hour.accepted++;
  total.accepted++;
  hour[outcome]++;
  total[outcome]++;
}

export type LegCount = "seen" | "rated" | "denied" | "abandoned" | "voided";

export function countLeg(undo: Undo, counters: Counters, now: number, what: LegCount, by: 1 | -1): void {
  const hour = hourAt(undo, counters, now);
  keep(undo, hour, what);
  keep(undo, counters.total, what);
  hour[what] += by;
  counters.total[what] += by;
}

/** On ticks: the oldest hours go, the totals stay. */
export function pruneHours(counters: Counters): void {
  if (counters.hours.length > KEPT_HOURS) counters.hours.splice(0, counters.hours.length - KEPT_HOURS);
}

/** The counts of `period`, begun anew when another one was counted before. */
export function usageOf(undo: Undo, usage: UsageCounts, period: number): UsageCounts {
  if (usage.period === period) return usage;
  const fresh = createUsage();
  for (const key of Object.keys(fresh) as (keyof UsageCounts)[]) {
    keep(undo, usage, key);
    usage[key] = fresh[key];
  }
  keep(undo, usage, "period");
  usage.period = period;
  return usage;
}
