import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApi, createApp, type Api } from "./create-api.ts";
import { offlineConfig } from "./testing/offline-config.ts";
import { call } from "./testing/start-test-api.ts";

let api: Api;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tollbook-dashboard-"));
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>Tollbook</title>");
  writeFileSync(join(folder, "assets", "app-1a2b.js"), "export {};");
  api = await createApi({ ...offlineConfig, dashboardFolder: folder, limits: { key: 5, person: 5, address: 5, signIn: 5 } });
});
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("what everybody may see", () => {
  it("the dashboard: its pages survive a reload, its hashed files are kept, nothing else is taken for a page", async () => {
    const page = await call(api.url, "GET", "/calls/leg-1?from=x", { headers: { accept: "text/html" } });
    expect([page.status, page.text]).toEqual([200, "<!doctype html><title>Tollbook</title>"]);
    expect(page.headers.get("cache-control")).toBe("no-cache");
    const file = await call(api.url, "GET", "/assets/app-1a2b.js");
    expect([file.status, file.headers.get("cache-control")]).toEqual([200, "public, max-age=31536000, immutable"]);
    expect((await call(api.url, "GET", "/assets/no-such.js")).status).toBe(404);
    for (const path of ["/../package.json", "/%2e%2e/package.json", "/assets/..%2f..%2fpackage.json"])
      expect((await call(api.url, "GET", path)).text).not.toContain("fastify");
  });

  it("the description and the reference page, which asks no other host for anything", async () => {
    expect((await call(api.url, "GET", "/openapi.json")).body).toMatchObject({ openapi: "3.1.0" });
    const page = await fetch(`${api.url}/docs/`);
    expect(page.status).toBe(200);
    expect(page.headers.get("content-security-policy")).toMatch(/^default-src 'self'/);
    expect(await page.text()).not.toMatch(/(src|href)="https?:/);
  });

  it("what each code of a problem means, at the address in its type", async () => {
    expect((await call(api.url, "GET", "/problems/notFound")).body).toMatchObject({ status: 404, code: "notFound" });
    expect((await call(api.url, "GET", "/problems/noFreeLicence")).body).toMatchObject({ status: 422 });
    expect((await call(api.url, "GET", "/problems/toString")).status).toBe(404);
  });

  it("health and metrics, without numbers of anybody", async () => {
    expect((await call(api.url, "GET", "/healthz")).body).toEqual({ status: "ok" });
    expect((await call(api.url, "GET", "/metrics")).text).toMatch(/tollbook_api_request_seconds_bucket\{.*route="\/healthz"/);
  });
});

describe("every answer", () => {
  it("has a request id and the headers that browsers need, and a problem names the id", async () => {
    const answer = await call(api.url, "GET", "/nothing");
    expect(answer.status).toBe(404);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(answer.body).toEqual({
      type: "/problems/notFound",
      title: "There is no such thing here",
      status: 404,
      code: "notFound",
      detail: "There is no such address.",
      requestId: answer.headers.get("x-request-id"),
      hint: expect.any(String),
    });
    expect(answer.headers.get("content-security-policy")).toMatch(/frame-ancestors 'none'/);
    expect(answer.headers.get("content-security-policy")).not.toMatch(/script-src[^;]*unsafe/);
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("429: says how many requests there may be and when to come again; X-Forwarded-For changes nothing (S12)", async () => {
    const answers = [];
    for (let i = 0; i < 8; i++)
      answers.push(await call(api.url, "GET", "/v1/session", { headers: { "x-forwarded-for": `10.0.0.${i}` } }));
    expect(answers[0]?.status).not.toBe(429);
    const last = answers.at(-1);
    expect([last?.status, last?.body["code"]]).toEqual([429, "tooManyRequests"]);
    expect(last?.headers.get("ratelimit-policy")).toBe('"default";q=5;w=60');
    expect(last?.headers.get("ratelimit")).toMatch(/^"default";r=0;t=\d+$/);
    expect(Number(last?.headers.get("retry-after"))).toBeGreaterThan(0);
  });
});

it("whatever content type and body are sent, the answer is a problem and never a 5xx of ours (S9)", async () => {
  const app = await createApp(offlineConfig);
  const contentType = fc.oneof(
    fc.constantFrom(
      "application/json",
      "text/plain",
      "application/JSON",
      "application/json\t",
      " application/json",
      "application/json;;",
      "a/b",
      "",
    ),
    fc.string({ unit: "grapheme-ascii", maxLength: 30 }),
  );
  await fc.assert(
    fc.asyncProperty(
      contentType,
      fc.oneof(fc.json(), fc.string(), fc.constant('{"__proto__":{"a":1}}')),
      async (type, payload) => {
        const answer = await app.inject({ method: "POST", url: "/v1/session", headers: { "content-type": type }, payload });
        // 503: the directory is not there; a body that is well formed gets as far as that.
        expect([400, 413, 415, 503]).toContain(answer.statusCode);
        expect(answer.headers["content-type"]).toBe("application/problem+json");
      },
    ),
    { numRuns: 200 },
  );
  await app.close();
});

it("a request that is no HTTP is turned away, and the server goes on", async () => {
  const { port } = new URL(api.url);
  const text = await new Promise<string>((resolve) => {
    const socket = connect(Number(port), "127.0.0.1", () => socket.end("nonsense\r\n\r\n"));
    let said = "";
    socket.on("data", (data) => (said += data.toString())).on("close", () => resolve(said));
  });
  expect(text).toMatch(/^HTTP\/1.1 400/);
  expect((await call(api.url, "GET", "/healthz")).status).toBe(200);
});
