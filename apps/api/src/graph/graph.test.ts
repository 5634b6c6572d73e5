import { micros, timeUs, type UsageId } from "@tollbook/contracts/units.ts";
import type { CallRow } from "@tollbook/domain/fold.ts";
import { exampleCall } from "@tollbook/warehouse/testing/example-call.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startReportApi, type ReportAnswer, type ReportApi } from "../testing/report-api.ts";
import { guidOf, guidOrOwn } from "./uuid5.ts";

const now = "2026-11-25T12:00:00Z";
const us = (time: string): ReturnType<typeof timeUs> => timeUs(Date.parse(time) * 1000);
const users = new Map([["ada", { id: "ada", displayName: "Ada", userPrincipalName: "ada@acme.test", number: "" }]]);
let api: ReportApi;
let outSeq = 0;
const call = (startAt: ReturnType<typeof timeUs>, differences: Partial<CallRow> = {}): CallRow => {
  outSeq += 1;
  const usageId = `leg-${outSeq}` as UsageId;
  return exampleCall({ outSeq, usageId, startAt, answeredAt: startAt, endedAt: timeUs(startAt + 219_000_000), ...differences });
};
const from = us("2026-11-01T00:00:00Z");
const to = us("2026-11-02T00:00:00Z");

beforeAll(async () => {
  api = await startReportApi({ now, people: { users } });
  await api.store([
    call(timeUs(from - 1), { usageId: "before" as UsageId }),
    call(from, { usageId: "first" as UsageId, amountMicros: micros(100_000), connectFeeMicros: micros(0) }),
    call(to, { usageId: "last" as UsageId }),
    call(timeUs(to + 1), { usageId: "after" as UsageId }),
    ...Array.from({ length: 2500 }, () => call(us("2026-10-10T10:00:00Z"), { usageId: `many-${outSeq}` as UsageId })),
    call(us("2026-11-10T10:00:00Z"), {
      usageId: "incoming" as UsageId,
      callType: "user_in",
      direction: "inbound",
      fromRaw: "+33140205050",
      fromE164: "33140205050",
      toRaw: "+4930901820",
      toE164: "4930901820",
      destinationContext: "",
    }),
    call(us("2026-11-11T10:00:00Z"), { usageId: "dr" as UsageId, callType: "dr_out", source: "sbc1.example.com" }),
    call(us("2026-11-12T10:00:00Z"), {
      usageId: "meeting" as UsageId,
      callType: "conf_out",
      organizer: "ada",
      amountMicros: micros(223_000),
      connectFeeMicros: micros(20_000),
    }),
  ]);
});
afterAll(async () => await api.close());

const ask = async (name: string, range: string, version = "v1.0"): Promise<ReportAnswer> =>
  await api.get(`/${version}/communications/callRecords/${name}(${range})`);
const november = "fromDateTime=2026-11-01,toDateTime=2026-11-02";

describe("getPstnCalls (§8.8)", () => {
  it("§8.8, D26: a row has exactly the members of pstnCallLogRow, with UUIDs and amounts of two decimals", async () => {
    const answer = await ask("getPstnCalls", november);
    expect(answer.status).toBe(200);
    expect(answer.body["@odata.context"]).toBe(
      "http://tollbook.test/v1.0/$metadata#Collection(microsoft.graph.callRecords.pstnCallLogRow)",
    );
    expect(answer.body["@odata.count"]).toBe(2);
    expect(answer.body.value[0]).toEqual({
      id: guidOf("acme", "leg", "first"),
      callId: "call-1",
      userId: guidOf("acme", "user", "ada"),
      userPrincipalName: "ada@acme.test",
      userDisplayName: "Ada",
      startDateTime: "2026-11-01T00:00:00.000000Z",
      endDateTime: "2026-11-01T00:03:39.000000Z",
      duration: 251,
      charge: 0.1,
      callType: "user_out",
      currency: "EUR",
      calleeNumber: "+33140205***",
      usageCountryCode: "DE",
      tenantCountryCode: "DE",
      connectionCharge: 0,
      callerNumber: "+4930901820",
      destinationContext: "International",
      destinationName: "France",
      conferenceId: null,
      licenseCapability: "MCOPSTN2",
      inventoryType: "Subscriber",
      operator: "berlin-1",
      callDurationSource: "operator",
    });
    expect(answer.text).toContain('"charge":0.10,');
    expect(answer.text).toContain('"connectionCharge":0.00,');
  });

  it("§8.8: selected by start, both bounds inclusive, to the microsecond; dates and times, with or without the namespace", async () => {
    const ids = (answer: ReportAnswer): string[] => answer.body.value.map(({ id }: { id: string }) => id);
    const both = ["first", "last"].map((usageId) => guidOf("acme", "leg", usageId));
    expect(ids(await ask("getPstnCalls", november))).toEqual(both);
    const times = "fromDateTime=2026-11-01T00:00:00Z,toDateTime=2026-11-02T00:00:00.000000Z";
    expect(ids(await ask("microsoft.graph.callRecords.getPstnCalls", times))).toEqual(both);
    expect(ids(await ask("getPstnCalls", encodeURIComponent(times)))).toEqual(both);
  });

  it("§8.8: caller is who called and callee who was called (beta's meaning), in both versions; beta has two members more", async () => {
    const range = "fromDateTime=2026-11-10,toDateTime=2026-11-11";
    for (const version of ["v1.0", "beta"]) {
      const { body } = await ask("getPstnCalls", range, version);
      expect(body.value[0]).toMatchObject({
        callerNumber: "+33140205***",
        calleeNumber: "+4930901820",
        destinationContext: null,
      });
    }
    const { body } = await ask("getPstnCalls", range, "beta");
    expect(body.value[0]).toMatchObject({ otherPartyCountryCode: "FR", administrativeUnitInfos: [] });
  });

  it("§8.8: pages of 1,000 with nextLink give every call once, in order; the last one has none", async () => {
    const seen: string[] = [];
    const counts: number[] = [];
    let path: string | null = "/v1.0/communications/callRecords/getPstnCalls(fromDateTime=2026-10-01,toDateTime=2026-10-31)";
    while (path !== null) {
      const { body }: ReportAnswer = await api.get(path);
      counts.push(body["@odata.count"]);
      seen.push(...body.value.map(({ id }: { id: string }) => id));
      const link: string | undefined = body["@odata.nextLink"];
      expect(link === undefined || link.startsWith("http://tollbook.test/v1.0/communications/callRecords/getPstnCalls(")).toBe(
        true,
      );
      path = link === undefined ? null : link.slice("http://tollbook.test".length);
    }
    expect(counts).toEqual([1000, 1000, 500]);
    expect(new Set(seen).size).toBe(2500);
  });

  it.each([
    ["getPstnCalls", "fromDateTime=2026-08-01,toDateTime=2026-10-31", 400, "BadRequest"],
    ["getPstnCalls", "fromDateTime=2026-11-02,toDateTime=2026-11-01", 400, "BadRequest"],
    ["getPstnCalls", "fromDateTime=yesterday,toDateTime=2026-11-01", 400, "BadRequest"],
    ["getPstnCalls", "fromDateTime=2026-11-01", 400, "BadRequest"],
    ["getEverything", november, 404, "ResourceNotFound"],
    ["getPstnBlockedUsersLog", november, 404, "ResourceNotFound"],
  ])("§8.8: %s(%s) is an OData error of status %i, %s", async (name, range, status, code) => {
    const answer = await ask(name, range);
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
    expect(answer.body.error.message.length).toBeGreaterThan(10);
    expect(Object.keys(answer.body)).toEqual(["error"]);
  });

  it("§8.8: ninety days are the most: exactly ninety are answered, a second more is not", async () => {
    expect((await ask("getPstnCalls", "fromDateTime=2026-08-02T00:00:00Z,toDateTime=2026-10-31T00:00:00Z")).status).toBe(200);
    expect((await ask("getPstnCalls", "fromDateTime=2026-08-02T00:00:00Z,toDateTime=2026-10-31T00:00:01Z")).status).toBe(400);
  });
});

it("§8.8: getDirectRoutingCalls has exactly the members of directRoutingLogRow", async () => {
  const { body } = await ask("getDirectRoutingCalls", "fromDateTime=2026-11-11,toDateTime=2026-11-12");
  expect(body.value).toEqual([
    {
      id: guidOf("acme", "leg", "dr"),
      correlationId: guidOf("acme", "call", "call-1"),
      userId: guidOf("acme", "user", "ada"),
      userPrincipalName: "ada@acme.test",
      userDisplayName: "Ada",
      startDateTime: "2026-11-11T10:00:00.000000Z",
      inviteDateTime: null,
      failureDateTime: null,
      endDateTime: "2026-11-11T10:03:39.000000Z",
      duration: 251,
      callType: "dr_out",
      successfulCall: true,
      callerNumber: "+4930901820",
      calleeNumber: "+33140205***",
      mediaPathLocation: null,
      signalingLocation: null,
      finalSipCode: 0,
      callEndSubReason: null,
      finalSipCodePhrase: null,
      trunkFullyQualifiedDomainName: "sbc1.example.com",
      mediaBypassEnabled: null,
    },
  ]);
});

it("§8.7: getPstnOnlineMeetingDialoutReport sums up charges and connection fees per user, location, context and currency", async () => {
  const { body } = await ask("getPstnOnlineMeetingDialoutReport", "fromDateTime=2026-11-01,toDateTime=2026-11-20", "beta");
  expect(body.value).toEqual([
    {
      userId: guidOf("acme", "user", "ada"),
      userPrincipalName: "ada@acme.test",
      userDisplayName: "Ada",
      usageLocation: "DE",
      destinationContext: "International",
      currency: "EUR",
      totalCalls: 1,
      totalCallCharge: 0.22,
      totalCallSeconds: 251,
    },
  ]);
});

it("D26: ids are version 5 UUIDs, stable for ever, different in another account; what is a GUID already is kept for people", () => {
  const id = guidOf("acme", "leg", "leg-1");
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  // Worked out with Python: uuid5(uuid5(uuid5(NAMESPACE_DNS, "tollbook.dev"), "acme/leg"), "leg-1").
  expect(id).toBe("b054fe64-3bb1-5e68-8483-14e8baa043a4");
  expect(guidOf("globex", "leg", "leg-1")).not.toBe(id);
  expect(guidOrOwn("acme", "user", "DB03C14B-06EB-4189-939B-7CBF3A20BA27")).toBe("db03c14b-06eb-4189-939b-7cbf3a20ba27");
});
