import type { DeadLetterRow } from "@tollbook/domain/fold.ts";
import type { RowWriter } from "./row-writer.ts";
import { column, fieldsFromRow, type StoredRow } from "./tables.ts";

/** `dead_letters` in the order of its columns. */
export const deadLetterColumns = [
  column("out_seq", "outSeq", "integer"),
  column("log_seq", "logSeq", "integer"),
  column("log_index", "logIndex", "integer"),
  column("log_time", "logTime", "time"),
  column("account", "account", "text"),
  column("feeder", "feeder", "text"),
  column("outcome", "outcome", "text"),
  column("reason", "reason", "text"),
  column("detail", "detail", "text"),
  column("payload", "payload", "text"),
] as const;

export function writeDeadLetterRow(writer: RowWriter, row: DeadLetterRow): void {
  writer.reserve(28);
  writer.i64(row.outSeq);
  writer.i64(row.logSeq);
  writer.u32(row.logIndex);
  writer.i64(row.logTime);
  writer.text(row.account);
  writer.text(row.feeder);
  writer.text(row.outcome);
  writer.text(row.reason);
  writer.text(row.detail);
  writer.text(row.payload);
}

export function deadLetterRowFromRow(stored: StoredRow): DeadLetterRow {
  return fieldsFromRow(deadLetterColumns, stored) as unknown as DeadLetterRow;
}
