import { daysFromCivil, parseTime, timeUs, US_PER_DAY, US_PER_SECOND, type TimeUs } from "./units.ts";

/** Reads a date and time as text, some days later; null when it is none. */
export type WallClock = (text: string, daysLater: number) => TimeUs | null;

const LOCAL = /^(\d{4})-(\d{1,2})-(\d{1,2})[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?$/;

/**
 * Times of a zone's clocks on the wall ("2010-08-31 9:05:00"), or RFC 3339 with its own offset. A time that comes twice
 * when clocks go back is the first of the two; one that clocks jump over is read as if they had not. Null: no such zone.
 */
export function wallClockTime(timeZone: string): WallClock | null {
  const offsetAt = offsetReader(timeZone);
  if (offsetAt === null) return null;
  return (text, daysLater) => {
    const match = LOCAL.exec(text);
    if (match === null) {
      const time = parseTime(text.replace(" ", "T"));
      return time === null ? null : timeUs(time + daysLater * US_PER_DAY);
    }
    const [, year, month, day, hour, minute, second = "0", fraction = ""] = match;
    const days = daysFromCivil(Number(year), Number(month), Number(day));
    if (days === null || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
    const wallSeconds = (days + daysLater) * 86_400 + Number(hour) * 3600 + Number(minute) * 60 + Number(second);
    const value = (wallSeconds - offsetAt(wallSeconds)) * US_PER_SECOND + Number(fraction.padEnd(6, "0"));
    return Number.isSafeInteger(value) ? timeUs(value) : null;
  };
}

/** Seconds the zone's clocks are ahead of UTC when they show `wallSeconds`. */
function offsetReader(timeZone: string): ((wallSeconds: number) => number) | null {
  if (timeZone === "UTC") return () => 0;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch {
    return null;
  }
  const shownAt = (utcSeconds: number): number => {
    const parts = new Map(format.formatToParts(utcSeconds * 1000).map(({ type, value }) => [type, Number(value)]));
    const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? Number.NaN;
    const days = daysFromCivil(part("year"), part("month"), part("day")) ?? Number.NaN;
    return days * 86_400 + part("hour") * 3600 + part("minute") * 60 + part("second");
  };
  // Clocks change on a quarter of an hour: a month of records asks for at most some thousands of them.
  const known = new Map<number, number>();
  return (wallSeconds) => {
    const quarter = Math.floor(wallSeconds / 900);
    const cached = known.get(quarter);
    if (cached !== undefined) return cached;
    // The offset a day before is right or one change old; of the two candidates the earlier offset wins (the first of a doubled hour).
    const before = shownAt(wallSeconds - 86_400) - (wallSeconds - 86_400);
    const after = shownAt(wallSeconds + 86_400) - (wallSeconds + 86_400);
    const fits = (offset: number): boolean => shownAt(wallSeconds - offset) === wallSeconds;
    const offset = fits(before) ? before : fits(after) ? after : before;
    known.set(quarter, offset);
    return offset;
  };
}
