import { isPlanCountry, priceZoneOf } from "@tollbook/tariffs/territories.ts";
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

/** One product of the catalogue: data, never a branch in the code. */
export interface Product {
  readonly id: string;
  readonly name: string;
  /** Service-plan code (domain §2.1); the capability of the legs it pays. */
  readonly serviceCode: string;
  readonly kind: ProductKind;
  readonly domestic: IncludedMinutes | null;
  readonly international: IncludedMinutes | null;
  /** CP-6: with `either`, both count as exhausted for new calls when one is. */
  readonly capCoupling: "either" | "independent";
  /** AC-2; null: none. `usCa` reaches the United States and Canada only. */
  readonly dialOut: { readonly minutes: number; readonly reach: "zoneA" | "usCa" } | null;
  /** False: every user has a pool of their own (CP-8, MCOPSTN8). */
  readonly pooled: boolean;
  /** Usage locations it can be assigned in (CP-3, CP-5). */
  readonly countries: "any" | "planCountries" | "zone1" | "zone2" | readonly string[];
  /** Service codes of which the user must hold one before (CP-2). */
  readonly needsOneOf: readonly string[];
  /** Also counts as a phone system licence. */
  readonly includesPhoneSystem: boolean;
  readonly tags: readonly ProductTag[];
  /** CC-2: the number of licences is no limit. */
  readonly unlimited: boolean;
  /** Sample list price per licence and month in USD micro-units (RT-10); null where none is known. */
  readonly samplePriceMicros: number | null;
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

/** CP-3, CP-5: may a user in `country` hold it? Zone licences may be used in the United States and Puerto Rico, though not sold there. */
export function isOfferedIn(product: Product, country: string): boolean {
  switch (product.countries) {
    case "any":
      return true;
    case "planCountries":
      return isPlanCountry(country);
    case "zone1":
      return priceZoneOf(country) === 1;
    case "zone2":
      return priceZoneOf(country) === 2;
    default:
      return product.countries.includes(country);
  }
}

/** RT-10: list prices are samples in USD; what has none in a currency is sold at the price agreed, or without charge. */
export function listPrice(product: Product, currency: string): number {
  return currency === "USD" ? (product.samplePriceMicros ?? 0) : 0;
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
