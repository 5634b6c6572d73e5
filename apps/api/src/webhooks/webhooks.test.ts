import { jetstream } from "@nats-io/jetstream";
import { outboxSubject, type OutboxNotice } from "@tollbook/contracts/outbox.ts";
import type { AccountId } from "@tollbook/contracts/units.ts";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { startTestApi, until, type TestApi } from "../testing/start-test-api.ts";

/** Webhooks to a real receiver, from the outbox on. */
let api: TestApi;
let key: string;
let receiver: Server;
let base: string;
let received: { path: string; headers: IncomingHttpHeaders; body: string }[] = [];
let answer: (path: string, count: number) => number = () => 204;

beforeAll(async () => {
  receiver = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const path = request.url ?? "";
      received.push({ path, headers: request.headers, body });
      response.writeHead(answer(path, received.filter((one) => one.path === path).length)).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const webhookPatience = { retryMs: Array.from({ length: 9 }, () => 30), disableAfterMs: 0 };
  api = await startTestApi({
    config: {
      outbox: { smtpUrl: null, mailFrom: "", stripe: null, testProvider: true, webhooksAnywhere: true, webhookPatience },
    },
  });
  key = await api.key("*", ["admin"]);
  for (const account of ["acme", "contoso"]) await api.addAccount(account);
  await until(async () => (await api.call("GET", "/v1/accounts/contoso/webhooks", { key })).status === 200);
}, 60_000);
afterAll(async () => {
  await api.close();
  receiver.close();
});
beforeEach(() => {
  received = [];
  answer = () => 204;
});

interface Created {
  readonly endpoint: string;
  readonly secret: string;
  readonly path: string;
}

let endpoints = 0;
async function create(account: string, more: object = {}): Promise<Created> {
  const path = `/hook-${++endpoints}`;
  const made = await api.call("POST", `/v1/accounts/${account}/webhooks`, { key, body: { url: `${base}${path}`, ...more } });
  expect(`${made.status} ${made.text}`).toMatch(/^201 /);
  return { endpoint: String(made.body["endpoint"]), secret: String(made.body["secret"]), path };
}
const remove = async (account: string, { endpoint }: Created): Promise<void> =>
  void (await api.call("DELETE", `/v1/accounts/${account}/webhooks/${endpoint}`, { key }));

/** As the meter publishes it. */
async function publish(account: string, id: string, notice: OutboxNotice["notice"] = "credits.zero"): Promise<void> {
  const message: OutboxNotice = {
    kind: "notice",
    id,
    position: { partition: 0, epoch: 1, seq: 1 },
    account,
    at: Date.UTC(2027, 0, 1) * 1000,
    notice,
    key: `k/${id}`,
    people: ["someone@acme.test"],
    data: { balance: "0.00", currency: "EUR" },
  };
  await jetstream(api.stack.nc).publish(outboxSubject(account as AccountId), JSON.stringify(message));
}

const at = (path: string) => received.filter((one) => one.path === path);
const tries = async (account: string, { endpoint }: Created): Promise<Record<string, unknown>[]> =>
  (await api.call("GET", `/v1/accounts/${account}/webhooks/${endpoint}/deliveries`, { key })).body["tries"] as never;

async function waiting(stage: string): Promise<number | null> {
  const { body } = await api.call("GET", "/v1/outbox", { key });
  const stages = body["stages"] as unknown as { stage: string; waiting: number | null }[];
  return stages.find((one) => one.stage === stage)?.waiting ?? null;
}

it("an event is delivered signed as Standard Webhooks wants it, to the account's own endpoints that want it, once", async () => {
  const all = await create("acme");
  const some = await create("acme", { events: ["invoice.issued"] });
  const foreign = await create("contoso");
  await publish("acme", "signed-1");
  await publish("acme", "signed-1");
  await publish("acme", "signed-2", "invoice.issued");
  await until(async () => at(all.path).length >= 2 && at(some.path).length >= 1);
  const [first] = at(all.path);
  const verified = new Webhook(all.secret).verify(first?.body ?? "", first?.headers as Record<string, string>);
  expect(verified).toEqual({
    type: "credits.zero",
    timestamp: "2027-01-01T00:00:00.000000Z",
    data: { account: "acme", key: "k/signed-1", balance: "0.00", currency: "EUR" },
  });
  expect(() => new Webhook(some.secret).verify(first?.body ?? "", first?.headers as Record<string, string>)).toThrow(
    "No matching signature",
  );
  await until(async () => (await tries("acme", all)).length === 2);
  expect(at(all.path).map(({ body }) => (JSON.parse(body) as { type: string }).type)).toEqual(["credits.zero", "invoice.issued"]);
  expect(at(some.path)).toHaveLength(1);
  expect(at(foreign.path)).toEqual([]);
  for (const one of [all, some]) await remove("acme", one);
  await remove("contoso", foreign);
});

it("what fails is tried again under the same webhook-id until it is taken; each try is in the log", async () => {
  const hook = await create("acme");
  answer = (_path, count) => (count < 3 ? 500 : 200);
  await publish("acme", "retried-1");
  await until(async () => (await tries("acme", hook)).length === 3);
  expect(await tries("acme", hook)).toMatchObject([
    { attempt: 3, outcome: "delivered", status: 200, error: null, nextAt: null },
    { attempt: 2, outcome: "failed", status: 500, error: "it answered 500" },
    { attempt: 1, outcome: "failed", status: 500 },
  ]);
  expect(new Set(at(hook.path).map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  await remove("acme", hook);
});

it("an endpoint that only fails is switched off with the reason; switched on again it gets what comes next", async () => {
  const hook = await create("acme");
  answer = () => 503;
  await publish("acme", "failing-1");
  const shown = async () =>
    (
      (await api.call("GET", "/v1/accounts/acme/webhooks", { key })).body["webhooks"] as unknown as Record<string, unknown>[]
    ).find(({ endpoint }) => endpoint === hook.endpoint);
  await until(async () => (await shown())?.["enabled"] === false);
  expect((await shown())?.["disabledReason"]).toMatch(/^all of 10 tries since .* have failed$/);
  await until(async () => (await tries("acme", hook))[0]?.["outcome"] === "gaveUp");
  const before = at(hook.path).length;
  await publish("acme", "failing-2");
  await until(async () => (await waiting("webhooks")) === 0);
  answer = () => 204;
  await api.call("PATCH", `/v1/accounts/acme/webhooks/${hook.endpoint}`, { key, body: { enabled: true } });
  await publish("acme", "failing-3");
  await until(async () => at(hook.path).length === before + 1);
  expect(at(hook.path).at(-1)?.body).toContain("k/failing-3");
  expect(await shown()).toMatchObject({ enabled: true, disabledReason: null });
  await remove("acme", hook);
});

it("410 Gone switches an endpoint off at once", async () => {
  const hook = await create("acme");
  answer = () => 410;
  await publish("acme", "gone-1");
  await until(async () => (await tries("acme", hook)).some(({ outcome }) => outcome === "endpointDisabled"));
  expect(at(hook.path)).toHaveLength(1);
  await remove("acme", hook);
});

it("after a rotation both secrets verify what is sent; a test event and a resend reach the endpoint", async () => {
  const hook = await create("acme");
  const rotated = await api.call("POST", `/v1/accounts/acme/webhooks/${hook.endpoint}/secret`, { key });
  const tested = await api.call("POST", `/v1/accounts/acme/webhooks/${hook.endpoint}/test`, { key });
  expect(tested.status).toBe(202);
  await until(async () => (await tries("acme", hook)).length === 1);
  const [sent] = at(hook.path);
  for (const secret of [hook.secret, String(rotated.body["secret"])])
    expect(new Webhook(secret).verify(sent?.body ?? "", sent?.headers as Record<string, string>)).toMatchObject({
      type: "webhook.test",
    });
  const path = `/v1/accounts/acme/webhooks/${hook.endpoint}/deliveries/${String(tested.body["delivery"])}/resend`;
  expect((await api.call("POST", path, { key })).status).toBe(202);
  await until(async () => at(hook.path).length === 2);
  expect(at(hook.path)[1]?.body).toBe(sent?.body);
  expect(at(hook.path)[1]?.headers["webhook-id"]).toBe(sent?.headers["webhook-id"]);
  await remove("acme", hook);
});

it("S6: an endpoint of one account is not there for another, and lists show no secret", async () => {
  const hook = await create("acme");
  expect((await api.call("GET", `/v1/accounts/contoso/webhooks/${hook.endpoint}/deliveries`, { key })).status).toBe(404);
  const contoso = await api.key("contoso", ["admin"]);
  expect((await api.call("GET", "/v1/accounts/acme/webhooks", { key: contoso })).status).toBe(404);
  const listed = await api.call("GET", "/v1/accounts/acme/webhooks", { key });
  expect(listed.text).not.toContain("whsec_");
  await remove("acme", hook);
});
