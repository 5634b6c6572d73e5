/** What a set of samples comes to. Units are the samples' own. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** (max − min) / median: how far to trust the median. 0 for a single sample. */
  readonly spread: number;
}

export interface LatencySummary {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** Throws RangeError without samples: a figure without one does not exist. */
export function summarize(samples: readonly number[]): Summary {
  const sorted = sortedSamples(samples);
  const middle = median(sorted);
  const min = sorted[0] as number;
  const max = sorted.at(-1) as number;
  return { median: middle, min, max, spread: middle === 0 ? 0 : (max - min) / middle };
}

/** The middle value; of an even number the mean of the two middle ones. */
export function median(samples: readonly number[]): number {
  const sorted = sortedSamples(samples);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

/** Nearest rank: the smallest sample that at least the share `p` of all samples does not exceed. Never interpolates. */
export function quantile(samples: readonly number[], p: number): number {
  if (!(p > 0 && p <= 1)) throw new RangeError(`a share above 0, at most 1: ${p}`);
  const sorted = sortedSamples(samples);
  return sorted[Math.ceil(p * sorted.length) - 1] as number;
}

export function summarizeLatency(samples: readonly number[]): LatencySummary {
  const sorted = sortedSamples(samples);
  return {
    count: sorted.length,
    p50: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
    p999: quantile(sorted, 0.999),
    max: sorted.at(-1) as number,
  };
}

function sortedSamples(samples: readonly number[]): readonly number[] {
  if (samples.length === 0) throw new RangeError("no samples");
  if (samples.some((sample) => !Number.isFinite(sample))) throw new RangeError("a sample is not a number");
  // Most callers hand over sorted samples again: looking is cheaper than sorting.
  if (samples.every((sample, i) => i === 0 || (samples[i - 1] as number) <= sample)) return samples;
  return samples.toSorted((a, b) => a - b);
}
