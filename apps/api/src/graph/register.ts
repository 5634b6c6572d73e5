import { timeUs, type AccountId } from "@tollbook/contracts/units.ts";
import { listBlockChanges } from "@tollbook/warehouse/queries/report-blocked-users.ts";
import { listReportCalls } from "@tollbook/warehouse/queries/report-calls.ts";
import { dialOutGroups } from "@tollbook/warehouse/queries/report-dial-out.ts";
import type { FastifyRequest } from "fastify";
import * as z from "zod/mini";
import { missingPermission } from "../access/forbidden.ts";
import { heldIn } from "../access/held.ts";
import { principalOf } from "../access/principal.ts";
import { ApiProblem } from "../problem.ts";
import { bindingOf, decodePlace, encodePlace, type Place } from "../reports/page-cursor.ts";
import type { PeopleOf } from "../reports/people.ts";
import { earliestOf } from "../reports/report-range.ts";
import { nowUs, type ReportServices } from "../reports/report-services.ts";
import type { App, Services } from "../services.ts";
import {
  directRoutingLogRow,
  pstnBlockedUsersLogRow,
  pstnCallLogRow,
  pstnOnlineMeetingDialoutReport,
  type GraphContext,
} from "./graph-rows.ts";
import { answerODataError, functionCallFrom, odataText, type FunctionCall } from "./odata.ts";

type GraphServices = ReportServices & Pick<Services, "directory" | "config">;

/** §8.8: a page of Microsoft's. */
const PAGE = 1000;

interface Page {
  readonly value: object[];
  /** Where the next page begins; null: this is the last one. */
  readonly next: Place | null;
}

/** One function of `microsoft.graph.callRecords`: its rows' type, and how a page of them is read. */
interface GraphFunction {
  readonly rowType: string;
  readonly versions: readonly ("v1.0" | "beta")[];
  /** An example of a page's place, so that a cursor of another function is told apart. */
  readonly place: Place;
  readonly page: (services: GraphServices, call: FunctionCall, context: GraphContext, after: Place | null) => Promise<Page>;
}

const callsPage =
  (family: "pstn" | "directRouting", show: typeof pstnCallLogRow): GraphFunction["page"] =>
  async (services, { from, to }, context, after) => {
    const earliest = earliestOf(family, nowUs(services, context.people));
    // Both bounds are inclusive, and a time has microseconds.
    const filter = { family, from: from < earliest ? earliest : from, to: timeUs(to + 1) };
    const cursor = after === null ? null : { startAt: Number(after[0]), outSeq: Number(after[1]) };
    const { rows, next } = await services.reports.read(
      context.account as AccountId,
      async (client, scope) => await listReportCalls(client, scope, filter, { after: cursor, limit: PAGE, newestFirst: false }),
    );
    return { value: rows.map((row) => show(row, context)), next: next === null ? null : [next.startAt, next.outSeq] };
  };

const functions: Readonly<Record<string, GraphFunction>> = {
  getPstnCalls: {
    rowType: "pstnCallLogRow",
    versions: ["v1.0", "beta"],
    place: [0, 0],
    page: callsPage("pstn", pstnCallLogRow),
  },
  getDirectRoutingCalls: {
    rowType: "directRoutingLogRow",
    versions: ["v1.0", "beta"],
    place: [0, 0],
    page: callsPage("directRouting", directRoutingLogRow),
  },
  getPstnBlockedUsersLog: {
    rowType: "pstnBlockedUsersLogRow",
    versions: ["beta"],
    place: [0, ""],
    async page(services, { from, to }, context, after) {
      const range = { since: earliestOf("pstn", nowUs(services, context.people)), from, to: timeUs(to + 1) };
      const cursor = after === null ? null : { at: Number(after[0]), id: String(after[1]) };
      const { rows, next } = await services.reports.read(
        context.account as AccountId,
        async (client, scope) => await listBlockChanges(client, scope, range, { after: cursor, limit: PAGE }),
      );
      return { value: rows.map((row) => pstnBlockedUsersLogRow(row, context)), next: next === null ? null : [next.at, next.id] };
    },
  },
  getPstnOnlineMeetingDialoutReport: {
    rowType: "pstnOnlineMeetingDialoutReport",
    versions: ["beta"],
    place: [0],
    async page(services, { from, to }, context, after) {
      const earliest = earliestOf("pstn", nowUs(services, context.people));
      const skip = after === null ? 0 : Number(after[0]);
      const filter = { from: from < earliest ? earliest : from, to: timeUs(to + 1) };
      const groups = await services.reports.read(
        context.account as AccountId,
        async (client, scope) => await dialOutGroups(client, scope, filter, { skip, limit: PAGE + 1 }),
      );
      const value = groups.slice(0, PAGE).map((group) => pstnOnlineMeetingDialoutReport(group, context));
      return { value, next: groups.length > PAGE ? [skip + PAGE] : null };
    },
  },
};

/**
 * Answers in Microsoft Graph's shape, so that a tool written for its call records reads ours: another host and a key of ours is
 * all it needs. The account is the key's.
 */
export async function registerGraph(
  app: App,
  from: Pick<Services, "reports" | "clickhouse" | "settled" | "log" | "now" | "directory" | "config">,
  people: PeopleOf,
): Promise<void> {
  const services: GraphServices = { ...from, people };
  await app.register(async (scope) => {
    const graph = scope as unknown as App;
    graph.setErrorHandler(answerODataError);
    for (const version of ["v1.0", "beta"] as const) registerVersion(graph, services, version);
  });
}

const ODataError = z.object({ error: z.object({ code: z.string(), message: z.string(), innerError: z.looseObject({}) }) });
const failures = Object.fromEntries(
  [400, 401, 403, 404, 429, 500, 503].map((status) => [
    status,
    { description: "As OData describes errors", content: { "application/json": { schema: ODataError } } },
  ]),
);
const Answer = z.looseObject({
  "@odata.context": z.string(),
  "@odata.count": z.int(),
  "@odata.nextLink": z.optional(z.string()),
  value: z.array(z.looseObject({})),
});

function registerVersion(app: App, services: GraphServices, version: "v1.0" | "beta"): void {
  const names = Object.entries(functions).flatMap(([name, { versions }]) => (versions.includes(version) ? [name] : []));
  app.get(
    `/${version}/communications/callRecords/:function`,
    {
      config: { access: "signedIn" },
      schema: {
        operationId: version === "beta" ? "getGraphCallRecordsBeta" : "getGraphCallRecords",
        tags: ["Reports"],
        summary: `Call logs in the shape of Microsoft Graph ${version}: ${names.join(", ")}`,
        description:
          "`getPstnCalls(fromDateTime=2026-11-01,toDateTime=2026-12-01)`: UTC, both inclusive, by start of the call, at most 90 days; pages of " +
          "1,000 with `@odata.nextLink`. For API keys of one account with the scope `read`. `id` is the version 5 UUID of the usage id; " +
          "`charge` and `connectionCharge` have two decimals and are never to be summed; `operator` is the feeder that reported the call.",
        params: z.object({ function: z.string().check(z.maxLength(250)) }),
        querystring: z.object({ $skiptoken: z.optional(z.string().check(z.maxLength(1024))) }),
        response: { 200: { description: "A page", content: { "application/json": { schema: Answer } } }, ...failures },
        security: [{ apiKey: [] }],
      },
    },
    async (request, reply) => {
      const account = accountOfKey(request, services);
      const call = functionCallFrom(request.params.function);
      const known = Object.hasOwn(functions, call.name) ? functions[call.name] : undefined;
      if (known === undefined || !known.versions.includes(version))
        throw new ApiProblem("notFound", { detail: `Resource not found for the segment '${call.name}'.` });
      const binding = bindingOf(account, version, call.name, call.from, call.to);
      const after = decodePlace(request.query.$skiptoken, binding, known.place);
      const context = { account, people: await services.people.of(account), beta: version === "beta" };
      const { value, next } = await known.page(services, call, context, after);
      const base = `${services.config.secureCookies ? "https" : request.protocol}://${request.host}`;
      const body = {
        "@odata.context": `${base}/${version}/$metadata#Collection(microsoft.graph.callRecords.${known.rowType})`,
        "@odata.count": value.length,
        value,
        ...(next === null
          ? {}
          : {
              "@odata.nextLink": `${base}/${version}/communications/callRecords/${call.text}?$skiptoken=${encodePlace(next, binding)}`,
            }),
      };
      reply.type("application/json; charset=utf-8; odata.metadata=minimal").serializer((text: string) => text);
      // Sent as text, so that amounts keep their two decimals; the schema describes it.
      return await reply.send(odataText(body) as never);
    },
  );
}

/** "Application permission only" (§8.8): a key, of one account, that may read calls. */
function accountOfKey(request: FastifyRequest, { directory }: GraphServices): AccountId {
  const principal = principalOf(request);
  if (principal.kind !== "key" || principal.key.account === "*")
    throw new ApiProblem("forbidden", {
      detail: "This needs an API key of one account.",
      hint: "Create one with the scope read, and send it as bearer token.",
    });
  const { account } = principal.key;
  const held = heldIn(principal, account, directory);
  if (held === null) throw new ApiProblem("notFound", { detail: "The key's account does not exist." });
  if (!held.everywhere("readPerUserUsage")) throw missingPermission(["readPerUserUsage"], principal, held);
  return account as AccountId;
}
