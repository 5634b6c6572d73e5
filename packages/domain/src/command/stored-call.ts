import type { CallEvent } from "@tollbook/contracts/call-event.ts";
import type { Actor, CommandData } from "@tollbook/contracts/commands.ts";
import type { FeederId, UsageId } from "@tollbook/contracts/units.ts";
import type { Account } from "../account/account.ts";
import type { CallRow } from "../fold.ts";
import type { Fold } from "../fold-context.ts";
import type { Key } from "../ids/hash.ts";
import { recall } from "../ids/id-memory.ts";
import { legKeyOf } from "../leg/close.ts";
import { stateOf, versionOf } from "../leg/closed-leg.ts";
import type { ClosedState } from "../leg/transitions.ts";
import { setEntry } from "../undo.ts";
import { refused } from "./outcome.ts";
import type { CommandContext, Outcome } from "./outcome.ts";

/**
 * Commands about a call that is finished. The fold does not keep closed legs, so its stored rows are asked for first: the
 * question travels through the late lane as an event whose `raw` is the command. When the answer is folded the command is done,
 * audited and answered, and only on the version in force: of two that race, one wins and the other is refused, or asks again.
 */
export type StoredCallType = "call.void" | "call.amend" | "call.rerate";
export type QuestionType = StoredCallType | "call.release";

/** A stored call as it stands: its row in force, and what the memory of ids knows of it. */
export interface StoredCall {
  readonly row: CallRow;
  readonly key: Key;
  readonly state: ClosedState;
  readonly connectedMs: number;
  readonly mark: number;
}

export type StoredCallHandler<T extends StoredCallType> = (
  fold: Fold,
  account: Account,
  data: CommandData<T>,
  call: StoredCall,
) => Outcome;

/** What the question carries: all that is needed to do the command later. */
export interface Question {
  readonly type: QuestionType;
  readonly commandId: string;
  readonly usageId: string;
  readonly data: unknown;
  readonly actor: Actor;
  /** The version that was in force when the command was given; 0: not remembered any more. */
  readonly version: number;
}

const SOURCE = "tollbook:";

export function askForCall(
  fold: Fold,
  account: Account,
  type: StoredCallType,
  data: { readonly usageId: string; readonly version?: number | undefined },
  { commandId, actor, reply }: CommandContext,
): Outcome {
  if (account.legs.has(data.usageId)) return refused("callNotFinished", `usageId: ${data.usageId}`);
  const known = { connectedMs: 0, mark: 0, meta: 0 };
  const isKnown = recall(fold.state.ids, legKeyOf(account, data.usageId), known);
  if (isKnown && stateOf(known.meta) === "VOIDED") return refused("callAlreadyVoided", `usageId: ${data.usageId}`);
  const inForce = isKnown ? versionOf(known.meta) : 0;
  const version = data.version ?? inForce;
  if (inForce !== 0 && version !== inForce) return refusedAsChanged(data.usageId, inForce, version);
  return ask(fold, account, { type, commandId, usageId: data.usageId, data, actor, version }, reply);
}

export function refusedAsChanged(usageId: string, inForce: number, version: number): Outcome {
  return refused("callChanged", `version: ${usageId} has version ${inForce}, the command is for version ${version}`);
}

export function ask(fold: Fold, account: Account, question: Question, reply: string | null): Outcome {
  const event = eventFor(account, question);
  setEntry(fold.undo, account.asked, keyOf(event), fold.at.seq);
  fold.outputs.push({
    kind: "lookUp",
    account: account.id,
    usageId: event.usageId,
    event,
    reply,
    outSeq: fold.state.outSeq,
    deckId: question.type === "call.rerate" ? (question.data as CommandData<"call.rerate">).deckId : null,
  });
  return { kind: "deferred" };
}

export function keyOf(event: CallEvent): string {
  return `command\n${event.raw ?? ""}`;
}

function eventFor(account: Account, question: Question): CallEvent {
  return {
    type: "corrected",
    id: question.commandId,
    source: SOURCE + question.type,
    time: null,
    account: account.id,
    feeder: "api" as FeederId,
    feedSeq: null,
    usageId: question.usageId as UsageId,
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
    raw: JSON.stringify(question),
    dialledFrom: null,
  };
}
