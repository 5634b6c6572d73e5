import { formatMicros, formatTime, type TimeUs } from "@tollbook/contracts/units.ts";
import type { CallListRow } from "@tollbook/warehouse/queries/calls.ts";
import type { CallListItem } from "@tollbook/contracts/http.ts";

/** How a spreadsheet of that language expects a file: Excel reads a comma as decimal sign in German and Danish. */
export const csvLanguages = ["en", "de", "da"] as const;
export type CsvLanguage = (typeof csvLanguages)[number];

interface Column {
  readonly name: string;
  readonly value: (row: CallListRow, call: CallListItem) => string;
  /** A figure: never quoted as text, with the language's decimal sign. */
  readonly figure?: boolean;
}

/** The fields of domain §8.2 in their order, then our own. */
const columns: readonly Column[] = [
  { name: "UsageId", value: (row) => row.usageId },
  { name: "Call ID", value: (row) => row.callId },
  { name: "Conference ID", value: (row) => row.conferenceId },
  { name: "User Location", value: (row) => row.usageLocation },
  { name: "User", value: (row) => row.user || row.organizer },
  { name: "User Display Name", value: (_row, call) => call.userDisplayName },
  { name: "Caller ID", value: (_row, call) => withoutPlus(call.from) },
  { name: "Call Type", value: (row) => row.callType },
  { name: "Number Type", value: (row) => row.numberType },
  { name: "Domestic/International", value: (row) => row.destinationContext },
  { name: "Destination Dialed", value: (row) => row.destinationName },
  { name: "Destination Number", value: (_row, call) => withoutPlus(call.to) },
  { name: "Start Time", value: (row) => formatTime(row.startAt) },
  { name: "End Time", value: (row) => (row.endedAt === 0 ? "" : formatTime(row.endedAt as TimeUs)) },
  { name: "Duration Seconds", value: (row) => String(row.billableSeconds), figure: true },
  { name: "Connection Fee", value: (row) => formatMicros(row.connectFeeMicros), figure: true },
  { name: "Charge", value: (row) => formatMicros(row.amountMicros), figure: true },
  { name: "Currency", value: (row) => row.currency },
  { name: "Capability", value: (row) => row.capability },
  { name: "Outcome", value: (row) => row.outcome },
  { name: "Reason", value: (row) => row.reason ?? "" },
  { name: "Funding", value: (_row, call) => call.funding.join(" ") },
  { name: "Pool Minutes", value: (row) => String(row.poolMinutes), figure: true },
  { name: "Destination Country", value: (row) => row.destinationCountry },
  { name: "Department", value: (row) => row.department },
  { name: "Version", value: (row) => String(row.version), figure: true },
];

/** With a byte order mark, or Excel takes UTF-8 for something else. */
export function csvHeader(language: CsvLanguage): string {
  return `\ufeff${columns.map(({ name }) => cell(name, language)).join(separator(language))}\r\n`;
}

export function csvLine(row: CallListRow, call: CallListItem, language: CsvLanguage): string {
  const cells = columns.map(({ value, figure }) => {
    const text = value(row, call);
    if (figure === true) return language === "en" ? text : text.replace(".", ",");
    return cell(text, language);
  });
  return `${cells.join(separator(language))}\r\n`;
}

const separator = (language: CsvLanguage): string => (language === "en" ? "," : ";");

/** RFC 4180, and defused: a spreadsheet runs a text that begins with one of these as a formula (S18). */
function cell(text: string, language: CsvLanguage): string {
  const safe = /^[=+\-@\t\r\n\0]/.test(text) ? `'${text}` : text;
  return safe.includes(separator(language)) || /["\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** "+49…" would be a formula, and a figure in a spreadsheet loses its last digits: digits alone, as text where they are long. */
function withoutPlus(number: string): string {
  return number.startsWith("+") ? number.slice(1) : number;
}
