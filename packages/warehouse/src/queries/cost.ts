import type { ClickHouseClient } from "@clickhouse/client";
import { micros, type Micros } from "@tollbook/contracts/units.ts";
import { integer, readRows, readSettings } from "../tables.ts";
import { scopeCondition, scopeParameters, type AccountScope } from "./account-scope.ts";
import { costSource, dimensionSql, isTimeDimension, type CostDimension, type CostFilter } from "./cost-source.ts";

/** Sums of one group; never across currencies. A call paid by two sources counts in each when grouped by source. */
export interface CostFigures {
  readonly amountMicros: Micros;
  readonly calls: number;
  readonly seconds: number;
  readonly poolMinutes: number;
}

export interface CostTotal extends CostFigures {
  readonly currency: string;
}

export interface CostGroup extends CostTotal {
  /** Values of the dimensions in the order asked for; of "Others" only those of time dimensions, the rest null. */
  readonly keys: readonly (string | null)[];
  /** How many groups the line stands for: 1, or of "Others" as many as are not listed. */
  readonly groups: number;
}

const sums = "sum(amount) AS amount_sum, sum(calls) AS calls_sum, sum(seconds) AS seconds_sum, sum(minutes) AS minutes_sum";

type Row = Record<string, unknown>;
const figuresFromRow = (row: Row): CostFigures => ({
  amountMicros: micros(integer(row["amount_sum"])),
  calls: integer(row["calls_sum"]),
  seconds: integer(row["seconds_sum"]),
  poolMinutes: integer(row["minutes_sum"]),
});

/** The ungrouped totals: what every grouping adds up to. Calls of which nothing was priced have no currency. */
export async function costTotals(client: ClickHouseClient, scope: AccountScope, filter: CostFilter): Promise<CostTotal[]> {
  const { sql, parameters } = costSource(filter, false);
  const rows = await readRows<Row>(client, `SELECT d_currency, ${sums} ${sql} GROUP BY d_currency ORDER BY d_currency`, {
    ...scopeParameters(scope),
    ...parameters,
  });
  return rows.map((row) => ({ currency: String(row["d_currency"]), ...figuresFromRow(row) }));
}

/** A chart shows no more lines. */
export const MAX_TOP = 100;
/** A year of days of a hundred lines. */
const MAX_LINES = 40_000;

interface Key {
  readonly name: string;
  readonly sql: string;
  readonly time: boolean;
}

const keysOf = (dimensions: readonly CostDimension[]): Key[] =>
  dimensions.map((dimension, at) => ({ name: `k${at}`, sql: dimensionSql(dimension), time: isTimeDimension(dimension) }));
const selectKeys = (keys: readonly Key[]): string => keys.map(({ name, sql }) => `, ${sql} AS ${name}`).join("");
const nameKeys = (keys: readonly Key[]): string => keys.map(({ name }) => `, ${name}`).join("");

/**
 * Costs by up to two dimensions: per currency the `top` groups of the largest amount over the whole time, and one line
 * "Others" with the exact remainder; with a time dimension each of them per bucket. Reads the rows once: grouped, ranked by
 * what each group comes to over all buckets (equal ones in a fixed order), then summed up again from the place `top` on.
 */
export async function costByDimensions(
  client: ClickHouseClient,
  scope: AccountScope,
  filter: CostFilter,
  dimensions: readonly CostDimension[],
  top: number,
): Promise<CostGroup[]> {
  const keys = keysOf(dimensions);
  const times = keys.filter(({ time }) => time);
  const others = keys.filter(({ time }) => !time);
  const { sql: source, parameters } = costSource(filter, dimensions.includes("funding"));
  const list = nameKeys(others);
  const grouped = `SELECT d_currency${selectKeys(keys)}, ${sums} ${source} GROUP BY d_currency${nameKeys(keys)}`;
  const weighed = `SELECT *, sum(amount_sum) OVER (PARTITION BY d_currency${list}) AS weight FROM (${grouped})`;
  const ranked = `SELECT *, dense_rank() OVER (PARTITION BY d_currency ORDER BY weight DESC${list}) <= {top:UInt32} AS listed FROM (${weighed})`;
  const shown = keys.map(({ name, time }) => `, ${time ? name : `if(listed, ${name}, '')`} AS s_${name}`).join("");
  const rows = await readRows<Row>(
    client,
    `SELECT d_currency, listed${shown}, ${totalled}, count() AS group_count FROM (${ranked})
      GROUP BY d_currency, listed${keys.map(({ name }) => `, s_${name}`).join("")}
      ORDER BY d_currency${times.map(({ name }) => `, s_${name}`).join("")}, listed DESC, amount_total DESC${others.map(({ name }) => `, s_${name}`).join("")}
      LIMIT ${MAX_LINES}`,
    { ...scopeParameters(scope), ...parameters, top },
  );
  return rows.map((row) => {
    const listed = others.length === 0 || Number(row["listed"]) === 1;
    return {
      currency: String(row["d_currency"]),
      keys: keys.map(({ name, time }) => (listed || time ? String(row[`s_${name}`]) : null)),
      groups: listed ? 1 : integer(row["group_count"]),
      amountMicros: micros(integer(row["amount_total"])),
      calls: integer(row["calls_total"]),
      seconds: integer(row["seconds_total"]),
      poolMinutes: integer(row["minutes_total"]),
    };
  });
}

const totalled =
  "sum(amount_sum) AS amount_total, sum(calls_sum) AS calls_total, sum(seconds_sum) AS seconds_total, sum(minutes_sum) AS minutes_total";

function groupFromRow(row: Row, keys: readonly Key[]): CostGroup {
  return {
    currency: String(row["d_currency"]),
    keys: keys.map(({ name }) => String(row[name])),
    groups: 1,
    ...figuresFromRow(row),
  };
}

/** An export may run this long. */
const EXPORT_MAX_SECONDS = 600;

/** CM-3: every group, none summed up as "Others", as they come. */
export async function* streamCostGroups(
  client: ClickHouseClient,
  scope: AccountScope,
  filter: CostFilter,
  dimensions: readonly CostDimension[],
): AsyncGenerator<readonly CostGroup[]> {
  const keys = keysOf(dimensions);
  const { sql, parameters } = costSource(filter, dimensions.includes("funding"));
  const result = await client.query({
    query: `SELECT d_currency${selectKeys(keys)}, ${sums} ${sql} GROUP BY d_currency${nameKeys(keys)} ORDER BY d_currency${nameKeys(keys)}`,
    query_params: { ...scopeParameters(scope), ...parameters },
    format: "JSONEachRow",
    clickhouse_settings: { ...readSettings, max_execution_time: EXPORT_MAX_SECONDS },
  });
  try {
    for await (const rows of result.stream<Row>()) yield rows.map((row) => groupFromRow(row.json(), keys));
  } finally {
    result.close();
  }
}

/** The UTC day of the first call that was metered, as `2026-11-22`; null: none yet. What was before is not zero but unknown. */
export async function firstUsageDay(client: ClickHouseClient, scope: AccountScope): Promise<string | null> {
  const [row] = await readRows<Row>(
    client,
    `SELECT count() AS calls, toString(toDate(min(start_at), 'UTC')) AS day FROM rated_calls WHERE ${scopeCondition} AND outcome = 'rated'`,
    scopeParameters(scope),
  );
  return row === undefined || integer(row["calls"]) === 0 ? null : String(row["day"]);
}
