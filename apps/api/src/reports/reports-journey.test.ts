import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { timeUs } from "@tollbook/contracts/units.ts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { activateDeck, readDeckFile } from "../../../../tools/cli/src/deck-import.ts";
import { operator, startTestApi, type TestAnswer, type TestApi } from "../testing/start-test-api.ts";

/** Reports, costs and Microsoft Graph's shape through the whole installation: log, meter, ClickHouse, keys, the real rules. */

const deckCsv = `# name=sample
prefix,destination,country,type,currency,connect_fee,price_per_minute,first_increment_s,next_increment_s
33,France,FR,geographic,EUR,0.01,0.016,60,60
`;
let api: TestApi;
let headers: Record<string, string>;
let folder: string;
let reader: string;
let seq = 0;

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
  // An account that lives in March 2027 by a clock of its own.
  const testClock = "2027-03-10T12:00:00Z";
  await give("account", { account: "acme", name: "Acme", country: "DE", currency: "EUR", agreement: "MOSA", testClock });
  await give("user.set", { user: "ada", displayName: "Ada", usageLocation: "DE", numbers: ["+4930901820"] });
  for (const [subscription, product] of [
    ["phone", "teams-phone-standard"],
    ["plan", "calling-plan-domestic-120"],
    ["credits", "communications-credits"],
  ]) {
    await give("subscription.buy", { subscription, product, licences: 1, term: "P1Y", billingFrequency: "monthly" });
    await give("licence.assign", { subscription, users: ["ada"] });
  }
  await give("credits.topUp", { amount: "50.00", reference: "card" });
  const key = await api.key("acme", ["ingest"]);
  reader = await api.key("acme", ["read"]);
  const answeredAt = "2027-03-10T11:00:00Z";
  const event = { specversion: "1.0", id: "1", source: "/switch/berlin-1", type: "telephony.call.ended.v1" };
  const fields = { usageId: "leg-1", callId: "c1", callType: "user_out", direction: "outbound", user: "ada" };
  const data = { ...fields, from: "+4930901820", to: "+33140205050", answeredAt, endedAt: "2027-03-10T11:04:10.125Z" };
  const sent = await api.call("POST", "/v1/accounts/acme/events", {
    key,
    body: [{ ...event, data }],
    headers: { "content-type": "application/cloudevents-batch+json" },
  });
  seq = (sent.body["positions"] as unknown as { seq: number }[])[0]?.seq ?? 0;
});
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true, force: true });
});

let given = 0;
async function give(type: string, data: object): Promise<void> {
  const path = type === "account" ? "/v1/accounts" : "/v1/accounts/acme/commands";
  const body = type === "account" ? data : { type, data };
  const answer = await api.call("POST", path, { headers: { ...headers, "idempotency-key": `k-${given++}` }, body });
  expect([type, answer.status, answer.text]).toEqual([type, type === "account" ? 201 : 200, expect.any(String)]);
  seq = Number(answer.body["seq"]);
}
const read = async (path: string): Promise<TestAnswer> => await api.call("GET", `/v1/accounts/acme/${path}`, { headers });
const rowsOf = (answer: TestAnswer): Record<string, unknown>[] => answer.body["rows"] as unknown as Record<string, unknown>[];

it("§8.1, CM-6, §8.8: one call is the same in the usage report, in cost management and in Graph's shape, in the account's own time", async () => {
  const report = await read(`reports/pstn-usage?range=7d&after=${seq}`);
  expect(report.body).toMatchObject({
    range: { from: "2027-03-04T00:00:00.000000Z", to: "2027-03-11T00:00:00.000000Z" },
    rows: [{ usageId: "leg-1", displayName: "Ada", charge: "0.09", phoneNumber: "+33140205***", capability: "MCOPSTNPP" }],
  });
  const cost = await read("cost?groupBy=user&costs=usage");
  expect(cost.body).toMatchObject({
    totals: [{ currency: "EUR", amount: "0.09", calls: 1 }],
    lines: [{ keys: [{ label: "Ada" }] }],
  });
  const graph = await api.call(
    "GET",
    "/v1.0/communications/callRecords/getPstnCalls(fromDateTime=2027-03-10,toDateTime=2027-03-11)",
    {
      key: reader,
    },
  );
  expect(graph.body).toMatchObject({
    "@odata.count": 1,
    value: [{ userDisplayName: "Ada", charge: 0.08, connectionCharge: 0.01, duration: 251, operator: "sbc-1" }],
  });
  expect(graph.text).toContain('"charge":0.08,');
  const archive = await read("reports/calls-export.zip?range=7d");
  expect(archive.headers.get("content-type")).toBe("application/zip");
});

it("§8.8, S7: Graph's shape is for keys of one account that may read; whoever else asks is told so as OData does", async () => {
  const path = "/v1.0/communications/callRecords/getPstnCalls(fromDateTime=2027-03-10,toDateTime=2027-03-11)";
  const codes = async (options: Parameters<TestApi["call"]>[2]): Promise<unknown[]> => {
    const answer = await api.call("GET", path, options);
    return [answer.status, (answer.body["error"] as unknown as { code: string }).code];
  };
  expect(await codes({})).toEqual([401, "InvalidAuthenticationToken"]);
  expect(await codes({ headers })).toEqual([403, "Authorization_RequestDenied"]);
  expect(await codes({ key: await api.key("acme", ["ingest"]) })).toEqual([403, "Authorization_RequestDenied"]);
  await api.addAccount("globex");
  const foreign = await api.call("GET", path, { key: await api.key("globex", ["read"]) });
  expect(foreign.body["@odata.count"]).toBe(0);
});

it("§10: with the switch on nobody is named any more, in any report; off again, everybody is", async () => {
  await give("account.settings", { pseudonymiseUsers: true });
  await read(`summary?after=${seq}`);
  const report = await read("reports/pstn-usage?range=7d");
  expect(report.text).not.toMatch(/Ada|"ada"|30901820/);
  const pseudonym = String(rowsOf(report)[0]?.["displayName"]);
  expect(pseudonym).toMatch(/^[0-9a-f]{16}$/);
  for (const path of ["cost?groupBy=user", "cost.csv?groupBy=user", "calls", "calls.csv", "reports/blocked-users"])
    expect([path, (await read(path)).text]).toEqual([path, expect.not.stringMatching(/Ada|"ada"|30901820/)]);
  expect((await read(`cost?groupBy=user&user=${pseudonym}`)).body).toMatchObject({ lines: [{ keys: [{ key: pseudonym }] }] });
  await give("account.settings", { pseudonymiseUsers: false });
  await read(`summary?after=${seq}`);
  expect(rowsOf(await read("reports/pstn-usage?range=7d"))[0]).toMatchObject({ displayName: "Ada", calledFrom: "+4930901820" });
});
