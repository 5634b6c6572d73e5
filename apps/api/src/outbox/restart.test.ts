import { jetstream } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { chargesBucket } from "@tollbook/contracts/outbox.ts";
import { commandsSubject } from "@tollbook/contracts/subjects.ts";
import type { AccountId } from "@tollbook/contracts/units.ts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createApi } from "../create-api.ts";
import { call, startTestApi, testConfig, until, type TestApi } from "../testing/start-test-api.ts";
import { createTestProvider } from "./test-provider.ts";

/** What a process had begun when it died is finished by the next one. */
let api: TestApi;
let key: string;
beforeAll(async () => {
  api = await startTestApi();
  key = await api.key("*", ["admin"]);
}, 60_000);
afterAll(async () => await api.close());

async function command(type: string, data: object): Promise<void> {
  const actor = { kind: "person", id: "ada", roles: [] };
  const body = JSON.stringify({ commandId: `${type}-1`, type, actor, data });
  await jetstream(api.stack.nc).publish(commandsSubject("acme" as AccountId), body);
}

it("a message that nobody can read stops nothing, waits for a person in every stage, and can be taken off the list", async () => {
  const { seq } = await jetstream(api.stack.nc).publish("outbox.v1.acme", '{"kind":"of a later release"}');
  type Waiting = { readonly stage: string; readonly seq: number; readonly reason: string }[];
  const parked = async (): Promise<Waiting> => (await api.call("GET", "/v1/outbox", { key })).body["parked"] as never;
  await until(async () => (await parked()).length === 4);
  expect((await parked()).map(({ stage }) => stage)).toEqual(["payments", "invoices", "mail", "webhooks"]);
  expect((await api.call("GET", "/readyz")).body["checks"]).toContainEqual({
    name: "outbox",
    ok: false,
    detail: "4 messages wait for a person: GET /v1/outbox",
  });
  expect((await api.call("GET", "/metrics")).text).toContain("tollbook_outbox_parked 4");
  const again = await api.call("POST", `/v1/outbox/parked/mail/${seq}/retry`, { key });
  expect(again.body).toEqual({ outcome: "It still cannot be read." });
  for (const { stage } of await parked())
    expect((await api.call("DELETE", `/v1/outbox/parked/${stage}/${seq}`, { key })).status).toBe(204);
  expect(await parked()).toEqual([]);
  expect((await api.call("GET", "/metrics")).text).toContain('tollbook_outbox_waiting{stage="payments"} 0');
});

it("edge 13: charged, then died before telling: the next process finds the charge, and the money is booked once", async () => {
  const body = { account: "acme", name: "Acme", country: "DE", currency: "EUR", agreement: "MOSA" };
  expect((await api.call("POST", "/v1/accounts", { key, body })).status).toBe(201);
  await api.api.close();
  const card = { brand: "Visa", last4: "4242", expires: "2031-05", holder: "Ada", country: "DE" };
  await command("paymentMethod.add", { method: "card", provider: "test", token: "test_ok", ...card });
  await command("billingProfile.setPaymentMethod", { profile: "main", method: "card" });
  await command("credits.topUp", { amount: "50.00" });
  // The process that died had come so far.
  const charges = await new Kvm(api.stack.nc).open(chargesBucket);
  const provider = createTestProvider(
    () => charges,
    () => new Date(),
  );
  const asked = { account: "acme", payment: "p1", attempt: 1, token: "test_ok", amountMicros: 50_000_000, currency: "EUR" };
  const signal = new AbortController().signal;
  expect(await provider.charge({ ...asked, idempotencyKey: "acme/p1/1" }, signal)).toMatchObject({ outcome: "succeeded" });

  const next = await createApi(testConfig(api.stack));
  const balance = async (): Promise<unknown> =>
    (await call(next.url, "GET", "/v1/accounts/acme/credits", { key })).body["balance"];
  await until(async () => String(await balance()).startsWith("50.00"));
  expect(await provider.charges("acme")).toMatchObject([{ payment: "p1", attempt: 1, requests: 2, amountMicros: 50_000_000 }]);
  const waiting = async (): Promise<unknown> => (await call(next.url, "GET", "/v1/outbox", { key })).body["stages"];
  await until(async () => (JSON.stringify(await waiting()).match(/"waiting":0/g) ?? []).length === 5);
  expect(String(await balance())).toMatch(/^50\.00/);
  await next.close();
});

it("NATS killed and started again: what comes afterwards is dealt with by the same process", async () => {
  const unreadable = '{"kind":"of a later release"}';
  const next = await createApi(testConfig(api.stack));
  await until(async () => (await call(next.url, "GET", "/v1/outbox", { key })).status === 200);
  await api.stack.nats.kill();
  await api.stack.nats.start();
  const publish = async (): Promise<number> =>
    await jetstream(api.stack.nc)
      .publish("outbox.v1.acme", unreadable)
      .then(
        ({ seq }) => seq,
        () => 0,
      );
  let seq = 0;
  await until(async () => (seq = await publish()) > 0);
  const parked = async (): Promise<string> => (await call(next.url, "GET", "/v1/outbox", { key })).text;
  for (const stage of ["payments", "invoices", "mail", "webhooks"])
    await until(async () => (await parked()).includes(`{"stage":"${stage}","seq":${seq}`));
  expect((await (await fetch(`${next.url}/readyz`)).json()) as object).toMatchObject({ status: "degraded" });
  await next.close();
});
