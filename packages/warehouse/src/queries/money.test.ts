import { micros, seconds, timeUs, type AccountId } from "@tollbook/contracts/units.ts";
import type { AccountEventRow, CallRow, Posting } from "@tollbook/domain/fold.ts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { encodeAccountEventRows, encodeCallRows } from "../encode-rows.ts";
import { insertRows, insertToken } from "../insert.ts";
import { migrate } from "../migrate.ts";
import { exampleCall } from "../testing/example-call.ts";
import { openTestWarehouse, type TestWarehouse } from "../testing/open-test-warehouse.ts";
import type { AccountScope } from "./account-scope.ts";
import { creditsLedger, type LedgerRow } from "./credits-ledger.ts";
import { reconcileHours } from "./reconcile-hours.ts";

const scope: AccountScope = { account: "acme" as AccountId, p: 3, settledBatch: 1 };
const logTime = exampleCall().logTime;

const post = (amount: number, other: string, lot = "lot-1", unit = "EUR"): Posting[] => [
  { ledger: `credits/${lot}`, unit, amount },
  { ledger: other, unit, amount: -amount },
];
const accountEvent = (outSeq: number, type: string, postings: Posting[], account = "acme"): AccountEventRow => ({
  outSeq,
  logSeq: outSeq,
  logIndex: 0,
  logTime: timeUs(logTime + outSeq * 1_000_000),
  account: account as AccountId,
  type,
  outcome: "accepted",
  actorKind: "person",
  actorId: "owner@acme.test",
  commandId: "",
  subject: "lot-1",
  currency: "EUR",
  amountMicros: micros(0),
  balanceMicros: micros(0),
  postings,
  data: "{}",
  at: timeUs(logTime + outSeq * 1_000_000),
  invoice: "",
  invoiceLine: "",
});
const charged = (outSeq: number, amount: number, differences: Partial<CallRow> = {}): CallRow =>
  exampleCall({
    outSeq,
    logTime: timeUs(logTime + outSeq * 1_000_000),
    amountMicros: micros(amount),
    segments: [{ source: "CREDITS", ref: "lot-1", minutes: 0, seconds: seconds(60), amountMicros: micros(amount) }],
    poolMinutes: 0,
    postings: post(-amount, "revenue"),
    ...differences,
  });

const events = [
  accountEvent(1, "command.credits.topUp", post(50_000_000, "payments")),
  accountEvent(3, "policy.changed", []),
  accountEvent(6, "credits.expired", [...post(-30_000_000, "forfeited"), ...post(5_000_000, "lot", "debt")]),
  accountEvent(7, "command.credits.topUp", post(99_000_000, "payments"), "globex"),
];
const calls = [
  charged(2, 45_000),
  exampleCall({
    outSeq: 4,
    segments: [],
    amountMicros: micros(0),
    poolMinutes: 0,
    postings: [{ ledger: "pool/x", unit: "MIN", amount: -2 }],
  }),
  charged(5, -45_000, { entry: "reversal", refersTo: 2 }),
  charged(8, 60_000, { entry: "replacement", refersTo: 2 }),
];

let warehouse: TestWarehouse;
beforeAll(async () => {
  warehouse = await openTestWarehouse();
  await migrate(warehouse.client);
  const store = async (callRows: CallRow[], eventRows: AccountEventRow[], batch: number): Promise<void> => {
    const key = { p: 3, epoch: 1, batch };
    await insertRows(warehouse.client, "rated_calls", encodeCallRows(callRows, key).bytes, insertToken("rated_calls", key, 1));
    await insertRows(
      warehouse.client,
      "account_events",
      encodeAccountEventRows(eventRows, key).bytes,
      insertToken("account_events", key, 1),
    );
  };
  await store(calls, events, 1);
  await store([charged(20, 1_000_000)], [accountEvent(21, "command.credits.topUp", post(7_000_000, "payments"))], 2);
});
afterAll(async () => await warehouse.close());

it("the credits ledger shows every settled movement of this account, newest first, with the balance after it", async () => {
  const pages: LedgerRow[] = [];
  for (let before: number | null = null; ;) {
    const page: Awaited<ReturnType<typeof creditsLedger>> = await creditsLedger(warehouse.client, scope, { before, limit: 2 });
    pages.push(...page.rows);
    if (page.next === null) break;
    before = page.next;
  }
  expect(pages.map(({ outSeq, kind, amountMicros, balanceMicros }) => [outSeq, kind, amountMicros, balanceMicros])).toEqual([
    [8, "call.replacement", -60_000, 24_940_000],
    [6, "credits.expired", -25_000_000, 25_000_000],
    [5, "call.reversal", 45_000, 50_000_000],
    [2, "call", -45_000, 49_955_000],
    [1, "command.credits.topUp", 50_000_000, 50_000_000],
  ]);
  expect(pages.map(({ usageId }) => usageId)).toEqual(["leg-8", "", "leg-5", "leg-2", ""]);
});

it("the hourly sums show money and minutes of rows and of their segments apart, so that a difference can be seen (D20)", async () => {
  const [hour] = await reconcileHours(warehouse.client, scope, {
    from: timeUs(logTime - 3_600_000_000),
    to: timeUs(logTime + 3_600_000_000),
  });
  expect(hour).toMatchObject({
    currency: "EUR",
    rows: 4,
    amountMicros: 60_000,
    segmentsMicros: 60_000,
    poolMinutes: 0,
    segmentMinutes: 0,
  });
});
