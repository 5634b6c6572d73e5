import { isJsonObject, type JsonObject } from "./call-event-data.ts";
import type { CallEvent } from "./call-event.ts";
import { partyValue, providerValue, rawValue } from "./encode-call-event.ts";
import type { TimeUs } from "./units.ts";

/**
 * The packed batch: many events of one account in one NATS message, by columns, because names, quotes and repeated
 * values are most of what JSON.parse spends its time on (measured per event of a usual `ended`: 453 bytes and 2.3 µs as
 * NDJSON, 274 bytes and 0.85 µs as rows without names, 128 bytes and 0.35 µs as columns).
 *
 * The first byte is 0x1E, with which no JSON text begins; the rest is UTF-8 JSON:
 *
 *     {"v": 1, "account": "acme", "count": 3, "base": 1795338250125000, "columns": {
 *        "type": "ended",                           the same for all
 *        "id": ["a", "b", "c"],                     one each
 *        "user": {"of": ["ada", "ben"], "at": [0, 0, 1]},   few that repeat: the values, and an index each
 *        "endedAt": [0, 1500000, 2500000] }}        times: microseconds since `base` (itself since 1970)
 *
 * A column is one of these three; an absent column is null for all. Columns are `type` (without its prefix and
 * version), `id`, `source`, `time`, `feedseq` and the fields of `data` (contract §1) with the values they have there,
 * but for the times. `usageId` has no default here.
 */
export const PACKED_FIRST_BYTE = 0x1e;

/** More would let a small message, all repeated values, claim much memory. */
export const MAX_PACKED_EVENTS = 4096;

/** Packs events of one account; a NATS message may have 1 MiB, so give it some hundreds. Throws RangeError on a caller's mistake. */
export function packCallEvents(events: readonly CallEvent[]): Uint8Array {
  const first = events[0];
  if (first === undefined || events.length > MAX_PACKED_EVENTS) throw new RangeError(`pack 1 to ${MAX_PACKED_EVENTS} events`);
  if (events.some((event) => event.account !== first.account)) throw new RangeError("pack events of one account");
  const base = baseOf(events);
  const columns: JsonObject = {};
  for (const [name, valueOf] of Object.entries(columnValues)) {
    const column = packColumn(events.map((event) => valueOf(event, base)));
    if (column !== null) columns[name] = column;
  }
  return utf8.encode(`\u001e${JSON.stringify({ v: 1, account: first.account, count: events.length, base, columns })}`);
}

/** Near the events' own times, so that differences are short; 0 where they lie so far apart that a difference would be inexact. */
function baseOf(events: readonly CallEvent[]): number {
  const times = events
    .flatMap((event) => [event.time, event.setupAt, event.answeredAt, event.endedAt])
    .filter((time) => time !== null);
  const base = times[0] ?? 0;
  return times.every((time) => Number.isSafeInteger(time - base)) ? base : 0;
}

const since = (time: TimeUs | null, base: number): number | null => (time === null ? null : time - base);

/** What stands in each column for an event; null and undefined are the same there. */
const columnValues: Readonly<Record<string, (event: CallEvent, base: number) => unknown>> = {
  type: (event) => event.type,
  id: (event) => event.id,
  source: (event) => event.source,
  time: (event, base) => since(event.time, base),
  feedseq: (event) => event.feedSeq,
  usageId: (event) => event.usageId,
  callId: (event) => event.callId,
  legId: (event) => event.legId,
  parentLegId: (event) => event.parentLegId,
  linkedId: (event) => event.linkedId,
  conferenceId: (event) => event.conferenceId,
  callType: (event) => event.callType,
  direction: (event) => event.direction,
  from: (event) => partyValue(event.from),
  to: (event) => partyValue(event.to),
  user: (event) => event.user,
  organizer: (event) => event.organizer,
  resourceAccount: (event) => event.resourceAccount,
  serviceNumber: (event) => event.serviceNumber,
  numberType: (event) => event.numberType,
  setupAt: (event, base) => since(event.setupAt, base),
  answeredAt: (event, base) => since(event.answeredAt, base),
  endedAt: (event, base) => since(event.endedAt, base),
  usedMs: (event) => event.usedMs,
  reportedSeconds: (event) => event.reportedSeconds,
  emergency: (event) => (event.emergency ? true : null),
  end: (event) => event.end,
  sessionId: (event) => event.sessionId,
  seq: (event) => event.seq,
  requestedSeconds: (event) => event.requestedSeconds,
  provider: (event) => providerValue(event.provider),
  raw: (event) => rawValue(event.raw),
  dialledFrom: (event) => event.dialledFrom,
};

/** One value for all, an index where few values repeat, else a value each. */
function packColumn(values: readonly unknown[]): unknown {
  const places = new Map<unknown, number>();
  const of: unknown[] = [];
  const at: number[] = [];
  for (const value of values) {
    // No text of ours begins like the key of an object, so the two kinds of key cannot meet.
    const key = isJsonObject(value) ? `\u001e${JSON.stringify(value)}` : (value ?? null);
    let place = places.get(key);
    if (place === undefined) {
      place = of.push(value ?? null) - 1;
      places.set(key, place);
      if (of.length > 1 && of.length * 4 > values.length) return values;
    }
    at.push(place);
  }
  return of.length === 1 && !isJsonObject(of[0]) ? of[0] : { of, at };
}

/** A web standard present in every runtime of ours, but not in the language's own types. */
declare const TextEncoder: new () => { encode(text: string): Uint8Array };
const utf8 = new TextEncoder();
