import type { CallEventType } from "@tollbook/contracts/call-event.ts";
import type { OpenState } from "./leg.ts";

/** Every state a leg can be in when an event about it arrives. NEW: never heard of. */
export type LegState = "NEW" | OpenState | ClosedState;

/**
 * RATED: settled by its end. ESTIMATED: settled by its end, but the moment of the answer is only derived from the usage
 * reported with it; the answer's own report is still welcome. EXPIRED: settled at its last usage, because a granted session fell silent; its end is still
 * awaited. DENIED: refused by us. ABANDONED: never answered. VOIDED: taken back by an admin.
 */
export type ClosedState = "RATED" | "ESTIMATED" | "EXPIRED" | "DENIED" | "ABANDONED" | "VOIDED";

/** What an event does to a leg. */
export type Transition =
  /** Begins an open leg (or goes on with one): the report is merged. */
  | "merge"
  /** As merge, and the leg is answered. */
  | "answer"
  /** Decides and reserves. */
  | "authorise"
  /** Merges usage, moves the reservation, answers; posts no money. */
  | "renew"
  /** Gives the reservation back; the leg closes soon unless it goes on. */
  | "release"
  /** Settles once and for all. */
  | "settle"
  /** Closes without an answer: charge 0. */
  | "abandon"
  /** The end of a leg that has one: duplicate, confirmation or conflict; nothing changes. */
  | "compare"
  /** Reversal and replacement, from the stored rows (late lane). */
  | "replace"
  /** Replaced if the report says that the leg was connected after all; else it confirms. */
  | "replaceIfConnected"
  /** The earliest answer counts (contract §1): replaced if this report names an earlier one than was derived; else a note. */
  | "replaceIfEarlier"
  /** The answer given before stands. */
  | "answerAgain"
  /** Kept and counted, changes nothing. */
  | "note"
  /** Contradicts a closed leg: kept whole and shown. */
  | "conflict";

const open: Record<CallEventType, Transition> = {
  authorize: "authorise",
  "authorize.cancelled": "release",
  started: "merge",
  answered: "answer",
  progress: "renew",
  ended: "settle",
  rejected: "abandon",
  corrected: "settle",
  ringing: "merge",
  held: "note",
  resumed: "note",
  transferred: "note",
  cost: "note",
};

/** What a closed leg makes of reports that come too late to matter. */
const closed: Record<CallEventType, Transition> = {
  authorize: "answerAgain",
  "authorize.cancelled": "note",
  started: "note",
  answered: "note",
  progress: "answerAgain",
  ended: "compare",
  rejected: "note",
  corrected: "replace",
  ringing: "note",
  held: "note",
  resumed: "note",
  transferred: "note",
  cost: "note",
};

/** SPEC.md §2: states × events. A missing cell does not compile. */
export const transitions: Readonly<Record<LegState, Readonly<Record<CallEventType, Transition>>>> = {
  NEW: { ...open, "authorize.cancelled": "abandon", rejected: "abandon" },
  AUTHORISED: open,
  STARTED: { ...open, "authorize.cancelled": "note" },
  ANSWERED: { ...open, "authorize.cancelled": "note", rejected: "note" },
  CUT: { ...open, authorize: "answerAgain", "authorize.cancelled": "note", rejected: "note" },
  RATED: closed,
  ESTIMATED: { ...closed, answered: "replaceIfEarlier" },
  EXPIRED: { ...closed, ended: "replace" },
  DENIED: { ...closed, ended: "replaceIfConnected", corrected: "replace" },
  ABANDONED: { ...closed, answered: "replaceIfEarlier", ended: "replaceIfConnected" },
  VOIDED: { ...closed, corrected: "conflict" },
};
