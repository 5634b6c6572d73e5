import type { ClickHouseClient } from "@clickhouse/client";
import type { TimeUs } from "@tollbook/contracts/units.ts";
import { integer, readRows } from "../tables.ts";
import { scopeCondition, scopeParameters, type AccountScope } from "./account-scope.ts";

export interface PoolDay {
  readonly pool: string;
  /** UTC day, `2026-11-22`. */
  readonly date: string;
  readonly minutes: number;
}

/** Included minutes that calls took per pool and UTC day of their start; what was taken back is taken off. */
export async function poolMinutesPerDay(
  client: ClickHouseClient,
  scope: AccountScope,
  { from, to }: { readonly from: TimeUs; readonly to: TimeUs },
): Promise<PoolDay[]> {
  const rows = await readRows<Record<string, unknown>>(
    client,
    `SELECT part.2 AS pool, toString(toDate(start_at, 'UTC')) AS date, sum(part.3) AS minutes
      FROM rated_calls ARRAY JOIN arrayZip(\`segments.source\`, \`segments.ref\`, \`segments.minutes\`) AS part
      WHERE ${scopeCondition} AND start_at >= fromUnixTimestamp64Micro({from:Int64}) AND start_at < fromUnixTimestamp64Micro({to:Int64})
        AND part.1 = 'POOL' GROUP BY pool, date ORDER BY pool, date`,
    { ...scopeParameters(scope), from, to },
  );
  return rows.map((row) => ({ pool: String(row["pool"]), date: String(row["date"]), minutes: integer(row["minutes"]) }));
}
