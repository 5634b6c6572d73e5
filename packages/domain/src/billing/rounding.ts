import { minorDigitsOf } from "@tollbook/contracts/invoice.ts";
import { assert } from "../assert.ts";

/** Every division of billing, and where its remainder goes. Amounts are micro-units; none of this is used to rate a call. */

/** a × b ÷ c, rounded half away from zero (D18: so that a credit is exactly the charge it takes back). `c` > 0. */
export function multiplyDivide(a: number, b: number, c: number): number {
  const product = BigInt(a) * BigInt(b);
  const divisor = BigInt(c);
  const half = divisor / 2n;
  const size = product < 0n ? -product : product;
  // An odd divisor has no exact half, so rounding down of `half` decides no tie wrongly.
  const rounded = Number((size + half) / divisor);
  assert(Number.isSafeInteger(rounded), "I2: an amount is a safe integer");
  if (rounded === 0) return 0;
  return product < 0n ? -rounded : rounded;
}

/** To the currency's minor unit, half away from zero (RT-6, D18). */
export function toMinorUnit(amountMicros: number, currency: string): number {
  const unit = 10 ** (6 - minorDigitsOf(currency));
  return multiplyDivide(amountMicros, 1, unit) * unit;
}

/** The part of a period's price that lies in `[from, to)` of `[periodFrom, periodTo)`. */
export function shareOf(priceMicros: number, from: number, to: number, periodFrom: number, periodTo: number): number {
  return multiplyDivide(priceMicros, to - from, periodTo - periodFrom);
}

/** Tax on a net amount, in the minor unit: on top of it, or the part of it that is tax already (RT-4). */
export function taxOn(netMicros: number, basisPoints: number, inclusive: boolean, currency: string): number {
  const exact = multiplyDivide(netMicros, basisPoints, inclusive ? 10_000 + basisPoints : 10_000);
  return toMinorUnit(exact, currency);
}
