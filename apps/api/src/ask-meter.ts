import { viewsSubject } from "@tollbook/contracts/subjects.ts";
import type { AccountId } from "@tollbook/contracts/units.ts";
import type { ViewRequest } from "@tollbook/contracts/views.ts";
import type { LogClient } from "./log/log-client.ts";
import { ApiProblem, notFound } from "./problem.ts";

/** A view takes the meter a millisecond; a second means that it is away. */
const VIEW_MS = 1500;
/** How long a read with `after` waits for the fold to get there. */
const AFTER_MS = 3000;
const AFTER_POLL_MS = 20;

/**
 * One view of the account's state as the meter sees it now, or as it stands after position `after` of its log. Rejects with
 * ApiProblem: `meterUnreachable`, `logUnreachable`, `notFound`.
 */
export async function askMeter(log: LogClient, account: AccountId, request: ViewRequest, after?: string): Promise<object> {
  const deadline = performance.now() + AFTER_MS;
  for (;;) {
    const view = await answerOf(log, account, request);
    if (after === undefined || positionOf(view) >= Number(after)) return view;
    if (performance.now() > deadline)
      throw new ApiProblem("meterUnreachable", {
        detail: `The meter has not reached position ${after} yet.`,
        hint: "It is safe in the log. Ask again in a moment.",
        retryAfterSeconds: 1,
      });
    await new Promise((resolve) => setTimeout(resolve, AFTER_POLL_MS));
  }
}

async function answerOf(log: LogClient, account: AccountId, request: ViewRequest): Promise<object> {
  const nc = log.connection();
  const message = await nc.request(viewsSubject(account), JSON.stringify(request), { timeout: VIEW_MS }).catch(() => null);
  if (message === null)
    throw new ApiProblem("meterUnreachable", {
      hint: "Calls go on being recorded. Ask again in a moment; when it stays, see whether the meter runs.",
      retryAfterSeconds: 1,
    });
  const view = message.json<object>();
  if (!("error" in view)) return view;
  if (view.error === "badRequest")
    throw new ApiProblem("invalidRequest", { detail: "detail" in view ? String(view.detail) : undefined });
  throw notFound("detail" in view ? String(view.detail) : undefined);
}

function positionOf(view: object): number {
  const asOf = "asOf" in view ? (view.asOf as { seq: number }) : null;
  // A view without a position (one user) is as new as the state it was read from.
  return asOf?.seq ?? Number.POSITIVE_INFINITY;
}
