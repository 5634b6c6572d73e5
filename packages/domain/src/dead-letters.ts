import type { CallEvent } from "@tollbook/contracts/call-event.ts";
import type { RejectReason } from "@tollbook/contracts/codes.ts";
import { timeUs } from "@tollbook/contracts/units.ts";
import type { Account } from "./account/account.ts";
import type { DeadLetterRow } from "./fold.ts";
import { countEvent } from "./fold-context.ts";
import type { Fold } from "./fold-context.ts";

/** Keeps an event whole that cannot be used: impossible, too late, or for a frozen account. */
export function quarantine(fold: Fold, account: Account, event: CallEvent, reason: RejectReason): void {
  deadLetter(fold, account.id, event.feeder, "quarantined", reason, event.usageId, JSON.stringify(event));
  countEvent(fold, "quarantined");
}

/** A second end that says something else: the first stays, this one is kept and shown (contract §1). */
export function keepConflict(fold: Fold, account: Account, event: CallEvent, detail: string): void {
  deadLetter(fold, account.id, event.feeder, "conflict", "conflict", `${event.usageId}: ${detail}`, JSON.stringify(event));
  countEvent(fold, "conflict");
}

export function deadLetter(
  fold: Fold,
  account: string,
  feeder: string,
  outcome: DeadLetterRow["outcome"],
  reason: string,
  detail: string,
  payload: string,
): void {
  fold.outputs.push({
    kind: "deadLetter",
    row: {
      outSeq: ++fold.state.outSeq,
      logSeq: fold.at.seq,
      logIndex: fold.at.index,
      logTime: timeUs(fold.logNow),
      account,
      feeder,
      outcome,
      reason,
      detail,
      payload,
    },
  });
}
