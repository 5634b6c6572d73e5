import type { ClickHouseClient } from "@clickhouse/client";
import type { FundingSource } from "@tollbook/contracts/answers.ts";
import type { Invoice } from "@tollbook/contracts/invoice.ts";
import { micros, timeUs, type Micros, type TimeUs } from "@tollbook/contracts/units.ts";
import { integer, readRows, readSettings, type StoredRow } from "../tables.ts";
import { scopeCondition, scopeParameters, type AccountScope } from "./account-scope.ts";

/** What a cost export is made of: every settled row that cost something or was paid for before (FOCUS 1.2). */

/** Everything that was put on one of these invoices, and what is on none and happened in `[from, to)`. */
export interface CostSelection {
  readonly invoices: readonly string[];
  readonly from: TimeUs;
  readonly to: TimeUs;
}

/** One part of one version of a leg, by who paid for it. */
export interface CostOfCall {
  readonly outSeq: number;
  readonly usageId: string;
  readonly entry: "original" | "reversal" | "replacement";
  readonly source: FundingSource;
  readonly ref: string;
  readonly minutes: number;
  readonly seconds: number;
  readonly amountMicros: Micros;
  readonly invoice: string;
  readonly invoiceLine: string;
  readonly startAt: TimeUs;
  readonly endedAt: TimeUs;
  readonly callType: string;
  readonly capability: string;
  readonly subscription: string;
  readonly user: string;
  readonly department: string;
  readonly usageLocation: string;
  readonly destinationCountry: string;
  readonly destinationName: string;
  readonly currency: string;
}

export interface CostOfEvent {
  readonly outSeq: number;
  readonly at: TimeUs;
  readonly type: string;
  readonly subject: string;
  readonly amountMicros: Micros;
  readonly invoice: string;
  readonly invoiceLine: string;
  readonly currency: string;
  /** JSON. */
  readonly data: string;
}

/** Invoices and credit notes as they were given out whose period or date is not before `from` (a day). */
export async function issuedSince(client: ClickHouseClient, scope: AccountScope, from: string): Promise<Invoice[]> {
  const rows = await readRows<{ data: string }>(
    client,
    `SELECT data FROM account_events WHERE ${scopeCondition} AND type = 'invoice.issued'
      AND (JSONExtractString(data, 'period', 'from') >= {from:String} OR JSONExtractString(data, 'invoiceDate') >= {from:String})
      ORDER BY out_seq`,
    { ...scopeParameters(scope), from },
  );
  // The fold wrote them, in the form of the contract.
  return rows.map(({ data }) => JSON.parse(data) as Invoice);
}

/** An export may run this long; a reader who is slower than that gets an error, not a shortened file. */
const EXPORT_MAX_SECONDS = 600;

const selected = (time: string): string =>
  `(has({invoices:Array(String)}, invoice) OR (invoice = '' AND ${time} >= fromUnixTimestamp64Micro({from:Int64}) ` +
  `AND ${time} < fromUnixTimestamp64Micro({to:Int64})))`;

/** Every part of every leg that was connected, oldest first. Reversals come as rows of their own, negated. */
export async function* costOfCalls(
  client: ClickHouseClient,
  scope: AccountScope,
  selection: CostSelection,
): AsyncGenerator<readonly CostOfCall[]> {
  const rows = stream(
    client,
    `SELECT out_seq, usage_id, entry, source, ref, minutes, seconds, amount, invoice, invoice_line,
        toUnixTimestamp64Micro(start_at) AS start, toUnixTimestamp64Micro(ended_at) AS ended, call_type, capability, subscription,
        user, department, usage_location, destination_country, destination_name, currency
      FROM rated_calls ARRAY JOIN \`segments.source\` AS source, \`segments.ref\` AS ref, \`segments.minutes\` AS minutes,
        \`segments.seconds\` AS seconds, \`segments.amount_micros\` AS amount
      WHERE ${scopeCondition} AND ${selected("start_at")} ORDER BY start_at, out_seq`,
    scope,
    selection,
  );
  for await (const page of rows) yield page.map(costOfCallFromRow);
}

function costOfCallFromRow(row: StoredRow): CostOfCall {
  return {
    outSeq: integer(row["out_seq"]),
    usageId: String(row["usage_id"]),
    entry: row["entry"] as CostOfCall["entry"],
    source: row["source"] as FundingSource,
    ref: String(row["ref"]),
    minutes: integer(row["minutes"]),
    seconds: integer(row["seconds"]),
    amountMicros: micros(integer(row["amount"])),
    invoice: String(row["invoice"]),
    invoiceLine: String(row["invoice_line"]),
    startAt: timeUs(integer(row["start"])),
    endedAt: timeUs(integer(row["ended"])),
    callType: String(row["call_type"]),
    capability: String(row["capability"]),
    subscription: String(row["subscription"]),
    user: String(row["user"]),
    department: String(row["department"]),
    usageLocation: String(row["usage_location"]),
    destinationCountry: String(row["destination_country"]),
    destinationName: String(row["destination_name"]),
    currency: String(row["currency"]),
  };
}

/** Ledgers from which credits come that a card was charged for (domain, credit commands): they are on no invoice. */
const bought = "hasAny(`postings.ledger`, ['cash/topUp', 'cash/recharge'])";

/** Charges that are no calls: licences, proration, credits, discounts, settled debt; and credits paid by card. */
export async function* costOfEvents(
  client: ClickHouseClient,
  scope: AccountScope,
  selection: CostSelection,
): AsyncGenerator<readonly CostOfEvent[]> {
  const rows = stream(
    client,
    `SELECT out_seq, toUnixTimestamp64Micro(at) AS time, type, subject, amount_micros, invoice, invoice_line, currency, data
      FROM account_events WHERE ${scopeCondition} AND ${selected("at")} AND (invoice != '' OR ${bought}) ORDER BY out_seq`,
    scope,
    selection,
  );
  for await (const page of rows)
    yield page.map((row) => ({
      outSeq: integer(row["out_seq"]),
      at: timeUs(integer(row["time"])),
      type: String(row["type"]),
      subject: String(row["subject"]),
      amountMicros: micros(integer(row["amount_micros"])),
      invoice: String(row["invoice"]),
      invoiceLine: String(row["invoice_line"]),
      currency: String(row["currency"]),
      data: String(row["data"]),
    }));
}

async function* stream(
  client: ClickHouseClient,
  query: string,
  scope: AccountScope,
  selection: CostSelection,
): AsyncGenerator<readonly StoredRow[]> {
  const result = await client.query({
    query,
    query_params: { ...scopeParameters(scope), invoices: selection.invoices, from: selection.from, to: selection.to },
    format: "JSONEachRow",
    clickhouse_settings: { ...readSettings, max_execution_time: EXPORT_MAX_SECONDS },
  });
  try {
    for await (const rows of result.stream<StoredRow>()) yield rows.map((row) => row.json());
  } finally {
    result.close();
  }
}
