import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { smallRules } from "../../../meter/src/testing/small-rules.ts";
import { startTestApi, type TestAnswer, type TestApi } from "../testing/start-test-api.ts";

let api: TestApi;
let key: string;
beforeAll(async () => {
  api = await startTestApi({ rules: smallRules });
  await api.addAccount("acme");
  await api.addAccount("globex");
  key = await api.key("acme", ["ingest", "read"]);
});
afterAll(async () => await api.close());

let next = 0;
function event(differences: object = {}, data: object = {}): Record<string, unknown> {
  const usageId = `leg-${next++}`;
  return {
    specversion: "1.0",
    id: `${usageId}:ended`,
    source: "/switch/berlin-1",
    type: "telephony.call.ended.v1",
    data: { usageId, callType: "user_out", direction: "outbound", to: "+33140205050", usedMs: 250_125, ...data },
    ...differences,
  };
}
const post = async (path: string, body: unknown, contentType: string, secret = key): Promise<TestAnswer> =>
  await api.call("POST", path, {
    key: secret,
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers: { "content-type": contentType },
  });

async function settledRows(answer: TestAnswer, table: "rated_calls" | "dead_letters"): Promise<Record<string, unknown>[]> {
  const [position] = answer.body["positions"] as unknown as { partition: number; seq: number }[];
  const seq = position?.seq ?? 0;
  const settled = await api.call("GET", `/v1/accounts/acme/settled?seq=${seq}`, { key });
  expect(settled.body).toMatchObject({ settled: true });
  const result = await api.stack.client.query({
    query: `SELECT * FROM ${table} WHERE p = ${position?.partition} AND log_seq = ${seq} ORDER BY out_seq`,
    format: "JSONEachRow",
  });
  return await result.json();
}

describe("POST /v1/accounts/{account}/events", () => {
  it.each([
    ["structured", "application/cloudevents+json", () => event()],
    ["plain JSON", "application/json", () => event()],
    ["with a charset", "application/json; charset=utf-8", () => event()],
  ])("202: one event, %s, is in the log when it is answered, and becomes a settled row", async (_form, contentType, make) => {
    const sent = make();
    const answer = await post("/v1/accounts/acme/events", sent, contentType);
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ accepted: 1, rejected: [] });
    const rows = await settledRows(answer, "rated_calls");
    expect(rows).toMatchObject([{ usage_id: (sent["data"] as { usageId: string }).usageId, feeder: "sbc-1", account: "acme" }]);
  });

  it("202: binary mode, with the attributes as headers", async () => {
    const { data, ...attributes } = event();
    const answer = await api.call("POST", "/v1/accounts/acme/events", {
      key,
      body: JSON.stringify(data),
      headers: {
        "content-type": "application/json",
        ...Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, String(value)])),
      },
    });
    expect(answer.body).toMatchObject({ accepted: 1, rejected: [] });
  });

  it("202: a batch is taken whole but for what cannot be read, which is reported by index and kept as a dead letter", async () => {
    const bad = event({ type: "telephony.call.hungup.v1" });
    const answer = await post("/v1/accounts/acme/events", [event(), bad, event()], "application/cloudevents-batch+json");
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ accepted: 2, rejected: [{ index: 1, reason: "unknownType" }] });
    await settledRows(answer, "rated_calls");
    const result = await api.stack.client.query({ query: "SELECT reason, payload FROM dead_letters", format: "JSONEachRow" });
    expect(await result.json()).toContainEqual({ reason: "unknownType", payload: JSON.stringify(bad) });
  });

  it("202: NDJSON of any length is read line by line, and one bad line stops nothing", async () => {
    const lines = Array.from({ length: 1201 }, (_, i) => (i === 600 ? "{ not json" : JSON.stringify(event())));
    const answer = await post("/v1/accounts/acme/events", `${lines.join("\n")}\n\n`, "application/x-ndjson");
    expect(answer.body).toMatchObject({ accepted: 1200, rejected: [{ index: 600, reason: "notJson" }] });
    await settledRows(answer, "rated_calls");
    const result = await api.stack.client.query({
      query: `SELECT count() AS n FROM rated_calls WHERE usage_id IN (${lines
        .filter((_, i) => i !== 600)
        .map((line) => `'${(JSON.parse(line) as { data: { usageId: string } }).data.usageId}'`)
        .join(",")})`,
      format: "JSONEachRow",
    });
    expect(Number((await result.json<{ n: string }>())[0]?.n)).toBe(1200);
  });

  it("202: an event nested where one event is expected is not taken for a batch by the log", async () => {
    const answer = await post("/v1/accounts/acme/events", [[event()]], "application/cloudevents-batch+json");
    expect(answer.body).toMatchObject({ accepted: 0, rejected: [{ index: 0, reason: "notCloudEvent" }] });
    expect(await settledRows(answer, "rated_calls")).toEqual([]);
  });

  it("202: an event that claims another account is rejected", async () => {
    const answer = await post("/v1/accounts/acme/events", event({ account: "globex" }), "application/cloudevents+json");
    expect(answer.body).toMatchObject({ accepted: 0, rejected: [{ index: 0, reason: "wrongAccount" }] });
  });

  it("400: an empty body", async () => {
    const answer = await post("/v1/accounts/acme/events", "", "application/json");
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ type: "/problems/invalidRequest", code: "invalidRequest", status: 400 });
  });

  it("401: no key, a malformed key, a key of another installation, an expired key, a revoked key", async () => {
    const expired = await api.key("acme", ["ingest"], { expiresAt: new Date(Date.now() - 1000).toISOString() });
    const revoked = await api.key("acme", ["ingest"]);
    await api.directory.changeKey(revoked.split("_")[2] ?? "", () => null);
    const texts = [
      "",
      "nonsense",
      key.replace("tb_test", "tb_live"),
      `${key.slice(0, -1)}${key.endsWith("0") ? "1" : "0"}`,
      expired,
    ];
    for (const secret of texts) {
      const answer = await post("/v1/accounts/acme/events", event(), "application/json", secret);
      expect([answer.status, answer.body["code"]]).toEqual([401, "unauthenticated"]);
    }
    await expect
      .poll(async () => (await post("/v1/accounts/acme/events", event(), "application/json", revoked)).status)
      .toBe(401);
  });

  it("403: a key without the scope", async () => {
    const reader = await api.key("acme", ["read"]);
    const answer = await post("/v1/accounts/acme/events", event(), "application/json", reader);
    expect([answer.status, answer.body["code"]]).toEqual([403, "forbidden"]);
  });

  it("404: another account, and an account that does not exist, answer the same", async () => {
    const other = await post("/v1/accounts/globex/events", event(), "application/json");
    const missing = await post("/v1/accounts/no-such/events", event(), "application/json");
    expect([other.status, missing.status]).toEqual([404, 404]);
    expect({ ...other.body, requestId: "" }).toEqual({ ...missing.body, requestId: "" });
  });

  it("413: a body that is read whole and larger than 16 MiB", async () => {
    const answer = await post("/v1/accounts/acme/events", `[${" ".repeat(17 << 20)}]`, "application/cloudevents-batch+json");
    expect([answer.status, answer.body["code"]]).toEqual([413, "payloadTooLarge"]);
  });

  it.each([
    "text/plain",
    "application/xml",
    "application/jsonx",
    "multipart/form-data; boundary=x",
    "application/x-www-form-urlencoded",
  ])("415: %s (S9)", async (contentType) => {
    const answer = await post("/v1/accounts/acme/events", event(), contentType);
    expect([answer.status, answer.body["code"]]).toEqual([415, "unsupportedMediaType"]);
  });
});

describe("POST /v1/events", () => {
  it("202: each event goes to its own account; those the key is not for are rejected and not stored", async () => {
    const events = [event({ account: "acme" }), event({ account: "globex" }), event(), event({ subject: "calls.v1.acme" })];
    const answer = await post("/v1/events", events, "application/cloudevents-batch+json");
    expect(answer.body).toMatchObject({
      accepted: 2,
      rejected: [
        { index: 1, reason: "wrongAccount" },
        { index: 2, reason: "badField" },
      ],
      positions: [{ account: "acme" }],
    });
    const all = await api.key("*", ["ingest"]);
    expect((await post("/v1/events", events, "application/cloudevents-batch+json", all)).body).toMatchObject({ accepted: 3 });
  });

  it("403: a key without the scope", async () => {
    const reader = await api.key("*", ["read"]);
    expect((await post("/v1/events", event(), "application/json", reader)).status).toBe(403);
  });
});

describe("GET /v1/accounts/{account}/settled", () => {
  it("200: says false for a position that does not exist yet", async () => {
    const answer = await api.call("GET", "/v1/accounts/acme/settled?seq=999999", { key });
    expect(answer.body).toMatchObject({ settled: false });
  });

  it("400: another account's partition", async () => {
    const { body } = await api.call("GET", "/v1/accounts/acme/settled", { key });
    const answer = await api.call("GET", `/v1/accounts/acme/settled?partition=${1 - Number(body["partition"])}`, { key });
    expect(answer.status).toBe(400);
  });
});
