import { assert } from "../assert.ts";
import { append, keep } from "../undo.ts";
import type { Undo } from "../undo.ts";

export type PoolKind = "domestic" | "international" | "zoneA";

/** Included minutes shared by the holders of identical licences in one country (CP-8, AC-2), or of one user (MCOPSTN8). */
export interface Pool {
  readonly key: string;
  readonly serviceCode: string;
  readonly product: string;
  readonly kind: PoolKind;
  /** Usage location; `US` stands for US+PR (CP-4), empty for tenant-wide pools. */
  readonly country: string;
  /** Empty unless personal. */
  readonly user: string;
  readonly minutesPerLicence: number;
  /** Licences that count now. */
  assigned: number;
  /** Oldest first. */
  readonly months: PoolMonth[];
}

/** One pool in one calendar month (CP-10). No roll-over. */
export interface PoolMonth {
  readonly month: number;
  /** CP-9: the most licences that counted at once in this month. */
  mostAssigned: number;
  usedMinutes: number;
  reservedMinutes: number;
  /** Highest threshold noticed: 0, 80 or 100 (AC-5). */
  noticed: number;
}

/** CP-9: never below what is used or promised. */
export function sizeOf(pool: Pool, month: PoolMonth): number {
  return Math.max(pool.minutesPerLicence * month.mostAssigned, month.usedMinutes + month.reservedMinutes);
}

export function availableMinutes(pool: Pool, month: PoolMonth): number {
  return sizeOf(pool, month) - month.usedMinutes - month.reservedMinutes;
}

/** The pool's figures of `month`, begun with the licences that count now when nothing happened in it yet. */
export function monthOfPool(undo: Undo, pool: Pool, month: number): PoolMonth {
  const { months } = pool;
  for (let i = months.length - 1; i >= 0; i--) {
    const entry = months[i] as PoolMonth;
    if (entry.month === month) return entry;
  }
  const begun: PoolMonth = { month, mostAssigned: pool.assigned, usedMinutes: 0, reservedMinutes: 0, noticed: 0 };
  append(undo, months, begun);
  return begun;
}

/** Changes what an open leg holds of the pool by `minutes`. */
export function reserveMinutes(undo: Undo, pool: Pool, month: PoolMonth, minutes: number): void {
  assert(minutes <= availableMinutes(pool, month), "I4: a pool is never over-granted");
  assert(month.reservedMinutes + minutes >= 0, "I5: reserved minutes are the sum of open reservations");
  keep(undo, month, "reservedMinutes");
  month.reservedMinutes += minutes;
}

/** Takes minutes for good, or gives them back (`minutes` < 0, D11). */
export function takeMinutes(undo: Undo, pool: Pool, month: PoolMonth, minutes: number): void {
  assert(minutes <= availableMinutes(pool, month), "I4: a pool is never over-granted");
  assert(month.usedMinutes + minutes >= 0, "I4: a pool never has less than nothing used");
  keep(undo, month, "usedMinutes");
  month.usedMinutes += minutes;
}

/** The threshold that the pool has reached and that was not noticed yet; 0: none. */
export function thresholdReached(pool: Pool, month: PoolMonth): 0 | 80 | 100 {
  const size = pool.minutesPerLicence * month.mostAssigned;
  if (size === 0 || month.noticed === 100) return 0;
  if (month.usedMinutes >= size) return 100;
  return month.noticed < 80 && month.usedMinutes * 5 >= size * 4 ? 80 : 0;
}

export function poolState(pool: Pool, month: PoolMonth): "OPEN" | "WARN80" | "EXHAUSTED" {
  const size = sizeOf(pool, month);
  if (availableMinutes(pool, month) <= 0) return "EXHAUSTED";
  return month.usedMinutes * 5 >= size * 4 ? "WARN80" : "OPEN";
}
