import { CostAnomalies } from "@tollbook/contracts/cost-answers.ts";
import { formatMicros, micros, parseTime, timeUs, US_PER_DAY } from "@tollbook/contracts/units.ts";
import { costByDimensions, firstUsageDay, MAX_TOP, type CostGroup } from "@tollbook/warehouse/queries/cost.ts";
import * as z from "zod/mini";
import { accountOf } from "../access/principal.ts";
import { dateOf, rangeText } from "../reports/report-range.ts";
import { freshness, nowUs, type ReportServices } from "../reports/report-services.ts";
import { AccountParams, problems } from "../schemas.ts";
import type { App } from "../services.ts";
import { findAnomalies, WEEKS_COMPARED } from "./anomalies.ts";
import { costNames } from "./cost-names.ts";
import { costFilter, costFilterQuery, costRange, costRangeQuery } from "./cost-query.ts";

/** Where a day may stand out: in all, in one country, in one type of call, with one user. */
const dimensions = ["total", "destinationCountry", "callType", "user"] as const;

export function registerCostAnomalies(app: App, services: ReportServices): void {
  const { reports, people: peopleOf, log } = services;
  app.get(
    "/v1/accounts/:account/cost/anomalies",
    {
      config: { access: { account: ["readCost"], perUser: ["user"] } },
      schema: {
        operationId: "listCostAnomalies",
        tags: ["Reports"],
        summary: "Days whose usage cost more than such days usually do",
        description:
          "Compared with the median of the same weekday of the eight weeks before: above it by more than four times 1.4826 · MAD, by more " +
          "than a quarter and by more than one currency unit. Nothing is said with fewer than four such days since the first call. The day " +
          "that still runs is not looked at.",
        params: AccountParams,
        querystring: z.strictObject({ ...costRangeQuery, ...costFilterQuery }),
        response: { 200: CostAnomalies, ...problems("reportsUnreachable", "meterUnreachable") },
      },
    },
    async (request) => {
      const account = accountOf(request);
      const { query } = request;
      const people = await peopleOf.of(account);
      const now = nowUs(services, people);
      const today = Math.floor(now / US_PER_DAY);
      const range = costRange(query, now);
      const from = Math.floor(range.from / US_PER_DAY);
      const end = Math.min(Math.ceil(range.to / US_PER_DAY), today);
      const dataUntil = await freshness(services, account, query.after);
      const names = await costNames(log, account, people);
      const first = await reports.read(account, firstUsageDay);
      const begin = Math.max(from - 7 * WEEKS_COMPARED, first === null ? today : dayFrom(first));
      const found: z.infer<typeof CostAnomalies>["anomalies"] = [];
      for (const dimension of dimensions) {
        if (begin >= end) break;
        const time = { from: timeUs(begin * US_PER_DAY), to: timeUs(end * US_PER_DAY) };
        const filter = { ...costFilter(query, time, people), kinds: "usage" as const };
        const keys = dimension === "total" ? (["day"] as const) : (["day", dimension] as const);
        const groups = await reports.read(
          account,
          async (client, scope) => await costByDimensions(client, scope, filter, keys, MAX_TOP),
        );
        for (const { currency, key, values } of seriesOf(groups, begin, end))
          for (const { day, expected, actual } of findAnomalies(values, begin, from))
            found.push({
              date: dateOf(timeUs(day * US_PER_DAY)),
              currency,
              dimension,
              key: dimension === "total" ? null : names(dimension, key),
              expected: formatMicros(micros(expected)),
              actual: formatMicros(micros(actual)),
            });
      }
      found.sort((a, b) => (a.date < b.date ? 1 : a.date > b.date ? -1 : 0));
      return { dataUntil, range: rangeText(range), timeZone: "UTC" as const, anomalies: found };
    },
  );
}

const dayFrom = (date: string): number => Math.floor((parseTime(`${date}T00:00:00Z`) ?? 0) / US_PER_DAY);

interface Series {
  readonly currency: string;
  readonly key: string;
  /** By day from `begin` on; days on which nothing was spent are zero. */
  readonly values: number[];
}

/** One per currency and group; what is summed up as "Others" is not one thing and has no series. */
function seriesOf(groups: readonly CostGroup[], begin: number, end: number): Series[] {
  const found = new Map<string, Series>();
  for (const { currency, keys, amountMicros } of groups) {
    if (keys.includes(null)) continue;
    const [date = "", key = ""] = keys as readonly string[];
    const id = JSON.stringify([currency, key]);
    const series = found.get(id) ?? { currency, key, values: Array.from({ length: end - begin }, () => 0) };
    series.values[dayFrom(date) - begin] = amountMicros;
    found.set(id, series);
  }
  return [...found.values()];
}
