import type { Command } from "@tollbook/contracts/commands.ts";
import type { NoticeType } from "@tollbook/contracts/notices.ts";
import { micros, timeUs } from "@tollbook/contracts/units.ts";
import type { AccountId } from "@tollbook/contracts/units.ts";
import type { Account } from "./account/account.ts";
import type { AccountEventRow, Posting } from "./fold.ts";
import type { Fold } from "./fold-context.ts";

/** Fields of an account event that differ from "nothing". */
export interface EventDetails {
  readonly outcome: AccountEventRow["outcome"];
  readonly actorKind: string;
  readonly actorId: string;
  readonly commandId: string;
  readonly subject: string;
  readonly amountMicros: number;
  readonly postings: readonly Posting[];
  readonly data: unknown;
  readonly invoice: string;
  readonly invoiceLine: string;
  /** Of the amount; empty: the account's. */
  readonly currency: string;
}

const nothing: EventDetails = {
  outcome: "fact",
  actorKind: "system",
  actorId: "meter",
  commandId: "",
  subject: "",
  amountMicros: 0,
  postings: [],
  data: {},
  invoice: "",
  invoiceLine: "",
  currency: "",
};

/** Writes a row of `account_events`. */
export function accountEvent(fold: Fold, account: Account, type: string, details: Partial<EventDetails>): void {
  const all = { ...nothing, ...details };
  fold.outputs.push({
    kind: "accountEvent",
    row: {
      outSeq: ++fold.state.outSeq,
      logSeq: fold.at.seq,
      logIndex: fold.at.index,
      logTime: timeUs(fold.logNow),
      account: account.id,
      type,
      outcome: all.outcome,
      actorKind: all.actorKind,
      actorId: all.actorId,
      commandId: all.commandId,
      subject: all.subject,
      currency: all.currency === "" ? account.currency : all.currency,
      amountMicros: micros(all.amountMicros),
      balanceMicros: micros(account.credits.balanceMicros),
      postings: all.postings,
      data: JSON.stringify(all.data),
      at: timeUs(fold.now),
      invoice: all.invoice,
      invoiceLine: all.invoiceLine,
    },
  });
}

export function accountFact(fold: Fold, account: Account, type: string, subject: string, data: unknown): void {
  accountEvent(fold, account, type, { subject, data });
}

/** A refused command for an account that does not exist is audited all the same. */
export function eventOfNobody(
  fold: Fold,
  account: AccountId,
  command: Command | null,
  refusal: { readonly code: string; readonly detail: string },
): void {
  fold.outputs.push({
    kind: "accountEvent",
    row: {
      outSeq: ++fold.state.outSeq,
      logSeq: fold.at.seq,
      logIndex: fold.at.index,
      logTime: timeUs(fold.logNow),
      account,
      type: command === null ? "command.invalid" : `command.${command.type}`,
      outcome: "refused",
      actorKind: command?.actor.kind ?? "system",
      actorId: command?.actor.id ?? "",
      commandId: command?.commandId ?? "",
      subject: account,
      currency: "",
      amountMicros: micros(0),
      balanceMicros: micros(0),
      postings: [],
      data: JSON.stringify({ code: refusal.code, detail: refusal.detail }),
      at: timeUs(fold.now),
      invoice: "",
      invoiceLine: "",
    },
  });
}

/** Tells people (contract: `notices.ts`), and leaves a row that says so: what a person was told can be read again in the product. */
export function notify(
  fold: Fold,
  account: Account,
  notice: NoticeType,
  key: string,
  data: Readonly<Record<string, string>>,
  people: readonly string[] = [],
): void {
  accountFact(fold, account, `notice.${notice}`, key, { ...data, people });
  fold.outputs.push({ kind: "notice", account: account.id, notice, key, people, data, at: timeUs(fold.now) });
}
