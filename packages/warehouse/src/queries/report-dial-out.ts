import type { ClickHouseClient } from "@clickhouse/client";
import { micros, timeUs, type Micros, type TimeUs } from "@tollbook/contracts/units.ts";
import { integer, readRows } from "../tables.ts";
import { currentCallsCondition, scopeParameters, standing, type AccountScope } from "./account-scope.ts";
import { holder, reportCondition, type ReportFilter } from "./report-calls.ts";

/** Figures of dial-out from conferences (domain §8.7). Charges include connection fees; a minute begun counts. */
interface DialOutFigures {
  readonly currency: string;
  readonly calls: number;
  readonly seconds: number;
  readonly minutes: number;
  readonly chargeMicros: Micros;
  /** Of it, what prepaid credits paid. */
  readonly creditsMicros: Micros;
}

export interface DialOutUser extends DialOutFigures {
  readonly organizer: string;
}

export interface DialOutDay extends DialOutFigures {
  readonly day: TimeUs;
}

export interface DialOutGroup extends DialOutUser {
  readonly usageLocation: string;
  readonly destinationContext: string;
}

const figures = `toString(currency) AS currency, count() AS calls, sum(${standing("billable_seconds")}) AS seconds,
  sum(${standing("intDiv(billable_seconds + 59, 60)")}) AS minutes, sum(${standing("amount_micros")}) AS charge,
  sum(${standing("arraySum((source, amount) -> if(source = 'CREDITS', amount, 0), `segments.source`, `segments.amount_micros`)")}) AS credits`;

const figuresFromRow = (row: Record<string, unknown>): DialOutFigures => ({
  currency: String(row["currency"]),
  calls: integer(row["calls"]),
  seconds: integer(row["seconds"]),
  minutes: integer(row["minutes"]),
  chargeMicros: micros(integer(row["charge"])),
  creditsMicros: micros(integer(row["credits"])),
});

/** What the report is about: of the filter only the time, the destination country and the organizer count. */
export type DialOutFilter = Pick<ReportFilter, "from" | "to" | "destinationCountry" | "user">;

const conditionOf = (filter: DialOutFilter) => reportCondition({ ...filter, family: "pstn", callType: "conf_out" });

/** One row per organizer and currency, by organizer; `after` is the pair the previous page ended at. */
export async function dialOutPerOrganizer(
  client: ClickHouseClient,
  scope: AccountScope,
  filter: DialOutFilter,
  { after, limit }: { readonly after: readonly [organizer: string, currency: string] | null; readonly limit: number },
): Promise<DialOutUser[]> {
  const { sql, parameters } = conditionOf(filter);
  const rows = await readRows<Record<string, unknown>>(
    client,
    `SELECT ${holder} AS organizer_id, ${figures} FROM rated_calls WHERE ${currentCallsCondition}${sql}
      GROUP BY organizer_id, currency ${after === null ? "" : "HAVING (organizer_id, currency) > ({afterOrganizer:String}, {afterCurrency:String})"}
      ORDER BY organizer_id, currency LIMIT {limit:UInt32}`,
    {
      ...scopeParameters(scope),
      ...parameters,
      ...(after === null ? {} : { afterOrganizer: after[0], afterCurrency: after[1] }),
      limit,
    },
  );
  return rows.map((row) => ({ organizer: String(row["organizer_id"]), ...figuresFromRow(row) }));
}

/** The chart's three tabs: cost, minutes and dial-out calls per UTC day and currency. */
export async function dialOutPerDay(client: ClickHouseClient, scope: AccountScope, filter: DialOutFilter): Promise<DialOutDay[]> {
  const { sql, parameters } = conditionOf(filter);
  const rows = await readRows<Record<string, unknown>>(
    client,
    `SELECT toUnixTimestamp(toStartOfDay(start_at, 'UTC')) AS day, ${figures}
      FROM rated_calls WHERE ${currentCallsCondition}${sql} GROUP BY day, currency ORDER BY day, currency`,
    { ...scopeParameters(scope), ...parameters },
  );
  return rows.map((row) => ({ day: timeUs(integer(row["day"]) * 1_000_000), ...figuresFromRow(row) }));
}

/** As Microsoft Graph groups it: by user, usage location, destination context and currency. */
export async function dialOutGroups(
  client: ClickHouseClient,
  scope: AccountScope,
  filter: DialOutFilter,
  { skip, limit }: { readonly skip: number; readonly limit: number },
): Promise<DialOutGroup[]> {
  const { sql, parameters } = conditionOf(filter);
  const rows = await readRows<Record<string, unknown>>(
    client,
    `SELECT ${holder} AS organizer_id, toString(usage_location) AS location, toString(destination_context) AS context, ${figures}
      FROM rated_calls WHERE ${currentCallsCondition}${sql} GROUP BY organizer_id, location, context, currency
      ORDER BY organizer_id, location, context, currency LIMIT {limit:UInt32} OFFSET {skip:UInt32}`,
    { ...scopeParameters(scope), ...parameters, skip, limit },
  );
  return rows.map((row) => ({
    organizer: String(row["organizer_id"]),
    usageLocation: String(row["location"]),
    destinationContext: String(row["context"]),
    ...figuresFromRow(row),
  }));
}
