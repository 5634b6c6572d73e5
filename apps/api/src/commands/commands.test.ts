import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scriptedRules } from "../testing/scripted-rules.ts";
import { startTestApi, until, type TestAnswer, type TestApi } from "../testing/start-test-api.ts";

let api: TestApi;
let key: string;
/** The installation's own. */
let everything: string;
beforeAll(async () => {
  api = await startTestApi({ rules: scriptedRules });
  await api.addAccount("acme");
  key = await api.key("acme", ["admin"]);
  everything = await api.key("*", ["admin"]);
});
afterAll(async () => await api.close());

const send = async (method: string, path: string, body: unknown, headers: Record<string, string> = {}): Promise<TestAnswer> =>
  await api.call(method, `/v1/accounts/acme/${path}`, { key, headers, ...(body === null ? {} : { body }) });
const money = (id: string): Record<string, string> => ({ "idempotency-key": id });

describe.each([
  ["PUT", "subscriptions/plan-1/pay-as-you-go", { on: true }],
  ["POST", "credits/top-ups", { amount: "50.00" }],
  ["PUT", "credits/auto-recharge", { on: true, trigger: "10.00", recharge: "50.00" }],
  [
    "POST",
    "subscriptions",
    { subscription: "plan-2", product: "domestic", licences: 5, term: "P1Y", billingFrequency: "monthly" },
  ],
  ["PUT", "subscriptions/plan-1/licences", { total: 7 }],
  ["POST", "subscriptions/plan-1/assignments", { users: ["ada"] }],
  ["DELETE", "subscriptions/plan-1/assignments", { users: ["ada"] }],
  ["PUT", "users/ada", { displayName: "Ada", usageLocation: "DE" }],
  ["PUT", "users/ada/block", { blocked: true }],
  ["DELETE", "users/ada", null],
  ["PUT", "users/ada/policy", { spendLimit: "10.00" }],
  ["PUT", "policy", { allowTollFree: false }],
  ["PUT", "budgets/calls", { name: "Calls", amount: "100", period: "monthly", quick: true }],
  ["DELETE", "budgets/calls", null],
  ["POST", "commands", { type: "user.set", data: { user: "ada", displayName: "Ada", usageLocation: "DE" } }],
])("%s /v1/accounts/{account}/%s", (method, path, body) => {
  it("200: answers with the fold's own answer, and names the actor", async () => {
    const answer = await send(method, path, body, money(`${method} ${path}`.replaceAll(/[ /]/g, "-")));
    expect([answer.status, answer.body]).toEqual([
      200,
      {
        seq: expect.any(Number),
        outcome: "accepted",
        result: { actor: { kind: "key", id: key.split("_")[2], roles: ["admin"] } },
      },
    ]);
  });

  it("400: a member that is not documented, and a wrong type, change nothing", async () => {
    const id = money("wrong");
    expect((await send(method, path, { ...body, colour: "red" }, id)).status).toBe(400);
    expect((await send(method, path, "[1]", { ...id, "content-type": "application/json" })).status).toBe(400);
  });

  it("401 without a key, 403 with a reader's", async () => {
    const options = body === null ? {} : { body };
    expect((await api.call(method, `/v1/accounts/acme/${path}`, options)).status).toBe(401);
    const reader = await api.key("acme", ["read"]);
    expect((await api.call(method, `/v1/accounts/acme/${path}`, { ...options, key: reader })).status).toBe(403);
  });
});

describe("money", () => {
  it.each(["1e3", "0x10", "1,5", "", "5.1234567", "9007199254740993", 50, null, "٥"])(
    "400: %j is no amount (S10)",
    async (amount) => {
      expect((await send("POST", "credits/top-ups", { amount }, money("odd"))).status).toBe(400);
    },
  );

  it("400: without an Idempotency-Key where money moves", async () => {
    const answer = await send("POST", "credits/top-ups", { amount: "50.00" });
    expect([answer.status, answer.body["code"]]).toEqual([400, "idempotencyKeyMissing"]);
  });

  it("422: the same Idempotency-Key with other content", async () => {
    expect((await send("POST", "credits/top-ups", { amount: "50.00" }, money("once"))).status).toBe(200);
    expect((await send("POST", "credits/top-ups", { amount: "50.00" }, money("once"))).status).toBe(200);
    const answer = await send("POST", "credits/top-ups", { amount: "60.00" }, money("once"));
    expect([answer.status, answer.body["type"]]).toEqual([422, "/problems/idempotencyMismatch"]);
  });
});

it("422: a refusal is a problem with the refusal's own code and sentence", async () => {
  const answer = await send("PUT", "subscriptions/refuse-me/pay-as-you-go", { on: true });
  expect(answer.status).toBe(422);
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(answer.body).toMatchObject({
    type: "/problems/refused",
    code: "unknownSubscription",
    title: "There is no such subscription.",
    detail: "refuse-me",
    status: 422,
    requestId: answer.headers.get("x-request-id"),
  });
});

it.each<[number, string]>([
  [400, "account.create"],
  [400, "subscription.setState"],
  [400, "subscription.creditChecked"],
  [400, "call.rerate"],
  [400, "call.release"],
  [400, "rerate.start"],
  [400, "rerate.finish"],
  [400, "no.such"],
  // What only Tollbook itself says: that money came in, that an invoice is right, who joined.
  [403, "payment.result"],
  [403, "invoice.verified"],
  [403, "directory.changed"],
])("%i: the command %s is not for outsiders, not even with a key for everything", async (refused, type) => {
  const { status } = await api.call("POST", "/v1/accounts/acme/commands", { key: everything, body: { type, data: {} } });
  expect(status).toBe(refused);
});

it("the account's own word for when the meter is away is kept where it can be read then", async () => {
  await send("POST", "commands", {
    type: "account.settings",
    data: { onUnreachable: "continue_capped", maxUnsupervisedSeconds: 60 },
  });
  await until(async () => api.directory.account("acme")?.onUnreachable === "continue_capped");
  expect(api.directory.account("acme")?.maxUnsupervisedSeconds).toBe(60);
});

describe("GET /v1/accounts/{account}/subscriptions/{subscription}/pay-as-you-go", () => {
  it("200: who is affected and what it has cost", async () => {
    const answer = await send("GET", "subscriptions/plan-1/pay-as-you-go", null);
    expect(answer.body).toEqual({
      subscription: "plan-1",
      state: "OFF",
      reason: null,
      affectedUsers: 3,
      overageThisMonth: "1.25",
      currency: "EUR",
    });
  });

  it("404: no such subscription", async () => {
    expect((await send("GET", "subscriptions/plan-9/pay-as-you-go", null)).status).toBe(404);
  });
});

it("503: a command that is not answered in time is kept, and the problem says how to read its answer", async () => {
  const answer = await send("PUT", "subscriptions/silent/licences", { total: 7 }, money("patience"));
  expect([answer.status, answer.body["code"], answer.body["commandId"]]).toEqual([503, "meterUnreachable", "patience"]);
  expect(answer.body["seq"]).toBeGreaterThan(0);
});
