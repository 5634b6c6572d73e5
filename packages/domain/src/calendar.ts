import { US_PER_DAY, US_PER_SECOND, civilFromDays, daysFromCivil, monthOf, timeUs } from "@tollbook/contracts/units.ts";
import { loadZone, offsetPlace, utcFromLocal } from "@tollbook/tariffs/zone-offsets.ts";
import type { ZoneOffsets } from "@tollbook/tariffs/zone-offsets.ts";

/** Months are year * 100 + month. A pool month is a calendar month in the account's zone (CP-10); a leg is in the month of its start. */

/** Zone tables are constants of the release (architecture §4); they are read once per zone. */
const zones = new Map<string, ZoneOffsets>();

export function isTimeZone(name: string): boolean {
  return name === "UTC" || loadZone(name) !== null;
}

/** The last month asked for per zone, and when it begins and ends: calls come in the order of time, mostly. */
interface MonthRange {
  month: number;
  from: number;
  to: number;
}
const lastMonths = new Map<string, MonthRange>();

/** The month of `time` (microseconds UTC) in `timeZone`. */
export function monthIn(timeZone: string, time: number): number {
  const last = lastMonths.get(timeZone);
  if (last !== undefined && time >= last.from && time < last.to) return last.month;
  const zone = zoneOf(timeZone);
  const local =
    zone === null ? time : time + (zone.offsets[offsetPlace(zone, Math.floor(time / US_PER_SECOND))] ?? 0) * US_PER_SECOND;
  const month = monthOf(timeUs(local));
  lastMonths.set(timeZone, { month, from: monthStart(timeZone, month), to: monthStart(timeZone, nextMonth(month)) });
  return month;
}

/** The first microsecond of a month in `timeZone`, UTC. */
export function monthStart(timeZone: string, month: number): number {
  const localSeconds = (daysFromCivil(Math.floor(month / 100), month % 100, 1) as number) * 86_400;
  const zone = zoneOf(timeZone);
  return (zone === null ? localSeconds : utcFromLocal(zone, localSeconds)) * US_PER_SECOND;
}

export function nextMonth(month: number): number {
  return month % 100 === 12 ? month + 89 : month + 1;
}

/** CC-7: end of the same day (UTC) `months` calendar months later, clamped to the month's last day; the end is exclusive. */
export function endOfDayMonthsLater(time: number, months: number): number {
  const { year, month, day } = civilFromDays(Math.floor(time / US_PER_DAY));
  const count = year * 12 + (month - 1) + months;
  const targetYear = Math.floor(count / 12);
  const targetMonth = (count % 12) + 1;
  for (let last = day; ; last--) {
    const days = daysFromCivil(targetYear, targetMonth, last);
    if (days !== null) return (days + 1) * US_PER_DAY;
  }
}

/** The same instant `months` calendar months earlier or later, the day clamped to the month's last. */
export function addMonths(time: number, months: number): number {
  const days = Math.floor(time / US_PER_DAY);
  return endOfDayMonthsLater(time, months) - US_PER_DAY + (time - days * US_PER_DAY);
}

function zoneOf(timeZone: string): ZoneOffsets | null {
  if (timeZone === "UTC") return null;
  let zone = zones.get(timeZone);
  if (zone === undefined) {
    zone = loadZone(timeZone) ?? undefined;
    if (zone === undefined) throw new RangeError(`unknown time zone: ${timeZone}`);
    zones.set(timeZone, zone);
  }
  return zone;
}

/** Days since 1970 of the local calendar day in which `time` lies. */
export function localDay(timeZone: string, time: number): number {
  const zone = zoneOf(timeZone);
  const offset = zone === null ? 0 : (zone.offsets[offsetPlace(zone, Math.floor(time / US_PER_SECOND))] ?? 0);
  return Math.floor((time + offset * US_PER_SECOND) / US_PER_DAY);
}

/** The first microsecond of a local calendar day, UTC. */
export function startOfLocalDay(timeZone: string, day: number): number {
  const zone = zoneOf(timeZone);
  return (zone === null ? day * 86_400 : utcFromLocal(zone, day * 86_400)) * US_PER_SECOND;
}
