import { micros, seconds, timeUs, type UsageId } from "@tollbook/contracts/units.ts";
import type { CallRow } from "@tollbook/domain/fold.ts";
import { createOrganisation } from "@tollbook/domain/testing/organisation.ts";
import { sampleDecks } from "@tollbook/domain/testing/sample-decks.ts";
import { createTestFold } from "@tollbook/domain/testing/test-fold.ts";
import { exampleCall } from "@tollbook/warehouse/testing/example-call.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startReportApi, type ReportApi } from "../testing/report-api.ts";

const now = "2026-11-25T12:00:00Z";
const us = (time: string): ReturnType<typeof timeUs> => timeUs(Date.parse(time) * 1000);
const users = new Map([["ada", { id: "ada", displayName: "Ada", userPrincipalName: "ada@acme.test", number: "+4930901820" }]]);

let api: ReportApi;
let outSeq = 0;
const call = (startAt: string, differences: Partial<CallRow> = {}): CallRow => {
  const start = us(startAt);
  outSeq += 1;
  return exampleCall({
    outSeq,
    usageId: `leg-${outSeq}` as UsageId,
    startAt: start,
    answeredAt: start,
    endedAt: timeUs(start + 250_125_000),
    ...differences,
  });
};

beforeAll(async () => {
  api = await startReportApi({ now, people: { users } });
});
afterAll(async () => await api.close());

const get = async (query: string, name = "pstn-usage") => await api.get(`/v1/accounts/acme/reports/${name}${query}`);
// oxlint-disable-next-line typescript/no-explicit-any -- rows of the route under test
const column = (answer: { readonly body: any }, name: string): (string | null)[] =>
  (answer.body as { rows: Record<string, string | null>[] }).rows.map((row) => row[name] ?? null);
// oxlint-disable-next-line typescript/no-explicit-any -- as above
const usageIds = (answer: { readonly body: any }): string[] =>
  column(answer, "usageId")
    .map(String)
    .toSorted((a, b) => (a < b ? -1 : 1));

describe("§8.1 PSTN usage", () => {
  beforeAll(async () => {
    await api.store([
      call("2026-11-25T10:00:00Z"),
      call("2026-11-19T00:00:00Z", { usageId: "first-of-seven" as UsageId }),
      call("2026-11-18T23:59:59.999999Z", { usageId: "before-seven" as UsageId }),
      call("2026-10-29T00:00:00Z", { usageId: "first-of-28" as UsageId }),
      call("2026-10-28T23:59:59.999999Z", { usageId: "before-28" as UsageId }),
      call("2025-11-25T12:00:00Z", { usageId: "twelve-months" as UsageId }),
      call("2025-11-25T11:59:59.999999Z", { usageId: "older" as UsageId }),
      call("2026-11-20T08:00:00Z", { usageId: "denied" as UsageId, outcome: "denied", reason: "creditsExhausted", segments: [] }),
      call("2026-11-20T08:00:00Z", { usageId: "unanswered" as UsageId, outcome: "abandoned", segments: [] }),
      call("2026-11-20T09:00:00Z", {
        usageId: "incoming" as UsageId,
        callType: "user_in",
        direction: "inbound",
        fromRaw: "+4915112345678",
        fromE164: "4915112345678",
        toRaw: "+4930901820",
        toE164: "4930901820",
        destinationContext: "",
        capability: "MCOEV",
        amountMicros: micros(0),
        poolMinutes: 0,
        segments: [],
      }),
      call("2026-11-21T09:00:00Z", {
        usageId: "conference" as UsageId,
        callType: "conf_out",
        user: "bob",
        organizer: "ada",
        conferenceId: "meeting-1",
        capability: "MCOMEETACPEA",
      }),
      call("2026-11-21T10:00:00Z", { usageId: "own-carrier" as UsageId, callType: "dr_out" }),
    ]);
  });

  it("§8.1: every column in its words, worked example 22: the other party's last digits hidden by the tenant's country", async () => {
    const { body } = await get("?limit=1");
    expect(body.rows).toEqual([
      {
        usageId: "leg-1",
        timeStamp: "2026-11-25T10:00:00.000000Z",
        displayName: "Ada",
        username: "ada@acme.test",
        phoneNumber: "+33140205***",
        callType: "user_out",
        calledTo: "+33140205***",
        toCountry: "FR",
        calledFrom: "+4930901820",
        fromCountry: "DE",
        charge: "0.048",
        currency: "EUR",
        durationSeconds: 251,
        domesticInternational: "International",
        callId: "call-1",
        numberType: "Subscriber",
        usageLocation: "DE",
        conferenceId: null,
        capability: "MCOPSTN2",
        funding: ["POOL", "CREDITS"],
      },
    ]);
    expect(body.generatedAt).toBe("2026-11-25T12:00:00.000000Z");
    const incoming = await get("?callType=user_in");
    expect(column(incoming, "calledFrom")).toEqual(["+4915112345***"]);
    expect(column(incoming, "phoneNumber")).toEqual(["+4930901820"]);
    expect(column(incoming, "domesticInternational")).toEqual([null]);
  });

  it("§8.1: 7 and 28 whole UTC days to today, their first microsecond in and the one before it not; only connected PSTN legs", async () => {
    expect(column(await get("?range=7d"), "usageId")).toEqual(["leg-1", "conference", "incoming", "first-of-seven"]);
    expect(column(await get("?range=28d"), "usageId")).toEqual([
      "leg-1",
      "conference",
      "incoming",
      "first-of-seven",
      "before-seven",
      "first-of-28",
    ]);
    expect(column(await get("?from=2026-11-18&to=2026-11-19"), "usageId")).toEqual(["first-of-seven", "before-seven"]);
  });

  it("§8.2: twelve months back and not a microsecond more, whatever is asked for", async () => {
    const answer = await get("?from=2020-01-01&to=2026-10-01");
    expect(column(answer, "usageId")).toEqual(["twelve-months"]);
    expect(answer.body.range.from).toBe("2025-11-25T12:00:00.000000Z");
  });

  it("§8.1: the chart counts calls per UTC day, days without calls too, and adds up to the rows", async () => {
    const { body } = await get("?range=7d");
    expect(body.chart).toEqual([
      { date: "2026-11-19", calls: 1 },
      { date: "2026-11-20", calls: 1 },
      { date: "2026-11-21", calls: 1 },
      { date: "2026-11-22", calls: 0 },
      { date: "2026-11-23", calls: 0 },
      { date: "2026-11-24", calls: 0 },
      { date: "2026-11-25", calls: 1 },
    ]);
  });

  it("AC-5, §8.1: filters by user (a conference's call is its organizer's, by any name), call type and capability", async () => {
    expect(column(await get("?user=ada&callType=conf_out"), "usageId")).toEqual(["conference"]);
    expect(column(await get("?user=ADA@acme.test&callType=conf_out"), "usageId")).toEqual(["conference"]);
    expect(column(await get("?user=bob"), "usageId")).toEqual([]);
    expect(column(await get("?capability=MCOMEETACPEA&capability=MCOEV"), "usageId")).toEqual(["conference", "incoming"]);
    expect(column(await get("?capability=MCOEV"), "usageId")).toEqual(["incoming"]);
  });

  it("§8.1: pages by cursor give every row once; another filter's cursor is refused", async () => {
    const first = await get("?range=28d&limit=4");
    const second = await get(`?range=28d&limit=4&cursor=${first.body.next}`);
    expect([...column(first, "usageId"), ...column(second, "usageId")]).toHaveLength(6);
    expect(second.body.next).toBeNull();
    expect((await get(`?range=7d&limit=4&cursor=${first.body.next}`)).status).toBe(400);
  });

  it.each(["?range=7d&from=2026-11-01", "?from=2026-11-20&to=2026-11-01", "?range=custom", "?range=90d", "?from=then"])(
    "400: %s",
    async (query) => {
      const answer = await get(query);
      expect([answer.status, answer.body.code]).toEqual([400, "invalidRequest"]);
    },
  );

  it("§8.1: as CSV with the documented columns, No data where none applies, and figures as the language writes them", async () => {
    const answer = await get(".csv?from=2026-11-20&to=2026-11-25&language=de&bom=1");
    const lines = answer.text.split("\r\n");
    expect(lines[0]).toBe(
      "\ufeffTime stamp (UTC);Display name;Username;Phone number;Call type;Called to;To country or region;Called from;From country or region;" +
        "Charge;Currency;Duration;Domestic/International;Call ID;Number type;Country or region;Conference ID;Capability",
    );
    expect(lines[1]).toBe(
      "2026-11-20T09:00:00.000000Z;Ada;ada@acme.test;4930901820;user_in;4930901820;Germany;4915112345***;Germany;" +
        "0,00;EUR;251;No data;call-1;Subscriber;Germany;No data;MCOEV",
    );
    expect(lines).toHaveLength(1 + 3 + 1);
    expect((await get(".csv?range=7d")).text.startsWith("Time stamp (UTC),Display name,")).toBe(true);
  });
});

describe("§8.4 by country", () => {
  it.each([
    ["BE", 3],
    ["DK", 3],
    ["ES", 3],
    ["FI", 3],
    ["IT", 3],
    ["NL", 3],
    ["NO", 3],
    ["SE", 3],
    ["CH", 4],
    ["FR", 4],
    ["GB", 0],
    ["US", 0],
  ])("example 22: an organisation in %s hides %i digits", async (country, hidden) => {
    const { hiddenDigitsIn } = await import("../masked-number.ts");
    expect(hiddenDigitsIn(country)).toBe(hidden);
  });
});

describe("§8.1 paid calls, through the real rules", () => {
  let paid: ReportApi;
  let rows: CallRow[];
  beforeAll(async () => {
    // Domestic plan of 120 minutes, pay-per-minute conferencing and credits: calls of every kind of funding.
    const fold = createTestFold(sampleDecks(), "2026-11-02T08:00:00Z");
    const org = createOrganisation(fold, { agreement: "EA" });
    const [user = "", organizer = ""] = org.users(2, "DE");
    org.give("teams-phone-standard", [user, organizer]);
    org.give("calling-plan-domestic-120", [user]);
    org.give("audio-conferencing-pay-per-minute", [organizer]);
    org.give("communications-credits", [user]);
    org.command("credits.topUp", { amount: "50.00" });
    fold.at("2026-11-02T16:00:00Z");
    const leg = (usageId: string, length: number, fields: object): void => {
      fold.call("acme", "ended", { usageId, answeredAt: fold.now - length * 1_000_000, endedAt: fold.now, ...fields });
    };
    leg("included", 60, { user, to: "+4930901820" });
    leg("abroad", 61, { user, to: "+33140205050" });
    leg("partly", 121 * 60, { user, to: "+4930901820" });
    leg("beyond", 60, { user, to: "+4930901820" });
    leg("free", 60, { user, callType: "user_in", from: "+33140205050", to: "+4930901820" });
    leg("no-price", 60, { user, to: "+88213123456" });
    leg("meeting", 60, { organizer, callType: "conf_out", to: "+33140205050" });
    leg("dialled-in", 60, { organizer, callType: "conf_in", from: "+33140205050", to: "+12012345678", numberType: "toll" });
    leg("taken-back", 60, { user, to: "+33140205050" });
    org.command("call.void", { usageId: "taken-back", reason: "wrong number" });
    rows = fold.rows;
    paid = await startReportApi({ now });
    await paid.store(rows, fold.events);
  });
  afterAll(async () => await paid.close());

  it("filtering capability MCOPSTNPP or MCOMEETACPEA lists exactly the paid calls (§8.1)", async () => {
    const charged = rows
      .filter(({ entry, amountMicros, usageId }) => entry !== "reversal" && amountMicros > 0 && usageId !== "taken-back")
      .map(({ usageId }) => usageId)
      .toSorted();
    const path = "/v1/accounts/acme/reports/pstn-usage?range=28d";
    const listed = await paid.get(`${path}&capability=MCOPSTNPP&capability=MCOMEETACPEA`);
    expect(usageIds(listed)).toEqual(charged);
    expect(charged).toEqual(["abroad", "beyond", "dialled-in", "meeting", "partly"]);
    expect(usageIds(await paid.get(`${path}&paid=1`))).toEqual(charged);
    expect(usageIds(await paid.get(`${path}&capability=MCOPSTNPP`))).toEqual(["abroad", "beyond", "partly"]);
    expect(usageIds(await paid.get(`${path}&paid=0`))).toEqual(expect.arrayContaining(["free", "included", "taken-back"]));
  });

  it("a voided call stays a row with nothing charged, and no seconds", async () => {
    const { body } = await paid.get("/v1/accounts/acme/reports/pstn-usage?range=28d&paid=0");
    expect(body.rows.find(({ usageId }: { usageId: string }) => usageId === "taken-back")).toMatchObject({
      charge: "0.00",
      durationSeconds: 0,
      funding: [],
    });
  });
});

describe("pseudonyms (§10 [R])", () => {
  let hidden: ReportApi;
  beforeAll(async () => {
    hidden = await startReportApi({ now, people: { users, pseudonymised: true, key: "a secret of the account" } });
    await hidden.store([
      call("2026-11-25T10:00:00Z", { usageId: "a" as UsageId, billableSeconds: seconds(9) }),
      call("2026-11-25T11:00:00Z", { usageId: "b" as UsageId, user: "bob" }),
    ]);
  });
  afterAll(async () => await hidden.close());

  it("§10: names, ids and own numbers are replaced; the same person has the same pseudonym, and can be filtered by it", async () => {
    const path = "/v1/accounts/acme/reports/pstn-usage?range=7d";
    const answer = await hidden.get(path);
    expect(answer.text).not.toMatch(/ada|Ada|bob|30901820/);
    const [bob, ada] = column(answer, "displayName");
    expect(String(ada)).toMatch(/^[0-9a-f]{16}$/);
    expect(ada).not.toBe(bob);
    expect(column(await hidden.get(`${path}&user=${String(ada)}`), "usageId")).toEqual(["a"]);
    expect(column(await hidden.get(`${path}&user=ada`), "usageId")).toEqual([]);
    expect(column(answer, "calledTo")).toEqual(["+33140205***", "+33140205***"]);
    const csv = await hidden.get("/v1/accounts/acme/reports/pstn-usage.csv?range=7d");
    expect(csv.text).not.toMatch(/ada|Ada|bob|30901820/);
  });
});
