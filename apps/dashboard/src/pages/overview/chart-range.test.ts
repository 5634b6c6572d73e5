import type { UsageSeries } from "@tollbook/contracts/http.ts";
import { describe, expect, test } from "vitest";
import { seriesFor, withEmptyBuckets } from "./chart-range.ts";

const now = new Date("2026-11-24T13:03:07Z");

describe("a range begins where a bucket does, in UTC", () => {
  test.each([
    ["24h", "2026-11-23T14:00:00.000Z", "hour"],
    ["7d", "2026-11-18T00:00:00.000Z", "day"],
    ["30d", "2026-10-26T00:00:00.000Z", "day"],
  ] as const)("%s", (range, from, bucket) => {
    expect(seriesFor(range, now)).toEqual({ from, bucket });
  });
});

test("hours without calls are there, with nothing in them; those with calls are left as they are", () => {
  const point = (time: string) => ({ time, calls: 3, billableSeconds: 60, poolMinutes: 1, charge: "0.045", denied: 0 });
  const series: UsageSeries = {
    bucket: "hour",
    currency: "EUR",
    points: [point("2026-11-24T10:00:00.000000Z"), point("2026-11-24T13:00:00.000000Z")],
    dataUntil: null,
  };
  const { points } = withEmptyBuckets(series, "2026-11-24T09:00:00.000Z", now);
  expect(points.map(({ time, calls, charge }) => [time.slice(11, 16), calls, charge])).toEqual([
    ["09:00", 0, "0.00"],
    ["10:00", 3, "0.045"],
    ["11:00", 0, "0.00"],
    ["12:00", 0, "0.00"],
    ["13:00", 3, "0.045"],
  ]);
});

test("a bucket that began after our clock's now is kept: the server's clock counts", () => {
  const points = [
    { time: "2026-11-24T14:00:00.000000Z", calls: 1, billableSeconds: 1, poolMinutes: 0, charge: "0.00", denied: 0 },
  ];
  const filled = withEmptyBuckets({ bucket: "hour", currency: "EUR", points, dataUntil: null }, "2026-11-24T13:00:00.000Z", now);
  expect(filled.points.map(({ calls }) => calls)).toEqual([0, 1]);
});
