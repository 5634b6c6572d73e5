import { partitionOf } from "@tollbook/contracts/subjects.ts";
import type { AccountId } from "@tollbook/contracts/units.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApi, until, type TestAnswer, type TestApi } from "./testing/start-test-api.ts";

/**
 * P8, S7: no response holds another account's row. Two organisations in one partition, with the real rules; every address of
 * the running API that reads is asked by the one for its own things and for the other's, by their ids. Who may call what at all
 * is in access/matrix.txt.
 */

/** Stands in everything of the organisation that has words; ids do not have it, because a problem may repeat an id. */
const secretOf = { acme: "Quokka", globex: "Zyzzyva" } as const;
type Name = keyof typeof secretOf;

let api: TestApi;
const keys = {} as Record<Name, string>;
/** In the same partition as each other: what tells them apart is not where they are kept. */
const accounts = {} as Record<Name, string>;

beforeAll(async () => {
  api = await startTestApi();
  const root = await api.key("*", ["admin"]);
  for (const name of ["acme", "globex"] as const) {
    accounts[name] = inPartitionZero(name);
    const account = { account: accounts[name], name: secretOf[name], country: "DE", currency: "EUR", agreement: "MOSA" };
    await given(await api.call("POST", "/v1/accounts", { key: root, body: account }));
    keys[name] = await api.key(accounts[name], ["admin"]);
    await fill(name, secretOf[name]);
  }
});
afterAll(async () => await api.close());

function inPartitionZero(name: string): string {
  for (let i = 0; ; i++) if (partitionOf(`${name}-${i}` as AccountId, 2) === 0) return `${name}-${i}`;
}

async function given(answer: TestAnswer): Promise<TestAnswer> {
  expect([answer.status, answer.text]).toEqual([expect.toSatisfy((status: number) => status < 300), expect.any(String)]);
  return answer;
}

/** A user with licences and credits, a billing profile, a member and a call, all with the word in them. */
async function fill(name: Name, word: string): Promise<void> {
  let count = 0;
  const set = async (method: string, path: string, body: unknown): Promise<TestAnswer> =>
    await given(
      await api.call(method, `/v1/accounts/${accounts[name]}/${path}`, {
        key: keys[name],
        body,
        headers: { "idempotency-key": `${name}-${count++}` },
      }),
    );
  await set("PUT", `users/${name}-user`, { displayName: word, usageLocation: "DE", department: word });
  await set("PUT", `billing-profiles/${name}-profile`, { displayName: word });
  for (const product of ["teams-phone-standard", "calling-plan-domestic-120", "communications-credits"]) {
    const subscription = `${name}-${product}`;
    const order = { subscription, product, licences: 1, term: "P1Y", billingFrequency: "monthly" };
    await set("POST", "subscriptions", order);
    await set("POST", `subscriptions/${subscription}/assignments`, { users: [`${name}-user`] });
  }
  await set("POST", "credits/top-ups", { amount: "50.00", reference: word });
  await set("POST", "members", { email: `somebody@${name}.test`, displayName: word, roles: [] });
  await set("POST", "api-keys", { name: word, feeder: "switch", scopes: ["read"] });
  const answeredAt = new Date(Date.now() - 300_000);
  const data = {
    usageId: `${name}-leg`,
    callId: word,
    callType: "user_out",
    direction: "outbound",
    user: `${name}-user`,
    from: "+4930901820",
    to: "+49301234567",
    answeredAt: answeredAt.toISOString(),
    endedAt: new Date(answeredAt.getTime() + 61_000).toISOString(),
  };
  const event = { specversion: "1.0", id: `${name}:1`, source: "/switch", type: "telephony.call.ended.v1", data };
  const sent = await set("POST", "events", event);
  const [position] = sent.body["positions"] as unknown as { partition: number; seq: number }[];
  const settled = `/v1/accounts/${accounts[name]}/settled?partition=${position?.partition}&seq=${position?.seq}`;
  await until(async () => (await api.call("GET", settled, { key: keys[name] })).body["settled"] === true);
}

/** Members of paths, of one organisation. */
const idsOf = (name: Name): Readonly<Record<string, string>> => ({
  account: accounts.acme,
  user: `${name}-user`,
  subscription: `${name}-calling-plan-domestic-120`,
  usageId: `${name}-leg`,
  profile: `${name}-profile`,
  email: `somebody@${name}.test`,
});

/** The whole answer; of a stream, what comes within its first moments. */
async function read(path: string): Promise<string> {
  const abort = new AbortController();
  const live = path.endsWith("/live");
  const headers = { authorization: `Bearer ${keys.acme}`, ...(live ? { accept: "text/event-stream" } : {}) };
  const answer = await fetch(`${api.url}${path}`, { headers, signal: abort.signal });
  if (!live) return await answer.text();
  let text = "";
  for await (const chunk of answer.body ?? []) {
    text += Buffer.from(chunk as Uint8Array).toString();
    if (text.includes("event: fresh")) break;
  }
  abort.abort();
  return text;
}

it("P8: every address that reads answers with nothing of the other organisation, whoever's ids are asked for", async () => {
  const own: string[] = [];
  const paths = api.api.app.routeAccess.filter(({ method, url }) => method === "GET" && url.includes("/:account"));
  expect(paths.length).toBeGreaterThan(20);
  for (const { url } of paths) {
    for (const name of ["acme", "globex"] as const) {
      const ids = idsOf(name);
      const path = url.replaceAll(/:(\w+)/g, (_whole, member: string) => encodeURIComponent(ids[member] ?? `${name}-x`));
      const text = await read(path);
      expect([path, text]).toEqual([path, expect.not.stringContaining(secretOf.globex)]);
      if (text.includes(secretOf.acme)) own.push(url.replace("/v1/accounts/:account/", ""));
    }
  }
  // That the words are there to be seen: else nothing would have been proved.
  expect(own).toEqual(
    expect.arrayContaining(["summary", "users", "users/:user", "calls", "calls.csv", "calls/:usageId/explanation", "members"]),
  );
});

it("P8: filters, searches and cursors of one organisation find nothing in the other", async () => {
  const base = `/v1/accounts/${accounts.acme}`;
  for (const query of ["user=globex-user", "search=Zyzzyva", "search=globex-leg"]) {
    const answer = await api.call("GET", `${base}/calls?${query}`, { key: keys.acme });
    expect([query, answer.status, answer.body["calls"]]).toEqual([query, 200, []]);
  }
  const users = await api.call("GET", `${base}/users?cursor=globex-user`, { key: keys.acme });
  expect(users.text).not.toContain(secretOf.globex);
});

it("P8: a command about the other organisation's things finds nothing there", async () => {
  const about = async (method: string, path: string, body?: unknown): Promise<unknown[]> => {
    const answer = await api.call(method, `/v1/accounts/${accounts.acme}/${path}`, {
      key: keys.acme,
      ...(body === undefined ? {} : { body }),
    });
    return [answer.status, answer.body["code"]];
  };
  const plan = "subscriptions/globex-calling-plan-domestic-120";
  expect(await about("PUT", `${plan}/pay-as-you-go`, { on: true })).toEqual([422, "unknownSubscription"]);
  expect(await about("POST", `${plan}/assignments`, { users: ["acme-user"] })).toEqual([422, "unknownSubscription"]);
  expect(await about("DELETE", "users/globex-user")).toEqual([422, "unknownUser"]);
  expect(await about("DELETE", "members/somebody@globex.test")).toEqual([404, "notFound"]);
});

describe("S7: a key", () => {
  it("that is nonsense, has expired or belongs to an account that is not there opens no address", async () => {
    const expired = await api.key(accounts.acme, ["admin"], { expiresAt: "2026-01-01T00:00:00Z" });
    const gone = await api.key("no-such-account", ["admin"]);
    for (const { method, url } of api.api.app.routeAccess) {
      if (!url.startsWith("/v1/accounts/:account/")) continue;
      const path = url.replace(":account", accounts.acme).replaceAll(/:\w+/g, "x");
      const ask = async (key: string): Promise<number> => (await api.call(method, path, { key })).status;
      expect([method, url, await ask("nonsense"), await ask(expired), await ask(gone)]).toEqual([method, url, 401, 401, 404]);
    }
  });
});
