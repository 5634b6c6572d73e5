import type { ClickHouseClient } from "@clickhouse/client";
import { micros, timeUs, type Micros, type TimeUs } from "@tollbook/contracts/units.ts";
import { integer, readRows } from "../tables.ts";
import { scopeCondition, scopeParameters, type AccountScope } from "./account-scope.ts";

/** What ClickHouse holds of one hour of log time: compared with the fold's own counts (D20). */
export interface HourSums {
  readonly hour: TimeUs;
  readonly currency: string;
  readonly rows: number;
  readonly amountMicros: Micros;
  /** Equal to `amountMicros`, or money was lost between funding and the row. */
  readonly segmentsMicros: Micros;
  readonly poolMinutes: number;
  readonly segmentMinutes: number;
}

/** A month of hours, twice. */
const MAX_HOURS = 1500;

export async function reconcileHours(
  client: ClickHouseClient,
  scope: AccountScope,
  { from, to }: { readonly from: TimeUs; readonly to: TimeUs },
): Promise<HourSums[]> {
  const rows = await readRows<Record<string, unknown>>(
    client,
    `SELECT toUnixTimestamp(toStartOfHour(log_time, 'UTC')) AS hour, currency, count() AS rows, sum(amount_micros) AS amount,
      sum(arraySum(\`segments.amount_micros\`)) AS segments, sum(pool_minutes) AS minutes, sum(arraySum(\`segments.minutes\`)) AS segment_minutes
      FROM rated_calls WHERE ${scopeCondition}
        AND log_time >= fromUnixTimestamp64Micro({from:Int64}, 'UTC') AND log_time < fromUnixTimestamp64Micro({to:Int64}, 'UTC')
      GROUP BY hour, currency ORDER BY hour, currency LIMIT ${MAX_HOURS}`,
    { ...scopeParameters(scope), from, to },
  );
  return rows.map((row) => ({
    hour: timeUs(integer(row["hour"]) * 1_000_000),
    currency: String(row["currency"]),
    rows: integer(row["rows"]),
    amountMicros: micros(integer(row["amount"])),
    segmentsMicros: micros(integer(row["segments"])),
    poolMinutes: integer(row["minutes"]),
    segmentMinutes: integer(row["segment_minutes"]),
  }));
}
