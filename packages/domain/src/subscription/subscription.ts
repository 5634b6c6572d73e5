import { findProduct, hasPayAsYouGo } from "../catalogue/product.ts";
import type { Product } from "../catalogue/product.ts";
import { valueAt } from "../history.ts";
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
  /** Who bought it for himself (SS-1); empty: the organisation. */
  buyer: string;
  trial: boolean;
  /** A trial goes on as a paid subscription when it ends (SB-3). */
  converts: boolean;
  /** Renewed at the end of its term. */
  recurring: boolean;
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
