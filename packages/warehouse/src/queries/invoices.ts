import type { ClickHouseClient } from "@clickhouse/client";
import type { Invoice } from "@tollbook/contracts/invoice.ts";
import { micros, timeUs, type Micros, type TimeUs } from "@tollbook/contracts/units.ts";
import type { CallRow } from "@tollbook/domain/fold.ts";
import { fieldsFromRow, integer, readRows, selectList, type StoredRow } from "../tables.ts";
import { scopeCondition, scopeParameters, type AccountScope } from "./account-scope.ts";
import { callListColumns, type CallListRow } from "./calls.ts";

/** The invoice or credit note as it was given out; null: not settled, or never issued. Paid and payable are those of that moment. */
export async function storedInvoice(client: ClickHouseClient, scope: AccountScope, invoice: string): Promise<Invoice | null> {
  const [row] = await readRows<{ data: string }>(
    client,
    `SELECT data FROM account_events WHERE ${scopeCondition} AND type = 'invoice.issued' AND subject = {invoice:String}
      ORDER BY out_seq DESC LIMIT 1`,
    { ...scopeParameters(scope), invoice },
  );
  // The fold wrote it, in the form of the contract.
  return row === undefined ? null : (JSON.parse(row.data) as Invoice);
}

/** The credit notes that take back from the invoice of that number, oldest first. */
export async function storedCreditNotes(client: ClickHouseClient, scope: AccountScope, number: string): Promise<Invoice[]> {
  const rows = await readRows<{ data: string }>(
    client,
    `SELECT data FROM account_events WHERE ${scopeCondition} AND type = 'invoice.issued'
      AND JSONExtractString(data, 'refersTo') = {number:String} ORDER BY out_seq LIMIT 1000`,
    { ...scopeParameters(scope), number },
  );
  return rows.map(({ data }) => JSON.parse(data) as Invoice);
}

/** Which line; everything that was put on it, and taken off it, carries these two. */
export interface LineKey {
  readonly invoice: string;
  readonly line: string;
}

/** A row of a leg on a line: a reversal takes off what an earlier row had put on. */
export interface InvoicedCall extends CallListRow {
  readonly entry: CallRow["entry"];
  /** The part of the charge that stands on the line. */
  readonly invoicedMicros: Micros;
}

const onInvoice = "arraySum((source, amount) -> if(source = 'OVERAGE', amount, 0), `segments.source`, `segments.amount_micros`)";

/** In order of the log; `after` is the out_seq that the page before ended at. */
export async function invoicedCalls(
  client: ClickHouseClient,
  scope: AccountScope,
  { invoice, line }: LineKey,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<{ readonly rows: InvoicedCall[]; readonly next: number | null }> {
  const rows = await readRows<StoredRow>(
    client,
    `SELECT ${selectList(callListColumns)}, entry, ${onInvoice} AS invoiced FROM rated_calls
      WHERE ${scopeCondition} AND invoice = {invoice:String} AND invoice_line = {line:String} AND out_seq > {after:UInt64}
      ORDER BY out_seq LIMIT {limit:UInt32}`,
    { ...scopeParameters(scope), invoice, line, after, limit: limit + 1 },
  );
  const page = rows.slice(0, limit).map(
    (row) =>
      ({
        ...fieldsFromRow(callListColumns, row),
        entry: row["entry"],
        invoicedMicros: micros(integer(row["invoiced"])),
      }) as unknown as InvoicedCall,
  );
  return { rows: page, next: rows.length > limit ? (page.at(-1)?.outSeq ?? null) : null };
}

/** What is no call: licences, proration, credits, discounts. */
export interface InvoicedEvent {
  readonly outSeq: number;
  readonly time: TimeUs;
  readonly type: string;
  readonly subject: string;
  readonly amountMicros: Micros;
}

export async function invoicedEvents(
  client: ClickHouseClient,
  scope: AccountScope,
  { invoice, line }: LineKey,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<{ readonly rows: InvoicedEvent[]; readonly next: number | null }> {
  const rows = await readRows<StoredRow>(
    client,
    `SELECT out_seq, toUnixTimestamp64Micro(at) AS time, type, subject, amount_micros FROM account_events
      WHERE ${scopeCondition} AND invoice = {invoice:String} AND invoice_line = {line:String} AND out_seq > {after:UInt64}
      ORDER BY out_seq LIMIT {limit:UInt32}`,
    { ...scopeParameters(scope), invoice, line, after, limit: limit + 1 },
  );
  const page = rows.slice(0, limit).map((row) => ({
    outSeq: integer(row["out_seq"]),
    time: timeUs(integer(row["time"])),
    type: String(row["type"]),
    subject: String(row["subject"]),
    amountMicros: micros(integer(row["amount_micros"])),
  }));
  return { rows: page, next: rows.length > limit ? (page.at(-1)?.outSeq ?? null) : null };
}
