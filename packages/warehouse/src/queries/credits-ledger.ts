import type { ClickHouseClient } from "@clickhouse/client";
import { micros, timeUs, type Micros, type TimeUs } from "@tollbook/contracts/units.ts";
import { integer, readRows } from "../tables.ts";
import { scopeCondition, scopeParameters, type AccountScope } from "./account-scope.ts";

/** One movement of the credit balance. */
export interface LedgerRow {
  readonly outSeq: number;
  readonly time: TimeUs;
  /** `call`, `call.reversal`, `call.replacement`, or the type of the account event. */
  readonly kind: string;
  /** Empty: not a call. */
  readonly usageId: string;
  /** Destination of a call, subject of an event. */
  readonly detail: string;
  readonly currency: string;
  readonly amountMicros: Micros;
  /** After this movement: the sum of everything before and of it. */
  readonly balanceMicros: Micros;
}

/** Ledgers whose postings make up the balance begin with this (domain, credits). */
const CREDITS = "'credits/'";

const movement = `arraySum((ledger, amount) -> if(startsWith(ledger, ${CREDITS}), amount, 0), \`postings.ledger\`, \`postings.amount\`)`;
const moves = `arrayExists(ledger -> startsWith(ledger, ${CREDITS}), \`postings.ledger\`)`;

/**
 * The credits ledger, newest first: every settled row with a posting on a lot or the debt, and the balance after it, summed
 * from the postings themselves. `before` is the out_seq the previous page ended at.
 */
export async function creditsLedger(
  client: ClickHouseClient,
  scope: AccountScope,
  { before, limit }: { readonly before: number | null; readonly limit: number },
): Promise<{ readonly rows: LedgerRow[]; readonly next: number | null }> {
  const rows = await readRows<Record<string, unknown>>(
    client,
    `SELECT * FROM (
      SELECT *, sum(amount) OVER (PARTITION BY currency ORDER BY out_seq ROWS UNBOUNDED PRECEDING) AS balance FROM (
        SELECT out_seq, toUnixTimestamp64Micro(log_time) AS time, if(entry = 'original', 'call', concat('call.', entry)) AS kind,
          usage_id, toString(destination_name) AS detail, toString(currency) AS currency, ${movement} AS amount
        FROM rated_calls WHERE ${scopeCondition} AND ${moves}
        UNION ALL
        SELECT out_seq, toUnixTimestamp64Micro(log_time) AS time, toString(type) AS kind,
          '' AS usage_id, subject AS detail, toString(currency) AS currency, ${movement} AS amount
        FROM account_events WHERE ${scopeCondition} AND ${moves}
      )
    ) WHERE out_seq < {before:UInt64} ORDER BY out_seq DESC LIMIT {limit:UInt32}`,
    { ...scopeParameters(scope), before: before ?? Number.MAX_SAFE_INTEGER, limit: limit + 1 },
  );
  const page = rows.slice(0, limit).map((row) => ({
    outSeq: integer(row["out_seq"]),
    time: timeUs(integer(row["time"])),
    kind: String(row["kind"]),
    usageId: String(row["usage_id"]),
    detail: String(row["detail"]),
    currency: String(row["currency"]),
    amountMicros: micros(integer(row["amount"])),
    balanceMicros: micros(integer(row["balance"])),
  }));
  return { rows: page, next: rows.length > limit ? (page.at(-1)?.outSeq ?? null) : null };
}
