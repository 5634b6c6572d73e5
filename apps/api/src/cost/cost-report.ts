import { CostReport, type CostGrouping, type CostLine } from "@tollbook/contracts/cost-answers.ts";
import { formatMicros, micros } from "@tollbook/contracts/units.ts";
import {
  costByDimensions,
  costTotals,
  streamCostGroups,
  type CostFigures,
  type CostGroup,
} from "@tollbook/warehouse/queries/cost.ts";
import { isTimeDimension } from "@tollbook/warehouse/queries/cost-source.ts";
import * as z from "zod/mini";
import { accountOf } from "../access/principal.ts";
import { CSV_TYPE, csvAnswer, csvQuery, csvStyle, csvText, sendFile, type CsvColumn } from "../reports/download.ts";
import { rangeText } from "../reports/report-range.ts";
import { freshness, nowUs, type ReportServices } from "../reports/report-services.ts";
import { AccountParams, problems } from "../schemas.ts";
import type { App } from "../services.ts";
import { costNames, type CostNames } from "./cost-names.ts";
import {
  costFilter,
  costFilterQuery,
  costRange,
  costRangeQuery,
  dimensionsOf,
  groupByQuery,
  groupingsFrom,
} from "./cost-query.ts";

/** As Azure's and AWS's explorers: nine and the rest. */
const DEFAULT_TOP = 9;

/** Members of the query that make a total an answer about one person (§10). */
export const perUser = ["user", "groupBy=user", "groupBy=number"] as const;

/** CM-1, CM-6: what calls and licences come to, by whatever is asked for. */
export function registerCostReport(app: App, services: ReportServices): void {
  const { reports, clickhouse, settled, people: peopleOf, log } = services;
  app.get(
    "/v1/accounts/:account/cost",
    {
      config: { access: { account: ["readCost"], perUser } },
      schema: {
        operationId: "getCost",
        tags: ["Reports"],
        summary: "Costs by up to two dimensions, the largest groups and the exact rest",
        description:
          "Usage by start of the call, licences, proration and discounts by when they were charged; in UTC. Bought credits are no cost: what " +
          "they pay is. Per currency the `top` groups of the largest amount and one line of Others; the lines add up to `totals` to the " +
          "micro-unit. With day, week (from Monday) or month among the dimensions each bucket has its lines, and `accumulated`. Grouped by " +
          "funding source, a call counts in each source that paid for it.",
        params: AccountParams,
        querystring: z.strictObject({
          ...costRangeQuery,
          ...costFilterQuery,
          groupBy: groupByQuery,
          top: z.optional(z.string().check(z.regex(/^([1-9]|[1-9]\d|100)$/, "1 to 100"))),
        }),
        response: { 200: CostReport, ...problems("reportsUnreachable", "meterUnreachable") },
      },
    },
    async (request) => {
      const account = accountOf(request);
      const { query } = request;
      const people = await peopleOf.of(account);
      const filter = costFilter(query, costRange(query, nowUs(services, people)), people);
      const groupBy = groupingsFrom(query.groupBy ?? "currency") ?? [];
      const top = Number(query.top ?? DEFAULT_TOP);
      const dataUntil = await freshness(services, account, query.after);
      const [totals, groups] = await reports.read(
        account,
        async (client, scope) =>
          await Promise.all([
            costTotals(client, scope, filter),
            costByDimensions(client, scope, filter, dimensionsOf(groupBy), top),
          ]),
      );
      const names = await costNames(log, account, people);
      return {
        dataUntil,
        range: rangeText(filter),
        timeZone: "UTC" as const,
        groupBy,
        totals: totals.map(({ currency, ...total }) => ({ currency, ...figuresOf(total) })),
        lines: linesOf(groups, groupBy, names),
      };
    },
  );

  app.get(
    "/v1/accounts/:account/cost.csv",
    {
      config: { access: { account: ["readCost"], perUser } },
      schema: {
        operationId: "exportCost",
        tags: ["Reports"],
        summary: "Costs as CSV, every group, streamed; daily per service where nothing else is asked for (CM-3)",
        description:
          "RFC 4180; for German and Danish with `;` and a decimal comma, with `bom=1` for Excel. Formulas are defused.",
        produces: ["text/csv"],
        params: AccountParams,
        querystring: z.strictObject({ ...costRangeQuery, ...costFilterQuery, groupBy: groupByQuery, ...csvQuery }),
        response: csvAnswer,
      },
    },
    async (request, reply) => {
      const account = accountOf(request);
      const { query } = request;
      const people = await peopleOf.of(account);
      const filter = costFilter(query, costRange(query, nowUs(services, people)), people);
      const groupBy = groupingsFrom(query.groupBy ?? "day,service") ?? [];
      await freshness(services, account, query.after);
      const names = await costNames(log, account, people);
      const pages = streamCostGroups(clickhouse, settled.scope(account), filter, dimensionsOf(groupBy));
      const chunks = csvText(columnsOf(groupBy, names), pages, csvStyle(query));
      return await sendFile(reply, { type: CSV_TYPE, name: `cost-${account}.csv` }, chunks);
    },
  );
}

export function figuresOf({
  amountMicros,
  ...counts
}: CostFigures): { readonly amount: string } & Omit<CostFigures, "amountMicros"> {
  return { amount: formatMicros(amountMicros), calls: counts.calls, seconds: counts.seconds, poolMinutes: counts.poolMinutes };
}

function linesOf(groups: readonly CostGroup[], groupBy: readonly CostGrouping[], names: CostNames): CostLine[] {
  const dimensions = dimensionsOf(groupBy);
  const timeAt = dimensions.findIndex(isTimeDimension);
  const sums = new Map<string, number>();
  return groups.map((group) => {
    const others = group.keys.includes(null);
    const series = JSON.stringify([group.currency, ...group.keys.filter((_, at) => at !== timeAt)]);
    const sum = (sums.get(series) ?? 0) + group.amountMicros;
    sums.set(series, sum);
    return {
      currency: group.currency,
      keys: groupBy.map((grouping) =>
        names(grouping, grouping === "currency" ? group.currency : (group.keys[dimensions.indexOf(grouping)] ?? null)),
      ),
      ...figuresOf(group),
      accumulated: timeAt === -1 ? null : formatMicros(micros(sum)),
      others,
      groups: group.groups,
    };
  });
}

const headings: Readonly<Record<CostGrouping, string>> = {
  user: "User",
  department: "Department",
  usageLocation: "Usage location",
  destinationCountry: "Destination country",
  destination: "Destination",
  direction: "Direction",
  callType: "Call type",
  capability: "Capability",
  subscription: "Subscription",
  funding: "Funding source",
  currency: "Currency",
  number: "Number",
  service: "Service",
  day: "Date",
  week: "Week from",
  month: "Month from",
};

function columnsOf(groupBy: readonly CostGrouping[], names: CostNames): CsvColumn<CostGroup>[] {
  const dimensions = dimensionsOf(groupBy);
  return [
    ...dimensions.map((dimension, at) => ({
      name: headings[dimension],
      cell: (group: CostGroup) => names(dimension, group.keys[at] ?? null)?.label ?? "",
    })),
    { name: "Currency", cell: ({ currency }) => currency },
    { name: "Cost", cell: ({ amountMicros }) => ({ figure: formatMicros(amountMicros) }) },
    { name: "Calls", cell: ({ calls }) => ({ figure: String(calls) }) },
    { name: "Seconds", cell: ({ seconds }) => ({ figure: String(seconds) }) },
    { name: "Included minutes", cell: ({ poolMinutes }) => ({ figure: String(poolMinutes) }) },
  ];
}
