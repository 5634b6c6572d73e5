import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { micros, timeUs, type FeederId, type UsageId } from "@tollbook/contracts/units.ts";
import type { CallRow } from "@tollbook/domain/fold.ts";
import { exampleCall } from "@tollbook/warehouse/testing/example-call.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { guidOf } from "../graph/uuid5.ts";
import { startReportApi, type ReportAnswer, type ReportApi } from "../testing/report-api.ts";
import { scale2 } from "./call-export.ts";

const now = "2026-11-25T12:00:00Z";
const us = (time: string): ReturnType<typeof timeUs> => timeUs(Date.parse(time) * 1000);
let api: ReportApi;
let folder: string;
let outSeq = 0;
const call = (startAt: string, differences: Partial<CallRow> = {}): CallRow => {
  const start = us(startAt);
  outSeq += 1;
  const usageId = `leg-${outSeq}` as UsageId;
  return exampleCall({
    outSeq,
    usageId,
    startAt: start,
    answeredAt: start,
    endedAt: timeUs(start + 250_125_000),
    ...differences,
  });
};
const users = new Map([
  ["ada", { id: "ada", displayName: 'Ada "the Countess", Lovelace', userPrincipalName: "ada@acme.test", number: "" }],
]);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tollbook-export-"));
  api = await startReportApi({ now, people: { users } });
  await api.store([
    call("2026-11-22T09:00:00Z", {
      callId: "c".repeat(70),
      destinationName: "n".repeat(70),
      amountMicros: micros(1_055_000),
      connectFeeMicros: micros(50_000),
    }),
    call("2026-11-23T09:00:00Z", {
      callType: "ucap_in",
      direction: "inbound",
      resourceAccount: "menu",
      capability: "=cmd()",
      user: "",
    }),
    call("2026-11-24T09:00:00Z", {
      usageId: "dr-good" as UsageId,
      callType: "dr_out",
      source: "sip:sbc1.example.com:5061",
      setupAt: us("2026-11-24T08:59:50Z"),
      callId: "9E8BBA57-DC14-533A-A7DD-F0DA6575EED1",
      linkedId: "first-call",
      sip: 200,
      capability: "",
    }),
    call("2026-11-24T10:00:00Z", {
      usageId: "dr-busy" as UsageId,
      callType: "dr_out",
      feeder: "berlin-1" as FeederId,
      outcome: "abandoned",
      setupAt: us("2026-11-24T10:00:00Z"),
      answeredAt: timeUs(0),
      endedAt: us("2026-11-24T10:00:07Z"),
      sip: 486,
      segments: [],
    }),
    call("2025-11-25T11:59:59Z", { usageId: "pstn-too-old" as UsageId }),
    call("2025-11-25T12:00:00Z", { usageId: "pstn-oldest" as UsageId }),
    call("2026-06-28T11:59:59Z", { usageId: "dr-too-old" as UsageId, callType: "dr_in" }),
    call("2026-06-28T12:00:00Z", { usageId: "dr-oldest" as UsageId, callType: "dr_in", direction: "inbound" }),
  ]);
});
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true, force: true });
});

/** As a program that knows nothing of ours reads the archive: Python's zipfile and csv. */
function read(answer: ReportAnswer): Record<string, string[][] | Record<string, unknown>> {
  const path = join(folder, "export.zip");
  writeFileSync(path, answer.bytes);
  expect(execFileSync("unzip", ["-t", path], { encoding: "utf8" })).toContain("No errors detected");
  const script =
    "import csv,io,json,sys,zipfile\nz=zipfile.ZipFile(sys.argv[1])\n" +
    "print(json.dumps({n:(list(csv.reader(io.StringIO(z.read(n).decode('utf-8'),newline=''),strict=True)) if n.endswith('.csv') else json.loads(z.read(n))) for n in z.namelist()}))";
  return JSON.parse(execFileSync("python3", ["-c", script, path], { encoding: "utf8" })) as ReturnType<typeof read>;
}

describe("§8.2 export", () => {
  it("§8.2: the archive and its three files are named as documented, with range and capabilities in parameters.json", async () => {
    const answer = await api.get("/v1/accounts/acme/reports/calls-export.zip?range=7d");
    const [, identifier] =
      /filename="Calls\.Export\.([0-9a-f-]{36})\.zip"/.exec(String(answer.headers["content-disposition"])) ?? [];
    const files = read(answer);
    expect(Object.keys(files)).toEqual(["PSTN.calls.2026-11-25.csv", "DirectRouting.calls.2026-11-25.csv", "parameters.json"]);
    expect(files["parameters.json"]).toMatchObject({
      identifier,
      account: "acme",
      range: { from: "2026-11-19T00:00:00.000000Z", to: "2026-11-26T00:00:00.000000Z" },
      capabilities: ["=cmd()", "MCOPSTN2"],
    });
  });

  it("§8.2, RT-2, RT-4, D25, D26: the 20 PSTN fields by their index, no longer than their types; amounts of two decimals, the fee apart", async () => {
    const files = read(await api.get("/v1/accounts/acme/reports/calls-export.zip?range=7d"));
    const [header, first, second] = files["PSTN.calls.2026-11-25.csv"] as string[][];
    expect(header).toEqual([
      "UsageId",
      "Call ID",
      "Conference ID",
      "User Location",
      "AAD ObjectId",
      "UPN",
      "User Display Name",
      "Caller ID",
      "Call Type",
      "Number Type",
      "Domestic/International",
      "Destination Dialed",
      "Destination Number",
      "Start Time",
      "End Time",
      "Duration Seconds",
      "Connection Fee",
      "Charge",
      "Currency",
      "Capability",
    ]);
    expect(first).toEqual([
      guidOf("acme", "leg", "leg-1"),
      "c".repeat(64),
      "",
      "DE",
      guidOf("acme", "user", "ada"),
      "ada@acme.test",
      'Ada "the Countess", Lovelace',
      "+4930901820",
      "user_out",
      "Subscriber",
      "International",
      "n".repeat(64),
      "+33140205***",
      "2026-11-22T09:00:00.000000Z",
      "2026-11-22T09:04:10.125000Z",
      "251",
      "0.05",
      "1.01",
      "EUR",
      "MCOPSTN2",
    ]);
    // No object id of an attendant's call; a formula is defused, a number's plus is none.
    expect([second?.[4], second?.[6], second?.[19]]).toEqual(["", "menu", "'=cmd()"]);
  });

  it("§8.2: the 22 Direct Routing fields; failed attempts with their failure time, duration from the invite", async () => {
    const files = read(await api.get("/v1/accounts/acme/reports/calls-export.zip?range=7d"));
    const rows = files["DirectRouting.calls.2026-11-25.csv"] as string[][];
    expect(rows.map((row) => row.length)).toEqual([22, 22, 22]);
    expect(rows[1]).toEqual([
      "9e8bba57-dc14-533a-a7dd-f0da6575eed1",
      guidOf("acme", "user", "ada"),
      "ada@acme.test",
      'Ada "the Countess", Lovelace',
      "DE",
      "2026-11-24T08:59:50.000000Z",
      "2026-11-24T09:00:00.000000Z",
      "",
      "2026-11-24T09:04:10.125000Z",
      "260",
      "Yes",
      "+4930901820",
      "+33140205***",
      "dr_out",
      "",
      "",
      "200",
      "",
      "OK",
      "sbc1.example.com",
      "",
      guidOf("acme", "linked", "first-call"),
    ]);
    expect(rows[2]?.slice(5, 11)).toEqual(["2026-11-24T10:00:00.000000Z", "", "2026-11-24T10:00:07.000000Z", "", "7", "No"]);
    expect(rows[2]?.slice(16, 20)).toEqual(["486", "", "Busy Here", "berlin-1"]);
  });

  it("§8.2: PSTN reaches 12 months back and Direct Routing 150 days, to the second", async () => {
    const files = read(await api.get("/v1/accounts/acme/reports/calls-export.zip?from=2024-01-01"));
    const starts = (name: string, at: number): string | undefined => (files[name] as string[][])[1]?.[at];
    expect(starts("PSTN.calls.2026-11-25.csv", 13)).toBe("2025-11-25T12:00:00.000000Z");
    expect(starts("DirectRouting.calls.2026-11-25.csv", 6)).toBe("2026-06-28T12:00:00.000000Z");
  });

  it("§8.2: a filter by capability is written down, and holds", async () => {
    const files = read(await api.get("/v1/accounts/acme/reports/calls-export.zip?range=7d&capability=MCOPSTN1"));
    expect(files["PSTN.calls.2026-11-25.csv"]).toHaveLength(1);
    expect(files["parameters.json"]).toMatchObject({ capabilities: ["MCOPSTN1"] });
  });

  it("§8.2: the Direct Routing report shows the same legs, newest first, with what is not ours left out", async () => {
    const { body } = await api.get("/v1/accounts/acme/reports/direct-routing?range=7d");
    expect(body.rows.map(({ usageId, success }: { usageId: string; success: boolean }) => [usageId, success])).toEqual([
      ["dr-busy", false],
      ["dr-good", true],
    ]);
    expect(body.rows[0]).toMatchObject({ startTime: null, failureTime: "2026-11-24T10:00:07.000000Z", endTime: null });
    const csv = await api.get("/v1/accounts/acme/reports/direct-routing.csv?range=7d");
    expect(csv.text.split("\r\n")).toHaveLength(4);
  });
});

describe("amounts of two decimals (RT-6, D18, D25)", () => {
  it.each([
    [0, "0.00"],
    [4_999, "0.00"],
    [5_000, "0.01"],
    [1_005_000, "1.01"],
    [-4_999, "0.00"],
    [-5_000, "-0.01"],
    [123_456_789_994_999, "123456789.99"],
  ])("%i micro-units are %s: half away from zero", (amount, text) => {
    expect(scale2(micros(amount))).toBe(text);
  });
});
