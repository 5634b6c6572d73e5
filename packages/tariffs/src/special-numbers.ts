import { emergencyNumbers, emergencyNumbersElsewhere } from "./data/emergency-numbers.ts";
import { premiumPrefixes } from "./data/premium-prefixes.ts";
import { buildPrefixIndex, longestPrefix } from "./prefix-index.ts";

/** National numbers of up to this many digits are short codes; they never match the prefix table (D27, D29). */
export const SHORT_CODE_DIGITS = 6;

/** A national short code: up to six digits, nothing else (D29). */
export function isShortCode(dialled: string): boolean {
  return /^[0-9]{1,6}$/.test(dialled);
}

/** Whether `dialled` (digits as dialled, no prefix) is an emergency number in `country` (EM-2, EM-3, D29). */
export function isEmergencyNumber(country: string, dialled: string): boolean {
  return (emergency.get(country) ?? emergencyElsewhere).has(dialled);
}

/** The emergency numbers of a country, for settings pages. */
export function emergencyNumbersOf(country: string): readonly string[] {
  return [...(emergency.get(country) ?? emergencyElsewhere)];
}

/** Whether a full international number lies in a premium-rate range (CP-7, D15). */
export function isPremiumNumber(number: string): boolean {
  return number.length > SHORT_CODE_DIGITS && longestPrefix(premium, number) >= 0;
}

const emergency = new Map(
  Object.entries(emergencyNumbers).map(([country, list]) => [country, new Set(list.split(" "))] as const),
);
const emergencyElsewhere: ReadonlySet<string> = new Set(emergencyNumbersElsewhere.split(" "));
const premium = buildPrefixIndex(premiumPrefixes.trim().split(/\s+/));
