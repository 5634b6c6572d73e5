import type { ClickHouseClient } from "@clickhouse/client";

/** The three tables the meter writes. Their rows carry where they came from: partition, epoch, batch, out_seq, row hash. */
export const tables = ["rated_calls", "account_events", "dead_letters"] as const;
export type Table = (typeof tables)[number];

/** How a column is read back: SQL names and types stand in `schema/`. */
export type ColumnKind = "integer" | "time" | "boolean" | "text" | "textOrNull" | "integers" | "texts";

export interface Column {
  readonly name: string;
  readonly field: string;
  readonly kind: ColumnKind;
}

export const column = (name: string, field: string, kind: ColumnKind): Column => ({ name, field, kind });

/** The columns every table begins with, before `out_seq`. */
export const batchColumns = ["p", "epoch", "batch", "row_hash"] as const;

/** For `INSERT INTO t (…)`: in the order in which the encoder writes them. */
export function insertList(columns: readonly Column[]): string {
  return [...batchColumns, ...columns.map(({ name }) => name)].map((name) => `\`${name}\``).join(", ");
}

/** For `SELECT …`: times as whole microseconds under a name of their own (an alias would hide the column), the rest as stored. */
export function selectList(columns: readonly Column[]): string {
  return columns
    .map(({ name, kind }) => (kind === "time" ? `toUnixTimestamp64Micro(\`${name}\`) AS \`${name}_us\`` : `\`${name}\``))
    .join(", ");
}

/** 64-bit integers come quoted, so that no digit is lost on the way; times by `selectList`. */
export const readSettings = { output_format_json_quote_64bit_integers: 1 } as const;

export type StoredRow = Readonly<Record<string, unknown>>;

/** Throws RangeError when a figure is beyond what a number holds exactly. */
export function integer(value: unknown): number {
  const number = typeof value === "string" || typeof value === "bigint" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isSafeInteger(number)) throw new RangeError(`not a safe integer: ${String(value)}`);
  return number;
}

export function fieldsFromRow(columns: readonly Column[], row: StoredRow): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const { name, field, kind } of columns) {
    fields[field] = fieldFromValue(kind, row[kind === "time" ? `${name}_us` : name]);
  }
  return fields;
}

function fieldFromValue(kind: ColumnKind, value: unknown): unknown {
  switch (kind) {
    case "integer":
    case "time":
      return integer(value);
    case "boolean":
      return value === true || value === 1;
    case "text":
      return value;
    case "textOrNull":
      return value === "" ? null : value;
    case "integers":
      return (value as unknown[]).map(integer);
    case "texts":
      return value;
  }
}

/** Rows of a SELECT, typed by the caller, who knows the columns. */
export async function readRows<Row>(
  client: ClickHouseClient,
  query: string,
  parameters: Readonly<Record<string, unknown>>,
  limits: { readonly maxSeconds: number } = { maxSeconds: 30 },
): Promise<Row[]> {
  const result = await client.query({
    query,
    query_params: parameters,
    format: "JSONEachRow",
    clickhouse_settings: { ...readSettings, max_execution_time: limits.maxSeconds },
  });
  return await result.json<Row>();
}
