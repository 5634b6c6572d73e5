import type { ClickHouseClient } from "@clickhouse/client";
import { integer, readRows, tables, type Table } from "../tables.ts";
import { scopeCondition, scopeParameters, type AccountScope } from "./account-scope.ts";

/**
 * What is asked before an invoice is issued (architecture §5, P5): what the stored rows of each line sum to, and whether the
 * batches that hold them are stored whole.
 */

/** Sums of the rows that carry one line of an invoice. */
export interface StoredLine {
  readonly line: string;
  /** Exact, also beyond what a number holds. */
  readonly amountMicros: bigint;
  readonly rows: number;
}

/** Long, because nobody waits for it. */
const MAX_SECONDS = 120;
const onInvoice = "arraySum((source, amount) -> if(source = 'OVERAGE', amount, 0), `segments.source`, `segments.amount_micros`)";

export async function storedLines(client: ClickHouseClient, scope: AccountScope, invoice: string): Promise<StoredLine[]> {
  const rows = await readRows<Record<"line" | "amount" | "rows", string>>(
    client,
    `SELECT invoice_line AS line, toString(sum(amount)) AS amount, count() AS rows FROM (
      SELECT toString(invoice_line) AS invoice_line, toInt128(${onInvoice}) AS amount FROM rated_calls
        WHERE ${scopeCondition} AND invoice = {invoice:String}
      UNION ALL
      SELECT toString(invoice_line) AS invoice_line, toInt128(amount_micros) AS amount FROM account_events
        WHERE ${scopeCondition} AND invoice = {invoice:String}
    ) GROUP BY invoice_line ORDER BY invoice_line`,
    { ...scopeParameters(scope), invoice },
    { maxSeconds: MAX_SECONDS },
  );
  return rows.map(({ line, amount, rows: count }) => ({ line, amountMicros: BigInt(amount), rows: integer(count) }));
}

/** The settled batches from the first to the last that holds a row of the invoice; null: none does. */
export interface BatchRange {
  readonly from: number;
  readonly to: number;
  /** Log time of the first of those rows, in microseconds. */
  readonly since: number;
}

export async function batchesOfInvoice(
  client: ClickHouseClient,
  scope: AccountScope,
  invoice: string,
): Promise<BatchRange | null> {
  const [row] = await readRows<Record<"from" | "to" | "since" | "rows", string>>(
    client,
    `SELECT min(batch) AS from, max(batch) AS to, min(toUnixTimestamp64Micro(log_time)) AS since, count() AS rows FROM (
      SELECT batch, log_time FROM rated_calls WHERE ${scopeCondition} AND invoice = {invoice:String}
      UNION ALL
      SELECT batch, log_time FROM account_events WHERE ${scopeCondition} AND invoice = {invoice:String}
    )`,
    { ...scopeParameters(scope), invoice },
    { maxSeconds: MAX_SECONDS },
  );
  if (row === undefined || integer(row.rows) === 0) return null;
  return { from: integer(row.from), to: integer(row.to), since: integer(row.since) };
}

/** One table's part of one batch, as it is stored. */
export interface StoredPart {
  readonly table: Table;
  readonly epoch: number;
  readonly batch: number;
  readonly rows: number;
  readonly distinct: number;
  readonly minOutSeq: number;
  readonly maxOutSeq: number;
  /** Hexadecimal, as intents have it. */
  readonly xor: string;
}

/**
 * Every part of the partition's batches in the range, whoever's rows they hold: whether a batch is whole cannot be seen from one
 * account's share of it. Figures only; no row of another account is read out.
 */
export async function storedParts(
  client: ClickHouseClient,
  p: number,
  { from, to }: Pick<BatchRange, "from" | "to">,
): Promise<StoredPart[]> {
  const columns = "p, epoch, batch, out_seq, row_hash";
  const rows = await readRows<Record<"table" | "epoch" | "batch" | "rows" | "different" | "least" | "most" | "hashes", string>>(
    client,
    `SELECT source AS table, epoch, batch, count() AS rows, uniqExact(out_seq) AS different, min(out_seq) AS least,
        max(out_seq) AS most, lower(hex(groupBitXor(row_hash))) AS hashes FROM (
      ${tables.map((table) => `SELECT ${columns}, '${table}' AS source FROM ${table}`).join(" UNION ALL ")}
    ) WHERE p = {p:UInt16} AND batch BETWEEN {from:UInt64} AND {to:UInt64}
    GROUP BY source, epoch, batch ORDER BY epoch, batch, source`,
    { p, from, to },
    { maxSeconds: MAX_SECONDS },
  );
  return rows.map(({ table, epoch, batch, rows: count, different, least, most, hashes }) => ({
    table: table as Table,
    epoch: integer(epoch),
    batch: integer(batch),
    rows: integer(count),
    distinct: integer(different),
    minOutSeq: integer(least),
    maxOutSeq: integer(most),
    xor: hashes.replace(/^0+(?=.)/, ""),
  }));
}
