import { randomUUID } from "node:crypto";
import { formatTime, type AccountId } from "@tollbook/contracts/units.ts";
import {
  countReportCalls,
  streamReportCalls,
  type CallFamily,
  type ReportFilter,
  type ReportRow,
} from "@tollbook/warehouse/queries/report-calls.ts";
import * as z from "zod/mini";
import { accountOf, actorOf } from "../access/principal.ts";
import { ApiProblem } from "../problem.ts";
import { AccountParams, problems } from "../schemas.ts";
import type { App } from "../services.ts";
import { directRoutingFields, exportFile, pstnFields } from "./call-export.ts";
import { sendFile } from "./download.ts";
import type { People } from "./people.ts";
import { usageFilter, usageQuery, type UsageValues } from "./pstn-usage.ts";
import { dateOf, rangeText } from "./report-range.ts";
import { freshness, nowUs, type ReportServices } from "./report-services.ts";
import { zipOf } from "./zip.ts";

/** About what a spreadsheet can open, twice. A longer time is exported in parts, never cut off silently. */
const MAX_ROWS = 2_000_000;

/** §8.2: `Calls.Export.<identifier>.zip`. */
export function registerCallsExport(app: App, services: ReportServices): void {
  const { reports, people: peopleOf } = services;
  const { user: _user, funding: _funding, paid: _paid, destinationCountry: _country, callType: _type, ...asked } = usageQuery;
  app.get(
    "/v1/accounts/:account/reports/calls-export.zip",
    {
      config: { access: { account: ["readPerUserUsage"] } },
      schema: {
        operationId: "exportCallsArchive",
        tags: ["Reports"],
        summary: "Every call of a range as in Teams: PSTN.calls, DirectRouting.calls, parameters.json",
        description:
          "RFC 4180 with a header row, UTC in ISO 8601, UTF-8. Amounts have two decimals and are never to be summed: exact ones are in " +
          "the reports. `UsageId` is the row's unique id, `Call ID` is not. PSTN calls reach 12 months back, Direct Routing 150 days.",
        produces: ["application/zip"],
        params: AccountParams,
        querystring: z.strictObject(asked),
        response: {
          200: { description: "ZIP", content: { "application/zip": { schema: z.string() } } },
          ...problems("reportsUnreachable", "meterUnreachable"),
        },
      },
    },
    async (request, reply) => {
      const account = accountOf(request);
      const people = await peopleOf.of(account);
      const now = nowUs(services, people);
      const dataUntil = await freshness(services, account, request.query.after);
      const filters = filtersOf(request.query, people, now);
      const counts = await reports.read(
        account,
        async (client, scope) =>
          await Promise.all([
            countReportCalls(client, scope, filters.pstn),
            countReportCalls(client, scope, filters.directRouting),
          ]),
      );
      const rows = counts[0] + counts[1];
      if (rows > MAX_ROWS)
        throw new ApiProblem("invalidRequest", {
          detail: `${rows} calls are more than the ${MAX_ROWS} of one export.`,
          hint: "Choose a shorter time.",
        });
      const identifier = randomUUID();
      const { id: by } = actorOf(request);
      request.log.info({ audit: "calls.exported", account, rows, actor: by, identifier }, "calls were exported");
      const found = new Set<string>();
      const date = dateOf(now);
      const archive = zipOf(
        [
          { name: `PSTN.calls.${date}.csv`, chunks: file("pstn", account, people, filters, found) },
          { name: `DirectRouting.calls.${date}.csv`, chunks: file("directRouting", account, people, filters, found) },
          {
            name: "parameters.json",
            chunks: parameters(() => ({
              identifier,
              account,
              generatedAt: formatTime(now),
              dataUntil,
              range: rangeText(filters.pstn),
              directRoutingRange: rangeText(filters.directRouting),
              // What was asked for; without a filter, what was found.
              capabilities: filters.pstn.capabilities ?? [...found].toSorted(),
            })),
          },
        ],
        services.now(),
      );
      return await sendFile(reply, { type: "application/zip", name: `Calls.Export.${identifier}.zip` }, archive);
    },
  );

  function file(
    family: CallFamily,
    account: AccountId,
    people: People,
    filters: Filters,
    found: Set<string>,
  ): AsyncGenerator<string> {
    const pages = streamReportCalls(services.clickhouse, services.settled.scope(account), filters[family]);
    const fields = family === "pstn" ? pstnFields : directRoutingFields;
    return exportFile(fields, family === "pstn" ? noting(pages, found) : pages, { account, people });
  }
}

type Filters = Readonly<Record<CallFamily, ReportFilter>>;

function filtersOf(query: UsageValues, people: People, now: Parameters<typeof usageFilter>[3]): Filters {
  const { capability: _capability, ...whenever } = query;
  return { pstn: usageFilter("pstn", query, people, now), directRouting: usageFilter("directRouting", whenever, people, now) };
}

async function* noting(pages: AsyncIterable<readonly ReportRow[]>, found: Set<string>): AsyncGenerator<readonly ReportRow[]> {
  for await (const page of pages) {
    for (const { capability } of page) if (capability !== "") found.add(capability);
    yield page;
  }
}

/** Made when its turn comes: after the calls, whose capabilities it names. */
function* parameters(make: () => object): Generator<string> {
  yield `${JSON.stringify(make(), null, 2)}\n`;
}
