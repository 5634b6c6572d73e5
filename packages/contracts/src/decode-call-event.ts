import {
  callEventFromData,
  isJsonObject,
  maxima,
  readCount,
  readText,
  readTime,
  type Faults,
  type JsonObject,
} from "./call-event-data.ts";
import { callEventTypes, type CallEvent, type CallEventType } from "./call-event.ts";
import type { RejectReason } from "./codes.ts";
import type { DecodeResult } from "./decode-result.ts";
import { PACKED_FIRST_BYTE } from "./pack-call-events.ts";
import { isAccountId, type AccountId, type FeederId } from "./units.ts";
import { unpackCallEvents } from "./unpack-call-events.ts";

/** One event may have at most this many bytes, in every form. */
export const MAX_EVENT_BYTES = 64 * 1024;

/** What NATS' and HTTP's headers have in common; a NATS `MsgHdrs` and `Object.entries(…)` are such as they are. */
export type MessageHeaders = Iterable<readonly [string, string | readonly string[] | undefined]>;

/**
 * Decodes one message of the log, in whichever accepted form it came (contract §1): structured or plain JSON, binary
 * mode (`ce-` headers), a CloudEvents batch, NDJSON (told by its content type) or a packed batch (by its first byte).
 * Account and feeder are those of the subject; an event that claims another account is `wrongAccount`. One bad event
 * of a batch is one bad result. Never throws.
 */
export function decodeCallMessage(
  payload: Uint8Array,
  headers: MessageHeaders | null,
  account: AccountId,
  feeder: FeederId,
): DecodeResult[] {
  const text = utf8.decode(payload);
  if (text.charCodeAt(0) === PACKED_FIRST_BYTE) return unpackCallEvents(text.slice(1), account, feeder);
  const mode = headers === null ? structured : modeOf(headers);
  if (mode === structured && text.charCodeAt(0) === 0x7b) return [decodeCallText(text, account, feeder)];
  return pieces(text, mode).map((piece) => decodePiece(piece, account, feeder));
}

/** One event of an HTTP body: its result and the structured JSON to publish, which is the sender's own text where there is one. */
export interface DecodedPiece {
  readonly result: DecodeResult;
  readonly text: string;
}

/**
 * Decodes an HTTP body: structured, binary, batch or NDJSON, by the headers. `account` is the path's, or null for mixed
 * batches, where each event must name its account (attribute `account`, or `subject` = `calls.v1.<account>`).
 */
export function decodeCallBody(
  body: string,
  headers: MessageHeaders,
  account: AccountId | null,
  feeder: FeederId,
): DecodedPiece[] {
  return pieces(body, modeOf(headers)).map((piece) => {
    const result = decodePiece(piece, account, feeder);
    return { result, text: piece.text ?? JSON.stringify(piece.value) };
  });
}

/** Decodes one event in structured JSON: the text of a file's line, or a NATS message without headers. */
export function decodeCallText(text: string, account: AccountId | null, feeder: FeederId): DecodeResult {
  return decodePiece(pieceFromText(text), account, feeder);
}

/** One event before its fields are read. `text` is null where the event had no text of its own (binary mode, batch). */
interface Piece {
  readonly text: string | null;
  readonly value: unknown;
}

/** Stand in the place of a value that could not, or must not, be parsed. */
const notJson = Symbol("not JSON");
const tooLarge = Symbol("too large");

/** A web standard present in every runtime of ours, but not in the language's own types. */
declare const TextDecoder: new () => { decode(bytes: Uint8Array): string };
const utf8 = new TextDecoder();

function pieceFromText(text: string): Piece {
  // Anything over the limit is refused unread, so that no sender can buy parsing time.
  return { text, value: isTooLarge(text) ? tooLarge : parseJson(text) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return notJson;
  }
}

interface Mode {
  readonly contentType: string;
  /** The `ce-` headers without their prefix, still percent-encoded; null when the attributes are in the body. */
  readonly attributes: ReadonlyMap<string, string> | null;
}

const structured: Mode = { contentType: "", attributes: null };

function modeOf(headers: MessageHeaders): Mode {
  let contentType = "";
  let attributes: Map<string, string> | null = null;
  for (const [key, values] of headers) {
    const name = key.toLowerCase();
    const value = typeof values === "string" ? values : (values?.[0] ?? "");
    if (name === "content-type") contentType = value.toLowerCase();
    else if (name.startsWith("ce-")) (attributes ??= new Map()).set(name.slice(3), value);
  }
  // The content type decides when both are there: then `ce-` headers only repeat what is in the body.
  return { contentType, attributes: contentType.startsWith("application/cloudevents") ? null : attributes };
}

function pieces(text: string, mode: Mode): Piece[] {
  if (mode.attributes !== null) return [pieceFromHeaders(mode.attributes, mode.contentType, text)];
  if (/^application\/(x-)?(ndjson|jsonl)/.test(mode.contentType)) {
    return text
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map(pieceFromText);
  }
  if (mode.contentType.startsWith("application/cloudevents-batch") || text.charCodeAt(0) === 0x5b) {
    const values = parseJson(text);
    if (!Array.isArray(values)) return [{ text, value: notJson }];
    // Only in a large body can there be a large event; then each one is written out to be measured.
    if (!isTooLarge(text)) return values.map((value: unknown) => ({ text: null, value }));
    return values.map((value: unknown) => pieceFromText(JSON.stringify(value)));
  }
  return [pieceFromText(text)];
}

/** Binary mode: the payload is `data`, every attribute a header with a percent-encoded value. */
function pieceFromHeaders(attributes: ReadonlyMap<string, string>, contentType: string, text: string): Piece {
  if (isTooLarge(text)) return { text, value: tooLarge };
  const data = parseJson(text);
  if (data === notJson) return { text, value: notJson };
  const value: JsonObject = {};
  for (const [name, encoded] of attributes) value[name] = percentDecoded(encoded);
  if (contentType !== "") value["datacontenttype"] = contentType;
  value["data"] = data;
  return { text: null, value };
}

/** A text that is not well percent-encoded is taken as it is: senders forget to encode a plain "%". */
function percentDecoded(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function decodePiece(piece: Piece, account: AccountId | null, feeder: FeederId): DecodeResult {
  if (piece.value === tooLarge) return refusal("tooLarge", `more than ${MAX_EVENT_BYTES} bytes`, piece);
  if (piece.value === notJson) return refusal("notJson", "the payload is not JSON", piece);
  const fault: Fault = { reason: "badField", first: null };
  const event = callEventFromValue(piece.value, account, feeder, fault);
  return event !== null && fault.first === null ? { ok: true, event } : refusal(fault.reason, fault.first ?? "malformed", piece);
}

function refusal(reason: RejectReason, detail: string, piece: Piece): DecodeResult {
  return { ok: false, reason, detail, original: piece.text ?? JSON.stringify(piece.value) };
}

interface Fault extends Faults {
  reason: RejectReason;
}

function callEventFromValue(value: unknown, account: AccountId | null, feeder: FeederId, fault: Fault): CallEvent | null {
  if (!isJsonObject(value)) return stop(fault, "notCloudEvent", "a JSON object is expected");
  if (value["specversion"] !== "1.0") return stop(fault, "notCloudEvent", 'specversion: "1.0" is expected');
  const id = readText(value["id"], "id", fault);
  const source = readText(value["source"], "source", fault);
  if (id === null || source === null) return stop(fault, "notCloudEvent", "id and source: texts, not empty");
  const type = value["type"];
  if (typeof type !== "string") return stop(fault, "notCloudEvent", "type: missing");
  const kind = kindFromType.get(type);
  if (kind === undefined) return unknownType(type, fault);
  const owner = accountOf(value, account, fault);
  if (owner === null) return null;
  const data = value["data"];
  if (!isJsonObject(data)) return stop(fault, "badField", "data: a JSON object is expected");
  return callEventFromData(
    {
      type: kind,
      id,
      source,
      time: readTime(value["time"], "time", fault),
      account: owner,
      feeder,
      feedSeq: readFeedSeq(value["feedseq"], fault),
    },
    data,
    fault,
  );
}

function stop(fault: Fault, reason: RejectReason, detail: string): null {
  fault.reason = reason;
  fault.first = detail;
  return null;
}

const kindFromType: ReadonlyMap<string, CallEventType> = new Map(
  callEventTypes.map((kind) => [`telephony.call.${kind}.v1`, kind] as const),
);

function unknownType(type: string, fault: Fault): null {
  const known = kindFromType.has(type.replace(/\.v\d+$/, ".v1"));
  return stop(fault, known ? "unknownVersion" : "unknownType", `type: ${type.slice(0, 128)}`);
}

/** The subject's account, which the body may repeat but not change; in mixed batches the body's own. */
function accountOf(value: JsonObject, account: AccountId | null, fault: Fault): AccountId | null {
  const attribute = value["account"];
  const inSubject = accountInSubject(value["subject"]);
  // The usual case, and the hot one: nothing is claimed, or what the subject says.
  if (account !== null && inSubject === undefined && (attribute === account || attribute === undefined)) return account;
  let owner = account;
  for (const claim of [attribute, inSubject]) {
    if (claim === undefined || claim === null) continue;
    if (typeof claim !== "string" || !isAccountId(claim)) return stop(fault, "badField", "account: 1 to 63 of a-z, 0-9 and -");
    if (owner !== null && claim !== owner)
      return stop(fault, "wrongAccount", `the event claims ${claim}, its subject is ${owner}`);
    owner = claim;
  }
  return owner ?? stop(fault, "badField", "account: name it in the attribute account, or in subject as calls.v1.<account>");
}

/** CloudEvents leaves `subject` to the sender: only our own form names an account. */
function accountInSubject(subject: unknown): string | undefined {
  if (typeof subject !== "string") return undefined;
  if (!subject.startsWith("calls.v1.") && !subject.startsWith("records.v1.")) return undefined;
  return subject.split(".")[2];
}

/** A header carries it as text. */
function readFeedSeq(value: unknown, fault: Fault): number | null {
  const number = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return readCount(number, maxima.sequence, "feedseq", fault);
}

function isTooLarge(text: string): boolean {
  // No character takes more than three bytes, so short texts need no counting.
  return text.length > MAX_EVENT_BYTES / 3 && byteLength(text) > MAX_EVENT_BYTES;
}

function byteLength(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // Each half of a surrogate pair stands for two of the pair's four bytes.
    bytes += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 2 : 3;
  }
  return bytes;
}
