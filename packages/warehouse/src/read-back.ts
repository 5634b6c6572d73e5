import type { ClickHouseClient } from "@clickhouse/client";
import type { BatchKey } from "./encode-rows.ts";
import { integer, readRows, type Table } from "./tables.ts";

/** What is stored of a batch; compared with its intent. */
export interface ReadBack {
  readonly count: number;
  readonly distinct: number;
  /** 0 when there are no rows. */
  readonly minOutSeq: number;
  readonly maxOutSeq: number;
  readonly xor: bigint;
}

/** Must answer before a batch is settled; so short that a hanging database is noticed. */
const MAX_SECONDS = 30;

/** Reads a batch back from the table itself. Epoch and batch are both asked for: a fenced-off owner's rows are not ours. */
export async function readBack(client: ClickHouseClient, table: Table, key: BatchKey): Promise<ReadBack> {
  const rows = await readRows<Record<"rows" | "different" | "least" | "most" | "hashes", string>>(
    client,
    `SELECT count() AS rows, uniqExact(out_seq) AS different, min(out_seq) AS least, max(out_seq) AS most,
      groupBitXor(row_hash) AS hashes FROM ${table} WHERE batch = {batch:UInt64} AND p = {p:UInt16} AND epoch = {epoch:UInt32}`,
    { p: key.p, epoch: key.epoch, batch: key.batch },
    { maxSeconds: MAX_SECONDS },
  );
  const row = rows[0];
  if (row === undefined) throw new Error("an aggregate without GROUP BY has one row");
  return {
    count: integer(row.rows),
    distinct: integer(row.different),
    minOutSeq: integer(row.least),
    maxOutSeq: integer(row.most),
    xor: BigInt(row.hashes),
  };
}

/** True when exactly the batch is stored: nothing missing, nothing twice, nothing else. */
export function isExactly(stored: ReadBack, intended: Omit<ReadBack, "distinct">): boolean {
  return (
    stored.count === intended.count &&
    stored.distinct === intended.count &&
    stored.minOutSeq === intended.minOutSeq &&
    stored.maxOutSeq === intended.maxOutSeq &&
    stored.xor === intended.xor
  );
}
