import { formatMicros, micros } from "@tollbook/contracts/units.ts";
import type { Account } from "../account/account.ts";
import type { User } from "../account/user.ts";
import { creditRest } from "../billing/licence-charges.ts";
import { findProduct } from "../catalogue/product.ts";
import type { Fold } from "../fold-context.ts";
import { latest } from "../history.ts";
import { notify } from "../output.ts";
import { cancellationEffect } from "../subscription/cancellation.ts";
import { assignLicence, releaseLicence } from "../subscription/licences.ts";
import { setStateOf } from "../subscription/life-cycle.ts";
import { isGranting, productOf } from "../subscription/subscription.ts";
import type { Subscription } from "../subscription/subscription.ts";
import { setEntry } from "../undo.ts";
import { noteCancellation } from "./subscription-commands-end.ts";
import { accepted, refused } from "./outcome.ts";
import type { Handler, Refused } from "./outcome.ts";

/** SS-9: for purchases and trials of one product, from now on; what was bought stays. */
export const setSelfServicePolicy: Handler<"selfService.setPolicy"> = (fold, account, data) => {
  const product = findProduct(data.product);
  if (product === undefined) return refused("unknownProduct", `product: ${data.product}`);
  if (!product.selfService)
    return refused("selfServiceNotOffered", `product: ${product.name} is bought by the organisation anyway`);
  setEntry(fold.undo, account.selfServicePolicies, product.id, data.value);
  return accepted(product.id, { value: data.value });
};

/** SS-8 a: each user gets a licence of `to`, which must have one free for each; then the old subscription is cancelled. */
export const takeOver: Handler<"selfService.takeOver"> = (fold, account, data, context) => {
  const old = selfServiceOf(account, data.subscription);
  if ("code" in old) return old;
  const to = account.subscriptions.get(data.to);
  if (to === undefined) return refused("unknownSubscription", `to: ${data.to}`);
  if (to.buyer !== "" || to.product !== old.product)
    return refused("invalidCommand", `to: a subscription of ${old.product} that the organisation bought is needed`);
  if (latest(to.states) !== "Active") return refused("subscriptionNotActive", `to: ${to.id} is ${latest(to.states)}`);
  const users = old.assigned.map((id) => account.users.get(id) as User);
  const moving = users.filter(({ id }) => !to.assigned.includes(id));
  const free = to.total - to.assigned.length;
  if (!productOf(to).unlimited && moving.length > free)
    return refused("noFreeLicence", `to: ${free} of ${to.total} licences of ${to.id} are free, ${moving.length} are needed`);
  for (const user of users) releaseLicence(fold, account, old, user);
  for (const user of moving) assignLicence(fold, account, to, user);
  const credited = endFor(fold, account, old, "taken over");
  tellBuyer(fold, account, old, "selfService.takenOver", { by: context.actor.id, action: `moved to ${to.id}` });
  return accepted(old.id, { moved: users.length, to: to.id, state: "Deleted", credited: formatMicros(micros(credited)) });
};

/** SS-8 b: with a reason; its users lose access. */
export const cancelSelfService: Handler<"selfService.cancel"> = (fold, account, data, context) => {
  const subscription = selfServiceOf(account, data.subscription);
  if ("code" in subscription) return subscription;
  const lost = subscription.assigned.length;
  noteCancellation(fold, subscription, data, context);
  const credited = endFor(fold, account, subscription, "cancelled by the organisation");
  tellBuyer(fold, account, subscription, "selfService.cancelled", { reason: data.reason });
  return accepted(subscription.id, { users: lost, state: "Deleted", credited: formatMicros(micros(credited)) });
};

/** Deleted at once; the buyer gets back what his own cancellation would give him (SB-2). */
function endFor(fold: Fold, account: Account, subscription: Subscription, reason: string): number {
  const granting = isGranting(subscription);
  const credited =
    granting && cancellationEffect(account, subscription, fold.now) === "atOnce" ? creditRest(fold, account, subscription) : 0;
  setStateOf(fold, account, subscription, "Deleted", reason);
  return credited;
}

function tellBuyer(
  fold: Fold,
  account: Account,
  subscription: Subscription,
  notice: "selfService.takenOver" | "selfService.cancelled",
  data: Readonly<Record<string, string>>,
): void {
  const facts = { subscription: subscription.id, product: productOf(subscription).name, ...data };
  notify(fold, account, notice, `${subscription.id}/${notice}`, facts, [subscription.buyer]);
}

function selfServiceOf(account: Account, id: string): Subscription | Refused {
  const subscription = account.subscriptions.get(id);
  if (subscription === undefined) return refused("unknownSubscription", `subscription: ${id}`);
  if (subscription.buyer === "") return refused("notSelfService", `subscription: ${id}`);
  return latest(subscription.states) === "Deleted"
    ? refused("subscriptionNotActive", `subscription: ${id} is Deleted already`)
    : subscription;
}
