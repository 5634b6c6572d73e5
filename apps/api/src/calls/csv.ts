import { formatMicros, formatTime, type TimeUs } from "@tollbook/contracts/units.ts";
import type { CallListRow } from "@tollbook/warehouse/queries/calls.ts";
import type { CallListItem } from "@tollbook/contracts/http.ts";
import { BYTE_ORDER_MARK, csvLine as textLine, withoutPlus, type CsvLanguage } from "../csv-cells.ts";

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

export function csvHeader(language: CsvLanguage): string {
  return `${BYTE_ORDER_MARK}${textLine(
    columns.map(({ name }) => name),
    language,
  )}`;
}

export function csvLine(row: CallListRow, call: CallListItem, language: CsvLanguage): string {
  const cells = columns.map(({ value, figure }) => (figure === true ? { figure: value(row, call) } : value(row, call)));
  return textLine(cells, language);
}
