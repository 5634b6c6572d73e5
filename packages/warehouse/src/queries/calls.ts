import type { ClickHouseClient } from "@clickhouse/client";
import { micros, seconds, type Micros } from "@tollbook/contracts/units.ts";
import type { CallRow } from "@tollbook/domain/fold.ts";
import { callColumnsNamed } from "../rated-calls.ts";
import { fieldsFromRow, integer, readRows, readSettings, selectList, type StoredRow } from "../tables.ts";
import { currentCallsCondition, scopeParameters, standing, type AccountScope } from "./account-scope.ts";
import { filterCondition, type CallFilter } from "./call-filter.ts";

const listed = [
  "out_seq",
  "log_time",
  "usage_id",
  "version",
  "outcome",
  "reason",
  "call_id",
  "conference_id",
  "call_type",
  "direction",
  "from_raw",
  "from_e164",
  "to_raw",
  "to_e164",
  "user",
  "organizer",
  "department",
  "number_type",
  "emergency",
  "start_at",
  "ended_at",
  "billable_seconds",
  "usage_location",
  "destination_country",
  "destination_name",
  "destination_context",
  "capability",
  "currency",
  "amount_micros",
  "connect_fee_micros",
  "pool_minutes",
  "segments.source",
] as const;
export const callListColumns = callColumnsNamed(listed);

/** One line of a list: the row without ids of the log, proof and postings. */
export type CallListRow = Pick<
  CallRow,
  | "outSeq"
  | "logTime"
  | "usageId"
  | "version"
  | "outcome"
  | "reason"
  | "callId"
  | "conferenceId"
  | "callType"
  | "direction"
  | "fromRaw"
  | "fromE164"
  | "toRaw"
  | "toE164"
  | "user"
  | "organizer"
  | "department"
  | "numberType"
  | "emergency"
  | "startAt"
  | "endedAt"
  | "billableSeconds"
  | "usageLocation"
  | "destinationCountry"
  | "destinationName"
  | "destinationContext"
  | "capability"
  | "currency"
  | "amountMicros"
  | "connectFeeMicros"
  | "poolMinutes"
> & { readonly segmentSources: readonly CallRow["segments"][number]["source"][] };

const sortColumns = {
  startAt: "start_at",
  charge: standing("amount_micros"),
  durationSeconds: standing("billable_seconds"),
} as const;
export const callSorts = ["startAt", "-startAt", "charge", "-charge", "durationSeconds", "-durationSeconds"] as const;
export type CallSort = (typeof callSorts)[number];

/** Where the next page begins: after the row with this sort value and out_seq. */
export interface CallCursor {
  readonly value: number;
  readonly outSeq: number;
}

interface SortPlan {
  readonly field: keyof typeof sortColumns;
  readonly descending: boolean;
}

export async function listCalls(
  client: ClickHouseClient,
  scope: AccountScope,
  filter: CallFilter,
  { sort, after, limit }: { readonly sort: CallSort; readonly after: CallCursor | null; readonly limit: number },
): Promise<{ readonly rows: CallListRow[]; readonly next: CallCursor | null }> {
  const plan = planFromSort(sort);
  const { sql, parameters } = filterCondition(filter);
  const column = sortColumns[plan.field];
  const direction = plan.descending ? "DESC" : "ASC";
  const rows = await readRows<StoredRow>(
    client,
    `SELECT ${selectList(callListColumns)} FROM rated_calls WHERE ${currentCallsCondition}${sql}${cursorCondition(plan, after)}
      ORDER BY ${column} ${direction}, out_seq ${direction} LIMIT {limit:UInt32}`,
    // One more than asked for says whether there is a next page.
    { ...scopeParameters(scope), ...parameters, ...cursorParameters(after), limit: limit + 1 },
  );
  const page = rows.slice(0, limit).map(listRowFromRow);
  const last = page.at(-1);
  const next = rows.length > limit && last !== undefined ? { value: sortValue(plan, last), outSeq: last.outSeq } : null;
  return { rows: page, next };
}

function planFromSort(sort: CallSort): SortPlan {
  const descending = sort.startsWith("-");
  return { field: (descending ? sort.slice(1) : sort) as keyof typeof sortColumns, descending };
}

function cursorCondition({ field, descending }: SortPlan, after: CallCursor | null): string {
  if (after === null) return "";
  const column = sortColumns[field];
  const value = field === "startAt" ? "fromUnixTimestamp64Micro({cursorValue:Int64}, 'UTC')" : "{cursorValue:Int64}";
  const sign = descending ? "<" : ">";
  // The first half alone lets the table's order skip what lies before.
  return ` AND ${column} ${sign}= ${value} AND (${column} ${sign} ${value} OR out_seq ${sign} {cursorOutSeq:UInt64})`;
}

function cursorParameters(after: CallCursor | null): Record<string, unknown> {
  return after === null ? {} : { cursorValue: after.value, cursorOutSeq: after.outSeq };
}

function sortValue({ field }: SortPlan, row: CallListRow): number {
  return { startAt: row.startAt, charge: row.amountMicros, durationSeconds: row.billableSeconds }[field];
}

function listRowFromRow(stored: StoredRow): CallListRow {
  const row = fieldsFromRow(callListColumns, stored) as unknown as CallListRow;
  return row.outcome === "voided" ? { ...row, ...nothingLeft } : row;
}

/** Of a void: what its row took back. */
const nothingLeft = {
  billableSeconds: seconds(0),
  amountMicros: micros(0),
  connectFeeMicros: micros(0),
  poolMinutes: 0,
  segmentSources: [],
} as const;

export interface CallTotals {
  readonly currency: string;
  readonly calls: number;
  readonly billableSeconds: number;
  readonly poolMinutes: number;
  readonly chargeMicros: Micros;
}

/** Over the whole filter; one line per currency, since money of two currencies has no sum. */
export async function totalCalls(client: ClickHouseClient, scope: AccountScope, filter: CallFilter): Promise<CallTotals[]> {
  const { sql, parameters } = filterCondition(filter);
  const rows = await readRows<Record<string, unknown>>(
    client,
    `SELECT currency, count() AS calls, sum(${standing("billable_seconds")}) AS billable,
      sum(${standing("pool_minutes")}) AS minutes, sum(${standing("amount_micros")}) AS charge
      FROM rated_calls WHERE ${currentCallsCondition}${sql} GROUP BY currency ORDER BY currency`,
    { ...scopeParameters(scope), ...parameters },
  );
  return rows.map((row) => ({
    currency: String(row["currency"]),
    calls: integer(row["calls"]),
    billableSeconds: integer(row["billable"]),
    poolMinutes: integer(row["minutes"]),
    chargeMicros: micros(integer(row["charge"])),
  }));
}

/** An export may run this long; a reader who is slower than that gets an error, not a shortened file. */
const EXPORT_MAX_SECONDS = 600;

/** All calls of the filter, oldest first, as they come; the caller stops by leaving the loop. */
export async function* streamCalls(
  client: ClickHouseClient,
  scope: AccountScope,
  filter: CallFilter,
): AsyncGenerator<readonly CallListRow[]> {
  const { sql, parameters } = filterCondition(filter);
  const result = await client.query({
    query: `SELECT ${selectList(callListColumns)} FROM rated_calls WHERE ${currentCallsCondition}${sql} ORDER BY start_at, out_seq`,
    query_params: { ...scopeParameters(scope), ...parameters },
    format: "JSONEachRow",
    clickhouse_settings: { ...readSettings, max_execution_time: EXPORT_MAX_SECONDS },
  });
  try {
    for await (const rows of result.stream<StoredRow>()) yield rows.map((row) => listRowFromRow(row.json()));
  } finally {
    result.close();
  }
}
