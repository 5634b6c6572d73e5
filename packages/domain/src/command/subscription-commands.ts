import type { Account } from "../account/account.ts";
import type { User } from "../account/user.ts";
import type { Fold } from "../fold-context.ts";
import { addValue, latest, startHistory } from "../history.ts";
import { createBuyerProfile, whyNotOwner } from "../self-service/buyer.ts";
import { beginTerm, grants, monthsOf, noteOrder, setStateOf } from "../subscription/life-cycle.ts";
import { payAsYouGoExists, twoWorkingDaysAfter } from "../subscription/subscription.ts";
import type { Subscription, SubscriptionState } from "../subscription/subscription.ts";
import { change, setEntry } from "../undo.ts";
import { accepted, refused } from "./outcome.ts";
import type { Handler } from "./outcome.ts";
import { planOrder } from "./subscription-commands-order.ts";

/** SB-3. */
export const TRIAL_MONTHS = 1;

/** PG-2, PG-3: the pay-as-you-go option is Off after a purchase; the answer says what may be switched on next. */
export const buy: Handler<"subscription.buy"> = (fold, account, data, { actor }) => {
  if (account.subscriptions.has(data.subscription))
    return refused("invalidCommand", `subscription: ${data.subscription} exists already`);
  const plan = planOrder(account, data, actor);
  if ("code" in plan) return plan;
  const profile = plan.profile ?? createBuyerProfile(fold, account, account.users.get(plan.buyer) as User);
  if (plan.buyer !== "" && data.paymentMethod !== undefined) setCardOf(fold, account, profile, data.paymentMethod);
  const { product, trial, unitPriceMicros } = plan;
  const subscription: Subscription = {
    id: data.subscription,
    product: product.id,
    country: plan.country,
    profile,
    unitPriceMicros,
    currency: account.currency,
    buyer: plan.buyer,
    channel: data.channel ?? "direct",
    trial,
    startedAsTrial: trial,
    recurring: data.recurring ?? true,
    renewalTotal: null,
    creditCheckUntil: data.creditCheck === true ? twoWorkingDaysAfter(fold.now) : 0,
    cancellation: null,
    orders: [],
    anchorAt: fold.now,
    termFrom: fold.now,
    termTo: fold.now,
    stageTo: 0,
    chargedFrom: fold.now,
    chargedTo: fold.now,
    chargedLicences: 0,
    suspendedFor: "",
    term: data.term,
    billingFrequency: data.billingFrequency,
    startedAt: fold.now,
    total: data.licences,
    assigned: [],
    states: startHistory<SubscriptionState>(fold.now, "Active"),
    payAsYouGo: startHistory(fold.now, false),
    overage: [],
  };
  setEntry(fold.undo, account.subscriptions, subscription.id, subscription);
  noteOrder(fold, subscription, "bought");
  beginTerm(fold, account, subscription, fold.now, trial ? TRIAL_MONTHS : monthsOf(data.term));
  const next = payAsYouGoExists(subscription, latest(account.settings).agreement) ? ["enablePayAsYouGo"] : [];
  return accepted(subscription.id, {
    subscription: subscription.id,
    payAsYouGo: next.length > 0 ? "OFF" : "UNAVAILABLE",
    next,
    profile,
  });
};

function setCardOf(fold: Fold, account: Account, id: string, method: string): void {
  const profile = account.billingProfiles.get(id);
  if (profile !== undefined) change(fold.undo, profile, "paymentMethod", method);
}

/** SB-1, D17: Disabled and Deleted grant nothing at once; the option is Off from then on (§11). */
export const setState: Handler<"subscription.setState"> = (fold, account, data) => {
  const subscription = account.subscriptions.get(data.subscription);
  if (subscription === undefined) return refused("unknownSubscription", `subscription: ${data.subscription}`);
  const before = latest(subscription.states);
  if (before === "Deleted")
    return refused("subscriptionNotActive", `subscription: ${subscription.id} is Deleted, which is for good (§7.3)`);
  if (data.state === "Active") change(fold.undo, subscription, "suspendedFor", "");
  setStateOf(fold, account, subscription, data.state, "set");
  return accepted(subscription.id, { state: data.state });
};

/** PG-5, D5: at once for new calls; audited with who and when; a leg is rated by the state at its start. */
export const setPayAsYouGo: Handler<"payAsYouGo.set"> = (fold, account, data, { actor }) => {
  const subscription = account.subscriptions.get(data.subscription);
  if (subscription === undefined) return refused("unknownSubscription", `subscription: ${data.subscription}`);
  const foreign = whyNotOwner(account, subscription, actor);
  if (foreign !== null) return foreign;
  const before = latest(subscription.payAsYouGo);
  if (data.on) {
    if (!payAsYouGoExists(subscription, latest(account.settings).agreement)) {
      return refused("payAsYouGoUnavailable", whyUnavailable(account, subscription) ?? "unavailable");
    }
    if (!grants(latest(subscription.states)))
      return refused("subscriptionNotActive", `subscription: ${subscription.id} is ${latest(subscription.states)}`);
  }
  if (before !== data.on) addValue(fold.undo, subscription.payAsYouGo, fold.now, data.on);
  return accepted(subscription.id, { from: before ? "ON" : "OFF", to: data.on ? "ON" : "OFF" });
};

/** One sentence for the screen; null when the option exists. */
export function whyUnavailable(account: Account, subscription: Subscription): string | null {
  const { agreement } = latest(account.settings);
  if (payAsYouGoExists(subscription, agreement)) return null;
  if (subscription.trial) return "A trial has no pay-as-you-go option.";
  if (agreement !== "MCA") return "The option needs a Microsoft Customer Agreement.";
  return "This product has no pay-as-you-go option.";
}
