import type { Account } from "../account/account.ts";
import type { User } from "../account/user.ts";
import { includedMinutes, isComplimentary } from "../catalogue/product.ts";
import type { Product } from "../catalogue/product.ts";
import { latest } from "../history.ts";
import { grantsAt, productOf } from "../subscription/subscription.ts";
import type { Subscription } from "../subscription/subscription.ts";
import { change, setEntry } from "../undo.ts";
import type { Undo } from "../undo.ts";
import { monthOfPool } from "./pool.ts";
import type { Pool, PoolKind, PoolMonth } from "./pool.ts";

/** Pool keys: `<service code>/<country>/<kind>`, with the user behind it for personal pools. */
export function poolKey(product: Product, kind: PoolKind, country: string, user: string): string {
  if (kind === "zoneA") return `${product.serviceCode}/${isComplimentary(product, country) ? "complimentary" : "zoneA"}`;
  const base = `${product.serviceCode}/${poolCountry(country)}/${kind}`;
  return product.pooled ? base : `${base}/${user}`;
}

/** CP-4: users of the United States and Puerto Rico share one pool. */
function poolCountry(country: string): string {
  return country === "PR" || country === "US" ? "US+PR" : country;
}

/**
 * Adds to (`sign` 1) or takes from (−1) every pool what a user's licence of `subscription` includes in `country`.
 * CP-9: more counts at once; less counts from the next month, unless the subscription itself stopped granting (`atOnce`, D17).
 */
export function countLicence(
  undo: Undo,
  account: Account,
  subscription: Subscription,
  user: User,
  country: string,
  sign: 1 | -1,
  month: number,
  atOnce: boolean,
): void {
  const product = productOf(subscription);
  const kinds: [PoolKind, number][] = [
    ["domestic", includedMinutes(product.domestic, country)],
    ["international", includedMinutes(product.international, country)],
    ["zoneA", dialOutMinutes(product, country)],
  ];
  for (const [kind, minutes] of kinds) {
    if (minutes === 0) continue;
    const pool = poolFor(undo, account, product, kind, minutes, country, user.id);
    // The month begins with what counted before this change.
    const entry = monthOfPool(undo, pool, month);
    change(undo, pool, "assigned", pool.assigned + sign);
    resize(undo, entry, pool, sign, atOnce);
  }
}

function dialOutMinutes(product: Product, country: string): number {
  if (product.dialOut === null) return 0;
  return isComplimentary(product, country) ? product.dialOut.complimentaryMinutes : product.dialOut.minutes;
}

function resize(undo: Undo, entry: PoolMonth, pool: Pool, sign: 1 | -1, atOnce: boolean): void {
  if (sign > 0) change(undo, entry, "mostAssigned", Math.max(entry.mostAssigned, pool.assigned));
  else if (atOnce) change(undo, entry, "mostAssigned", entry.mostAssigned - 1);
}

function poolFor(
  undo: Undo,
  account: Account,
  product: Product,
  kind: PoolKind,
  minutesPerLicence: number,
  country: string,
  user: string,
): Pool {
  const key = poolKey(product, kind, country, user);
  const known = account.pools.get(key);
  if (known !== undefined) return known;
  const pool: Pool = {
    key,
    serviceCode: product.serviceCode,
    product: product.id,
    kind,
    country: kind === "zoneA" ? "" : poolCountry(country),
    user: product.pooled ? "" : user,
    minutesPerLicence,
    assigned: 0,
    months: [],
  };
  setEntry(undo, account.pools, key, pool);
  return pool;
}

/** Every licence of the user, counted in or out at once: around a change of the usage location or the user's removal. */
export function countUser(undo: Undo, account: Account, user: User, sign: 1 | -1, month: number): void {
  for (const id of latest(user.licences)) {
    const subscription = account.subscriptions.get(id) as Subscription;
    if (grantsAt(subscription, Number.MAX_SAFE_INTEGER)) {
      countLicence(undo, account, subscription, user, latest(user.locations), sign, month, false);
    }
  }
}

/** Every licence of the subscription that has effect (edge 9): when it stops or starts granting (D17). */
export function countSubscription(undo: Undo, account: Account, subscription: Subscription, sign: 1 | -1, month: number): void {
  for (const id of subscription.assigned) {
    const user = account.users.get(id) as User;
    if (!latest(user.licences).includes(subscription.id)) continue;
    countLicence(undo, account, subscription, user, latest(user.locations), sign, month, true);
  }
}
