import { jetstream } from "@nats-io/jetstream";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestApi, until, type TestApi } from "../testing/start-test-api.ts";

/** From the fold through the outbox to the built-in provider and back, on real servers. */
let api: TestApi;
let key: string;
let operatorKey: string;
let accounts = 0;
beforeAll(async () => {
  api = await startTestApi();
  operatorKey = await api.key("*", ["admin"]);
}, 60_000);
afterAll(async () => await api.close());

/** An organisation that pays with a card of that token. */
async function organisation(token: string): Promise<string> {
  const account = `org-${++accounts}`;
  const body = { account, name: account, country: "DE", currency: "EUR", agreement: "MOSA" };
  const created = await api.call("POST", "/v1/accounts", { key: operatorKey, body });
  expect(created.status).toBe(201);
  key = operatorKey;
  await command(account, "paymentMethod.add", {
    method: "card",
    provider: "test",
    token,
    brand: "Visa",
    last4: "4242",
    expires: "2031-05",
    holder: "Ada",
    country: "DE",
  });
  await command(account, "billingProfile.setPaymentMethod", { profile: "main", method: "card" });
  return account;
}

let commands = 0;
async function command(account: string, type: string, data: object): Promise<Record<string, unknown>> {
  const headers = { "idempotency-key": `payments-test-${++commands}` };
  const answer = await api.call("POST", `/v1/accounts/${account}/commands`, { key, headers, body: { type, data } });
  expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 200 });
  return answer.body;
}

async function balance(account: string): Promise<string> {
  return String((await api.call("GET", `/v1/accounts/${account}/credits`, { key })).body["balance"]);
}

const charges = async (account: string): Promise<Record<string, unknown>[]> =>
  (await api.call("GET", `/v1/test-provider/accounts/${account}/charges`, { key })).body["charges"] as never;

async function events(account: string, type: string): Promise<Record<string, string>[]> {
  const query =
    "SELECT subject, data FROM account_events WHERE account = {account:String} AND type = {type:String} ORDER BY out_seq";
  const result = await api.stack.client.query({ query, query_params: { account, type }, format: "JSONEachRow" });
  return await result.json<Record<string, string>>();
}

it("CC-4, edge 13: a card that is good is charged once, and what it paid for is there", async () => {
  const account = await organisation("test_ok");
  await command(account, "credits.topUp", { amount: "50.00" });
  await until(async () => (await balance(account)) === "50.000000" || (await balance(account)) === "50.00");
  expect(await charges(account)).toMatchObject([
    { payment: "p1", attempt: 1, amountMicros: "50000000", requests: 1, outcome: "succeeded" },
  ]);
});

it("edge 13: a provider that charges and then does not answer is asked again with the same key, and has charged once", async () => {
  const account = await organisation("test_timeout");
  await command(account, "credits.topUp", { amount: "50.00" });
  await until(async () => (await balance(account)).startsWith("50.00"));
  expect(await charges(account)).toMatchObject([{ attempt: 1, amountMicros: "50000000", requests: 2, outcome: "succeeded" }]);
});

it.each([
  ["test_declined", "declined", "the card was declined"],
  ["test_expired", "expired", "the card has expired"],
])("PM-3: %s fails with its reason, people are told, nothing is credited", async (token, outcome, reason) => {
  const account = await organisation(token);
  await command(account, "credits.topUp", { amount: "50.00" });
  await until(async () => (await events(account, "notice.payment.failed")).length === 1);
  const [notice] = await events(account, "notice.payment.failed");
  expect(JSON.parse(notice?.["data"] ?? "{}")).toMatchObject({ amount: "50.00", currency: "EUR", reason, nextAttempt: "" });
  expect(await charges(account)).toMatchObject([{ outcome, requests: 1 }]);
  expect(await balance(account)).toMatch(/^0/);
});

it("a card that needs a confirmation waits for it; confirmed it pays, and confirming twice is refused", async () => {
  const account = await organisation("test_confirm");
  await command(account, "credits.topUp", { amount: "50.00" });
  await until(async () => (await charges(account)).length === 1);
  const path = `/v1/test-provider/accounts/${account}/payments/p1/1/confirmation`;
  expect((await api.call("POST", path, { key, body: { confirm: true } })).body).toEqual({ outcome: "succeeded" });
  await until(async () => (await balance(account)).startsWith("50.00"));
  expect((await api.call("POST", path, { key, body: { confirm: true } })).status).toBe(404);
});

it("a confirmation that is declined fails the payment", async () => {
  const account = await organisation("test_confirm");
  await command(account, "credits.topUp", { amount: "50.00" });
  await until(async () => (await charges(account)).length === 1);
  const path = `/v1/test-provider/accounts/${account}/payments/p1/1/confirmation`;
  expect((await api.call("POST", path, { key, body: { confirm: false } })).body).toEqual({ outcome: "declined" });
  expect(await balance(account)).toMatch(/^0/);
});

it("programs hear by webhook that a payment was asked for and what became of it, and never the card's token", async () => {
  const bodies: { type: string; data: Record<string, unknown> }[] = [];
  const receiver = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      bodies.push(JSON.parse(body) as (typeof bodies)[number]);
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  const account = await organisation("test_ok");
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  const made = await api.call("POST", `/v1/accounts/${account}/webhooks`, { key, body: { url } });
  expect(made.status).toBe(201);
  await command(account, "credits.topUp", { amount: "50.00" });
  await until(async () => bodies.length === 2);
  receiver.close();
  const [requested, result] = bodies.toSorted((one) => (one.type === "payment.requested" ? -1 : 1));
  expect(requested).toMatchObject({
    type: "payment.requested",
    data: { account, payment: "p1", attempt: 1, purpose: "topUp", method: "card", amount: "50.00", currency: "EUR" },
  });
  const reference = `test-${account}/p1/1`;
  expect(result).toMatchObject({
    type: "payment.result",
    data: { account, payment: "p1", attempt: 1, outcome: "succeeded", reference },
  });
  expect(JSON.stringify(bodies)).not.toContain("test_ok");
});

it("money that the fold was not waiting for is not forgotten: it waits for a person", async () => {
  const account = await organisation("test_ok");
  const message = {
    kind: "payment",
    id: `${account}/p9/1`,
    position: { partition: 0, epoch: 1, seq: 1 },
    account,
    at: 0,
    payment: "p9",
    attempt: 1,
    purpose: "topUp",
    subject: "x",
    method: { method: "card", provider: "test", token: "test_ok" },
    amountMicros: 1_000_000,
    currency: "EUR",
  };
  await jetstream(api.stack.nc).publish(`outbox.v1.${account}`, JSON.stringify(message));
  const parked = async () =>
    (await api.call("GET", "/v1/outbox", { key })).body["parked"] as unknown as Record<string, unknown>[];
  await until(async () => (await parked()).length === 1);
  const [{ seq, ...one } = { seq: 0 }] = await parked();
  expect(one).toMatchObject({
    stage: "payments",
    account,
    reason: "the provider says succeeded, but the result was refused: unknownPayment",
  });
  expect((await api.call("DELETE", `/v1/outbox/parked/payments/${String(seq)}`, { key })).status).toBe(204);
});

it("only an operator sees or confirms test charges, and the outbox", async () => {
  const account = await organisation("test_ok");
  const admin = await api.key(account, ["admin"]);
  for (const path of [`/v1/test-provider/accounts/${account}/charges`, "/v1/outbox"])
    expect((await api.call("GET", path, { key: admin })).status).toBe(403);
  const state = await api.call("GET", "/v1/outbox", { key: operatorKey });
  expect(state.body).toMatchObject({ parked: [], disagreeing: [] });
});
