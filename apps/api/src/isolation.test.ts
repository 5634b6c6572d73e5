import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp } from "./create-api.ts";
import { scriptedRules } from "./testing/scripted-rules.ts";
import { offlineConfig } from "./testing/offline-config.ts";
import { startTestApi, type TestApi } from "./testing/start-test-api.ts";

/**
 * The account isolation matrix (S7): every route of the description × every kind of caller. A new route without a row here
 * fails, so that nobody forgets to say who may call it.
 */

/** The scope that a route needs in its account; operator: none inside an account; anyone: no sign-in. */
type Needs =
  | "read"
  | "change"
  | "ingest"
  | "authorize"
  | "admin"
  | "ingest or read"
  | "operator"
  | "ingest anywhere"
  | "signed in"
  | "anyone";

const rows: Readonly<Record<string, Needs>> = {
  "GET /healthz": "anyone",
  "GET /readyz": "anyone",
  "GET /problems/{code}": "anyone",
  "POST /v1/session": "anyone",
  "GET /v1/session": "signed in",
  "DELETE /v1/session": "signed in",
  "POST /v1/events": "ingest anywhere",
  "GET /v1/accounts": "operator",
  "POST /v1/accounts": "operator",
  "POST /v1/accounts/{account}/events": "ingest",
  "GET /v1/accounts/{account}/settled": "ingest or read",
  "POST /v1/accounts/{account}/authorize": "authorize",
  "POST /v1/accounts/{account}/sessions/{sessionId}/progress": "authorize",
  "GET /v1/accounts/{account}/api-keys": "admin",
  "POST /v1/accounts/{account}/api-keys": "admin",
  "DELETE /v1/accounts/{account}/api-keys/{keyId}": "admin",
  "POST /v1/accounts/{account}/commands": "change",
  "GET /v1/accounts/{account}/subscriptions/{subscription}/pay-as-you-go": "read",
  "PUT /v1/accounts/{account}/subscriptions/{subscription}/pay-as-you-go": "change",
  "POST /v1/accounts/{account}/credits/top-ups": "change",
  "PUT /v1/accounts/{account}/credits/auto-recharge": "change",
  "POST /v1/accounts/{account}/subscriptions": "change",
  "PUT /v1/accounts/{account}/subscriptions/{subscription}/licences": "change",
  "POST /v1/accounts/{account}/subscriptions/{subscription}/assignments": "change",
  "DELETE /v1/accounts/{account}/subscriptions/{subscription}/assignments": "change",
  "PUT /v1/accounts/{account}/users/{user}": "change",
  "DELETE /v1/accounts/{account}/users/{user}": "change",
  "PUT /v1/accounts/{account}/users/{user}/block": "change",
  "PUT /v1/accounts/{account}/users/{user}/policy": "change",
  "PUT /v1/accounts/{account}/policy": "change",
  "GET /v1/accounts/{account}/summary": "read",
  "GET /v1/accounts/{account}/pools": "read",
  "GET /v1/accounts/{account}/credits": "read",
  "GET /v1/accounts/{account}/subscriptions": "read",
  "GET /v1/accounts/{account}/users": "read",
  "GET /v1/accounts/{account}/users/{user}": "read",
  "GET /v1/accounts/{account}/live-calls": "read",
  "GET /v1/accounts/{account}/legs/{usageId}": "read",
  "GET /v1/accounts/{account}/reconciliation": "read",
  "GET /v1/accounts/{account}/live": "read",
  "GET /v1/accounts/{account}/calls": "read",
  "GET /v1/accounts/{account}/calls.csv": "read",
  "GET /v1/accounts/{account}/calls/{usageId}/explanation": "read",
  "GET /v1/accounts/{account}/usage-series": "read",
  "GET /v1/accounts/{account}/credits/ledger": "read",
};

const described = await (async () => {
  const app = await createApp(offlineConfig);
  await app.ready();
  const found = Object.entries(app.swagger().paths ?? {}).flatMap(([path, operations]) =>
    Object.keys(operations as object).map((method) => `${method.toUpperCase()} ${path}`),
  );
  await app.close();
  return found;
})();

it("every route of the description has its row, and every row its route", () => {
  expect(Object.keys(rows).toSorted()).toEqual(described.toSorted());
});

let api: TestApi;
const keys: Record<string, string> = {};
beforeAll(async () => {
  api = await startTestApi({ rules: scriptedRules });
  await api.addAccount("acme");
  await api.addAccount("globex");
  keys["foreign admin"] = await api.key("globex", ["admin"]);
  for (const scope of ["ingest", "authorize", "read"] as const) {
    keys[`foreign ${scope}`] = await api.key("globex", [scope]);
    keys[scope] = await api.key("acme", [scope]);
  }
  keys["expired"] = await api.key("acme", ["admin"], { expiresAt: "2026-01-01T00:00:00Z" });
  keys["account that is not there"] = await api.key("no-such-account", ["admin"]).catch(() => "");
});
afterAll(async () => await api.close());

const ask = async (route: string, key: string | undefined): Promise<number> => {
  const [method = "", path = ""] = route.split(" ");
  const filled = path.replace("{account}", "acme").replaceAll(/\{\w+\}/g, "x");
  const body = method === "GET" || method === "DELETE" ? {} : { body: {} };
  return (await api.call(method, filled, { ...(key === undefined ? {} : { key }), ...body })).status;
};

const inAccount = Object.entries(rows).filter(([route]) => route.includes("{account}"));

describe.each(inAccount)("%s", (route, needs) => {
  it("401 without a key, with nonsense, and with an expired key", async () => {
    expect([await ask(route, undefined), await ask(route, "nonsense"), await ask(route, keys["expired"])]).toEqual([
      401, 401, 401,
    ]);
  });

  it("404 for every key of another account, whatever it may do there", async () => {
    for (const scope of ["admin", "ingest", "authorize", "read"])
      expect([scope, await ask(route, keys[`foreign ${scope}`])]).toEqual([scope, 404]);
  });

  it(`403 for keys of this account without: ${needs}`, async () => {
    for (const scope of ["ingest", "authorize", "read"]) {
      if (needs.split(" or ").includes(scope)) continue;
      expect([scope, await ask(route, keys[scope])]).toEqual([scope, 403]);
    }
  });
});

const statusFor = { operator: [401, 403, 403], "ingest anywhere": [401, 202, 403], "signed in": [401, 200, 200] } as const;
const elsewhere = Object.entries(rows).filter(([, needs]) => needs in statusFor);

it.each(elsewhere)("%s: without a key, with a key for %s, with a reader's key", async (route, needs) => {
  // A DELETE of a session with a key ends nothing; an empty event is reported back and stored nowhere.
  const expected = statusFor[needs as keyof typeof statusFor].map((status) =>
    route === "DELETE /v1/session" && status === 200 ? 204 : status,
  );
  expect([await ask(route, undefined), await ask(route, keys["foreign ingest"]), await ask(route, keys["read"])]).toEqual(
    expected,
  );
});
