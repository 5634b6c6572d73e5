import { connect } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApi } from "../create-api.ts";
import { offlineConfig } from "../testing/offline-config.ts";
import { scriptedRules } from "../testing/scripted-rules.ts";
import { call, operator, startTestApi, type TestAnswer, type TestApi } from "../testing/start-test-api.ts";

let api: TestApi;
let key: string;
beforeAll(async () => {
  api = await startTestApi({ rules: scriptedRules });
  await api.addAccount("acme");
  key = await api.key("acme", ["authorize"]);
});
afterAll(async () => await api.close());

let next = 0;
const leg = (differences: object = {}): Record<string, unknown> => ({
  usageId: `leg-${next++}`,
  callId: "call-1",
  callType: "user_out",
  direction: "outbound",
  user: "ada",
  from: "+4930901820",
  to: "+33140205050",
  ...differences,
});
const authorize = async (body: unknown, secret = key): Promise<TestAnswer> =>
  await api.call("POST", "/v1/accounts/acme/authorize", { key: secret, body });

describe("POST /v1/accounts/{account}/authorize", () => {
  it("200: the fold's decision, allow or deny", async () => {
    const body = leg();
    const answer = await authorize(body);
    expect([answer.status, answer.body]).toEqual([
      200,
      expect.objectContaining({ decision: "allow", usageId: body["usageId"], grantedSeconds: 60 }),
    ]);
    expect((await authorize(leg({ user: "denied" }))).body).toMatchObject({ decision: "deny", reason: "creditsExhausted" });
  });

  it("200: a whole CloudEvent, with the sender's own source and id", async () => {
    const event = { specversion: "1.0", id: "1", source: "/switch/1", type: "telephony.call.authorize.v1", data: leg() };
    expect((await authorize(event)).body).toMatchObject({ decision: "allow" });
  });

  it.each([
    ["a wrong number of seconds", leg({ requestedSeconds: -1 })],
    ["an unknown call type", leg({ callType: "user_sideways" })],
    ["another type of event", { specversion: "1.0", id: "1", source: "/s", type: "telephony.call.ended.v1", data: leg() }],
    [
      "another account",
      { specversion: "1.0", id: "1", source: "/s", type: "telephony.call.authorize.v1", account: "globex", data: leg() },
    ],
  ])("400: %s", async (_what, body) => {
    const answer = await authorize(body);
    expect([answer.status, answer.body["code"]]).toEqual([400, "invalidRequest"]);
    expect(answer.body["detail"]).toMatch(/\w+: \w+/);
  });

  it("401, 403, 404, 415", async () => {
    expect((await api.call("POST", "/v1/accounts/acme/authorize", { body: leg() })).status).toBe(401);
    expect((await authorize(leg(), await api.key("acme", ["ingest", "read"]))).status).toBe(403);
    expect((await api.call("POST", "/v1/accounts/globex/authorize", { key, body: leg() })).status).toBe(404);
    const text = await api.call("POST", "/v1/accounts/acme/authorize", {
      key,
      body: "x",
      headers: { "content-type": "text/plain" },
    });
    expect(text.status).toBe(415);
  });

  it("503 within half a second: no decision; says what to do, and takes the reservation back", async () => {
    const nc = await connect({ servers: api.stack.nats.url, user: "operator", pass: "operator-secret" });
    const cancelled = new Promise<{ type: string; data: { usageId: string } }>((resolve) => {
      nc.subscribe("meter.*.calls.acme.>", {
        callback: (_error, message) => {
          const event = message.json<{ type: string; data: { usageId: string } }>();
          if (event.type.includes("cancelled")) resolve(event);
        },
      });
    });
    await nc.flush();
    const body = leg({ user: "silent" });
    const start = performance.now();
    const answer = await authorize(body);
    expect(performance.now() - start).toBeLessThan(500);
    expect([answer.status, answer.body]).toEqual([
      503,
      expect.objectContaining({ code: "meterUnreachable", onUnreachable: "reject", maxUnsupervisedSeconds: 900 }),
    ]);
    expect((await cancelled).data.usageId).toBe(body["usageId"]);
    await nc.close();
  });

  it("200: an emergency call is allowed when the meter does not decide", async () => {
    expect((await authorize(leg({ user: "silent", emergency: true }))).body).toMatchObject({
      decision: "allow",
      reason: "emergency",
    });
    expect((await authorize(leg({ user: "silent", to: { raw: "112" } }))).body).toMatchObject({
      decision: "allow",
      reason: "emergency",
    });
    const french = leg({ user: "silent", to: { raw: "15" }, dialledFrom: "FR" });
    expect((await authorize(french)).body).toMatchObject({ decision: "allow", reason: "emergency" });
  });
});

describe("POST /v1/accounts/{account}/sessions/{sessionId}/progress", () => {
  const progress = async (body: unknown): Promise<TestAnswer> =>
    await api.call("POST", "/v1/accounts/acme/sessions/session-1/progress", { key, body });

  it("200: a renewed grant", async () => {
    expect((await progress(leg({ usedMs: 50_000, seq: 1 }))).body).toMatchObject({ decision: "allow", grantedSeconds: 60 });
  });

  it("400 and 503", async () => {
    expect((await progress(leg({ usedMs: -1 }))).status).toBe(400);
    expect((await progress(leg({ user: "silent" }))).status).toBe(503);
  });
});

describe("when NATS has never been there", () => {
  it("200: an emergency call is allowed although nobody can be recognised; 503: everything else", async () => {
    const alone = await createApi(offlineConfig);
    const ask = async (body: unknown): Promise<TestAnswer> =>
      await call(alone.url, "POST", "/v1/accounts/acme/authorize", { key, body });
    expect((await ask(leg({ emergency: true }))).body).toMatchObject({ decision: "allow", reason: "emergency" });
    expect([(await ask(leg())).status, (await ask(leg())).body["code"]]).toEqual([503, "logUnreachable"]);
    expect((await call(alone.url, "GET", "/healthz")).status).toBe(200);
    expect((await call(alone.url, "GET", "/readyz")).status).toBe(503);
    expect((await call(alone.url, "POST", "/v1/session", { body: { email: "a@b.c", password: "x" } })).status).toBe(503);
    await alone.close();
  });
});

it("an emergency call is allowed when NATS is lost, at once; other calls are told what to do; it comes back by itself", async () => {
  await api.stack.nats.kill();
  await expect.poll(async () => (await call(api.url, "GET", "/readyz")).status).toBe(503);
  const start = performance.now();
  expect((await authorize(leg({ emergency: true }))).body).toMatchObject({ decision: "allow", reason: "emergency" });
  const other = await authorize(leg());
  expect(performance.now() - start).toBeLessThan(500);
  expect([other.status, other.body]).toEqual([503, expect.objectContaining({ code: "logUnreachable", onUnreachable: "reject" })]);
  const signIn = await api.call("POST", "/v1/session", { body: operator });
  expect([signIn.status, signIn.body["code"]]).toEqual([503, "logUnreachable"]);
  await api.stack.nats.start();
  await expect.poll(async () => (await call(api.url, "GET", "/readyz")).status, { timeout: 20_000 }).toBe(200);
});
