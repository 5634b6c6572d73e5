import type { AuthorizeAnswer } from "@tollbook/contracts/answers.ts";
import type { ViewAnswer, ViewRequest } from "@tollbook/contracts/views.ts";
import type { LogEntry, Output } from "@tollbook/domain/fold.ts";
// oxlint-disable-next-line no-restricted-imports -- tests run the API beside the real meter
import type { FoldRules } from "../../../meter/src/rules.ts";
// oxlint-disable-next-line no-restricted-imports -- as above
import { smallRules, type SmallState } from "../../../meter/src/testing/small-rules.ts";
import { sampleViews } from "./sample-views.ts";

/**
 * A fold that answers as a test tells it, for what the API does with the answers; rules are not what is tested here. It runs
 * in the real meter, behind the real log. The subscription `refuse-me` is refused, the user `silent` gets no decision.
 */
export const scriptedRules: FoldRules = {
  ...smallRules,
  apply: (state, entry, at, decks) =>
    scripted(state as unknown as SmallState, entry, at.seq) ?? smallRules.apply(state, entry, at, decks),
  view: (state, account, request) => viewOf(state as unknown as SmallState, account, request),
};

const known = new Map<string, string>();

function scripted(state: SmallState, entry: LogEntry, seq: number): Output[] | null {
  if (entry.kind === "command") {
    state.lastSeq = seq;
    if (entry.reply === null) return [];
    const content = JSON.stringify([entry.command.type, entry.command.data]);
    const before = known.get(`${entry.account}/${entry.command.commandId}`);
    known.set(`${entry.account}/${entry.command.commandId}`, before ?? content);
    const body = (): Extract<Output, { kind: "reply" }>["body"] => {
      if (before !== undefined && before !== content) return { seq, outcome: "refused", code: "idempotencyMismatch" };
      if (content.includes("refuse-me")) return { seq, outcome: "refused", code: "unknownSubscription", detail: "refuse-me" };
      return { seq, outcome: "accepted", result: { actor: entry.command.actor } };
    };
    return content.includes("silent") ? [] : [{ kind: "reply", to: entry.reply, body: body() }];
  }
  if (entry.kind === "call" && (entry.event.type === "authorize" || entry.event.type === "progress")) {
    state.lastSeq = seq;
    if (entry.reply === null || entry.event.user === "silent") return [];
    return [{ kind: "reply", to: entry.reply, body: decision(entry.event.usageId, entry.event.user === "denied") }];
  }
  return null;
}

function decision(usageId: string, denied: boolean): AuthorizeAnswer {
  return {
    decision: denied ? "deny" : "allow",
    reason: denied ? "creditsExhausted" : "ok",
    checks: [{ check: "credits", passed: !denied, reason: denied ? "creditsExhausted" : null }],
    sessionId: `session-${usageId}`,
    usageId,
    seq: 0,
    grantedSeconds: denied ? 0 : 60,
    validUntil: null,
    final: false,
    finalAction: "terminate",
    warnAtRemainingSeconds: 10,
    onUnreachable: "reject",
    maxUnsupervisedSeconds: 900,
    currency: "EUR",
    reserved: "0.02",
    rate: null,
    funding: [{ source: "CREDITS", ref: null }],
  };
}

function viewOf(state: SmallState, account: string, request: ViewRequest): ViewAnswer {
  const asOf = { partition: state.partition, seq: state.lastSeq, time: "2026-11-22T09:00:00.000000Z" };
  if (request.view === "user" && request.user !== "ada") return { error: "unknownUser", detail: `no user ${request.user}` };
  if (request.view === "leg" && request.usageId !== "leg-1") return { error: "unknownCall", detail: `no leg ${request.usageId}` };
  return sampleViews(asOf, account)[request.view];
}
