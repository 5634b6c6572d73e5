import * as lists from "./data/territories.ts";

/** Questions about countries that plans, policies and credits ask. Codes are ISO 3166-1 alpha-2, upper case. */

export const planCountries = codes(lists.planCountries);
export const internationalDestinations = codes(lists.internationalDestinations);
const priceZone1 = codes(lists.priceZone1);
const priceZone2 = codes(lists.priceZone2);
const zoneA = codes(lists.zoneA);
const creditsNotSold = codes(lists.creditsNotSold);
const complimentaryDialOut = codes(lists.complimentaryDialOut);
const operatorSold = codes(lists.operatorSoldCountries);

/** CP-3. */
export const isPlanCountry = (country: string): boolean => planCountries.has(country);

/** CP-3: sold by a local operator, its calls are in no usage report. */
export const isOperatorSold = (country: string): boolean => operatorSold.has(country);

/** CP-5: the price zone of the Pay-As-You-Go Calling Plan; null where it is not offered. */
export function priceZoneOf(country: string): 1 | 2 | null {
  if (priceZone1.has(country)) return 1;
  return priceZone2.has(country) ? 2 : null;
}

/** AC-6. */
export const isZoneA = (country: string): boolean => zoneA.has(country);

/** CC-11. */
export const areCreditsSold = (country: string): boolean => !creditsNotSold.has(country);

/** AC-2, AC-4: organizers there keep complimentary dial-out when the pool is empty. */
export const hasComplimentaryDialOut = (country: string): boolean => complimentaryDialOut.has(country);

/** CP-7, D15: a destination that an international call may have. */
export const isInternationalDestination = (country: string): boolean => internationalDestinations.has(country);

/** CP-11, D17: domestic for what a plan includes. The United States, Puerto Rico and Canada count as one. */
export function isDomesticForPlan(home: string, destination: string): boolean {
  return home === destination || (NORTH_AMERICA.has(home) && NORTH_AMERICA.has(destination));
}

/** CP-11, OP-5: domestic for a dial-out policy. Puerto Rico is domestic for the United States, Canada is not. */
export function isDomesticForPolicy(home: string, destination: string): boolean {
  return withPuertoRico(home) === withPuertoRico(destination);
}

const NORTH_AMERICA: ReadonlySet<string> = new Set(["US", "PR", "CA"]);

function withPuertoRico(country: string): string {
  return country === "PR" ? "US" : country;
}

function codes(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}
