import type { AuthorizeAnswer, UnreachableAction } from "@tollbook/contracts/answers.ts";
import type { CallEvent } from "@tollbook/contracts/call-event.ts";
import type { DenyReason } from "@tollbook/contracts/codes.ts";
import type { Account } from "../account/account.ts";
import type { Fold } from "../fold-context.ts";
import { observeAttempt, observeUsage } from "../fraud/velocity.ts";
import { latest } from "../history.ts";
import { isPayAsYouGoOn } from "../subscription/subscription.ts";
import { change } from "../undo.ts";
import { answerFor, denial } from "./answer.ts";
import { assess } from "./assess.ts";
import type { Assessment } from "./assess.ts";
import { closeLeg, legKeyOf } from "./close.ts";
import { reasonOf, stateOf } from "./closed-leg.ts";
import { sourcesOf, unpaid } from "./funding.ts";
import type { FundingCheck, Sources } from "./funding.ts";
import { grantFrom } from "./grant.ts";
import type { Grant } from "./grant.ts";
import type { Leg } from "./leg.ts";
import { holdReservation, releaseReservation } from "./reservation.ts";
import { FIRST_VERSION, writeLeg } from "./settle.ts";
import { armLeg, SUPERVISED_US } from "./supervise.ts";
import { startOfOpenLeg } from "./times.ts";

/** How long a grant is wished for where the switch does not say (D35). */
export const SLICE_SECONDS = 60;

/**
 * Credit control, first request (contract §2): decides by the waterfall, reserves what is granted, answers. `refusable`: the
 * leg has only just been asked for, so a denial closes it; one that is under way stays open until its end comes.
 */
export function authorise(
  fold: Fold,
  account: Account,
  leg: Leg,
  event: CallEvent,
  reply: string | null,
  refusable: boolean,
): void {
  const { undo } = fold;
  const a = assess(fold, account, leg, startOfOpenLeg(leg, fold.now));
  change(undo, leg, "sessionId", event.sessionId ?? `${fold.at.seq}-${fold.at.index}`);
  change(undo, leg, "seq", event.seq ?? 0);
  observeAttempt(fold, account, a);
  const refusal = refusalAtOnce(fold, account, a);
  if (refusal !== null && !a.neverDenied) return deny(fold, account, leg, a, refusal, [], reply, refusable);
  if (a.free !== null || refusal !== null) return allowUnmetered(fold, account, leg, a, reply);
  const sources = sourcesOf(fold, account, a, false);
  const grant = grantFrom(a, sources, usedSeconds(leg, fold.now), requested(event), false);
  if (grant === null && a.neverDenied) return allowUnmetered(fold, account, leg, a, reply);
  if (grant === null) return deny(fold, account, leg, a, sources.refusal ?? "creditsExhausted", sources.checks, reply, refusable);
  hold(fold, account, leg, a, sources, grant, reply);
}

/** Steps 1 to 3, and what authorisation refuses although a finished leg would be a FREECALL (D15, D23, D29). */
export function refusalAtOnce(fold: Fold, account: Account, a: Assessment): DenyReason | null {
  if (a.verdict !== null) return a.verdict;
  if (a.free === "FREECALL" && !a.shortCode) return a.destinationCountry === "" ? "destinationUnsupported" : "noRate";
  if (!a.needsFunds) return null;
  const { credits, overage, refusal } = sourcesOf(fold, account, a, false);
  return credits || overage ? null : refusal;
}

/** `progress`: the usage so far, then a new grant from there (RFC 8506 §5.3). The same seq is answered the same. */
export function renew(fold: Fold, account: Account, leg: Leg, event: CallEvent, reply: string | null): void {
  const { undo } = fold;
  // Nobody asked for a grant: the report only says how far the call is.
  if (leg.sessionId === "" && event.sessionId === null && reply === null) {
    if (leg.usedMs > 0 && leg.state !== "CUT") change(undo, leg, "state", "ANSWERED");
    return;
  }
  if (leg.sessionId === "") return authorise(fold, account, leg, event, reply, false);
  if (event.seq !== null && event.seq <= leg.seq && leg.answer !== null) return send(fold, reply, leg.answer);
  change(undo, leg, "seq", event.seq ?? leg.seq + 1);
  if (leg.state !== "CUT") change(undo, leg, "state", "ANSWERED");
  const a = assess(fold, account, leg, startOfOpenLeg(leg, fold.now));
  if (leg.authorisedAt === 0) {
    armLeg(fold, account, leg, fold.now + SUPERVISED_US);
    if (leg.answer !== null) return answer(fold, leg, { ...leg.answer, seq: leg.seq }, reply);
    return allowUnmetered(fold, account, leg, a, reply);
  }
  const used = usedSeconds(leg, fold.now);
  observeUsage(fold, account, a, leg, used);
  releaseReservation(fold, account, leg);
  const sources = withCutoff(account, a, sourcesOf(fold, account, a, true, leg.onCredits));
  const grant = grantFrom(a, sources, used, requested(event), true) ?? noMore(leg);
  hold(fold, account, leg, a, sources, grant, reply);
  if (grant.final && used >= grant.grantedSeconds) cutOff(fold, account, leg, sources.refusal);
}

/** §12.10: with `cutoff: disconnect` a switch turned off ends running overage. */
function withCutoff(account: Account, a: Assessment, sources: Sources): Sources {
  const { overage } = a.entitlement;
  if (overage === null || latest(account.settings).cutoff === "complete") return sources;
  return isPayAsYouGoOn(overage, Number.MAX_SAFE_INTEGER) ? sources : { ...sources, overage: false, refusal: "payAsYouGoOff" };
}

function noMore(leg: Leg): Grant {
  return { grantedSeconds: Math.max(0, leg.grantedSeconds), poolMinutes: 0, moneyMicros: 0, final: true, funding: [] };
}

/** Asks telephony to end the leg; it stays open until its end comes (contract §2). */
export function cutOff(fold: Fold, account: Account, leg: Leg, reason: DenyReason | null): void {
  if (leg.state === "CUT") return;
  change(fold.undo, leg, "state", "CUT");
  fold.outputs.push({
    kind: "control",
    account: account.id,
    body: {
      commandId: `${fold.at.seq}-${fold.at.index}-${leg.usageId}`,
      action: "terminate",
      callId: leg.callId === "" ? null : leg.callId,
      legId: leg.legId === "" ? null : leg.legId,
      usageId: leg.usageId,
      sessionId: leg.sessionId === "" ? null : leg.sessionId,
      reason: reason ?? "grantSpent",
      switchRef: leg.source,
    },
  });
}

/** `authorize.cancelled`: nobody waits for the answer, so nothing stays reserved. The call may go on all the same. */
export function releaseGrant(fold: Fold, account: Account, leg: Leg): void {
  const { undo } = fold;
  releaseReservation(fold, account, leg);
  change(undo, leg, "sessionId", "");
  change(undo, leg, "authorisedAt", 0);
  change(undo, leg, "onCredits", false);
  change(undo, leg, "grantedSeconds", -1);
  change(undo, leg, "final", false);
  change(undo, leg, "answer", null);
  change(undo, leg, "state", "STARTED");
  armLeg(fold, account, leg, fold.now + SUPERVISED_US);
}

/** The answer given before; for a closed leg, its refusal or that there is no more. */
export function answerAgain(
  fold: Fold,
  account: Account,
  event: CallEvent,
  leg: Leg | null,
  meta: number,
  reply: string | null,
): void {
  if (reply === null) return;
  if (leg !== null && leg.answer !== null) return send(fold, reply, leg.answer);
  const reason = meta !== 0 && stateOf(meta) === "DENIED" ? reasonOf(meta) : null;
  send(fold, reply, denial(account, event, reason ?? "creditsExhausted"));
}

function hold(fold: Fold, account: Account, leg: Leg, a: Assessment, sources: Sources, grant: Grant, reply: string | null): void {
  const { undo } = fold;
  holdReservation(fold, account, leg, sources.pool, sources.poolMonth, grant.poolMinutes, grant.moneyMicros);
  change(undo, leg, "grantedSeconds", grant.grantedSeconds);
  change(undo, leg, "final", grant.final);
  if (leg.authorisedAt === 0) change(undo, leg, "authorisedAt", fold.now);
  if (grant.moneyMicros > 0 && !leg.onCredits) change(undo, leg, "onCredits", true);
  if (leg.state === "STARTED" && leg.rank === 0) change(undo, leg, "state", "AUTHORISED");
  armLeg(fold, account, leg, fold.now + SUPERVISED_US);
  answer(fold, leg, answerFor(fold, account, leg, a, grant, sources.checks, unreachable(a, sources)), reply);
}

/** Costs nothing, or is never denied: no grant, so nothing supervises it. */
function allowUnmetered(fold: Fold, account: Account, leg: Leg, a: Assessment, reply: string | null): void {
  if (leg.state === "STARTED" && leg.rank === 0) change(fold.undo, leg, "state", "AUTHORISED");
  answer(fold, leg, answerFor(fold, account, leg, a, null, [], ["continue", 86_400]), reply);
}

function deny(
  fold: Fold,
  account: Account,
  leg: Leg,
  a: Assessment,
  reason: DenyReason,
  checks: readonly FundingCheck[],
  reply: string | null,
  refusable: boolean,
): void {
  const body: AuthorizeAnswer = {
    ...answerFor(fold, account, leg, a, null, checks, ["reject", 0]),
    decision: "deny",
    reason,
    grantedSeconds: 0,
    validUntil: null,
    final: true,
    funding: [],
  };
  if (body.checks.every(({ passed }) => passed)) body.checks.push({ check: reason, passed: false, reason });
  answer(fold, leg, body, reply);
  if (!refusable) return;
  const startAt = startOfOpenLeg(leg, fold.now);
  const times = { startAt, answeredAt: 0, endedAt: 0, connectedUs: 0 };
  const row = writeLeg(fold, account, leg, times, FIRST_VERSION, "denied", a, unpaid(0, "FREE", reason), 0, null);
  closeLeg(fold, account, leg, legKeyOf(account, leg.usageId), times, row, "DENIED", 0);
}

function answer(fold: Fold, leg: Leg, body: AuthorizeAnswer, reply: string | null): void {
  change(fold.undo, leg, "answer", body);
  send(fold, reply, body);
}

function send(fold: Fold, reply: string | null, body: AuthorizeAnswer): void {
  if (reply !== null) fold.outputs.push({ kind: "reply", to: reply, body });
}

function requested(event: CallEvent): number {
  return event.requestedSeconds === null ? SLICE_SECONDS : Math.max(1, event.requestedSeconds);
}

/** Seconds of the leg that are over, as far as it was reported; a feed without `usedMs` is measured by the clock of the log. */
function usedSeconds(leg: Leg, now: number): number {
  const usedUs = leg.usedMs > 0 ? leg.usedMs * 1000 : leg.answeredAt !== 0 ? Math.max(0, now - leg.answeredAt) : 0;
  return Math.ceil(usedUs / 1_000_000);
}

/** §12.29: what the pool may pay goes on for a quarter of an hour, paid calls do not. */
function unreachable(a: Assessment, sources: Sources): [UnreachableAction, number] {
  const { onUnreachable, maxUnsupervisedSeconds } = a.settings;
  const usual: UnreachableAction = sources.poolMinutes > 0 ? "continue_capped" : "reject";
  const action = onUnreachable ?? usual;
  return [action, maxUnsupervisedSeconds ?? (action === "reject" ? 0 : 900)];
}
