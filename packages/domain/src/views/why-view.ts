import type { CallEvent, CallType } from "@tollbook/contracts/call-event.ts";
import type { DenyReason } from "@tollbook/contracts/codes.ts";
import type { WhyView } from "@tollbook/contracts/product-views.ts";
import type { AccountId, E164, FeederId, UsageId } from "@tollbook/contracts/units.ts";
import { timeUs } from "@tollbook/contracts/units.ts";
import type { Account } from "../account/account.ts";
import { nowOf } from "../account/clock.ts";
import { spentIn } from "../account/user.ts";
import type { User } from "../account/user.ts";
import { createTally } from "../counters.ts";
import { spendableMicros } from "../credits/credits.ts";
import { callTypeRules } from "../catalogue/call-types.ts";
import type { DeckSource } from "../fold.ts";
import type { Fold } from "../fold-context.ts";
import { latest } from "../history.ts";
import { assess } from "../leg/assess.ts";
import type { Assessment } from "../leg/assess.ts";
import { refusalAtOnce, SLICE_SECONDS } from "../leg/authorise.ts";
import { sourcesOf } from "../leg/funding.ts";
import type { Sources } from "../leg/funding.ts";
import { grantFrom } from "../leg/grant.ts";
import { legFromEvent } from "../leg/leg.ts";
import { availableMinutes, monthOfPool, sizeOf } from "../pool/pool.ts";
import type { PartitionState } from "../state.ts";
import { productOf } from "../subscription/subscription.ts";
import { createUndo, rollBack } from "../undo.ts";
import { asOf, money } from "./as-of.ts";
import { askedBy, fixFor } from "./why-view-fixes.ts";

export interface WhyRequest {
  readonly user: string;
  readonly to: string;
  readonly callType?: CallType | undefined;
}

/**
 * "Why can't this user call?": the authorisation's own checks for a call that would begin now. What the checks note for
 * themselves (a month of a pool that begins) is taken back, so the state is as before, and nothing is reserved.
 */
export function whyView(state: PartitionState, account: Account, request: WhyRequest, decks: DeckSource): WhyView {
  const undo = createUndo();
  const fold: Fold = {
    state,
    at: { seq: state.lastSeq, index: 0, time: timeUs(state.now) },
    now: nowOf(state, account),
    logNow: state.now,
    decks,
    rerateDeck: null,
    outputs: [],
    undo,
    tally: createTally(),
    afterwards: [],
  };
  try {
    return answer(fold, account, request);
  } finally {
    rollBack(undo);
  }
}

function answer(fold: Fold, account: Account, request: WhyRequest): WhyView {
  const user = account.users.get(request.user);
  const callType = request.callType ?? (user?.kind === "resourceAccount" ? "ucap_out" : "user_out");
  const leg = legFromEvent(eventOf(account, request, callType));
  const a = assess(fold, account, leg, fold.now);
  const refusal = a.neverDenied ? null : refusalAtOnce(fold, account, a);
  const sources = sourcesOf(fold, account, a, false);
  const grant = refusal !== null || a.free !== null ? null : grantFrom(a, sources, 0, SLICE_SECONDS, false);
  const unfunded = refusal === null && a.free === null && grant === null && !a.neverDenied;
  const reason = refusal ?? (unfunded ? (sources.refusal ?? "creditsExhausted") : null);
  const row = a.rate?.row ?? null;
  return {
    asOf: asOf(fold.state, account),
    user: request.user,
    to: request.to,
    callType,
    decision: reason === null ? "allow" : "deny",
    reason: reason ?? (a.neverDenied ? "emergency" : "ok"),
    checks: checksOf(a, sources, refusal, reason),
    usageLocation: a.usageLocation,
    dialOutPolicy: a.policy.name,
    destination: { country: a.destinationCountry, name: a.destinationName, context: a.context },
    plan: planOf(a),
    ...poolsOf(fold, account, a),
    credits: creditsOf(fold, account, a),
    payAsYouGo: {
      exists: a.entitlement.overageExists,
      on: a.entitlement.overage !== null,
      subscription: a.entitlement.overage?.id ?? a.entitlement.subscription?.id ?? null,
    },
    spend: spendOf(user, a),
    currency: account.currency,
    pricePerMinute: row === null ? null : money(row.pricePerMinuteMicros),
    connectFee: row === null ? null : money(row.connectFeeMicros),
    funding: reason !== null ? [] : [...(grant?.funding ?? [{ source: a.free ?? "FREE", ref: null }])],
  };
}

/** Steps 1 to 3 first, then the money; the first failure of those ends them, and nothing after it was looked at. */
function checksOf(a: Assessment, sources: Sources, refusal: DenyReason | null, reason: DenyReason | null): WhyView["checks"] {
  const checks: WhyView["checks"] = [];
  const feature = featureOf(a);
  const add = (check: DenyReason, result: "passed" | "failed" | "notReached", why: DenyReason | null): void => {
    const fix = result === "failed" && why !== null && !a.neverDenied ? fixFor(why, feature) : null;
    checks.push({ check, result, reason: why, text: askedBy(why ?? check), fix });
  };
  const made = [...a.checks];
  if (refusal !== null && refusal !== a.verdict && !made.includes(refusal)) made.push(refusal);
  let refused = false;
  for (const check of made) {
    const fails: boolean = refusal !== null && !refused && stands(check, refusal, made);
    add(check, fails ? "failed" : refused ? "notReached" : "passed", fails ? refusal : null);
    refused ||= fails;
  }
  if (refusal === null && (a.free !== null || a.neverDenied)) return checks;
  let funded = false;
  for (const { reason: check, passed } of sources.checks) {
    if (refusal !== null || funded) add(check, "notReached", null);
    else add(check, passed ? "passed" : "failed", passed ? null : check);
    // What pays for the first minute leaves the rest unasked.
    funded ||= passed && reason === null && fundingChecks.has(check);
  }
  return checks;
}

/** Passing one of these pays; a licence alone does not. */
const fundingChecks: ReadonlySet<DenyReason> = new Set(["poolExhausted", "creditsExhausted", "payAsYouGoOff"]);

/** Is this the check that the refusal stands for? A block or a missing plan has several reasons under one check. */
function stands(check: DenyReason, refusal: DenyReason, made: readonly DenyReason[]): boolean {
  if (check === refusal) return true;
  if (made.includes(refusal)) return false;
  if (check === "userBlocked") return refusal === "adminBlock" || refusal === "fraudSuspected";
  return check === "noPlan" && (refusal === "noPaygPlan" || refusal === "subscriptionDisabled");
}

/** Which row of the table of features the call is. */
function featureOf(a: Assessment): string {
  if (a.rule.payer === "organizer") return a.rule.direction === "inbound" ? "hostConferences" : "conferenceDialOut";
  if (a.rule.payer === "resourceAccount") return "attendantTransfers";
  return a.context === "Domestic" ? "domesticCalls" : "internationalCalls";
}

function planOf({ entitlement }: Assessment): WhyView["plan"] {
  const { subscription, plan } = entitlement;
  if (subscription === null || plan === null) return null;
  const { id, name, serviceCode } = productOf(subscription);
  return { subscription: subscription.id, product: id, productName: name, serviceCode };
}

function poolsOf(fold: Fold, account: Account, a: Assessment): Pick<WhyView, "pool" | "coupledPool"> {
  const pool = account.pools.get(a.entitlement.pool);
  const coupled = account.pools.get(a.entitlement.coupledPool);
  const monthOf = (one: NonNullable<typeof pool>) => monthOfPool(fold.undo, one, a.poolMonth);
  return {
    pool:
      pool === undefined
        ? null
        : {
            pool: pool.key,
            month: a.poolMonth,
            totalMinutes: sizeOf(pool, monthOf(pool)),
            usedMinutes: monthOf(pool).usedMinutes,
            availableMinutes: availableMinutes(pool, monthOf(pool)),
          },
    coupledPool:
      coupled === undefined ? null : { pool: coupled.key, availableMinutes: availableMinutes(coupled, monthOf(coupled)) },
  };
}

function creditsOf(fold: Fold, account: Account, a: Assessment): WhyView["credits"] {
  const { credits } = account;
  return {
    mayUse: a.entitlement.mayUseCredits,
    balance: money(credits.balanceMicros),
    available: money(spendableMicros(credits, fold.now) - credits.reservedMicros),
  };
}

function spendOf(user: User | undefined, a: Assessment): WhyView["spend"] {
  if (user === undefined) return { limit: null, spent: money(0) };
  const { spendLimitMicros } = latest(user.policies);
  return {
    limit: spendLimitMicros === null ? null : money(spendLimitMicros),
    spent: money(spentIn(user, a.poolMonth)),
  };
}

/** The request as telephony would send it: what was dialled is a full number, or a short code. */
function eventOf(account: Account, { user, to }: WhyRequest, callType: CallType): CallEvent {
  const digits = to.replace(/[^0-9]/g, "");
  const full = digits.length >= LEAST_DIGITS;
  const rule = callTypeRules[callType];
  const party = { raw: to, e164: full ? (digits as E164) : null, name: null };
  return {
    type: "authorize",
    id: "why",
    source: "why",
    time: null,
    account: account.id as AccountId,
    feeder: "why" as FeederId,
    feedSeq: null,
    usageId: "why" as UsageId,
    callId: "",
    legId: "",
    parentLegId: null,
    linkedId: null,
    conferenceId: null,
    callType,
    direction: rule.direction,
    from: null,
    to: party,
    user: rule.payer === "user" ? user : null,
    organizer: rule.payer === "organizer" ? user : null,
    resourceAccount: rule.payer === "resourceAccount" ? user : null,
    serviceNumber: rule.direction === "inbound" && full ? (digits as E164) : null,
    numberType: null,
    setupAt: null,
    answeredAt: null,
    endedAt: null,
    usedMs: null,
    reportedSeconds: null,
    emergency: rule.emergency,
    end: null,
    sessionId: null,
    seq: null,
    requestedSeconds: null,
    provider: null,
    raw: null,
    dialledFrom: null,
  };
}

/** D29: up to six digits are a short code. */
const LEAST_DIGITS = 7;
