import type { CommandAnswer } from "@tollbook/contracts/answers.ts";
import type { Command, CommandType } from "@tollbook/contracts/commands.ts";
import type { Account } from "../account/account.ts";
import type { Fold } from "../fold-context.ts";
import { hashInto } from "../ids/hash.ts";
import type { Key } from "../ids/hash.ts";
import { accountEvent } from "../output.ts";
import { deleteEntry, setEntry } from "../undo.ts";
import type { Outcome } from "./outcome.ts";

/**
 * A job gives them by the hundred thousand, and they are idempotent by themselves: each names the version of the call, or is the
 * occurrence, that it is about, so a repeat finds that and changes nothing.
 */
const notRemembered: ReadonlySet<CommandType> = new Set<CommandType>(["call.rerate", "call.release"]);

/** Audits, remembers and answers. */
export function record(
  fold: Fold,
  account: Account,
  command: { commandId: string; type: CommandType; actor: Command["actor"]; data: unknown },
  content: string,
  reply: string | null,
  outcome: Outcome,
): void {
  if (outcome.kind === "deferred") return;
  const base = {
    actorKind: command.actor.kind,
    actorId: command.actor.id,
    commandId: command.commandId,
  };
  if (outcome.kind === "refused") {
    accountEvent(fold, account, `command.${command.type}`, {
      ...base,
      outcome: "refused",
      data: { command: command.data, code: outcome.code, detail: outcome.detail },
    });
  } else {
    accountEvent(fold, account, `command.${command.type}`, {
      ...base,
      outcome: "accepted",
      subject: outcome.subject,
      amountMicros: outcome.amountMicros,
      postings: outcome.postings,
      currency: outcome.currency,
      data: { command: command.data, result: outcome.result },
    });
  }
  const answer: CommandAnswer =
    outcome.kind === "refused"
      ? refusal(fold, outcome.code, outcome.detail)
      : { seq: fold.at.seq, outcome: "accepted", result: outcome.result };
  if (!notRemembered.has(command.type)) {
    // Re-inserted at the end, so that the oldest stay in front.
    deleteEntry(fold.undo, account.commands, command.commandId);
    setEntry(fold.undo, account.commands, command.commandId, { at: fold.now, content, answer });
  }
  send(fold, reply, answer);
}

export function refusal(fold: Fold, code: NonNullable<CommandAnswer["code"]>, detail: string): CommandAnswer {
  return { seq: fold.at.seq, outcome: "refused", code, detail };
}

export function send(fold: Fold, reply: string | null, body: CommandAnswer): void {
  if (reply !== null) fold.outputs.push({ kind: "reply", to: reply, body });
}

/** 128 bits over type and data, whatever the order of the fields; who gives it does not matter. */
export function contentOf(command: { type: string; data: unknown }): string {
  const key: Key = { a: 0, b: 0, c: 0, d: 0 };
  hashInto(key, 3, command.type, JSON.stringify(sorted(command.data)));
  return [key.a, key.b, key.c, key.d].map((lane) => lane.toString(16).padStart(8, "0")).join("");
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const object = value as Record<string, unknown>;
  return Object.fromEntries(
    Object.keys(object)
      .sort()
      .map((key) => [key, sorted(object[key])]),
  );
}
