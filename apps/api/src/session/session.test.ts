import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scriptedRules } from "../testing/scripted-rules.ts";
import { operator, startTestApi, until, type TestAnswer, type TestApi } from "../testing/start-test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ rules: scriptedRules });
  await api.addAccount("acme");
  await api.addAccount("globex");
  const passwordHash = api.directory.person(operator.email)?.passwordHash ?? "";
  const person = { displayName: "", passwordHash, operator: false };
  await api.directory.changePerson("reader@acme.test", () => ({
    ...person,
    email: "reader@acme.test",
    memberships: [{ account: "acme", roles: ["reader"] }],
  }));
  await api.directory.changePerson("owner@acme.test", () => ({
    ...person,
    email: "owner@acme.test",
    memberships: [{ account: "acme", roles: ["owner"] }],
  }));
  await until(async () => (await signIn("owner@acme.test")).status === 201);
});
afterAll(async () => await api.close());

const signIn = async (email: string, password = operator.password): Promise<TestAnswer> =>
  await api.call("POST", "/v1/session", { body: { email, password } });

interface Browser {
  readonly cookie: string;
  readonly csrf: string;
}
async function browser(email: string): Promise<Browser> {
  const answer = await signIn(email);
  const cookie = (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  return { cookie, csrf: String(answer.body["csrfToken"]) };
}

describe("POST /v1/session", () => {
  it("201: names the person and the accounts, in a cookie that scripts and other sites cannot use", async () => {
    const answer = await signIn("Owner@ACME.test ");
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      person: { email: "owner@acme.test", displayName: "" },
      accounts: [
        {
          account: "acme",
          name: "acme",
          // `owner` of earlier versions, migrated on read.
          roles: ["billingAccountOwner", "globalAdmin"],
          permissions: expect.arrayContaining(["buy", "toggleOverage", "grantBillingRoles", "grantDirectoryRoles"]),
        },
      ],
      csrfToken: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(answer.headers.get("set-cookie")).toMatch(/^tollbook_session=[0-9a-f]{64}; .*HttpOnly; SameSite=Strict/);
    expect(answer.text).not.toContain((answer.headers.get("set-cookie") ?? "").slice(17, 81));
  });

  it("201: an operator may do everything in every account", async () => {
    const accounts = (await signIn(operator.email)).body["accounts"];
    expect(accounts).toMatchObject([
      { account: "acme", roles: ["operator"] },
      { account: "globex", roles: ["operator"] },
    ]);
  });

  it("400: a body that is not the documented one", async () => {
    for (const body of [{}, { email: "a@b.c" }, { email: "a@b.c", password: 1 }, { email: "a", password: "b", admin: true }])
      expect((await api.call("POST", "/v1/session", { body })).status).toBe(400);
  });

  it("401: a wrong password and an unknown person answer the same", async () => {
    const wrong = await signIn("owner@acme.test", "wrong");
    const unknown = await signIn("nobody@acme.test", "wrong");
    const long = await signIn("owner@acme.test", "x".repeat(2000));
    for (const answer of [wrong, unknown, long])
      expect([answer.status, { ...answer.body, requestId: "" }]).toEqual([401, { ...wrong.body, requestId: "" }]);
  });

  it("415: a form, which another site could send", async () => {
    const answer = await api.call("POST", "/v1/session", {
      body: "email=a&password=b",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect(answer.status).toBe(415);
  });
});

describe("GET and DELETE /v1/session", () => {
  it("200, then 204, then 401: signing out ends the session for good", async () => {
    const { cookie, csrf } = await browser("owner@acme.test");
    const headers = { cookie };
    expect((await api.call("GET", "/v1/session", { headers })).body).toMatchObject({ csrfToken: csrf });
    const out = await api.call("DELETE", "/v1/session", { headers: { ...headers, "x-csrf-token": csrf } });
    expect([out.status, out.text]).toEqual([204, ""]);
    expect((await api.call("GET", "/v1/session", { headers })).status).toBe(401);
  });

  it("200: a key is told what it is for", async () => {
    const key = await api.key("acme", ["read"]);
    expect((await api.call("GET", "/v1/session", { key })).body).toMatchObject({
      accounts: [{ account: "acme", roles: ["read"] }],
    });
  });

  it("401: a made-up session, and one that has ended", async () => {
    expect((await api.call("GET", "/v1/session", { headers: { cookie: `tollbook_session=${"0".repeat(64)}` } })).status).toBe(
      401,
    );
    const { cookie } = await browser("owner@acme.test");
    await api.directory.changeSession(cookie.slice("tollbook_session=".length), (session) =>
      session === null ? null : { ...session, expiresAt: new Date(Date.now() - 1).toISOString() },
    );
    await until(async () => (await api.call("GET", "/v1/session", { headers: { cookie } })).status === 401);
  });
});

describe("a change with a cookie", () => {
  const change = async (headers: Record<string, string>): Promise<TestAnswer> =>
    await api.call("PUT", "/v1/accounts/acme/policy", { headers, body: { allowTollFree: true } });

  it("200: with the session's CSRF token", async () => {
    const { cookie, csrf } = await browser("owner@acme.test");
    const answer = await change({ cookie, "x-csrf-token": csrf, "sec-fetch-site": "same-origin" });
    expect([answer.status, answer.body["result"]]).toEqual([
      200,
      { actor: { kind: "person", id: "owner@acme.test", roles: ["billingAccountOwner", "globalAdmin"] } },
    ]);
  });

  it("403: without it, with another's, or from another site", async () => {
    const { cookie, csrf } = await browser("owner@acme.test");
    const other = await browser("owner@acme.test");
    expect((await change({ cookie })).status).toBe(403);
    expect((await change({ cookie, "x-csrf-token": other.csrf })).status).toBe(403);
    expect((await change({ cookie, "x-csrf-token": csrf, "sec-fetch-site": "cross-site" })).status).toBe(403);
  });

  it("403: a reader; and a role that is taken away counts from the next request on (S15)", async () => {
    const reader = await browser("reader@acme.test");
    expect((await change({ cookie: reader.cookie, "x-csrf-token": reader.csrf })).status).toBe(403);
    expect((await api.call("GET", "/v1/accounts/acme/summary", { headers: { cookie: reader.cookie } })).status).toBe(200);
    await api.directory.changePerson("reader@acme.test", (person) => (person === null ? null : { ...person, memberships: [] }));
    await until(
      async () => (await api.call("GET", "/v1/accounts/acme/summary", { headers: { cookie: reader.cookie } })).status === 404,
    );
  });
});

describe("GET and POST /v1/accounts", () => {
  const body = { account: "initech", name: "Initech", country: "US", currency: "USD", agreement: "MCA" };

  it("201: an operator creates an account, in the log and in the directory", async () => {
    const { cookie, csrf } = await browser(operator.email);
    const headers = { cookie, "x-csrf-token": csrf };
    const answer = await api.call("POST", "/v1/accounts", { headers, body });
    expect([answer.status, answer.body["outcome"]]).toEqual([201, "accepted"]);
    const list = await api.call("GET", "/v1/accounts", { headers });
    expect(list.body["accounts"]).toContainEqual({ account: "initech", name: "Initech", createdAt: expect.any(String) });
    expect((await api.call("GET", "/v1/accounts/initech/summary", { headers })).status).toBe(200);
  });

  it("201: the installation's own admin key may, too", async () => {
    const key = await api.key("*", ["admin"]);
    expect((await api.call("POST", "/v1/accounts", { key, body: { ...body, account: "hooli" } })).status).toBe(201);
  });

  it("400, 401, 403, 422", async () => {
    const key = await api.key("*", ["admin"]);
    const send = async (secret: string | null, sent: object): Promise<number> =>
      (await api.call("POST", "/v1/accounts", { ...(secret === null ? {} : { key: secret }), body: sent })).status;
    expect(await send(key, { ...body, account: "Not_A_Name" })).toBe(400);
    expect(await send(key, { ...body, colour: "red" })).toBe(400);
    expect(await send(null, body)).toBe(401);
    expect(await send(await api.key("acme", ["admin"]), body)).toBe(403);
    expect(await send(key, { ...body, account: "umbrella", name: "refuse-me" })).toBe(422);
    expect(api.directory.account("umbrella")).toBeNull();
  });
});

describe("API keys", () => {
  const path = "/v1/accounts/acme/api-keys";
  const body = { name: "Berlin", feeder: "berlin-1", scopes: ["ingest", "authorize"] };

  it("201: the secret is shown once and works; the list and the directory hold none of it", async () => {
    const admin = await api.key("acme", ["admin"]);
    const created = await api.call("POST", path, { key: admin, body });
    expect(created.status).toBe(201);
    const secret = String(created.body["secret"]);
    expect(secret).toMatch(/^tb_test_[0-9a-f]{16}_[0-9a-f]{72}$/);
    expect((await api.call("GET", "/v1/session", { key: secret })).status).toBe(200);
    const list = await api.call("GET", path, { key: admin });
    const { keyId } = created.body["key"] as unknown as { keyId: string };
    expect(list.body["keys"]).toContainEqual({
      ...body,
      keyId,
      account: "acme",
      createdAt: expect.any(String),
      expiresAt: null,
      lastUsedAt: null,
    });
    expect(list.text).not.toContain(secret.slice(25, 60));
    expect(JSON.stringify(api.directory.key(keyId))).not.toContain(secret.slice(25, 60));
  });

  it("204: a revoked key is turned away at once; 404: one of another account cannot be revoked", async () => {
    const admin = await api.key("acme", ["admin"]);
    const foreign = await api.key("globex", ["read"]);
    expect((await api.call("DELETE", `${path}/${foreign.split("_")[2]}`, { key: admin })).status).toBe(404);
    const victim = await api.key("acme", ["read"]);
    expect((await api.call("DELETE", `${path}/${victim.split("_")[2]}`, { key: admin })).status).toBe(204);
    expect((await api.call("GET", "/v1/session", { key: victim })).status).toBe(401);
  });

  it("400 and 403", async () => {
    const admin = await api.key("acme", ["admin"]);
    for (const wrong of [{}, { scopes: [] }, { scopes: ["everything"] }, { feeder: "a.b" }, { expiresAt: "tomorrow" }])
      expect(
        (
          await api.call("POST", path, {
            key: admin,
            body: { ...body, ...wrong, ...(Object.keys(wrong).length === 0 ? { x: 1 } : {}) },
          })
        ).status,
      ).toBe(400);
    expect((await api.call("GET", path, { key: await api.key("acme", ["read", "ingest", "authorize"]) })).status).toBe(403);
  });
});
