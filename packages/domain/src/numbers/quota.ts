import type { NumberKind } from "@tollbook/contracts/command/product.ts";
import type { Account } from "../account/account.ts";
import type { Product } from "../catalogue/product.ts";
import { isGranting, productOf } from "../subscription/subscription.ts";
import type { Subscription } from "../subscription/subscription.ts";

/** CP-14: service numbers by the licences of phone system and conferencing together: from so many on, so many. */
const serviceNumbers: readonly (readonly [licences: number, numbers: number])[] = [
  [50_000, 1500],
  [20_000, 1000],
  [15_000, 700],
  [10_000, 600],
  [7000, 500],
  [3000, 420],
  [2000, 210],
  [1500, 160],
  [1250, 135],
  [1000, 125],
  [750, 110],
  [500, 90],
  [200, 65],
  [150, 40],
  [100, 30],
  [50, 20],
  [26, 10],
  [1, 5],
];

/** CP-14: user numbers by calling plan licences; service numbers, toll and toll-free each, by the table. */
export function numberQuota(account: Account, kind: NumberKind): number {
  if (kind === "user") {
    const plans = licencesOf(account, ({ kind: what }) => what === "callingPlan");
    const payAsYouGo = licencesOf(account, ({ kind: what }) => what === "payAsYouGoPlan");
    return userNumberQuota(plans, payAsYouGo);
  }
  return serviceNumberQuota(licencesOf(account, isForService));
}

/** CP-14: floor(plans × 1.1 + 10) and one per pay-as-you-go licence; nothing without any plan. Integers: a tenth more is × 11 ÷ 10. */
export function userNumberQuota(plans: number, payAsYouGo: number): number {
  if (plans === 0) return payAsYouGo;
  return Math.floor((plans * 11) / 10) + 10 + payAsYouGo;
}

export function serviceNumberQuota(licences: number): number {
  return serviceNumbers.find(([from]) => licences >= from)?.[1] ?? 0;
}

/** RA-1: 25, and one for each ten Teams Phone users. */
export function resourceAccountQuota(account: Account): number {
  return 25 + Math.floor(phoneUsers(account) / 10);
}

export function resourceAccountsBought(account: Account): number {
  return sum(
    account,
    ({ kind }) => kind === "resourceAccount",
    ({ total }) => total,
  );
}

/** Users who hold a Teams Phone licence. */
function phoneUsers(account: Account): number {
  return sum(account, isTeamsPhone, ({ assigned }) => assigned.length);
}

function isTeamsPhone({ kind, includesPhoneSystem }: Product): boolean {
  return includesPhoneSystem && kind !== "resourceAccount" && kind !== "commonArea";
}

function isForService(product: Product): boolean {
  return isTeamsPhone(product) || product.kind === "conferencing" || product.kind === "conferencingPayPerMinute";
}

function licencesOf(account: Account, which: (product: Product) => boolean): number {
  return sum(account, which, ({ total }) => total);
}

function sum(account: Account, which: (product: Product) => boolean, count: (subscription: Subscription) => number): number {
  let all = 0;
  for (const subscription of account.subscriptions.values())
    if (isGranting(subscription) && which(productOf(subscription))) all += count(subscription);
  return all;
}
