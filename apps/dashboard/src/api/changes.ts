import type { CommandData } from "@tollbook/contracts/commands.ts";
import { CommandResult, Session, type SignInRequest } from "@tollbook/contracts/http.ts";
import * as z from "zod/mini";
import { change, rememberCsrfToken } from "./request.ts";

/** Every change the pages make: the only place that knows the addresses of writes. Each rejects with ApiProblem. */

const at = (account: string) => `/v1/accounts/${encodeURIComponent(account)}`;

export async function signIn(credentials: z.infer<typeof SignInRequest>): Promise<Session> {
  const session = await change("/v1/session", Session, { method: "POST", body: credentials });
  rememberCsrfToken(session.csrfToken);
  return session;
}

export async function signOut(): Promise<void> {
  await change("/v1/session", z.null(), { method: "DELETE" });
}

/** `idempotencyKey` names the purchase: the same one over every try, or money moves twice. */
export async function topUpCredits(
  account: string,
  purchase: CommandData<"credits.topUp">,
  idempotencyKey: string,
): Promise<CommandResult> {
  return await change(`${at(account)}/credits/top-ups`, CommandResult, {
    method: "POST",
    body: purchase,
    headers: { "idempotency-key": idempotencyKey },
  });
}

export async function setAutoRecharge(account: string, settings: CommandData<"credits.autoRecharge">): Promise<CommandResult> {
  return await change(`${at(account)}/credits/auto-recharge`, CommandResult, { method: "PUT", body: settings });
}

export async function setPayAsYouGo(account: string, subscription: string, on: boolean): Promise<CommandResult> {
  return await change(`${at(account)}/subscriptions/${encodeURIComponent(subscription)}/pay-as-you-go`, CommandResult, {
    method: "PUT",
    body: { on },
  });
}
