import { fundingSources } from "@tollbook/contracts/answers.ts";
import { PstnUsageReport, type PstnUsageRow } from "@tollbook/contracts/reports.ts";
import { formatTime, type TimeUs } from "@tollbook/contracts/units.ts";
import { countryName } from "@tollbook/tariffs/country-of.ts";
import {
  callsPerDay,
  listReportCalls,
  streamReportCalls,
  type CallFamily,
  type CallsOfDay,
  type ReportFilter,
  type ReportRow,
} from "@tollbook/warehouse/queries/report-calls.ts";
import * as z from "zod/mini";
import { accountOf } from "../access/principal.ts";
import { AccountParams, afterSeq, problems } from "../schemas.ts";
import type { App } from "../services.ts";
import { withoutPlus } from "../csv-cells.ts";
import { CSV_TYPE, csvAnswer, csvQuery, csvStyle, csvText, NO_DATA, orNoData, sendFile, type CsvColumn } from "./download.ts";
import { bindingOf, decodePlace, encodePlace, limitOf, pageQuery } from "./page-cursor.ts";
import type { People } from "./people.ts";
import {
  dateOf,
  daysOf,
  earliestOf,
  rangeFromQuery,
  rangeQuery,
  rangeText,
  type RangeValues,
  type ReportRange,
} from "./report-range.ts";
import { freshness, nowUs, type ReportServices } from "./report-services.ts";
import { pstnUsageRow } from "./usage-rows.ts";

const text = z.string().check(z.minLength(1), z.maxLength(128));
const oneOrMore = z.union([text, z.array(text).check(z.maxLength(50))]);

/** The filter of the usage reports (§8.1): by user, call type or capability; our own: what paid, whether anything is charged. */
export const usageQuery = {
  ...rangeQuery,
  user: z.optional(text),
  callType: z.optional(text),
  capability: z.optional(oneOrMore),
  funding: z.optional(z.enum(fundingSources)),
  destinationCountry: z.optional(z.string().check(z.regex(/^[A-Z]{2}$/, "an ISO 3166-1 alpha-2 code"))),
  paid: z.optional(z.enum(["0", "1"])),
  after: afterSeq,
};

export interface UsageValues extends RangeValues {
  readonly user?: string | undefined;
  readonly callType?: string | undefined;
  readonly capability?: string | readonly string[] | undefined;
  readonly funding?: ReportFilter["funding"];
  readonly destinationCountry?: string | undefined;
  readonly paid?: "0" | "1" | undefined;
}

export function usageFilter(family: CallFamily, query: UsageValues, people: People, now: TimeUs): ReportFilter {
  return {
    family,
    ...rangeFromQuery(query, now, earliestOf(family, now)),
    user: query.user === undefined ? undefined : people.storedId(query.user),
    callType: query.callType,
    capabilities: query.capability === undefined ? undefined : [query.capability].flat(),
    funding: query.funding,
    destinationCountry: query.destinationCountry,
    paid: query.paid === undefined ? undefined : query.paid === "1",
  };
}

/** The filter as it is asked for, without the end of a range that grows: a cursor stays good while the clock runs. */
export function usageBinding(account: string, family: CallFamily, query: UsageValues): string {
  const { range, from, to, user, callType, capability, funding, destinationCountry, paid } = query;
  return bindingOf(account, family, range, from, to, user, callType, capability, funding, destinationCountry, paid);
}

export function chartOf(days: readonly CallsOfDay[], range: ReportRange, now: TimeUs): { date: string; calls: number }[] {
  const known = new Map(days.map(({ day, calls }) => [dateOf(day), calls]));
  return daysOf(range, now).map((date) => ({ date, calls: known.get(date) ?? 0 }));
}

export function registerPstnUsage(app: App, services: ReportServices): void {
  const { reports, clickhouse, settled, people: peopleOf } = services;
  app.get(
    "/v1/accounts/:account/reports/pstn-usage",
    {
      config: { access: { account: ["readPerUserUsage"] } },
      schema: {
        operationId: "getPstnUsageReport",
        tags: ["Reports"],
        summary: "PSTN usage: one row per connected leg over calling plans, newest first, with the chart",
        description:
          "7 days, 28 days or a range of one's own, in UTC, by start of the call; twelve months back. Null is what the table shows as " +
          "“No data”: not applicable. The filter `capability` MCOPSTNPP or MCOMEETACPEA lists exactly the calls that credits or the " +
          "minute price paid; `paid=1` lists everything that is charged, overage too.",
        params: AccountParams,
        querystring: z.strictObject({ ...usageQuery, ...pageQuery }),
        response: { 200: PstnUsageReport, ...problems("reportsUnreachable", "meterUnreachable") },
      },
    },
    async (request) => {
      const account = accountOf(request);
      const { query } = request;
      const people = await peopleOf.of(account);
      const now = nowUs(services, people);
      const filter = usageFilter("pstn", query, people, now);
      const binding = usageBinding(account, "pstn", query);
      const place = decodePlace(query.cursor, binding, [0, 0]);
      const after = place === null ? null : { startAt: Number(place[0]), outSeq: Number(place[1]) };
      const dataUntil = await freshness(services, account, query.after);
      const [page, days] = await reports.read(
        account,
        async (client, scope) =>
          await Promise.all([
            listReportCalls(client, scope, filter, { after, limit: limitOf(query.limit), newestFirst: true }),
            callsPerDay(client, scope, filter),
          ]),
      );
      return {
        generatedAt: formatTime(now),
        dataUntil,
        range: rangeText(filter),
        chart: chartOf(days, filter, now),
        rows: page.rows.map((row) => pstnUsageRow(row, people)),
        next: page.next === null ? null : encodePlace([page.next.startAt, page.next.outSeq], binding),
      };
    },
  );

  app.get(
    "/v1/accounts/:account/reports/pstn-usage.csv",
    {
      config: { access: { account: ["readPerUserUsage"] } },
      schema: {
        operationId: "exportPstnUsageReport",
        tags: ["Reports"],
        summary: "The PSTN usage report as CSV, oldest first",
        produces: ["text/csv"],
        params: AccountParams,
        querystring: z.strictObject({ ...usageQuery, ...csvQuery }),
        response: csvAnswer,
      },
    },
    async (request, reply) => {
      const account = accountOf(request);
      const people = await peopleOf.of(account);
      const filter = usageFilter("pstn", request.query, people, nowUs(services, people));
      await freshness(services, account, request.query.after);
      const pages = streamReportCalls(clickhouse, settled.scope(account), filter);
      const rows = shownPages(pages, (row) => pstnUsageRow(row, people));
      const chunks = csvText(columns, rows, csvStyle(request.query));
      return await sendFile(reply, { type: CSV_TYPE, name: `pstn-usage-${account}.csv` }, chunks);
    },
  );
}

export async function* shownPages<Row>(
  pages: AsyncIterable<readonly ReportRow[]>,
  show: (row: ReportRow) => Row,
): AsyncGenerator<Row[]> {
  for await (const page of pages) yield page.map(show);
}

const country = (code: string | null): string => (code === null ? NO_DATA : countryName(code));
const digits = (number: string | null): string => (number === null ? NO_DATA : withoutPlus(number));

/** §8.1, in its order and words. */
const columns: readonly CsvColumn<PstnUsageRow>[] = [
  { name: "Time stamp (UTC)", cell: (row) => row.timeStamp },
  { name: "Display name", cell: (row) => orNoData(row.displayName) },
  { name: "Username", cell: (row) => orNoData(row.username) },
  { name: "Phone number", cell: (row) => digits(row.phoneNumber) },
  { name: "Call type", cell: (row) => row.callType },
  { name: "Called to", cell: (row) => digits(row.calledTo) },
  { name: "To country or region", cell: (row) => country(row.toCountry) },
  { name: "Called from", cell: (row) => digits(row.calledFrom) },
  { name: "From country or region", cell: (row) => country(row.fromCountry) },
  { name: "Charge", cell: (row) => ({ figure: row.charge }) },
  { name: "Currency", cell: (row) => orNoData(row.currency) },
  { name: "Duration", cell: (row) => ({ figure: String(row.durationSeconds) }) },
  { name: "Domestic/International", cell: (row) => orNoData(row.domesticInternational) },
  { name: "Call ID", cell: (row) => orNoData(row.callId) },
  { name: "Number type", cell: (row) => orNoData(row.numberType) },
  { name: "Country or region", cell: (row) => country(row.usageLocation) },
  { name: "Conference ID", cell: (row) => orNoData(row.conferenceId) },
  { name: "Capability", cell: (row) => orNoData(row.capability) },
];
