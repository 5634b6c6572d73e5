import * as z from "zod/mini";
import { fundingSources } from "./answers.ts";

/** HTTP bodies that are not views: lists from ClickHouse, one call explained, sign-in, problems. Money: decimal strings. */

const money = z.string();
const time = z.string();

/** RFC 9457. `type` is `/problems/<code>`; every problem carries the request id. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.optional(z.string()),
  requestId: z.string(),
  /** What the reader can do about it. */
  hint: z.optional(z.string()),
});

/** One line of the calls list: the newest version of a leg. Numbers are masked unless the reader may see them. */
export const CallListItem = z.object({
  usageId: z.string(),
  outSeq: z.int(),
  partition: z.int(),
  callId: z.string(),
  callType: z.string(),
  direction: z.enum(["inbound", "outbound"]),
  startAt: time,
  endedAt: z.nullable(time),
  durationSeconds: z.int(),
  user: z.string(),
  userDisplayName: z.string(),
  from: z.string(),
  to: z.string(),
  destinationCountry: z.string(),
  destinationName: z.string(),
  destinationContext: z.string(),
  capability: z.string(),
  numberType: z.string(),
  outcome: z.enum(["rated", "denied", "abandoned", "voided"]),
  reason: z.nullable(z.string()),
  funding: z.array(z.enum(fundingSources)),
  poolMinutes: z.int(),
  connectFee: money,
  charge: money,
  currency: z.string(),
  version: z.int(),
});

export const CallList = z.object({
  calls: z.array(CallListItem),
  /** Opaque; bound to the filter. Null: no more. */
  next: z.nullable(z.string()),
  /** Log time up to which settled rows are complete. */
  dataUntil: z.nullable(time),
  /** Sums over the whole filter, not only this page; never across currencies. */
  totals: z.array(
    z.object({ currency: z.string(), calls: z.int(), billableSeconds: z.int(), poolMinutes: z.int(), charge: money }),
  ),
});

export const CallQuery = z.object({
  from: z.optional(z.string()),
  to: z.optional(z.string()),
  user: z.optional(z.string()),
  callType: z.optional(z.string()),
  direction: z.optional(z.enum(["inbound", "outbound"])),
  country: z.optional(z.string()),
  funding: z.optional(z.enum(fundingSources)),
  outcome: z.optional(z.enum(["rated", "denied", "abandoned", "voided"])),
  search: z.optional(z.string()),
  sort: z.optional(z.enum(["startAt", "-startAt", "charge", "-charge", "durationSeconds", "-durationSeconds"])),
  cursor: z.optional(z.string()),
  limit: z.optional(z.string()),
  /** Wait until the position of a command or event is settled. */
  after: z.optional(z.string()),
});

/** A sentence of an explanation: a key with its values for translation, and the English text. */
export const Sentence = z.object({ key: z.string(), values: z.record(z.string(), z.string()), text: z.string() });

export const CallExplanation = z.object({
  call: CallListItem,
  sentences: z.array(Sentence),
  segments: z.array(
    z.object({ source: z.enum(fundingSources), ref: z.nullable(z.string()), minutes: z.int(), seconds: z.int(), amount: money }),
  ),
  postings: z.array(z.object({ ledger: z.string(), unit: z.string(), amount: z.string() })),
  /** All rows of the leg, oldest first: versions, reversals. */
  versions: z.array(z.object({ version: z.int(), entry: z.string(), outcome: z.string(), charge: money, loggedAt: time })),
  proof: z.unknown(),
  /** Position in the log, for replay. */
  log: z.object({ partition: z.int(), seq: z.int(), index: z.int(), time }),
});

/** One entry of the credits ledger, newest first, with the running balance. */
export const LedgerEntry = z.object({
  outSeq: z.int(),
  time,
  kind: z.string(),
  amount: money,
  balance: money,
  currency: z.string(),
  usageId: z.nullable(z.string()),
  detail: z.string(),
});
export const Ledger = z.object({ entries: z.array(LedgerEntry), next: z.nullable(z.string()), dataUntil: z.nullable(time) });

/** Calls, minutes and money per day or hour, for the Overview chart. */
export const UsageSeries = z.object({
  bucket: z.enum(["hour", "day"]),
  currency: z.string(),
  points: z.array(
    z.object({ time, calls: z.int(), billableSeconds: z.int(), poolMinutes: z.int(), charge: money, denied: z.int() }),
  ),
  dataUntil: z.nullable(time),
});

export const IngestResult = z.object({
  accepted: z.int(),
  rejected: z.array(z.object({ index: z.int(), reason: z.string(), detail: z.string() })),
  /** Ask `GET /v1/accounts/{account}/settled?after=<position>`. */
  positions: z.array(z.object({ account: z.string(), partition: z.int(), seq: z.int() })),
});

export const Settled = z.object({ partition: z.int(), logSeq: z.int(), logTime: z.nullable(time), settled: z.boolean() });

export const SignInRequest = z.object({ email: z.string(), password: z.string() });
export const Session = z.object({
  person: z.object({ email: z.string(), displayName: z.string() }),
  accounts: z.array(
    z.object({
      account: z.string(),
      name: z.string(),
      /** `globalAdmin`, `billingProfileReader:emea`; of a key: its scopes. */
      roles: z.array(z.string()),
      /** What they come to, somewhere in the account; absent: everything, of an operator. The server does not rely on it. */
      permissions: z.optional(z.array(z.string())),
    }),
  ),
  /** Send back as `X-CSRF-Token` with every change. */
  csrfToken: z.string(),
});

export const CommandResult = z.object({
  seq: z.int(),
  outcome: z.enum(["accepted", "refused"]),
  code: z.optional(z.string()),
  detail: z.optional(z.string()),
  result: z.optional(z.record(z.string(), z.unknown())),
});

export const PayAsYouGoPreview = z.object({
  subscription: z.string(),
  state: z.enum(["UNAVAILABLE", "OFF", "ON"]),
  reason: z.nullable(z.string()),
  affectedUsers: z.int(),
  /** Overage of this month so far. */
  overageThisMonth: money,
  currency: z.string(),
});

export const ApiKey = z.object({
  keyId: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(["ingest", "authorize", "read", "admin"])),
  account: z.string(),
  feeder: z.string(),
  createdAt: time,
  expiresAt: z.nullable(time),
  lastUsedAt: z.nullable(time),
});
export const CreatedApiKey = z.object({ key: ApiKey, secret: z.string() });

export type Problem = z.infer<typeof Problem>;
export type CallListItem = z.infer<typeof CallListItem>;
export type CallList = z.infer<typeof CallList>;
export type CallQuery = z.infer<typeof CallQuery>;
export type Sentence = z.infer<typeof Sentence>;
export type CallExplanation = z.infer<typeof CallExplanation>;
export type LedgerEntry = z.infer<typeof LedgerEntry>;
export type Ledger = z.infer<typeof Ledger>;
export type UsageSeries = z.infer<typeof UsageSeries>;
export type IngestResult = z.infer<typeof IngestResult>;
export type Settled = z.infer<typeof Settled>;
export type Session = z.infer<typeof Session>;
export type CommandResult = z.infer<typeof CommandResult>;
export type PayAsYouGoPreview = z.infer<typeof PayAsYouGoPreview>;
export type ApiKey = z.infer<typeof ApiKey>;
export type CreatedApiKey = z.infer<typeof CreatedApiKey>;
