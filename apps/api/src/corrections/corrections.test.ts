import { createHash } from "node:crypto";
import { jetstream } from "@nats-io/jetstream";
import { Objm } from "@nats-io/obj";
import { abandonedRerates } from "@tollbook/warehouse/queries/rerate.ts";
import { callsSubject, installSubject, partitionOf } from "@tollbook/contracts/subjects.ts";
import type { AccountId, FeederId } from "@tollbook/contracts/units.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../../meter/src/testing/events.ts";
import { operator, startTestApi, until, type TestAnswer, type TestApi } from "../testing/start-test-api.ts";
import type { RerateJob, RerateReport } from "./rerate-schemas.ts";

/** Corrections over HTTP with the real log, meter and ClickHouse (contract §3, §12.5, §12.17, RT-7). Deck in force: France 0.06 EUR. */
let api: TestApi;
let key: string;
let session: Record<string, string>;
const decks = { dearer: "", cheaper: "" };
/** Two hours ago, so that nothing lies in the future or in another day's test. */
const ANSWERED_MS = Date.now() - 7_200_000;
const range = { from: new Date(ANSWERED_MS - 1000).toISOString(), to: new Date(ANSWERED_MS + 3_600_000).toISOString() };

beforeAll(async () => {
  api = await startTestApi();
  await api.addAccount("acme");
  key = await api.key("acme", ["admin"]);
  const signedIn = await api.call("POST", "/v1/session", { body: operator });
  session = {
    cookie: (signedIn.headers.get("set-cookie") ?? "").split(";")[0] ?? "",
    "x-csrf-token": signedIn.body["csrfToken"] ?? "",
  };
  const inForce = await storeDeck("0.06");
  decks.dearer = await storeDeck("0.08");
  decks.cheaper = await storeDeck("0.05");
  const activation = { deckId: inForce, name: "outbound", currency: "EUR", validFrom: 0, rows: 1 };
  await jetstream(api.stack.nc).publish(installSubject("deck.activate"), JSON.stringify({ type: "deck.activate", activation }));
  // One that comes before its account: kept, and released in a test below.
  await publish("early", 60);
  const facts = { name: "Acme", country: "DE", currency: "EUR", agreement: "MOSA" };
  await operatorCall("POST", "/v1/accounts", { account: "acme", ...facts });
  await command("user.set", { user: "ada", displayName: "Ada", usageLocation: "DE" });
  for (const [subscription, product] of [
    ["phone", "teams-phone-standard"],
    ["plan", "calling-plan-payg-zone-2"],
    ["credits", "communications-credits"],
  ]) {
    await command("subscription.buy", { subscription, product, licences: 1, term: "P1Y", billingFrequency: "monthly" });
    await command("licence.assign", { subscription, users: ["ada"] });
  }
  await command("credits.goodwill", { amount: "50.00", reason: "start" });
  for (let at = 1; at <= 30; at++) await publish(`leg-${at}`, 60 * (1 + (at % 3)));
  await publish("elsewhere", 60, "+442012345678");
  const last = await publish("inbound", 60, "+4930901820", { callType: "user_in", direction: "inbound" });
  await until(async () => (await api.call("GET", `/v1/accounts/acme/calls?after=${last}`, { key })).status === 200);
}, 90_000);
afterAll(async () => await api.close());

async function storeDeck(price: string): Promise<string> {
  const csv = `# name=outbound\n# currency=EUR\nprefix,destination,country,price_per_minute\n33,France,FR,${price}\n`;
  const deckId = createHash("sha256").update(csv).digest("hex");
  const store = await new Objm(api.stack.nc).open("decks");
  await store.putBlob({ name: deckId }, new TextEncoder().encode(JSON.stringify({ csv, side: null })));
  return deckId;
}

/** The log's position of it. */
async function publish(id: string, seconds: number, to = "+33140205050", more: object = {}): Promise<number> {
  const event = {
    specversion: "1.0",
    id: `${id}:ended`,
    source: "/test/switch",
    type: "telephony.call.ended.v1",
    data: {
      usageId: id,
      callId: id,
      legId: "1",
      callType: "user_out",
      direction: "outbound",
      user: "ada",
      from: "+4930901820",
      to,
      answeredAt: new Date(ANSWERED_MS).toISOString(),
      endedAt: new Date(ANSWERED_MS + seconds * 1000).toISOString(),
      ...more,
    },
  };
  const subject = callsSubject("acme" as AccountId, "switch-1" as FeederId);
  return (await jetstream(api.stack.nc).publish(subject, JSON.stringify(event))).seq;
}

let commands = 0;
async function command(type: string, data: object): Promise<TestAnswer> {
  const headers = { "idempotency-key": `test-${++commands}` };
  const answer = await api.call("POST", "/v1/accounts/acme/commands", { key, headers, body: { type, data } });
  expect([answer.status, answer.text]).toEqual([200, answer.text]);
  return answer;
}

async function operatorCall(method: string, path: string, body: object): Promise<TestAnswer> {
  return await api.call(method, path, { headers: session, body });
}

async function count(query: string): Promise<number> {
  const result = await api.stack.client.query({ query, format: "JSONCompactEachRow" });
  return Number((await result.json<[string]>())[0]?.[0]);
}

const charged = (): Promise<number> => count("SELECT sum(amount_micros) FROM rated_calls");

async function preview(body: object): Promise<RerateReport> {
  const answer = await api.call("POST", "/v1/accounts/acme/rerate/preview", { key, body: { ...range, ...body } });
  expect([answer.status, answer.text]).toEqual([200, answer.text]);
  return answer.body as unknown as RerateReport;
}

async function finished(job: string): Promise<RerateJob> {
  const ask = async (): Promise<TestAnswer> => await api.call("GET", `/v1/accounts/acme/rerate/${job}`, { key });
  const answer = await eventually(ask, ({ status, body }) => status === 200 && body["state"] === "finished", 60_000);
  return answer.body as unknown as RerateJob;
}

const start = (job: string, body: object): Promise<TestAnswer> =>
  api.call("POST", "/v1/accounts/acme/rerate", {
    key,
    headers: { "idempotency-key": job },
    body: { ...range, reason: "new prices", ...body },
  });

describe("re-rating a range with another deck", { timeout: 90_000 }, () => {
  // 30 calls of 1, 2 and 3 minutes, ten each: 60 minutes at 0.06.
  it("§12.17: the dry run shows the difference in total, by destination and user, what changes most, what cannot be priced; it changes nothing", async () => {
    const before = await charged();
    const report = await preview({ deckId: decks.dearer });
    expect(report).toMatchObject({
      currency: "EUR",
      deckName: "outbound",
      total: { calls: 30, changed: 30, old: "3.60", new: "4.80", difference: "1.20" },
      byDestination: [{ country: "FR", destination: "France", calls: 30, difference: "1.20" }],
      byUser: [{ user: "ada", calls: 30, old: "3.60", new: "4.80", difference: "1.20" }],
      freeCalls: { calls: 0, wouldCost: "0.00" },
    });
    expect(report.largest).toHaveLength(20);
    expect(report.largest[0]).toMatchObject({ old: "0.18", new: "0.24", difference: "0.06", version: 1 });
    // The call to Britain had no rate in force and has none in this deck; the inbound one is free by rule.
    expect(Object.fromEntries(report.notRerated.map(({ why, calls }) => [why, calls]))).toEqual({ free: 1, noRate: 1 });
    expect(await charged()).toBe(before);
    expect(await preview({ deckId: decks.dearer, filter: { user: "nobody" } })).toMatchObject({
      total: { calls: 0, difference: "0.00" },
    });
  });

  it("over several accounts, for the operator only: the difference of each", async () => {
    const body = { ...range, deckId: decks.dearer, accounts: ["acme"] };
    expect((await operatorCall("POST", "/v1/rerate/preview", body)).body).toMatchObject({
      accounts: [{ account: "acme", currency: "EUR", total: { difference: "1.20" } }],
    });
    expect((await api.call("POST", "/v1/rerate/preview", { key, body })).status).toBe(403);
  });

  it("a deck that is not stored, a difference that is another one, a missing key: refused, and nothing is changed", async () => {
    const before = await charged();
    const unknown = await start("j-unknown", { deckId: "0".repeat(64), expectedDifference: "1.20" });
    expect([unknown.status, unknown.body["code"]]).toEqual([422, "unknownDeck"]);
    const other = await start("j-other", { deckId: decks.dearer, expectedDifference: "1.19" });
    expect([other.status, other.body["code"], other.body["difference"]]).toEqual([422, "callChanged", "1.20"]);
    const keyless = await api.call("POST", "/v1/accounts/acme/rerate", {
      key,
      body: { ...range, deckId: decks.dearer, expectedDifference: "1.20", reason: "r" },
    });
    expect([keyless.status, keyless.body["code"]]).toEqual([400, "idempotencyKeyMissing"]);
    expect(await charged()).toBe(before);
  });

  it("the commit books the dry run's difference to the micro-unit, as reversals and replacements, once, however often it is asked for", async () => {
    const before = await charged();
    const body = { deckId: decks.dearer, expectedDifference: "1.20" };
    const begun = await start("j-1", body);
    expect([begun.status, begun.body["calls"]]).toEqual([202, 30]);
    expect(await finished("j-1")).toMatchObject({
      calls: 30,
      changed: 30,
      refused: 0,
      expectedDifference: "1.20",
      difference: "1.20",
      asExpected: true,
      deviations: [],
      reason: "new prices",
    });
    expect((await charged()) - before).toBe(1_200_000);
    expect(await count("SELECT countIf(entry = 'reversal') * 1000 + countIf(entry = 'replacement') FROM rated_calls")).toBe(
      30_030,
    );
    const again = await start("j-1", body);
    expect([again.status, again.body["state"]]).toEqual([202, "finished"]);
    expect((await charged()) - before).toBe(1_200_000);
    const { body: credits } = await api.call("GET", "/v1/accounts/acme/credits", { key });
    expect(credits).toMatchObject({ balance: "45.20" });
    expect(await preview({ deckId: decks.dearer })).toMatchObject({ total: { calls: 30, changed: 0, difference: "0.00" } });
  });

  it("a job whose runner is gone is found, and gone on with by whoever asks: never twice, and its audit says so", async () => {
    const before = await charged();
    // What is left behind by a crash soon after the start: the job is in the log, and one of its calls.
    const data = { job: "j-crashed", deckId: decks.cheaper, ...range, filter: {}, freeCalls: false, reason: "r" };
    await giveAsApi("rerate.start", "s", { ...data, calls: 30, expectedDifference: "-1.80" });
    const first = { job: "j-crashed", usageId: "leg-3", version: 2, deckId: decks.cheaper, expected: "-0.03" };
    await giveAsApi("call.rerate", "first", first);
    expect(await charged()).toBe(before - 30_000);
    const p = partitionOf("acme" as AccountId, 2);
    const left = await abandonedRerates(api.stack.client, { p, settledBatch: 1_000_000, quietUs: 0 });
    expect(left).toEqual([{ account: "acme", job: "j-crashed" }]);
    expect(await abandonedRerates(api.stack.client, { p, settledBatch: 1_000_000, quietUs: 60_000_000 })).toEqual([]);
    expect(await finished("j-crashed")).toMatchObject({ calls: 30, changed: 30, difference: "-1.80", asExpected: true });
    expect((await charged()) - before).toBe(-1_800_000);
  });

  it("a call that was changed meanwhile is named, and the sum says what was booked", async () => {
    const before = await charged();
    const expectedDifference = "1.20";
    const report = await preview({ deckId: await storeDeck("0.07") });
    expect(report.total).toMatchObject({ difference: expectedDifference });
    const version = report.largest[0]?.version ?? 0;
    const usageId = report.largest[0]?.usageId ?? "";
    await giveAsApi("rerate.start", "s2", {
      job: "j-raced",
      deckId: report.deckId,
      ...range,
      filter: {},
      freeCalls: false,
      calls: 30,
      expectedDifference,
      reason: "r",
    });
    // Planned on a version that is no longer in force when its turn comes.
    await giveAsApi("call.rerate", "raced", {
      job: "j-raced",
      usageId,
      version: version - 1,
      deckId: report.deckId,
      expected: "0.06",
    });
    const job = await finished("j-raced");
    expect(job).toMatchObject({ changed: 30, refused: 1, difference: "1.20", asExpected: false });
    expect(job.deviations).toMatchObject([{ usageId, version: version - 1, code: "callChanged" }]);
    expect((await charged()) - before).toBe(1_200_000);
  });
});

/** As the API itself gives it: what outsiders cannot send. */
async function giveAsApi(type: string, id: string, data: object): Promise<void> {
  const body = JSON.stringify({ commandId: `given-${id}`, type, actor: { kind: "system", id: "rerate", roles: [] }, data });
  await jetstream(api.stack.nc).publish("commands.v1.acme", body);
  await until(async () => (await count(`SELECT count() FROM account_events WHERE command_id = 'given-${id}'`)) === 1);
}

describe("single corrections", () => {
  it("D11: an amendment answers with old and new amounts, is audited with its reason, and needs an Idempotency-Key", async () => {
    const data = { usageId: "elsewhere", changes: { to: "+33140205050" }, reason: "wrong number" };
    const keyless = await api.call("POST", "/v1/accounts/acme/commands", { key, body: { type: "call.amend", data } });
    expect(keyless.status).toBe(400);
    const { body } = await command("call.amend", data);
    expect(body).toMatchObject({
      result: { before: { version: 1, amount: "0.00" }, after: { version: 2, amount: "0.06" }, difference: "0.06" },
    });
    const audited = "SELECT count() FROM account_events WHERE type = 'command.call.amend' AND outcome = 'accepted'";
    const reason = "JSONExtractString(data, 'command', 'reason') = 'wrong number' AND actor_kind = 'key'";
    await until(async () => (await count(`${audited} AND ${reason}`)) === 1);
    expect(await count("SELECT sum(amount_micros) FROM rated_calls WHERE usage_id = 'elsewhere'")).toBe(60_000);
  });

  it("contract §1: an event that came before its account is listed, released once, and then rated", async () => {
    const listed = await api.call("GET", "/v1/accounts/acme/quarantine", { key });
    expect(listed.body).toMatchObject({ events: [{ reason: "unknownAccount", about: "early", feeder: "switch-1" }], next: null });
    const body = { reason: "unknownAccount", why: "the account was created late" };
    const release = (): Promise<TestAnswer> => api.call("POST", "/v1/accounts/acme/quarantine/release", { key, body });
    expect((await release()).body).toMatchObject({ outcomes: { applied: 1 }, next: null });
    expect((await release()).body).toMatchObject({ outcomes: { duplicate: 1 }, next: null });
    await until(async () => (await count("SELECT count() FROM rated_calls WHERE usage_id = 'early'")) === 1);
    expect(await count("SELECT sum(amount_micros) FROM rated_calls WHERE usage_id = 'early'")).toBe(60_000);
  });
});
