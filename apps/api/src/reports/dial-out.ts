import { DialOutCalls, DialOutReport, type DialOutRow } from "@tollbook/contracts/reports.ts";
import { formatMicros, formatTime, type AccountId, type TimeUs } from "@tollbook/contracts/units.ts";
import {
  dialOutPerDay,
  dialOutPerOrganizer,
  type DialOutFilter,
  type DialOutUser,
} from "@tollbook/warehouse/queries/report-dial-out.ts";
import { listReportCalls } from "@tollbook/warehouse/queries/report-calls.ts";
import * as z from "zod/mini";
import { accountOf } from "../access/principal.ts";
import { accountName, AccountParams, afterSeq, problems } from "../schemas.ts";
import type { App } from "../services.ts";
import { CSV_TYPE, csvAnswer, csvQuery, csvStyle, csvText, orNoData, sendFile, type CsvColumn } from "./download.ts";
import { bindingOf, decodePlace, encodePlace, limitOf, pageQuery } from "./page-cursor.ts";
import type { People } from "./people.ts";
import { dateOf, earliestOf, rangeFromQuery, rangeQuery, rangeText, type RangeValues } from "./report-range.ts";
import { freshness, nowUs, type ReportServices } from "./report-services.ts";
import { dialOutCallRow } from "./usage-rows.ts";

const asked = {
  ...rangeQuery,
  destinationCountry: z.optional(z.string().check(z.regex(/^[A-Z]{2}$/, "an ISO 3166-1 alpha-2 code"))),
  after: afterSeq,
};
const EXPORT_PAGE = 1000;

/** §8.7: what conferences dialled out, per organizer; drilled down to the calls of one. */
export function registerDialOut(app: App, services: ReportServices): void {
  const { reports, people: peopleOf } = services;
  app.get(
    "/v1/accounts/:account/reports/conferencing-dial-out",
    {
      config: { access: { account: ["readPerUserUsage"] } },
      schema: {
        operationId: "getDialOutReport",
        tags: ["Reports"],
        summary: "Conferencing dial-out per organizer: minutes, money, calls; with the chart per day",
        description:
          "`creditSpent` is call charges and connection fees. Money of two currencies is never added: one row for each.",
        params: AccountParams,
        querystring: z.strictObject({ ...asked, ...pageQuery }),
        response: { 200: DialOutReport, ...problems("reportsUnreachable", "meterUnreachable") },
      },
    },
    async (request) => {
      const account = accountOf(request);
      const { query } = request;
      const people = await peopleOf.of(account);
      const now = nowUs(services, people);
      const filter = filterOf(query, now);
      const binding = bindingOf(account, "dialOut", query.range, query.from, query.to, query.destinationCountry);
      const place = decodePlace(query.cursor, binding, ["", ""]);
      const after = place === null ? null : ([String(place[0]), String(place[1])] as const);
      const limit = limitOf(query.limit);
      const dataUntil = await freshness(services, account, query.after);
      const [found, days] = await reports.read(
        account,
        async (client, scope) =>
          await Promise.all([
            // One more than asked for says whether there is a next page.
            dialOutPerOrganizer(client, scope, filter, { after, limit: limit + 1 }),
            dialOutPerDay(client, scope, filter),
          ]),
      );
      const page = found.slice(0, limit);
      const last = page.at(-1);
      return {
        generatedAt: formatTime(now),
        dataUntil,
        range: rangeText(filter),
        chart: days.map(({ day, currency, chargeMicros, minutes, calls }) => ({
          date: dateOf(day),
          currency,
          cost: formatMicros(chargeMicros),
          minutes,
          calls,
        })),
        rows: page.map((row) => rowOf(row, people)),
        next: found.length > limit && last !== undefined ? encodePlace([last.organizer, last.currency], binding) : null,
      };
    },
  );

  app.get(
    "/v1/accounts/:account/reports/conferencing-dial-out.csv",
    {
      config: { access: { account: ["readPerUserUsage"] } },
      schema: {
        operationId: "exportDialOutReport",
        tags: ["Reports"],
        summary: "The conferencing dial-out report as CSV",
        produces: ["text/csv"],
        params: AccountParams,
        querystring: z.strictObject({ ...asked, ...csvQuery }),
        response: csvAnswer,
      },
    },
    async (request, reply) => {
      const account = accountOf(request);
      const people = await peopleOf.of(account);
      await freshness(services, account, request.query.after);
      const rows = allRows(account, filterOf(request.query, nowUs(services, people)), people);
      const chunks = csvText(columns, rows, csvStyle(request.query));
      return await sendFile(reply, { type: CSV_TYPE, name: `conferencing-dial-out-${account}.csv` }, chunks);
    },
  );

  app.get(
    "/v1/accounts/:account/reports/conferencing-dial-out/:organizer",
    {
      config: { access: { account: ["readPerUserUsage"] } },
      schema: {
        operationId: "listDialOutCalls",
        tags: ["Reports"],
        summary: "The dial-out calls of one organizer, newest first",
        params: z.object({ account: accountName, organizer: z.string().check(z.minLength(1), z.maxLength(128)) }),
        querystring: z.strictObject({ ...asked, ...pageQuery }),
        response: { 200: DialOutCalls, ...problems("reportsUnreachable", "meterUnreachable") },
      },
    },
    async (request) => {
      const account = accountOf(request);
      const { query, params } = request;
      const people = await peopleOf.of(account);
      const now = nowUs(services, people);
      const user = people.storedId(params.organizer);
      const filter = { ...filterOf(query, now), user, family: "pstn", callType: "conf_out" } as const;
      const binding = bindingOf(account, "dialOutCalls", user, query.range, query.from, query.to, query.destinationCountry);
      const place = decodePlace(query.cursor, binding, [0, 0]);
      const after = place === null ? null : { startAt: Number(place[0]), outSeq: Number(place[1]) };
      const dataUntil = await freshness(services, account, query.after);
      const page = await reports.read(
        account,
        async (client, scope) =>
          await listReportCalls(client, scope, filter, { after, limit: limitOf(query.limit), newestFirst: true }),
      );
      return {
        generatedAt: formatTime(now),
        dataUntil,
        range: rangeText(filter),
        organizer: params.organizer,
        rows: page.rows.map((row) => dialOutCallRow(row, people)),
        next: page.next === null ? null : encodePlace([page.next.startAt, page.next.outSeq], binding),
      };
    },
  );

  async function* allRows(account: AccountId, filter: DialOutFilter, people: People): AsyncGenerator<DialOutRow[]> {
    for (let after: readonly [string, string] | null = null; ;) {
      const place: readonly [string, string] | null = after;
      const page: DialOutUser[] = await reports.read(
        account,
        async (client, scope) => await dialOutPerOrganizer(client, scope, filter, { after: place, limit: EXPORT_PAGE }),
      );
      yield page.map((row) => rowOf(row, people));
      const last = page.at(-1);
      if (last === undefined || page.length < EXPORT_PAGE) return;
      after = [last.organizer, last.currency];
    }
  }
}

function filterOf(query: RangeValues & { readonly destinationCountry?: string | undefined }, now: TimeUs): DialOutFilter {
  return { ...rangeFromQuery(query, now, earliestOf("pstn", now)), destinationCountry: query.destinationCountry };
}

function rowOf(row: DialOutUser, people: People): DialOutRow {
  const person = people.person(row.organizer);
  return {
    organizer: person?.id ?? "",
    meetingOrganizer: person?.displayName ?? null,
    userName: person?.userPrincipalName ?? null,
    userMinutes: row.minutes,
    creditSpent: formatMicros(row.chargeMicros),
    currency: row.currency === "" ? null : row.currency,
    dialOutCalls: row.calls,
    prepaid: formatMicros(row.creditsMicros),
  };
}

/** §8.7, in its order and words; our own last. */
const columns: readonly CsvColumn<DialOutRow>[] = [
  { name: "Meeting organizer", cell: (row) => orNoData(row.meetingOrganizer) },
  { name: "User name", cell: (row) => orNoData(row.userName) },
  { name: "User minutes", cell: (row) => ({ figure: String(row.userMinutes) }) },
  { name: "Credit spent", cell: (row) => ({ figure: row.creditSpent }) },
  { name: "Currency", cell: (row) => orNoData(row.currency) },
  { name: "Dial-out calls", cell: (row) => ({ figure: String(row.dialOutCalls) }) },
];
