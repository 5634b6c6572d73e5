import * as z from "zod/mini";
import { noticeTypes, type NoticeType } from "./notices.ts";
import type { AccountId } from "./units.ts";

/**
 * What leaves the fold for the world outside (architecture §4): payments to ask for, notices to tell, invoices to verify. The
 * meter publishes each at least once into the stream OUTBOX; whoever acts on it remembers the id, which is the same again
 * whenever the same thing is published again.
 */

export const outboxStream = "OUTBOX";
/** Deliveries to webhook endpoints, written by the API from what it reads in the outbox. */
export const webhookStream = "WEBHOOKS";
/** What became of each try; for people to look at. */
export const webhookLogStream = "WEBHOOK-LOG";
/** Which message was acted on by which stage: forgotten after the streams have forgotten the message. */
export const handledBucket = "handled";
/** What waits for a person: parked messages, invoices that do not agree. */
export const outboxBucket = "outbox";
/** Of the built-in test provider of payments. */
export const chargesBucket = "charges";

export const outboxSubject = (account: AccountId): string => `outbox.v1.${account}`;
export const webhookSubject = (account: AccountId, endpoint: string): string => `webhooks.v1.${account}.${endpoint}`;
export const webhookLogSubject = (account: AccountId, endpoint: string): string => `webhooklog.v1.${account}.${endpoint}`;

/** In the bucket `outbox`: messages that a partition's log lacks. */
export const gapKey = (partition: number, from: number): string => `gap.${partition}.${from}`;
/** Nobody is billed from a log that lacks something until two people have said that it does not matter, and why. */
export const LogGap = z.object({
  partition: z.int(),
  from: z.int(),
  to: z.int(),
  at: z.string(),
  waivers: z.array(z.object({ by: z.string(), reason: z.string(), at: z.string() })),
});
export type LogGap = z.infer<typeof LogGap>;

const micros = z.int();
const common = {
  /** payment: account/payment/attempt; else the position in the log and the number within the message. */
  id: z.string(),
  /** Where the entry stands that brought it about. */
  position: z.object({ partition: z.int(), epoch: z.int(), seq: z.int() }),
  account: z.string(),
  at: z.int(),
};

export const OutboxPayment = z.object({
  ...common,
  kind: z.literal("payment"),
  payment: z.string(),
  attempt: z.int(),
  purpose: z.string(),
  subject: z.string(),
  method: z.nullable(z.object({ method: z.string(), provider: z.string(), token: z.string() })),
  amountMicros: micros,
  currency: z.string(),
});
export type OutboxPayment = z.infer<typeof OutboxPayment>;

export const OutboxNotice = z.object({
  ...common,
  kind: z.literal("notice"),
  notice: z.enum(Object.keys(noticeTypes) as [NoticeType, ...NoticeType[]]),
  key: z.string(),
  people: z.array(z.string()),
  data: z.record(z.string(), z.string()),
});
export type OutboxNotice = z.infer<typeof OutboxNotice>;

export const OutboxInvoiceClosed = z.object({
  ...common,
  kind: z.literal("invoiceClosed"),
  invoice: z.string(),
  hash: z.string(),
  lines: z.array(z.object({ line: z.string(), amountMicros: micros, rows: z.int() })),
});
export type OutboxInvoiceClosed = z.infer<typeof OutboxInvoiceClosed>;

export const OutboxMessage = z.discriminatedUnion("kind", [OutboxPayment, OutboxNotice, OutboxInvoiceClosed]);
export type OutboxMessage = z.infer<typeof OutboxMessage>;
