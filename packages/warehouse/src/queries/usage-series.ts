import type { ClickHouseClient } from "@clickhouse/client";
import { micros, timeUs, type Micros, type TimeUs } from "@tollbook/contracts/units.ts";
import { integer, readRows } from "../tables.ts";
import { currentCallsCondition, scopeParameters, standing, type AccountScope } from "./account-scope.ts";
import { filterCondition, type CallFilter } from "./call-filter.ts";

export interface UsagePoint {
  readonly time: TimeUs;
  readonly currency: string;
  readonly calls: number;
  readonly billableSeconds: number;
  readonly poolMinutes: number;
  readonly chargeMicros: Micros;
  readonly denied: number;
}

/** A year of hours. More points than this no chart can show. */
const MAX_POINTS = 9000;

/** Calls, minutes and money per hour or day of the leg's start in UTC; buckets without calls are left out. */
export async function usageSeries(
  client: ClickHouseClient,
  scope: AccountScope,
  filter: CallFilter,
  bucket: "hour" | "day",
): Promise<UsagePoint[]> {
  const { sql, parameters } = filterCondition(filter);
  const start = bucket === "hour" ? "toStartOfHour(start_at, 'UTC')" : "toStartOfDay(start_at, 'UTC')";
  const rows = await readRows<Record<string, unknown>>(
    client,
    `SELECT toUnixTimestamp(${start}) AS time, currency, count() AS calls, sum(${standing("billable_seconds")}) AS billable,
      sum(${standing("pool_minutes")}) AS minutes, sum(${standing("amount_micros")}) AS charge, countIf(outcome = 'denied') AS denied
      FROM rated_calls WHERE ${currentCallsCondition}${sql} GROUP BY time, currency ORDER BY time, currency LIMIT ${MAX_POINTS}`,
    { ...scopeParameters(scope), ...parameters },
  );
  return rows.map((row) => ({
    time: timeUs(integer(row["time"]) * 1_000_000),
    currency: String(row["currency"]),
    calls: integer(row["calls"]),
    billableSeconds: integer(row["billable"]),
    poolMinutes: integer(row["minutes"]),
    chargeMicros: micros(integer(row["charge"])),
    denied: integer(row["denied"]),
  }));
}
