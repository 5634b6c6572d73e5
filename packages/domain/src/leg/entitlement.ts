import type { DenyReason } from "@tollbook/contracts/codes.ts";
import { isDomesticForPlan, isZoneA } from "@tollbook/tariffs/territories.ts";
import type { Account } from "../account/account.ts";
import { locationAt } from "../account/user.ts";
import type { User } from "../account/user.ts";
import type { CallTypeRule } from "../catalogue/call-types.ts";
import { isCallingPlan, isConferencing } from "../catalogue/product.ts";
import type { Product } from "../catalogue/product.ts";
import { valueAt } from "../history.ts";
import { poolKey } from "../pool/entitlement.ts";
import type { PoolKind } from "../pool/pool.ts";
import { grantsAt, isPayAsYouGoOn, payAsYouGoExists, productOf } from "../subscription/subscription.ts";
import type { Subscription } from "../subscription/subscription.ts";

/** What the payer's licences allow, as they stood at the start of the leg. */
export interface Entitlement {
  /** noPlan, noPaygPlan or subscriptionDisabled; null when there is a plan. */
  readonly refusal: DenyReason | null;
  readonly plan: Product | null;
  readonly subscription: Subscription | null;
  /** Key of the pool that may pay; empty: none (WF-3). */
  readonly pool: string;
  /** The other half of an international plan (CP-6 `either`); empty: none. */
  readonly coupledPool: string;
  /** Every minute is charged: pay-per-minute conferencing (AC-8). */
  readonly payPerMinute: boolean;
  /** CC-9: may draw on the credits. */
  readonly mayUseCredits: boolean;
  /** D6, D31: where overage would be billed; null: no subscription whose option is On. */
  readonly overage: Subscription | null;
  /** D5: step 7 is a check at all. */
  readonly overageExists: boolean;
}

const none: Entitlement = {
  refusal: null,
  plan: null,
  subscription: null,
  pool: "",
  coupledPool: "",
  payPerMinute: false,
  mayUseCredits: false,
  overage: null,
  overageExists: false,
};

/** RA-4: from this day ordinary plans of resource accounts fund no outgoing calls. */
const PAYG_ONLY_FROM_US = 1_761_955_200_000_000; // 2025-11-01T00:00:00Z

export function findEntitlement(
  account: Account,
  rule: CallTypeRule,
  payer: User | null,
  at: number,
  startAt: number,
  destination: string,
  premium: boolean,
): Entitlement {
  if (rule.payer === "nobody") return none;
  if (rule.payer === "tenant") return tenantEntitlement(account, at);
  if (payer === null) return none;
  const held = licencesAt(account, payer, at);
  if (rule.payer === "organizer") return conferencingEntitlement(account, rule, payer, held, at, destination, premium);
  return callingEntitlement(account, rule, payer, held, at, startAt, destination, premium);
}

/** Toll-free to a queue, unassigned numbers: no licence needed (CC-9); On if On on any subscription (D6). */
function tenantEntitlement(account: Account, at: number): Entitlement {
  const { agreement } = valueAt(account.settings, at);
  let exists = false;
  for (const subscription of account.subscriptions.values()) {
    if (subscription.startedAt > at || !payAsYouGoExists(subscription, agreement)) continue;
    exists = true;
    if (isPayAsYouGoOn(subscription, at)) {
      return { ...none, mayUseCredits: true, overage: subscription, overageExists: true };
    }
  }
  return { ...none, mayUseCredits: true, overageExists: exists };
}

function conferencingEntitlement(
  account: Account,
  rule: CallTypeRule,
  payer: User,
  held: readonly Subscription[],
  at: number,
  destination: string,
  premium: boolean,
): Entitlement {
  // AC-11: who holds both is rated by the subscription licence.
  const licences = held.filter((subscription) => isConferencing(productOf(subscription)));
  const active = licences.filter((subscription) => grantsAt(subscription, at));
  const subscription = active.find((one) => productOf(one).kind === "conferencing") ?? active[0] ?? null;
  if (subscription === null) return { ...none, refusal: licences.length === 0 ? "noPlan" : "subscriptionDisabled" };
  const plan = productOf(subscription);
  const payPerMinute = plan.kind === "conferencingPayPerMinute";
  const reachable = plan.dialOut !== null && rule.direction === "outbound" && !premium && isInReach(plan, destination);
  const tollFreeIn = rule.direction === "inbound";
  return {
    ...none,
    plan,
    subscription,
    pool: reachable ? poolKey(plan, "zoneA", locationAt(payer, at), "") : "",
    payPerMinute,
    // AC-10: pay-per-minute needs no credits licence; toll-free dial-in is the organisation's (CC-9).
    mayUseCredits: payPerMinute || tollFreeIn || holdsCredits(held, at),
    ...overageOf(account, subscription, at),
  };
}

function isInReach(plan: Product, destination: string): boolean {
  if (destination === "") return false;
  return plan.dialOut?.reach === "usCa" ? isDomesticForPlan("US", destination) : isZoneA(destination);
}

function callingEntitlement(
  account: Account,
  rule: CallTypeRule,
  payer: User,
  held: readonly Subscription[],
  at: number,
  startAt: number,
  destination: string,
  premium: boolean,
): Entitlement {
  const plans = held.filter((subscription) => isCallingPlan(productOf(subscription)));
  const subscription = plans.find((one) => grantsAt(one, at)) ?? null;
  const voiceApp = rule.payer === "resourceAccount";
  const paygOnly = voiceApp && startAt >= PAYG_ONLY_FROM_US;
  if (subscription === null) {
    // RA-3: a plan that was taken away leaves the organisation's credits, until RA-4.
    if (voiceApp && !paygOnly && hadPlan(account, payer))
      return { ...tenantEntitlement(account, at), overage: null, overageExists: false };
    if (plans.length > 0) return { ...none, refusal: "subscriptionDisabled" };
    return { ...none, refusal: paygOnly ? "noPaygPlan" : "noPlan" };
  }
  const plan = productOf(subscription);
  if (paygOnly && plan.kind !== "payAsYouGoPlan") return { ...none, plan, subscription, refusal: "noPaygPlan" };
  const location = locationAt(payer, at);
  const kind: PoolKind = destination !== "" && isDomesticForPlan(location, destination) ? "domestic" : "international";
  const pooled = !premium && destination !== "" && (kind === "domestic" ? plan.domestic : plan.international) !== null;
  const coupled = pooled && plan.capCoupling === "either" && plan.international !== null && plan.domestic !== null;
  return {
    ...none,
    plan,
    subscription,
    pool: pooled ? poolKey(plan, kind, location, payer.id) : "",
    coupledPool: coupled ? poolKey(plan, kind === "domestic" ? "international" : "domestic", location, payer.id) : "",
    mayUseCredits: holdsCredits(held, at),
    ...overageOf(account, subscription, at),
  };
}

function overageOf(account: Account, subscription: Subscription, at: number): Pick<Entitlement, "overage" | "overageExists"> {
  const exists = payAsYouGoExists(subscription, valueAt(account.settings, at).agreement);
  return { overage: exists && isPayAsYouGoOn(subscription, at) ? subscription : null, overageExists: exists };
}

function licencesAt(account: Account, payer: User, at: number): Subscription[] {
  return valueAt(payer.licences, at).map((id) => account.subscriptions.get(id) as Subscription);
}

function holdsCredits(held: readonly Subscription[], at: number): boolean {
  return held.some((subscription) => productOf(subscription).kind === "credits" && grantsAt(subscription, at));
}

function hadPlan(account: Account, payer: User): boolean {
  return payer.licences.some(({ value }) =>
    value.some((id) => isCallingPlan(productOf(account.subscriptions.get(id) as Subscription))),
  );
}
