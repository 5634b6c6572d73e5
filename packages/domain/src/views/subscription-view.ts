import type { SubscriptionsView, SubscriptionView } from "@tollbook/contracts/views.ts";
import type { Account } from "../account/account.ts";
import { nowOf } from "../account/clock.ts";
import { poolMonthAt } from "../account/pool-month.ts";
import { includedMinutes } from "../catalogue/product.ts";
import { whyUnavailable } from "../command/subscription-commands.ts";
import { latest } from "../history.ts";
import type { PartitionState } from "../state.ts";
import { overAssigned } from "../subscription/licences.ts";
import { isPayAsYouGoOn, productOf } from "../subscription/subscription.ts";
import type { Subscription } from "../subscription/subscription.ts";
import { asOf, money, MOST_ROWS, time } from "./as-of.ts";

/** In order of purchase; SS-2: with a filter only what members, or one of them, bought for themselves. */
export function subscriptionsView(
  state: PartitionState,
  account: Account,
  filter: { readonly selfService?: boolean | undefined; readonly buyer?: string | undefined } = {},
): SubscriptionsView {
  const wanted = ({ buyer }: Subscription): boolean =>
    (filter.selfService === undefined || filter.selfService === (buyer !== "")) &&
    (filter.buyer === undefined || filter.buyer === buyer);
  const subscriptions = [...account.subscriptions.values()].filter(wanted).slice(0, MOST_ROWS);
  return { asOf: asOf(state, account), subscriptions: subscriptions.map((one) => subscriptionView(state, account, one)) };
}

function subscriptionView(state: PartitionState, account: Account, subscription: Subscription): SubscriptionView {
  const product = productOf(subscription);
  const why = whyUnavailable(account, subscription);
  const month = poolMonthAt(account, nowOf(state, account));
  const minutes = includedMinutes(product.domestic, subscription.country) || (product.dialOut?.minutes ?? 0);
  return {
    subscription: subscription.id,
    product: product.id,
    productName: product.name,
    serviceCode: product.serviceCode,
    country: subscription.country,
    state: latest(subscription.states),
    trial: subscription.trial,
    term: subscription.term,
    billingFrequency: subscription.billingFrequency,
    licences: subscription.total,
    assigned: subscription.assigned.length,
    startedAt: time(subscription.startedAt),
    renewsAt: renewsAt(subscription),
    includedMinutes: minutes === 0 ? null : minutes,
    tags: [...product.tags],
    payAsYouGo: why !== null ? "UNAVAILABLE" : isPayAsYouGoOn(subscription, nowOf(state, account)) ? "ON" : "OFF",
    payAsYouGoReason: why,
    overageThisMonth: money(subscription.overage.findLast((one) => one.month === month)?.micros ?? 0),
    currency: account.currency,
    assignedUsers: subscription.assigned.slice(0, MOST_ROWS),
    buyer: subscription.buyer === "" ? null : subscription.buyer,
    overAssigned: overAssigned(subscription).length,
  };
}

/** The end of the running term; none once it is over. */
function renewsAt(subscription: Subscription): string | null {
  return latest(subscription.states) === "Active" ? time(subscription.termTo) : null;
}
