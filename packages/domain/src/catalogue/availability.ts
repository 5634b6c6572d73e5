import { countryName } from "@tollbook/tariffs/country-of.ts";
import {
  areCreditsSold,
  hasComplimentaryDialOut,
  internationalDestinations,
  isOperatorSold,
  isPlanCountry,
  isZoneA,
  planCountries,
  priceZoneOf,
} from "@tollbook/tariffs/territories.ts";
import { includedMinutes, isCallingPlan, isOfferedIn, whyNotSold } from "./product.ts";
import { products } from "./products.ts";

/** What there is in one country, as far as it is documented (CP-3 to CP-5, AC-6, CC-11). */
export interface CountryAvailability {
  readonly country: string;
  readonly name: string;
  /** Users there can hold a calling plan. */
  readonly callingPlans: boolean;
  /** CP-3: the operator that sells the plans; their calls are in no usage report. */
  readonly soldBy: string | null;
  /** Plans that users there can hold. */
  readonly usable: readonly string[];
  /** Plans that an organisation of the country can buy for users there. */
  readonly sold: readonly string[];
  /** CP-4: included in the Domestic Calling Plan. */
  readonly domesticMinutes: number | null;
  /** CP-5. */
  readonly payAsYouGoZone: 1 | 2 | null;
  readonly communicationsCredits: boolean;
  /** AC-6: an Audio Conferencing licence includes calls from meetings to numbers there. */
  readonly dialOutIncluded: boolean;
  /** AC-2: no credits there, so that organizers keep the older complimentary dial-out. */
  readonly complimentaryDialOut: boolean;
  /** CP-7: can be called from plans. */
  readonly destination: boolean;
}

/** CP-3. */
const operators: Readonly<Record<string, string>> = { AU: "Telstra", JP: "SoftBank" };
const calling = products.filter(isCallingPlan);
const domestic = products.find(({ serviceCode }) => serviceCode === "MCOPSTN1");
const mexican = products.find(({ serviceCode }) => serviceCode === "MCOPSTN1_MX");

/** Every country that anything is documented for, by code. */
export function countryAvailability(): CountryAvailability[] {
  const countries = new Set([...planCountries, ...internationalDestinations]);
  return [...countries].sort().map(availabilityIn);
}

function availabilityIn(country: string): CountryAvailability {
  const usable = calling.filter((product) => isOfferedIn(product, country));
  const plan = country === "MX" ? mexican : domestic;
  return {
    country,
    name: countryName(country),
    callingPlans: isPlanCountry(country),
    soldBy: isOperatorSold(country) ? (operators[country] ?? null) : null,
    usable: usable.map(({ id }) => id),
    sold: usable.filter((product) => whyNotSold(product, { country, agreement: "MCA" }, country) === null).map(({ id }) => id),
    domesticMinutes: isPlanCountry(country) && plan !== undefined ? includedMinutes(plan.domestic, country) : null,
    payAsYouGoZone: priceZoneOf(country),
    communicationsCredits: areCreditsSold(country),
    dialOutIncluded: isZoneA(country),
    complimentaryDialOut: hasComplimentaryDialOut(country),
    destination: internationalDestinations.has(country),
  };
}
