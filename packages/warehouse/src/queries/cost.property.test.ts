import { micros, seconds, timeUs, type AccountId, type Micros, type Seconds, type UsageId } from "@tollbook/contracts/units.ts";
import { callTypes } from "@tollbook/contracts/call-event.ts";
import { fundingSources } from "@tollbook/contracts/answers.ts";
import type { AccountEventRow, CallRow, Segment } from "@tollbook/domain/fold.ts";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeAccountEventRows, encodeCallRows } from "../encode-rows.ts";
import { insertRows, insertToken } from "../insert.ts";
import { migrate } from "../migrate.ts";
import { exampleCall } from "../testing/example-call.ts";
import { openTestWarehouse, type TestWarehouse } from "../testing/open-test-warehouse.ts";
import type { AccountScope } from "./account-scope.ts";
import { costByDimensions, costTotals, streamCostGroups, type CostFigures, type CostGroup } from "./cost.ts";
import { costDimensions, isTimeDimension, type CostDimension, type CostFilter } from "./cost-source.ts";

/**
 * Random calls, corrections, voids and charges on the real database: whatever costs are grouped by, the groups add up to the
 * ungrouped total, and the total to what is worked out here without SQL.
 */

const day = 86_400_000_000;
const base = exampleCall().startAt;
const scope = (account: string): AccountScope => ({ account: account as AccountId, p: 3, settledBatch: 1_000 });
const filter: CostFilter = { from: timeUs(base - 40 * day), to: timeUs(base + 40 * day), kinds: "all" };

const segmentsOf = (amounts: readonly number[], minutes: number, sources: readonly Segment["source"][]): Segment[] =>
  amounts.map((amount, at) => ({
    source: sources[at % sources.length] ?? "CREDITS",
    ref: null,
    minutes: at === 0 ? minutes : 0,
    seconds: seconds(0),
    amountMicros: micros(amount),
  }));

const aCall = fc.record({
  startAt: fc.integer({ min: -30, max: 30 }).map((days) => timeUs(base + days * day + 7)),
  user: fc.constantFrom("ada", "bob", "cyd", ""),
  organizer: fc.constantFrom("", "ada", "oto"),
  department: fc.constantFrom("Sales", "Ops", ""),
  usageLocation: fc.constantFrom("DE", "FR"),
  destinationCountry: fc.constantFrom("DE", "FR", "GB", ""),
  destinationName: fc.constantFrom("Germany", "France", "United Kingdom"),
  direction: fc.constantFrom("inbound" as const, "outbound" as const),
  callType: fc.constantFrom(...callTypes),
  capability: fc.constantFrom("MCOPSTN1", "MCOPSTNPP"),
  subscription: fc.constantFrom("plan-1", "plan-2"),
  currency: fc.constantFrom("EUR", "USD"),
  toE164: fc.constantFrom("33140205050", "33140205051", "4930123456"),
  outcome: fc.constantFrom("rated" as const, "rated" as const, "rated" as const, "denied" as const),
  amounts: fc.array(fc.integer({ min: 0, max: 3_000_000 }), { maxLength: 3 }),
  sources: fc.shuffledSubarray([...fundingSources], { minLength: 1 }),
  minutes: fc.integer({ min: 0, max: 9 }),
  billable: fc.integer({ min: 0, max: 4000 }),
  fate: fc.constantFrom("stands", "stands", "stands", "voided", "corrected"),
});

const minus = (value: number): number => -value;
const negative = (row: CallRow, outSeq: number, outcome: CallRow["outcome"]): CallRow => ({
  ...row,
  outSeq,
  entry: "reversal",
  refersTo: row.outSeq,
  outcome,
  amountMicros: minus(row.amountMicros) as Micros,
  poolMinutes: -row.poolMinutes,
  billableSeconds: minus(row.billableSeconds) as Seconds,
  segments: row.segments.map((part) => ({
    ...part,
    minutes: -part.minutes,
    amountMicros: minus(part.amountMicros) as Micros,
  })),
});

function rowsOf(account: string, calls: readonly (typeof aCall extends fc.Arbitrary<infer T> ? T : never)[]): CallRow[] {
  const rows: CallRow[] = [];
  for (const [at, { amounts, minutes, billable, sources, fate, ...fields }] of calls.entries()) {
    const denied = fields.outcome === "denied";
    const segments = denied ? [] : segmentsOf(amounts, minutes, sources);
    const row = exampleCall({
      ...fields,
      account: account as AccountId,
      outSeq: at * 3 + 1,
      usageId: `leg-${at}` as UsageId,
      segments,
      amountMicros: micros(segments.reduce((sum, { amountMicros }) => sum + amountMicros, 0)),
      poolMinutes: segments.length === 0 ? 0 : minutes,
      billableSeconds: seconds(denied ? 0 : billable),
    });
    rows.push(row);
    if (fate === "voided" && !denied) rows.push(negative(row, at * 3 + 2, "voided"));
    if (fate === "corrected" && !denied) {
      rows.push(negative(row, at * 3 + 2, "rated"));
      const [first, ...rest] = row.segments;
      const halved = first === undefined ? [] : [{ ...first, amountMicros: micros(Math.floor(first.amountMicros / 2)) }, ...rest];
      const amountMicros = micros(halved.reduce((sum, part) => sum + part.amountMicros, 0));
      rows.push({ ...row, outSeq: at * 3 + 3, entry: "replacement", refersTo: row.outSeq, segments: halved, amountMicros });
    }
  }
  return rows;
}

const aCharge = fc.record({
  type: fc.constantFrom(
    "charge.licence",
    "charge.proration",
    "charge.discount",
    "charge.credits",
    "charge.creditDebt",
    "credits.expired",
  ),
  currency: fc.constantFrom("EUR", "USD"),
  subject: fc.constantFrom("plan-1", "plan-9"),
  amountMicros: fc.integer({ min: -9_000_000, max: 90_000_000 }).map(micros),
  at: fc.integer({ min: -30, max: 30 }).map((days) => timeUs(base + days * day)),
});
const eventOf = (account: string, outSeq: number, fields: Partial<AccountEventRow>): AccountEventRow => ({
  outSeq,
  logSeq: outSeq,
  logIndex: 0,
  logTime: exampleCall().logTime,
  account: account as AccountId,
  type: "",
  outcome: "fact",
  actorKind: "system",
  actorId: "",
  commandId: "",
  subject: "",
  currency: "EUR",
  amountMicros: micros(0),
  balanceMicros: micros(0),
  postings: [],
  data: "{}",
  at: timeUs(base),
  invoice: "",
  invoiceLine: "",
  ...fields,
});

let warehouse: TestWarehouse;
let batch = 0;
beforeAll(async () => {
  warehouse = await openTestWarehouse();
  await migrate(warehouse.client);
});
afterAll(async () => await warehouse.close());

async function store(calls: readonly CallRow[], events: readonly AccountEventRow[]): Promise<void> {
  const key = { p: 3, epoch: 1, batch: ++batch };
  const { client } = warehouse;
  if (calls.length > 0)
    await insertRows(client, "rated_calls", encodeCallRows(calls, key).bytes, insertToken("rated_calls", key, 1));
  if (events.length > 0)
    await insertRows(client, "account_events", encodeAccountEventRows(events, key).bytes, insertToken("account_events", key, 1));
}

const fields = ["amountMicros", "calls", "seconds", "poolMinutes"] as const;
/** Sums per currency, in the order of the totals; empty sums left out. */
function summed(groups: readonly CostGroup[], only: readonly (keyof CostFigures)[] = fields): Record<string, number[]> {
  const result: Record<string, number[]> = {};
  for (const group of groups) {
    const sums = (result[group.currency] ??= only.map(() => 0));
    for (const [at, field] of only.entries()) sums[at] = (sums[at] ?? 0) + group[field];
  }
  return result;
}
const pairs: CostDimension[][] = costDimensions.flatMap((first) => [
  [first],
  ...costDimensions
    .filter((second) => second !== first && !(isTimeDimension(first) && isTimeDimension(second)))
    .map((second) => [first, second]),
]);

describe("costs (CM-6)", () => {
  it("CM-6: every grouping adds up to the ungrouped total to the micro-unit, Others included, and never across currencies", async () => {
    let account = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(aCall, { minLength: 1, maxLength: 40 }),
        fc.array(aCharge, { maxLength: 10 }),
        fc.shuffledSubarray(pairs, { minLength: 12, maxLength: 12 }),
        fc.integer({ min: 1, max: 4 }),
        async (calls, charges, groupings, top) => {
          const name = `a-${++account}`;
          const rows = rowsOf(name, calls);
          const events = charges.map((charge, at) => eventOf(name, 10_000 + at, charge));
          await store(rows, events);
          const totals = await costTotals(warehouse.client, scope(name), filter);

          const expected: Record<string, number> = {};
          for (const { currency, amountMicros, outcome } of rows)
            if (outcome !== "denied") expected[currency] = (expected[currency] ?? 0) + amountMicros;
          for (const { type, currency, amountMicros } of events)
            if (["charge.licence", "charge.proration", "charge.discount"].includes(type))
              expected[currency] = (expected[currency] ?? 0) + amountMicros;
          expect(Object.fromEntries(totals.map(({ currency, amountMicros }) => [currency, amountMicros]))).toEqual(expected);

          for (const dimensions of groupings) {
            const groups = await costByDimensions(warehouse.client, scope(name), filter, dimensions, top);
            // By funding source a call stands in each line that paid for it, so only money and minutes add up.
            const only = dimensions.includes("funding") ? (["amountMicros", "poolMinutes"] as const) : fields;
            const want = Object.fromEntries(totals.map((total) => [total.currency, only.map((field) => total[field])]));
            expect([dimensions, summed(groups, only)]).toEqual([dimensions, want]);
            const all: CostGroup[] = [];
            for await (const page of streamCostGroups(warehouse.client, scope(name), filter, dimensions)) all.push(...page);
            expect([dimensions, summed(all, only)]).toEqual([dimensions, want]);
          }
        },
      ),
      { numRuns: 8 },
    );
  });
});

describe("the costs of a known week", () => {
  const account = "known";
  const call = (outSeq: number, amount: number, differences: Partial<CallRow> = {}): CallRow =>
    exampleCall({
      account: account as AccountId,
      outSeq,
      usageId: `known-${outSeq}` as UsageId,
      segments: segmentsOf([amount], 0, ["CREDITS"]),
      amountMicros: micros(amount),
      poolMinutes: 0,
      ...differences,
    });
  beforeAll(async () => {
    await store(
      [
        call(1, 500_000, { user: "ada", toE164: "33140205050" }),
        call(2, 300_000, { user: "bob", toE164: "33140205051" }),
        call(3, 200_000, { user: "cyd", callType: "conf_out", organizer: "ada" }),
        call(4, 50_000, { user: "dan", startAt: timeUs(base + day) }),
        call(5, 7_000, { user: "eve", currency: "USD" }),
        call(6, 100_000, {
          user: "ada",
          segments: segmentsOf([0, 60_000, 40_000], 2, ["POOL", "CREDITS", "OVERAGE"]),
          poolMinutes: 2,
        }),
      ],
      [
        eventOf(account, 100, { type: "charge.licence", subject: "plan-1", amountMicros: micros(12_000_000), at: timeUs(base) }),
        eventOf(account, 101, { type: "charge.credits", subject: "lot-1", amountMicros: micros(50_000_000), at: timeUs(base) }),
      ],
    );
  });
  const by = async (dimensions: CostDimension[], top: number, more: Partial<CostFilter> = {}): Promise<unknown[]> => {
    const groups = await costByDimensions(warehouse.client, scope(account), { ...filter, ...more }, dimensions, top);
    return groups.map(({ currency, keys, amountMicros, groups: count }) => [currency, ...keys, amountMicros, count]);
  };

  it("AC-5, CM-6: by user: a conference's calls on its organizer; the largest first, the rest as Others with its count", async () => {
    expect(await by(["user"], 2, { kinds: "usage" })).toEqual([
      ["EUR", "ada", 800_000, 1],
      ["EUR", "bob", 300_000, 1],
      ["EUR", null, 50_000, 1],
      ["USD", "eve", 7_000, 1],
    ]);
  });

  it("CM-6: by funding source a call's money is told apart to the micro-unit", async () => {
    expect(await by(["funding"], 10, { kinds: "usage", currency: ["EUR"] })).toEqual([
      ["EUR", "CREDITS", 1_110_000, 1],
      ["EUR", "OVERAGE", 40_000, 1],
      ["EUR", "POOL", 0, 1],
    ]);
    expect(await by(["user"], 10, { funding: ["OVERAGE"] })).toEqual([["EUR", "ada", 40_000, 1]]);
  });

  it("CM-2: licences are services beside usage; bought credits are not, since what they pay is", async () => {
    expect(await by(["service"], 10, { currency: ["EUR"] })).toEqual([
      ["EUR", "subscription/plan-1", 12_000_000, 1],
      ["EUR", "usage/calling", 950_000, 1],
      ["EUR", "usage/conferencing", 200_000, 1],
    ]);
  });

  it("CM-2: daily, the largest of the whole time in every day, with the exact rest of that day", async () => {
    expect(await by(["day", "user"], 1, { kinds: "usage", currency: ["EUR"] })).toEqual([
      ["EUR", "2026-11-22", "ada", 800_000, 1],
      ["EUR", "2026-11-22", null, 300_000, 1],
      ["EUR", "2026-11-23", null, 50_000, 1],
    ]);
    expect(await by(["week"], 1, { kinds: "usage", currency: ["EUR"] })).toEqual([
      ["EUR", "2026-11-16", 1_100_000, 1],
      ["EUR", "2026-11-23", 50_000, 1],
    ]);
  });

  it("edge 26: numbers that look alike when masked stay two groups", async () => {
    expect(await by(["number"], 10, { user: ["ada", "bob"], kinds: "usage", callType: ["user_out"] })).toEqual([
      ["EUR", "33140205050", 600_000, 1],
      ["EUR", "33140205051", 300_000, 1],
    ]);
  });
});
