/**
 * How a period will probably end, from its days so far. The method is simple on purpose, so that it can be checked by hand:
 *
 * - a day to come is expected to be the mean of the same weekday over the last eight weeks;
 * - the spread s² is that of those days around their weekday's mean, over n − 7 degrees of freedom;
 * - the band of a sum of m days, m_w of them on weekday w with k_w days of history, is ± 1.2816 · √(s² · (m + Σ m_w² / k_w)): four
 *   of five periods should end in it, when days differ by chance alone. Trends and holidays are not known to it.
 *
 * Below 14 whole days of history nothing is said. Whole numbers throughout (micro-units, minutes): no figure depends on how a
 * machine rounds fractions.
 */

/** Below this, two days of each weekday are not there. */
export const LEAST_HISTORY_DAYS = 14;
/** Older days say little about next week. */
export const MOST_HISTORY_DAYS = 56;

const WEEK = 7;
/** 80 % of a normal distribution lie within so many spreads of its middle, times ten thousand. */
const BAND = 12_816n;
const BAND_SCALE = 10_000n;

export interface ForecastDay {
  /** Days since 1970-01-01. */
  readonly day: number;
  readonly expected: number;
  /** From the first day of the forecast to the end of this one. */
  readonly sum: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The days from `today` to `lastDay`. `history` are the whole days before today, oldest first, days without anything as 0;
 * `soFar` is what today has come to already: the day ends at no less. Null: not enough history.
 */
export function forecastDays(history: readonly number[], today: number, lastDay: number, soFar: number): ForecastDay[] | null {
  if (history.length < LEAST_HISTORY_DAYS) return null;
  const recent = history.slice(-MOST_HISTORY_DAYS);
  const weekdays = weekdaysOf(recent, today - recent.length);
  const spread = spreadOf(recent, today - recent.length, weekdays);
  const days: ForecastDay[] = [];
  const ahead = Array.from({ length: WEEK }, () => 0);
  let sum = 0;
  for (let day = today; day <= lastDay; day++) {
    const weekday = day % WEEK;
    ahead[weekday] = (ahead[weekday] ?? 0) + 1;
    const mean = weekdays[weekday]?.mean ?? 0;
    const expected = day === today ? Math.max(mean, soFar) : mean;
    sum += expected;
    const width = bandOf(spread, ahead, weekdays);
    days.push({ day, expected, sum, low: Math.max(sum - width, Math.min(soFar, sum)), high: sum + width });
  }
  return days;
}

/** The day on which an amount is used up by what is expected; null: not up to the last day. */
export function usedUpOn(days: readonly ForecastDay[], available: number, soFar: number): number | null {
  return days.find(({ sum }) => sum - soFar >= available)?.day ?? null;
}

interface Weekday {
  readonly mean: number;
  readonly days: number;
}

function weekdaysOf(values: readonly number[], firstDay: number): Weekday[] {
  const sums = Array.from({ length: WEEK }, () => ({ sum: 0, days: 0 }));
  for (const [at, value] of values.entries()) {
    const weekday = sums[(firstDay + at) % WEEK];
    if (weekday === undefined) continue;
    weekday.sum += value;
    weekday.days += 1;
  }
  return sums.map(({ sum, days }) => ({ mean: halfUp(BigInt(sum), BigInt(days)), days }));
}

/** Sum of the squares around the weekday's mean, and over how many degrees of freedom. */
function spreadOf(
  values: readonly number[],
  firstDay: number,
  weekdays: readonly Weekday[],
): { readonly squares: bigint; readonly freedom: bigint } {
  let squares = 0n;
  for (const [at, value] of values.entries()) {
    const difference = BigInt(value - (weekdays[(firstDay + at) % WEEK]?.mean ?? 0));
    squares += difference * difference;
  }
  return { squares, freedom: BigInt(values.length - WEEK) };
}

/** Chance of the days ahead, and of the means they are expected by; rounded down. */
function bandOf(
  { squares, freedom }: { readonly squares: bigint; readonly freedom: bigint },
  ahead: readonly number[],
  weekdays: readonly Weekday[],
): number {
  // 840 is a multiple of every number of weeks up to eight: the sum of fractions stays whole.
  const common = 840n;
  let share = 0n;
  for (const [weekday, count] of ahead.entries()) {
    const days = BigInt(weekdays[weekday]?.days ?? 1);
    share += BigInt(count) * common + (BigInt(count) * BigInt(count) * common) / days;
  }
  const square = (squares * share * BAND * BAND) / (freedom * common * BAND_SCALE * BAND_SCALE);
  return Number(rootOf(square));
}

/** Division, half away from zero. */
function halfUp(dividend: bigint, divisor: bigint): number {
  if (divisor === 0n) return 0;
  const doubled = 2n * (dividend < 0n ? -dividend : dividend) + divisor;
  const quotient = doubled / (2n * divisor);
  return Number(dividend < 0n ? -quotient : quotient);
}

/** The largest whole number whose square is not above it (Newton). */
function rootOf(value: bigint): bigint {
  if (value < 2n) return value;
  let guess = BigInt(Math.ceil(Math.sqrt(Number(value)))) + 1n;
  for (;;) {
    const next = (guess + value / guess) / 2n;
    if (next >= guess) return guess;
    guess = next;
  }
}
