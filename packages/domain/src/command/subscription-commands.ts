import type { Account } from "../account/account.ts";
import { monthIn } from "../calendar.ts";
import { findProduct, isOfferedIn } from "../catalogue/product.ts";
import { addValue, latest, startHistory } from "../history.ts";
import { countSubscription } from "../pool/entitlement.ts";
import { payAsYouGoExists } from "../subscription/subscription.ts";
import type { Subscription, SubscriptionState } from "../subscription/subscription.ts";
import { setEntry } from "../undo.ts";
import { accepted, refused } from "./outcome.ts";
import type { Handler } from "./outcome.ts";

/** PG-2, PG-3: the pay-as-you-go option is Off after a purchase and must be switched on. */
export const buy: Handler<"subscription.buy"> = (fold, account, data) => {
  const product = findProduct(data.product);
  if (product === undefined) return refused("unknownProduct", `product: ${data.product}`);
  if (account.subscriptions.has(data.subscription)) {
    return refused("invalidCommand", `subscription: ${data.subscription} exists already`);
  }
  const country = data.country ?? account.country;
  if (data.country !== undefined && !isOfferedIn(product, data.country)) {
    return refused("productNotAvailable", `${product.name} is not sold in ${data.country}`);
  }
  if (data.billingFrequency === "annual" && data.term === "P1M") {
    return refused("invalidCommand", "billingFrequency: annual needs a term of at least a year (PG-3)");
  }
  const subscription: Subscription = {
    id: data.subscription,
    product: product.id,
    country,
    trial: data.trial ?? false,
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
  return accepted(subscription.id, { subscription: subscription.id, payAsYouGo: "OFF" });
};

/** SB-1, D17: Disabled and Deleted grant nothing at once; the option is Off from then on (§11). */
export const setState: Handler<"subscription.setState"> = (fold, account, data) => {
  const subscription = account.subscriptions.get(data.subscription);
  if (subscription === undefined) return refused("unknownSubscription", data.subscription);
  const before = latest(subscription.states);
  if (before === "Deleted") return refused("subscriptionNotActive", "a deleted subscription cannot be brought back (§7.3)");
  const granted = grants(before);
  if (granted !== grants(data.state)) {
    const sign = granted ? -1 : 1;
    countSubscription(fold.undo, account, subscription, sign, monthIn(account.timeZone, fold.now));
  }
  addValue(fold.undo, subscription.states, fold.now, data.state);
  if (!grants(data.state) && latest(subscription.payAsYouGo)) addValue(fold.undo, subscription.payAsYouGo, fold.now, false);
  return accepted(subscription.id, { state: data.state });
};

function grants(state: SubscriptionState): boolean {
  return state === "Active" || state === "Expired";
}

/** PG-5, D5: at once for new calls; audited with who and when; a leg is rated by the state at its start. */
export const setPayAsYouGo: Handler<"payAsYouGo.set"> = (fold, account, data) => {
  const subscription = account.subscriptions.get(data.subscription);
  if (subscription === undefined) return refused("unknownSubscription", data.subscription);
  const before = latest(subscription.payAsYouGo);
  if (data.on) {
    if (!payAsYouGoExists(subscription, latest(account.settings).agreement)) {
      return refused("payAsYouGoUnavailable", whyUnavailable(account, subscription) ?? "unavailable");
    }
    if (!grants(latest(subscription.states))) return refused("subscriptionNotActive", `it is ${latest(subscription.states)}`);
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
