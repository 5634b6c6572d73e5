import {
  isJsonObject,
  maxima,
  readCallType,
  readCount,
  readCountry,
  readDirection,
  readE164,
  readEnd,
  readFlag,
  readNumberType,
  readParty,
  readProvider,
  readRaw,
  readSeconds,
  readText,
  type Faults,
  type JsonObject,
} from "./call-event-data.ts";
import { callEventTypes, type CallEvent, type CallEventType } from "./call-event.ts";
import type { DecodeResult } from "./decode-result.ts";
import { dataFromCallEvent } from "./encode-call-event.ts";
import { isUsageId, type AccountId, type FeederId, type TimeUs, type UsageId } from "./units.ts";

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
  const base = first.endedAt ?? first.answeredAt ?? first.setupAt ?? first.time ?? (0 as TimeUs);
  const rows = events.map((event) => rowFromCallEvent(event, base));
  const columns: JsonObject = {};
  for (const name of new Set(rows.flatMap((row) => Object.keys(row))))
    columns[name] = packColumn(rows.map((row) => row[name] ?? null));
  return utf8.encode(`\u001e${JSON.stringify({ v: 1, account: first.account, count: events.length, base, columns })}`);
}

function rowFromCallEvent(event: CallEvent, base: TimeUs): JsonObject {
  const since = (time: TimeUs | null): number | null => (time === null ? null : time - base);
  return {
    type: event.type,
    id: event.id,
    source: event.source,
    feedseq: event.feedSeq,
    ...dataFromCallEvent(event),
    time: since(event.time),
    setupAt: since(event.setupAt),
    answeredAt: since(event.answeredAt),
    endedAt: since(event.endedAt),
  };
}

function packColumn(values: readonly unknown[]): unknown {
  const places = new Map<unknown, number>();
  const of: unknown[] = [];
  const at = values.map((value) => {
    // No text of ours begins like the JSON of an object, so the two kinds of key cannot meet.
    const key = isJsonObject(value) ? `\u001e${JSON.stringify(value)}` : value;
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, of.length);
    return of.push(value) - 1;
  });
  if (of.length === 1 && !isJsonObject(of[0])) return of[0];
  return of.length * 4 <= values.length || of.length === 1 ? { of, at } : values;
}

/** Decodes a packed batch (without its first byte) to one result per event, or to one failure when it is none. */
export function unpackCallEvents(text: string, account: AccountId, feeder: FeederId): DecodeResult[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [{ ok: false, reason: "notJson", detail: "the packed batch is not JSON", original: text }];
  }
  const pack = readPack(value);
  if (typeof pack === "string") return [{ ok: false, reason: "badField", detail: pack, original: text }];
  if (pack.account !== account) {
    return [
      {
        ok: false,
        reason: "wrongAccount",
        detail: `the batch claims ${pack.account}, its subject is ${account}`,
        original: text,
      },
    ];
  }
  return eventsFromColumns(pack, account, feeder);
}

interface Pack {
  readonly account: string;
  readonly count: number;
  readonly base: number;
  readonly columns: JsonObject;
}

function readPack(value: unknown): Pack | string {
  if (!isJsonObject(value) || value["v"] !== 1) return "packed batch: v: 1 is expected";
  const { account, count, base, columns } = value;
  if (typeof account !== "string") return "packed batch: account: missing";
  if (typeof count !== "number" || !Number.isInteger(count) || count < 1 || count > MAX_PACKED_EVENTS) {
    return `packed batch: count: 1 to ${MAX_PACKED_EVENTS}`;
  }
  if (typeof base !== "number" || !Number.isSafeInteger(base)) return "packed batch: base: microseconds since 1970";
  if (!isJsonObject(columns)) return "packed batch: columns: missing";
  for (const [name, column] of Object.entries(columns)) {
    const length: number = Array.isArray(column) ? column.length : isIndexed(column) ? column.at.length : count;
    if (length !== count) return `packed batch: columns.${name}: ${count} values expected`;
  }
  return { account, count, base, columns };
}

interface Indexed {
  readonly of: readonly unknown[];
  readonly at: readonly unknown[];
}

function isIndexed(column: unknown): column is Indexed {
  return isJsonObject(column) && Array.isArray(column["of"]) && Array.isArray(column["at"]);
}

type Reader<Value> = (value: unknown, name: string, faults: Faults) => Value;

/** Reads every column once (one value for all is read once), then lays the rows together in the events' one shape. */
function eventsFromColumns(pack: Pack, account: AccountId, feeder: FeederId): DecodeResult[] {
  const { count, columns } = pack;
  const faults = filled<string | null>(count, null);
  const column = <Value>(name: string, read: Reader<Value>): Value[] => readColumn(columns[name], name, count, read, faults);
  const readTime: Reader<TimeUs | null> = (value, name, fault) => timeSince(pack.base, value, name, fault);

  const type = column("type", readType);
  const id = column("id", readRequired);
  const source = column("source", readRequired);
  const time = column("time", readTime);
  const feedSeq = column("feedseq", readSequence);
  const usageId = column("usageId", readUsageId);
  const callId = column("callId", readText);
  const legId = column("legId", readText);
  const parentLegId = column("parentLegId", readText);
  const linkedId = column("linkedId", readText);
  const conferenceId = column("conferenceId", readText);
  const callType = column("callType", readCallType);
  const direction = column("direction", readDirection);
  const from = column("from", readParty);
  const to = column("to", readParty);
  const user = column("user", readText);
  const organizer = column("organizer", readText);
  const resourceAccount = column("resourceAccount", readText);
  const serviceNumber = column("serviceNumber", readE164);
  const numberType = column("numberType", readNumberType);
  const setupAt = column("setupAt", readTime);
  const answeredAt = column("answeredAt", readTime);
  const endedAt = column("endedAt", readTime);
  const usedMs = column("usedMs", readUsedMs);
  const reportedSeconds = column("reportedSeconds", readSeconds);
  const emergency = column("emergency", readFlag);
  const end = column("end", readEnd);
  const sessionId = column("sessionId", readText);
  const seq = column("seq", readSequence);
  const requestedSeconds = column("requestedSeconds", readSeconds);
  const provider = column("provider", readProvider);
  const raw = column("raw", readRaw);
  const dialledFrom = column("dialledFrom", readCountry);

  // `count` values each, as readColumn made them.
  const value = <Value>(values: Value[], i: number): Value => values[i] as Value;
  const results: DecodeResult[] = [];
  for (let i = 0; i < count; i++) {
    const fault = faults[i] ?? null;
    if (fault !== null) {
      results.push({ ok: false, reason: "badField", detail: fault, original: JSON.stringify(rowAt(pack, i)) });
      continue;
    }
    results.push({
      ok: true,
      event: {
        type: value(type, i),
        id: value(id, i),
        source: value(source, i),
        time: value(time, i),
        account,
        feeder,
        feedSeq: value(feedSeq, i),
        usageId: value(usageId, i),
        callId: value(callId, i),
        legId: value(legId, i),
        parentLegId: value(parentLegId, i),
        linkedId: value(linkedId, i),
        conferenceId: value(conferenceId, i),
        callType: value(callType, i),
        direction: value(direction, i),
        from: value(from, i),
        to: value(to, i),
        user: value(user, i),
        organizer: value(organizer, i),
        resourceAccount: value(resourceAccount, i),
        serviceNumber: value(serviceNumber, i),
        numberType: value(numberType, i),
        setupAt: value(setupAt, i),
        answeredAt: value(answeredAt, i),
        endedAt: value(endedAt, i),
        usedMs: value(usedMs, i),
        reportedSeconds: value(reportedSeconds, i),
        emergency: value(emergency, i),
        end: value(end, i),
        sessionId: value(sessionId, i),
        seq: value(seq, i),
        requestedSeconds: value(requestedSeconds, i),
        provider: value(provider, i),
        raw: value(raw, i),
        dialledFrom: value(dialledFrom, i),
      },
    });
  }
  return results;
}

function readColumn<Value>(
  column: unknown,
  name: string,
  count: number,
  read: Reader<Value>,
  faults: (string | null)[],
): Value[] {
  const fault: Faults = { first: null };
  if (Array.isArray(column)) {
    return column.map((value: unknown, i) => {
      const result = read(value, name, fault);
      if (fault.first !== null) noteFault(fault, faults, i);
      return result;
    });
  }
  if (isIndexed(column)) {
    const distinct = column.of.map((value) => ({ value: read(value, name, fault), fault: takeFault(fault) }));
    const nothing = { value: read(null, name, { first: null }), fault: `${name}: an index without a value` };
    return column.at.map((place, i) => {
      const entry = typeof place === "number" ? (distinct[place] ?? nothing) : nothing;
      if (entry.fault !== null) faults[i] ??= entry.fault;
      return entry.value;
    });
  }
  const only = read(column, name, fault);
  const found = takeFault(fault);
  if (found !== null) for (let i = 0; i < count; i++) faults[i] ??= found;
  return filled(count, only);
}

/** `Array.from({ length })` goes through an iterator: with it the whole decoder took 2.7 times as long. */
function filled<Value>(count: number, value: Value): Value[] {
  const values: Value[] = [];
  values.length = count;
  return values.fill(value);
}

function noteFault(fault: Faults, faults: (string | null)[], i: number): void {
  faults[i] ??= fault.first;
  fault.first = null;
}

function takeFault(fault: Faults): string | null {
  const found = fault.first;
  fault.first = null;
  return found;
}

const typeSet: ReadonlySet<unknown> = new Set(callEventTypes);

function readType(value: unknown, name: string, faults: Faults): CallEventType {
  if (!typeSet.has(value)) faults.first ??= `${name}: one of ${callEventTypes.join(", ")}`;
  return value as CallEventType;
}

function readRequired(value: unknown, name: string, faults: Faults): string {
  const text = readText(value, name, faults);
  if (text === null) faults.first ??= `${name}: missing`;
  return text ?? "";
}

function readUsageId(value: unknown, name: string, faults: Faults): UsageId {
  if (typeof value === "string" && isUsageId(value)) return value;
  faults.first ??= `${name}: a text of 1 to 128 characters`;
  return "" as UsageId;
}

const readSequence: Reader<number | null> = (value, name, faults) => readCount(value, maxima.sequence, name, faults);
const readUsedMs: Reader<number | null> = (value, name, faults) => readCount(value, maxima.ms, name, faults);

function timeSince(base: number, value: unknown, name: string, faults: Faults): TimeUs | null {
  if (value === undefined || value === null) return null;
  const time = typeof value === "number" ? base + value : Number.NaN;
  if (Number.isSafeInteger(value) && Number.isSafeInteger(time)) return time as TimeUs;
  faults.first ??= `${name}: microseconds since base`;
  return null;
}

/** One event of the batch on its own, for the dead letter. */
function rowAt(pack: Pack, i: number): JsonObject {
  const row: JsonObject = { account: pack.account, base: pack.base };
  for (const [name, column] of Object.entries(pack.columns)) {
    if (Array.isArray(column)) row[name] = column[i];
    else row[name] = isIndexed(column) ? column.of[column.at[i] as number] : column;
  }
  return row;
}

/** A web standard present in every runtime of ours, but not in the language's own types. */
declare const TextEncoder: new () => { encode(text: string): Uint8Array };
const utf8 = new TextEncoder();
