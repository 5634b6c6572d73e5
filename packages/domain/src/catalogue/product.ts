import { hasComplimentaryDialOut, isOperatorSold, isPlanCountry, priceZoneOf } from "@tollbook/tariffs/territories.ts";
import type { Agreement } from "../account/account.ts";
import { products } from "./products.ts";

/** What a licence of a product lets its holder do (domain §2.1, §6). */
export type ProductKind =
  | "phoneSystem"
  | "callingPlan"
  | "payAsYouGoPlan"
  | "conferencing"
  | "conferencingPayPerMinute"
  | "credits"
  | "commonArea"
  | "resourceAccount";

/** Included minutes of one user and calendar month; by the user's usage location where it matters. */
export interface IncludedMinutes {
  readonly elsewhere: number;
  readonly byCountry: Readonly<Record<string, number>>;
}

export type ProductTag = "PAY-AS-YOU-GO AVAILABLE" | "PAY-AS-YOU-GO";

/** Products that stand under one heading in the catalogue; each is one of its plans (PG-2). */
export type ProductFamily =
  | "teams-phone"
  | "teams-calling-plan"
  | "teams-calling-plan-pay-as-you-go"
  | "audio-conferencing"
  | "communications-credits";

/** One product of the catalogue: data, never a branch in the code. */
export interface Product {
  readonly id: string;
  readonly name: string;
  readonly family: ProductFamily;
  /** Service-plan code (domain §2.1); the capability of the legs it pays. */
  readonly serviceCode: string;
  readonly kind: ProductKind;
  readonly domestic: IncludedMinutes | null;
  readonly international: IncludedMinutes | null;
  /** CP-6: with `either`, both count as exhausted for new calls when one is. */
  readonly capCoupling: "either" | "independent";
  /** AC-2; null: none. `usCa` reaches the United States and Canada only. */
  readonly dialOut: {
    readonly minutes: number;
    readonly reach: "zoneA" | "usCa";
    /** AC-4: for organizers where no credits are sold and the older rule goes on; 0: the older rule is not kept. */
    readonly complimentaryMinutes: number;
  } | null;
  /** False: every user has a pool of their own (CP-8, MCOPSTN8). */
  readonly pooled: boolean;
  /** Usage locations it can be assigned in (CP-3, CP-5). */
  readonly countries: "any" | "planCountries" | "zone1" | "zone2" | readonly string[];
  /** Countries of organisations to which it is not sold, though their users may hold it (CP-4, CP-5). */
  readonly notSoldIn: readonly string[];
  /** Agreements under which it is sold (AC-8, CC-12); empty: all. */
  readonly agreements: readonly Agreement[];
  /** Service codes of which the user must hold one before (CP-2). */
  readonly needsOneOf: readonly string[];
  /** Also counts as a phone system licence. */
  readonly includesPhoneSystem: boolean;
  readonly tags: readonly ProductTag[];
  /** CC-2: the number of licences is no limit. */
  readonly unlimited: boolean;
  /** List price per licence and month in micro-units by currency; only numbers that have a source (RT-10). */
  readonly prices: Readonly<Record<string, number>>;
  /** RA-1: costs nothing in any currency. */
  readonly free: boolean;
  /** SS-1 [R]: a member may buy it for himself. */
  readonly selfService: boolean;
  /** SB-3 [R]: can be tried for a month. */
  readonly trial: boolean;
  readonly description: string;
}

const byId = new Map(products.map((product) => [product.id, product]));

export function findProduct(id: string): Product | undefined {
  return byId.get(id);
}

/** CP-9: what one licence of `product` includes in `country`. */
export function includedMinutes(minutes: IncludedMinutes | null, country: string): number {
  return minutes === null ? 0 : (minutes.byCountry[country] ?? minutes.elsewhere);
}

/** AC-2, AC-4: a pool of its own, larger, for organizers in countries that keep the complimentary rule. */
export function isComplimentary(product: Product, country: string): boolean {
  return (product.dialOut?.complimentaryMinutes ?? 0) > 0 && hasComplimentaryDialOut(country);
}

/** CP-3, CP-5: may a user in `country` hold it? Zone licences may be used in the United States and Puerto Rico, though not sold there. */
export function isOfferedIn(product: Product, country: string): boolean {
  switch (product.countries) {
    case "any":
      return true;
    case "planCountries":
      // Mexico has products of its own: the generic plans get no Mexican numbers.
      return isPlanCountry(country) && country !== "MX";
    case "zone1":
      return priceZoneOf(country) === 1;
    case "zone2":
      return priceZoneOf(country) === 2;
    default:
      return product.countries.includes(country);
  }
}

/** CP-3, CP-4, CP-5, AC-8, CC-12: why an organisation cannot buy it for users in `country`; null when it can. */
export function whyNotSold(
  product: Product,
  buyer: { readonly country: string; readonly agreement: Agreement },
  country: string | null,
): string | null {
  if (product.notSoldIn.includes(buyer.country)) return `${product.name} is not sold in ${buyer.country}`;
  if (country !== null && isCallingPlan(product) && isOperatorSold(country))
    return `calling plans for ${country} are sold by a local operator (CP-3)`;
  if (country !== null && !isOfferedIn(product, country)) return `${product.name} is not sold in ${country}`;
  if (product.agreements.length > 0 && !product.agreements.includes(buyer.agreement))
    return `${product.name} is not sold under the agreement ${buyer.agreement}`;
  return null;
}

/** RT-10: per licence and month in micro-units; null: the catalogue has no price in this currency, so one must be agreed. */
export function listPrice(product: Product, currency: string): number | null {
  return product.free ? 0 : (product.prices[currency] ?? null);
}

export function isCallingPlan(product: Product): boolean {
  return product.kind === "callingPlan" || product.kind === "payAsYouGoPlan";
}

export function isConferencing(product: Product): boolean {
  return product.kind === "conferencing" || product.kind === "conferencingPayPerMinute";
}

/** D31: products whose subscription can have the pay-as-you-go option. */
export function hasPayAsYouGo(product: Product): boolean {
  return product.tags.length > 0;
}
