import type { CallEvent } from "@tollbook/contracts/call-event.ts";
import type { Account } from "../account/account.ts";
import { keepConflict } from "../dead-letters.ts";
import type { CallRow } from "../fold.ts";
import { countEvent, countLeg, rememberLater } from "../fold-context.ts";
import type { Fold } from "../fold-context.ts";
import type { Key } from "../ids/hash.ts";
import { deleteEntry, setEntry } from "../undo.ts";
import { connectedMsOf, legKeyOf } from "./close.ts";
import { OCCURRENCE_META, packClosed, stateOf, versionOf } from "./closed-leg.ts";
import { legFromRow, correctReport, sameContent } from "./leg-from-row.ts";
import { mergeReport } from "./merge-report.ts";
import { reverseRow } from "./reverse.ts";
import { settleLeg } from "./settle.ts";
import { ENDED_BY_SILENCE } from "./supervise.ts";
import { timesOf } from "./times.ts";
import type { ClosedState } from "./transitions.ts";

/** The late lane: what the fold cannot know is asked of ClickHouse by the shell, and the answer is logged (architecture §4). */
export function askLate(fold: Fold, account: Account, event: CallEvent, reply: string | null): void {
  const key = askedKey(event);
  // The same occurrence is waited for already: whatever the answer, this one adds nothing.
  if (account.asked.has(key)) return countEvent(fold, "duplicate");
  setEntry(fold.undo, account.asked, key, fold.at.seq);
  fold.outputs.push({
    kind: "lookUp",
    account: account.id,
    usageId: event.usageId,
    event,
    reply,
    outSeq: fold.state.outSeq,
    deckId: null,
  });
}

/** True when this answer was waited for; a second one for the same occurrence changes nothing. */
export function takeAnswer(fold: Fold, account: Account, event: CallEvent): boolean {
  const key = askedKey(event);
  if (!account.asked.has(key)) return false;
  deleteEntry(fold.undo, account.asked, key);
  return true;
}

function askedKey(event: CallEvent): string {
  return `call\n${event.usageId}\n${event.source}\n${event.id}`;
}

/** Edge 25: money that was taken in a former currency cannot be given back in this one. */
export function isOtherCurrency(account: Account, row: CallRow): boolean {
  return row.currency !== account.currency && row.amountMicros !== 0;
}

/** The row in force: the newest that is not a reversal. */
export function currentRow(stored: readonly CallRow[]): CallRow | null {
  return stored.findLast(({ entry }) => entry !== "reversal") ?? null;
}

export function stateOfRows(stored: readonly CallRow[]): ClosedState {
  const last = stored.at(-1) as CallRow;
  if (last.entry === "reversal") return "VOIDED";
  if (last.outcome === "denied") return "DENIED";
  if (last.outcome === "abandoned") return "ABANDONED";
  return last.endedBy === ENDED_BY_SILENCE ? "EXPIRED" : "RATED";
}

/**
 * A later word that counts (D11): reversal, then the leg anew under D2. The stored rows must be of the version that the memory
 * knows; else they were read too early and are asked for again.
 */
export function replaceLeg(
  fold: Fold,
  account: Account,
  event: CallEvent,
  reply: string | null,
  stored: readonly CallRow[] | null,
  meta: number,
  occurrence: Key,
): void {
  const current = stored === null ? null : currentRow(stored);
  if (stored === null || current === null || current.version !== versionOf(meta)) return askLate(fold, account, event, reply);
  if (isOtherCurrency(account, current)) {
    rememberLater(fold, occurrence, 0, 0, OCCURRENCE_META);
    return keepConflict(
      fold,
      account,
      event,
      `it was charged in ${current.currency}, the account's currency is ${account.currency}`,
    );
  }
  rememberLater(fold, occurrence, 0, 0, OCCURRENCE_META);
  const leg = legFromRow(current);
  const was = stateOf(meta);
  if (event.type === "corrected") correctReport(leg, event);
  else {
    // What silence had closed goes on until its own end.
    leg.endedAt = event.type === "answered" ? current.endedAt : 0;
    mergeReport(fold.undo, leg, event);
  }
  const times = timesOf(leg, event.time ?? fold.now);
  // The answer of a leg that was thought over before: its end is still to come.
  if (event.type === "answered" && (times.connectedUs <= 0 || leg.answeredAt === current.answeredAt)) {
    return countEvent(fold, "applied");
  }
  if (times.connectedUs < 0) return keepConflict(fold, account, event, "endedAt is before answeredAt");
  // D11, D30: a correction that says what stands already.
  if (event.type === "corrected" && counted[was] === "rated" && was !== "EXPIRED" && sameContent(leg, times, current)) {
    return countEvent(fold, "duplicate");
  }
  reverseRow(fold, account, current, "correction");
  const row = settleLeg(fold, account, leg, times, {
    version: current.version + 1,
    entry: "replacement",
    refersTo: current.outSeq,
  });
  const now: ClosedState = row.outcome === "abandoned" ? "ABANDONED" : "RATED";
  recount(fold, was, now);
  const mark = event.type === "ended" ? occurrence.a : 0;
  rememberLater(fold, legKeyOf(account, event.usageId), connectedMsOf(times), mark, packClosed(now, row.reason, row.version));
  countEvent(fold, "applied");
}

const counted = {
  RATED: "rated",
  ESTIMATED: "rated",
  EXPIRED: "rated",
  DENIED: "denied",
  ABANDONED: "abandoned",
  VOIDED: "voided",
} as const;

export function recount(fold: Fold, was: ClosedState, now: ClosedState): void {
  if (counted[was] === counted[now]) return;
  countLeg(fold, counted[was], -1);
  countLeg(fold, counted[now], 1);
}
