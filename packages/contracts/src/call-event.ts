import type { AccountId, E164, FeederId, Micros, Seconds, TimeUs, UsageId, Country, Currency } from "./units.ts";

/** The part after `telephony.call.` and before `.v1` of a CloudEvents `type` (contract §1). */
export const callEventTypes = [
  "authorize",
  "authorize.cancelled",
  "started",
  "answered",
  "progress",
  "ended",
  "rejected",
  "corrected",
  // Accepted and kept, but of no consequence for a charge.
  "ringing",
  "held",
  "resumed",
  "transferred",
  "cost",
] as const;
export type CallEventType = (typeof callEventTypes)[number];

/** Call type codes (domain §8.3); `user_out_emergency` is our own. */
export const callTypes = [
  "user_in",
  "user_out",
  "user_out_conf",
  "user_out_transfer",
  "user_out_forwarding",
  "user_out_emergency",
  "conf_in",
  "conf_out",
  "ucap_in",
  "ucap_out",
  "unassigned_in",
  "dr_in",
  "dr_out",
  "dr_out_user_conf",
  "dr_out_user_forwarding",
  "dr_out_user_transfer",
  "dr_unassigned_in",
  "dr_in_bot",
  "dr_in_ucap",
  "dr_out_bot",
  "dr_out_ucap",
  "dr_emergency_out",
] as const;
export type CallType = (typeof callTypes)[number];

export const numberTypes = ["subscriber", "toll", "tollFree"] as const;
export type NumberType = (typeof numberTypes)[number];

/** One end of a leg: what was dialled or shown, and the full number where it is one. */
export interface Party {
  readonly raw: string;
  readonly e164: E164 | null;
  readonly name: string | null;
}

export interface CallEnd {
  readonly by: string | null;
  /** ITU-T Q.850 cause. */
  readonly q850: number | null;
  readonly sip: number | null;
  readonly text: string | null;
}

/** The carrier's own charge: for margin and reconciliation, never billed. */
export interface ProviderCost {
  readonly cost: Micros;
  readonly currency: Currency;
  readonly billedSeconds: Seconds | null;
}

/**
 * One decoded report about one leg. Every field is present (null where the sender said nothing), so that all
 * events have one shape. A leg's reports rank authorize < started < answered < progress < ended < corrected
 * and combine by rule: earliest answer, largest `usedMs`, first accepted end (contract §1).
 */
export interface CallEvent {
  readonly type: CallEventType;
  /** Occurrence = (source, id). */
  readonly id: string;
  readonly source: string;
  readonly time: TimeUs | null;
  readonly account: AccountId;
  readonly feeder: FeederId;
  /** Contiguous per feeder and account where the feeder numbers its events. */
  readonly feedSeq: number | null;
  readonly usageId: UsageId;
  readonly callId: string | null;
  readonly legId: string | null;
  readonly parentLegId: string | null;
  readonly linkedId: string | null;
  readonly conferenceId: string | null;
  readonly callType: CallType | null;
  readonly direction: "inbound" | "outbound" | null;
  readonly from: Party | null;
  readonly to: Party | null;
  readonly user: string | null;
  readonly organizer: string | null;
  readonly resourceAccount: string | null;
  readonly serviceNumber: E164 | null;
  readonly numberType: NumberType | null;
  readonly setupAt: TimeUs | null;
  readonly answeredAt: TimeUs | null;
  readonly endedAt: TimeUs | null;
  /** Total talk time since answer in milliseconds, cumulative. */
  readonly usedMs: number | null;
  /** The switch's own figure: compared, never billed. */
  readonly reportedSeconds: Seconds | null;
  readonly emergency: boolean;
  readonly end: CallEnd | null;
  readonly sessionId: string | null;
  readonly seq: number | null;
  /** Of an `authorize` or `progress`: how long a grant is wished for. */
  readonly requestedSeconds: Seconds | null;
  readonly provider: ProviderCost | null;
  /** The original record as JSON text, kept. */
  readonly raw: string | null;
  /** The country a national or short number was dialled from, where an adapter knows it. */
  readonly dialledFrom: Country | null;
}
