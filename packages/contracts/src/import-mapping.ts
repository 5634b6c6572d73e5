import * as z from "zod/mini";
import { e164FromText } from "./call-event-data.ts";
import { callTypes, numberTypes, type CallEvent, type Party } from "./call-event.ts";
import { wallClockTime, type WallClock } from "./wall-clock.ts";
import {
  isE164,
  isUsageId,
  seconds,
  timeUs,
  US_PER_SECOND,
  type AccountId,
  type E164,
  type FeederId,
  type TimeUs,
  type UsageId,
} from "./units.ts";

/**
 * How a CSV file of finished call records becomes call events: one record, one leg, one `ended`. A text is a template:
 * `{column}` is that column's value, `{#line}` the record's line in the file (the header is line 1), `{#file}` the first
 * twelve digits of the file's SHA-256. `skip` lists results that mean "nothing".
 */
const template = z.string().check(z.minLength(1), z.maxLength(512));
const text = z.union([template, z.strictObject({ value: template, skip: z.array(z.string()) })]);

const importMapping = z.strictObject({
  /** Part of every event id: the same file through another mapping is other events. */
  name: z.string().check(z.regex(/^[a-z0-9-]{1,63}$/, "1 to 63 of a-z, 0-9 and -")),
  description: z.optional(z.string()),
  /** IANA zone of times without an offset. */
  timeZone: z._default(z.string(), "UTC"),
  /** Unique in the account, without a time. Where the file has no id of its own, its line number is one. */
  usageId: template,
  callId: z.optional(text),
  legId: z.optional(text),
  setup: z.optional(text),
  /** When the leg was answered: a date and time, like "2010-08-31 9:05:00" or RFC 3339. */
  start: template,
  /** One of these: the latest of several times, or a length in seconds or H:MM:SS. */
  end: z.optional(
    z.strictObject({
      latestOf: z.array(text).check(z.minLength(1), z.maxLength(8)),
      /** For files that give one date and times of day: a time more than 12 hours before the start is of the next day. */
      nextDayAfterMidnight: z._default(z.boolean(), false),
    }),
  ),
  duration: z.optional(text),
  callType: z.enum(callTypes),
  direction: z.enum(["inbound", "outbound"]),
  from: z.optional(text),
  /** The number dialled; or one drawn from the rate deck's prefixes by the line number, for files without numbers. */
  to: z.optional(z.union([text, z.strictObject({ drawnFromDeck: z.literal(true) })])),
  user: z.optional(text),
  organizer: z.optional(text),
  resourceAccount: z.optional(text),
  serviceNumber: z.optional(text),
  numberType: z.optional(z.enum(numberTypes)),
  endedBy: z.optional(text),
  reportedSeconds: z.optional(text),
});
export type ImportMapping = z.output<typeof importMapping>;

/** Reads a mapping file's JSON; the detail names the first field that is wrong. */
export function readImportMapping(value: unknown): { ok: true; mapping: ImportMapping } | { ok: false; detail: string } {
  const result = importMapping.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0];
    if (issue?.code === "unrecognized_keys") return { ok: false, detail: `there is no field ${issue.keys.join(", ")}` };
    const path = issue?.path.join(".") ?? "";
    return { ok: false, detail: `${path === "" ? "the mapping" : path}: missing or malformed` };
  }
  const mapping = result.data;
  if ((mapping.end === undefined) === (mapping.duration === undefined))
    return { ok: false, detail: "give either end or duration" };
  return { ok: true, mapping };
}

export interface ImportContext {
  readonly account: AccountId;
  readonly feeder: FeederId;
  /** SHA-256 of the file, hexadecimal. */
  readonly fileHash: string;
  /** Added to every time. */
  readonly shiftUs: number;
  /** The prefixes of the rate deck's rows in the file's order, for `drawnFromDeck`. */
  readonly deckPrefixes: readonly string[];
}

export type MappedRecord = { readonly ok: true; readonly event: CallEvent } | { readonly ok: false; readonly detail: string };
/** Maps one record's fields; `line` is its line in the file. Pure: the same file gives the same events, ids included. */
export type RecordMapper = (fields: readonly string[], line: number) => MappedRecord;

/** Fits a mapping to a file's header; the detail names a column the file does not have. */
export function createRecordMapper(
  mapping: ImportMapping,
  header: readonly string[],
  context: ImportContext,
): { ok: true; map: RecordMapper } | { ok: false; detail: string } {
  const faults: string[] = [];
  const fileKey = context.fileHash.slice(0, 12);
  const compile = (source: z.output<typeof text> | undefined): Text => compileText(source, header, fileKey, faults);
  const clock = wallClockTime(mapping.timeZone);
  if (clock === null) faults.push(`timeZone: there is no zone ${mapping.timeZone}`);
  const drawn = typeof mapping.to === "object" && "drawnFromDeck" in mapping.to;
  if (drawn && context.deckPrefixes.length === 0) faults.push("to.drawnFromDeck: give a rate deck");
  const compiled: Compiled = {
    mapping,
    context,
    clock: clock ?? (() => null),
    usageId: compile(mapping.usageId),
    callId: compile(mapping.callId),
    legId: compile(mapping.legId),
    setup: compile(mapping.setup),
    start: compile(mapping.start),
    ends: (mapping.end?.latestOf ?? []).map(compile),
    duration: compile(mapping.duration),
    from: compile(mapping.from),
    to: drawn ? () => null : compile(mapping.to as z.output<typeof text> | undefined),
    drawn,
    user: compile(mapping.user),
    organizer: compile(mapping.organizer),
    resourceAccount: compile(mapping.resourceAccount),
    serviceNumber: compile(mapping.serviceNumber),
    endedBy: compile(mapping.endedBy),
    reportedSeconds: compile(mapping.reportedSeconds),
  };
  const [fault] = faults;
  if (fault !== undefined) return { ok: false, detail: fault };
  return { ok: true, map: (fields, line) => mapRecord(compiled, fields, line) };
}

type Text = (fields: readonly string[], line: number) => string | null;

interface Compiled extends Readonly<Record<TextName, Text>> {
  readonly mapping: ImportMapping;
  readonly context: ImportContext;
  readonly clock: WallClock;
  readonly ends: readonly Text[];
  readonly drawn: boolean;
}
type TextName =
  | "usageId"
  | "callId"
  | "legId"
  | "setup"
  | "start"
  | "duration"
  | "from"
  | "to"
  | "user"
  | "organizer"
  | "resourceAccount"
  | "serviceNumber"
  | "endedBy"
  | "reportedSeconds";

/** "{date} {time}" to a function of a record's fields; empty results and those to skip are null. */
function compileText(
  source: z.output<typeof text> | undefined,
  header: readonly string[],
  fileKey: string,
  faults: string[],
): Text {
  if (source === undefined) return () => null;
  const { value, skip } = typeof source === "string" ? { value: source, skip: [] } : source;
  const parts = value.split(/\{([^{}]+)\}/);
  const columns = parts.map((part, i) => {
    if (i % 2 === 0 || part.startsWith("#")) return -1;
    const column = header.indexOf(part);
    if (column < 0) faults.push(`the file has no column ${part}; it has ${header.join(", ")}`);
    return column;
  });
  return (fields, line) => {
    let result = "";
    for (const [i, part] of parts.entries()) {
      if (i % 2 === 0) result += part;
      else if (part === "#line") result += String(line);
      else if (part === "#file") result += fileKey;
      else {
        const field = fields[columns[i] ?? -1] ?? "";
        // One missing or meaningless part makes no half text.
        if (field === "" || skip.includes(field)) return null;
        result += field;
      }
    }
    return result === "" || skip.includes(result) ? null : result;
  };
}

function mapRecord(compiled: Compiled, fields: readonly string[], line: number): MappedRecord {
  const { mapping, context } = compiled;
  const read = (name: TextName): string | null => compiled[name](fields, line);
  const usageId = read("usageId");
  if (usageId === null || !isUsageId(usageId)) return refuse("usageId: 1 to 128 characters");
  const times = readTimes(compiled, fields, line);
  if (typeof times === "string") return refuse(times);
  const serviceNumber = read("serviceNumber");
  const service = serviceNumber === null ? null : e164FromText(serviceNumber);
  if (serviceNumber !== null && service === null) return refuse(`serviceNumber: "${serviceNumber}" is no full number`);
  const reported = read("reportedSeconds");
  if (reported !== null && !/^\d{1,9}$/.test(reported)) return refuse(`reportedSeconds: "${reported}" is no whole number`);
  const endedBy = read("endedBy");
  const long = (["callId", "legId", "from", "to", "user", "organizer", "resourceAccount", "endedBy"] as const).find(
    (name) => (read(name)?.length ?? 0) > 256,
  );
  if (long !== undefined) return refuse(`${long}: at most 256 characters`);
  return {
    ok: true,
    event: {
      type: "ended",
      id: `${mapping.name}:${line}`,
      source: `/imports/${context.fileHash.slice(0, 32)}`,
      time: times.endedAt,
      account: context.account,
      feeder: context.feeder,
      feedSeq: null,
      usageId: usageId as UsageId,
      callId: read("callId"),
      legId: read("legId"),
      parentLegId: null,
      linkedId: null,
      conferenceId: null,
      callType: mapping.callType,
      direction: mapping.direction,
      from: partyFromText(read("from")),
      to: compiled.drawn ? partyFromText(`+${drawnNumber(context.deckPrefixes, line)}`) : partyFromText(read("to")),
      user: read("user"),
      organizer: read("organizer"),
      resourceAccount: read("resourceAccount"),
      serviceNumber: service,
      numberType: mapping.numberType ?? null,
      setupAt: times.setupAt,
      answeredAt: times.answeredAt,
      endedAt: times.endedAt,
      usedMs: Math.floor((times.endedAt - times.answeredAt) / 1000),
      reportedSeconds: reported === null ? null : seconds(Number(reported)),
      emergency: false,
      end: endedBy === null ? null : { by: endedBy, q850: null, sip: null, text: null },
      sessionId: null,
      seq: null,
      requestedSeconds: null,
      provider: null,
      raw: null,
      dialledFrom: null,
    },
  };
}

const refuse = (detail: string): MappedRecord => ({ ok: false, detail });

function partyFromText(raw: string | null): Party | null {
  return raw === null ? null : { raw, e164: e164FromText(raw), name: null };
}

interface Times {
  readonly setupAt: TimeUs | null;
  readonly answeredAt: TimeUs;
  readonly endedAt: TimeUs;
}

const HALF_DAY_US = 43_200 * US_PER_SECOND;

function readTimes(compiled: Compiled, fields: readonly string[], line: number): Times | string {
  const { mapping, context, clock } = compiled;
  const shifted = (time: number): TimeUs => timeUs(time + context.shiftUs);
  const startText = compiled.start(fields, line);
  const start = startText === null ? null : clock(startText, 0);
  if (start === null) return `start: "${startText ?? ""}" is no date and time`;
  const setupText = compiled.setup(fields, line);
  const setup = setupText === null ? null : clock(setupText, 0);
  if (setupText !== null && setup === null) return `setup: "${setupText}" is no date and time`;
  const setupAt = setup === null ? null : shifted(setup);

  const length = compiled.duration(fields, line);
  if (mapping.end === undefined) {
    const lengthUs = length === null ? null : lengthFromText(length);
    if (lengthUs === null) return `duration: "${length ?? ""}" is neither seconds nor H:MM:SS`;
    return { setupAt, answeredAt: shifted(start), endedAt: shifted(start + lengthUs) };
  }
  let end: number | null = null;
  for (const one of compiled.ends) {
    const endText = one(fields, line);
    if (endText === null) continue;
    let time = clock(endText, 0);
    if (time === null) return `end: "${endText}" is no date and time`;
    // A clock that lags a few minutes behind is no midnight: only a jump of half a day is.
    if (mapping.end.nextDayAfterMidnight && time < start - HALF_DAY_US) time = clock(endText, 1) ?? time;
    end = Math.max(end ?? time, time);
  }
  if (end === null) return "end: none of the times is given";
  if (end < start) return "end: before the start";
  return { setupAt, answeredAt: shifted(start), endedAt: shifted(end) };
}

/** "250", "250.125" or "0:04:10" in microseconds. */
function lengthFromText(length: string): number | null {
  const match = /^(?:(?:(\d{1,4}):)?(\d{1,2}):)?(\d{1,9})(?:\.(\d{1,6}))?$/.exec(length);
  if (match === null) return null;
  const [, hours = "0", minutes = "0", secondsText = "0", fraction = ""] = match;
  const whole = Number(hours) * 3600 + Number(minutes) * 60 + Number(secondsText);
  return whole * US_PER_SECOND + Number(fraction.padEnd(6, "0"));
}

/**
 * A number for a record that has none, the same for the same deck and line: FNV-1a (32 bit) of the line number's decimal
 * digits chooses the row (modulo the rows) and, as ten digits repeated, fills its prefix up to eleven digits, or by four.
 */
export function drawnNumber(prefixes: readonly string[], line: number): E164 {
  let hash = 0x811c9dc5;
  for (const digit of String(line)) hash = Math.imul(hash ^ digit.charCodeAt(0), 0x01000193);
  const drawn = hash >>> 0;
  const prefix = prefixes[drawn % prefixes.length] ?? "";
  const filler = String(drawn).padStart(10, "0").repeat(2);
  const number = prefix + filler.slice(0, Math.max(11 - prefix.length, 4));
  if (!isE164(number)) throw new RangeError(`the prefix "${prefix}" makes no full number`);
  return number;
}
