import { micros, type E164 } from "@tollbook/contracts/units.ts";
import { exampleCall } from "@tollbook/warehouse/testing/example-call.ts";
import type { CallListRow } from "@tollbook/warehouse/queries/calls.ts";
import { describe, expect, it } from "vitest";
import { peopleFrom } from "../reports/people.ts";
import { callFromRow } from "./call-view.ts";
import type { CsvLanguage } from "../csv-cells.ts";
import { csvHeader, csvLine } from "./csv.ts";

const reader = peopleFrom({
  partition: 3,
  country: "DE",
  hiddenDigits: 3,
  pseudonymised: false,
  clockOffsetUs: 0,
  users: new Map(),
  key: "",
});
const line = (differences: Partial<CallListRow>, language: CsvLanguage = "en"): Record<string, string> => {
  const row: CallListRow = { ...exampleCall(), segmentSources: ["POOL", "CREDITS"], ...differences };
  const names = readCells(csvHeader(language).slice(1), language);
  return Object.fromEntries(
    readCells(csvLine(row, callFromRow(row, reader), language), language).map((cell, i) => [names[i], cell]),
  );
};

/** RFC 4180 read by hand: one line, its cells. */
function readCells(text: string, language: CsvLanguage): string[] {
  const cells: string[] = [];
  const separator = language === "en" ? "," : ";";
  let rest = text.replace(/\r\n$/, "");
  for (;;) {
    const quoted = /^"((?:[^"]|"")*)"/.exec(rest);
    const cell = quoted === null ? (rest.split(separator)[0] ?? "") : (quoted[1] ?? "").replaceAll('""', '"');
    cells.push(cell);
    rest = rest.slice(quoted === null ? cell.length : quoted[0].length);
    if (rest === "") return cells;
    expect(rest[0]).toBe(separator);
    rest = rest.slice(1);
  }
}

describe("a line of the export", () => {
  it("has the documented fields, exact money, and masked numbers without a plus sign", () => {
    expect(line({})).toMatchObject({
      UsageId: "leg-1",
      "Caller ID": "4930901820",
      "Destination Number": "33140205***",
      "Start Time": "2026-11-22T09:00:00.000000Z",
      "Duration Seconds": "251",
      Charge: "0.048",
      Currency: "EUR",
      Funding: "POOL CREDITS",
      "Pool Minutes": "2",
    });
  });

  it("has a decimal comma and semicolons for German and Danish", () => {
    for (const language of ["de", "da"] as const)
      expect(line({ amountMicros: micros(-1_250_000) }, language)).toMatchObject({ Charge: "-1,25" });
  });

  it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\0=1"])("defuses %j, which a spreadsheet would run (S18)", (text) => {
    expect(line({ callId: text })).toMatchObject({ "Call ID": `'${text}` });
  });

  it.each(['say "hello"', "a,b;c", "two\r\nlines", "", "ümläut 电话"])("carries %j unharmed (RFC 4180)", (text) => {
    expect(line({ callId: text })).toMatchObject({ "Call ID": text });
    expect(line({ callId: text }, "de")).toMatchObject({ "Call ID": text });
  });

  it("hides an inbound caller and shows our own number", () => {
    expect(line({ direction: "inbound", fromE164: "4915112345678" as E164, toE164: "4930901820" as E164 })).toMatchObject({
      "Caller ID": "4915112345***",
      "Destination Number": "4930901820",
    });
  });
});
