import { DirectRoutingReport } from "@tollbook/contracts/reports.ts";
import { formatTime } from "@tollbook/contracts/units.ts";
import { callsPerDay, listReportCalls, streamReportCalls } from "@tollbook/warehouse/queries/report-calls.ts";
import * as z from "zod/mini";
import { accountOf } from "../access/principal.ts";
import { AccountParams, problems } from "../schemas.ts";
import type { App } from "../services.ts";
import { directRoutingFields, exportFile } from "./call-export.ts";
import { CSV_TYPE, csvAnswer, sendFile } from "./download.ts";
import { decodePlace, encodePlace, limitOf, pageQuery } from "./page-cursor.ts";
import { chartOf, usageBinding, usageFilter, usageQuery } from "./pstn-usage.ts";
import { rangeText } from "./report-range.ts";
import { freshness, nowUs, type ReportServices } from "./report-services.ts";
import { directRoutingRow } from "./usage-rows.ts";

const { range, from, to, user, callType, after } = usageQuery;
const query = { range, from, to, user, callType, after };

/** §8.2: legs over one's own carrier, attempts too; 150 days back. */
export function registerDirectRouting(app: App, services: ReportServices): void {
  const { reports, clickhouse, settled, people: peopleOf } = services;
  app.get(
    "/v1/accounts/:account/reports/direct-routing",
    {
      config: { access: { account: ["readPerUserUsage"] } },
      schema: {
        operationId: "getDirectRoutingReport",
        tags: ["Reports"],
        summary: "Direct Routing usage: one row per leg, failed attempts too, newest first, with the chart",
        description: "7 days, 28 days or a range of one's own, in UTC, by start of the call; 150 days back.",
        params: AccountParams,
        querystring: z.strictObject({ ...query, ...pageQuery }),
        response: { 200: DirectRoutingReport, ...problems("reportsUnreachable", "meterUnreachable") },
      },
    },
    async (request) => {
      const account = accountOf(request);
      const people = await peopleOf.of(account);
      const now = nowUs(services, people);
      const filter = usageFilter("directRouting", request.query, people, now);
      const binding = usageBinding(account, "directRouting", request.query);
      const place = decodePlace(request.query.cursor, binding, [0, 0]);
      const before = place === null ? null : { startAt: Number(place[0]), outSeq: Number(place[1]) };
      const dataUntil = await freshness(services, account, request.query.after);
      const [page, days] = await reports.read(
        account,
        async (client, scope) =>
          await Promise.all([
            listReportCalls(client, scope, filter, { after: before, limit: limitOf(request.query.limit), newestFirst: true }),
            callsPerDay(client, scope, filter),
          ]),
      );
      return {
        generatedAt: formatTime(now),
        dataUntil,
        range: rangeText(filter),
        chart: chartOf(days, filter, now),
        rows: page.rows.map((row) => directRoutingRow(account, row, people)),
        next: page.next === null ? null : encodePlace([page.next.startAt, page.next.outSeq], binding),
      };
    },
  );

  app.get(
    "/v1/accounts/:account/reports/direct-routing.csv",
    {
      config: { access: { account: ["readPerUserUsage"] } },
      schema: {
        operationId: "exportDirectRoutingReport",
        tags: ["Reports"],
        summary: "The Direct Routing report as CSV: the 22 fields of the export, oldest first",
        produces: ["text/csv"],
        params: AccountParams,
        querystring: z.strictObject(query),
        response: csvAnswer,
      },
    },
    async (request, reply) => {
      const account = accountOf(request);
      const people = await peopleOf.of(account);
      const filter = usageFilter("directRouting", request.query, people, nowUs(services, people));
      await freshness(services, account, request.query.after);
      const pages = streamReportCalls(clickhouse, settled.scope(account), filter);
      const chunks = exportFile(directRoutingFields, pages, { account, people });
      return await sendFile(reply, { type: CSV_TYPE, name: `direct-routing-${account}.csv` }, chunks);
    },
  );
}
