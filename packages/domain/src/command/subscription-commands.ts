import type { Account } from "../account/account.ts";
import { parseMicros } from "@tollbook/contracts/units.ts";
import { MAIN } from "../billing/billing-account.ts";
import { findProduct, isOfferedIn, listPrice } from "../catalogue/product.ts";
import { addValue, latest, startHistory } from "../history.ts";
import { beginTerm, grants, monthsOf, setStateOf } from "../subscription/life-cycle.ts";
import { payAsYouGoExists } from "../subscription/subscription.ts";
import type { Subscription, SubscriptionState } from "../subscription/subscription.ts";
import { setEntry } from "../undo.ts";
import { accepted, refused } from "./outcome.ts";
import type { Handler } from "./outcome.ts";

/** SB-3. */
const TRIAL_MONTHS = 1;

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
  const profile = data.profile ?? MAIN;
  if (!account.billingProfiles.has(profile)) return refused("unknownBillingProfile", profile);
  const unitPriceMicros = data.unitPrice === undefined ? listPrice(product, account.currency) : parseMicros(data.unitPrice);
  if (unitPriceMicros === null || unitPriceMicros < 0) return refused("amountOutOfRange", "unitPrice: not negative");
  const trial = data.trial ?? false;
  const subscription: Subscription = {
    id: data.subscription,
    product: product.id,
    country,
    profile,
    unitPriceMicros,
    buyer: "",
    trial,
    converts: false,
    recurring: data.recurring ?? true,
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
  beginTerm(fold, account, subscription, fold.now, trial ? TRIAL_MONTHS : monthsOf(data.term));
  return accepted(subscription.id, { subscription: subscription.id, payAsYouGo: "OFF" });
};

/** SB-1, D17: Disabled and Deleted grant nothing at once; the option is Off from then on (§11). */
export const setState: Handler<"subscription.setState"> = (fold, account, data) => {
  const subscription = account.subscriptions.get(data.subscription);
  if (subscription === undefined) return refused("unknownSubscription", data.subscription);
  const before = latest(subscription.states);
  if (before === "Deleted") return refused("subscriptionNotActive", "a deleted subscription cannot be brought back (§7.3)");
  setStateOf(fold, account, subscription, data.state, "set");
  return accepted(subscription.id, { state: data.state });
};

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
