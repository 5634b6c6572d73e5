import type { DenyReason, RefusalCode } from "./codes.ts";

/** How a leg, or part of it, is paid (domain §2.3). */
export const fundingSources = ["POOL", "CREDITS", "OVERAGE", "FREE", "FREECALL", "UNFUNDED"] as const;
export type FundingSource = (typeof fundingSources)[number];

/** What telephony is to do when it cannot reach us (after RFC 8506 §8.14, credit-control failure handling). */
export const unreachableActions = ["reject", "continue", "continue_capped"] as const;
export type UnreachableAction = (typeof unreachableActions)[number];

/**
 * The answer to `authorize` and `progress` (contract §2). Amounts are decimal strings, lengths whole seconds.
 * The same (sessionId, seq) is answered with the same answer.
 */
export interface AuthorizeAnswer {
  decision: "allow" | "deny";
  /** `ok` when allowed; the last check that failed when denied; `emergency` is always allowed. */
  reason: "ok" | "emergency" | DenyReason;
  /** All checks in the order they were made. */
  checks: { check: string; passed: boolean; reason: DenyReason | null }[];
  sessionId: string;
  usageId: string;
  seq: number;
  /** Seconds the leg may last, counted from answer, cumulative; null: not metered. 0 when denied. */
  grantedSeconds: number | null;
  /** RFC 3339. Report before this, even if the grant is not spent. Null when denied or not supervised. */
  validUntil: string | null;
  /** No further grant will follow this one. */
  final: boolean;
  finalAction: "terminate" | "redirect" | "announce";
  warnAtRemainingSeconds: number;
  onUnreachable: UnreachableAction;
  maxUnsupervisedSeconds: number;
  currency: string | null;
  /** Money held for this session, decimal string. */
  reserved: string;
  rate: {
    deckId: string;
    prefix: string;
    destination: string;
    pricePerMinute: string;
    connectFee: string;
    firstIncrementSeconds: number;
    nextIncrementSeconds: number;
  } | null;
  /** The sources foreseen, in the order of use. */
  funding: { source: FundingSource; ref: string | null }[];
}

/** The answer to a command: the fold's own (contract §3). */
export interface CommandAnswer {
  /** Position of the command in its partition's log; reads with `after=<seq>` see its effect. */
  seq: number;
  outcome: "accepted" | "refused";
  code?: RefusalCode;
  /** One sentence: which field, which limit. */
  detail?: string;
  result?: Record<string, unknown>;
}

/** Published on `control.v1.<account>`: telephony is to end this leg. */
export interface CallControl {
  commandId: string;
  action: "terminate";
  callId: string | null;
  legId: string | null;
  usageId: string;
  sessionId: string | null;
  reason: DenyReason | "grantSpent";
  switchRef: string | null;
}
