import type { AccountEventRow } from "@tollbook/domain/fold.ts";
import { postingsFromArrays, writePostings } from "./rated-calls.ts";
import type { RowWriter } from "./row-writer.ts";
import { column, fieldsFromRow, type StoredRow } from "./tables.ts";

/** `account_events` in the order of its columns. */
export const accountEventColumns = [
  column("out_seq", "outSeq", "integer"),
  column("log_seq", "logSeq", "integer"),
  column("log_index", "logIndex", "integer"),
  column("log_time", "logTime", "time"),
  column("account", "account", "text"),
  column("type", "type", "text"),
  column("outcome", "outcome", "text"),
  column("actor_kind", "actorKind", "text"),
  column("actor_id", "actorId", "text"),
  column("command_id", "commandId", "text"),
  column("subject", "subject", "text"),
  column("currency", "currency", "text"),
  column("amount_micros", "amountMicros", "integer"),
  column("balance_micros", "balanceMicros", "integer"),
  column("postings.ledger", "postingLedgers", "texts"),
  column("postings.unit", "postingUnits", "texts"),
  column("postings.amount", "postingAmounts", "integers"),
  column("data", "data", "text"),
  column("at", "at", "time"),
  column("invoice", "invoice", "text"),
  column("invoice_line", "invoiceLine", "text"),
] as const;

export function writeAccountEventRow(writer: RowWriter, row: AccountEventRow): void {
  writer.reserve(28);
  writer.i64(row.outSeq);
  writer.i64(row.logSeq);
  writer.u32(row.logIndex);
  writer.i64(row.logTime);
  writer.text(row.account);
  writer.text(row.type);
  writer.text(row.outcome);
  writer.text(row.actorKind);
  writer.text(row.actorId);
  writer.text(row.commandId);
  writer.text(row.subject);
  writer.text(row.currency);
  writer.reserve(16);
  writer.i64(row.amountMicros);
  writer.i64(row.balanceMicros);
  writePostings(writer, row.postings);
  writer.text(row.data);
  writer.reserve(8);
  writer.i64(row.at);
  writer.text(row.invoice);
  writer.text(row.invoiceLine);
}

export function accountEventRowFromRow(stored: StoredRow): AccountEventRow {
  const { postingLedgers, postingUnits, postingAmounts, ...fields } = fieldsFromRow(accountEventColumns, stored);
  const postings = postingsFromArrays(postingLedgers, postingUnits, postingAmounts);
  return { ...fields, postings } as unknown as AccountEventRow;
}
