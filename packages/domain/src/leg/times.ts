import type { Leg } from "./leg.ts";

/** When a finished leg was answered and ended, and how long it was connected (D3, D22); microseconds. */
export interface LegTimes {
  /** D3: decides rate, month and snapshots. */
  readonly startAt: number;
  /** 0: never answered. */
  readonly answeredAt: number;
  readonly endedAt: number;
  /** Negative where the reports contradict each other: the event is quarantined. */
  readonly connectedUs: number;
}

/** `heardAt`: the event's own time, or the log's, for feeds that send no end. Where `usedMs` and time stamps disagree, time stamps win. */
export function timesOf(leg: Leg, heardAt: number): LegTimes {
  const usedUs = leg.usedMs * 1000;
  const endedAt = leg.endedAt !== 0 ? leg.endedAt : leg.answeredAt !== 0 && usedUs > 0 ? leg.answeredAt + usedUs : heardAt;
  if (leg.answeredAt !== 0) {
    return { startAt: leg.answeredAt, answeredAt: leg.answeredAt, endedAt, connectedUs: endedAt - leg.answeredAt };
  }
  if (usedUs > 0) return { startAt: endedAt - usedUs, answeredAt: endedAt - usedUs, endedAt, connectedUs: usedUs };
  return { startAt: leg.setupAt !== 0 ? leg.setupAt : endedAt, answeredAt: 0, endedAt, connectedUs: 0 };
}

/** Start of a leg that still goes on. */
export function startOfOpenLeg(leg: Leg, now: number): number {
  if (leg.answeredAt !== 0) return leg.answeredAt;
  if (leg.usedMs > 0) return now - leg.usedMs * 1000;
  return leg.setupAt !== 0 ? leg.setupAt : now;
}

/** D22. */
export function billableSeconds(connectedUs: number): number {
  return Math.ceil(connectedUs / 1_000_000);
}
