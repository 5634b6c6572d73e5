import type { UsageSeries } from "@tollbook/contracts/http.ts";

export const chartRanges = ["24h", "7d", "30d"] as const;
export type ChartRange = (typeof chartRanges)[number];
export const DEFAULT_CHART_RANGE: ChartRange = "24h";

type Bucket = UsageSeries["bucket"];
const bucketMs: Readonly<Record<Bucket, number>> = { hour: 3_600_000, day: 86_400_000 };
const shapes: Readonly<Record<ChartRange, { bucket: Bucket; count: number }>> = {
  "24h": { bucket: "hour", count: 24 },
  "7d": { bucket: "day", count: 7 },
  "30d": { bucket: "day", count: 30 },
};

/** Start and bucket of a range. It begins where a bucket does (they are counted in UTC), or the first would be a part of one. */
export function seriesFor(range: ChartRange, now: Date): { from: string; bucket: Bucket } {
  const { bucket, count } = shapes[range];
  return { from: new Date(startOf(now.getTime(), bucket) - (count - 1) * bucketMs[bucket]).toISOString(), bucket };
}

/** The API leaves buckets without calls out; on an axis of time they are nothing, but they are there. */
export function withEmptyBuckets(series: UsageSeries, from: string, now: Date): UsageSeries {
  const { bucket } = series;
  const known = new Map(series.points.map((point) => [Date.parse(point.time), point]));
  const points: UsageSeries["points"] = [];
  for (let at = Date.parse(from); at <= now.getTime(); at += bucketMs[bucket]) {
    const nothing = { calls: 0, billableSeconds: 0, poolMinutes: 0, charge: "0.00", denied: 0 };
    points.push(known.get(at) ?? { time: new Date(at).toISOString(), ...nothing });
    known.delete(at);
  }
  // A bucket that began after our clock's "now" is still the server's word.
  return { ...series, points: [...points, ...known.values()].toSorted((a, b) => Date.parse(a.time) - Date.parse(b.time)) };
}

function startOf(time: number, bucket: Bucket): number {
  return Math.floor(time / bucketMs[bucket]) * bucketMs[bucket];
}
