import { formatMicros, formatTime, micros, timeUs } from "@tollbook/contracts/units.ts";
import type { Account } from "../account/account.ts";
import { closeDrafts } from "../billing/close.ts";
import { creditRest } from "../billing/licence-charges.ts";
import { forfeit } from "../credits/credits.ts";
import type { Posting } from "../fold.ts";
import type { Fold } from "../fold-context.ts";
import { addValue, latest } from "../history.ts";
import { whyNotOwner } from "../self-service/buyer.ts";
import { mayBecomePaid } from "../self-service/policy.ts";
import { cancellationEffect, MOST_CANCELLED_ONLINE } from "../subscription/cancellation.ts";
import type { CancellationEffect } from "../subscription/cancellation.ts";
import { beginAnew, convertTrial, noteOrder, setStateOf } from "../subscription/life-cycle.ts";
import { isGranting } from "../subscription/subscription.ts";
import type { Cancellation, Subscription } from "../subscription/subscription.ts";
import { change } from "../undo.ts";
import { accepted, acceptedMoney, refused } from "./outcome.ts";
import type { CommandContext, Handler, Outcome, Refused } from "./outcome.ts";

/** SS-5, SB-2: at once with what is left of the charged period given back, or at the end of the term. */
export const cancel: Handler<"subscription.cancel"> = (fold, account, data, context) => {
  const subscription = ownSubscription(account, data.subscription, context);
  if ("code" in subscription) return subscription;
  if (!isGranting(subscription))
    return refused("subscriptionNotActive", `subscription: ${subscription.id} is ${latest(subscription.states)}`);
  const effect = cancellationEffect(account, subscription, fold.now);
  if (effect === "reduceFirst")
    return refused(
      "tooManyLicencesToCancel",
      `subscription: it has ${subscription.total} licences, online at most ${MOST_CANCELLED_ONLINE}`,
    );
  noteCancellation(fold, subscription, data, context);
  if (effect === "atEndOfTerm") {
    change(fold.undo, subscription, "recurring", false);
    return accepted(subscription.id, { effect, endsAt: formatTime(timeUs(subscription.termTo)), credited: "0.00" });
  }
  const credited = creditRest(fold, account, subscription);
  setStateOf(fold, account, subscription, "Disabled", "cancelled");
  return accepted(subscription.id, { effect, state: "Disabled", credited: formatMicros(micros(credited)) });
};

export function noteCancellation(
  fold: Fold,
  subscription: Subscription,
  { reason, feedback }: { readonly reason: Cancellation["reason"]; readonly feedback?: string | undefined },
  { actor }: CommandContext,
): void {
  change(fold.undo, subscription, "cancellation", { at: fold.now, reason, feedback: feedback ?? "", by: actor.id });
}

/** SB-1: Off, it runs to the end of its term and is Expired then; a trial is then not converted. */
export const setRecurring: Handler<"subscription.setRecurring"> = (fold, account, data, context) => {
  const subscription = ownSubscription(account, data.subscription, context);
  if ("code" in subscription) return subscription;
  const state = latest(subscription.states);
  if (state !== "Active") return refused("subscriptionNotActive", `subscription: ${subscription.id} is ${state}`);
  const before = subscription.recurring;
  change(fold.undo, subscription, "recurring", data.on);
  // Renewed after all: it is no longer cancelled.
  if (data.on) change(fold.undo, subscription, "cancellation", null);
  return accepted(subscription.id, {
    from: before,
    to: data.on,
    endsAt: data.on ? null : formatTime(timeUs(subscription.termTo)),
  });
};

/** §7.3: a new term begins now and is charged anew; recurring billing is On again. */
export const reactivate: Handler<"subscription.reactivate"> = (fold, account, data, context) => {
  const subscription = ownSubscription(account, data.subscription, context);
  if ("code" in subscription) return subscription;
  const state = latest(subscription.states);
  if (subscription.trial || (state !== "Expired" && state !== "Disabled"))
    return refused(
      "notReactivatable",
      `subscription: ${subscription.id} is ${subscription.trial ? "a trial: convert it" : state}`,
    );
  if (subscription.suspendedFor !== "")
    return refused("invoiceUnpaid", `subscription: the invoice ${subscription.suspendedFor} is not paid`);
  const { undo } = fold;
  change(undo, subscription, "recurring", true);
  change(undo, subscription, "cancellation", null);
  noteOrder(fold, subscription, "reactivated");
  // A period that was charged and is not over, where its state was set by hand: the new term charges it again.
  creditRest(fold, account, subscription);
  // The new term is there before the state, so that nothing of the old one goes on.
  beginAnew(fold, account, subscription, fold.now);
  setStateOf(fold, account, subscription, "Active", "reactivated");
  return accepted(subscription.id, { state: "Active", endsAt: formatTime(timeUs(subscription.termTo)) });
};

/** SB-1: at once and for good; money back as for a cancellation, where one would give any. */
export const deleteSubscription: Handler<"subscription.delete"> = (fold, account, data, context) => {
  const subscription = ownSubscription(account, data.subscription, context);
  if ("code" in subscription) return subscription;
  if (latest(subscription.states) === "Deleted")
    return refused("subscriptionNotActive", `subscription: ${subscription.id} is Deleted already`);
  const effect: CancellationEffect = isGranting(subscription)
    ? cancellationEffect(account, subscription, fold.now)
    : "atEndOfTerm";
  if (effect === "reduceFirst")
    return refused(
      "tooManyLicencesToCancel",
      `subscription: it has ${subscription.total} licences, online at most ${MOST_CANCELLED_ONLINE}`,
    );
  const credited = effect === "atOnce" ? creditRest(fold, account, subscription) : 0;
  setStateOf(fold, account, subscription, "Deleted", "deleted");
  return accepted(subscription.id, { state: "Deleted", credited: formatMicros(micros(credited)) });
};

export const creditChecked: Handler<"subscription.creditChecked"> = (fold, account, data) => {
  const subscription = account.subscriptions.get(data.subscription);
  if (subscription === undefined) return refused("unknownSubscription", `subscription: ${data.subscription}`);
  change(fold.undo, subscription, "creditCheckUntil", 0);
  return accepted(subscription.id);
};

/** SB-3: while it runs, or in the 30 days after. */
export const convert: Handler<"trial.convert"> = (fold, account, data, context) => {
  const subscription = ownSubscription(account, data.subscription, context);
  if ("code" in subscription) return subscription;
  if (!subscription.trial || !isGranting(subscription))
    return refused(
      "notATrial",
      `subscription: ${subscription.trial ? "a trial that is" : "no trial, it is"} ${latest(subscription.states)}`,
    );
  if (!mayBecomePaid(account, subscription))
    return refused("selfServiceDisabled", `subscription: only trials of ${subscription.product} are allowed`);
  if (subscription.buyer !== "" && account.billingProfiles.get(subscription.profile)?.paymentMethod === "")
    return refused("paymentMethodNeeded", `subscription: set a payment method on the billing profile ${subscription.profile}`);
  convertTrial(fold, account, subscription, fold.now);
  if (latest(subscription.states) === "Expired") setStateOf(fold, account, subscription, "Active", "converted");
  return accepted(subscription.id, { trial: false, endsAt: formatTime(timeUs(subscription.termTo)) });
};

/** Edge 27: every subscription is Deleted, what is unbilled is invoiced at once, credits are forfeited; usage is kept. */
export const offboard: Handler<"account.offboard"> = (fold, account, data) => {
  for (const subscription of account.subscriptions.values()) setStateOf(fold, account, subscription, "Deleted", data.reason);
  closeDrafts(fold, account);
  const autoRecharge = latest(account.credits.autoRecharge);
  if (autoRecharge.on) addValue(fold.undo, account.credits.autoRecharge, fold.now, { ...autoRecharge, on: false });
  addValue(fold.undo, account.settings, fold.now, { ...latest(account.settings), blocked: true });
  return forfeitCredits(fold, account);
};

/** What running calls hold stays for them. */
function forfeitCredits(fold: Fold, account: Account): Outcome {
  const postings: Posting[] = [];
  let forfeited = 0;
  for (const lot of account.credits.lots)
    if (lot.remainingMicros > 0) forfeited += forfeit(fold.undo, account.credits, lot, account.currency, postings);
  return acceptedMoney(account.id, -forfeited, postings, {
    forfeited: formatMicros(micros(forfeited)),
    currency: account.currency,
  });
}

/** The subscription, when it exists and is not another member's own (SS-8). */
export function ownSubscription(account: Account, id: string, { actor }: CommandContext): Subscription | Refused {
  const subscription = account.subscriptions.get(id);
  if (subscription === undefined) return refused("unknownSubscription", `subscription: ${id}`);
  return whyNotOwner(account, subscription, actor) ?? subscription;
}
