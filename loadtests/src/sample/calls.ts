import type { CallEvent, CallEventType } from "@tollbook/contracts/call-event.ts";
import { encodeCallEvent } from "@tollbook/contracts/encode-call-event.ts";
import { packCallEvents } from "@tollbook/contracts/pack-call-events.ts";
import { callsSubject } from "@tollbook/contracts/subjects.ts";
import type { AccountId, E164, FeederId, UsageId } from "@tollbook/contracts/units.ts";
import { timeUs, US_PER_SECOND } from "@tollbook/contracts/units.ts";

/** What the sample calls are drawn from. The same setting gives the same calls, so that runs can be compared. */
export interface CallSetting {
  /** Distinguishes runs on one log: usage ids begin with it. */
  readonly run: string;
  readonly accounts: number;
  readonly usersPerAccount: number;
  /** Microseconds since 1970: the calls end in the minutes before. */
  readonly endedBefore: number;
}

export const feeder = "bench" as FeederId;
export const accountName = (n: number): AccountId => `bench-${n}` as AccountId;
export const userName = (n: number): string => `user-${n}`;

/** Where people call: mostly at home (Germany), some abroad. The first digits are real prefixes, the rest counts. */
const prefixes = [
  "4930",
  "4989",
  "4940",
  "49151",
  "4969",
  "4930",
  "4989",
  "33140",
  "44207",
  "1201555",
  "4533",
  "31205",
  "39065",
  "48226",
  "9122",
];

/** Call number `n`, finished: 1 to 300 seconds long, the same for the same setting. */
export function finishedCall(n: number, account: AccountId, setting: CallSetting): CallEvent {
  const seconds = 1 + ((n * 7_919) % 300);
  // Spread over ten minutes, so that no two neighbours end together.
  const endedAt = timeUs(setting.endedBefore - ((n * 104_729) % 600) * US_PER_SECOND - (n % 1_000) * 1_000);
  return {
    ...call("ended", n, account, setting),
    time: endedAt,
    answeredAt: timeUs(endedAt - seconds * US_PER_SECOND + (n % 997) * 1_000),
    endedAt,
    end: { by: n % 2 === 0 ? "caller" : "callee", q850: 16, sip: null, text: null },
  };
}

/** A call that asks whether it may begin. */
export function askedCall(n: number, account: AccountId, setting: CallSetting): CallEvent {
  return { ...call("authorize", n, account, setting), setupAt: timeUs(setting.endedBefore) };
}

/** The asked call was never answered: what was reserved for it is free again. */
export function givenUpCall(n: number, account: AccountId, setting: CallSetting): CallEvent {
  return {
    ...call("rejected", n, account, setting),
    endedAt: timeUs(setting.endedBefore),
    end: { by: "callee", q850: 17, sip: 486, text: null },
  };
}

/** One message of the log: a single event as JSON. */
export function singleMessage(n: number, setting: CallSetting): { subject: string; payload: string } {
  const account = accountName(n % setting.accounts);
  return { subject: callsSubject(account, feeder), payload: encodeCallEvent(finishedCall(n, account, setting)) };
}

/** One message of the log: `size` calls of one account, packed, from call number `first`. */
export function packedMessage(first: number, size: number, setting: CallSetting): { subject: string; payload: Uint8Array } {
  const account = accountName((first / size) % setting.accounts);
  const events = Array.from({ length: size }, (_, offset) => finishedCall(first + offset, account, setting));
  return { subject: callsSubject(account, feeder), payload: packCallEvents(events) };
}

function call(type: CallEventType, n: number, account: AccountId, { run, usersPerAccount }: CallSetting): CallEvent {
  const usageId = `${run}-${n}` as UsageId;
  const prefix = prefixes[n % prefixes.length] as string;
  const to = `${prefix}${String(n % 10_000_000).padStart(7, "0")}`.slice(0, 13) as E164;
  return {
    type,
    id: `${usageId}:${type}`,
    source: "/bench/switch",
    time: null,
    account,
    feeder,
    feedSeq: null,
    usageId,
    callId: usageId,
    legId: "1",
    parentLegId: null,
    linkedId: null,
    conferenceId: null,
    callType: "user_out",
    direction: "outbound",
    from: { raw: "+4930901820", e164: "4930901820" as E164, name: null },
    to: { raw: `+${to}`, e164: to, name: null },
    user: userName(Math.floor(n / 7) % usersPerAccount),
    organizer: null,
    resourceAccount: null,
    serviceNumber: null,
    numberType: null,
    setupAt: null,
    answeredAt: null,
    endedAt: null,
    usedMs: null,
    reportedSeconds: null,
    emergency: false,
    end: null,
    sessionId: null,
    seq: null,
    requestedSeconds: null,
    provider: null,
    raw: null,
    dialledFrom: null,
  };
}
