import { Kvm } from "@nats-io/kv";
import { gapKey, outboxBucket } from "@tollbook/contracts/outbox.ts";
import { partitionOf } from "@tollbook/contracts/subjects.ts";
import type { AccountId } from "@tollbook/contracts/units.ts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestApi, until, type TestApi } from "../testing/start-test-api.ts";

/** From the end of a period to an issued, paid invoice, under a test clock, on real servers. */
let api: TestApi;
let key: string;
beforeAll(async () => {
  api = await startTestApi();
  key = await api.key("*", ["admin"]);
}, 60_000);
afterAll(async () => await api.close());

let commands = 0;
async function command(account: string, type: string, data: object): Promise<void> {
  const headers = { "idempotency-key": `invoices-test-${++commands}` };
  const answer = await api.call("POST", `/v1/accounts/${account}/commands`, { key, headers, body: { type, data } });
  expect(`${answer.status} ${answer.text}`).toMatch(/^200 /);
}

/** Licences for 10.00 a month each, on a card that is good; its time begins on 1 January 2027. */
async function organisation(account: string, licences: number): Promise<void> {
  const testClock = "2027-01-01T00:00:00Z";
  const body = { account, name: account, country: "DE", currency: "EUR", agreement: "MCA", testClock };
  expect((await api.call("POST", "/v1/accounts", { key, body })).status).toBe(201);
  const card = { brand: "Visa", last4: "4242", expires: "2031-05", holder: "Ada", country: "DE" };
  await command(account, "paymentMethod.add", { method: "card", provider: "test", token: "test_ok", ...card });
  await command(account, "billingProfile.setPaymentMethod", { profile: "main", method: "card" });
  const terms = { term: "P1Y", billingFrequency: "monthly", unitPrice: "10.00" };
  await command(account, "subscription.buy", { subscription: "s1", product: "teams-phone-standard", licences, ...terms });
}

const moveTo = async (account: string, to: string) =>
  await api.call("POST", `/v1/accounts/${account}/test-clock`, { key, body: { to } });

interface Issued {
  readonly subject: string;
  readonly amount: string;
  readonly data: { readonly number: string; readonly lines: readonly { readonly exact: string; readonly kind: string }[] };
}

async function issued(account: string): Promise<Issued[]> {
  const query =
    "SELECT subject, toString(amount_micros) AS amount, data FROM account_events WHERE account = {account:String} AND type = 'invoice.issued' ORDER BY out_seq";
  const result = await api.stack.client.query({ query, query_params: { account }, format: "JSONEachRow" });
  return (await result.json<Record<string, string>>()).map((row) => ({
    subject: row["subject"] ?? "",
    amount: row["amount"] ?? "",
    data: JSON.parse(row["data"] ?? "{}") as Issued["data"],
  }));
}

it("a year under the test clock: twelve invoices, verified against what is stored, numbered without a gap, paid once each", async () => {
  await organisation("year", 3);
  const answer = await moveTo("year", "2028-01-05T00:00:00Z");
  expect(`${answer.status} ${answer.text}`).toMatch(/^200 /);
  expect(String(answer.body["now"])).toMatch(/^2028-01-0(4T23:59:59|5T00:00:00)/);
  const invoices = await issued("year");
  expect(invoices.map(({ data }) => data.number)).toEqual(
    invoices.map((_, i) => String(i + 1).padStart(6, "0")).map((number) => expect.stringContaining(number)),
  );
  expect(invoices).toHaveLength(12);
  for (const { amount } of invoices) expect(amount).toBe("30000000");
  const { body } = await api.call("GET", "/v1/test-provider/accounts/year/charges", { key });
  const charges = body["charges"] as unknown as { amountMicros: string; outcome: string; requests: number }[];
  expect(charges).toHaveLength(12);
  for (const charge of charges) expect(charge).toMatchObject({ amountMicros: "30000000", outcome: "succeeded", requests: 1 });
  // Twenty seconds where nothing else runs; the limit is for a busy machine.
}, 300_000);

it("P5: an invoice whose stored rows were tampered with is not issued, is shown to people, and is issued once they are right again", async () => {
  await organisation("tampered", 2);
  expect((await moveTo("tampered", "2027-01-20T00:00:00Z")).status).toBe(200);
  const ours = "account = 'tampered' AND invoice != '' AND type = 'charge.licence'";
  const change = async (from: string, to: string): Promise<void> => {
    await api.stack.client.command({
      query: `ALTER TABLE account_events UPDATE amount_micros = ${to} WHERE ${ours} AND amount_micros = ${from}`,
      clickhouse_settings: { mutations_sync: "1" },
    });
  };
  await change("20000000", "20000001");
  const moving = moveTo("tampered", "2027-02-05T00:00:00Z");
  const state = async () => (await api.call("GET", "/v1/outbox", { key })).body;
  await until(async () => ((await state())["disagreeing"] as unknown as unknown[]).length === 1);
  expect((await state())["disagreeing"]).toMatchObject([
    { account: "tampered", invoice: "main/2027-01-01", reasons: [expect.stringContaining("20000001")] },
  ]);
  const ready = await (await fetch(`${api.url}/readyz`)).json();
  expect(ready).toMatchObject({ status: "degraded" });
  expect(await issued("tampered")).toEqual([]);
  await change("20000001", "20000000");
  expect((await moving).status).toBe(200);
  expect(await issued("tampered")).toMatchObject([{ subject: "main/2027-01-01", amount: "20000000" }]);
  expect((await state())["disagreeing"]).toEqual([]);
}, 120_000);

it("P5: while the log lacks a message no invoice of its partition is issued, until two people have waived it", async () => {
  await organisation("gapped", 1);
  const notes = await new Kvm(api.stack.nc).open(outboxBucket);
  const partition = partitionOf("gapped" as AccountId, 2);
  // As the meter notes it; see apps/meter/src/outbox.test.ts.
  const gap = { partition, from: 7, to: 9, at: "2027-01-01T00:00:00Z", waivers: [] };
  await notes.create(gapKey(partition, 7), JSON.stringify(gap));
  const moving = moveTo("gapped", "2027-02-05T00:00:00Z");
  const state = async () => (await api.call("GET", "/v1/outbox", { key })).body;
  await until(async () => JSON.stringify((await state())["disagreeing"]).includes("the log lacks messages 7 to 9"));
  const waive = async (by: string) =>
    await api.call("POST", `/v1/outbox/gaps/${partition}/7/waivers`, { key: by, body: { reason: "test calls" } });
  await waive(key);
  // The same person twice is one.
  expect((await waive(key)).body["gaps"]).toMatchObject([{ from: 7, waived: false }]);
  expect(await issued("gapped")).toEqual([]);
  expect((await waive(await api.key("*", ["admin"]))).body["gaps"]).toMatchObject([{ from: 7, waived: true }]);
  expect(`${(await moving).status}`).toBe("200");
  expect(await issued("gapped")).toMatchObject([{ amount: "10000000" }]);
}, 120_000);

it("time does not go back, and only an account with a test clock has one", async () => {
  await organisation("clocked", 1);
  expect((await moveTo("clocked", "2026-12-31T00:00:00Z")).status).toBe(400);
  const body = { account: "unclocked", name: "x", country: "DE", currency: "EUR", agreement: "MCA" };
  await api.call("POST", "/v1/accounts", { key, body });
  const refused = await moveTo("unclocked", "2028-01-01T00:00:00Z");
  expect(refused.body).toMatchObject({ code: "noTestClock" });
});
