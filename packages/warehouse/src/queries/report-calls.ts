import type { ClickHouseClient } from "@clickhouse/client";
import type { FundingSource } from "@tollbook/contracts/answers.ts";
import { micros, seconds, timeUs, type Micros, type TimeUs } from "@tollbook/contracts/units.ts";
import type { CallRow } from "@tollbook/domain/fold.ts";
import { callColumnsNamed } from "../rated-calls.ts";
import { fieldsFromRow, integer, readRows, readSettings, selectList, type StoredRow } from "../tables.ts";
import { currentCallsCondition, scopeParameters, type AccountScope } from "./account-scope.ts";
import type { Condition } from "./call-filter.ts";

/**
 * The calls of the usage reports (domain §8.1, §8.2, §8.8): over calling plans, each connected leg is one row; over Direct
 * Routing, attempts are rows too. Always the newest version of a leg, selected by its start.
 */
export type CallFamily = "pstn" | "directRouting";

export interface ReportFilter {
  readonly family: CallFamily;
  /** Start of the leg, inclusive. */
  readonly from: TimeUs;
  /** Start of the leg, exclusive. */
  readonly to: TimeUs;
  /** Whoever it is booked on: user, organizer or resource account. */
  readonly user?: string | undefined;
  readonly callType?: string | undefined;
  readonly capabilities?: readonly string[] | undefined;
  readonly funding?: FundingSource | undefined;
  readonly destinationCountry?: string | undefined;
  /** Only what costs money, however it is paid. */
  readonly paid?: boolean | undefined;
}

const selected = [
  "out_seq",
  "usage_id",
  "outcome",
  "reason",
  "call_id",
  "linked_id",
  "conference_id",
  "source",
  "feeder",
  "call_type",
  "direction",
  "from_raw",
  "from_e164",
  "to_raw",
  "to_e164",
  "number_type",
  "setup_at",
  "start_at",
  "answered_at",
  "ended_at",
  "billable_seconds",
  "sip",
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
const columns = callColumnsNamed(selected);

export type ReportRow = Pick<
  CallRow,
  | "outSeq"
  | "usageId"
  | "outcome"
  | "reason"
  | "callId"
  | "linkedId"
  | "conferenceId"
  | "source"
  | "feeder"
  | "callType"
  | "direction"
  | "fromRaw"
  | "fromE164"
  | "toRaw"
  | "toE164"
  | "numberType"
  | "setupAt"
  | "startAt"
  | "answeredAt"
  | "endedAt"
  | "billableSeconds"
  | "sip"
  | "usageLocation"
  | "destinationCountry"
  | "destinationName"
  | "destinationContext"
  | "capability"
  | "currency"
  | "amountMicros"
  | "connectFeeMicros"
  | "poolMinutes"
> & {
  readonly segmentSources: readonly FundingSource[];
  /** Whom the call is booked on (AC-5: a conference's calls on its organizer); empty: on the organisation itself. */
  readonly holder: string;
};

/** AC-5, §8.3: the organizer of a conference, the resource account of an attendant or queue, else the user. */
export const holder =
  "multiIf(startsWith(call_type, 'conf_'), if(organizer = '', user, organizer), " +
  "startsWith(call_type, 'ucap_'), if(resource_account = '', user, resource_account), user = '', toString(resource_account), user)";

/** What is paid by the minute: a row under one of these costs money, or it is not listed under it (§8.1). */
const paidCapabilities = "('MCOPSTNPP', 'MCOMEETACPEA', 'MCOMEETACPEA_GOV')";
const costsMoney = "entry != 'reversal' AND amount_micros > 0";

export function reportCondition(filter: ReportFilter): Condition {
  const parts = [
    filter.family === "pstn"
      ? "NOT startsWith(call_type, 'dr_') AND outcome IN ('rated', 'voided')"
      : "startsWith(call_type, 'dr_')",
    "start_at >= fromUnixTimestamp64Micro({from:Int64})",
    "start_at < fromUnixTimestamp64Micro({to:Int64})",
  ];
  const parameters: Record<string, unknown> = { from: filter.from, to: filter.to };
  const add = (name: string, value: unknown, sql: string): void => {
    if (value === undefined) return;
    parts.push(sql);
    parameters[name] = value;
  };
  add("holder", filter.user, `${holder} = {holder:String}`);
  add("callType", filter.callType, "call_type = {callType:String}");
  add("capabilities", filter.capabilities, "has({capabilities:Array(String)}, capability)");
  if (filter.capabilities !== undefined) parts.push(`(capability NOT IN ${paidCapabilities} OR (${costsMoney}))`);
  add("funding", filter.funding, "entry != 'reversal' AND has(`segments.source`, {funding:String})");
  add("country", filter.destinationCountry, "destination_country = {country:String}");
  if (filter.paid !== undefined) parts.push(filter.paid ? costsMoney : `NOT (${costsMoney})`);
  return { sql: parts.map((part) => ` AND ${part}`).join(""), parameters };
}

/** Where the next page begins. */
export interface ReportCursor {
  readonly startAt: number;
  readonly outSeq: number;
}

export async function listReportCalls(
  client: ClickHouseClient,
  scope: AccountScope,
  filter: ReportFilter,
  { after, limit, newestFirst }: { readonly after: ReportCursor | null; readonly limit: number; readonly newestFirst: boolean },
): Promise<{ readonly rows: ReportRow[]; readonly next: ReportCursor | null }> {
  const { sql, parameters } = reportCondition(filter);
  const [order, sign] = newestFirst ? ["DESC", "<"] : ["ASC", ">"];
  const value = "fromUnixTimestamp64Micro({cursorStart:Int64}, 'UTC')";
  // The first half alone lets the table's order skip what lies before.
  const beyond =
    after === null
      ? ""
      : ` AND start_at ${sign}= ${value} AND (start_at ${sign} ${value} OR out_seq ${sign} {cursorOutSeq:UInt64})`;
  const rows = await readRows<StoredRow>(
    client,
    `SELECT ${selectList(columns)}, ${holder} AS holder FROM rated_calls WHERE ${currentCallsCondition}${sql}${beyond}
      ORDER BY start_at ${order}, out_seq ${order} LIMIT {limit:UInt32}`,
    {
      ...scopeParameters(scope),
      ...parameters,
      ...(after === null ? {} : { cursorStart: after.startAt, cursorOutSeq: after.outSeq }),
      // One more than asked for says whether there is a next page.
      limit: limit + 1,
    },
  );
  const page = rows.slice(0, limit).map(reportRowFromRow);
  const last = page.at(-1);
  const next = rows.length > limit && last !== undefined ? { startAt: last.startAt, outSeq: last.outSeq } : null;
  return { rows: page, next };
}

/** An export may run this long; a reader who is slower than that gets an error, not a shortened file. */
const EXPORT_MAX_SECONDS = 600;

/** All calls of the report, oldest first, as they come; the caller stops by leaving the loop. */
export async function* streamReportCalls(
  client: ClickHouseClient,
  scope: AccountScope,
  filter: ReportFilter,
): AsyncGenerator<readonly ReportRow[]> {
  const { sql, parameters } = reportCondition(filter);
  const result = await client.query({
    query: `SELECT ${selectList(columns)}, ${holder} AS holder FROM rated_calls WHERE ${currentCallsCondition}${sql} ORDER BY start_at, out_seq`,
    query_params: { ...scopeParameters(scope), ...parameters },
    format: "JSONEachRow",
    clickhouse_settings: { ...readSettings, max_execution_time: EXPORT_MAX_SECONDS },
  });
  try {
    for await (const rows of result.stream<StoredRow>()) yield rows.map((row) => reportRowFromRow(row.json()));
  } finally {
    result.close();
  }
}

/** How many rows a report has, before it is exported. */
export async function countReportCalls(client: ClickHouseClient, scope: AccountScope, filter: ReportFilter): Promise<number> {
  const { sql, parameters } = reportCondition(filter);
  const [row] = await readRows<Record<string, unknown>>(
    client,
    `SELECT count() AS calls FROM rated_calls WHERE ${currentCallsCondition}${sql}`,
    { ...scopeParameters(scope), ...parameters },
  );
  return integer(row?.["calls"] ?? 0);
}

export interface CallsOfDay {
  /** Start of the UTC day. */
  readonly day: TimeUs;
  readonly calls: number;
}

/** The chart of §8.1: total calls per UTC day; days without calls are left out. */
export async function callsPerDay(client: ClickHouseClient, scope: AccountScope, filter: ReportFilter): Promise<CallsOfDay[]> {
  const { sql, parameters } = reportCondition(filter);
  const rows = await readRows<Record<string, unknown>>(
    client,
    `SELECT toUnixTimestamp(toStartOfDay(start_at, 'UTC')) AS day, count() AS calls
      FROM rated_calls WHERE ${currentCallsCondition}${sql} GROUP BY day ORDER BY day`,
    { ...scopeParameters(scope), ...parameters },
  );
  return rows.map((row) => ({ day: timeUs(integer(row["day"]) * 1_000_000), calls: integer(row["calls"]) }));
}

function reportRowFromRow(stored: StoredRow): ReportRow {
  // The table has exactly these columns; `holder` is selected beside them.
  const row = { ...fieldsFromRow(columns, stored), holder: stored["holder"] } as unknown as ReportRow;
  return row.outcome === "voided" ? { ...row, ...nothingLeft } : row;
}

/** Of a void: what its row took back. */
const nothingLeft = {
  billableSeconds: seconds(0),
  amountMicros: micros(0) as Micros,
  connectFeeMicros: micros(0) as Micros,
  poolMinutes: 0,
  segmentSources: [],
} as const;
