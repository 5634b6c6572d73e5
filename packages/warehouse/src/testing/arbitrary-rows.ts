import { fundingSources } from "@tollbook/contracts/answers.ts";
import { callTypes, numberTypes } from "@tollbook/contracts/call-event.ts";
import { denyReasons } from "@tollbook/contracts/codes.ts";
import { micros, monthOf, seconds, timeUs, type AccountId, type FeederId, type UsageId } from "@tollbook/contracts/units.ts";
import type { AccountEventRow, CallRow, DeadLetterRow, Posting, Segment } from "@tollbook/domain/fold.ts";
import * as fc from "fast-check";

/** Rows as nothing but their types allow: any text, any safe integer, any number of segments and postings. */

// Lone surrogates cannot be written as UTF-8, and no decoder lets them through.
const text = fc.oneof(
  fc.string({ unit: "grapheme-ascii", maxLength: 70 }),
  fc.string({ unit: "binary", maxLength: 60 }).map((value) => value.toWellFormed()),
);
const whole = fc.maxSafeInteger();
const natural = fc.maxSafeNat();
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
/** What DateTime64(6) can hold and the years that occur. */
const time = fc.integer({ min: 0, max: 4_000_000_000_000_000 }).map(timeUs);
/** One month, so that all rows of a batch fall into one part. */
const logTime = fc.integer({ min: 1_793_491_200_000_000, max: 1_796_083_199_999_999 }).map(timeUs);
const account = fc.constantFrom("acme", "globex", "a-1").map((name) => name as AccountId);

const position = { outSeq: fc.integer({ min: 1, max: 1_000_000 }), logSeq: natural, logIndex: uint32, logTime };

const segment: fc.Arbitrary<Segment> = fc.record({
  source: fc.constantFrom(...fundingSources),
  ref: fc.option(
    text.filter((value) => value !== ""),
    { nil: null },
  ),
  minutes: natural,
  seconds: natural.map(seconds),
  amountMicros: whole.map(micros),
});
const posting: fc.Arbitrary<Posting> = fc.record({ ledger: text, unit: fc.constantFrom("USD", "EUR", "MIN"), amount: whole });

const callRow: fc.Arbitrary<CallRow> = fc.record({
  ...position,
  account,
  usageId: text.map((value) => value as UsageId),
  version: uint32,
  entry: fc.constantFrom("original" as const, "reversal" as const, "replacement" as const),
  refersTo: natural,
  outcome: fc.constantFrom("rated" as const, "denied" as const, "abandoned" as const, "voided" as const),
  reason: fc.constantFrom(null, ...denyReasons),
  callId: text,
  legId: text,
  parentLegId: text,
  linkedId: text,
  conferenceId: text,
  source: text,
  feeder: fc.constantFrom("sbc-1", "sbc-2").map((name) => name as FeederId),
  callType: fc.constantFrom(...callTypes),
  direction: fc.constantFrom("inbound" as const, "outbound" as const),
  fromRaw: text,
  fromE164: text,
  toRaw: text,
  toE164: text,
  user: text,
  organizer: text,
  resourceAccount: text,
  department: text,
  serviceNumber: text,
  numberType: fc.constantFrom("" as const, ...numberTypes),
  emergency: fc.boolean(),
  setupAt: time,
  startAt: time,
  answeredAt: time,
  endedAt: time,
  usedMs: natural,
  billableSeconds: natural.map(seconds),
  reportedSeconds: fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER }),
  endedBy: text,
  q850: int32,
  sip: int32,
  poolMonth: time.map(monthOf),
  usageLocation: text,
  destinationCountry: text,
  destinationName: text,
  destinationContext: fc.constantFrom("" as const, "Domestic" as const, "International" as const),
  capability: text,
  subscription: text,
  currency: fc.constantFrom("USD", "EUR", ""),
  amountMicros: whole.map(micros),
  connectFeeMicros: whole.map(micros),
  poolMinutes: whole,
  chargedSeconds: natural.map(seconds),
  segments: fc.array(segment, { maxLength: 4 }),
  postings: fc.array(posting, { maxLength: 6 }),
  proof: fc.oneof(text, fc.json()),
  invoice: text,
  invoiceLine: text,
});

const accountEventRow: fc.Arbitrary<AccountEventRow> = fc.record({
  ...position,
  account,
  type: text,
  outcome: fc.constantFrom("accepted" as const, "refused" as const, "fact" as const),
  actorKind: text,
  actorId: text,
  commandId: text,
  subject: text,
  currency: fc.constantFrom("USD", "EUR", ""),
  amountMicros: whole.map(micros),
  balanceMicros: whole.map(micros),
  postings: fc.array(posting, { maxLength: 6 }),
  data: fc.json(),
  at: time,
  invoice: text,
  invoiceLine: text,
});

const deadLetterRow: fc.Arbitrary<DeadLetterRow> = fc.record({
  ...position,
  account: text,
  feeder: text,
  outcome: fc.constantFrom("deadLettered" as const, "quarantined" as const, "refused" as const, "conflict" as const),
  reason: text,
  detail: text,
  payload: text,
});

/** Of one batch: no out_seq twice. */
const batchOf = <Row extends { outSeq: number }>(row: fc.Arbitrary<Row>): fc.Arbitrary<Row[]> =>
  fc.uniqueArray(row, { minLength: 1, maxLength: 40, selector: ({ outSeq }) => outSeq });

export const arbitraryBatches = {
  rated_calls: batchOf(callRow),
  account_events: batchOf(accountEventRow),
  dead_letters: batchOf(deadLetterRow),
} as const;
