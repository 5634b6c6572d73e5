import type { CallEvent } from "@tollbook/contracts/call-event.ts";
import type { CommandData } from "@tollbook/contracts/commands.ts";
import type { Account } from "../account/account.ts";
import type { CallRow, Output } from "../fold.ts";
import type { Fold } from "../fold-context.ts";
import { recall } from "../ids/id-memory.ts";
import { legKeyOf } from "../leg/close.ts";
import { stateOf, versionOf } from "../leg/closed-leg.ts";
import { currentRow, isOtherCurrency } from "../leg/late.ts";
import { proofOfRow } from "../leg/proof.ts";
import { deleteEntry } from "../undo.ts";
import { amendStored } from "./amend-call.ts";
import { contentOf, record } from "./record.ts";
import { refused } from "./outcome.ts";
import type { Outcome } from "./outcome.ts";
import { releaseStored } from "./release-event.ts";
import { rerateStored } from "./rerate-call.ts";
import { ask, keyOf, refusedAsChanged } from "./stored-call.ts";
import type { Question, StoredCall, StoredCallHandler, StoredCallType } from "./stored-call.ts";
import { voidStored } from "./void-call.ts";

const handlers: { readonly [T in StoredCallType]: StoredCallHandler<T> } = {
  "call.void": voidStored,
  "call.amend": amendStored,
  "call.rerate": rerateStored,
};

/** True when the late lane's answer was for such a command: it is then done, audited and answered. */
export function takeStoredCall(
  fold: Fold,
  account: Account,
  event: CallEvent,
  reply: string | null,
  stored: readonly CallRow[],
): boolean {
  // Only a question that a command asked is in `asked`, word for word: no feeder can give a command by an event that looks like one.
  if (event.raw === null || !account.asked.has(keyOf(event))) return false;
  deleteEntry(fold.undo, account.asked, keyOf(event));
  const question = JSON.parse(event.raw) as Question;
  const { commandId, type, actor, data } = question;
  const outcome =
    type === "call.release"
      ? releaseStored(fold, account, data as CommandData<"call.release">, stored)
      : decide(fold, account, question, type, reply, stored);
  const command = { commandId, type, actor, data };
  record(fold, account, command, contentOf(command), reply, outcome);
  return true;
}

function decide(
  fold: Fold,
  account: Account,
  question: Question,
  type: StoredCallType,
  reply: string | null,
  stored: readonly CallRow[],
): Outcome {
  const { usageId, data, version } = question;
  const row = currentRow(stored);
  const key = legKeyOf(account, usageId);
  const known = { connectedMs: 0, mark: 0, meta: 0 };
  if (!recall(fold.state.ids, key, known)) return refused("unknownCall", `usageId: ${usageId}`);
  const state = stateOf(known.meta);
  if (state === "VOIDED") return refused("callAlreadyVoided", `usageId: ${usageId}`);
  const inForce = versionOf(known.meta);
  if (version !== 0 && version !== inForce) return refusedAsChanged(usageId, inForce, version);
  // Read before its newest version was settled.
  if (row === null || row.version < inForce) return ask(fold, account, question, reply);
  if (isOtherCurrency(account, row)) return refused("callInOtherCurrency", `usageId: ${usageId} was charged in ${row.currency}`);
  // The table above pairs every type with the handler of its data, which the type system cannot follow through the index.
  const handler = handlers[type] as StoredCallHandler<StoredCallType>;
  const call: StoredCall = { row, key, state, connectedMs: known.connectedMs, mark: known.mark };
  return handler(fold, account, data as CommandData<StoredCallType>, call);
}

/**
 * For the shell: the deck beside those in force that the answer to a look-up needs; null: none. Asked for by a command, never by
 * what an event says; or the one that a job has priced the leg with before.
 */
export function deckForAnswer({ deckId }: Pick<LookUp, "deckId">, stored: readonly CallRow[]): string | null {
  const row = currentRow(stored);
  return deckId ?? (row === null ? null : (proofOfRow(row)?.reratedWith ?? null));
}

type LookUp = Extract<Output, { kind: "lookUp" }>;
