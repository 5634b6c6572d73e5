import { CostForecast } from "@tollbook/contracts/cost-answers.ts";
import { formatMicros, micros, parseTime, timeUs, US_PER_DAY, type TimeUs } from "@tollbook/contracts/units.ts";
import { costByDimensions, firstUsageDay, type CostGroup } from "@tollbook/warehouse/queries/cost.ts";
import type { CostFilter } from "@tollbook/warehouse/queries/cost-source.ts";
import * as z from "zod/mini";
import { accountOf } from "../access/principal.ts";
import { dateOf, type ReportRange } from "../reports/report-range.ts";
import { freshness, nowUs, type ReportServices } from "../reports/report-services.ts";
import { AccountParams, problems } from "../schemas.ts";
import type { App } from "../services.ts";
import { costFilter, costFilterQuery, monthStart } from "./cost-query.ts";
import { forecastDays, MOST_HISTORY_DAYS } from "./forecast.ts";

/** How many months a period has, the running one being its last or in it. */
const periods = { month: 1, quarter: 3, year: 12 } as const;

export function registerCostForecast(app: App, services: ReportServices): void {
  const { reports, people: peopleOf } = services;
  app.get(
    "/v1/accounts/:account/cost/forecast",
    {
      config: { access: { account: ["readCost"], perUser: ["user"] } },
      schema: {
        operationId: "forecastCost",
        tags: ["Reports"],
        summary: "How the running month, quarter or year will probably end, with a band",
        description:
          "Usage of a day to come is expected to be the mean of the same weekday over the last eight weeks; four of five periods should end " +
          "between `low` and `high`. Below 14 whole days of history: `notEnoughHistory`. Licences count as they are charged; charges to come " +
          "are not foreseen.",
        params: AccountParams,
        querystring: z.strictObject({ ...costFilterQuery, period: z.optional(z.enum(["month", "quarter", "year"])) }),
        response: { 200: CostForecast, ...problems("reportsUnreachable", "meterUnreachable") },
      },
    },
    async (request) => {
      const account = accountOf(request);
      const { query } = request;
      const people = await peopleOf.of(account);
      const now = nowUs(services, people);
      const period = periodOf(query.period ?? "month", now);
      const dataUntil = await freshness(services, account, query.after);
      const today = Math.floor(now / US_PER_DAY);
      const since = Math.min(today - MOST_HISTORY_DAYS, Math.floor(period.from / US_PER_DAY));
      const filter = costFilter(query, { from: timeUs(since * US_PER_DAY), to: timeUs(now + 1) }, people);
      const of = async (kinds: CostFilter["kinds"]): Promise<CostGroup[]> =>
        query.costs !== undefined && query.costs !== "all" && query.costs !== kinds
          ? []
          : await reports.read(
              account,
              async (client, scope) => await costByDimensions(client, scope, { ...filter, kinds }, ["day"], 1),
            );
      const [usage, charges] = [await of("usage"), await of("charges")];
      const first = await reports.read(account, firstUsageDay);
      const begin = first === null ? today : Math.max(dayFrom(first), today - MOST_HISTORY_DAYS);
      const currencies = [...new Set([...usage, ...charges].map(({ currency }) => currency))].toSorted();
      return {
        dataUntil,
        period: { from: dateOf(period.from), to: dateOf(timeUs(period.to - 1)) },
        currencies: currencies.map((currency) => {
          const series = { usage: byDay(usage, currency), charges: byDay(charges, currency) };
          return { currency, ...forecastOf(series, period, today, begin) };
        }),
      };
    },
  );
}

function periodOf(kind: keyof typeof periods, now: TimeUs): ReportRange {
  const month = new Date(now / 1000).getUTCMonth();
  const length = periods[kind];
  const into = month % length;
  return { from: monthStart(now, -into), to: monthStart(now, length - into) };
}

const dayFrom = (date: string): number => Math.floor((parseTime(`${date}T00:00:00Z`) ?? 0) / US_PER_DAY);

function byDay(groups: readonly CostGroup[], currency: string): Map<number, number> {
  return new Map(
    groups.filter((group) => group.currency === currency).map(({ keys, amountMicros }) => [dayFrom(keys[0] ?? ""), amountMicros]),
  );
}

type CurrencyForecast = Omit<z.infer<typeof CostForecast>["currencies"][number], "currency">;
type DayOfForecast = CurrencyForecast["days"][number];

function forecastOf(
  { usage, charges }: { readonly usage: ReadonlyMap<number, number>; readonly charges: ReadonlyMap<number, number> },
  period: ReportRange,
  today: number,
  begin: number,
): CurrencyForecast {
  const firstDay = Math.floor(period.from / US_PER_DAY);
  const lastDay = Math.floor(period.to / US_PER_DAY) - 1;
  const history = Array.from({ length: today - begin }, (_, at) => usage.get(begin + at) ?? 0);
  const days: DayOfForecast[] = [];
  const sums = { usage: 0, charges: 0 };
  for (let day = firstDay; day <= today; day++) {
    sums.usage += usage.get(day) ?? 0;
    sums.charges += charges.get(day) ?? 0;
    days.push({ ...emptyDay(day), actual: money(sums.usage + sums.charges) });
  }
  const soFar = usage.get(today) ?? 0;
  // What today has come to is in its own forecast.
  const known = sums.usage + sums.charges - soFar;
  const ahead = forecastDays(history, today, lastDay, soFar);
  for (const { day, sum, low, high } of ahead ?? []) {
    const expected = { expected: money(known + sum), low: money(known + low), high: money(known + high) };
    if (day === today) days[days.length - 1] = { ...emptyDay(day), ...days.at(-1), ...expected };
    else days.push({ ...emptyDay(day), ...expected });
  }
  const end = ahead?.at(-1);
  return {
    status: end === undefined ? "notEnoughHistory" : "ok",
    historyDays: history.length,
    actual: money(sums.usage + sums.charges),
    usage: money(sums.usage),
    charges: money(sums.charges),
    expected: end === undefined ? null : money(known + end.sum),
    low: end === undefined ? null : money(known + end.low),
    high: end === undefined ? null : money(known + end.high),
    days,
  };
}

const emptyDay = (day: number): DayOfForecast => ({
  date: dateOf(timeUs(day * US_PER_DAY)),
  actual: null,
  expected: null,
  low: null,
  high: null,
});

const money = (amount: number): string => formatMicros(micros(amount));
