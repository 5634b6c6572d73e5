import type { SubscriptionDetails } from "@tollbook/contracts/product-views.ts";
import type { Account } from "../account/account.ts";
import { nowOf } from "../account/clock.ts";
import { shareOf } from "../billing/rounding.ts";
import { priceOf } from "../billing/licence-charges.ts";
import { latest } from "../history.ts";
import type { PartitionState } from "../state.ts";
import { cancellationEffect } from "../subscription/cancellation.ts";
import { overAssigned } from "../subscription/licences.ts";
import { isGranting, productOf, whyFixed } from "../subscription/subscription.ts";
import type { Subscription } from "../subscription/subscription.ts";
import { asOf, money, MOST_ROWS, time } from "./as-of.ts";
import { ordersOf } from "./self-service-view.ts";

/** SB-1, SB-2, SS-3, SS-7, edge 9: what may be done with a subscription now, and what was. */
export function subscriptionDetails(
  state: PartitionState,
  account: Account,
  id: string,
): SubscriptionDetails | { error: "unknownSubscription"; detail: string } {
  const subscription = account.subscriptions.get(id);
  if (subscription === undefined) return { error: "unknownSubscription", detail: id };
  const now = nowOf(state, account);
  const { cancellation, stageTo } = subscription;
  const standing = latest(subscription.states);
  return {
    asOf: asOf(state, account),
    subscription: id,
    billingProfile: subscription.profile,
    buyer: subscription.buyer === "" ? null : subscription.buyer,
    channel: subscription.channel,
    unitPrice: money(subscription.unitPriceMicros),
    currency: subscription.currency,
    recurring: subscription.recurring,
    termFrom: time(subscription.termFrom),
    termEndsAt: time(subscription.termTo),
    chargedUntil: time(subscription.chargedTo),
    stageEndsAt: stageTo === 0 ? null : time(stageTo),
    nextStage: standing === "Expired" && !subscription.trial ? "Disabled" : stageTo === 0 ? null : "Deleted",
    licencesFixed: productOf(subscription).unlimited ? "automatic" : whyFixed(subscription, now),
    renewalTotal: subscription.renewalTotal,
    overAssigned: overAssigned(subscription).slice(0, MOST_ROWS),
    cancellation: cancellationNow(account, subscription, now),
    cancelled:
      cancellation === null
        ? null
        : { at: time(cancellation.at), reason: cancellation.reason, feedback: cancellation.feedback, by: cancellation.by },
    suspendedFor: subscription.suspendedFor === "" ? null : subscription.suspendedFor,
    orders: ordersOf(subscription),
  };
}

/** SB-2: as `subscription.cancel` would do it. */
function cancellationNow(account: Account, subscription: Subscription, now: number): SubscriptionDetails["cancellation"] {
  if (!isGranting(subscription)) return null;
  const effect = cancellationEffect(account, subscription, now);
  const { chargedFrom, chargedTo, chargedLicences, trial } = subscription;
  const gives = effect === "atOnce" && !trial && chargedTo > now && !productOf(subscription).unlimited;
  const credited = gives ? shareOf(priceOf(subscription, chargedLicences), now, chargedTo, chargedFrom, chargedTo) : 0;
  return { effect, credited: money(credited) };
}
