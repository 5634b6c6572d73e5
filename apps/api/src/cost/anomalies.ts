/**
 * Days that cost more than such days usually do. The rule, robust against single odd days:
 *
 * - a day is compared with the same weekday of the eight weeks before it; the median m of those is what was expected;
 * - it is an anomaly when it is above m by more than four times 1.4826 · MAD (the median distance from m; so scaled, it is a
 *   standard deviation where days differ by chance), by more than a quarter of m, and by more than one currency unit;
 * - nothing is said while there are fewer than four such days since the first call: too little to know what is usual.
 */

export const WEEKS_COMPARED = 8;
const LEAST_WEEKS = 4;
/** 4 · 1.4826, times ten thousand. */
const SPREADS = 59_304n;
const SCALE = 10_000n;
const LEAST_MICROS = 1_000_000;

export interface Anomaly {
  readonly day: number;
  readonly expected: number;
  readonly actual: number;
}

/**
 * `values` are whole days, oldest first, the first being `firstDay`: zeros are days on which nothing was spent. Looks at the
 * days from `from` on.
 */
export function findAnomalies(values: readonly number[], firstDay: number, from: number): Anomaly[] {
  const found: Anomaly[] = [];
  for (const [at, actual] of values.entries()) {
    const day = firstDay + at;
    if (day < from) continue;
    const before: number[] = [];
    for (let back = 7; back <= 7 * WEEKS_COMPARED && at - back >= 0; back += 7) before.push(values[at - back] ?? 0);
    if (before.length < LEAST_WEEKS) continue;
    const expected = median(before);
    const deviation = median(before.map((value) => Math.abs(value - expected)));
    const spread = Number((BigInt(deviation) * SPREADS) / SCALE);
    const tolerated = Math.max(spread, Math.ceil(Math.abs(expected) / 4), LEAST_MICROS);
    if (actual - expected > tolerated) found.push({ day, expected, actual });
  }
  return found;
}

/** Of an even number the mean of the two in the middle, rounded down. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 1 ? upper : Math.floor(((sorted[half - 1] ?? 0) + upper) / 2);
}
