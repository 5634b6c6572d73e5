/**
 * The few branded units that cross package borders. Money and time are exact integers held in `number`;
 * every constructor checks that the value is a safe integer, so that no figure is ever rounded silently.
 */

declare const brand: unique symbol;
type Branded<Base, Name extends string> = Base & { readonly [brand]: Name };

/** Money: 1/1,000,000 of a currency unit (RT-6). May be negative. */
export type Micros = Branded<number, "Micros">;
/** A point in time: microseconds since 1970-01-01T00:00:00Z. */
export type TimeUs = Branded<number, "TimeUs">;
/** A length of time in whole seconds, never negative. */
export type Seconds = Branded<number, "Seconds">;
/** The organisation that is billed: `[a-z0-9-]{1,63}`. The unit of isolation, partitioning, pools and credits. */
export type AccountId = Branded<string, "AccountId">;
/** Who sends events for an account: a switch, an importer, an API instance: `[a-z0-9-]{1,63}`. */
export type FeederId = Branded<string, "FeederId">;
/** Identity of a leg inside its account (contract §1): 1 to 128 characters, never contains a time. */
export type UsageId = Branded<string, "UsageId">;
/** A full international number, digits only, without the plus sign: 7 to 15 digits (ITU-T E.164). */
export type E164 = Branded<string, "E164">;
/** ISO 4217 alphabetic code. */
export type Currency = Branded<string, "Currency">;
/** ISO 3166-1 alpha-2 code, upper case. */
export type Country = Branded<string, "Country">;

export const MICROS_PER_UNIT = 1_000_000;
export const US_PER_SECOND = 1_000_000;
export const US_PER_MINUTE = 60 * US_PER_SECOND;
export const US_PER_HOUR = 60 * US_PER_MINUTE;
export const US_PER_DAY = 24 * US_PER_HOUR;

/** Throws RangeError when `value` is not a safe integer. */
export function micros(value: number): Micros {
  if (!Number.isSafeInteger(value)) throw new RangeError(`not a whole number of micro-units: ${value}`);
  // Minus zero would print as "-0" and hash differently from zero.
  return (value === 0 ? 0 : value) as Micros;
}

/** Throws RangeError when `value` is not a safe integer. */
export function timeUs(value: number): TimeUs {
  if (!Number.isSafeInteger(value)) throw new RangeError(`not a whole number of microseconds: ${value}`);
  return value as TimeUs;
}

/** Throws RangeError when `value` is negative or not a safe integer. */
export function seconds(value: number): Seconds {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not a whole number of seconds: ${value}`);
  return value as Seconds;
}

const NAME = /^[a-z0-9-]{1,63}$/;

export function isAccountId(text: string): text is AccountId {
  return NAME.test(text);
}

export function isFeederId(text: string): text is FeederId {
  return NAME.test(text);
}

export function isUsageId(text: string): text is UsageId {
  return text.length >= 1 && text.length <= 128;
}

export function isE164(text: string): text is E164 {
  return /^[1-9][0-9]{6,14}$/.test(text);
}

export function isCurrency(text: string): text is Currency {
  return /^[A-Z]{3}$/.test(text);
}

export function isCountry(text: string): text is Country {
  return /^[A-Z]{2}$/.test(text);
}

const DECIMAL = /^(-?)(\d{1,10})(?:\.(\d{1,6}))?$/;

/** Reads a plain decimal number with at most six decimals; null for anything else ("1e3", "0x10", "1,5", ""). */
export function parseMicros(text: string): Micros | null {
  const match = DECIMAL.exec(text);
  if (match === null) return null;
  const [, sign, whole = "", fraction = ""] = match;
  const value = Number(whole) * MICROS_PER_UNIT + Number(fraction.padEnd(6, "0"));
  if (!Number.isSafeInteger(value)) return null;
  return micros(sign === "-" ? -value : value);
}

/** The canonical decimal text: at least two decimals, at most six, exact: 45000 is "0.045", 2000000 is "2.00". */
export function formatMicros(amount: Micros): string {
  const absolute = Math.abs(amount);
  const whole = Math.floor(absolute / MICROS_PER_UNIT);
  const fraction = String(absolute % MICROS_PER_UNIT).padStart(6, "0");
  const trimmed = fraction.slice(0, 2) + fraction.slice(2).replace(/0+$/, "");
  return `${amount < 0 ? "-" : ""}${whole}.${trimmed}`;
}

/** Every field of a time stands at a fixed place, so it is read by position: four times as fast as by pattern (hot path). */
const pair = (text: string, at: number): number => digit(text, at) * 10 + digit(text, at + 1);

/** NaN where there is no digit, which makes every sum and comparison built from it fail. */
function digit(text: string, at: number): number {
  const code = text.charCodeAt(at) - 48;
  return code >= 0 && code <= 9 ? code : Number.NaN;
}

/**
 * RFC 3339 date-time to microseconds; up to nine decimals, those beyond the sixth are cut; second 60 is the next minute's 0.
 * Null when the text is no such time or lies outside what `TimeUs` can hold (the years 1684 to 2255).
 */
export function parseTime(text: string): TimeUs | null {
  if (text.charCodeAt(4) !== 0x2d || text.charCodeAt(7) !== 0x2d || (text.charCodeAt(10) | 0x20) !== 0x74) return null;
  if (text.charCodeAt(13) !== 0x3a || text.charCodeAt(16) !== 0x3a) return null;
  const days = daysFromCivil(pair(text, 0) * 100 + pair(text, 2), pair(text, 5), pair(text, 8));
  const hour = pair(text, 11);
  const minute = pair(text, 14);
  const second = pair(text, 17);
  if (days === null || !(hour <= 23 && minute <= 59 && second <= 60)) return null;
  let at = 19;
  let fraction = 0;
  if (text.charCodeAt(at) === 0x2e) {
    const first = ++at;
    let weight = 100_000;
    for (let value = digit(text, at); value >= 0; value = digit(text, ++at)) {
      fraction += value * weight;
      weight = Math.floor(weight / 10);
    }
    if (at === first || at > first + 9) return null;
  }
  const offset = offsetMinutes(text, at);
  if (offset === null) return null;
  const wholeSeconds = days * 86_400 + hour * 3600 + (minute - offset) * 60 + second;
  const value = wholeSeconds * US_PER_SECOND + fraction;
  return Number.isSafeInteger(value) ? timeUs(value) : null;
}

/** "Z", "+02:00" or "+0200" from `at` to the end of the text; null when it is anything else. */
function offsetMinutes(text: string, at: number): number | null {
  const sign = text.charCodeAt(at);
  if ((sign | 0x20) === 0x7a) return text.length === at + 1 ? 0 : null;
  if (sign !== 0x2b && sign !== 0x2d) return null;
  const minuteAt = text.charCodeAt(at + 3) === 0x3a ? at + 4 : at + 3;
  const hours = pair(text, at + 1);
  const minutes = pair(text, minuteAt);
  if (text.length !== minuteAt + 2 || !(hours <= 23 && minutes <= 59)) return null;
  return (sign === 0x2d ? -1 : 1) * (hours * 60 + minutes);
}

/** RFC 3339 in UTC with exactly six decimals: "2026-11-22T09:04:10.125000Z". Years 0000 to 9999. */
export function formatTime(time: TimeUs): string {
  const wholeSeconds = Math.floor(time / US_PER_SECOND);
  const fraction = time - wholeSeconds * US_PER_SECOND;
  const days = Math.floor(wholeSeconds / 86_400);
  const secondOfDay = wholeSeconds - days * 86_400;
  const { year, month, day } = civilFromDays(days);
  const clock = [Math.floor(secondOfDay / 3600), Math.floor(secondOfDay / 60) % 60, secondOfDay % 60].map(two).join(":");
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}T${clock}.${String(fraction).padStart(6, "0")}Z`;
}

/** The UTC calendar month as year * 100 + month: 202601. */
export function monthOf(time: TimeUs): number {
  const { year, month } = civilFromDays(Math.floor(time / US_PER_DAY));
  return year * 100 + month;
}

const two = (value: number): string => String(value).padStart(2, "0");

const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Days since 1970-01-01 in the proleptic Gregorian calendar; null when there is no such day. */
export function daysFromCivil(year: number, month: number, day: number): number | null {
  // Written so that NaN fails too.
  if (!(month >= 1 && month <= 12 && year >= 0)) return null;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const last = month === 2 && leap ? 29 : (DAYS_IN_MONTH[month - 1] ?? 0);
  if (!(day >= 1 && day <= last)) return null;
  // Counting years from March puts the leap day last, which makes the month lengths a linear formula.
  const shiftedYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(shiftedYear / 400);
  const yearOfEra = shiftedYear - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The inverse of `daysFromCivil`. */
export function civilFromDays(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
  };
}
