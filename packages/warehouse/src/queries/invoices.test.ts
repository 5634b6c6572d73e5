import { micros, seconds, timeUs, type AccountId } from "@tollbook/contracts/units.ts";
import type { AccountEventRow, CallRow } from "@tollbook/domain/fold.ts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { encodeAccountEventRows, encodeCallRows } from "../encode-rows.ts";
import { insertRows, insertToken } from "../insert.ts";
import { migrate } from "../migrate.ts";
import { readRows } from "../tables.ts";
import { exampleCall } from "../testing/example-call.ts";
import { openTestWarehouse, type TestWarehouse } from "../testing/open-test-warehouse.ts";
import type { AccountScope } from "./account-scope.ts";
import { costOfCalls, costOfEvents, issuedSince } from "./focus.ts";
import { invoicedCalls, invoicedEvents, storedCreditNotes, storedInvoice } from "./invoices.ts";

const base = exampleCall().startAt;
const scope: AccountScope = { account: "acme" as AccountId, p: 3, settledBatch: 1 };
const onLine = { invoice: "main/2026-11-01", invoiceLine: "overage|plan-1|calling|FR|France" };

/** A leg of which `overage` stands on the line and `credits` do not. */
const call = (outSeq: number, credits: number, overage: number, more: Partial<CallRow> = {}): CallRow =>
  exampleCall({
    outSeq,
    amountMicros: micros(credits + overage),
    segments: [
      { source: "CREDITS", ref: "lot-1", minutes: 0, seconds: seconds(0), amountMicros: micros(credits) },
      { source: "OVERAGE", ref: "plan-1", minutes: 0, seconds: seconds(0), amountMicros: micros(overage) },
    ],
    ...onLine,
    ...more,
  });

function event(outSeq: number, type: string, more: Partial<AccountEventRow> = {}): AccountEventRow {
  return {
    outSeq,
    logSeq: outSeq,
    logIndex: 0,
    logTime: base,
    account: "acme" as AccountId,
    type,
    outcome: "fact",
    actorKind: "system",
    actorId: "meter",
    commandId: "",
    subject: "",
    currency: "EUR",
    amountMicros: micros(0),
    balanceMicros: micros(0),
    postings: [],
    data: "{}",
    at: base,
    invoice: "",
    invoiceLine: "",
    ...more,
  };
}

const document = (invoice: string, more: object = {}): string =>
  JSON.stringify({
    invoice,
    period: { from: "2026-11-01", to: "2026-12-01" },
    invoiceDate: "2026-12-01",
    refersTo: null,
    ...more,
  });
const years = (count: number): number => count * 365 * 86_400_000_000;

const calls = [
  call(1, 8_000, 40_000),
  call(2, -8_000, -40_000, { entry: "reversal", refersTo: 1 }),
  call(3, 0, 16_000, { entry: "replacement", refersTo: 1 }),
  exampleCall({ outSeq: 4 }),
  call(5, 0, 99, { account: "globex" as AccountId }),
];
const events = [
  event(20, "charge.licence", { ...onLine, invoiceLine: "licence|plan-1", subject: "plan-1", amountMicros: micros(23_985_000) }),
  event(21, "invoice.issued", { subject: "main/2026-11-01", data: document("main/2026-11-01") }),
  event(22, "invoice.issued", { subject: "N-2", data: document("N-2", { refersTo: "N-1", invoiceDate: "2027-02-03" }) }),
  event(23, "command.payment.result", { postings: [{ ledger: "cash/topUp", unit: "EUR", amount: -1 }], amountMicros: micros(1) }),
  event(24, "command.user.set"),
  event(30, "invoice.issued", { logTime: timeUs(base - years(9)), subject: "old", data: document("old") }),
  event(31, "charge.licence", { logTime: timeUs(base - years(9)), data: '{"names":"people"}', subject: "old-charge" }),
];

let warehouse: TestWarehouse;
beforeAll(async () => {
  warehouse = await openTestWarehouse();
  await migrate(warehouse.client);
  const key = { p: 3, epoch: 1, batch: 1 };
  await insertRows(warehouse.client, "rated_calls", encodeCallRows(calls, key).bytes, insertToken("rated_calls", key, 1));
  for (const [index, rows] of [events.slice(0, 5), events.slice(5)].entries()) {
    const { bytes } = encodeAccountEventRows(rows, key);
    await insertRows(warehouse.client, "account_events", bytes, insertToken("account_events", key, index + 1));
  }
});
afterAll(async () => await warehouse.close());

it("a line lists every row that was put on it or taken off it, page by page, each with its part of the line", async () => {
  const key = { invoice: onLine.invoice, line: onLine.invoiceLine };
  const first = await invoicedCalls(warehouse.client, scope, key, { after: 0, limit: 2 });
  expect(first.rows.map(({ outSeq, entry, invoicedMicros }) => [outSeq, entry, invoicedMicros])).toEqual([
    [1, "original", 40_000],
    [2, "reversal", -40_000],
  ]);
  const second = await invoicedCalls(warehouse.client, scope, key, { after: first.next ?? 0, limit: 2 });
  expect(second.rows.map(({ outSeq, invoicedMicros }) => [outSeq, invoicedMicros])).toEqual([[3, 16_000]]);
  expect(second.next).toBeNull();
  const licences = await invoicedEvents(warehouse.client, scope, { ...key, line: "licence|plan-1" }, { after: 0, limit: 10 });
  expect(licences.rows).toMatchObject([{ type: "charge.licence", subject: "plan-1", amountMicros: 23_985_000 }]);
});

it("finds the document that was given out and its credit notes, only settled ones, only of the account", async () => {
  expect(await storedInvoice(warehouse.client, scope, "main/2026-11-01")).toMatchObject({ invoice: "main/2026-11-01" });
  expect((await storedCreditNotes(warehouse.client, scope, "N-1")).map(({ invoice }) => invoice)).toEqual(["N-2"]);
  expect(await storedInvoice(warehouse.client, { ...scope, settledBatch: 0 }, "main/2026-11-01")).toBeNull();
  expect(await storedInvoice(warehouse.client, { ...scope, account: "globex" as AccountId }, "main/2026-11-01")).toBeNull();
});

it("an invoice is kept for ten years; what events say of people goes after 13 months (domain §8.2)", async () => {
  await warehouse.client.command({ query: "OPTIMIZE TABLE account_events FINAL" });
  const [charge] = await readRows<{ data: string }>(
    warehouse.client,
    "SELECT data FROM account_events WHERE subject = 'old-charge'",
    {},
  );
  expect(charge?.data).toBe("");
  expect(await storedInvoice(warehouse.client, scope, "old")).toMatchObject({ invoice: "old" });
});

it("costs are the rows of the invoices asked for, and beside them what is on none and lies in the time", async () => {
  const selection = { invoices: [onLine.invoice], from: base, to: timeUs(base + 1) };
  const found = [];
  for await (const page of costOfCalls(warehouse.client, scope, selection)) found.push(...page);
  expect(found.map(({ outSeq, source, amountMicros }) => [outSeq, source, amountMicros])).toEqual([
    [1, "CREDITS", 8_000],
    [1, "OVERAGE", 40_000],
    [2, "CREDITS", -8_000],
    [2, "OVERAGE", -40_000],
    [3, "CREDITS", 0],
    [3, "OVERAGE", 16_000],
    [4, "POOL", 0],
    [4, "CREDITS", 48_000],
  ]);
  const others = [];
  for await (const page of costOfEvents(warehouse.client, scope, selection)) others.push(...page);
  expect(others.map(({ outSeq }) => outSeq)).toEqual([20, 23]);
  const elsewhere = [];
  for await (const page of costOfCalls(warehouse.client, scope, { ...selection, invoices: [], to: base }))
    elsewhere.push(...page);
  expect(elsewhere).toEqual([]);
  expect((await issuedSince(warehouse.client, scope, "2026-12-02")).map(({ invoice }) => invoice)).toEqual(["N-2"]);
});
