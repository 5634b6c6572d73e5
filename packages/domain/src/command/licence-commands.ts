import type { Account } from "../account/account.ts";
import type { User } from "../account/user.ts";
import { prorateLicences } from "../billing/licence-charges.ts";
import { monthIn } from "../calendar.ts";
import { isCallingPlan, isOfferedIn } from "../catalogue/product.ts";
import type { RefusalCode } from "@tollbook/contracts/codes.ts";
import type { Fold } from "../fold-context.ts";
import { addValue, latest } from "../history.ts";
import { countLicence } from "../pool/entitlement.ts";
import { grantsAt, productOf } from "../subscription/subscription.ts";
import type { Subscription } from "../subscription/subscription.ts";
import { change } from "../undo.ts";
import { accepted, refused } from "./outcome.ts";
import type { Handler, Refused } from "./outcome.ts";
import { userOf } from "./user-commands.ts";

/** SS-4: 20 users at a time. */
export const MOST_ASSIGNED_AT_ONCE = 20;
export const MOST_UNASSIGNED_AT_ONCE = 100;

/** SS-3: a new total, never below what is assigned. */
export const setTotal: Handler<"licence.setTotal"> = (fold, account, data) => {
  const subscription = account.subscriptions.get(data.subscription);
  if (subscription === undefined) return refused("unknownSubscription", data.subscription);
  if (!isActive(subscription)) return refused("subscriptionNotActive", `it is ${latest(subscription.states)}`);
  const { total, assigned } = subscription;
  if (data.total < assigned.length) {
    return refused(
      "licencesBelowAssigned",
      `${assigned.length} licences are assigned: unassign ${assigned.length - data.total} first`,
    );
  }
  // SS-3: hidden where the number is not the buyer's to change.
  if (subscription.trial) return refused("licencesFixed", "licences cannot be added while it is a trial (SB-3)");
  change(fold.undo, subscription, "total", data.total);
  prorateLicences(fold, account, subscription);
  return accepted(subscription.id, { from: total, to: data.total, assigned: assigned.length });
};

/** SS-4, CP-2, CP-3, D17: all of the users or none. */
export const assignLicences: Handler<"licence.assign"> = (fold, account, data) => {
  const subscription = account.subscriptions.get(data.subscription);
  if (subscription === undefined) return refused("unknownSubscription", data.subscription);
  if (!isActive(subscription)) return refused("subscriptionNotActive", `it is ${latest(subscription.states)}`);
  if (new Set(data.users).size > MOST_ASSIGNED_AT_ONCE)
    return refused("tooManyUsers", `at most ${MOST_ASSIGNED_AT_ONCE} users at a time`);
  const users: User[] = [];
  for (const id of new Set(data.users)) {
    const user = userOf(account, id);
    if (user === null) return refused("unknownUser", id);
    const hindrance = hindranceFor(account, subscription, user);
    if (hindrance !== null) return hindrance;
    users.push(user);
  }
  const free = subscription.total - subscription.assigned.length;
  if (!productOf(subscription).unlimited && users.length > free) {
    return refused("noFreeLicence", `${free} of ${subscription.total} licences are free, ${users.length} are needed`);
  }
  for (const user of users) assign(fold, account, subscription, user);
  return accepted(subscription.id, { assigned: subscription.assigned.length, total: subscription.total });
};

function hindranceFor(account: Account, subscription: Subscription, user: User): Refused | null {
  const product = productOf(subscription);
  const held = latest(user.licences);
  const no = (code: RefusalCode, detail: string): Refused => refused(code, `${user.id}: ${detail}`);
  if (held.includes(subscription.id)) return no("alreadyAssigned", subscription.id);
  const location = latest(user.locations);
  if (!isOfferedIn(product, location)) return no("productNotAvailable", `${product.name} is not offered in ${location}`);
  const products = held.map((id) => productOf(account.subscriptions.get(id) as Subscription));
  if (isCallingPlan(product) && products.some(isCallingPlan)) return no("secondCallingPlan", "has a calling plan already");
  if (product.needsOneOf.length > 0 && !products.some(({ serviceCode }) => product.needsOneOf.includes(serviceCode))) {
    return no("missingPrerequisite", "needs a phone system licence first");
  }
  return null;
}

function assign(fold: Fold, account: Account, subscription: Subscription, user: User): void {
  const { undo } = fold;
  change(undo, subscription, "assigned", [...subscription.assigned, user.id]);
  addValue<readonly string[]>(undo, user.licences, fold.now, [...latest(user.licences), subscription.id]);
  countLicence(undo, account, subscription, user, latest(user.locations), 1, monthIn(account.timeZone, fold.now), false);
}

/** CP-9: the pool keeps its size until the month is over. */
export const unassignLicences: Handler<"licence.unassign"> = (fold, account, data) => {
  const subscription = account.subscriptions.get(data.subscription);
  if (subscription === undefined) return refused("unknownSubscription", data.subscription);
  const users: User[] = [];
  for (const id of new Set(data.users)) {
    const user = userOf(account, id);
    if (user === null) return refused("unknownUser", id);
    if (!latest(user.licences).includes(subscription.id)) return refused("notAssigned", `${id}: ${subscription.id}`);
    users.push(user);
  }
  if (users.length > MOST_UNASSIGNED_AT_ONCE)
    return refused("tooManyUsers", `at most ${MOST_UNASSIGNED_AT_ONCE} users at a time`);
  const { undo } = fold;
  for (const user of users) {
    change(
      undo,
      subscription,
      "assigned",
      subscription.assigned.filter((id) => id !== user.id),
    );
    addValue<readonly string[]>(
      undo,
      user.licences,
      fold.now,
      latest(user.licences).filter((id) => id !== subscription.id),
    );
    if (grantsAt(subscription, fold.now)) {
      countLicence(undo, account, subscription, user, latest(user.locations), -1, monthIn(account.timeZone, fold.now), false);
    }
  }
  return accepted(subscription.id, { assigned: subscription.assigned.length, total: subscription.total });
};

function isActive(subscription: Subscription): boolean {
  const state = latest(subscription.states);
  return state === "Active" || state === "Expired";
}
