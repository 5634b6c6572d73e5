import type { ClickHouseClient } from "@clickhouse/client";
import type { AccountId, UsageId } from "@tollbook/contracts/units.ts";
import type { CallRow } from "@tollbook/domain/fold.ts";
import { callColumns, callRowFromRow } from "./rated-calls.ts";
import { readRows, selectList, type StoredRow } from "./tables.ts";

/** A leg has few rows: versions and their reversals. More means that something else is wrong. */
const MAX_ROWS = 1000;

/**
 * All settled rows of one leg in order of out_seq; empty: never stored. For the meter's late lane, which passes the
 * settled batch of its own partition.
 */
export async function findLeg(
  client: ClickHouseClient,
  scope: { readonly account: AccountId; readonly p: number; readonly settledBatch: number },
  usageId: UsageId,
): Promise<CallRow[]> {
  const rows = await readRows<StoredRow>(
    client,
    `SELECT ${selectList(callColumns)} FROM rated_calls
      WHERE account = {account:String} AND p = {p:UInt16} AND batch <= {settledBatch:UInt64} AND usage_id = {usageId:String}
      ORDER BY out_seq LIMIT ${MAX_ROWS}`,
    { ...scope, usageId },
  );
  return rows.map(callRowFromRow);
}
