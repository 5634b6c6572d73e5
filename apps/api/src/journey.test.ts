import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { timeUs } from "@tollbook/contracts/units.ts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { activateDeck, readDeckFile } from "../../../tools/cli/src/deck-import.ts";
import { operator, startTestApi, until, type TestAnswer, type TestApi } from "./testing/start-test-api.ts";

/**
 * One organisation's first day over HTTP alone, with the real rules: from its creation to a call that is explained to the
 * micro-unit. What the rules say is tested in the domain; here, that every part fits the next.
 */

const deckCsv = `# name=sample
prefix,destination,country,type,currency,connect_fee,price_per_minute,first_increment_s,next_increment_s
49,Germany,DE,geographic,EUR,0,0.015,60,60
33,France,FR,geographic,EUR,0.01,0.016,60,60
`;

let api: TestApi;
let headers: Record<string, string>;
let feeder: string;
let folder: string;
beforeAll(async () => {
  api = await startTestApi();
  folder = mkdtempSync(join(tmpdir(), "tollbook-deck-"));
  writeFileSync(join(folder, "deck.csv"), deckCsv);
  await activateDeck(api.stack.nc, readDeckFile(join(folder, "deck.csv")), timeUs(0));
  const signedIn = await api.call("POST", "/v1/session", { body: operator });
  headers = {
    cookie: (signedIn.headers.get("set-cookie") ?? "").split(";")[0] ?? "",
    "x-csrf-token": String(signedIn.body["csrfToken"]),
  };
});
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true, force: true });
});

const at = (path: string): string => `/v1/accounts/acme/${path}`;
let given = 0;
async function change(method: string, path: string, body: unknown): Promise<TestAnswer> {
  const answer = await api.call(method, path, { headers: { ...headers, "idempotency-key": `first-day-${given++}` }, body });
  expect([path, answer.status, answer.text]).toEqual([
    path,
    path === "/v1/accounts" || path.endsWith("api-keys") ? 201 : 200,
    expect.any(String),
  ]);
  return answer;
}
const read = async (path: string): Promise<TestAnswer> => await api.call("GET", at(path), { headers });

let lastSeq = 0;

it("an operator creates the organisation, its user, plan, licences and credits", async () => {
  await change("POST", "/v1/accounts", { account: "acme", name: "Acme", country: "DE", currency: "EUR", agreement: "MOSA" });
  await change("PUT", at("users/ada"), { displayName: "Ada", usageLocation: "DE", department: "Sales" });
  for (const [subscription, product] of [
    ["phone", "teams-phone-standard"],
    ["plan", "calling-plan-domestic-120"],
    ["credits", "communications-credits"],
  ]) {
    await change("POST", at("subscriptions"), { subscription, product, licences: 1, term: "P1Y", billingFrequency: "monthly" });
    await change("POST", at(`subscriptions/${subscription}/assignments`), { users: ["ada"] });
  }
  const answer = await change("POST", at("credits/top-ups"), { amount: "50.00", reference: "card" });
  lastSeq = Number(answer.body["seq"]);
  const summary = await read(`summary?after=${lastSeq}`);
  expect(summary.body).toMatchObject({ account: "acme", balance: "50.00", country: "DE" });
  expect((await read("pools")).body["pools"]).toMatchObject([{ capability: "MCOPSTN5", totalMinutes: 120, usedMinutes: 0 }]);
  const key = await change("POST", at("api-keys"), { name: "switch", feeder: "berlin-1", scopes: ["ingest", "authorize"] });
  feeder = String(key.body["secret"]);
});

it("the switch asks, is allowed, and the money is held while the call runs", async () => {
  const body = {
    usageId: "leg-1",
    callId: "c1",
    callType: "user_out",
    direction: "outbound",
    user: "ada",
    from: "+4930901820",
    to: "+33140205050",
  };
  const answer = await api.call("POST", at("authorize"), { key: feeder, body });
  expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('"decision":"allow"')]);
  expect(answer.body).toMatchObject({ reason: "ok", funding: [{ source: "CREDITS" }] });
  const summary = await read("summary");
  expect(summary.body).toMatchObject({ balance: "50.00", activeCalls: 1 });
  expect(Number(summary.body["reserved"])).toBeGreaterThan(0);
});

it("the ended call is charged once: 250.125 s to France are 5 minutes at 0.016 and a connect fee of 0.01", async () => {
  const answeredAt = new Date(Date.now() - 300_000);
  const event = {
    specversion: "1.0",
    id: "leg-1:ended",
    source: "/switch/berlin-1",
    type: "telephony.call.ended.v1",
    data: {
      usageId: "leg-1",
      callId: "c1",
      callType: "user_out",
      direction: "outbound",
      user: "ada",
      from: "+4930901820",
      to: "+33140205050",
      answeredAt: answeredAt.toISOString(),
      endedAt: new Date(answeredAt.getTime() + 250_125).toISOString(),
    },
  };
  const domestic = { ...event, id: "leg-2:ended", data: { ...event.data, usageId: "leg-2", to: "+4930123456" } };
  const sent = await api.call("POST", at("events"), {
    key: feeder,
    body: [event, event, domestic],
    headers: { "content-type": "application/cloudevents-batch+json" },
  });
  expect(sent.body).toMatchObject({ accepted: 3, rejected: [] });
  lastSeq = (sent.body["positions"] as unknown as { seq: number }[])[0]?.seq ?? 0;
  const calls = await read(`calls?after=${lastSeq}&sort=charge`);
  expect(calls.body).toMatchObject({
    calls: [
      { usageId: "leg-2", charge: "0.00", funding: ["POOL"], poolMinutes: 5, to: "+4930123***", userDisplayName: "Ada" },
      {
        usageId: "leg-1",
        charge: "0.09",
        funding: ["CREDITS"],
        connectFee: "0.01",
        destinationCountry: "FR",
        capability: "MCOPSTNPP",
      },
    ],
    totals: [{ currency: "EUR", calls: 2, charge: "0.09", poolMinutes: 5 }],
  });
});

it("the explanation adds up to the charge, and the ledger's balance is the account's", async () => {
  const explanation = await read("calls/leg-1/explanation");
  const sentences = explanation.body["sentences"] as unknown as { text: string }[];
  expect(sentences.map(({ text }) => text)).toEqual(
    expect.arrayContaining([
      "It was connected for 250.125 s, which is 251 billable seconds (each second begun counts).",
      "251 s connected, billed in steps of 60 s first and 60 s next: 300 s.",
      "300 s from second 0 at 0.016 EUR per minute.",
      "Connect fee 0.01 EUR.",
      "0.09 EUR were drawn from the credit lot lot-1.",
      "Charge: 0.09 EUR.",
    ]),
  );
  const ledger = await read("credits/ledger");
  expect(ledger.body["entries"]).toMatchObject([
    { kind: "call", usageId: "leg-1", amount: "-0.09", balance: "49.91" },
    { amount: "50.00", balance: "50.00", usageId: null },
  ]);
  const summary = await read("summary");
  expect(summary.body).toMatchObject({ balance: "49.91", reserved: "0.00", activeCalls: 0 });
  const csv = await read("calls.csv");
  expect(csv.text.split("\r\n")).toHaveLength(4);
  expect((await read("usage-series")).body["points"]).toMatchObject([{ calls: 2, charge: "0.09" }]);
});

it("both identities hold: every event and every leg is accounted for (D20)", async () => {
  const { body } = await read("reconciliation");
  expect(body).toMatchObject({ holds: true, openLegs: 0, total: { events: { duplicate: 1 }, legs: { seen: 2, rated: 2 } } });
});

it("a voided call stays in the list with nothing charged, and the money is back", async () => {
  const answer = await change("POST", at("commands"), { type: "call.void", data: { usageId: "leg-1", reason: "test call" } });
  const seq = Number(answer.body["seq"]);
  await until(async () => (await read(`calls?after=${seq}&outcome=voided`)).text.includes("leg-1"));
  expect((await read("calls?sort=charge")).body).toMatchObject({
    calls: [{ usageId: "leg-2" }, { usageId: "leg-1", outcome: "voided", charge: "0.00" }],
    totals: [{ calls: 2, charge: "0.00" }],
  });
  expect((await read("summary")).body).toMatchObject({ balance: "50.00" });
  expect((await read("credits/ledger?limit=1")).body["entries"]).toMatchObject([{ amount: "0.09", balance: "50.00" }]);
  expect((await read("calls/leg-1/explanation")).body["call"]).toMatchObject({ outcome: "voided", charge: "0.00" });
});

it("422: what the fold refuses comes with its own code", async () => {
  const answer = await api.call("PUT", at("subscriptions/plan/pay-as-you-go"), { headers, body: { on: true } });
  expect([answer.status, answer.body["code"]]).toEqual([422, "payAsYouGoUnavailable"]);
  const again = await api.call("POST", "/v1/accounts", {
    headers,
    body: { account: "acme", name: "Acme", country: "DE", currency: "EUR", agreement: "MOSA" },
  });
  expect([again.status, again.body["code"]]).toEqual([422, "accountExists"]);
});
