import type { CallListRow } from "@tollbook/warehouse/queries/calls.ts";

/** How many last digits of the other party's number are hidden, by the account's country (domain §8.4). */
const hiddenByCountry: Readonly<Record<string, number>> = {
  BE: 3,
  DE: 3,
  DK: 3,
  ES: 3,
  FI: 3,
  IT: 3,
  NL: 3,
  NO: 3,
  SE: 3,
  CH: 4,
  FR: 4,
};

export function hiddenDigitsIn(country: string): number {
  return hiddenByCountry[country] ?? 0;
}

/** Caller and callee as they are shown: full numbers with a plus, the other party's last digits as asterisks. */
export function shownNumbers(
  row: Pick<CallListRow, "direction" | "fromE164" | "fromRaw" | "toE164" | "toRaw">,
  hiddenDigits: number,
): { readonly from: string; readonly to: string } {
  const from = numberText(row.fromE164, row.fromRaw);
  const to = numberText(row.toE164, row.toRaw);
  return row.direction === "inbound" ? { from: mask(from, hiddenDigits), to } : { from, to: mask(to, hiddenDigits) };
}

function numberText(e164: string, raw: string): string {
  return e164 === "" ? raw : `+${e164}`;
}

/** A number as short as what would be hidden is hidden whole: a short code tells as much with one digit as with all. */
function mask(number: string, hiddenDigits: number): string {
  const kept = Math.max(number.length - hiddenDigits, 0);
  return number.slice(0, kept) + "*".repeat(number.length - kept);
}
