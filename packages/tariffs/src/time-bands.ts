import { US_PER_SECOND, daysFromCivil } from "@tollbook/contracts/units.ts";
import type { TimeUs } from "@tollbook/contracts/units.ts";
import { nextChange, offsetPlace } from "./zone-offsets.ts";
import type { ZoneOffsets } from "./zone-offsets.ts";

/**
 * Which price band holds at an instant, by the wall clock of the deck's time zone (D10). The wall clock decides alone:
 * on the day of 25 hours the repeated hour is twice in the band, on the day of 23 hours the missing hour is in none.
 */

export const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof weekdays)[number];

export interface BandSpec {
  readonly name: string;
  /** Days on which the band begins. A band from 20:00 to 08:00 on Fridays ends on Saturday at 08:00. */
  readonly weekdays: readonly Weekday[];
  /** Wall clock seconds of the day, 0 to 86,399. */
  readonly fromSecond: number;
  /** 1 to 86,400; less than `fromSecond`: on the next day. */
  readonly toSecond: number;
  /** A holiday is a kind of day of its own, whatever its weekday: the band begins on it only when this is true. */
  readonly holidays: boolean;
}

/** The default band, in force when no named one is. */
export const DEFAULT_BAND = -1;

const HOLIDAY_KIND = 7;
const KINDS = 8;
const DAY_SECONDS = 86_400;
/** Days are planned from 1990 to 2100, like offsets; beyond that weekdays go on without holidays. */
const FIRST_DAY = 7305;
const DAYS = 40_177;

/** One kind of day after another kind of day: from `edges[i]` to the next edge `bands[i]` holds. */
interface DayPlan {
  readonly edges: Int32Array;
  readonly bands: Int32Array;
}

export interface Calendar {
  readonly zone: ZoneOffsets;
  readonly bands: readonly BandSpec[];
  /** For each day from FIRST_DAY on the place of its plan. */
  readonly planOfDay: Uint8Array;
  /** By kind of yesterday * KINDS + kind of today. */
  readonly plans: readonly DayPlan[];
}

/** Place in `calendar.bands` of the band that holds at `at`, DEFAULT_BAND when none does. */
export function bandAt(calendar: Calendar, at: TimeUs): number {
  return bandRun(calendar, at).band;
}

/** The band that holds at `at`, and the instant until which it certainly does (it may go on after that). */
export function bandRun(calendar: Calendar, at: TimeUs): { band: number; untilUs: number } {
  const utcSeconds = Math.floor(at / US_PER_SECOND);
  const place = offsetPlace(calendar.zone, utcSeconds);
  const localSeconds = utcSeconds + (calendar.zone.offsets[place] as number);
  const day = Math.floor(localSeconds / DAY_SECONDS);
  const secondOfDay = localSeconds - day * DAY_SECONDS;
  const plan = calendar.plans[calendar.planOfDay[day - FIRST_DAY] ?? weekdayKind(day - 1) * KINDS + weekdayKind(day)] as DayPlan;
  let segment = plan.edges.length - 1;
  while ((plan.edges[segment] as number) > secondOfDay) segment--;
  const end = plan.edges[segment + 1] ?? DAY_SECONDS;
  const untilSeconds = Math.min(utcSeconds + end - secondOfDay, nextChange(calendar.zone, place));
  return { band: plan.bands[segment] as number, untilUs: untilSeconds * US_PER_SECOND };
}

/** Where two bands hold together, the one named first in the side file wins. `holidays` are "2026-12-25" or, every year, "12-25". */
export function compileCalendar(zone: ZoneOffsets, bands: readonly BandSpec[], holidays: readonly string[]): Calendar {
  const plans: DayPlan[] = [];
  for (let yesterday = 0; yesterday < KINDS; yesterday++) {
    for (let today = 0; today < KINDS; today++) plans.push(planDay(bands, yesterday, today));
  }
  const kinds = new Uint8Array(DAYS + 1).map((_, place) => weekdayKind(FIRST_DAY - 1 + place));
  for (const day of holidays.flatMap(daysOfHoliday)) kinds[day - FIRST_DAY + 1] = HOLIDAY_KIND;
  const planOfDay = new Uint8Array(DAYS).map((_, place) => (kinds[place] as number) * KINDS + (kinds[place + 1] as number));
  return { zone, bands, planOfDay, plans };
}

/** Reads "2026-12-25" or "12-25" (every year); null for anything else. */
export function parseHoliday(text: string): { year: number | null; month: number; day: number } | null {
  const match = /^(?:(\d{4})-)?(\d{2})-(\d{2})$/.exec(text);
  if (match === null) return null;
  const year = match[1] === undefined ? null : Number(match[1]);
  const month = Number(match[2]);
  const day = Number(match[3]);
  // 2000 is a leap year: 29 February may be a yearly holiday.
  return daysFromCivil(year ?? 2000, month, day) === null ? null : { year, month, day };
}

/** Days since 1970-01-01 on which the holiday falls. */
function daysOfHoliday(text: string): number[] {
  const holiday = parseHoliday(text);
  if (holiday === null) throw new RangeError(`not a holiday: ${text}`);
  const { year, month, day } = holiday;
  const years = year === null ? Array.from({ length: 111 }, (_, place) => 1990 + place) : [year];
  return years.map((each) => daysFromCivil(each, month, day)).filter((found) => found !== null);
}

function weekdayKind(day: number): number {
  // 1970-01-01 was a Thursday, the fourth day of the week.
  return (((day + 3) % 7) + 7) % 7;
}

function planDay(bands: readonly BandSpec[], yesterday: number, today: number): DayPlan {
  const cuts = new Set([0]);
  for (const band of bands) {
    cuts.add(band.fromSecond);
    if (band.toSecond < DAY_SECONDS) cuts.add(band.toSecond);
  }
  const edges: number[] = [];
  const inForce: number[] = [];
  for (const second of [...cuts].sort((a, b) => a - b)) {
    const band = bands.findIndex((candidate) => holds(candidate, yesterday, today, second));
    if (band === inForce.at(-1)) continue;
    edges.push(second);
    inForce.push(band);
  }
  return { edges: Int32Array.from(edges), bands: Int32Array.from(inForce) };
}

function holds(band: BandSpec, yesterday: number, today: number, second: number): boolean {
  if (band.fromSecond < band.toSecond) return beginsOn(band, today) && second >= band.fromSecond && second < band.toSecond;
  return (beginsOn(band, today) && second >= band.fromSecond) || (beginsOn(band, yesterday) && second < band.toSecond);
}

function beginsOn(band: BandSpec, kind: number): boolean {
  return kind === HOLIDAY_KIND ? band.holidays : band.weekdays.includes(weekdays[kind] as Weekday);
}
