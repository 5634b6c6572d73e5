/**
 * UTC offsets of a time zone as two sorted arrays, taken once from Temporal: a look-up is then a binary search over
 * integers (tens of nanoseconds) instead of a Temporal object per question (about a microsecond).
 */

const FROM = "1990-01-01T00:00:00Z";
/** Beyond this the last known offset stays in force; no call is that far ahead (events more than 5 minutes ahead are held back, D4). */
const UNTIL_SECONDS = 4_102_444_800; // 2100-01-01T00:00:00Z

export interface ZoneOffsets {
  readonly timeZone: string;
  /** UTC seconds from which `offsets[i]` holds; the first is -Infinity. */
  readonly starts: Float64Array;
  /** Seconds to add to UTC to read the wall clock. */
  readonly offsets: Int32Array;
}

/** Null when `timeZone` is not a name of the IANA time zone database. */
export function loadZone(timeZone: string): ZoneOffsets | null {
  const first = zonedOrNull(timeZone);
  if (first === null) return null;
  const starts = [-Infinity];
  const offsets = [first.offsetNanoseconds / 1e9];
  let at = first.getTimeZoneTransition("next");
  while (at !== null && at.epochMilliseconds / 1000 < UNTIL_SECONDS) {
    starts.push(at.epochMilliseconds / 1000);
    offsets.push(at.offsetNanoseconds / 1e9);
    at = at.getTimeZoneTransition("next");
  }
  return { timeZone, starts: Float64Array.from(starts), offsets: Int32Array.from(offsets) };
}

/** Place of the offset that holds at `utcSeconds`. */
export function offsetPlace(zone: ZoneOffsets, utcSeconds: number): number {
  const starts = zone.starts;
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] as number) <= utcSeconds) low = middle;
    else high = middle;
  }
  return low;
}

/** UTC seconds of the next change of the offset after the one at `place`; Infinity when there is none. */
export function nextChange(zone: ZoneOffsets, place: number): number {
  return zone.starts[place + 1] ?? Infinity;
}

/** UTC seconds of the first instant whose wall clock reads `localSeconds` or later. */
export function utcFromLocal(zone: ZoneOffsets, localSeconds: number): number {
  for (let place = 0; place < zone.starts.length; place++) {
    const start = zone.starts[place] as number;
    const utc = Math.max(localSeconds - (zone.offsets[place] as number), start);
    if (utc < nextChange(zone, place)) return utc;
  }
  throw new Error("unreachable: the last offset never ends");
}

function zonedOrNull(timeZone: string): Temporal.ZonedDateTime | null {
  // "+02:00" would be accepted as a zone too; a deck names a place, so that summer time is known.
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(timeZone)) return null;
  try {
    return Temporal.Instant.from(FROM).toZonedDateTimeISO(timeZone);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
