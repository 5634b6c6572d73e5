import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { operator, startTestApi, until, type TestAnswer, type TestApi } from "../testing/start-test-api.ts";
import { sessionOf, signIn, type SignedIn } from "../testing/people.ts";

/** Members and their roles, with the real rules: who gives what to whom, from the next request on, and who did it. */

let api: TestApi;
let runs: SignedIn;
let owner: SignedIn;
let admin: SignedIn;
beforeAll(async () => {
  api = await startTestApi();
  runs = await sessionOf(api, operator.email);
  for (const account of ["acme", "globex"])
    await runs.call("POST", "/v1/accounts", { account, name: account, country: "DE", currency: "EUR", agreement: "MCA" });
  await runs.call("PUT", "/v1/accounts/acme/billing-profiles/emea", { displayName: "EMEA" });
  owner = await signIn(api, "owner@acme.test", "acme", ["billingAccountOwner"]);
  admin = await signIn(api, "admin@acme.test", "acme", ["globalAdmin"]);
});
afterAll(async () => await api.close());

const path = "/v1/accounts/acme/members";
const invite = async (by: SignedIn, email: string, roles: readonly string[]): Promise<TestAnswer> =>
  await by.call("POST", path, { email, roles });
const problem = (answer: TestAnswer): unknown[] => [answer.status, answer.body["code"], answer.body["detail"]];
/** Rows of the audit about one member, oldest first. */
async function audited(subject: string, count: number): Promise<unknown[]> {
  const read = async (): Promise<unknown[]> => {
    const answer = await api.stack.client.query({
      query: `SELECT actor_id, outcome, JSONExtractRaw(data, 'command') AS command FROM account_events
              WHERE account = 'acme' AND type = 'command.directory.changed' AND subject = {subject:String} ORDER BY out_seq`,
      query_params: { subject },
      format: "JSONEachRow",
    });
    return await answer.json();
  };
  await until(async () => (await read()).length >= count);
  return (await read()).map((row) => {
    const { actor_id, outcome, command } = row as Record<string, string>;
    return [actor_id, outcome, JSON.parse(command ?? "{}")];
  });
}

describe("inviting", () => {
  it("201: who is invited chooses a password once, signs in, and has exactly the roles given", async () => {
    const invited = await invite(admin, "Carla@ACME.test", ["teamsAdmin"]);
    expect(invited.status).toBe(201);
    expect(invited.body["member"]).toEqual({
      email: "carla@acme.test",
      displayName: "carla@acme.test",
      roles: ["teamsAdmin"],
      active: false,
    });
    const { token } = invited.body["invitation"] as unknown as { token: string };
    const password = "a password of her own";
    const signedIn = async (): Promise<TestAnswer> =>
      await api.call("POST", "/v1/session", { body: { email: "carla@acme.test", password } });
    expect((await signedIn()).status).toBe(401);
    const accept = async (): Promise<number> =>
      (await api.call("POST", `/v1/invitations/${token}`, { body: { password, displayName: "Carla" } })).status;
    expect((await api.call("POST", `/v1/invitations/${token}`, { body: { password: "short" } })).status).toBe(400);
    expect([await accept(), await accept()]).toEqual([204, 404]);
    const answer = await signedIn();
    expect([answer.status, answer.body["accounts"]]).toEqual([
      201,
      [
        {
          account: "acme",
          name: "acme",
          roles: ["teamsAdmin"],
          permissions: expect.not.arrayContaining(["buy", "readBilling", "grantDirectoryRoles"]),
        },
      ],
    ]);
    const members = (await admin.call("GET", path)).body["members"] as unknown as { email: string; active: boolean }[];
    expect(members).toContainEqual({ email: "carla@acme.test", displayName: "Carla", roles: ["teamsAdmin"], active: true });
  });

  it("another account's invitation never opens what somebody may do here", async () => {
    await invite(admin, "dora@acme.test", ["reportReader"]);
    const foreign = await signIn(api, "admin@globex.test", "globex", ["globalAdmin"]);
    const again = await foreign.call("POST", "/v1/accounts/globex/members", { email: "dora@acme.test", roles: [] });
    const { token } = again.body["invitation"] as unknown as { token: string };
    const taken = await api.call("POST", `/v1/invitations/${token}`, { body: { password: "not hers at all" } });
    expect(taken.status).toBe(404);
    expect(api.directory.person("dora@acme.test")?.passwordHash).toBe("");
  });

  it("400: an unknown role, a scope where none belongs, and a billing profile that is not there", async () => {
    for (const [role, detail] of [
      ["owner", 'roles: "owner" is none of billingAccountOwner'],
      ["globalAdmin:emea", 'roles: "globalAdmin:emea" is none of'],
      ["selfServiceBuyer", 'roles: "selfServiceBuyer" is none of'],
      ["invoiceManager:apac", 'roles: there is no billing profile "apac"'],
    ] as const) {
      const answer = await invite(admin, "x@acme.test", [role]);
      expect(problem(answer)).toEqual([400, "invalidRequest", expect.stringContaining(detail)]);
    }
    expect(api.directory.person("x@acme.test")).toBeNull();
  });
});

describe("who may grant (§10: billing roles and directory roles are separate)", () => {
  it("a billing account owner gives billing roles and no others, and the refusal names the role that is missing", async () => {
    expect((await invite(owner, "finn@acme.test", ["billingAccountContributor", "invoiceManager:emea"])).status).toBe(201);
    expect(problem(await invite(owner, "finn@acme.test", ["globalReader"]))).toEqual([
      403,
      "forbidden",
      "Give and take directory roles; invite and remove members (Global reader): this needs the role Global administrator.",
    ]);
  });

  it("a Global administrator gives directory roles; billing roles by his automatic access, until it is taken away (PG-1)", async () => {
    expect((await invite(admin, "gil@acme.test", ["licenceAdmin", "billingAccountReader"])).status).toBe(201);
    const access = "/v1/accounts/acme/billing-access";
    expect((await owner.call("PUT", access, { ofAdmins: false })).status).toBe(200);
    expect(problem(await invite(admin, "gil@acme.test", ["billingAccountContributor"]))).toEqual([
      403,
      "forbidden",
      "Give and take roles of billing accounts (Billing account contributor): this needs the role Billing account owner.",
    ]);
    expect((await admin.call("PUT", access, { ofAdmins: true })).status).toBe(403);
    expect((await owner.call("PUT", access, { ofAdmins: true })).status).toBe(200);
    expect((await invite(admin, "gil@acme.test", ["billingAccountContributor"])).status).toBe(201);
    expect(await audited("acme", 2)).toEqual([
      ["owner@acme.test", "accepted", expect.objectContaining({ before: ["globalAdmin", "billingAdmin"], after: [] })],
      ["owner@acme.test", "accepted", expect.objectContaining({ before: [], after: ["globalAdmin", "billingAdmin"] })],
    ]);
  });

  it("a billing profile owner gives roles of that profile only, and a contributor none", async () => {
    const emea = await signIn(api, "emea@acme.test", "acme", ["billingProfileOwner:emea"]);
    expect((await invite(emea, "hugo@acme.test", ["billingProfileReader:emea"])).status).toBe(201);
    for (const role of ["billingProfileReader:main", "billingProfileReader", "billingAccountReader:main", "reportReader"])
      expect([role, (await invite(emea, "hugo@acme.test", [role])).status]).toEqual([role, 403]);
    const contributor = await signIn(api, "contributor@acme.test", "acme", ["billingProfileContributor:emea"]);
    expect((await invite(contributor, "hugo@acme.test", ["billingProfileReader:emea"])).status).toBe(403);
    expect(api.directory.person("hugo@acme.test")?.memberships).toEqual([
      { account: "acme", roles: ["billingProfileReader:emea"] },
    ]);
  });

  it("nobody raises himself: a Global administrator without billing-account access gets no key that could do more", async () => {
    await owner.call("PUT", "/v1/accounts/acme/billing-access", { ofAdmins: false });
    const key = { name: "all", feeder: "f", scopes: ["admin"] };
    expect((await admin.call("POST", "/v1/accounts/acme/api-keys", key)).status).toBe(403);
    expect((await admin.call("POST", "/v1/accounts/acme/api-keys", { ...key, scopes: ["read", "ingest"] })).status).toBe(201);
    await owner.call("PUT", "/v1/accounts/acme/billing-access", { ofAdmins: true });
    const created = await admin.call("POST", "/v1/accounts/acme/api-keys", key);
    expect(created.status).toBe(201);
    const { keyId } = created.body["key"] as unknown as { keyId: string };
    expect((await admin.call("DELETE", `/v1/accounts/acme/api-keys/${keyId}`)).status).toBe(204);
    expect(await audited(keyId, 2)).toEqual([
      ["admin@acme.test", "accepted", { what: "apiKey", subject: keyId, before: null, after: ["admin"] }],
      ["admin@acme.test", "accepted", { what: "apiKey", subject: keyId, before: ["admin"], after: null }],
    ]);
  });
});

describe("changing and removing", () => {
  it("S15: a role that is taken away or given counts from the very next request on, in a session that goes on", async () => {
    const ivo = await signIn(api, "ivo@acme.test", "acme", ["reportReader"]);
    const calls = "/v1/accounts/acme/pools";
    expect((await ivo.call("GET", calls)).status).toBe(200);
    const set = async (roles: readonly string[]): Promise<number> =>
      (await admin.call("PUT", `${path}/ivo@acme.test`, { roles })).status;
    expect(await set([])).toBe(200);
    expect((await ivo.call("GET", calls)).status).toBe(403);
    expect(await set(["globalReader"])).toBe(200);
    expect([(await ivo.call("GET", calls)).status, (await ivo.call("GET", `${calls}?user=ada`)).status]).toEqual([200, 403]);
    expect((await admin.call("DELETE", `${path}/ivo@acme.test`)).status).toBe(204);
    expect((await ivo.call("GET", calls)).status).toBe(404);
  });

  it("architecture §3: each change is an audit event with who did it, what was and what is", async () => {
    await invite(admin, "jana@acme.test", ["userAdmin"]);
    await admin.call("PUT", `${path}/jana@acme.test`, { roles: ["licenceAdmin"] });
    await runs.call("DELETE", `${path}/jana@acme.test`);
    const change = { what: "member", subject: "jana@acme.test" };
    expect(await audited("jana@acme.test", 3)).toEqual([
      ["admin@acme.test", "accepted", { ...change, before: null, after: ["userAdmin"] }],
      ["admin@acme.test", "accepted", { ...change, before: ["userAdmin"], after: ["licenceAdmin"] }],
      [operator.email, "accepted", { ...change, before: ["licenceAdmin"], after: null }],
    ]);
    // Never signed in and belongs nowhere: nothing is kept of the person.
    expect(api.directory.person("jana@acme.test")).toBeNull();
  });

  it("nobody else writes that audit", async () => {
    const data = { what: "member", subject: "x", before: null, after: null };
    const answer = await admin.call("POST", "/v1/accounts/acme/commands", { type: "directory.changed", data });
    expect([answer.status, answer.body["code"]]).toEqual([403, "forbidden"]);
  });

  it("the last owner cannot give up the role or leave, the operator can take it from him", async () => {
    const only = await signIn(api, "only@globex.test", "globex", ["billingAccountOwner", "globalAdmin"]);
    await runs.call("PUT", "/v1/accounts/globex/members/admin@globex.test", { roles: [] });
    const mine = "/v1/accounts/globex/members/only@globex.test";
    expect(problem(await only.call("DELETE", mine))).toEqual([
      422,
      "lastOwner",
      "only@globex.test is the last Global administrator of this account.",
    ]);
    expect(problem(await only.call("PUT", mine, { roles: ["globalAdmin"] }))).toEqual([
      422,
      "lastOwner",
      "only@globex.test is the last Billing account owner of this account.",
    ]);
    // Who was only invited could not give access again.
    await only.call("POST", "/v1/accounts/globex/members", {
      email: "new@globex.test",
      roles: ["globalAdmin", "billingAccountOwner"],
    });
    expect((await only.call("DELETE", mine)).status).toBe(422);
    const second = await signIn(api, "second@globex.test", "globex", ["billingAccountOwner", "globalAdmin"]);
    expect((await only.call("PUT", mine, { roles: [] })).status).toBe(200);
    expect((await second.call("DELETE", "/v1/accounts/globex/members/second@globex.test")).status).toBe(422);
    expect((await runs.call("DELETE", "/v1/accounts/globex/members/second@globex.test")).status).toBe(204);
  });

  it("404: a member who is not there, and a member of another account", async () => {
    expect((await admin.call("PUT", `${path}/nobody@acme.test`, { roles: [] })).status).toBe(404);
    expect((await admin.call("DELETE", `${path}/only@globex.test`)).status).toBe(404);
    expect((await admin.call("GET", "/v1/accounts/globex/members")).status).toBe(404);
  });
});

it("PG-1: who signs up is billing account owner and Global administrator, and can sign in with the invitation", async () => {
  const body = {
    account: "initech",
    name: "Initech",
    country: "US",
    currency: "USD",
    agreement: "MCA",
    owner: "Peter@initech.test",
  };
  const created = await runs.call("POST", "/v1/accounts", body);
  expect(created.status).toBe(201);
  const { token } = created.body["invitation"] as unknown as { token: string };
  const password = "a stapler of his own";
  expect((await api.call("POST", `/v1/invitations/${token}`, { body: { password } })).status).toBe(204);
  const answer = await api.call("POST", "/v1/session", { body: { email: "peter@initech.test", password } });
  expect(answer.body["accounts"]).toMatchObject([{ account: "initech", roles: ["billingAccountOwner", "globalAdmin"] }]);
});

it("GET /v1/roles: every role of §10 with what it may do and where that is written", async () => {
  const roles = (await owner.call("GET", "/v1/roles")).body["roles"] as unknown as { role: string; source: string }[];
  expect(roles).toHaveLength(26);
  expect(roles.every(({ source }) => /§10|CC-8/.test(source))).toBe(true);
});
