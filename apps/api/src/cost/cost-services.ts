import { CostServices } from "@tollbook/contracts/cost-answers.ts";
import { formatMicros, micros } from "@tollbook/contracts/units.ts";
import { costByDimensions, costTotals, MAX_TOP } from "@tollbook/warehouse/queries/cost.ts";
import * as z from "zod/mini";
import { accountOf } from "../access/principal.ts";
import { rangeText } from "../reports/report-range.ts";
import { freshness, nowUs, type ReportServices } from "../reports/report-services.ts";
import { AccountParams, problems } from "../schemas.ts";
import type { App } from "../services.ts";
import { costNames } from "./cost-names.ts";
import { figuresOf } from "./cost-report.ts";
import { costFilter, costFilterQuery, costRange, costRangeQuery } from "./cost-query.ts";

/** CM-2: "breaks cost down daily for the top 10 services". */
const DAILY_TOP = 10;

export function registerCostServices(app: App, services: ReportServices): void {
  const { reports, people: peopleOf, log } = services;
  app.get(
    "/v1/accounts/:account/cost/services",
    {
      config: { access: { account: ["readCost"], perUser: ["user"] } },
      schema: {
        operationId: "getCostServices",
        tags: ["Reports"],
        summary: "The services of a period, and the ten largest day by day (CM-2)",
        description: "Calls by kind of service; licences and proration by subscription; discounts.",
        params: AccountParams,
        querystring: z.strictObject({ ...costRangeQuery, ...costFilterQuery }),
        response: { 200: CostServices, ...problems("reportsUnreachable", "meterUnreachable") },
      },
    },
    async (request) => {
      const account = accountOf(request);
      const { query } = request;
      const people = await peopleOf.of(account);
      const filter = costFilter(query, costRange(query, nowUs(services, people)), people);
      const dataUntil = await freshness(services, account, query.after);
      const [totals, list, daily] = await reports.read(
        account,
        async (client, scope) =>
          await Promise.all([
            costTotals(client, scope, filter),
            costByDimensions(client, scope, filter, ["service"], MAX_TOP),
            costByDimensions(client, scope, filter, ["day", "service"], DAILY_TOP),
          ]),
      );
      const names = await costNames(log, account, people);
      const sums = new Map<string, number>();
      return {
        dataUntil,
        range: rangeText(filter),
        timeZone: "UTC" as const,
        totals: totals.map(({ currency, ...total }) => ({ currency, ...figuresOf(total) })),
        services: list.map(({ currency, keys: [service = null], ...group }) => ({
          service: service ?? "",
          label: names("service", service)?.label ?? "",
          currency,
          ...figuresOf(group),
        })),
        daily: daily.map(({ currency, keys: [date, service = null], amountMicros }) => {
          const series = JSON.stringify([currency, service]);
          const sum = (sums.get(series) ?? 0) + amountMicros;
          sums.set(series, sum);
          return {
            date: date ?? "",
            service,
            currency,
            amount: formatMicros(amountMicros),
            accumulated: formatMicros(micros(sum)),
          };
        }),
      };
    },
  );
}
