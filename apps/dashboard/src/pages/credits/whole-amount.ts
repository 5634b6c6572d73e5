/** Credits are bought in whole units (CC-3). */
export const SMALLEST_TOP_UP = 50;
export const LARGEST_TOP_UP = 10_000;

/** The amount as the API takes it; null when it is not a whole number within the range. */
export function wholeAmount(text: string, least = SMALLEST_TOP_UP, most = LARGEST_TOP_UP): string | null {
  const digits = text.trim();
  if (!/^\d{1,6}$/.test(digits)) return null;
  const units = Number(digits);
  return units >= least && units <= most ? `${units}.00` : null;
}

/** "50.00" as it is typed: "50". */
export function wholePart(amount: string): string {
  return amount.replace(/\.\d*$/, "");
}
