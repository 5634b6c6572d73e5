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
 * "Others" with the exact remainder; with a time dimension each of them per bucket.
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
  const { sql: source, parameters: values } = costSource(filter, dimensions.includes("funding"));
  const parameters = { ...scopeParameters(scope), ...values, top };
  const list = others.map(({ sql }) => `, ${sql}`).join("");
  // Groups of equal amounts in a fixed order, so that the same question has the same answer.
  const chosen =
    others.length === 0
      ? ""
      : `AND (d_currency${list}) IN (SELECT d_currency${list} ${source} GROUP BY d_currency${list}
          ORDER BY d_currency, sum(amount) DESC${list} LIMIT {top:UInt32} BY d_currency)`;
  const listed = await readRows<Row>(
    client,
    `SELECT d_currency${selectKeys(keys)}, ${sums} ${source} ${chosen} GROUP BY d_currency${nameKeys(keys)}
      ORDER BY d_currency${nameKeys(times)}, amount_sum DESC${nameKeys(others)} LIMIT ${MAX_LINES}`,
    parameters,
  );
  const groups = listed.map((row) => groupFromRow(row, keys));
  if (others.length === 0) return groups;
  const totals = await readRows<Row>(
    client,
    `SELECT d_currency${selectKeys(times)}, ${sums}, uniqExact((1${list})) AS group_count ${source}
      GROUP BY d_currency${nameKeys(times)} ORDER BY d_currency${nameKeys(times)} LIMIT ${MAX_LINES}`,
    parameters,
  );
  return withOthers(groups, totals, keys);
}

function groupFromRow(row: Row, keys: readonly Key[]): CostGroup {
  return {
    currency: String(row["d_currency"]),
    keys: keys.map(({ name }) => String(row[name])),
    groups: 1,
    ...figuresFromRow(row),
  };
}

/** After the groups of each currency and bucket: what is left of its total, when anything is left. */
function withOthers(groups: readonly CostGroup[], totals: readonly Row[], keys: readonly Key[]): CostGroup[] {
  const bucketOf = (currency: string, values: readonly (string | null)[]): string =>
    JSON.stringify([currency, ...values.filter((_, at) => keys[at]?.time)]);
  const listed = Map.groupBy(groups, ({ currency, keys: values }) => bucketOf(currency, values));
  return totals.flatMap((row) => {
    const currency = String(row["d_currency"]);
    const values = keys.map(({ name, time }) => (time ? String(row[name]) : null));
    const inBucket = listed.get(bucketOf(currency, values)) ?? [];
    const groupCount = integer(row["group_count"]) - inBucket.length;
    if (groupCount === 0) return inBucket;
    return [...inBucket, { currency, keys: values, groups: groupCount, ...remainder(figuresFromRow(row), inBucket) }];
  });
}

function remainder(total: CostFigures, parts: readonly CostFigures[]): CostFigures {
  const rest = (field: keyof CostFigures): number => parts.reduce((left, part) => left - part[field], total[field]);
  return {
    amountMicros: micros(rest("amountMicros")),
    calls: rest("calls"),
    seconds: rest("seconds"),
    poolMinutes: rest("poolMinutes"),
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
