import type { CommandType, CommandData, Actor } from "@tollbook/contracts/commands.ts";
import type { RefusalCode } from "@tollbook/contracts/codes.ts";
import type { Posting } from "../fold.ts";
import type { Account } from "../account/account.ts";
import type { Fold } from "../fold-context.ts";

/** What a command came to: a refusal is a value and has changed nothing. */
export type Outcome = Accepted | Refused | Deferred;

export interface Accepted {
  readonly kind: "accepted";
  /** The user, subscription, lot or call it is about. */
  readonly subject: string;
  readonly amountMicros: number;
  readonly postings: readonly Posting[];
  /** Of the amount; empty: the account's. */
  readonly currency: string;
  readonly result: Record<string, unknown>;
}

export interface Refused {
  readonly kind: "refused";
  readonly code: RefusalCode;
  readonly detail: string;
}

/** Answered when the late lane has answered. */
export interface Deferred {
  readonly kind: "deferred";
}

export interface CommandContext {
  readonly commandId: string;
  readonly actor: Actor;
  readonly reply: string | null;
}

export type Handler<T extends CommandType> = (
  fold: Fold,
  account: Account,
  data: CommandData<T>,
  context: CommandContext,
) => Outcome;

export function accepted(subject: string, result: Record<string, unknown> = {}): Accepted {
  return { kind: "accepted", subject, amountMicros: 0, postings: [], currency: "", result };
}

export function acceptedMoney(
  subject: string,
  amountMicros: number,
  postings: readonly Posting[],
  result: Record<string, unknown>,
  currency = "",
): Accepted {
  return { kind: "accepted", subject, amountMicros, postings, currency, result };
}

export function refused(code: RefusalCode, detail: string): Refused {
  return { kind: "refused", code, detail };
}
