import type { Catalogue, CataloguePlan } from "@tollbook/contracts/product-views.ts";
import { formatMicros, micros } from "@tollbook/contracts/units.ts";
import { planCountries } from "@tollbook/tariffs/territories.ts";
import { hasPayAsYouGo, includedMinutes, isOfferedIn } from "./product.ts";
import type { Product, ProductFamily } from "./product.ts";
import { products } from "./products.ts";

/** The headings of the catalogue, in the order people look for them. */
const families: Readonly<Record<ProductFamily, string>> = {
  "teams-phone": "Teams Phone",
  "teams-calling-plan": "Microsoft Teams Calling Plan",
  "teams-calling-plan-pay-as-you-go": "Microsoft Teams Calling Plan pay-as-you-go",
  "audio-conferencing": "Audio Conferencing",
  "communications-credits": "Communications Credits",
};

/** Everything there is to buy, whoever asks. */
export function catalogue(): Catalogue {
  return { families: byFamily((product) => planOf(product, [...planCountries].sort())) };
}

/** The plans under their headings, each told by `tell`. */
export function byFamily<Plan>(
  tell: (product: Product) => Plan,
): { family: string; name: string; tags: "PAY-AS-YOU-GO AVAILABLE"[]; plans: Plan[] }[] {
  return (Object.keys(families) as ProductFamily[]).map((family) => {
    const plans = products.filter((product) => product.family === family);
    return {
      family,
      name: families[family],
      // PG-2: a product is tagged when a plan of it is.
      tags: plans.some(hasPayAsYouGo) ? ["PAY-AS-YOU-GO AVAILABLE" as const] : [],
      plans: plans.map(tell),
    };
  });
}

/** One plan, with its included minutes in `countries` as far as it can be used there. */
export function planOf(product: Product, countries: readonly string[]): CataloguePlan {
  const usable = [...planCountries].filter((country) => isOfferedIn(product, country)).sort();
  return {
    product: product.id,
    name: product.name,
    description: product.description,
    serviceCode: product.serviceCode,
    kind: product.kind,
    tags: hasPayAsYouGo(product) ? ["PAY-AS-YOU-GO"] : [],
    prices: Object.entries(product.prices).map(([currency, price]) => ({ currency, price: formatMicros(micros(price)) })),
    minutes: minutesIn(product, countries),
    dialOutMinutes: product.dialOut?.minutes ?? 0,
    pooled: product.pooled,
    usableIn: product.countries === "any" ? null : usable,
    notSoldIn: [...product.notSoldIn],
    agreements: [...product.agreements],
    needsOneOf: prerequisitesOf(product),
    selfService: product.selfService,
    trial: product.trial,
  };
}

function minutesIn(product: Product, countries: readonly string[]): CataloguePlan["minutes"] {
  if (product.domestic === null && product.international === null) return [];
  return countries
    .filter((country) => isOfferedIn(product, country))
    .map((country) => ({
      country,
      domestic: includedMinutes(product.domestic, country),
      international: includedMinutes(product.international, country),
    }));
}

/** CP-2: the products of which one must be held before. */
function prerequisitesOf({ needsOneOf }: Product): string[] {
  return products.filter(({ serviceCode }) => needsOneOf.includes(serviceCode)).map(({ id }) => id);
}
