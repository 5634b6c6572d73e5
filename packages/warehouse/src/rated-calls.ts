import type { FundingSource } from "@tollbook/contracts/answers.ts";
import type { Micros, Seconds } from "@tollbook/contracts/units.ts";
import type { CallRow, Posting, Segment } from "@tollbook/domain/fold.ts";
import type { RowWriter } from "./row-writer.ts";
import { column, fieldsFromRow, type Column, type StoredRow } from "./tables.ts";

/** `rated_calls` in the order of its columns; `writeCallRow` writes them in the same order. */
export const callColumns = [
  column("out_seq", "outSeq", "integer"),
  column("log_seq", "logSeq", "integer"),
  column("log_index", "logIndex", "integer"),
  column("log_time", "logTime", "time"),
  column("account", "account", "text"),
  column("usage_id", "usageId", "text"),
  column("version", "version", "integer"),
  column("entry", "entry", "text"),
  column("refers_to", "refersTo", "integer"),
  column("outcome", "outcome", "text"),
  column("reason", "reason", "textOrNull"),
  column("call_id", "callId", "text"),
  column("leg_id", "legId", "text"),
  column("parent_leg_id", "parentLegId", "text"),
  column("linked_id", "linkedId", "text"),
  column("conference_id", "conferenceId", "text"),
  column("source", "source", "text"),
  column("feeder", "feeder", "text"),
  column("call_type", "callType", "text"),
  column("direction", "direction", "text"),
  column("from_raw", "fromRaw", "text"),
  column("from_e164", "fromE164", "text"),
  column("to_raw", "toRaw", "text"),
  column("to_e164", "toE164", "text"),
  column("user", "user", "text"),
  column("organizer", "organizer", "text"),
  column("resource_account", "resourceAccount", "text"),
  column("department", "department", "text"),
  column("service_number", "serviceNumber", "text"),
  column("number_type", "numberType", "text"),
  column("emergency", "emergency", "boolean"),
  column("setup_at", "setupAt", "time"),
  column("start_at", "startAt", "time"),
  column("answered_at", "answeredAt", "time"),
  column("ended_at", "endedAt", "time"),
  column("used_ms", "usedMs", "integer"),
  column("billable_seconds", "billableSeconds", "integer"),
  column("reported_seconds", "reportedSeconds", "integer"),
  column("ended_by", "endedBy", "text"),
  column("q850", "q850", "integer"),
  column("sip", "sip", "integer"),
  column("pool_month", "poolMonth", "integer"),
  column("usage_location", "usageLocation", "text"),
  column("destination_country", "destinationCountry", "text"),
  column("destination_name", "destinationName", "text"),
  column("destination_context", "destinationContext", "text"),
  column("capability", "capability", "text"),
  column("subscription", "subscription", "text"),
  column("currency", "currency", "text"),
  column("amount_micros", "amountMicros", "integer"),
  column("connect_fee_micros", "connectFeeMicros", "integer"),
  column("pool_minutes", "poolMinutes", "integer"),
  column("charged_seconds", "chargedSeconds", "integer"),
  column("segments.source", "segmentSources", "texts"),
  column("segments.ref", "segmentRefs", "texts"),
  column("segments.minutes", "segmentMinutes", "integers"),
  column("segments.seconds", "segmentSeconds", "integers"),
  column("segments.amount_micros", "segmentAmounts", "integers"),
  column("postings.ledger", "postingLedgers", "texts"),
  column("postings.unit", "postingUnits", "texts"),
  column("postings.amount", "postingAmounts", "integers"),
  column("proof", "proof", "text"),
  column("invoice", "invoice", "text"),
  column("invoice_line", "invoiceLine", "text"),
] as const;

/** Those of the named columns, in the order of the names: what a list or a report reads of a call. Throws for a name that is none. */
export function callColumnsNamed(names: readonly string[]): Column[] {
  return names.map((name) => {
    const found = callColumns.find((column) => column.name === name);
    if (found === undefined) throw new Error(`rated_calls has no column ${name}`);
    return found;
  });
}

/** Writes the row's columns from `out_seq` on. By hand and in one shape, which is several times as fast as by table. */
export function writeCallRow(writer: RowWriter, row: CallRow): void {
  writer.reserve(28);
  writer.i64(row.outSeq);
  writer.i64(row.logSeq);
  writer.u32(row.logIndex);
  writer.i64(row.logTime);
  writer.text(row.account);
  writer.text(row.usageId);
  writer.reserve(4);
  writer.u32(row.version);
  writer.text(row.entry);
  writer.reserve(8);
  writer.i64(row.refersTo);
  writer.text(row.outcome);
  writer.text(row.reason ?? "");
  writer.text(row.callId);
  writer.text(row.legId);
  writer.text(row.parentLegId);
  writer.text(row.linkedId);
  writer.text(row.conferenceId);
  writer.text(row.source);
  writer.text(row.feeder);
  writer.text(row.callType);
  writer.text(row.direction);
  writer.text(row.fromRaw);
  writer.text(row.fromE164);
  writer.text(row.toRaw);
  writer.text(row.toE164);
  writer.text(row.user);
  writer.text(row.organizer);
  writer.text(row.resourceAccount);
  writer.text(row.department);
  writer.text(row.serviceNumber);
  writer.text(row.numberType);
  writer.reserve(57);
  writer.u8(row.emergency ? 1 : 0);
  writer.i64(row.setupAt);
  writer.i64(row.startAt);
  writer.i64(row.answeredAt);
  writer.i64(row.endedAt);
  writer.i64(row.usedMs);
  writer.i64(row.billableSeconds);
  writer.i64(row.reportedSeconds);
  writer.text(row.endedBy);
  writer.reserve(12);
  writer.i32(row.q850);
  writer.i32(row.sip);
  writer.u32(row.poolMonth);
  writer.text(row.usageLocation);
  writer.text(row.destinationCountry);
  writer.text(row.destinationName);
  writer.text(row.destinationContext);
  writer.text(row.capability);
  writer.text(row.subscription);
  writer.text(row.currency);
  writer.reserve(32);
  writer.i64(row.amountMicros);
  writer.i64(row.connectFeeMicros);
  writer.i64(row.poolMinutes);
  writer.i64(row.chargedSeconds);
  writeSegments(writer, row.segments);
  writePostings(writer, row.postings);
  writer.text(row.proof);
  writer.text(row.invoice);
  writer.text(row.invoiceLine);
}

function writeSegments(writer: RowWriter, segments: readonly Segment[]): void {
  const { length } = segments;
  writer.arrayLength(length);
  for (let i = 0; i < length; i++) writer.text((segments[i] as Segment).source);
  writer.arrayLength(length);
  for (let i = 0; i < length; i++) writer.text((segments[i] as Segment).ref ?? "");
  writer.reserve(3 * (5 + 8 * length));
  writer.arrayLength(length);
  for (let i = 0; i < length; i++) writer.i64((segments[i] as Segment).minutes);
  writer.arrayLength(length);
  for (let i = 0; i < length; i++) writer.i64((segments[i] as Segment).seconds);
  writer.arrayLength(length);
  for (let i = 0; i < length; i++) writer.i64((segments[i] as Segment).amountMicros);
}

export function writePostings(writer: RowWriter, postings: readonly Posting[]): void {
  const { length } = postings;
  writer.arrayLength(length);
  for (let i = 0; i < length; i++) writer.text((postings[i] as Posting).ledger);
  writer.arrayLength(length);
  for (let i = 0; i < length; i++) writer.text((postings[i] as Posting).unit);
  writer.arrayLength(length);
  writer.reserve(8 * length);
  for (let i = 0; i < length; i++) writer.i64((postings[i] as Posting).amount);
}

/** The inverse of `writeCallRow`, from a row of `SELECT ${selectList(callColumns)}`. */
export function callRowFromRow(stored: StoredRow): CallRow {
  const {
    segmentSources,
    segmentRefs,
    segmentMinutes,
    segmentSeconds,
    segmentAmounts,
    postingLedgers,
    postingUnits,
    postingAmounts,
    ...fields
  } = fieldsFromRow(callColumns, stored);
  const sources = segmentSources as FundingSource[];
  const refs = segmentRefs as string[];
  const segments = sources.map((source, i) => ({
    source,
    ref: refs[i] === "" ? null : (refs[i] ?? null),
    minutes: (segmentMinutes as number[])[i] ?? 0,
    seconds: ((segmentSeconds as number[])[i] ?? 0) as Seconds,
    amountMicros: ((segmentAmounts as number[])[i] ?? 0) as Micros,
  }));
  const postings = postingsFromArrays(postingLedgers, postingUnits, postingAmounts);
  // The table has exactly these columns, written by `writeCallRow`; the round trip is a property test.
  return { ...fields, segments, postings } as unknown as CallRow;
}

export function postingsFromArrays(ledgers: unknown, units: unknown, amounts: unknown): Posting[] {
  return (ledgers as string[]).map((ledger, i) => ({
    ledger,
    unit: (units as string[])[i] ?? "",
    amount: (amounts as number[])[i] ?? 0,
  }));
}
