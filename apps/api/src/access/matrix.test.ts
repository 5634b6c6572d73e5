import { publicCommandTypes } from "@tollbook/contracts/views.ts";
import { fastify } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSession } from "../directory/people.ts";
import { scriptedRules } from "../testing/scripted-rules.ts";
import { operator, startTestApi, until, type TestApi } from "../testing/start-test-api.ts";
import { recogniseCallers } from "./recognise.ts";
import { roleNames } from "./roles.ts";

/**
 * Who may call what: every route of the running app, and every command, asked by every role, every key scope and nobody. The
 * answers stand in matrix.txt; a new route, command or role is not there and fails until somebody has looked at its row
 * (write it anew with: vitest run apps/api/src/access/matrix.test.ts -u).
 */

/** Who asks, in the order of the columns; the roles each has in the account, or what else it is. */
const members: readonly (readonly [name: string, roles: readonly string[]])[] = [
  ["member without roles", []],
  ...roleNames.filter((role) => role !== "selfServiceBuyer").map((role) => [role, [role]] as const),
  ["billingAccountOwner:main", ["billingAccountOwner:main"]],
  ["billingProfileOwner:main", ["billingProfileOwner:main"]],
  ["billingProfileReader:main", ["billingProfileReader:main"]],
  ["invoiceManager:other", ["invoiceManager:other"]],
];
const scopes = ["ingest", "authorize", "read", "admin"] as const;
/** The scripted meter says of each that it is in the billing profile main. */
const subjects = { profile: "main", billingAccount: "main", subscription: "plan-1", invoice: "in-1", payment: "pay-1" };
/** They would end the session that all other questions are asked with; tests of their own ask them. */
const ending = ["DELETE /v1/session", "POST /v1/oidc/logout"];
const NOT_YOURS = "There is no such account, or it is not yours.";

/** Headers that say who asks. */
type Ask = () => Promise<Readonly<Record<string, string>>>;

let api: TestApi;
const callers = new Map<string, Ask>();
/** route or command → one sign per caller, in the order of `callers`. */
const answers = new Map<string, string>();

beforeAll(async () => {
  api = await startTestApi({ rules: scriptedRules });
  await api.addAccount("acme");
  await api.addAccount("globex");
  callers.set("nobody", async () => ({}));
  const owner = ["globalAdmin", "billingAccountOwner", "reportReader"];
  callers.set("owner of another account", await person("globex", owner));
  callers.set("admin key of another account", await key("globex", "admin"));
  for (const [name, roles] of members) callers.set(name, await person("acme", roles, name));
  for (const scope of scopes) callers.set(`key: ${scope}`, await key("acme", scope));
  callers.set("operator", session(operator.email));
  for (const caller of [...callers.keys()].filter((name) => name !== "nobody"))
    await until(async () => (await fetch(`${api.url}/v1/session`, { headers: await ask(caller) })).status === 200);

  for (const { method, url, access } of api.api.app.routeAccess) {
    answers.set(`${method} ${url}`, await row(method, url));
    const perUser = typeof access === "object" && "account" in access ? (access.perUser ?? []) : [];
    for (const member of perUser) {
      const query = member.includes("=") ? member : `${member}=ada`;
      answers.set(`${method} ${url}?${query}`, await row(method, `${url}?${query}`));
    }
  }
  for (const type of publicCommandTypes.filter((one) => one !== "account.create")) {
    const body = { type, data: subjects };
    answers.set(`command ${type}`, await row("POST", "/v1/accounts/:account/commands", body));
  }
}, 180_000);
afterAll(async () => await api.close());

async function person(account: string, roles: readonly string[], name = account): Promise<Ask> {
  const email = `${name.replaceAll(/[^A-Za-z]/g, "-")}@${account}.test`;
  await api.directory.changePerson(email, () => ({
    email,
    displayName: name,
    passwordHash: "",
    operator: false,
    memberships: [{ account, roles: [...roles] }],
  }));
  return session(email);
}

/** Opened at the first question. */
function session(email: string): Ask {
  const open = async (): Promise<Record<string, string>> => {
    const known = api.directory.person(email);
    if (known === null) throw new Error(`${email} is not in the directory`);
    const { token, session: opened } = await openSession(api.directory, known, new Date());
    return { cookie: `tollbook_session=${token}`, "x-csrf-token": opened.csrfToken };
  };
  let current: Promise<Record<string, string>> | null = null;
  return async () => await (current ??= open());
}

async function key(account: string, scope: (typeof scopes)[number]): Promise<Ask> {
  const secret = await api.key(account, [scope]);
  return async () => ({ authorization: `Bearer ${secret}` });
}

async function ask(caller: string): Promise<Readonly<Record<string, string>>> {
  return (await callers.get(caller)?.()) ?? {};
}

async function row(method: string, url: string, body: unknown = {}): Promise<string> {
  const path = url
    .replace(":account", "acme")
    .replaceAll(/:email/g, "x@acme.test")
    .replaceAll(/:\w+/g, "x");
  const once = async (caller: string): Promise<string | null> => {
    if (ending.includes(`${method} ${url}`)) return caller === "nobody" ? "?" : "+";
    const abort = new AbortController();
    const answer = await fetch(`${api.url}${path}`, {
      method,
      signal: abort.signal,
      headers: {
        ...(await ask(caller)),
        ...(method === "GET" || method === "DELETE" ? {} : { "content-type": "application/json" }),
        ...(url.endsWith("/live") ? { accept: "text/event-stream" } : {}),
      },
      ...(method === "GET" || method === "DELETE" ? {} : { body: JSON.stringify(body) }),
    });
    const sign = await signOf(answer);
    abort.abort();
    return sign;
  };
  const asked = async (caller: string): Promise<string> => {
    let sign: string | null = null;
    await until(async () => (sign = await once(caller)) !== null);
    return sign ?? "";
  };
  return (await Promise.all([...callers.keys()].map(asked))).join("");
}

/**
 * `+` may, `-` may not (403), `0` is told that there is no such account (404), `?` is asked to sign in (401). Null: too
 * busy to say, which is decided before access.
 */
async function signOf(answer: Response): Promise<string | null> {
  if (answer.status === 429) return null;
  if (answer.status === 401) return "?";
  if (answer.status === 403) return "-";
  if (answer.status === 404 && (await answer.text()).includes(NOT_YOURS)) return "0";
  return "+";
}

function table(): string {
  const names = [...callers.keys()];
  const legend = names.map((name, index) => `${"│".repeat(index)}╭ ${name}`);
  const rows = [...answers].map(([what, signs]) => `${signs}  ${what}`);
  return [
    "Who may call what (domain §10). One column per caller:",
    "  + may   - may not (403)   0 there is no such account for him (404)   ? must sign in (401)",
    "A command is asked about the billing profile main. Written by matrix.test.ts; every change here is a change of rights.",
    "",
    ...legend,
    ...rows,
    "",
  ].join("\n");
}

it("S7, S15: every route and command answers every role as the committed table says", async () => {
  await expect(table()).toMatchFileSnapshot("./matrix.txt");
});

describe("whatever the table says", () => {
  const sign = (what: string, caller: string): string =>
    answers.get(what)?.[[...callers.keys()].indexOf(caller)] ?? `no row or caller for ${what}, ${caller}`;
  const inAccounts = (): string[] =>
    [...answers.keys()].filter((what) => what.startsWith("command") || what.includes(" /v1/accounts/:account/"));
  const rowsWith = (permission: string): string[] =>
    api.api.app.routeAccess
      .filter(({ access }) => typeof access === "object" && "account" in access && access.account.join() === permission)
      .map(({ method, url }) => `${method} ${url}`);

  it("P8: nobody gets anything of an account without signing in, and nobody of another account learns that it exists", () => {
    expect(inAccounts().length).toBeGreaterThan(60);
    for (const what of inAccounts())
      expect([
        what,
        sign(what, "nobody"),
        sign(what, "owner of another account"),
        sign(what, "admin key of another account"),
      ]).toEqual([what, "?", "0", "0"]);
  });

  it("§10: a Global reader gets totals, and nothing of single people, by whatever route or query", () => {
    const single = [
      ...rowsWith("readPerUserUsage"),
      ...rowsWith("readUsers"),
      ...[...answers.keys()].filter((what) => what.includes("?")),
    ];
    expect(single).toContain("GET /v1/accounts/:account/calls.csv");
    expect(single).toContain("GET /v1/accounts/:account/usage-series?user=ada");
    for (const what of single) expect([what, sign(what, "globalReader")]).toEqual([what, "-"]);
    expect(sign("GET /v1/accounts/:account/usage-series", "globalReader")).toBe("+");
    expect(sign("GET /v1/accounts/:account/pools", "globalReader")).toBe("+");
  });

  it.each([
    ["billingAccountOwner", "+"],
    ["billingAccountContributor", "+"],
    ["billingProfileOwner", "+"],
    ["billingProfileContributor", "+"],
    ["billingProfileOwner:main", "+"],
    ["globalAdmin", "+"],
    ["billingAdmin", "+"],
    ["billingAccountReader", "-"],
    ["billingProfileReader", "-"],
    ["invoiceManager", "-"],
    ["licenceAdmin", "-"],
    ["teamsAdmin", "-"],
    ["userAdmin", "-"],
    ["globalReader", "-"],
    ["key: read", "-"],
    ["key: admin", "+"],
  ])("PG-1: pay-as-you-go by %s: %s", (caller, expected) => {
    expect(sign("command payAsYouGo.set", caller)).toBe(expected);
    expect(sign("PUT /v1/accounts/:account/subscriptions/:subscription/pay-as-you-go", caller)).toBe(expected);
  });

  it("CC-8: roles that only receive mail do nothing but look after their own purchases", () => {
    for (const caller of ["helpdeskAdmin", "applicationAdmin", "privilegedAuthenticationAdmin"])
      for (const what of inAccounts()) expect([what, sign(what, caller)]).toEqual([what, sign(what, "member without roles")]);
  });

  it.each([
    ["CM-1", "GET /v1/accounts/:account/cost", ["globalAdmin", "billingAdmin"], ["teamsAdmin", "globalReader", "reportReader"]],
    ["CM-4", "command budget.set", ["globalAdmin", "billingAdmin"], ["billingAccountReader", "globalReader"]],
    ["SL-1", "command policy.set", ["globalAdmin", "teamsAdmin", "skypeForBusinessAdmin"], ["licenceAdmin", "billingAdmin"]],
    ["SS-4", "command licence.assign", ["globalAdmin", "licenceAdmin", "userAdmin"], ["billingAccountOwner", "teamsAdmin"]],
    ["SS-8", "command selfService.takeOver", ["globalAdmin", "billingAdmin"], ["billingAccountOwner", "licenceAdmin"]],
    ["PM-2", "command paymentMethod.replace", ["billingAdmin", "billingAccountOwner"], ["billingProfileOwner", "invoiceManager"]],
    [
      "IN-1",
      "GET /v1/accounts/:account/invoices",
      ["invoiceManager", "billingProfileReader:main"],
      ["teamsAdmin", "licenceAdmin"],
    ],
  ])("%s: %s by %j, not by %j", (_rule, what, may, mayNot) => {
    expect(may.map((caller) => [caller, sign(what, caller)])).toEqual(may.map((caller) => [caller, "+"]));
    expect(mayNot.map((caller) => [caller, sign(what, caller)])).toEqual(mayNot.map((caller) => [caller, "-"]));
  });

  it("CC-7, SS-9: goodwill and the self-service policy are for Global and Billing administrators", () => {
    for (const what of ["command credits.goodwill", "command credits.approveGoodwill", "command selfService.setPolicy"]) {
      const may = [...callers.keys()].filter((caller) => sign(what, caller) === "+");
      expect([what, may]).toEqual([what, ["globalAdmin", "billingAdmin", "key: admin", "operator"]]);
    }
  });
});

it("a route that does not say who may call it keeps the server from starting", () => {
  const app = fastify();
  const nothing = {
    directory: api.directory,
    keyEnvironment: "test",
    cookieName: "c",
    now: () => new Date(),
    noteKeyUse: () => undefined,
  };
  recogniseCallers(app, nothing);
  expect(() => app.get("/v1/accounts/:account/secrets", async () => "all of them")).toThrow(
    "the route GET /v1/accounts/:account/secrets does not say who may call it",
  );
});
