import { civilFromDays, daysFromCivil } from "@tollbook/contracts/units.ts";
import { localDay, startOfLocalDay } from "../calendar.ts";

/** A billing period `[from, to)` in microseconds (IN-2): from the profile's day of one month to that of the next, in its zone. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

/** A profile's day of month: 28 at most, so that every month has it. */
export const LAST_ANCHOR_DAY = 28;

/** The period in which `time` lies. */
export function periodAt(time: number, anchorDay: number, timeZone: string): Period {
  const { year, month, day } = civilFromDays(localDay(timeZone, time));
  const first = day >= anchorDay ? { year, month } : before({ year, month });
  return { from: startOf(first, anchorDay, timeZone), to: startOf(after(first), anchorDay, timeZone) };
}

interface Month {
  readonly year: number;
  readonly month: number;
}

const after = ({ year, month }: Month): Month => (month === 12 ? { year: year + 1, month: 1 } : { year, month: month + 1 });
const before = ({ year, month }: Month): Month => (month === 1 ? { year: year - 1, month: 12 } : { year, month: month - 1 });

function startOf({ year, month }: Month, day: number, timeZone: string): number {
  return startOfLocalDay(timeZone, daysFromCivil(year, month, day) as number);
}

/** `2026-03-15`, in the zone. */
export function dateIn(timeZone: string, time: number): string {
  return dateOfDay(localDay(timeZone, time));
}

export function dateOfDay(day: number): string {
  const { year, month, day: dayOfMonth } = civilFromDays(day);
  return `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(dayOfMonth).padStart(2, "0")}`;
}

/** So many days later, as a date. */
export function dateLater(timeZone: string, time: number, days: number): string {
  return dateOfDay(localDay(timeZone, time) + days);
}
