import { formatTime, MICROS_PER_UNIT, type Micros, type TimeUs } from "@tollbook/contracts/units.ts";
import type { ReportRow } from "@tollbook/warehouse/queries/report-calls.ts";
import { csvLine, type CsvCell } from "../csv-cells.ts";
import { guidOf, guidOrOwn } from "../graph/uuid5.ts";
import type { People } from "./people.ts";
import { sipPhrase } from "./sip-phrases.ts";
import { attemptOf, numberTypeOf, splitCharge, trunkOf } from "./usage-rows.ts";

/** The two files of §8.2: fields by their index, no longer than their SQL type lets them be. */
interface Field {
  readonly name: string;
  readonly value: (row: ReportRow, context: Context) => CsvCell;
}

interface Context {
  readonly account: string;
  readonly people: People;
}

const nvarchar = (text: string, length: number): string => (text.length <= length ? text : text.slice(0, length));
const time = (at: TimeUs | null): string => (at === null || at === 0 ? "" : formatTime(at));
const phone = (number: string, length: number): CsvCell => ({ number: nvarchar(number, length) });
const int = (value: number): CsvCell => ({ figure: String(value) });

/** AAD ObjectId: nobody's where the organisation itself is called or calls (`ucap_*`). */
function objectId({ callType, holder }: ReportRow, { account, people }: Context): string {
  const person = callType.startsWith("ucap_") ? null : people.person(holder);
  return person === null ? "" : guidOrOwn(account, "user", person.id);
}
const principalName = ({ holder }: ReportRow, { people }: Context): string =>
  nvarchar(people.person(holder)?.userPrincipalName ?? "", 128);
const displayName = ({ holder }: ReportRow, { people }: Context): string =>
  nvarchar(people.person(holder)?.displayName ?? "", 128);

export const pstnFields: readonly Field[] = [
  { name: "UsageId", value: (row, { account }) => guidOf(account, "leg", row.usageId) },
  { name: "Call ID", value: (row) => nvarchar(row.callId, 64) },
  { name: "Conference ID", value: (row) => nvarchar(row.conferenceId, 64) },
  { name: "User Location", value: (row) => nvarchar(row.usageLocation, 2) },
  { name: "AAD ObjectId", value: objectId },
  { name: "UPN", value: principalName },
  { name: "User Display Name", value: displayName },
  { name: "Caller ID", value: (row, { people }) => phone(people.numbers(row).from, 128) },
  { name: "Call Type", value: (row) => nvarchar(row.callType, 32) },
  { name: "Number Type", value: (row) => nvarchar(numberTypeOf(row), 16) },
  { name: "Domestic/International", value: (row) => nvarchar(row.destinationContext, 16) },
  { name: "Destination Dialed", value: (row) => nvarchar(row.destinationName, 64) },
  { name: "Destination Number", value: (row, { people }) => phone(people.numbers(row).to, 32) },
  { name: "Start Time", value: (row) => time(row.startAt) },
  { name: "End Time", value: (row) => time(row.endedAt) },
  { name: "Duration Seconds", value: (row) => int(row.billableSeconds) },
  { name: "Connection Fee", value: (row) => ({ figure: scale2(splitCharge(row).fee) }) },
  { name: "Charge", value: (row) => ({ figure: scale2(splitCharge(row).charge) }) },
  { name: "Currency", value: (row) => nvarchar(row.currency, 3) },
  { name: "Capability", value: (row) => nvarchar(row.capability, 32) },
];

/** Empty where it is Microsoft's own: its regions, its subcode, its media bypass. */
const notOurs = (): string => "";

export const directRoutingFields: readonly Field[] = [
  { name: "CorrelationId", value: (row, { account }) => guidOrOwn(account, "call", row.callId) },
  { name: "AAD ObjectId", value: objectId },
  { name: "UPN", value: principalName },
  { name: "Display Name", value: displayName },
  { name: "User country", value: (row) => nvarchar(row.usageLocation, 2) },
  { name: "Invite time", value: (row) => time(attemptOf(row).inviteAt) },
  { name: "Start time", value: (row) => time(attemptOf(row).startAt) },
  { name: "Failure time", value: (row) => time(attemptOf(row).failureAt) },
  { name: "End time", value: (row) => time(attemptOf(row).endAt) },
  { name: "Duration (seconds)", value: (row) => int(attemptOf(row).durationSeconds) },
  { name: "Success", value: (row) => (attemptOf(row).success ? "Yes" : "No") },
  { name: "Caller Number", value: (row, { people }) => phone(people.numbers(row).from, 128) },
  { name: "Callee Number", value: (row, { people }) => phone(people.numbers(row).to, 128) },
  { name: "Call type", value: (row) => nvarchar(row.callType, 32) },
  { name: "Azure region for Media", value: notOurs },
  { name: "Azure region for Signaling", value: notOurs },
  { name: "Final SIP code", value: (row) => (row.sip === 0 ? "" : int(row.sip)) },
  { name: "Final Microsoft subcode", value: notOurs },
  { name: "Final SIP Phrase", value: (row) => nvarchar(sipPhrase(row.sip), 256) },
  { name: "SBC FQDN", value: (row) => nvarchar(trunkOf(row), 64) },
  { name: "Media bypass", value: notOurs },
  {
    name: "Shared correlation ID",
    value: (row, { account }) => (row.linkedId === "" ? "" : guidOrOwn(account, "linked", row.linkedId)),
  },
];

/** A file's text, page by page: RFC 4180 with a header row, in English, for programs as well as spreadsheets. */
export async function* exportFile(
  fields: readonly Field[],
  pages: AsyncIterable<readonly ReportRow[]>,
  context: Context,
): AsyncGenerator<string> {
  yield csvLine(
    fields.map(({ name }) => name),
    "en",
  );
  for await (const page of pages) {
    let text = "";
    for (const row of page)
      text += csvLine(
        fields.map(({ value }) => value(row, context)),
        "en",
      );
    yield text;
  }
}

/** `numeric(16,2)`, half away from zero (D18). Only in what is shaped as Microsoft's; never summed (D25). */
export function scale2(amount: Micros): string {
  const hundredth = MICROS_PER_UNIT / 100;
  const cents = Math.floor((Math.abs(amount) + hundredth / 2) / hundredth);
  const text = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
  return amount < 0 && cents > 0 ? `-${text}` : text;
}
