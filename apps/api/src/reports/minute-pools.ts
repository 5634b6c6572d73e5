import { MinutePoolsReport, type MinutePoolRow } from "@tollbook/contracts/reports.ts";
import { formatTime, parseTime, timeUs, US_PER_DAY, type AccountId, type TimeUs } from "@tollbook/contracts/units.ts";
import type { PoolsView, PoolView } from "@tollbook/contracts/views.ts";
import { firstUsageDay } from "@tollbook/warehouse/queries/cost.ts";
import { poolMinutesPerDay, type PoolDay } from "@tollbook/warehouse/queries/report-pool-days.ts";
import * as z from "zod/mini";
import { accountOf } from "../access/principal.ts";
import { askMeter } from "../ask-meter.ts";
import { forecastDays, MOST_HISTORY_DAYS, usedUpOn } from "../cost/forecast.ts";
import { AccountParams, afterSeq, problems } from "../schemas.ts";
import type { App } from "../services.ts";
import { CSV_TYPE, csvAnswer, csvQuery, csvStyle, csvText, sendFile, type CsvColumn } from "./download.ts";
import { dateOf } from "./report-range.ts";
import type { ReportServices } from "./report-services.ts";

type Pools = { readonly rows: MinutePoolRow[]; readonly month: number | null; readonly at: TimeUs };

/** §8.5: the pools of the current month as the meter sees them now, and the day on which each is expected to be used up. */
export function registerMinutePools(app: App, services: ReportServices): void {
  app.get(
    "/v1/accounts/:account/reports/minute-pools",
    {
      config: { access: { account: ["readUsage"] } },
      schema: {
        operationId: "getMinutePoolsReport",
        tags: ["Reports"],
        summary: "PSTN minute pools of this month, with the chart and the day each is expected to run out",
        description:
          "Exact now, not settled later. Pools of single users are summed up per plan and usage location. `runsOutOn` expects of each " +
          "day the mean of the same weekday over the last eight weeks; below 14 days of history nothing is said.",
        params: AccountParams,
        querystring: z.strictObject({ after: afterSeq }),
        response: { 200: MinutePoolsReport, ...problems("meterUnreachable", "logUnreachable") },
      },
    },
    async (request) => {
      const account = accountOf(request);
      const { rows, month, at } = await poolsOf(account, request.query.after);
      return { generatedAt: formatTime(at), month, chart: chartOf(rows), rows };
    },
  );

  app.get(
    "/v1/accounts/:account/reports/minute-pools.csv",
    {
      config: { access: { account: ["readUsage"] } },
      schema: {
        operationId: "exportMinutePoolsReport",
        tags: ["Reports"],
        summary: "The minute pools report as CSV",
        produces: ["text/csv"],
        params: AccountParams,
        querystring: z.strictObject({ after: afterSeq, ...csvQuery }),
        response: csvAnswer,
      },
    },
    async (request, reply) => {
      const account = accountOf(request);
      const { rows } = await poolsOf(account, request.query.after);
      const chunks = csvText(columns, onePage(rows), csvStyle(request.query));
      return await sendFile(reply, { type: CSV_TYPE, name: `minute-pools-${account}.csv` }, chunks);
    },
  );

  async function poolsOf(account: AccountId, after: string | undefined): Promise<Pools> {
    const view = (await askMeter(services.log, account, { view: "pools", summed: true }, after)) as PoolsView;
    // The account's own time, which is also its pools' and their forecast's.
    const at = parseTime(view.asOf.time) ?? timeUs(services.now().getTime() * 1000);
    const usage = await historyOf(account, at);
    const month = view.pools[0]?.month ?? null;
    return { at, month, rows: view.pools.map((pool) => rowOf(pool, usage, at)) };
  }

  /** Pools are shown also when ClickHouse is away: then without a forecast. */
  async function historyOf(account: AccountId, now: TimeUs): Promise<Usage> {
    const from = timeUs((Math.floor(now / US_PER_DAY) - MOST_HISTORY_DAYS) * US_PER_DAY);
    return await services.reports
      .read(account, async (client, scope) => {
        const [days, first] = await Promise.all([
          poolMinutesPerDay(client, scope, { from, to: timeUs(now + 1) }),
          firstUsageDay(client, scope),
        ]);
        return { days, first };
      })
      .catch(() => ({ days: [], first: null }));
  }
}

interface Usage {
  readonly days: readonly PoolDay[];
  readonly first: string | null;
}

function rowOf(pool: PoolView, usage: Usage, now: TimeUs): MinutePoolRow {
  const { totalMinutes, usedMinutes } = pool;
  return {
    usageLocation: pool.usageLocation,
    capabilityDescription: pool.description,
    totalMinutes,
    minutesUsed: usedMinutes,
    minutesAvailable: pool.availableMinutes,
    capability: pool.capability,
    countryMinutePool: pool.kind === "zoneA" ? "Zone A" : pool.usageLocation,
    percentUsed: totalMinutes === 0 ? 0 : Math.floor((usedMinutes * 100) / totalMinutes),
    kind: pool.kind,
    ...runsOut(pool, usage, now),
  };
}

function runsOut(
  { pool, availableMinutes: available }: PoolView,
  { days, first }: Usage,
  now: TimeUs,
): Pick<MinutePoolRow, "runsOut" | "runsOutOn"> {
  const today = Math.floor(now / US_PER_DAY);
  if (available <= 0) return { runsOut: "usedUp", runsOutOn: null };
  const begin = first === null ? today : Math.max(dayFrom(first), today - MOST_HISTORY_DAYS);
  const minutes = Array.from({ length: today - begin + 1 }, () => 0);
  for (const { pool: ref, date, minutes: taken } of days) {
    const at = dayFrom(date) - begin;
    if ((ref === pool || ref.startsWith(`${pool}/`)) && at >= 0 && at < minutes.length) minutes[at] = (minutes[at] ?? 0) + taken;
  }
  const soFar = minutes.at(-1) ?? 0;
  const ahead = forecastDays(minutes.slice(0, -1), today, lastDayOfMonth(now), soFar);
  if (ahead === null) return { runsOut: "notEnoughHistory", runsOutOn: null };
  const day = usedUpOn(ahead, available, soFar);
  return day === null
    ? { runsOut: "notThisMonth", runsOutOn: null }
    : { runsOut: "thisMonth", runsOutOn: dateOf(timeUs(day * US_PER_DAY)) };
}

const dayFrom = (date: string): number => Math.floor((parseTime(`${date}T00:00:00Z`) ?? 0) / US_PER_DAY);

function lastDayOfMonth(now: TimeUs): number {
  const date = new Date(now / 1000);
  return Math.floor(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0) / 86_400_000);
}

function chartOf(rows: readonly MinutePoolRow[]): {
  usageLocation: string;
  unused: number;
  domesticUsed: number;
  internationalUsed: number;
  zoneAUsed: number;
}[] {
  const countries = [...new Set(rows.map(({ usageLocation }) => usageLocation))];
  return countries.map((usageLocation) => {
    const own = rows.filter((row) => row.usageLocation === usageLocation);
    const used = (kind: MinutePoolRow["kind"]): number =>
      own.reduce((sum, row) => (row.kind === kind ? sum + row.minutesUsed : sum), 0);
    return {
      usageLocation,
      unused: own.reduce((sum, { totalMinutes, minutesUsed }) => sum + Math.max(0, totalMinutes - minutesUsed), 0),
      domesticUsed: used("domestic"),
      internationalUsed: used("international"),
      zoneAUsed: used("zoneA"),
    };
  });
}

async function* onePage<Row>(rows: readonly Row[]): AsyncGenerator<readonly Row[]> {
  yield rows;
}

const minutes = (value: number) => ({ figure: String(value) });

/** §8.5, then the older form's two columns. */
const columns: readonly CsvColumn<MinutePoolRow>[] = [
  { name: "Country or region", cell: (row) => row.usageLocation },
  { name: "Capability description", cell: (row) => row.capabilityDescription },
  { name: "Total minutes", cell: (row) => minutes(row.totalMinutes) },
  { name: "Minutes used", cell: (row) => minutes(row.minutesUsed) },
  { name: "Minutes available", cell: (row) => minutes(row.minutesAvailable) },
  { name: "Capability", cell: (row) => row.capability },
  { name: "Country minute pool", cell: (row) => row.countryMinutePool },
  { name: "Percent used", cell: (row) => minutes(row.percentUsed) },
];
