import type { AuthorizeAnswer } from "@tollbook/contracts/answers.ts";
import type { CallEvent, CallEventType, CallType, NumberType } from "@tollbook/contracts/call-event.ts";
import type { FeederId, UsageId } from "@tollbook/contracts/units.ts";

/** States of a leg that is not closed; `transitions.ts` says what each event does in each. */
export type OpenState = "AUTHORISED" | "STARTED" | "ANSWERED" | "CUT";

/** All that its reports have said about a leg, merged, and what it holds while it is open. One shape for every leg. */
export interface Leg {
  readonly usageId: UsageId;
  state: OpenState;
  /** Rank of the report that the descriptive fields come from: a later kind of report knows better. */
  rank: number;
  callId: string;
  legId: string;
  parentLegId: string;
  linkedId: string;
  conferenceId: string;
  source: string;
  feeder: FeederId;
  callType: CallType;
  direction: "inbound" | "outbound";
  fromRaw: string;
  fromE164: string;
  toRaw: string;
  toE164: string;
  user: string;
  organizer: string;
  resourceAccount: string;
  serviceNumber: string;
  numberType: NumberType | "";
  emergency: boolean;
  dialledFrom: string;
  /** 0 where unknown. */
  setupAt: number;
  answeredAt: number;
  endedAt: number;
  usedMs: number;
  /** -1 where the switch said nothing. */
  reportedSeconds: number;
  endedBy: string;
  q850: number;
  sip: number;
  /** Empty: never authorised, so nothing supervises it. */
  sessionId: string;
  seq: number;
  /** -1: not metered. */
  grantedSeconds: number;
  /** The grant is bounded by what can be funded. */
  final: boolean;
  /** What it was authorised on stays good (§12.9 to §12.11): set with the first grant, 0 before. */
  authorisedAt: number;
  /** A grant of it reached into the credits: it may take them below zero (edge 11). */
  onCredits: boolean;
  /** Minutes abroad that the fraud rules have counted already (edge 30). */
  observedMinutes: number;
  poolKey: string;
  poolMonth: number;
  poolReserved: number;
  moneyReserved: number;
  answer: AuthorizeAnswer | null;
  /** Log time at which silence closes it. */
  dueAt: number;
  /** Time of its earliest entry in the heap of due times; 0: none. */
  armedAt: number;
}

/** Contract §1: authorize < started < answered < progress < ended < corrected. */
export const ranks: Readonly<Record<CallEventType, number>> = {
  authorize: 0,
  "authorize.cancelled": 0,
  ringing: 1,
  started: 1,
  answered: 2,
  held: 2,
  resumed: 2,
  transferred: 2,
  cost: 0,
  progress: 3,
  rejected: 4,
  ended: 4,
  corrected: 5,
};

export function legFromEvent(event: CallEvent): Leg {
  const inbound = event.direction === "inbound";
  return {
    usageId: event.usageId,
    state: "STARTED",
    rank: ranks[event.type],
    callId: event.callId ?? "",
    legId: event.legId ?? "",
    parentLegId: event.parentLegId ?? "",
    linkedId: event.linkedId ?? "",
    conferenceId: event.conferenceId ?? "",
    source: event.source,
    feeder: event.feeder,
    callType: event.callType ?? (inbound ? "user_in" : "user_out"),
    direction: event.direction ?? "outbound",
    fromRaw: event.from === null ? "" : event.from.raw,
    fromE164: event.from === null ? "" : (event.from.e164 ?? ""),
    toRaw: event.to === null ? "" : event.to.raw,
    toE164: event.to === null ? "" : (event.to.e164 ?? ""),
    user: event.user ?? "",
    organizer: event.organizer ?? "",
    resourceAccount: event.resourceAccount ?? "",
    serviceNumber: event.serviceNumber ?? "",
    numberType: event.numberType ?? "",
    emergency: event.emergency,
    dialledFrom: event.dialledFrom ?? "",
    setupAt: event.setupAt ?? 0,
    answeredAt: event.answeredAt ?? 0,
    endedAt: event.endedAt ?? 0,
    usedMs: event.usedMs ?? 0,
    reportedSeconds: event.reportedSeconds ?? -1,
    endedBy: event.end === null ? "" : (event.end.by ?? ""),
    q850: event.end === null ? 0 : (event.end.q850 ?? 0),
    sip: event.end === null ? 0 : (event.end.sip ?? 0),
    sessionId: "",
    seq: -1,
    grantedSeconds: -1,
    final: false,
    authorisedAt: 0,
    onCredits: false,
    observedMinutes: 0,
    poolKey: "",
    poolMonth: 0,
    poolReserved: 0,
    moneyReserved: 0,
    answer: null,
    dueAt: 0,
    armedAt: 0,
  };
}
