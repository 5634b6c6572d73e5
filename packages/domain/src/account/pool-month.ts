import { localDay, monthIn, monthStart, nextMonth, startOfLocalDay } from "../calendar.ts";
import { valueAt } from "../history.ts";
import type { Dated } from "../history.ts";
import { change } from "../undo.ts";
import type { Undo } from "../undo.ts";
import type { Account } from "./account.ts";

/**
 * CP-10: the organisation's calendar. A new zone begins exactly where a month of the old one ends, so that months follow each
 * other without a gap: the first month in a new zone begins with the zone, whatever the new zone's own calendar says.
 */
export interface MonthZone {
  readonly zone: string;
  /** The month that begins with it; 0 for the first zone. */
  readonly firstMonth: number;
}

/** The pool month of `at`. */
export function poolMonthAt({ zones }: Account, at: number): number {
  if (zones.length === 1) return monthIn((zones[0] as Dated<MonthZone>).value.zone, at);
  const { zone, firstMonth } = valueAt(zones, at);
  return Math.max(firstMonth, monthIn(zone, at));
}

/** The first microsecond of a pool month. */
export function startOfPoolMonth({ zones }: Account, month: number): number {
  const entry = zones.findLast(({ value }) => value.firstMonth <= month) as Dated<MonthZone>;
  return entry.value.firstMonth === month ? entry.from : monthStart(entry.value.zone, month);
}

export function zoneAt({ zones }: Account, at: number): string {
  return valueAt(zones, at).zone;
}

/** The first microsecond of the organisation's next calendar day. */
export function startOfNextDay(account: Account, now: number): number {
  const zone = zoneAt(account, now);
  return startOfLocalDay(zone, localDay(zone, now) + 1);
}

/** From the end of the running month on; a change that waits already gives way. Null: that zone has been agreed on before. */
export function changeZone(undo: Undo, account: Account, zone: string, now: number): number | null {
  const past = account.zones.filter(({ from }) => from <= now);
  const month = poolMonthAt({ ...account, zones: past }, now);
  const firstMonth = nextMonth(month);
  const current = past[past.length - 1] as Dated<MonthZone>;
  const waiting = past.length < account.zones.length;
  if (current.value.zone === zone) {
    if (!waiting) return null;
    change(undo, account, "zones", past);
    return now;
  }
  const from = monthStart(current.value.zone, firstMonth);
  change(undo, account, "zones", [...past, { from, value: { zone, firstMonth } }]);
  return from;
}

/** The figures of so many months are kept: the running one and those before. */
export const KEPT_MONTHS = 15;

/** Whether what happened in `month` (year × 100 + month) is still counted; afterwards only the ledger's rows know of it. */
export function isMonthKept(account: Account, month: number, now: number): boolean {
  const count = (one: number): number => Math.floor(one / 100) * 12 + (one % 100);
  return count(poolMonthAt(account, now)) - count(month) < KEPT_MONTHS;
}
