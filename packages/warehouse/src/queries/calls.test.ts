import { micros, seconds, timeUs, type AccountId, type Seconds, type UsageId } from "@tollbook/contracts/units.ts";
import type { CallRow } from "@tollbook/domain/fold.ts";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeCallRows } from "../encode-rows.ts";
import { findLeg } from "../find-leg.ts";
import { insertRows, insertToken } from "../insert.ts";
import { migrate } from "../migrate.ts";
import { exampleCall } from "../testing/example-call.ts";
import { openTestWarehouse, type TestWarehouse } from "../testing/open-test-warehouse.ts";
import type { AccountScope } from "./account-scope.ts";
import type { CallFilter } from "./call-filter.ts";
import { callSorts, listCalls, streamCalls, totalCalls, type CallCursor, type CallListRow, type CallSort } from "./calls.ts";
import { usageSeries } from "./usage-series.ts";

const hour = 3_600_000_000;
const base = exampleCall().startAt;
const scope: AccountScope = { account: "acme" as AccountId, p: 3, settledBatch: 2 };
const all: CallFilter = { hiddenDigits: 0 };

/** Thirty legs over three hours with equal starts and charges among them; odd ones incoming, every fifth denied. */
const originals = Array.from({ length: 30 }, (_, i): CallRow => {
  const denied = i % 5 === 0;
  return exampleCall({
    outSeq: i + 1,
    startAt: timeUs(base + Math.floor(i / 10) * hour + (i % 3) * 1000),
    user: i % 2 === 0 ? "ada" : "bob",
    direction: i % 2 === 0 ? "outbound" : "inbound",
    callType: i % 2 === 0 ? "user_out" : "user_in",
    outcome: denied ? "denied" : "rated",
    reason: denied ? "creditsExhausted" : null,
    amountMicros: micros(denied ? 0 : (i % 4) * 1000),
    billableSeconds: seconds(denied ? 0 : i * 7),
    poolMinutes: denied ? 0 : 2,
    destinationCountry: i % 3 === 0 ? "FR" : "GB",
    currency: i === 7 ? "USD" : "EUR",
    segments: i % 4 === 0 ? [] : exampleCall().segments,
    toE164: `331402050${String(i).padStart(2, "0")}`,
  });
});
const corrected = exampleCall({
  ...originals[12],
  outSeq: 32,
  version: 2,
  entry: "replacement",
  refersTo: 13,
  startAt: timeUs(base + 2 * hour + 5),
  amountMicros: micros(9000),
});
const settled = [
  ...originals,
  exampleCall({ ...originals[12], outSeq: 31, version: 2, entry: "reversal", refersTo: 13, amountMicros: micros(-1000) }),
  corrected,
  exampleCall({
    ...originals[17],
    outSeq: 33,
    entry: "reversal",
    refersTo: 18,
    outcome: "voided",
    amountMicros: micros(-1000),
    billableSeconds: -119 as Seconds,
    poolMinutes: -2,
  }),
];
/** As it is shown: the call of the row it reverses, with nothing left of its figures. */
const voided = {
  ...settled[32],
  amountMicros: micros(0),
  billableSeconds: seconds(0),
  poolMinutes: 0,
  segments: [],
} as CallRow;
const unsettled = [exampleCall({ outSeq: 40, usageId: "not-yet" as UsageId })];
const foreign = [exampleCall({ outSeq: 50, account: "globex" as AccountId, usageId: "leg-1" as UsageId })];
/** What a reader of acme should see: worked out here without SQL. */
const current = [...originals.filter(({ outSeq }) => outSeq !== 13 && outSeq !== 18), corrected, voided];

let warehouse: TestWarehouse;
beforeAll(async () => {
  warehouse = await openTestWarehouse();
  await migrate(warehouse.client);
  const batches = [settled.slice(0, 20), settled.slice(20).concat(foreign), unsettled];
  for (const [index, rows] of batches.entries()) {
    const key = { p: 3, epoch: 1, batch: index + 1 };
    await insertRows(warehouse.client, "rated_calls", encodeCallRows(rows, key).bytes, insertToken("rated_calls", key, 1));
  }
});
afterAll(async () => await warehouse.close());

const matches = (filter: CallFilter, row: CallRow): boolean =>
  (filter.from === undefined || row.startAt >= filter.from) &&
  (filter.to === undefined || row.startAt < filter.to) &&
  (filter.user === undefined || row.user === filter.user) &&
  (filter.direction === undefined || row.direction === filter.direction) &&
  (filter.callType === undefined || row.callType === filter.callType) &&
  (filter.country === undefined || row.destinationCountry === filter.country) &&
  (filter.outcome === undefined || row.outcome === filter.outcome) &&
  (filter.funding === undefined || row.segments.some(({ source }) => source === filter.funding));

const arbitraryFilter: fc.Arbitrary<CallFilter> = fc.record({
  from: fc.option(
    fc.nat(3).map((n) => timeUs(base + n * hour)),
    { nil: undefined },
  ),
  to: fc.option(
    fc.nat(3).map((n) => timeUs(base + n * hour + 1000)),
    { nil: undefined },
  ),
  user: fc.constantFrom(undefined, undefined, "ada", "nobody"),
  direction: fc.constantFrom(undefined, undefined, "inbound" as const),
  callType: fc.constantFrom(undefined, undefined, "user_out"),
  country: fc.constantFrom(undefined, undefined, "FR"),
  outcome: fc.constantFrom(undefined, undefined, "denied" as const, "rated" as const, "voided" as const),
  funding: fc.constantFrom(undefined, undefined, "POOL" as const, "OVERAGE" as const),
  hiddenDigits: fc.constant(0),
});

async function readAll(filter: CallFilter, sort: CallSort, limit: number): Promise<CallListRow[]> {
  const found: CallListRow[] = [];
  let after: CallCursor | null = null;
  do {
    const page: Awaited<ReturnType<typeof listCalls>> = await listCalls(warehouse.client, scope, filter, { sort, after, limit });
    expect(page.rows.length).toBeLessThanOrEqual(limit);
    found.push(...page.rows);
    after = page.next;
  } while (after !== null);
  return found;
}

describe("the calls list", () => {
  it("shows, over all pages, exactly the settled newest versions that match the filter, and their totals (S6)", async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryFilter,
        fc.constantFrom(...callSorts),
        fc.integer({ min: 1, max: 12 }),
        async (filter, sort, limit) => {
          const expected = current.filter((row) => matches(filter, row));
          const found = await readAll(filter, sort, limit);
          const value = { startAt: "startAt", charge: "amountMicros", durationSeconds: "billableSeconds" }[
            sort.replace("-", "")
          ] as "startAt" | "amountMicros" | "billableSeconds";
          const sign = sort.startsWith("-") ? -1 : 1;
          const ordered = expected.toSorted((a, b) => sign * (a[value] - b[value] || a.outSeq - b.outSeq));
          expect(found.map(({ outSeq }) => outSeq)).toEqual(ordered.map(({ outSeq }) => outSeq));
          const totals = await totalCalls(warehouse.client, scope, filter);
          const sum = (field: "amountMicros" | "billableSeconds" | "poolMinutes", currency: string): number =>
            expected.filter((row) => row.currency === currency).reduce((total, row) => total + row[field], 0);
          expect(totals).toEqual(
            ["EUR", "USD"]
              .map((currency) => ({
                currency,
                calls: expected.filter((row) => row.currency === currency).length,
                billableSeconds: sum("billableSeconds", currency),
                poolMinutes: sum("poolMinutes", currency),
                chargeMicros: sum("amountMicros", currency),
              }))
              .filter(({ calls }) => calls > 0),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it("gives each field as it was stored", async () => {
    const [found] = (
      await listCalls(warehouse.client, scope, { ...all, search: "leg-2" }, { sort: "startAt", after: null, limit: 10 })
    ).rows;
    const { segments, ...row } = originals[1] ?? exampleCall();
    expect({ ...row, segmentSources: segments.map(({ source }) => source) }).toMatchObject({ ...found });
  });

  it("streams the same calls for an export, oldest first", async () => {
    const found: number[] = [];
    for await (const rows of streamCalls(warehouse.client, scope, { ...all, country: "FR" }))
      found.push(...rows.map(({ outSeq }) => outSeq));
    const list = await readAll({ ...all, country: "FR" }, "startAt", 50);
    expect(found).toEqual(list.map(({ outSeq }) => outSeq));
  });

  it("finds a number by its digits, but not by the digits that are hidden (domain §8.4)", async () => {
    const find = async (search: string, hiddenDigits: number): Promise<number> =>
      (await listCalls(warehouse.client, scope, { search, hiddenDigits }, { sort: "startAt", after: null, limit: 50 })).rows
        .length;
    expect(await find("+33 1402 05002", 0)).toBe(1);
    expect(await find("+33 1402 05002", 3)).toBe(0);
    expect(await find("33140205", 3)).toBe(15 + 15);
    expect(await find("33140205", 4)).toBe(15);
  });

  it("treats everything a reader types as text", async () => {
    for (const search of ["' OR 1=1 --", "\\'; DROP TABLE rated_calls", "{account:String}", "%", "\t\n\\N"])
      expect(await listCalls(warehouse.client, scope, { ...all, search }, { sort: "startAt", after: null, limit: 5 })).toEqual({
        rows: [],
        next: null,
      });
  });
});

it("a leg's rows are all its versions, of that account only, settled only", async () => {
  expect(await findLeg(warehouse.client, scope, "leg-13" as UsageId)).toEqual([originals[12], ...settled.slice(30, 32)]);
  expect(await findLeg(warehouse.client, scope, "not-yet" as UsageId)).toEqual([]);
  expect(await findLeg(warehouse.client, scope, "leg-1" as UsageId)).toEqual([originals[0]]);
});

it.each(["hour", "day"] as const)("calls per %s add up to the totals of the same filter", async (bucket) => {
  const points = await usageSeries(warehouse.client, scope, all, bucket);
  expect(new Set(points.map(({ time }) => time)).size).toBe(bucket === "hour" ? 3 : 1);
  const totals = await totalCalls(warehouse.client, scope, all);
  for (const total of totals) {
    const own = points.filter(({ currency }) => currency === total.currency);
    expect(own.reduce((sum, point) => sum + point.chargeMicros, 0)).toBe(total.chargeMicros);
    expect(own.reduce((sum, point) => sum + point.calls, 0)).toBe(total.calls);
  }
  expect(points.reduce((sum, point) => sum + point.denied, 0)).toBe(current.filter(({ outcome }) => outcome === "denied").length);
});

it("§10: where people have pseudonyms, neither their ids nor their own numbers are found by searching; others' numbers are", async () => {
  const found = async (search: string, hidesPeople: boolean): Promise<number> => {
    const page = { sort: "startAt", after: null, limit: 100 } as const;
    return (await listCalls(warehouse.client, scope, { ...all, search, hidesPeople }, page)).rows.length;
  };
  expect(await found("ad", false)).toBeGreaterThan(0);
  expect(await found("ad", true)).toBe(0);
  const own = current.filter(({ direction, fromE164 }) => direction === "outbound" && fromE164 === "4930901820").length;
  const others = current.filter(({ direction, fromE164 }) => direction === "inbound" && fromE164 === "4930901820").length;
  expect(await found("30901820", false)).toBe(own + others);
  expect(await found("30901820", true)).toBe(others);
  expect(await found("leg-3", true)).toBe(1);
});
