import type { Account } from "../account/account.ts";
import { poolMonthAt } from "../account/pool-month.ts";
import type { User } from "../account/user.ts";
import type { Fold } from "../fold-context.ts";
import { addValue, latest } from "../history.ts";
import { countLicence } from "../pool/entitlement.ts";
import { change } from "../undo.ts";
import { isGranting, productOf } from "./subscription.ts";
import type { Subscription } from "./subscription.ts";

/**
 * Who holds a licence, and who of them it serves. `assigned` lists the holders in order of assignment; a user's own dated list
 * (`User.licences`) has the subscription only while the licence has effect: edge 9, with fewer licences than holders the newest
 * lose theirs first, and get it back first come, first served.
 */

/** Licences that have effect: min(purchased, assigned). */
export function effectiveCount(subscription: Subscription): number {
  const { assigned, total } = subscription;
  return productOf(subscription).unlimited ? assigned.length : Math.min(total, assigned.length);
}

/** Edge 9: holders without effect. */
export function overAssigned(subscription: Subscription): string[] {
  return subscription.assigned.slice(effectiveCount(subscription));
}

/** Every subscription of which the user is a holder, with effect or without. */
export function heldBy(account: Account, user: User): Subscription[] {
  const effective = latest(user.licences);
  const held: Subscription[] = [];
  for (const subscription of account.subscriptions.values()) {
    // Few have more holders than licences, so that the long lists are hardly ever searched.
    if (effective.includes(subscription.id) || overAssigned(subscription).includes(user.id)) held.push(subscription);
  }
  return held;
}

export function assignLicence(fold: Fold, account: Account, subscription: Subscription, user: User): void {
  change(fold.undo, subscription, "assigned", [...subscription.assigned, user.id]);
  if (effectiveCount(subscription) === subscription.assigned.length) giveEffect(fold, account, subscription, user);
}

/** CP-9: the pool keeps its size until the month is over. */
export function releaseLicence(fold: Fold, account: Account, subscription: Subscription, user: User): void {
  change(
    fold.undo,
    subscription,
    "assigned",
    subscription.assigned.filter((id) => id !== user.id),
  );
  takeEffect(fold, account, subscription, user);
  // One place is free now: the oldest of those without effect takes it.
  const next = subscription.assigned[effectiveCount(subscription) - 1];
  if (next !== undefined) giveEffect(fold, account, subscription, account.users.get(next) as User);
}

/** After the total changed: the first so many have it, the others have not. */
export function settleEffect(fold: Fold, account: Account, subscription: Subscription): void {
  const count = effectiveCount(subscription);
  for (const [place, id] of subscription.assigned.entries()) {
    const user = account.users.get(id) as User;
    if (place < count) giveEffect(fold, account, subscription, user);
    else takeEffect(fold, account, subscription, user);
  }
}

/** A Deleted subscription has no holders any more; its pools were counted out when it stopped granting. */
export function releaseAll(fold: Fold, account: Account, subscription: Subscription): void {
  for (const id of subscription.assigned) takeEffect(fold, account, subscription, account.users.get(id) as User);
  change(fold.undo, subscription, "assigned", []);
}

function giveEffect(fold: Fold, account: Account, subscription: Subscription, user: User): void {
  const held = latest(user.licences);
  if (held.includes(subscription.id)) return;
  addValue<readonly string[]>(fold.undo, user.licences, fold.now, [...held, subscription.id]);
  count(fold, account, subscription, user, 1);
}

function takeEffect(fold: Fold, account: Account, subscription: Subscription, user: User): void {
  const held = latest(user.licences);
  if (!held.includes(subscription.id)) return;
  addValue<readonly string[]>(
    fold.undo,
    user.licences,
    fold.now,
    held.filter((id) => id !== subscription.id),
  );
  count(fold, account, subscription, user, -1);
}

function count(fold: Fold, account: Account, subscription: Subscription, user: User, sign: 1 | -1): void {
  if (!isGranting(subscription)) return;
  const month = poolMonthAt(account, fold.now);
  countLicence(fold.undo, account, subscription, user, latest(user.locations), sign, month, false);
}
