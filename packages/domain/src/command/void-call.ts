import type { CallEvent } from "@tollbook/contracts/call-event.ts";
import type { Actor } from "@tollbook/contracts/commands.ts";
import { formatMicros } from "@tollbook/contracts/units.ts";
import type { FeederId, UsageId } from "@tollbook/contracts/units.ts";
import type { Account } from "../account/account.ts";
import type { CallRow } from "../fold.ts";
import { rememberLater } from "../fold-context.ts";
import type { Fold } from "../fold-context.ts";
import { recall } from "../ids/id-memory.ts";
import { legKeyOf } from "../leg/close.ts";
import { packClosed, stateOf, versionOf } from "../leg/closed-leg.ts";
import { currentRow, recount } from "../leg/late.ts";
import { reverseRow } from "../leg/reverse.ts";
import { deleteEntry, setEntry } from "../undo.ts";
import { contentOf, record } from "./record.ts";
import { accepted, refused } from "./outcome.ts";
import type { Handler, Outcome } from "./outcome.ts";

/** The look-up for a void travels as an event of this source. Only a question that a command asked is answered with a void. */
const VOID_SOURCE = "tollbook:call.void";

/** D11: takes a rated call back. The fold does not keep closed legs, so the stored rows are asked for first. */
export const voidCall: Handler<"call.void"> = (fold, account, data, context) => {
  if (account.legs.has(data.usageId)) return refused("unknownCall", `${data.usageId} is not finished yet`);
  const event = eventFor(account, data.usageId, context.commandId, JSON.stringify({ data, actor: context.actor }));
  setEntry(fold.undo, account.asked, voidKey(event), fold.at.seq);
  fold.outputs.push({ kind: "lookUp", account: account.id, usageId: event.usageId, event, reply: context.reply });
  return { kind: "deferred" };
};

/** True when the late lane's answer was for a void: it is then done, audited and answered. */
export function takeVoid(
  fold: Fold,
  account: Account,
  event: CallEvent,
  reply: string | null,
  stored: readonly CallRow[],
): boolean {
  if (event.source !== VOID_SOURCE || event.raw === null || !account.asked.has(voidKey(event))) return false;
  deleteEntry(fold.undo, account.asked, voidKey(event));
  const { data, actor } = JSON.parse(event.raw) as { data: { usageId: string; reason: string }; actor: Actor };
  const command = { commandId: event.id, type: "call.void" as const, actor, data };
  const content = contentOf(command);
  const outcome = voidStored(fold, account, event.usageId, stored);
  record(fold, account, command, content, reply, outcome);
  return true;
}

function voidKey(event: CallEvent): string {
  return `void\n${event.usageId}\n${event.id}`;
}

function voidStored(fold: Fold, account: Account, usageId: UsageId, stored: readonly CallRow[]): Outcome {
  const current = currentRow(stored);
  if (current === null) return refused("unknownCall", usageId);
  const key = legKeyOf(account, usageId);
  const known = { connectedMs: 0, mark: 0, meta: 0 };
  recall(fold.state.ids, key, known);
  const state = stateOf(known.meta);
  if (state === "VOIDED") return refused("callAlreadyVoided", usageId);
  if (versionOf(known.meta) !== current.version) return refused("unknownCall", `${usageId} was changed just now; try again`);
  reverseRow(fold, account, current, "void");
  recount(fold, state, "VOIDED");
  rememberLater(fold, key, known.connectedMs, known.mark, packClosed("VOIDED", null, current.version));
  return accepted(usageId, { usageId, refunded: formatMicros(current.amountMicros), currency: account.currency });
}

function eventFor(account: Account, usageId: string, id: string, raw: string): CallEvent {
  return {
    type: "corrected",
    id,
    source: VOID_SOURCE,
    time: null,
    account: account.id,
    feeder: "api" as FeederId,
    feedSeq: null,
    usageId: usageId as UsageId,
    callId: null,
    legId: null,
    parentLegId: null,
    linkedId: null,
    conferenceId: null,
    callType: null,
    direction: null,
    from: null,
    to: null,
    user: null,
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
    raw,
    dialledFrom: null,
  };
}
