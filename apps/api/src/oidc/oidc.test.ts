import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startMockIssuer, type MockIssuer } from "../testing/mock-issuer.ts";
import { operator, startTestApi, until, type TestAnswer, type TestApi } from "../testing/start-test-api.ts";
import { sessionOf, type SignedIn } from "../testing/people.ts";
import { readOidcConfig, type OidcConfig } from "./oidc-config.ts";

/** Sign-in at an identity provider: only the exact answer to what this browser asked opens a session (architecture §7). */

const PUBLIC_URL = "https://tollbook.test";
const settings = (issuer: MockIssuer): Record<string, string> => ({
  TOLLBOOK_OIDC_ISSUER: issuer.url,
  TOLLBOOK_OIDC_CLIENT_ID: issuer.clientId,
  TOLLBOOK_OIDC_CLIENT_SECRET: issuer.clientSecret,
  TOLLBOOK_PUBLIC_URL: PUBLIC_URL,
  TOLLBOOK_OIDC_ROLE_CLAIM: "groups",
  TOLLBOOK_OIDC_ROLES: JSON.stringify({ finance: ["acme/billingAdmin", "acme/invoiceManager:main"], voice: ["acme/teamsAdmin"] }),
});
function read(given: Record<string, string>): { config: OidcConfig | null; faults: string[] } {
  const faults: string[] = [];
  const get = (name: string, fallback: string): string => given[name] ?? fallback;
  const config = readOidcConfig({ get, fault: (fault) => faults.push(fault) }, "http://127.0.0.1:7400");
  return { config, faults };
}

let issuer: MockIssuer;
let api: TestApi;
let runs: SignedIn;
beforeAll(async () => {
  issuer = await startMockIssuer();
  api = await startTestApi({ config: { oidc: read(settings(issuer)).config } });
  runs = await sessionOf(api, operator.email);
  for (const account of ["acme", "globex"])
    await runs.call("POST", "/v1/accounts", { account, name: account, country: "DE", currency: "EUR", agreement: "MCA" });
});
afterAll(async () => {
  await api.close();
  await issuer.close();
});

const ada = { sub: "ada-1", email: "Ada@ACME.test", email_verified: true, name: "Ada" };
beforeEach(async () => {
  issuer.says = { claims: ada };
  await api.directory.changePerson("ada@acme.test", () => ({
    email: "ada@acme.test",
    displayName: "Ada",
    passwordHash: "",
    operator: false,
    memberships: [{ account: "acme", roles: ["reportReader"] }],
    invitedBy: "acme",
  }));
  await until(async () => (await members()).some((one) => one.email === "ada@acme.test" && one.roles.join() === "reportReader"));
});

async function members(): Promise<{ email: string; roles: string[] }[]> {
  const { body } = await runs.call("GET", "/v1/accounts/acme/members");
  return body["members"] as unknown as { email: string; roles: string[] }[];
}

interface Begun {
  readonly cookie: string;
  readonly url: string;
}

async function begin(query = ""): Promise<Begun> {
  const answer = await fetch(`${api.url}/v1/oidc/start${query}`, { redirect: "manual" });
  expect(answer.status).toBe(302);
  const cookie = answer.headers.get("set-cookie") ?? "";
  expect(cookie).toMatch(/^tollbook_oidc=.*HttpOnly; SameSite=Lax/);
  return { cookie: cookie.split(";")[0] ?? "", url: answer.headers.get("location") ?? "" };
}

interface Finished {
  readonly status: number;
  readonly body: TestAnswer["body"];
  readonly location: string | null;
  readonly session: string;
}

/** `back`: where the provider has sent the browser. */
async function finish(back: URL, cookie: string): Promise<Finished> {
  expect(back.origin + back.pathname).toBe(`${PUBLIC_URL}/v1/oidc/callback`);
  const answer = await fetch(`${api.url}${back.pathname}${back.search}`, { redirect: "manual", headers: { cookie } });
  const session = answer.headers.getSetCookie().find((one) => /^tollbook_session=[0-9a-f]{64};/.test(one)) ?? "";
  const text = await answer.text();
  return {
    status: answer.status,
    body: text === "" ? {} : (JSON.parse(text) as TestAnswer["body"]),
    location: answer.headers.get("location"),
    session,
  };
}

async function signIn(query = ""): Promise<Finished> {
  const { cookie, url } = await begin(query);
  return await finish(await issuer.authorize(url), cookie);
}

const whoIs = async ({ session }: Finished): Promise<TestAnswer> =>
  await api.call("GET", "/v1/session", { headers: { cookie: session.split(";")[0] ?? "" } });

describe("signing in", () => {
  it("302: with code, PKCE, state and nonce, as the member of that verified e-mail, back to where he came from", async () => {
    const { url } = await begin();
    const asked = Object.fromEntries(new URL(url).searchParams);
    expect(asked).toEqual({
      response_type: "code",
      client_id: "tollbook",
      redirect_uri: `${PUBLIC_URL}/v1/oidc/callback`,
      scope: "openid email profile",
      state: expect.stringMatching(/^.{20,}$/),
      nonce: expect.stringMatching(/^.{20,}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: "S256",
    });
    const signedIn = await signIn("?returnTo=/calls%3Ffrom%3Dtoday");
    expect([signedIn.status, signedIn.location]).toEqual([302, "/calls?from=today"]);
    expect(signedIn.session).toMatch(/HttpOnly; SameSite=Strict/);
    expect((await whoIs(signedIn)).body).toMatchObject({
      person: { email: "ada@acme.test" },
      accounts: [{ account: "acme", roles: ["reportReader"] }],
    });
    expect((await members()).find(({ email }) => email === "ada@acme.test")).toMatchObject({ active: true });
  });

  it("302: the e-mail may come from userinfo alone", async () => {
    issuer.says = { claims: { sub: "ada-1" }, userinfo: { email: "ada@acme.test", email_verified: true } };
    expect((await signIn()).status).toBe(302);
    issuer.says = { claims: { sub: "ada-1" }, userinfo: { email: "ada@acme.test", email_verified: false } };
    expect((await signIn()).status).toBe(403);
  });

  it("GET /v1/sign-in tells the way", async () => {
    expect((await api.call("GET", "/v1/sign-in")).body).toEqual({
      local: true,
      oidc: { start: "/v1/oidc/start", issuer: `${issuer.url}/` },
    });
  });
});

describe("refused", () => {
  it.each([
    ["a wrong nonce", { nonce: "of somebody else" }],
    ["a token for another client", { audience: "another-client" }],
    ["a token of another issuer", { issuer: "https://elsewhere.test" }],
    ["an expired token", { expiresIn: -45 }],
    ["a token signed with an unknown key", { wrongKey: true }],
    ["another state", { state: "of somebody else" }],
    ["a person who pressed cancel", { denied: true }],
  ])("401: %s", async (_what, wrong) => {
    issuer.says = { claims: ada, ...wrong };
    const answer = await signIn();
    expect([answer.status, answer.body["code"], answer.session]).toEqual([401, "unauthenticated", ""]);
  });

  it("401: a code a second time, with another browser's cookie, or without any", async () => {
    const [first, second] = [await begin(), await begin()];
    const back = await issuer.authorize(first.url);
    expect((await finish(back, second.cookie)).status).toBe(401);
    expect((await finish(back, "")).status).toBe(401);
    expect((await finish(back, "tollbook_oidc=bm9uc2Vuc2U")).status).toBe(401);
    expect((await finish(back, first.cookie)).status).toBe(302);
    expect((await finish(back, first.cookie)).status).toBe(401);
  });

  it("401: another PKCE verifier than the one the code was asked with", async () => {
    const { cookie, url } = await begin();
    const pending = JSON.parse(Buffer.from(cookie.replace("tollbook_oidc=", ""), "base64url").toString()) as object;
    const forged = Buffer.from(JSON.stringify({ ...pending, verifier: "x".repeat(43) })).toString("base64url");
    expect((await finish(await issuer.authorize(url), `tollbook_oidc=${forged}`)).status).toBe(401);
  });

  it.each([
    ["an e-mail that is not verified", { ...ada, email_verified: false }],
    ["an e-mail of which nothing is said", { sub: "ada-1", email: "ada@acme.test" }],
    ["verified as text", { ...ada, email_verified: "true" }],
    ["no e-mail", { sub: "ada-1", email_verified: true }],
    ["somebody nobody has invited", { sub: "eve", email: "eve@acme.test", email_verified: true }],
  ])("403: %s", async (_what, claims) => {
    issuer.says = { claims };
    const answer = await signIn();
    expect([answer.status, answer.body["code"], answer.session]).toEqual([403, "forbidden", ""]);
    expect(api.directory.person("eve@acme.test")).toBeNull();
  });

  it("403: somebody else at the provider who has come by the address since", async () => {
    expect((await signIn()).status).toBe(302);
    issuer.says = { claims: { ...ada, sub: "ada-2" } };
    expect((await signIn()).status).toBe(403);
  });

  it("400: a way back that leads to another host", async () => {
    for (const away of ["https://evil.test", "//evil.test", "/\\evil.test", "calls"])
      expect((await api.call("GET", `/v1/oidc/start?returnTo=${encodeURIComponent(away)}`)).status).toBe(400);
  });
});

describe("roles by the provider's groups", () => {
  const rolesOf = (email: string): readonly string[] | undefined =>
    api.directory.person(email)?.memberships.find(({ account }) => account === "acme")?.roles;

  it("are given and taken at each sign-in, beside what was given here, and audited", async () => {
    issuer.says = { claims: { ...ada, groups: ["voice", "finance", "cooks"] } };
    expect((await whoIs(await signIn())).body["accounts"]).toMatchObject([
      { account: "acme", roles: ["billingAdmin", "invoiceManager:main", "reportReader", "teamsAdmin"] },
    ]);
    issuer.says = { claims: { ...ada, groups: "voice" } };
    await signIn();
    await until(async () => rolesOf("ada@acme.test")?.join() === "reportReader,teamsAdmin");
    const audit = async (): Promise<unknown[]> =>
      await (
        await api.stack.client.query({
          query: `SELECT actor_kind, actor_id, JSONExtractRaw(data, 'command', 'after') AS after FROM account_events
                  WHERE type = 'command.directory.changed' AND subject = 'ada@acme.test' ORDER BY out_seq`,
          format: "JSONEachRow",
        })
      ).json();
    await until(async () => (await audit()).length >= 2);
    expect(await audit()).toEqual([
      {
        actor_kind: "system",
        actor_id: "identityProvider",
        after: '["billingAdmin","invoiceManager:main","reportReader","teamsAdmin"]',
      },
      { actor_kind: "system", actor_id: "identityProvider", after: '["reportReader","teamsAdmin"]' },
    ]);
  });

  it("let somebody in who was not invited, for that account alone", async () => {
    issuer.says = { claims: { sub: "fay", email: "fay@acme.test", email_verified: true, name: "Fay", groups: ["voice"] } };
    expect((await whoIs(await signIn())).body).toMatchObject({
      person: { email: "fay@acme.test", displayName: "Fay" },
      accounts: [{ account: "acme", roles: ["teamsAdmin"] }],
    });
  });
});

describe("signing out", () => {
  it("200: ends the session here, and says where to end it at the provider", async () => {
    const signedIn = await signIn();
    const cookie = signedIn.session.split(";")[0] ?? "";
    const csrf = String((await whoIs(signedIn)).body["csrfToken"]);
    const out = await api.call("POST", "/v1/oidc/logout", { headers: { cookie, "x-csrf-token": csrf } });
    const url = new URL(String(out.body["url"]));
    expect([out.status, url.origin + url.pathname]).toEqual([200, `${issuer.url}/end-session`]);
    expect(url.searchParams.get("id_token_hint")).toMatch(/^ey/);
    expect((await whoIs(signedIn)).status).toBe(401);
  });

  it("200: who signed in with a password has nowhere else to sign out", async () => {
    const here = await sessionOf(api, operator.email);
    expect((await here.call("POST", "/v1/oidc/logout")).body).toEqual({ url: null });
  });
});

describe("settings", () => {
  it("all faults at once, each with what to do; the secret is in none", () => {
    const { faults } = read({
      ...settings(issuer),
      TOLLBOOK_OIDC_CLIENT_ID: "",
      TOLLBOOK_OIDC_SCOPES: "email",
      TOLLBOOK_PUBLIC_URL: "tollbook",
      TOLLBOOK_OIDC_ROLES: '{"a": ["acme/king", "Acme/globalAdmin", "acme/globalAdmin"]}',
    });
    expect(faults).toHaveLength(5);
    for (const fault of faults) expect(fault).toMatch(/^TOLLBOOK_\w+ (is|names) .*(: set it to |must be among|is expected)/);
    expect(faults.join()).not.toContain(issuer.clientSecret);
    expect(read({ ...settings(issuer), TOLLBOOK_OIDC_ISSUER: "http://id.example.com" }).faults).toHaveLength(1);
    expect(read({ ...settings(issuer), TOLLBOOK_OIDC_ROLES: "" }).faults).toHaveLength(1);
    expect(read({})).toEqual({ config: null, faults: [] });
  });
});

it("503: a provider that does not answer is named, and the local sign-in goes on", async () => {
  const { config } = read({ ...settings(issuer), TOLLBOOK_OIDC_ISSUER: "http://127.0.0.1:9" });
  const other = await startTestApi({ config: { oidc: config } });
  const answer = await other.call("GET", "/v1/oidc/start");
  expect([answer.status, answer.body["code"]]).toEqual([503, "identityProviderUnreachable"]);
  expect((await other.call("POST", "/v1/session", { body: operator })).status).toBe(201);
  await other.close();
});
