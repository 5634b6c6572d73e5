import { civilFromDays, daysFromCivil } from "@tollbook/contracts/units.ts";

/** The day so many days later, as `2026-11-22`. Throws RangeError when the text is no day. */
export function daysLater(text: string, days: number): string {
  const [year = 0, month = 0, date = 0] = text.split("-").map(Number);
  const number = daysFromCivil(year, month, date);
  if (number === null) throw new RangeError(`not a day: ${text}`);
  const { year: y, month: m, day } = civilFromDays(number + days);
  return `${String(y).padStart(4, "0")}-${String(m).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}

/** Periods are `[from, to)`; people write the last day that belongs to them. */
export const lastDay = ({ from, to }: { readonly from: string; readonly to: string }): string =>
  to > from ? daysLater(to, -1) : from;

/** Whole days from one to the other. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}
