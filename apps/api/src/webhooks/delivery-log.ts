import { jetstream, JetStreamApiError, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { webhookLogStream, webhookLogSubject, webhookStream, webhookSubject } from "@tollbook/contracts/outbox.ts";
import type { AccountId } from "@tollbook/contracts/units.ts";
import * as z from "zod/mini";
import { decodeDelivery, type Delivery } from "./delivery.ts";

/** One try of one delivery, for people to look at; the newest few hundred of each endpoint are kept. */
export const Try = z.object({
  delivery: z.string(),
  event: z.string(),
  type: z.string(),
  /** Of the delivery in the stream WEBHOOKS, to send it again. */
  seq: z.int(),
  at: z.string(),
  attempt: z.int(),
  outcome: z.enum(["delivered", "failed", "gaveUp", "endpointDisabled"]),
  status: z.nullable(z.int()),
  error: z.nullable(z.string()),
  ms: z.int(),
  nextAt: z.nullable(z.string()),
});
export type Try = z.infer<typeof Try>;

export async function queueDelivery(nc: NatsConnection, delivery: Delivery): Promise<void> {
  const subject = webhookSubject(delivery.account as AccountId, delivery.endpoint);
  await jetstream(nc).publish(subject, JSON.stringify(delivery), { expect: { streamName: webhookStream } });
}

export async function logTry(nc: NatsConnection, { account, endpoint }: Delivery, one: Try): Promise<void> {
  await jetstream(nc).publish(webhookLogSubject(account as AccountId, endpoint), JSON.stringify(one));
}

/** Newest first. */
export async function triesOf(nc: NatsConnection, account: AccountId, endpoint: string): Promise<Try[]> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const tries: Try[] = [];
  for (let seq = 1; ;) {
    // Servers answer this from 2.9 on; the client's type knows it of direct requests only.
    const query = { seq, next_by_subj: webhookLogSubject(account, endpoint) };
    const stored = await jsm.streams.getMessage(webhookLogStream, query).catch((error: unknown) => {
      if (error instanceof JetStreamApiError && error.status === 404) return null;
      throw error;
    });
    if (stored === null) return tries.toReversed();
    tries.push(Try.parse(stored.json()));
    seq = stored.seq + 1;
  }
}

/** Null: the stream has forgotten it. */
export async function storedDelivery(nc: NatsConnection, seq: number): Promise<Delivery | null> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const stored = await jsm.streams.getMessage(webhookStream, { seq }).catch(() => null);
  return stored === null ? null : decodeDelivery(stored.json());
}
