import type { Country } from "@tollbook/contracts/units.ts";
import { callingCodes } from "./data/calling-codes.ts";
import { nanpCountries, nanpTollFreeCodes } from "./data/nanp-area-codes.ts";
import { buildPrefixIndex, longestPrefix } from "./prefix-index.ts";

export interface NumberOrigin {
  readonly country: Country;
  /** English name of the country or territory, such as "Germany". */
  readonly destination: string;
}

/** Where a number, or a prefix long enough to tell, belongs; null when its calling code belongs to no country. Digits only. */
export function countryOf(number: string): NumberOrigin | null {
  return origins[longestPrefix(index, number)] ?? null;
}

/** English name of a country code; the code itself when it has no telephone numbers. */
export function countryName(country: string): string {
  return names.get(country) ?? country;
}

const entries: { prefix: string; origin: NumberOrigin }[] = [];
for (const line of callingCodes.trim().split("\n")) {
  const [prefix = "", country = "", ...name] = line.split(" ");
  addEntry(prefix, country, name.join(" "));
}
for (const { country, name, areaCodes } of nanpCountries) {
  for (const areaCode of areaCodes.trim().split(/\s+/)) addEntry(`1${areaCode}`, country, name);
}
for (const areaCode of nanpTollFreeCodes.split(" ")) addEntry(`1${areaCode}`, "US", "North America toll-free");

const index = buildPrefixIndex(entries.map((entry) => entry.prefix));
const origins: readonly NumberOrigin[] = entries.map((entry) => entry.origin);
// Ranges come after the code they are cut from, so the first name of a country is its own.
const names = new Map<string, string>(entries.map(({ origin }) => [origin.country, origin.destination] as const).reverse());

function addEntry(prefix: string, country: string, destination: string): void {
  entries.push({ prefix, origin: Object.freeze({ country: country as Country, destination }) });
}
