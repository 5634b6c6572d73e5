import { Readable } from "node:stream";
import { streamCalls, totalCalls } from "@tollbook/warehouse/queries/calls.ts";
import * as z from "zod/mini";
import { accountOf, actorOf } from "../access/principal.ts";
import { ApiProblem } from "../problem.ts";
import { problemFromQuery } from "../reports.ts";
import { AccountParams, problems } from "../schemas.ts";
import type { App, Services } from "../services.ts";
import { callFilterQuery, filterFromQuery } from "./call-query.ts";
import type { People, PeopleOf } from "../reports/people.ts";
import { callFromRow } from "./call-view.ts";
import { csvLanguages, type CsvLanguage } from "../csv-cells.ts";
import { csvHeader, csvLine } from "./csv.ts";

/** About what a spreadsheet can open, twice. A longer time is exported in parts, never cut off silently. */
const MAX_ROWS = 2_000_000;

export function registerExport(app: App, { reports, clickhouse, settled }: Services, readers: PeopleOf): void {
  app.get(
    "/v1/accounts/:account/calls.csv",
    {
      config: { access: { account: ["readPerUserUsage"] } },
      schema: {
        operationId: "exportCalls",
        tags: ["Reports"],
        summary: "The calls of a filter as CSV, streamed, oldest first",
        description:
          "RFC 4180; for German and Danish with `;` and a decimal comma. Texts that a spreadsheet would run are defused.",
        produces: ["text/csv"],
        params: AccountParams,
        querystring: z.strictObject({ ...callFilterQuery, language: z.optional(z.enum(csvLanguages)) }),
        response: {
          200: { description: "CSV", content: { "text/csv": { schema: z.string() } } },
          ...problems("reportsUnreachable", "meterUnreachable"),
        },
      },
    },
    async (request, reply) => {
      const account = accountOf(request);
      const { language = "en", ...query } = request.query;
      const reader = await readers.of(account);
      const filter = filterFromQuery(query, reader);
      await reports.settle(account, query.after);
      const totals = await reports.read(account, async (client, scope) => await totalCalls(client, scope, filter));
      const rows = totals.reduce((sum, { calls }) => sum + calls, 0);
      if (rows > MAX_ROWS)
        throw new ApiProblem("invalidRequest", {
          detail: `${rows} calls are more than the ${MAX_ROWS} of one export.`,
          hint: "Choose a shorter time.",
        });
      request.log.info({ audit: "calls.exported", account, rows, actor: actorOf(request).id }, "calls were exported");
      const lines = csvOf(streamCalls(clickhouse, settled.scope(account), filter), reader, language);
      // The first chunk decides whether this is an answer or a problem; after it, a failure breaks the connection off.
      const first = await lines.next().catch((error: unknown) => {
        throw problemFromQuery(error);
      });
      return (
        reply
          .type("text/csv; charset=utf-8; header=present")
          .header("content-disposition", `attachment; filename="calls-${account}.csv"`)
          // A stream goes out as it is; the route's schema describes the text it carries.
          .send(Readable.from(continued(first, lines)) as unknown as string)
      );
    },
  );
}

async function* csvOf(
  pages: AsyncIterable<readonly Parameters<typeof callFromRow>[0][]>,
  reader: People,
  language: CsvLanguage,
): AsyncGenerator<string> {
  let text = csvHeader(language);
  for await (const page of pages) {
    for (const row of page) text += csvLine(named(row, reader), callFromRow(row, reader), language);
    yield text;
    text = "";
  }
  if (text !== "") yield text;
}

/** As a reader may know them. */
function named<Row extends { readonly user: string; readonly organizer: string }>(row: Row, people: People): Row {
  return { ...row, user: people.person(row.user)?.id ?? "", organizer: people.person(row.organizer)?.id ?? "" };
}

async function* continued(first: IteratorResult<string>, rest: AsyncIterable<string>): AsyncGenerator<string> {
  if (first.done !== true) yield first.value;
  yield* rest;
}
