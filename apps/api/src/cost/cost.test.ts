import { micros, timeUs, type AccountId, type Currency, type UsageId } from "@tollbook/contracts/units.ts";
import type { CostLine } from "@tollbook/contracts/cost-answers.ts";
import type { AccountEventRow, CallRow } from "@tollbook/domain/fold.ts";
import { createOrganisation } from "@tollbook/domain/testing/organisation.ts";
import { sampleDecks } from "@tollbook/domain/testing/sample-decks.ts";
import { createTestFold } from "@tollbook/domain/testing/test-fold.ts";
import { exampleCall } from "@tollbook/warehouse/testing/example-call.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startReportApi, type ReportApi } from "../testing/report-api.ts";

const now = "2026-11-25T12:00:00Z";
const us = (time: string): ReturnType<typeof timeUs> => timeUs(Date.parse(time) * 1000);
const DAY = 86_400_000_000;
let outSeq = 0;
const call = (at: string | number, amount: number, differences: Partial<CallRow> = {}): CallRow => {
  outSeq += 1;
  const startAt = timeUs(typeof at === "number" ? at : us(at));
  return exampleCall({
    outSeq,
    usageId: `leg-${outSeq}` as UsageId,
    startAt,
    amountMicros: micros(amount),
    poolMinutes: 0,
    segments: [
      { source: "CREDITS", ref: "lot-1", minutes: 0, seconds: exampleCall().billableSeconds, amountMicros: micros(amount) },
    ],
    ...differences,
  });
};
const charge = (at: string, amount: number, type = "charge.licence", subject = "plan-1"): AccountEventRow => {
  outSeq += 1;
  const time = us(at);
  return {
    outSeq,
    logSeq: outSeq,
    logIndex: 0,
    logTime: time,
    account: "acme" as AccountId,
    type,
    outcome: "fact",
    actorKind: "system",
    actorId: "meter",
    commandId: "",
    subject,
    currency: "EUR",
    amountMicros: micros(amount),
    balanceMicros: micros(0),
    postings: [],
    data: "{}",
    at: time,
    invoice: "",
    invoiceLine: "",
  };
};

const opened: ReportApi[] = [];
async function open(options: Partial<Parameters<typeof startReportApi>[0]> = {}): Promise<ReportApi> {
  const api = await startReportApi({ now, ...options });
  opened.push(api);
  return api;
}
afterAll(async () => {
  for (const api of opened) await api.close();
});
const path = (rest: string): string => `/v1/accounts/acme/cost${rest}`;
const shown = (lines: readonly CostLine[]): unknown[] =>
  lines.map((line) => [line.currency, ...line.keys.map((key) => key?.label ?? "Others"), line.amount, line.groups]);

describe("GET /v1/accounts/{account}/cost", () => {
  let api: ReportApi;
  beforeAll(async () => {
    const subscriptions = [{ subscription: "plan-1", productName: "Domestic Calling Plan" }];
    api = await open({
      people: { users: new Map([["ada", { id: "ada", displayName: "Ada", userPrincipalName: "ada@acme.test", number: "" }]]) },
      // The labels need no more of it.
      view: () => ({ subscriptions }) as never,
    });
    await api.store(
      [
        call("2026-11-01T00:00:00Z", 500_001),
        call("2026-11-02T10:00:00Z", 300_000, { user: "bob", destinationCountry: "GB", department: "=SUM(1)" }),
        call("2026-11-03T10:00:00Z", 200_000, { user: "cyd", toE164: "33140205051" }),
        call("2026-11-03T11:00:00Z", 100_000, { user: "ada", currency: "USD" as Currency }),
        call("2026-10-31T23:59:59.999999Z", 900_000, { user: "ada" }),
      ],
      [
        charge("2026-11-01T00:00:00Z", 12_000_000),
        charge("2026-11-20T00:00:00Z", -1_000_000, "charge.discount", "main/2026-11-01"),
      ],
    );
  });

  it("CM-1, CM-6: this month by default: calls, licences and discounts, per currency, the lines equal to the totals", async () => {
    const { body } = await api.get(path(""));
    expect(body.range).toEqual({ from: "2026-11-01T00:00:00.000000Z", to: "2026-12-01T00:00:00.000000Z" });
    expect(body.totals).toMatchObject([
      { currency: "EUR", amount: "12.000001", calls: 3 },
      { currency: "USD", amount: "0.10", calls: 1 },
    ]);
    expect(shown(body.lines)).toEqual([
      ["EUR", "EUR", "12.000001", 1],
      ["USD", "USD", "0.10", 1],
    ]);
  });

  it("CM-6: by two dimensions with the largest first and Others as the exact rest", async () => {
    const { body } = await api.get(path("?groupBy=user,destinationCountry&costs=usage&top=2"));
    expect(shown(body.lines)).toEqual([
      ["EUR", "Ada", "France", "0.500001", 1],
      ["EUR", "bob", "United Kingdom", "0.30", 1],
      ["EUR", "Others", "Others", "0.20", 1],
      ["USD", "Ada", "France", "0.10", 1],
    ]);
  });

  it("CM-2: daily and accumulated: the running sum of each line ends at what the whole is", async () => {
    const { body } = await api.get(path("?groupBy=day,callType&costs=usage&currency=EUR"));
    expect((body.lines as CostLine[]).map(({ keys, amount, accumulated }) => [keys[0]?.key, amount, accumulated])).toEqual([
      ["2026-11-01", "0.500001", "0.500001"],
      ["2026-11-02", "0.30", "0.800001"],
      ["2026-11-03", "0.20", "1.000001"],
    ]);
  });

  it("edge 26: by number: shown masked, never merged, and the key tells nothing", async () => {
    const { body } = await api.get(path("?groupBy=number&costs=usage&currency=EUR"));
    expect(shown(body.lines)).toEqual([
      ["EUR", "+33140205***", "0.800001", 1],
      ["EUR", "+33140205***", "0.20", 1],
    ]);
    expect((body.lines as CostLine[])[0]?.keys[0]?.key).not.toBe((body.lines as CostLine[])[1]?.keys[0]?.key);
    expect(JSON.stringify(body)).not.toContain("33140205051");
  });

  it.each([
    ["user=ada", "0.500001"],
    ["user=ada@acme.test", "0.500001"],
    ["user=bob&user=cyd", "0.50"],
    ["destinationCountry=GB", "0.30"],
    ["department=%3DSUM(1)", "0.30"],
    ["usageLocation=DE", "1.000001"],
    ["capability=MCOPSTN2", "1.000001"],
    ["callType=user_in", undefined],
    ["funding=CREDITS", "1.000001"],
    ["funding=LICENCE", "12.00"],
    ["subscription=plan-1", "13.000001"],
    ["service=discount", "-1.00"],
    ["costs=charges", "11.00"],
    ["range=lastMonth", "0.90"],
    ["from=2026-11-02&to=2026-11-02", "0.30"],
  ])("CM-6: filter %s leaves %s EUR", async (query, amount) => {
    const { body } = await api.get(path(`?${query}`));
    expect(body.totals.find(({ currency }: { currency: string }) => currency === "EUR")?.amount).toBe(amount);
  });

  it.each([
    "?groupBy=colour",
    "?groupBy=user,department,number",
    "?groupBy=day,month",
    "?top=0",
    "?range=month",
    "?from=2020-01-01",
  ])("400: %s", async (query) => {
    const answer = await api.get(path(query));
    expect([answer.status, answer.body.code]).toEqual([400, "invalidRequest"]);
  });

  it("CM-3: daily cost as CSV; with ; and decimal comma for German and Danish, a byte order mark on request, formulas defused", async () => {
    const english = (await api.get(path(".csv?currency=EUR"))).text.split("\r\n");
    expect(english.slice(0, 4)).toEqual([
      "Date,Service,Currency,Cost,Calls,Seconds,Included minutes",
      "2026-11-01,Domestic Calling Plan (plan-1),EUR,12.00,0,0,0",
      "2026-11-01,Calls,EUR,0.500001,1,251,0",
      "2026-11-02,Calls,EUR,0.30,1,251,0",
    ]);
    const german = (await api.get(path(".csv?groupBy=department&costs=usage&currency=EUR&language=de&bom=1"))).text;
    expect(german.split("\r\n")).toEqual([
      "\ufeffDepartment;Currency;Cost;Calls;Seconds;Included minutes",
      "'=SUM(1);EUR;0,30;1;251;0",
      "Sales;EUR;0,700001;2;502;0",
      "",
    ]);
  });

  it("CM-2: the list of services, and the ten largest day by day", async () => {
    const { body } = await api.get(path("/services?currency=EUR"));
    expect(body.services.map(({ service, label, amount }: Record<string, string>) => [service, label, amount])).toEqual([
      ["subscription/plan-1", "Domestic Calling Plan (plan-1)", "12.00"],
      ["usage/calling", "Calls", "1.000001"],
      ["discount", "Discounts", "-1.00"],
    ]);
    expect(body.daily.filter(({ service }: { service: string }) => service === "usage/calling").at(-1)).toEqual({
      date: "2026-11-03",
      service: "usage/calling",
      currency: "EUR",
      amount: "0.20",
      accumulated: "1.000001",
    });
  });

  it("CM-2: against the month before: movers whose parts add up to the change, the rest of them as one", async () => {
    const { body } = await api.get(path("/comparison?groupBy=user&top=1&currency=EUR"));
    expect(body.previous).toEqual({ from: "2026-10-01T00:00:00.000000Z", to: "2026-11-01T00:00:00.000000Z" });
    expect(body.totals).toMatchObject([{ currency: "EUR", before: "0.90", now: "12.000001", change: "11.100001" }]);
    // Of nobody: the licences and the discount.
    expect(body.movers[0]).toMatchObject({
      key: { key: "", label: "" },
      change: "11.00",
      volume: "0.00",
      mix: "0.00",
      rate: "11.00",
    });
    // Three calls instead of one: ada's call grown threefold would have been 1.80 more; her share of it fell to a third.
    expect(body.movers[1]).toMatchObject({ key: null, change: "0.100001", volume: "1.80", mix: "-1.30", rate: "-0.399999" });
  });

  it("PG-6, CM-6: through the real rules: what the fold booked as overage, credits and licences is what cost management shows", async () => {
    const fold = createTestFold(sampleDecks(), "2026-11-02T08:00:00Z");
    const org = createOrganisation(fold, { agreement: "MCA" });
    const [user = ""] = org.users(1, "DE");
    org.give("teams-phone-standard", [user]);
    org.give("calling-plan-domestic-120", [user]);
    org.command("payAsYouGo.set", { subscription: "s-calling-plan-domestic-120", on: true });
    fold.at("2026-11-03T16:00:00Z");
    const leg = (usageId: string, length: number, to: string): void =>
      void fold.call("acme", "ended", { usageId, user, to, answeredAt: fold.now - length * 1_000_000, endedAt: fold.now });
    leg("mixed", 125 * 60, "+4930901820");
    leg("abroad", 61, "+33140205050");
    leg("wrong", 61, "+33140205050");
    org.command("call.void", { usageId: "wrong", reason: "wrong number" });
    const real = await open();
    await real.store(fold.rows, fold.events);
    const { body } = await real.get(path("?groupBy=funding"));
    const charged = fold.events
      .filter(({ type }) => type === "charge.licence")
      .reduce((sum, { amountMicros }) => sum + amountMicros, 0);
    expect(Object.fromEntries((body.lines as CostLine[]).map(({ keys, amount }) => [keys[0]?.key, amount]))).toEqual({
      LICENCE: `${charged / 1_000_000}.00`,
      // 5 × 0.015 beyond the 120 minutes, 2 × 0.016 abroad.
      OVERAGE: "0.107",
      POOL: "0.00",
    });
    expect((body.lines as CostLine[]).find(({ keys }) => keys[0]?.key === "POOL")?.poolMinutes).toBe(120);
  });
});

describe("forecast and anomalies over stored calls", () => {
  let api: ReportApi;
  const today = us("2026-11-25T00:00:00Z");
  beforeAll(async () => {
    api = await open({
      people: { users: new Map([["ada", { id: "ada", displayName: "Ada", userPrincipalName: "", number: "" }]]) },
    });
    // One unit a day for sixty days, 40 on the 20th to Afghanistan, half a unit today so far.
    const days = Array.from({ length: 60 }, (_, at) => call(today - (at + 1) * DAY + 7, 1_000_000));
    await api.store(
      [
        ...days,
        call("2026-11-20T02:00:00Z", 40_000_000, { destinationCountry: "AF", user: "ada" }),
        call("2026-11-25T08:00:00Z", 500_000),
        call("2026-11-24T08:00:00Z", 3_000_000, { currency: "USD" as Currency }),
      ],
      [charge("2026-11-01T00:00:00Z", 12_000_000)],
    );
  });

  it("CM-6: the month's end: what was, licences included, and each day to come as its weekday's mean; within the band", async () => {
    const { body } = await api.get(path("/forecast?destinationCountry=FR&currency=EUR&costs=usage"));
    const [eur] = body.currencies;
    // 24 days and today at 1.00 each, five more to come.
    expect(eur).toMatchObject({
      currency: "EUR",
      status: "ok",
      historyDays: 56,
      actual: "24.50",
      expected: "30.00",
      low: "30.00",
      high: "30.00",
    });
    expect(eur.days).toHaveLength(30);
    expect(eur.days[24]).toEqual({ date: "2026-11-25", actual: "24.50", expected: "25.00", low: "25.00", high: "25.00" });
    const all = (await api.get(path("/forecast?currency=EUR"))).body.currencies[0];
    expect(all).toMatchObject({ actual: "76.50", usage: "64.50", charges: "12.00" });
    // The 40 on a Friday raise the only Friday to come by 40 / 8 = 5.
    expect(all.expected).toBe("87.00");
    expect(Number(all.low)).toBeLessThan(87);
    expect(Number(all.high)).toBeGreaterThan(87);
  });

  it("CM-6: not enough history is said, and nothing else", async () => {
    const young = await open();
    await young.store(Array.from({ length: 13 }, (_, at) => call(today - (at + 1) * DAY, 1_000_000)));
    expect((await young.get(path("/forecast"))).body.currencies[0]).toMatchObject({
      status: "notEnoughHistory",
      historyDays: 13,
      actual: "13.00",
      expected: null,
      low: null,
      high: null,
    });
  });

  it("the night of the fraud is listed by day, dimension, expected and actual; an account without history has no alarms", async () => {
    const { body } = await api.get(path("/anomalies?currency=EUR"));
    expect(body.anomalies).toEqual([
      { date: "2026-11-20", currency: "EUR", dimension: "total", key: null, expected: "1.00", actual: "41.00" },
      {
        date: "2026-11-20",
        currency: "EUR",
        dimension: "destinationCountry",
        key: { key: "AF", label: "Afghanistan" },
        expected: "0.00",
        actual: "40.00",
      },
      {
        date: "2026-11-20",
        currency: "EUR",
        dimension: "callType",
        key: { key: "user_out", label: "user_out" },
        expected: "1.00",
        actual: "41.00",
      },
      {
        date: "2026-11-20",
        currency: "EUR",
        dimension: "user",
        key: { key: "ada", label: "Ada" },
        expected: "1.00",
        actual: "41.00",
      },
    ]);
    const young = await open();
    await young.store([call("2026-11-20T02:00:00Z", 900_000_000), call("2026-11-01T02:00:00Z", 1)]);
    expect((await young.get(path("/anomalies"))).body.anomalies).toEqual([]);
  });
});
