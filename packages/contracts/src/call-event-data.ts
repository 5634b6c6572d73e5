import {
  callTypes,
  numberTypes,
  type CallEnd,
  type CallEvent,
  type CallEventType,
  type CallType,
  type NumberType,
  type Party,
  type ProviderCost,
} from "./call-event.ts";
import {
  isCountry,
  isCurrency,
  isE164,
  isUsageId,
  parseMicros,
  parseTime,
  type AccountId,
  type Country,
  type E164,
  type FeederId,
  type Seconds,
  type TimeUs,
  type UsageId,
} from "./units.ts";

/** Longest text taken for an identifier or a name. SIP Call-IDs of 200 characters are seen. */
export const MAX_TEXT = 256;
/** Longest original record kept with the event, in characters of JSON text; a longer one stays in the log only. */
export const MAX_RAW = 16 * 1024;
/** The largest figures: lengths stay safe integers in microseconds. */
export const maxima = { ms: 9_007_199_254_740, seconds: 9_007_199_254, sequence: Number.MAX_SAFE_INTEGER } as const;

export type JsonObject = Record<string, unknown>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The CloudEvents attributes, checked. */
export interface Envelope {
  readonly type: CallEventType;
  readonly id: string;
  readonly source: string;
  readonly time: TimeUs | null;
  readonly account: AccountId;
  readonly feeder: FeederId;
  readonly feedSeq: number | null;
}

/** Collects the first fault of one event: a reader that meets a wrong form notes it here and returns null. */
export interface Faults {
  first: string | null;
}

/**
 * Reads `data` (contract §1) into the one shape every event has. Hand-written, because it runs for every event: the
 * readers below check one `JSON.parse` value each, and one object literal keeps the shape the same for the engine.
 * When `faults.first` is set afterwards, the result is not to be used.
 */
export function callEventFromData(envelope: Envelope, data: JsonObject, faults: Faults): CallEvent {
  const callId = readText(data["callId"], "callId", faults);
  const legId = readText(data["legId"], "legId", faults);
  return {
    type: envelope.type,
    id: envelope.id,
    source: envelope.source,
    time: envelope.time,
    account: envelope.account,
    feeder: envelope.feeder,
    feedSeq: envelope.feedSeq,
    usageId: readUsageId(data["usageId"], envelope.source, callId, legId, faults),
    callId,
    legId,
    parentLegId: readText(data["parentLegId"], "parentLegId", faults),
    linkedId: readText(data["linkedId"], "linkedId", faults),
    conferenceId: readText(data["conferenceId"], "conferenceId", faults),
    callType: readCallType(data["callType"], "callType", faults),
    direction: readDirection(data["direction"], "direction", faults),
    from: readParty(data["from"], "from", faults),
    to: readParty(data["to"], "to", faults),
    user: readText(data["user"], "user", faults),
    organizer: readText(data["organizer"], "organizer", faults),
    resourceAccount: readText(data["resourceAccount"], "resourceAccount", faults),
    serviceNumber: readE164(data["serviceNumber"], "serviceNumber", faults),
    numberType: readNumberType(data["numberType"], "numberType", faults),
    setupAt: readTime(data["setupAt"], "setupAt", faults),
    answeredAt: readTime(data["answeredAt"], "answeredAt", faults),
    endedAt: readTime(data["endedAt"], "endedAt", faults),
    usedMs: readCount(data["usedMs"], maxima.ms, "usedMs", faults),
    reportedSeconds: readSeconds(data["reportedSeconds"], "reportedSeconds", faults),
    emergency: readFlag(data["emergency"], "emergency", faults),
    end: readEnd(data["end"], "end", faults),
    sessionId: readText(data["sessionId"], "sessionId", faults),
    seq: readCount(data["seq"], maxima.sequence, "seq", faults),
    requestedSeconds: readSeconds(data["requestedSeconds"], "requestedSeconds", faults),
    provider: readProvider(data["provider"], "provider", faults),
    raw: readRaw(data["raw"], "raw", faults),
    dialledFrom: readCountry(data["dialledFrom"], "dialledFrom", faults),
  };
}

const callTypeSet: ReadonlySet<unknown> = new Set(callTypes);
const numberTypeSet: ReadonlySet<unknown> = new Set(numberTypes);
const directionSet: ReadonlySet<unknown> = new Set(["inbound", "outbound"]);

function readUsageId(value: unknown, source: string, callId: string | null, legId: string | null, faults: Faults): UsageId {
  if (value === undefined || value === null) {
    if (callId === null) faults.first ??= "usageId: missing, and without a callId there is no default";
    const usageId = `${source}|${callId ?? ""}|${legId ?? ""}`;
    if (!isUsageId(usageId)) faults.first ??= "usageId: the default <source>|<callId>|<legId> is over 128 characters: send one";
    return usageId as UsageId;
  }
  if (typeof value === "string" && isUsageId(value)) return value;
  faults.first ??= "usageId: a text of 1 to 128 characters";
  return "" as UsageId;
}

/** Empty text says nothing, as null does. */
export function readText(value: unknown, name: string, faults: Faults): string | null {
  if (value === undefined || value === null || value === "") return null;
  if (typeof value === "string" && value.length <= MAX_TEXT) return value;
  faults.first ??= `${name}: a text of at most ${MAX_TEXT} characters`;
  return null;
}

type Reader<Value> = (value: unknown, name: string, faults: Faults) => Value | null;

export const readCallType: Reader<CallType> = (value, name, faults) => readOneOf(value, callTypeSet, name, faults);
export const readDirection: Reader<"inbound" | "outbound"> = (value, name, faults) =>
  readOneOf(value, directionSet, name, faults);
export const readNumberType: Reader<NumberType> = (value, name, faults) => readOneOf(value, numberTypeSet, name, faults);
export const readCountry: Reader<Country> = (value, name, faults) => readCode(value, isCountry, name, faults);
export const readSeconds: Reader<Seconds> = (value, name, faults) =>
  readCount(value, maxima.seconds, name, faults) as Seconds | null;

function readOneOf<Member extends string>(
  value: unknown,
  members: ReadonlySet<unknown>,
  name: string,
  faults: Faults,
): Member | null {
  if (value === undefined || value === null) return null;
  if (members.has(value)) return value as Member;
  faults.first ??= `${name}: one of ${[...members].join(", ")}`;
  return null;
}

function readCode<Code extends string>(
  value: unknown,
  isCode: (text: string) => text is Code,
  name: string,
  faults: Faults,
): Code | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "string" && isCode(value)) return value;
  faults.first ??= `${name}: not a known form of code`;
  return null;
}

export function readTime(value: unknown, name: string, faults: Faults): TimeUs | null {
  if (value === undefined || value === null) return null;
  const time = typeof value === "string" ? parseTime(value) : null;
  if (time === null) faults.first ??= `${name}: an RFC 3339 time, like 2026-11-22T09:04:10.125Z`;
  return time;
}

export function readCount(value: unknown, most: number, name: string, faults: Faults): number | null {
  if (value === undefined || value === null) return null;
  // `+ 0` turns the -0 that JSON can spell into 0.
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= most) return value + 0;
  faults.first ??= `${name}: a whole number from 0 to ${most}`;
  return null;
}

export function readFlag(value: unknown, name: string, faults: Faults): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value !== "boolean") faults.first ??= `${name}: true or false`;
  return value === true;
}

/** "+4930901820" or "4930901820"; null for anything else, also for short codes and national numbers. */
export function e164FromText(text: string): E164 | null {
  const digits = text.charCodeAt(0) === 0x2b ? text.slice(1) : text;
  return isE164(digits) ? digits : null;
}

export function readE164(value: unknown, name: string, faults: Faults): E164 | null {
  if (value === undefined || value === null) return null;
  const number = typeof value === "string" ? e164FromText(value) : null;
  if (number === null) faults.first ??= `${name}: a full number of 7 to 15 digits, with or without +`;
  return number;
}

/**
 * A text, or `{raw, e164?, name?}`. What is not a full number stays `raw` only ("anonymous", 112, sip:ada@…).
 * In the object form `e164: null` says that there is none, an absent `e164` leaves it to `raw`.
 */
export function readParty(value: unknown, name: string, faults: Faults): Party | null {
  if (value === undefined || value === null || value === "") return null;
  if (typeof value === "string") {
    if (value.length <= MAX_TEXT) return { raw: value, e164: e164FromText(value), name: null };
  } else if (isJsonObject(value)) {
    const raw = readText(value["raw"], `${name}.raw`, faults);
    if (raw === null) faults.first ??= `${name}.raw: missing`;
    const given = value["e164"];
    return {
      raw: raw ?? "",
      e164: given === undefined && raw !== null ? e164FromText(raw) : readE164(given, `${name}.e164`, faults),
      name: readText(value["name"], `${name}.name`, faults),
    };
  }
  faults.first ??= `${name}: a number, or {raw, e164?, name?}`;
  return null;
}

export function readEnd(value: unknown, name: string, faults: Faults): CallEnd | null {
  if (value === undefined || value === null) return null;
  if (!isJsonObject(value)) {
    faults.first ??= `${name}: {by, q850?, sip?, text?}`;
    return null;
  }
  const end: CallEnd = {
    by: readText(value["by"], `${name}.by`, faults),
    q850: readCount(value["q850"], 127, `${name}.q850`, faults),
    sip: readCount(value["sip"], 699, `${name}.sip`, faults),
    text: readText(value["text"], `${name}.text`, faults),
  };
  const empty = end.by === null && end.q850 === null && end.sip === null && end.text === null;
  return empty ? null : end;
}

export function readProvider(value: unknown, name: string, faults: Faults): ProviderCost | null {
  if (value === undefined || value === null) return null;
  if (!isJsonObject(value)) {
    faults.first ??= `${name}: {cost, currency, billedSeconds?}`;
    return null;
  }
  const given = value["cost"];
  const cost = typeof given === "string" ? parseMicros(given) : null;
  const currency = readCode(value["currency"], isCurrency, `${name}.currency`, faults);
  const billedSeconds = readSeconds(value["billedSeconds"], `${name}.billedSeconds`, faults);
  if (cost !== null && currency !== null) return { cost, currency, billedSeconds };
  faults.first ??= `${name}.${cost === null ? "cost: a decimal text with at most six decimals" : "currency: missing"}`;
  return null;
}

export function readRaw(value: unknown, name: string, faults: Faults): string | null {
  if (value === undefined || value === null) return null;
  if (!isJsonObject(value)) {
    faults.first ??= `${name}: an object`;
    return null;
  }
  const text = JSON.stringify(value);
  // A charge is not lost for the size of what comes with it; the log keeps the whole.
  return text.length <= MAX_RAW ? text : `{"omitted":"raw","characters":${text.length}}`;
}
