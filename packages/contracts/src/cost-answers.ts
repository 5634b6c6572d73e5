import * as z from "zod/mini";

/**
 * Cost management as HTTP bodies (domain CM-1 to CM-6). Money is a decimal string exact to the millionth and never added
 * across currencies; dates are UTC days. What groups are called: `key` is the value to filter by, `label` what people read.
 */

const money = z.string();
const time = z.string();
const date = z.string();

const figures = { amount: money, calls: z.int(), seconds: z.int(), poolMinutes: z.int() };

export const costGroupings = [
  "user",
  "department",
  "usageLocation",
  "destinationCountry",
  "destination",
  "direction",
  "callType",
  "capability",
  "subscription",
  "funding",
  "currency",
  "number",
  "service",
  "day",
  "week",
  "month",
] as const;
export type CostGrouping = (typeof costGroupings)[number];

const head = {
  dataUntil: z.nullable(time),
  range: z.object({ from: time, to: time }),
  /** In which days begin: reports of calls are in UTC. */
  timeZone: z.literal("UTC"),
};

export const CostTotal = z.object({ currency: z.string(), ...figures });

/** One value of one dimension; null in the line "Others". */
export const CostKey = z.nullable(z.object({ key: z.string(), label: z.string() }));

export const CostLine = z.object({
  currency: z.string(),
  keys: z.array(CostKey),
  ...figures,
  /** Sum of the line's group from the first bucket on; only where a time dimension groups. */
  accumulated: z.nullable(money),
  others: z.boolean(),
  /** How many groups the line stands for. */
  groups: z.int(),
});

export const CostReport = z.object({
  ...head,
  groupBy: z.array(z.enum(costGroupings)),
  /** Ungrouped: what the lines add up to, to the micro-unit. */
  totals: z.array(CostTotal),
  lines: z.array(CostLine),
});

/** What changed between a period and the one before it: volume + mix + rate = change, exactly. */
export const CostMover = z.object({
  currency: z.string(),
  key: CostKey,
  before: money,
  now: money,
  change: money,
  /** As if everything had grown alike at the old prices. */
  volume: money,
  /** Its share of all minutes changed, at the old prices. */
  mix: money,
  /** The price of its minute changed. */
  rate: money,
});
export const CostComparison = z.object({
  ...head,
  previous: z.object({ from: time, to: time }),
  groupBy: z.enum(costGroupings),
  totals: z.array(
    z.object({ currency: z.string(), before: money, now: money, change: money, volume: money, mix: money, rate: money }),
  ),
  /** The largest changes first; the rest of each currency as one line without a key. */
  movers: z.array(CostMover),
});

export const CostServices = z.object({
  ...head,
  totals: z.array(CostTotal),
  services: z.array(z.object({ service: z.string(), label: z.string(), currency: z.string(), ...figures })),
  /** The ten largest of each currency per UTC day, and the rest of that day. */
  daily: z.array(z.object({ date, service: z.nullable(z.string()), currency: z.string(), amount: money, accumulated: money })),
});

export const CostForecast = z.object({
  dataUntil: z.nullable(time),
  period: z.object({ from: date, to: date }),
  currencies: z.array(
    z.object({
      currency: z.string(),
      status: z.enum(["ok", "notEnoughHistory"]),
      /** Whole days with calls known. */
      historyDays: z.int(),
      /** From the period's first day until now: usage and charges. */
      actual: money,
      usage: money,
      charges: money,
      /** At the period's end; null without enough history. Charges to come are not in it. */
      expected: z.nullable(money),
      low: z.nullable(money),
      high: z.nullable(money),
      /** Accumulated from the period's first day: what was, then what is expected with its band. */
      days: z.array(
        z.object({
          date,
          actual: z.nullable(money),
          expected: z.nullable(money),
          low: z.nullable(money),
          high: z.nullable(money),
        }),
      ),
    }),
  ),
});

export const CostAnomalies = z.object({
  ...head,
  anomalies: z.array(
    z.object({
      date,
      currency: z.string(),
      dimension: z.enum(["total", "destinationCountry", "callType", "user"]),
      key: CostKey,
      expected: money,
      actual: money,
    }),
  ),
});

export type CostTotal = z.infer<typeof CostTotal>;
export type CostKey = z.infer<typeof CostKey>;
export type CostLine = z.infer<typeof CostLine>;
export type CostReport = z.infer<typeof CostReport>;
export type CostMover = z.infer<typeof CostMover>;
export type CostComparison = z.infer<typeof CostComparison>;
export type CostServices = z.infer<typeof CostServices>;
export type CostForecast = z.infer<typeof CostForecast>;
export type CostAnomalies = z.infer<typeof CostAnomalies>;
