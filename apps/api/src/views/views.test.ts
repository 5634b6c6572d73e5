import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scriptedRules } from "../testing/scripted-rules.ts";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";

let api: TestApi;
let key: string;
beforeAll(async () => {
  api = await startTestApi({ rules: scriptedRules });
  await api.addAccount("acme");
  key = await api.key("acme", ["read", "admin"]);
});
afterAll(async () => await api.close());

const get = async (path: string, secret = key) => await api.call("GET", `/v1/accounts/acme/${path}`, { key: secret });

describe.each([
  ["summary", { account: "acme", balance: "24.94" }],
  ["pools", { pools: [{ pool: "DE/MCOPSTN1" }] }],
  ["pools?user=ada", { pools: [{ pool: "DE/MCOPSTN1" }] }],
  ["credits", { balance: "24.94" }],
  ["billing", { currency: "EUR", billingProfiles: [] }],
  ["subscriptions", { subscriptions: [{ subscription: "plan-1" }] }],
  ["users?limit=200", { users: [{ user: "ada" }] }],
  ["users/ada", { user: "ada" }],
  ["budgets", { budgets: [] }],
  ["settings", { timeZone: "UTC", fraudRules: null }],
  ["live-calls", { total: 0 }],
  ["legs/leg-1", { usageId: "leg-1" }],
  ["reconciliation?hours=24", { holds: true }],
])("GET /v1/accounts/{account}/%s", (path, body) => {
  it("200: the meter's answer as it comes", async () => {
    const answer = await get(path);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject(body);
  });

  it("400: a parameter that is not documented", async () => {
    expect((await get(`${path}${path.includes("?") ? "&" : "?"}colour=red`)).status).toBe(400);
  });

  it("401 without a key, 403 without the scope", async () => {
    expect((await api.call("GET", `/v1/accounts/acme/${path}`)).status).toBe(401);
    const ingestOnly = await api.key("acme", ["ingest"]);
    expect((await get(path, ingestOnly)).status).toBe(403);
  });
});

it.each(["users/nobody", "legs/nothing"])("404: /%s, which the meter does not know", async (path) => {
  const answer = await get(path);
  expect([answer.status, answer.body["code"], answer.body["detail"]]).toEqual([404, "notFound", expect.stringContaining("no ")]);
});

it("a read after a command waits until the fold has got there", async () => {
  const given = await api.call("PUT", "/v1/accounts/acme/policy", { key, body: { allowTollFree: true } });
  const seq = Number(given.body["seq"]);
  const answer = await get(`summary?after=${seq}`);
  expect((answer.body["asOf"] as unknown as { seq: number }).seq).toBeGreaterThanOrEqual(seq);
});

it("503: a position that the fold does not reach in time says that it is safe and to be asked again", async () => {
  const answer = await get("summary?after=999999999");
  expect([answer.status, answer.body["code"], answer.headers.get("retry-after")]).toEqual([503, "meterUnreachable", "1"]);
});

it("503: the meter is away", async () => {
  await api.meter.close(5000);
  const answer = await get("summary");
  expect([answer.status, answer.body["code"]]).toEqual([503, "meterUnreachable"]);
  expect(answer.body["hint"]).toMatch(/Ask again/);
});
