import { formatTime, timeUs, US_PER_DAY } from "@tollbook/contracts/units.ts";
import type { Account } from "../account/account.ts";
import { poolMonthAt } from "../account/pool-month.ts";
import { schedule } from "../account/clock.ts";
import { profileOf } from "../billing/draft.ts";
import { chargePeriod, prorateLicences } from "../billing/licence-charges.ts";
import { addMonths } from "../calendar.ts";
import type { Fold } from "../fold-context.ts";
import { addValue, latest } from "../history.ts";
import { accountFact, notify } from "../output.ts";
import { countSubscription } from "../pool/entitlement.ts";
import { change } from "../undo.ts";
import { releaseAll, settleEffect } from "./licences.ts";
import { mayBecomePaid } from "../self-service/policy.ts";
import { closeUnbilledOverage } from "./unbilled-overage.ts";
import { MOST_ORDERS, productOf } from "./subscription.ts";
import type { Order, Subscription, SubscriptionState } from "./subscription.ts";

/** §7.3: how long a subscription stays in each state after its end; volume licensing has the two the other way round. */
const EXPIRED_DAYS = { ordinary: 30, volume: 90 } as const;
const DISABLED_DAYS = { ordinary: 90, volume: 30 } as const;
/** Told so long before the end of a term that will not be renewed, or of a trial. */
const WARNED_DAYS = 7;

const termMonths: Readonly<Record<Subscription["term"], number>> = { P1M: 1, P1Y: 12, P3Y: 36 };

/** Begins a term: its end is due, and for a paid subscription so is every charged period in it. */
export function beginTerm(fold: Fold, account: Account, subscription: Subscription, from: number, months: number): void {
  const { undo } = fold;
  const to = addMonths(subscription.anchorAt, monthsSince(subscription, from) + months);
  change(undo, subscription, "termFrom", from);
  change(undo, subscription, "termTo", to);
  schedule(fold, account, to, "subscriptionTerm", subscription.id);
  schedule(fold, account, to - WARNED_DAYS * US_PER_DAY, "subscriptionWarning", subscription.id);
  if (subscription.trial) return;
  chargePeriod(fold, account, subscription, from);
  schedule(fold, account, subscription.chargedTo, "subscriptionCharge", subscription.id);
}

/** Whole months from the anchor to the start of a later term: terms follow each other by the calendar. */
function monthsSince(subscription: Subscription, from: number): number {
  let months = 0;
  while (addMonths(subscription.anchorAt, months) < from) months++;
  return months;
}

export function monthsOf(term: Subscription["term"]): number {
  return termMonths[term];
}

/** The next charged period of a running term begins. */
export function chargeIsDue(fold: Fold, account: Account, id: string, at: number): void {
  const subscription = account.subscriptions.get(id);
  if (subscription === undefined || subscription.chargedTo !== at || at >= subscription.termTo) return;
  if (latest(subscription.states) !== "Active") return;
  chargePeriod(fold, account, subscription, at);
  schedule(fold, account, subscription.chargedTo, "subscriptionCharge", id);
}

/** SB-1, SB-3: the term ends: it is renewed, or Expired; a trial is converted when there is something to pay with. */
export function termIsOver(fold: Fold, account: Account, id: string, at: number): void {
  const subscription = account.subscriptions.get(id);
  if (subscription === undefined || subscription.termTo !== at || latest(subscription.states) !== "Active") return;
  const { trial, recurring } = subscription;
  const paid = profileOf(account, subscription.profile).paymentMethod !== "";
  if (trial && recurring && paid && mayBecomePaid(account, subscription)) return convertTrial(fold, account, subscription, at);
  if (!trial && recurring) {
    renewTotal(fold, account, subscription);
    noteOrder(fold, subscription, "renewed");
    accountFact(fold, account, "subscription.renewed", id, { term: subscription.term, licences: subscription.total });
    return beginTerm(fold, account, subscription, at, monthsOf(subscription.term));
  }
  // SB-1: bought through a reseller, there is no Expired.
  const next = subscription.channel === "reseller" && !trial ? "Disabled" : "Expired";
  setStateOf(fold, account, subscription, next, trial ? "trial ended" : "term ended");
}

/** SB-3: goes on as a paid subscription from `at` on: a term of its own, charged from then. */
export function convertTrial(fold: Fold, account: Account, subscription: Subscription, at: number): void {
  change(fold.undo, subscription, "trial", false);
  change(fold.undo, subscription, "recurring", true);
  noteOrder(fold, subscription, "converted");
  accountFact(fold, account, "trial.converted", subscription.id, { product: subscription.product });
  beginAnew(fold, account, subscription, at);
}

/** A new term that is counted from `at`, whatever was before. */
export function beginAnew(fold: Fold, account: Account, subscription: Subscription, at: number): void {
  change(fold.undo, subscription, "anchorAt", at);
  beginTerm(fold, account, subscription, at, monthsOf(subscription.term));
}

/** Edge 9: a number of licences that was ordered for the renewal; the newest holders beyond it lose what it granted. */
function renewTotal(fold: Fold, account: Account, subscription: Subscription): void {
  if (subscription.renewalTotal === null) return;
  change(fold.undo, subscription, "total", subscription.renewalTotal);
  change(fold.undo, subscription, "renewalTotal", null);
  settleEffect(fold, account, subscription);
}

export function noteOrder(fold: Fold, subscription: Subscription, kind: Order["kind"]): void {
  const { total: licences, unitPriceMicros, orders } = subscription;
  const order: Order = { at: fold.now, kind, licences, unitPriceMicros };
  change(fold.undo, subscription, "orders", [...orders, order].slice(-MOST_ORDERS));
}

export function warningIsDue(fold: Fold, account: Account, id: string, at: number): void {
  const subscription = account.subscriptions.get(id);
  if (subscription === undefined || subscription.termTo !== at + WARNED_DAYS * US_PER_DAY) return;
  if (latest(subscription.states) !== "Active") return;
  const ends = { subscription: id, product: productOf(subscription).name, endsAt: formatTime(timeUs(subscription.termTo)) };
  if (subscription.trial) notify(fold, account, "trial.ending", `${id}/trial/${at}`, ends, buyerOf(subscription));
  else if (!subscription.recurring)
    notify(fold, account, "subscription.expiring", `${id}/expiring/${at}`, ends, buyerOf(subscription));
}

/** The stage after this one has been reached, unless it was left meanwhile. */
export function stageIsOver(fold: Fold, account: Account, id: string, at: number): void {
  const subscription = account.subscriptions.get(id);
  if (subscription === undefined || subscription.stageTo !== at) return;
  const state = latest(subscription.states);
  // SB-3: a trial that nobody bought goes at once.
  if (state === "Expired") setStateOf(fold, account, subscription, subscription.trial ? "Deleted" : "Disabled", "not renewed");
  else if (state === "Disabled") setStateOf(fold, account, subscription, "Deleted", "not reactivated");
}

/**
 * A new state (SB-1, D17, §11): pools count it in or out at once, the pay-as-you-go option is Off where nothing is granted, and
 * the next stage is due in its time. False when it had that state already, or is Deleted for good.
 */
export function setStateOf(
  fold: Fold,
  account: Account,
  subscription: Subscription,
  state: SubscriptionState,
  reason: string,
): boolean {
  const { undo } = fold;
  const before = latest(subscription.states);
  if (before === state || before === "Deleted") return false;
  if (grants(before) !== grants(state)) {
    countSubscription(undo, account, subscription, grants(before) ? -1 : 1, poolMonthAt(account, fold.now));
  }
  addValue(undo, subscription.states, fold.now, state);
  if (!grants(state) && latest(subscription.payAsYouGo)) addValue(undo, subscription.payAsYouGo, fold.now, false);
  const kind =
    latest(account.settings).agreement === "MPSA" || latest(account.settings).agreement === "EA" ? "volume" : "ordinary";
  const days = state === "Expired" ? EXPIRED_DAYS[kind] : state === "Disabled" ? DISABLED_DAYS[kind] : 0;
  change(undo, subscription, "stageTo", days === 0 ? 0 : fold.now + days * US_PER_DAY);
  if (days > 0) schedule(fold, account, subscription.stageTo, "subscriptionStage", subscription.id);
  accountFact(fold, account, "subscription.state", subscription.id, { from: before, to: state, reason });
  if (state === "Active") goOn(fold, account, subscription);
  if (state === "Deleted") {
    releaseAll(fold, account, subscription);
    closeUnbilledOverage(fold, account, subscription);
  }
  const product = productOf(subscription).name;
  if (state === "Expired") {
    const deletedAt = formatTime(timeUs(subscription.stageTo));
    notify(
      fold,
      account,
      "subscription.expired",
      `${subscription.id}/expired/${fold.now}`,
      { subscription: subscription.id, product, deletedAt },
      buyerOf(subscription),
    );
  }
  if (state === "Disabled")
    notify(
      fold,
      account,
      "subscription.disabled",
      `${subscription.id}/disabled/${fold.now}`,
      { subscription: subscription.id, product, reason },
      buyerOf(subscription),
    );
  return true;
}

/**
 * Active again, after an unpaid invoice was paid: what was charged goes on; a period that began meanwhile is charged for its rest; a
 * term that ended meanwhile begins anew, or is over for good.
 */
function goOn(fold: Fold, account: Account, subscription: Subscription): void {
  if (subscription.termTo <= fold.now) {
    if (!subscription.trial && subscription.recurring) return beginAnew(fold, account, subscription, fold.now);
    setStateOf(fold, account, subscription, "Expired", "term ended");
    return;
  }
  // What was given back of the running period, or has changed since it was charged, is charged now.
  if (subscription.chargedTo > fold.now) return prorateLicences(fold, account, subscription);
  if (subscription.trial) return;
  chargePeriod(fold, account, subscription, fold.now);
  schedule(fold, account, subscription.chargedTo, "subscriptionCharge", subscription.id);
}

/** SS-8: who bought it for himself hears of it too. */
export function buyerOf({ buyer }: Subscription): string[] {
  return buyer === "" ? [] : [buyer];
}

export function grants(state: SubscriptionState): boolean {
  return state === "Active" || state === "Expired";
}
