import type { RefusalCode } from "@tollbook/contracts/codes.ts";
import type { Account } from "../account/account.ts";
import type { User } from "../account/user.ts";
import { prorateLicences } from "../billing/licence-charges.ts";
import { findProduct, isCallingPlan, isOfferedIn } from "../catalogue/product.ts";
import type { Product } from "../catalogue/product.ts";
import { latest } from "../history.ts";
import { assignLicence, heldBy, releaseLicence, settleEffect } from "../subscription/licences.ts";
import { noteOrder } from "../subscription/life-cycle.ts";
import { isGranting, productOf, whyFixed } from "../subscription/subscription.ts";
import type { Subscription } from "../subscription/subscription.ts";
import { change } from "../undo.ts";
import { accepted, refused } from "./outcome.ts";
import type { Handler, Refused } from "./outcome.ts";
import { whyBeyondQuota } from "./subscription-commands-order.ts";
import { ownSubscription } from "./subscription-commands-end.ts";
import { userOf } from "./user-commands.ts";

/** SS-4: 20 users at a time. */
export const MOST_ASSIGNED_AT_ONCE = 20;
export const MOST_UNASSIGNED_AT_ONCE = 100;

const whyFixedWords = {
  trial: "licences cannot be added while it is a trial (SB-3)",
  creditCheck: "a credit check is pending, two working days at most (SS-3)",
  productKey: "it was bought with a product key (SS-3)",
  reseller: "it was bought through a reseller: order there (SS-3)",
} as const;

/** SS-3: a new total, never below what is assigned; at the renewal it may be (edge 9). */
export const setTotal: Handler<"licence.setTotal"> = (fold, account, data, context) => {
  const subscription = ownSubscription(account, data.subscription, context);
  if ("code" in subscription) return subscription;
  const state = latest(subscription.states);
  if (state !== "Active") return refused("subscriptionNotActive", `subscription: ${subscription.id} is ${state}`);
  const fixed = whyFixed(subscription, fold.now);
  if (fixed !== null) return refused("licencesFixed", `total: ${whyFixedWords[fixed]}`);
  const { total, assigned } = subscription;
  const hindrance = whyBeyondQuota(account, productOf(subscription), data.total - total);
  if (hindrance !== null) return hindrance;
  if (data.atRenewal === true) {
    if (data.total === 0) return refused("invalidCommand", "total: switch recurring billing off instead");
    change(fold.undo, subscription, "renewalTotal", data.total === total ? null : data.total);
    const overAssigned = Math.max(0, assigned.length - data.total);
    return accepted(subscription.id, { from: total, to: total, atRenewal: data.total, overAssigned });
  }
  if (data.total < assigned.length) {
    return refused(
      "licencesBelowAssigned",
      `total: ${assigned.length} licences are assigned: unassign ${assigned.length - data.total} first`,
    );
  }
  change(fold.undo, subscription, "total", data.total);
  change(fold.undo, subscription, "renewalTotal", null);
  settleEffect(fold, account, subscription);
  prorateLicences(fold, account, subscription);
  if (total !== data.total) noteOrder(fold, subscription, "licences");
  return accepted(subscription.id, { from: total, to: data.total, assigned: assigned.length });
};

/** SS-4, CP-2, CP-3, D17: all of the users or none. A dry run answers for each and changes nothing. */
export const assignLicences: Handler<"licence.assign"> = (fold, account, data, context) => {
  const subscription = ownSubscription(account, data.subscription, context);
  if ("code" in subscription) return subscription;
  if (!isGranting(subscription))
    return refused("subscriptionNotActive", `subscription: ${subscription.id} is ${latest(subscription.states)}`);
  const ids = [...new Set(data.users)];
  if (ids.length > MOST_ASSIGNED_AT_ONCE) return refused("tooManyUsers", `users: at most ${MOST_ASSIGNED_AT_ONCE} at a time`);
  const unlimited = productOf(subscription).unlimited;
  const free = Math.max(0, subscription.total - subscription.assigned.length);
  const hindrances = ids.map((id) => hindranceFor(account, subscription, id));
  if (data.dryRun === true) return accepted(subscription.id, dryRun(ids, hindrances, unlimited ? ids.length : free));
  const first = hindrances.find((hindrance) => hindrance !== null);
  if (first !== undefined && first !== null) return refused(first.code, `users: ${first.detail}`);
  if (!unlimited && ids.length > free) {
    return refused("noFreeLicence", `users: ${free} of ${subscription.total} licences are free, ${ids.length} are needed`);
  }
  for (const id of ids) assignLicence(fold, account, subscription, account.users.get(id) as User);
  return accepted(subscription.id, { assigned: subscription.assigned.length, total: subscription.total });
};

/** What would become of each, in the order given; free licences go to those who can hold one. */
function dryRun(ids: readonly string[], hindrances: readonly (Refused | null)[], free: number): Record<string, unknown> {
  let left = free;
  const users = ids.map((user, place) => {
    const hindrance = hindrances[place] ?? (left > 0 ? null : refused("noFreeLicence", `${user}: no licence is free`));
    if (hindrance !== null) return { user, ok: false, code: hindrance.code, detail: hindrance.detail };
    left--;
    return { user, ok: true };
  });
  return { dryRun: true, free, freeAfterwards: left, users };
}

export function hindranceFor(account: Account, subscription: Subscription, id: string): Refused | null {
  const user = userOf(account, id);
  if (user === null) return refused("unknownUser", id);
  const product = productOf(subscription);
  const held = heldBy(account, user);
  const no = (code: RefusalCode, detail: string): Refused => refused(code, `${user.id}: ${detail}`);
  if (held.includes(subscription)) return no("alreadyAssigned", subscription.id);
  const location = latest(user.locations);
  if (!isOfferedIn(product, location)) return no("productNotAvailable", `${product.name} is not offered in ${location}`);
  if (isCallingPlan(product) && held.some((one) => isCallingPlan(productOf(one))))
    return no("secondCallingPlan", "has a calling plan already");
  return lacksPrerequisite(product, held) ? no("missingPrerequisite", "needs a phone system licence first") : null;
}

/** CP-2: only a licence that has effect counts. */
function lacksPrerequisite(product: Product, held: readonly Subscription[]): boolean {
  if (product.needsOneOf.length === 0) return false;
  return !held.some((one) => isGranting(one) && product.needsOneOf.includes(findProduct(one.product)?.serviceCode ?? ""));
}

/** SS-4: from 1 to 100 users, whatever the state of the subscription. */
export const unassignLicences: Handler<"licence.unassign"> = (fold, account, data, context) => {
  const subscription = ownSubscription(account, data.subscription, context);
  if ("code" in subscription) return subscription;
  const users: User[] = [];
  for (const id of new Set(data.users)) {
    const user = userOf(account, id);
    if (user === null) return refused("unknownUser", `users: ${id}`);
    if (!subscription.assigned.includes(id)) return refused("notAssigned", `users: ${id} has no licence of ${subscription.id}`);
    users.push(user);
  }
  if (users.length > MOST_UNASSIGNED_AT_ONCE)
    return refused("tooManyUsers", `users: at most ${MOST_UNASSIGNED_AT_ONCE} at a time`);
  for (const user of users) releaseLicence(fold, account, subscription, user);
  return accepted(subscription.id, { assigned: subscription.assigned.length, total: subscription.total });
};
