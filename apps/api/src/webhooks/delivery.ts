import { formatMicros, formatTime, micros, timeUs } from "@tollbook/contracts/units.ts";
import type { OutboxMessage } from "@tollbook/contracts/outbox.ts";
import * as z from "zod/mini";
import { sha256 } from "../directory/entries.ts";
import { noticeTypes } from "@tollbook/contracts/notices.ts";
import type { WebhookEvent } from "./endpoints.ts";

/** One event for one endpoint, as it stands in the stream WEBHOOKS until it is taken or given up. */
export const Delivery = z.object({
  /** The same when the same event comes again for the same endpoint; a resend has one of its own. */
  delivery: z.string(),
  account: z.string(),
  endpoint: z.string(),
  /** `webhook-id`: the same at every endpoint, at every try and resend, so that a receiver knows what it has seen. */
  event: z.string(),
  type: z.string(),
  body: z.string(),
  createdAt: z.string(),
});
export type Delivery = z.infer<typeof Delivery>;

export function decodeDelivery(body: unknown): Delivery | null {
  const parsed = Delivery.safeParse(body);
  return parsed.success ? parsed.data : null;
}

/** Operators' notices are nobody's but theirs. */
export function isTold(message: OutboxMessage): boolean {
  return message.kind !== "notice" || noticeTypes[message.notice].to !== "operators";
}

/** A fact for endpoints. `id` is the same whenever the same fact comes again. */
export interface Fact {
  readonly id: string;
  readonly account: string;
  readonly type: WebhookEvent;
  readonly body: string;
}

export const eventId = (id: string): string => `msg_${sha256(id).slice(0, 32)}`;

export function factFromMessage(message: OutboxMessage): Fact {
  const { id, account } = message;
  const type = typeOf(message);
  return {
    id,
    account,
    type,
    body: JSON.stringify({
      type,
      timestamp: formatTime(timeUs(message.at)),
      data: { account: message.account, ...dataOf(message) },
    }),
  };
}

function typeOf(message: OutboxMessage): WebhookEvent {
  switch (message.kind) {
    case "notice":
      return message.notice;
    case "payment":
      return "payment.requested";
    case "invoiceClosed":
      return "invoice.closed";
  }
}

/** Never the card's token; never who else was told. */
function dataOf(message: OutboxMessage): object {
  switch (message.kind) {
    case "notice":
      return { key: message.key, ...message.data };
    case "payment": {
      const { payment, attempt, purpose, subject, method, amountMicros, currency } = message;
      const amount = formatMicros(micros(amountMicros));
      return { payment, attempt, purpose, subject, method: method?.method ?? null, amount, currency };
    }
    case "invoiceClosed":
      return { invoice: message.invoice, hash: message.hash, lines: message.lines.length };
  }
}

export const deliveryId = (outboxId: string, endpoint: string): string => sha256(`${outboxId}/${endpoint}`).slice(0, 32);
