import { createHash } from "node:crypto";
import { e164FromText, isJsonObject, type JsonObject } from "@tollbook/contracts/call-event-data.ts";
import type { CallEnd, CallEvent, CallEventType, Party } from "@tollbook/contracts/call-event.ts";
import {
  isUsageId,
  seconds,
  timeUs,
  US_PER_SECOND,
  type AccountId,
  type Country,
  type FeederId,
  type TimeUs,
  type UsageId,
} from "@tollbook/contracts/units.ts";

/** Whose calls these are: a Kamailio serves one organisation per adapter. */
export interface KamailioSettings {
  readonly account: AccountId;
  readonly feeder: FeederId;
  /** CloudEvents source: the same for the same Kamailio, whatever happens. */
  readonly source: string;
  readonly dialledFrom: Country | null;
}

export type Adapted =
  | { readonly kind: "event"; readonly event: CallEvent }
  /** Understood and of no use: the accounting of single transactions. */
  | { readonly kind: "ignored"; readonly why: string }
  /** Not what Kamailio's configuration publishes. */
  | { readonly kind: "unreadable"; readonly why: string };

/**
 * One message of Kamailio as one call event, without knowing any other message, so that order, repeats and a restart of
 * the adapter make no difference:
 *
 * | Kamailio | call event | carries |
 * |---|---|---|
 * | `call.authorized` | `started` | setupAt |
 * | `call.answered` | `answered` | setupAt, answeredAt (µs) |
 * | `call.progress` | `progress` | usedMs, cumulative; only our configuration sends it |
 * | `call.ended` | `ended`, the only one of the leg | endedAt (µs); answeredAt where the configuration sends it (ours does), else `usedMs` as a lower bound |
 * | `call.rejected`, `call.failed` | `rejected`, `ended` unanswered | end |
 * | CDR of module acc | `answered` | answeredAt (ms), usedMs, reportedSeconds |
 * | transaction of module acc | none | |
 *
 * The CDR comes in as `answered` and not as a second `ended`, so that it can never conflict (contract §1): combined by
 * rule (earliest answer, largest `usedMs`) it changes nothing when all is well, and stands in for a lost `call.answered`.
 */
export function callEventFromKamailio(payload: string, settings: KamailioSettings): Adapted {
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch {
    return { kind: "unreadable", why: "not JSON" };
  }
  if (!isJsonObject(value)) return { kind: "unreadable", why: "not a JSON object" };
  const draft = typeof value["type"] === "string" ? draftFromDialog(value["type"], value) : draftFromAccounting(value);
  if (draft === null) return { kind: "ignored", why: "the accounting of one transaction" };
  if (typeof draft === "string") return { kind: "unreadable", why: draft };
  return { kind: "event", event: eventFromDraft(draft, value, settings) };
}

/** What differs between Kamailio's messages. */
interface Draft {
  readonly type: CallEventType;
  /** Names the occurrence within its leg; with its time, so that two different ends are two occurrences. */
  readonly occurrence: string;
  readonly callId: string;
  readonly fromTag: string;
  readonly user: string | null;
  readonly destination: string | null;
  readonly time: TimeUs;
  readonly setupAt: TimeUs | null;
  readonly answeredAt: TimeUs | null;
  readonly endedAt: TimeUs | null;
  readonly usedMs: number | null;
  readonly reportedSeconds: number | null;
  readonly end: CallEnd | null;
}

function draftFromDialog(type: string, value: JsonObject): Draft | string {
  const time = timeFromSeconds(value["time"]);
  const callId = textOf(value["callId"]);
  const fromTag = textOf(value["fromTag"]);
  if (time === null || callId === null || fromTag === null) return "callId, fromTag or time is missing";
  const base: Draft = {
    type: "started",
    occurrence: type,
    callId,
    fromTag,
    user: textOf(value["account"]),
    destination: textOf(value["destination"]),
    time,
    setupAt: timeFromSeconds(value["setupTime"]),
    answeredAt: null,
    endedAt: null,
    usedMs: null,
    reportedSeconds: null,
    end: null,
  };
  switch (type) {
    case "call.authorized":
      return { ...base, setupAt: time };
    case "call.answered":
      return { ...base, type: "answered", answeredAt: time };
    case "call.progress":
      return progressDraft(base, value);
    case "call.ended":
      return endedDraft(base, value);
    case "call.rejected":
      return { ...base, type: "rejected", setupAt: base.setupAt ?? time, end: sipEnd(value) };
    case "call.failed":
      return { ...base, type: "ended", endedAt: time, usedMs: 0, end: sipEnd(value) };
    default:
      return `unknown type ${type}`;
  }
}

function progressDraft(base: Draft, value: JsonObject): Draft | string {
  const answeredAt = timeFromSeconds(value["answeredTime"]);
  if (answeredAt === null) return "answeredTime is missing";
  return { ...base, type: "progress", answeredAt, usedMs: Math.max(0, Math.floor((base.time - answeredAt) / 1000)) };
}

/**
 * A dialog that ends was answered. Where the message does not say when to the microsecond, Kamailio's own start of the
 * dialog does to the second it began in: the leg lasted at least from the end of that second. A lower bound is safe: the
 * largest `usedMs` counts, and time stamps of another report win over it (D3).
 */
function endedDraft(base: Draft, value: JsonObject): Draft {
  const answeredAt = timeFromSeconds(value["answeredTime"]);
  const startSeconds = value["startTs"];
  const least = Number.isSafeInteger(startSeconds) ? base.time - ((startSeconds as number) + 1) * US_PER_SECOND : 0;
  const by = textOf(value["endedBy"]);
  const end: CallEnd = { by, q850: null, sip: null, text: textOf(value["method"]) };
  const usedMs = answeredAt === null ? Math.max(1, Math.floor(least / 1000)) : null;
  return { ...base, type: "ended", answeredAt, endedAt: base.time, usedMs, end };
}

function sipEnd(value: JsonObject): CallEnd {
  const code = value["code"];
  return { by: null, q850: null, sip: typeof code === "number" ? code : null, text: textOf(value["reason"]) };
}

/** Module acc writes a record per call (start, end, duration) and one per transaction (INVITE, BYE). */
function draftFromAccounting(value: JsonObject): Draft | string | null {
  if (typeof value["method"] === "string") return null;
  const answeredAt = timeFromSeconds(value["start_time"]);
  const endTime = timeFromSeconds(value["end_time"]);
  const lengthUs = timeFromSeconds(value["duration"]);
  const callId = textOf(value["callid"]);
  const fromTag = textOf(value["from_tag"]);
  if (answeredAt === null || endTime === null || lengthUs === null || callId === null || fromTag === null) {
    return "neither a dialog event nor a call record";
  }
  return {
    type: "answered",
    occurrence: "cdr",
    callId,
    fromTag,
    user: textOf(value["account"]),
    destination: textOf(value["destination"]),
    time: endTime,
    setupAt: null,
    answeredAt,
    endedAt: null,
    usedMs: Math.floor(lengthUs / 1000),
    // Rounded up, as billable seconds are, so that equal lengths compare equal.
    reportedSeconds: Math.ceil(lengthUs / US_PER_SECOND),
    end: null,
  };
}

function eventFromDraft(draft: Draft, value: JsonObject, settings: KamailioSettings): CallEvent {
  const usageId = usageIdOf(draft.callId, draft.fromTag);
  return {
    type: draft.type,
    id: `${usageId};${draft.occurrence};${draft.time}`,
    source: settings.source,
    time: draft.time,
    account: settings.account,
    feeder: settings.feeder,
    feedSeq: null,
    usageId,
    callId: draft.callId,
    legId: draft.fromTag,
    parentLegId: null,
    linkedId: null,
    conferenceId: null,
    callType: "user_out",
    direction: "outbound",
    from: partyOf(draft.user),
    to: partyOf(draft.destination),
    user: draft.user,
    organizer: null,
    resourceAccount: null,
    serviceNumber: null,
    numberType: null,
    setupAt: draft.setupAt,
    answeredAt: draft.answeredAt,
    endedAt: draft.endedAt,
    usedMs: draft.usedMs,
    reportedSeconds: draft.reportedSeconds === null ? null : seconds(draft.reportedSeconds),
    emergency: value["emergency"] === true,
    end: draft.end,
    sessionId: textOf(value["sessionId"]),
    seq: null,
    requestedSeconds: null,
    provider: null,
    raw: JSON.stringify(value),
    dialledFrom: settings.dialledFrom,
  };
}

/** SIP's name of a leg before and after answer; without a time. SIP allows longer names than a usageId may have. */
function usageIdOf(callId: string, fromTag: string): UsageId {
  const usageId = `${callId};${fromTag}`;
  if (isUsageId(usageId)) return usageId;
  return createHash("sha256").update(usageId).digest("hex") as UsageId;
}

function partyOf(text: string | null): Party | null {
  return text === null ? null : { raw: text, e164: e164FromText(text), name: null };
}

/** Kamailio prints what it does not have as `<null>`. */
function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" && value !== "<null>" && value.length <= 256 ? value : null;
}

/** "1795317901.715844" (or with milliseconds, or without decimals) exactly in microseconds; never through a float. */
function timeFromSeconds(value: unknown): TimeUs | null {
  const match = typeof value === "string" ? /^(\d{1,10})(?:\.(\d{1,6}))?$/.exec(value) : null;
  if (match === null) return null;
  return timeUs(Number(match[1]) * US_PER_SECOND + Number((match[2] ?? "").padEnd(6, "0")));
}
