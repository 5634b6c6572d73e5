import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scriptedRules } from "../testing/scripted-rules.ts";
import { startTestApi, type TestAnswer, type TestApi } from "../testing/start-test-api.ts";

let api: TestApi;
let key: string;
let seq: number;
const COUNT = 25;
const start = Date.parse("2026-11-22T09:00:00Z");

beforeAll(async () => {
  api = await startTestApi({ rules: scriptedRules });
  await api.addAccount("acme");
  await api.addAccount("globex");
  key = await api.key("acme", ["read", "ingest"]);
  // Each leg of n seconds costs n × 100 micro-units under the scripted rules.
  const events = Array.from({ length: COUNT }, (_, i) => ({
    specversion: "1.0",
    id: `${i}`,
    source: "/switch/berlin-1",
    type: "telephony.call.ended.v1",
    data: {
      usageId: `leg-${i}`,
      callId: `call-${i}`,
      callType: i % 2 === 0 ? "user_out" : "user_in",
      direction: i % 2 === 0 ? "outbound" : "inbound",
      user: i % 2 === 0 ? "ada" : "ben",
      from: "+4930901820",
      to: "+33140205050",
      answeredAt: new Date(start + i * 60_000).toISOString(),
      usedMs: (i + 1) * 1000,
    },
  }));
  const sent = await api.call("POST", "/v1/accounts/acme/events", {
    key,
    body: events,
    headers: { "content-type": "application/cloudevents-batch+json" },
  });
  seq = (sent.body["positions"] as unknown as { seq: number }[])[0]?.seq ?? 0;
});
afterAll(async () => await api.close());

const get = async (path: string, secret = key): Promise<TestAnswer> =>
  await api.call("GET", `/v1/accounts/acme/${path}`, { key: secret });
const usageIds = (answer: TestAnswer): string[] =>
  (answer.body["calls"] as unknown as { usageId: string }[]).map(({ usageId }) => usageId);

describe("GET /v1/accounts/{account}/calls", () => {
  it("200: after a position, its calls are there; masked, named, with totals over the whole filter", async () => {
    const answer = await get(`calls?after=${seq}&limit=1`);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      calls: [
        {
          usageId: "leg-24",
          partition: expect.any(Number),
          user: "ada",
          userDisplayName: "Ada",
          from: "+4930901820",
          to: "+33140205***",
          startAt: "2026-11-22T09:24:00.000000Z",
          durationSeconds: 25,
          charge: "0.0025",
          currency: "EUR",
          outcome: "rated",
        },
      ],
      totals: [{ currency: "EUR", calls: COUNT, billableSeconds: 325, poolMinutes: 0, charge: "0.0325" }],
      dataUntil: expect.stringMatching(/Z$/),
      next: expect.any(String),
    });
  });

  it("200: pages by cursor give every call once, in order", async () => {
    const found: string[] = [];
    let cursor = "";
    do {
      const page = await get(`calls?limit=7&sort=durationSeconds${cursor}`);
      found.push(...usageIds(page));
      cursor = page.body["next"] === null ? "" : `&cursor=${String(page.body["next"])}`;
    } while (cursor !== "");
    expect(found).toEqual(Array.from({ length: COUNT }, (_, i) => `leg-${i}`));
  });

  it("200: a filter narrows calls and totals alike", async () => {
    const answer = await get("calls?user=ben&from=2026-11-22T09:10:00Z&to=2026-11-22T09:20:00Z&sort=startAt");
    expect(usageIds(answer)).toEqual(["leg-11", "leg-13", "leg-15", "leg-17", "leg-19"]);
    expect(answer.body["totals"]).toMatchObject([{ calls: 5 }]);
  });

  it.each([
    "limit=1000&sort=up",
    "from=yesterday",
    "country=France",
    "direction=sideways",
    "colour=red",
    "cursor=nonsense",
    "after=x",
  ])("400: %s", async (query) => {
    const answer = await get(`calls?${query}`);
    expect([answer.status, answer.body["code"]]).toEqual([400, "invalidRequest"]);
  });

  it("400: a cursor of another filter, another order or another account", async () => {
    const { next } = (await get("calls?limit=2")).body as unknown as { next: string };
    for (const query of [`user=ada&cursor=${next}`, `sort=startAt&cursor=${next}`])
      expect((await get(`calls?limit=2&${query}`)).status).toBe(400);
    const other = await api.key("globex", ["read"]);
    expect((await api.call("GET", `/v1/accounts/globex/calls?limit=2&cursor=${next}`, { key: other })).status).toBe(400);
  });

  it("401, 403, 404", async () => {
    expect((await api.call("GET", "/v1/accounts/acme/calls")).status).toBe(401);
    expect((await get("calls", await api.key("acme", ["ingest"]))).status).toBe(403);
    expect((await get("calls", await api.key("globex", ["read"]))).status).toBe(404);
  });

  it("503: a position that is not settled in time", async () => {
    const answer = await get("calls?after=999999");
    expect([answer.status, answer.body["code"]]).toEqual([503, "reportsUnreachable"]);
  });
});

describe("GET /v1/accounts/{account}/calls/{usageId}/explanation", () => {
  it("200: sentences with the call, its versions and its place in the log", async () => {
    const answer = await get("calls/leg-3/explanation");
    expect(answer.body).toMatchObject({
      call: { usageId: "leg-3", charge: "0.0004", from: "+4930901***" },
      versions: [{ version: 1, entry: "original" }],
      log: { seq, index: 3 },
    });
    expect((answer.body["sentences"] as unknown as { key: string }[]).map(({ key: name }) => name)).toEqual([
      "incomingCall",
      "connected",
      "total",
    ]);
  });

  it("404: no such call, and the hint says where a running one is", async () => {
    const answer = await get("calls/leg-99/explanation");
    expect([answer.status, answer.body["hint"]]).toEqual([404, expect.stringContaining("/legs/")]);
  });

  it("404: a call of another account", async () => {
    const other = await api.key("globex", ["read"]);
    expect((await api.call("GET", "/v1/accounts/globex/calls/leg-3/explanation", { key: other })).status).toBe(404);
    expect((await get("calls/leg-3/explanation", other)).status).toBe(404);
  });

  it("400: an id that is too long", async () => {
    expect((await get(`calls/${"x".repeat(129)}/explanation`)).status).toBe(400);
  });
});

describe("GET /v1/accounts/{account}/calls.csv", () => {
  it("200: every call of the filter, as a download, equal to the list", async () => {
    const answer = await get("calls.csv?user=ada&language=de");
    expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8; header=present");
    expect(answer.headers.get("content-disposition")).toBe('attachment; filename="calls-acme.csv"');
    const lines = answer.text.trimEnd().split("\r\n");
    expect(lines).toHaveLength(1 + 13);
    expect(lines[1]?.split(";")[0]).toBe("leg-0");
    expect(lines[1]).toContain(";0,0001;EUR;");
  });

  it("400, 403", async () => {
    expect((await get("calls.csv?language=fr")).status).toBe(400);
    expect((await get("calls.csv?limit=5")).status).toBe(400);
    expect((await get("calls.csv", await api.key("acme", ["authorize"]))).status).toBe(403);
  });
});

describe("GET /v1/accounts/{account}/usage-series", () => {
  it("200: adds up to the list's totals", async () => {
    const answer = await get("usage-series?bucket=hour");
    expect(answer.body).toMatchObject({ bucket: "hour", currency: "EUR" });
    expect(answer.body["points"]).toEqual([
      { time: "2026-11-22T09:00:00.000000Z", calls: COUNT, billableSeconds: 325, poolMinutes: 0, charge: "0.0325", denied: 0 },
    ]);
    expect((await get("usage-series?currency=USD")).body["points"]).toEqual([]);
  });

  it("400", async () => {
    expect((await get("usage-series?bucket=week")).status).toBe(400);
  });
});

it("GET /v1/accounts/{account}/credits/ledger: 200 empty, 400 for a cursor that is none", async () => {
  expect((await get("credits/ledger")).body).toMatchObject({ entries: [], next: null, dataUntil: expect.any(String) });
  expect((await get("credits/ledger?cursor=x")).status).toBe(400);
});

describe("GET /v1/accounts/{account}/live", () => {
  it("200: a summary when something has changed, and once a second how fresh the reports are", async () => {
    const answer = await fetch(`${api.url}/v1/accounts/acme/live`, {
      headers: { authorization: `Bearer ${key}`, accept: "text/event-stream" },
    });
    expect(answer.headers.get("content-type")).toMatch("text/event-stream");
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while ((text.match(/event: fresh/g) ?? []).length < 2) text += (await reader?.read())?.value ?? "";
    await reader?.cancel();
    expect(text).toMatch(/event: summary\ndata: \{.*"balance":"24.94"/);
    expect(text).toMatch(/event: fresh\ndata: \{"dataUntil":"[^"]+Z","meter":true\}/);
    await expect.poll(async () => (await api.call("GET", "/metrics")).text).toMatch(/tollbook_api_live_viewers 0/);
  });

  it("404: another account's", async () => {
    expect((await get("live", await api.key("globex", ["read"]))).status).toBe(404);
  });
});

it("503: ClickHouse is away; views of the meter go on", async () => {
  const { pid, exited } = api.stack.clickhouse();
  process.kill(pid, "SIGKILL");
  await exited;
  const answer = await get("calls");
  expect([answer.status, answer.body["code"]]).toEqual([503, "reportsUnreachable"]);
  expect((await get("calls.csv")).status).toBe(503);
  expect((await get("summary")).status).toBe(200);
  const ready = await api.call("GET", "/readyz");
  expect([ready.status, ready.body["status"]]).toEqual([200, "degraded"]);
});
