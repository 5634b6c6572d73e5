import { randomUUID } from "node:crypto";
import type { CommandAnswer } from "@tollbook/contracts/answers.ts";
import { refusalCodes } from "@tollbook/contracts/codes.ts";
import type { Actor, CommandData, CommandType } from "@tollbook/contracts/commands.ts";
import type { CommandResult } from "@tollbook/contracts/http.ts";
import { commandsSubject } from "@tollbook/contracts/subjects.ts";
import type { AccountId } from "@tollbook/contracts/units.ts";
import type { FastifyRequest } from "fastify";
import { checkCommand } from "./access/check-command.ts";
import { actorOf } from "./access/principal.ts";
import type { LogClient } from "./log/log-client.ts";
import { ApiProblem } from "./problem.ts";

/** A person waits for the answer; the command is in the log whether or not it comes in time. */
const ANSWER_MS = 5000;

/** What moves money or voids it must not happen twice because a connection broke: the sender has to name it (ux §4). */
const movesMoney: ReadonlySet<CommandType> = new Set([
  "credits.topUp",
  "credits.goodwill",
  "credits.approveGoodwill",
  "subscription.buy",
  "subscription.reactivate",
  "trial.convert",
  "call.void",
  "call.amend",
  "invoice.pay",
  "invoice.creditNote",
  "invoice.void",
  "payment.retry",
]);

/**
 * Puts a command into the log and resolves with the fold's own answer. Rejects with ApiProblem: `refused` (with the refusal's
 * code), `forbidden` (by the command's own permission, whatever the route's), `idempotencyMismatch`, `idempotencyKeyMissing`,
 * `logUnreachable`, `meterUnreachable`.
 */
export async function giveCommand<Type extends CommandType>(
  log: LogClient,
  request: FastifyRequest,
  account: AccountId,
  type: Type,
  data: CommandData<Type>,
): Promise<CommandResult> {
  await checkCommand(request, log, type, data);
  return acceptedOnly(await sendCommand(log, account, commandId(request, type), type, actorOf(request), data));
}

/** As `giveCommand`, but a refusal is a value: for callers that have something to do after one. */
export async function sendCommand<Type extends CommandType>(
  log: LogClient,
  account: AccountId,
  commandId: string,
  type: Type,
  actor: Actor,
  data: CommandData<Type>,
): Promise<CommandAnswer> {
  const { stored, reply } = log.ask(commandsSubject(account), JSON.stringify({ commandId, type, actor, data }), ANSWER_MS);
  const { seq } = await stored;
  const answer = await reply;
  if (answer !== null) return JSON.parse(Buffer.from(answer).toString()) as CommandAnswer;
  throw new ApiProblem("meterUnreachable", {
    detail: `The command is kept in the log at position ${seq} and will be carried out.`,
    hint: "Send the same request with the same Idempotency-Key again to read its answer; it will not happen twice.",
    extra: { seq, commandId },
    retryAfterSeconds: 2,
  });
}

export function commandId(request: FastifyRequest, type: CommandType): string {
  const given = request.headers["idempotency-key"];
  if (given === undefined) {
    if (!movesMoney.has(type)) return randomUUID();
    throw new ApiProblem("idempotencyKeyMissing", {
      hint: "Make one up for this purchase (a UUID) and repeat it when you try again.",
    });
  }
  if (typeof given !== "string" || !/^[\x21-\x7e]{1,128}$/.test(given))
    throw new ApiProblem("invalidRequest", { detail: "Idempotency-Key: 1 to 128 printable characters without spaces" });
  return given;
}

export function acceptedOnly(answer: CommandAnswer): CommandResult {
  if (answer.outcome === "accepted") return answer;
  const code = answer.code ?? "invalidCommand";
  throw new ApiProblem(code === "idempotencyMismatch" ? "idempotencyMismatch" : "refused", {
    code,
    title: refusalCodes[code],
    detail: answer.detail,
    extra: { seq: answer.seq },
  });
}
