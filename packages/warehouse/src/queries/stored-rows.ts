import type { ClickHouseClient } from "@clickhouse/client";
import type { TimeUs } from "@tollbook/contracts/units.ts";
import type { AccountEventRow, CallRow, DeadLetterRow } from "@tollbook/domain/fold.ts";
import { accountEventColumns, accountEventRowFromRow } from "../account-events.ts";
import { deadLetterColumns, deadLetterRowFromRow } from "../dead-letters.ts";
import { encodeAccountEventRows, encodeCallRows, encodeDeadLetterRows } from "../encode-rows.ts";
import { callColumns, callRowFromRow } from "../rated-calls.ts";
import type { RowWriter } from "../row-writer.ts";
import { integer, readRows, selectList, type Column, type StoredRow, type Table } from "../tables.ts";

export type MeterRow = CallRow | AccountEventRow | DeadLetterRow;

/** A row as it lies in ClickHouse, for comparison with the one that the log gives. */
export interface StoredMeterRow {
  readonly table: Table;
  readonly outSeq: number;
  readonly batch: number;
  /** The hash that was stored with it, and the one of its columns as they are now. */
  readonly storedHash: bigint;
  readonly hash: bigint;
  readonly row: MeterRow;
}

const columnsOf: Readonly<Record<Table, readonly Column[]>> = {
  rated_calls: callColumns,
  account_events: accountEventColumns,
  dead_letters: deadLetterColumns,
};

/** Columns that a table has added since count as empty in older rows, in both ways of counting. */
const noBatch = { p: 0, epoch: 0, batch: 0 };

/** 64 bits over the columns of one row: the same for the same row, whatever batch it came with. */
export function hashOfRow(table: Table, row: MeterRow, writer: RowWriter): bigint {
  if (table === "rated_calls") return encodeCallRows([row as CallRow], noBatch, writer).xor;
  if (table === "account_events") return encodeAccountEventRows([row as AccountEventRow], noBatch, writer).xor;
  return encodeDeadLetterRows([row as DeadLetterRow], noBatch, writer).xor;
}

/** The settled rows of one partition with `from <= out_seq <= to`, in order of out_seq. The times spare reading other months. */
export async function readStoredRows(
  client: ClickHouseClient,
  table: Table,
  range: {
    readonly p: number;
    readonly settledBatch: number;
    readonly from: number;
    readonly to: number;
    readonly logFrom: TimeUs;
    readonly logTo: TimeUs;
  },
  writer: RowWriter,
): Promise<StoredMeterRow[]> {
  const rows = await readRows<StoredRow>(
    client,
    `SELECT batch, row_hash, ${selectList(columnsOf[table])} FROM ${table}
      WHERE p = {p:UInt16} AND batch <= {settledBatch:UInt64} AND out_seq >= {from:UInt64} AND out_seq <= {to:UInt64}
        AND log_time >= fromUnixTimestamp64Micro({logFrom:Int64}) AND log_time <= fromUnixTimestamp64Micro({logTo:Int64})
      ORDER BY out_seq`,
    { ...range },
  );
  return rows.map((stored) => {
    const row = rowFrom(table, stored);
    return {
      table,
      outSeq: row.outSeq,
      batch: integer(stored["batch"]),
      storedHash: BigInt(stored["row_hash"] as string),
      hash: hashOfRow(table, row, writer),
      row,
    };
  });
}

function rowFrom(table: Table, stored: StoredRow): MeterRow {
  if (table === "rated_calls") return callRowFromRow(stored);
  return table === "account_events" ? accountEventRowFromRow(stored) : deadLetterRowFromRow(stored);
}
