import type { AuthorizeAnswer, UnreachableAction } from "@tollbook/contracts/answers.ts";
import type { CallEvent } from "@tollbook/contracts/call-event.ts";
import type { DenyReason } from "@tollbook/contracts/codes.ts";
import { formatMicros, formatTime, micros, timeUs } from "@tollbook/contracts/units.ts";
import type { Account } from "../account/account.ts";
import { latest } from "../history.ts";
import type { Fold } from "../fold-context.ts";
import type { Assessment } from "./assess.ts";
import type { FundingCheck } from "./funding.ts";
import type { Grant } from "./grant.ts";
import type { Leg } from "./leg.ts";

/** Contract §2: report before this, even if the grant is not spent. */
export const VALIDITY_US = 60_000_000;
const WARN_SECONDS = 10;

/** The answer to `authorize` and `progress`. `grant` null: not metered. */
export function answerFor(
  fold: Fold,
  account: Account,
  leg: Leg,
  a: Assessment,
  grant: Grant | null,
  funding: readonly FundingCheck[],
  unreachable: readonly [UnreachableAction, number],
): AuthorizeAnswer {
  const row = a.rate?.row ?? null;
  return {
    decision: "allow",
    reason: a.neverDenied ? "emergency" : "ok",
    checks: [
      ...a.checks.map((check) => {
        const passed = check !== a.verdict && !(check === "userBlocked" && isBlock(a.verdict));
        return { check, passed, reason: passed ? null : (a.verdict as DenyReason) };
      }),
      ...funding.map(({ reason, passed }) => ({ check: reason, passed, reason: passed ? null : reason })),
    ],
    sessionId: leg.sessionId,
    usageId: leg.usageId,
    seq: leg.seq,
    grantedSeconds: grant === null ? null : grant.grantedSeconds,
    validUntil: grant === null ? null : formatTime(timeUs(fold.now + VALIDITY_US)),
    final: grant?.final ?? false,
    finalAction: "terminate",
    warnAtRemainingSeconds: grant?.final === true ? WARN_SECONDS : 0,
    onUnreachable: unreachable[0],
    maxUnsupervisedSeconds: unreachable[1],
    currency: row === null ? null : account.currency,
    reserved: formatMicros(micros(grant?.moneyMicros ?? 0)),
    rate:
      row === null || a.rate === null
        ? null
        : {
            deckId: a.rate.deck.deckId,
            prefix: row.prefix,
            destination: row.destination,
            pricePerMinute: formatMicros(row.pricePerMinuteMicros),
            connectFee: formatMicros(row.connectFeeMicros),
            firstIncrementSeconds: row.firstIncrementSeconds,
            nextIncrementSeconds: row.nextIncrementSeconds,
          },
    funding: grant === null ? [{ source: a.free ?? "FREE", ref: null }] : [...grant.funding],
  };
}

function isBlock(verdict: DenyReason | null): boolean {
  return verdict === "adminBlock" || verdict === "fraudSuspected";
}

/** A refusal without an assessment: for a closed leg or a frozen account. */
export function denial(account: Account | null, event: CallEvent, reason: DenyReason): AuthorizeAnswer {
  return {
    decision: "deny",
    reason,
    checks: [{ check: reason, passed: false, reason }],
    sessionId: event.sessionId ?? "",
    usageId: event.usageId,
    seq: event.seq ?? 0,
    grantedSeconds: 0,
    validUntil: null,
    final: true,
    finalAction: "terminate",
    warnAtRemainingSeconds: 0,
    onUnreachable: "reject",
    maxUnsupervisedSeconds: 0,
    currency: account?.currency ?? null,
    reserved: "0.00",
    rate: null,
    funding: [],
  };
}

/** "We are unreachable", told by ourselves: an account is frozen, its calls go on as it has set (architecture §4). */
export function frozenAnswer(account: Account, event: CallEvent): AuthorizeAnswer {
  const settings = latest(account.settings);
  const action = event.emergency ? "continue" : (settings.onUnreachable ?? "reject");
  const body = { ...denial(account, event, "tenantBlocked"), onUnreachable: action };
  if (action === "reject") return body;
  const most = settings.maxUnsupervisedSeconds ?? 900;
  return {
    ...body,
    decision: "allow",
    reason: event.emergency ? "emergency" : "ok",
    checks: [],
    grantedSeconds: action === "continue" ? null : most,
    final: true,
    maxUnsupervisedSeconds: most,
  };
}
