import { micros, seconds, timeUs, type AccountId, type Currency, type UsageId } from "@tollbook/contracts/units.ts";
import type { PoolView } from "@tollbook/contracts/views.ts";
import type { CallRow } from "@tollbook/domain/fold.ts";
import { createOrganisation } from "@tollbook/domain/testing/organisation.ts";
import { sampleDecks } from "@tollbook/domain/testing/sample-decks.ts";
import { createTestFold } from "@tollbook/domain/testing/test-fold.ts";
import { view } from "@tollbook/domain/view.ts";
import { exampleCall } from "@tollbook/warehouse/testing/example-call.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startReportApi, type ReportApi } from "../testing/report-api.ts";

const now = "2026-11-25T12:00:00Z";
const us = (time: string): ReturnType<typeof timeUs> => timeUs(Date.parse(time) * 1000);
const opened: ReportApi[] = [];
async function open(options: Partial<Parameters<typeof startReportApi>[0]> = {}): Promise<ReportApi> {
  const api = await startReportApi({ now, ...options });
  opened.push(api);
  return api;
}
afterAll(async () => {
  for (const api of opened) await api.close();
});
const path = (name: string): string => `/v1/accounts/acme/reports/${name}`;
type Row = Record<string, unknown>;

describe("§8.6 PSTN blocked users", () => {
  let api: ReportApi;
  beforeAll(async () => {
    // By the real rules: a plan of 120 minutes and no credits, an admin who blocks, and suspected fraud.
    const fold = createTestFold(sampleDecks(), "2026-11-02T08:00:00Z");
    const org = createOrganisation(fold, { agreement: "MCA" });
    const [ada = "", bob = ""] = org.users(2, "DE");
    org.give("teams-phone-standard", [ada, bob]);
    org.give("calling-plan-domestic-120", [ada]);
    const attempt = (usageId: string, at: string, user: string): void => {
      fold.at(at);
      const asked = { usageId, user, from: "+4930901820", to: "+4930123456", setupAt: fold.now };
      if (fold.ask("acme", "authorize", asked).decision === "allow")
        fold.call("acme", "ended", { ...asked, answeredAt: fold.now, endedAt: fold.now + 60_000_000 });
    };
    fold.at("2026-11-03T08:00:00Z");
    fold.call("acme", "ended", {
      usageId: "all",
      user: ada,
      to: "+4930123456",
      answeredAt: fold.now - 120 * 60_000_000,
      endedAt: fold.now,
    });
    attempt("refused-1", "2026-11-04T09:00:00Z", ada);
    attempt("refused-2", "2026-11-04T09:05:00Z", ada);
    org.command("payAsYouGo.set", { subscription: "s-calling-plan-domestic-120", on: true });
    attempt("again", "2026-11-05T09:00:00Z", ada);
    attempt("and-again", "2026-11-05T09:10:00Z", ada);
    fold.at("2026-11-06T10:00:00Z");
    org.command("user.block", { user: bob, blocked: true, reason: "fraudSuspected" });
    fold.at("2026-11-06T11:00:00Z");
    org.command("user.block", { user: bob, blocked: false });
    fold.command("acme", "user.block", { user: "nobody", blocked: true });
    api = await open();
    await api.store(fold.rows, fold.events);
  });

  it("§8.6: each block and unblock is a row with an id of its own: by funding once however often it is refused, and by people", async () => {
    const { body } = await api.get(`${path("blocked-users")}?range=28d`);
    const rows = (body.rows as Row[]).map((row) => [row["user"], row["blockedAction"], row["blockedReason"], row["blockedTime"]]);
    expect(rows).toEqual([
      ["u2", "unblocked", "fraudSuspected", "2026-11-06T11:00:00.000000Z"],
      ["u2", "blocked", "fraudSuspected", "2026-11-06T10:00:00.000000Z"],
      ["u1", "unblocked", "payAsYouGoOff", "2026-11-05T09:00:00.000000Z"],
      ["u1", "blocked", "payAsYouGoOff", "2026-11-04T09:00:00.000000Z"],
    ]);
    expect(new Set((body.rows as Row[]).map((row) => row["remediationId"])).size).toBe(4);
    expect((body.rows as Row[])[3]?.["phone"]).toBe("+4930901820");
  });

  it("AC-5, §8.6: who may not dial out from a conference is its organizer, whatever his own calls do", async () => {
    const at = (time: string, outSeq: number, differences: Partial<CallRow>): CallRow =>
      exampleCall({ outSeq, usageId: `leg-${outSeq}` as UsageId, startAt: us(time), ...differences });
    const denied = { outcome: "denied", reason: "noCreditsLicense", segments: [] } as const;
    const conference = { callType: "conf_out", user: "", organizer: "ada" } as const;
    const other = await open();
    await other.store([
      at("2026-11-20T09:00:00Z", 1, { ...conference, ...denied }),
      at("2026-11-20T10:00:00Z", 2, { user: "ada" }),
      at("2026-11-20T11:00:00Z", 3, { ...conference, ...denied }),
      at("2026-11-20T12:00:00Z", 4, conference),
      at("2026-11-20T13:00:00Z", 5, { ...denied, user: "eve", emergency: true }),
      at("2026-11-20T14:00:00Z", 6, { ...denied, user: "eve", reason: "policyDomesticOnly" }),
    ]);
    const { body } = await other.get(`${path("blocked-users")}?range=7d`);
    expect(
      (body.rows as Row[]).map((row) => [row["user"], row["blockedAction"], row["blockedReason"], row["blockedTime"]]),
    ).toEqual([
      ["ada", "unblocked", "noCreditsLicense", "2026-11-20T12:00:00.000000Z"],
      ["ada", "blocked", "noCreditsLicense", "2026-11-20T09:00:00.000000Z"],
    ]);
  });

  it("§8.6: the chart counts the users blocked on each day; a range that begins later knows what was before", async () => {
    const { body } = await api.get(`${path("blocked-users")}?from=2026-11-04&to=2026-11-06`);
    expect(body.chart).toEqual([
      { date: "2026-11-04", usersBlocked: 1 },
      { date: "2026-11-05", usersBlocked: 0 },
      { date: "2026-11-06", usersBlocked: 1 },
    ]);
    const later = await api.get(`${path("blocked-users")}?from=2026-11-04T09:01:00Z&to=2026-11-04T23:00:00Z`);
    expect(later.body.rows).toEqual([]);
  });

  it("§8.6: pages and CSV tell the same; Microsoft Graph's shape too", async () => {
    const first = await api.get(`${path("blocked-users")}?range=28d&limit=3`);
    const second = await api.get(`${path("blocked-users")}?range=28d&limit=3&cursor=${first.body.next}`);
    expect([first.body.rows.length, second.body.rows.length, second.body.next]).toEqual([3, 1, null]);
    const csv = (await api.get(`${path("blocked-users.csv")}?range=28d`)).text.split("\r\n");
    expect(csv[0]).toBe("Display name,Phone,Blocked reason,Blocked action,Blocked time (UTC)");
    expect(csv[4]).toBe("u1,4930901820,payAsYouGoOff,blocked,2026-11-04T09:00:00.000000Z");
    const graph = await api.get(
      "/beta/communications/callRecords/getPstnBlockedUsersLog(fromDateTime=2026-11-01,toDateTime=2026-11-20)",
    );
    expect(graph.body.value[3]).toMatchObject({
      userBlockMode: "blocked",
      blockReason: "payAsYouGoOff",
      userTelephoneNumber: "+4930901820",
      remediationId: second.body.rows[0].remediationId,
    });
  });
});

describe("§8.7 Audio Conferencing dial-out", () => {
  let api: ReportApi;
  beforeAll(async () => {
    let outSeq = 0;
    const call = (differences: Partial<CallRow>): CallRow => {
      outSeq += 1;
      const startAt = differences.startAt ?? us("2026-11-20T09:00:00Z");
      return exampleCall({
        outSeq,
        usageId: `leg-${outSeq}` as UsageId,
        callType: "conf_out",
        user: "guest",
        organizer: "ada",
        startAt,
        endedAt: timeUs(startAt + 130_000_000),
        billableSeconds: seconds(130),
        amountMicros: micros(250_000),
        connectFeeMicros: micros(20_000),
        segments: [{ source: "CREDITS", ref: "lot-1", minutes: 0, seconds: seconds(130), amountMicros: micros(250_000) }],
        ...differences,
      });
    };
    api = await open({
      people: { users: new Map([["ada", { id: "ada", displayName: "Ada", userPrincipalName: "ada@acme.test", number: "" }]]) },
    });
    await api.store([
      call({}),
      call({
        startAt: us("2026-11-21T09:00:00Z"),
        destinationCountry: "GB",
        amountMicros: micros(1),
        billableSeconds: seconds(60),
      }),
      call({ currency: "USD" as Currency, amountMicros: micros(7_000) }),
      call({
        organizer: "bob",
        segments: [{ source: "OVERAGE", ref: "s", minutes: 0, seconds: seconds(130), amountMicros: micros(250_000) }],
      }),
      call({ callType: "user_out", organizer: "" }),
      call({ outcome: "denied", segments: [] }),
    ]);
  });

  it("AC-5, RT-2, §8.7: per organizer and currency: whole minutes begun, call charges with connection fees, calls; of credits the part they paid", async () => {
    const { body } = await api.get(`${path("conferencing-dial-out")}?range=7d`);
    expect(body.rows).toEqual([
      {
        organizer: "ada",
        meetingOrganizer: "Ada",
        userName: "ada@acme.test",
        userMinutes: 4,
        creditSpent: "0.250001",
        currency: "EUR",
        dialOutCalls: 2,
        prepaid: "0.50",
      },
      {
        organizer: "ada",
        meetingOrganizer: "Ada",
        userName: "ada@acme.test",
        userMinutes: 3,
        creditSpent: "0.007",
        currency: "USD",
        dialOutCalls: 1,
        prepaid: "0.25",
      },
      {
        organizer: "bob",
        meetingOrganizer: "bob",
        userName: "bob",
        userMinutes: 3,
        creditSpent: "0.25",
        currency: "EUR",
        dialOutCalls: 1,
        prepaid: "0.00",
      },
    ]);
    expect(body.chart).toEqual([
      { date: "2026-11-20", currency: "EUR", cost: "0.50", minutes: 6, calls: 2 },
      { date: "2026-11-20", currency: "USD", cost: "0.007", minutes: 3, calls: 1 },
      { date: "2026-11-21", currency: "EUR", cost: "0.000001", minutes: 1, calls: 1 },
    ]);
  });

  it("§8.7: by destination country; drilled down to an organizer's calls, where fee and charge add up to the total", async () => {
    const french = await api.get(`${path("conferencing-dial-out")}?range=7d&destinationCountry=GB`);
    expect(french.body.rows).toMatchObject([{ organizer: "ada", dialOutCalls: 1, creditSpent: "0.000001" }]);
    const { body } = await api.get(`${path("conferencing-dial-out/ada")}?range=7d&destinationCountry=FR`);
    expect(body.rows[0]).toMatchObject({
      destinationCountry: "FR",
      calledTo: "+33140205***",
      minutes: 3,
      currency: "USD",
      total: "0.007",
    });
    expect(body.rows[1]).toMatchObject({ connectionFee: "0.02", callCharge: "0.23", total: "0.25" });
  });

  it("§8.7: pages by organizer and currency, and CSV in the documented columns", async () => {
    const first = await api.get(`${path("conferencing-dial-out")}?range=7d&limit=1`);
    const second = await api.get(`${path("conferencing-dial-out")}?range=7d&limit=2&cursor=${first.body.next}`);
    expect((second.body.rows as Row[]).map((row) => [row["organizer"], row["currency"]])).toEqual([
      ["ada", "USD"],
      ["bob", "EUR"],
    ]);
    expect(second.body.next).toBeNull();
    const csv = (await api.get(`${path("conferencing-dial-out.csv")}?range=7d&language=da`)).text.split("\r\n");
    expect(csv[0]).toBe("Meeting organizer;User name;User minutes;Credit spent;Currency;Dial-out calls");
    expect(csv[1]).toBe("Ada;ada@acme.test;4;0,250001;EUR;2");
  });
});

describe("§8.5 PSTN minute pools", () => {
  it("§8.5: through the real rules: descriptions as documented, minutes of this month, per usage location and plan", async () => {
    const fold = createTestFold(sampleDecks(), "2026-11-02T08:00:00Z");
    const org = createOrganisation(fold);
    const [ada = "", bob = ""] = org.users(2, "DE");
    org.command("user.set", { user: bob, displayName: bob, usageLocation: "US" });
    org.give("teams-phone-standard", [ada, bob]);
    org.give("calling-plan-international", [ada, bob]);
    org.give("audio-conferencing", [ada, bob]);
    fold.at("2026-11-02T16:00:00Z");
    const call = (usageId: string, to: string): void =>
      void fold.call("acme", "ended", { usageId, user: ada, to, answeredAt: fold.now - 61_000_000, endedAt: fold.now });
    call("home", "+4930123456");
    call("abroad", "+33140205050");
    const api = await open({ view: (request) => view(fold.state, "acme" as AccountId, request) });
    expect((await api.get(path("minute-pools"))).body.generatedAt).toBe("2026-11-02T16:00:00.000000Z");
    const { body } = await api.get(path("minute-pools"));
    expect(body.month).toBe(202_611);
    const rows = (body.rows as Row[]).map((row) => [
      row["usageLocation"],
      row["capabilityDescription"],
      row["totalMinutes"],
      row["minutesUsed"],
      row["minutesAvailable"],
      row["capability"],
      row["percentUsed"],
    ]);
    expect(rows).toEqual(
      expect.arrayContaining([
        ["DE", "Domestic and international calling plan (1200 domestic minutes)", 1200, 2, 1198, "MCOPSTN2", 0],
        ["DE", "Domestic and international calling plan (600 international minutes)", 600, 2, 598, "MCOPSTN2", 0],
        ["US+PR", "Domestic and international calling plan (3000 domestic minutes)", 3000, 0, 3000, "MCOPSTN2", 0],
        [expect.any(String), "Outbound calls to Zone A countries", 120, 0, 120, "MCOMEETADD", 0],
      ]),
    );
    expect(body.chart.find(({ usageLocation }: Row) => usageLocation === "DE")).toMatchObject({
      domesticUsed: 2,
      internationalUsed: 2,
      unused: 1796,
    });
    const csv = (await api.get(path("minute-pools.csv"))).text.split("\r\n");
    expect(csv[0]).toBe(
      "Country or region,Capability description,Total minutes,Minutes used,Minutes available,Capability,Country minute pool,Percent used",
    );
  });

  it("§8.5, §10, CP-8: pools of single users are one row of all of them, and name nobody", async () => {
    const fold = createTestFold(sampleDecks(), "2026-11-02T08:00:00Z");
    const org = createOrganisation(fold);
    const users = org.users(201, "DE");
    for (let at = 0; at < users.length; at += 20) org.give("teams-phone-standard", users.slice(at, at + 20));
    for (let at = 0; at < users.length; at += 20) org.give("calling-plan-domestic-120-personal", users.slice(at, at + 20));
    fold.at("2026-11-02T16:00:00Z");
    fold.call("acme", "ended", {
      usageId: "a",
      user: "u1",
      to: "+4930123456",
      answeredAt: fold.now - 61_000_000,
      endedAt: fold.now,
    });
    const api = await open({ view: (request) => view(fold.state, "acme" as AccountId, request) });
    const { body } = await api.get(path("minute-pools"));
    expect(body.rows).toMatchObject([
      { capability: "MCOPSTN8", totalMinutes: 201 * 120, minutesUsed: 2, minutesAvailable: 24_118 },
    ]);
    expect(JSON.stringify(body)).not.toContain("u1");
  });

  it("the pool runs out on the day by which its weekdays' means have used it up; unknown with less than 14 days", async () => {
    const pool: PoolView = {
      pool: "DE/MCOPSTN5/domestic",
      capability: "MCOPSTN5",
      description: "Domestic calling plan (120 domestic minutes)",
      usageLocation: "DE",
      user: null,
      kind: "domestic",
      month: 202_611,
      totalMinutes: 600,
      usedMinutes: 570,
      reservedMinutes: 0,
      availableMinutes: 30,
      state: "WARN80",
    };
    const asOf = { partition: 3, seq: 1, time: "2026-11-20T12:00:00.000000Z" };
    const api = await open({ view: () => ({ asOf, pools: [pool] }) });
    const day = (at: number): CallRow => {
      const startAt = timeUs(us("2026-11-20T10:00:00Z") - at * 86_400_000_000);
      return exampleCall({
        outSeq: at + 1,
        usageId: `leg-${at}` as UsageId,
        startAt,
        segments: [{ source: "POOL", ref: pool.pool, minutes: 10, seconds: seconds(600), amountMicros: micros(0) }],
      });
    };
    await api.store(Array.from({ length: 14 }, (_, at) => day(at)));
    expect((await api.get(path("minute-pools"))).body.rows[0]).toMatchObject({ runsOut: "notEnoughHistory", runsOutOn: null });
    await api.store([day(14)]);
    // Ten a day, today's ten used already: 30 are gone at the end of the 23rd.
    expect((await api.get(path("minute-pools"))).body.rows[0]).toMatchObject({
      runsOut: "thisMonth",
      runsOutOn: "2026-11-23",
      percentUsed: 95,
    });
  });
});
