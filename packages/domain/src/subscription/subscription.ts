import type { CancellationReason } from "@tollbook/contracts/command/product.ts";
import { US_PER_DAY } from "@tollbook/contracts/units.ts";
import { findProduct, hasPayAsYouGo } from "../catalogue/product.ts";
import type { Product } from "../catalogue/product.ts";
import { latest, valueAt } from "../history.ts";
import type { History } from "../history.ts";
import type { Agreement } from "../account/account.ts";

export type SubscriptionState = "Active" | "Expired" | "Disabled" | "Deleted";

/** N licences of one product. State and pay-as-you-go switch are dated (D2). */
export interface Subscription {
  readonly id: string;
  readonly product: string;
  readonly country: string;
  /** The billing profile that pays for it. */
  readonly profile: string;
  /** Per licence and month, as agreed when it was bought. */
  readonly unitPriceMicros: number;
  /** Of its price. It stays when the account's changes: amounts are never converted (edge 25). */
  readonly currency: string;
  /** Who bought it for himself (SS-1); empty: the organisation. */
  readonly buyer: string;
  readonly channel: "direct" | "reseller" | "productKey";
  trial: boolean;
  /** SB-3: one trial per product and organisation, whatever became of it. */
  readonly startedAsTrial: boolean;
  /** Renewed at the end of its term; a trial is converted then when there is something to pay with (SB-3). */
  recurring: boolean;
  /** The number of licences from the next renewal on; null: as now. */
  renewalTotal: number | null;
  /** SS-3: a credit check is pending until then; 0: none. */
  creditCheckUntil: number;
  /** SS-5: the last cancellation; null: none. */
  cancellation: Cancellation | null;
  /** What was bought, renewed and changed, oldest first (SS-7). */
  orders: readonly Order[];
  /** From where terms and charged periods are counted by the calendar: its start, its conversion or its reactivation. */
  anchorAt: number;
  /** The running term, `[termFrom, termTo)`. */
  termFrom: number;
  termTo: number;
  /** When Expired or Disabled ends; 0: neither. */
  stageTo: number;
  /** The period charged last, and for how many licences. */
  chargedFrom: number;
  chargedTo: number;
  chargedLicences: number;
  /** The unpaid invoice it is Disabled for; empty: none. */
  suspendedFor: string;
  readonly term: "P1M" | "P1Y" | "P3Y";
  readonly billingFrequency: "monthly" | "annual";
  readonly startedAt: number;
  total: number;
  /** User ids in order of assignment. */
  assigned: string[];
  readonly states: History<SubscriptionState>;
  readonly payAsYouGo: History<boolean>;
  /** Overage by pool month. */
  readonly overage: MonthlyOverage[];
}

export interface Cancellation {
  readonly at: number;
  readonly reason: CancellationReason;
  readonly feedback: string;
  readonly by: string;
}

/** A line of the order history. */
export interface Order {
  readonly at: number;
  readonly kind: "bought" | "licences" | "renewed" | "converted" | "reactivated";
  readonly licences: number;
  readonly unitPriceMicros: number;
}

/** So many lines of the order history are kept, the newest. */
export const MOST_ORDERS = 100;

export interface MonthlyOverage {
  readonly month: number;
  micros: number;
}

/** The product of a subscription; subscriptions are only ever made of products that the catalogue has. */
export function productOf(subscription: Subscription): Product {
  return findProduct(subscription.product) as Product;
}

/** SB-1: Active and Expired grant what was bought. */
export function grantsAt(subscription: Subscription, at: number): boolean {
  const state = valueAt(subscription.states, at);
  return state === "Active" || state === "Expired";
}

/** D5: the option exists under a Microsoft Customer Agreement, for a tagged product, without a trial. */
export function payAsYouGoExists(subscription: Subscription, agreement: Agreement): boolean {
  return agreement === "MCA" && !subscription.trial && hasPayAsYouGo(productOf(subscription));
}

/** The switch as it stood; forced Off where the subscription grants nothing (§11). */
export function isPayAsYouGoOn(subscription: Subscription, at: number): boolean {
  return grantsAt(subscription, at) && valueAt(subscription.payAsYouGo, at);
}

/** SS-3, SB-3, CC-2: why the number of licences is not changed here; null when it is. */
export function whyFixed(subscription: Subscription, now: number): "trial" | "creditCheck" | "productKey" | "reseller" | null {
  if (subscription.trial) return "trial";
  if (subscription.channel !== "direct") return subscription.channel;
  return now < subscription.creditCheckUntil ? "creditCheck" : null;
}

/** SS-3: two working days later; Saturdays and Sundays (UTC) do not count. */
export function twoWorkingDaysAfter(at: number): number {
  let end = at;
  for (let days = 0; days < 2;) {
    end += US_PER_DAY;
    // The first of January 1970 was a Thursday: 2 is a Saturday, 3 a Sunday.
    const weekday = Math.floor(end / US_PER_DAY) % 7;
    if (weekday !== 2 && weekday !== 3) days++;
  }
  return end;
}

/** Neither Disabled nor Deleted: its holders may use it (SB-1). */
export function isGranting(subscription: Subscription): boolean {
  const state = latest(subscription.states);
  return state === "Active" || state === "Expired";
}
