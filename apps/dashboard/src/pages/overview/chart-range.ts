import { daysFrom } from "../../api/call-filter.ts";

export const chartRanges = ["24h", "7d", "30d"] as const;
export type ChartRange = (typeof chartRanges)[number];
export const DEFAULT_CHART_RANGE: ChartRange = "24h";

/** Start and bucket of a range; starts lie on a whole hour or day, so that the question keeps its key between two polls. */
export function seriesFor(range: ChartRange, now: Date): { from: string; bucket: "hour" | "day" } {
  if (range === "24h") {
    const from = new Date(now);
    from.setHours(from.getHours() - 23, 0, 0, 0);
    return { from: from.toISOString(), bucket: "hour" };
  }
  return { from: daysFrom(now, range === "7d" ? -6 : -29).toISOString(), bucket: "day" };
}
