import { DeliverPolicy, jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { intentStream, intentSubject } from "@tollbook/contracts/subjects.ts";
import * as z from "zod/mini";
import { batchKey, type Announced, type AnnouncedPart } from "./batches-are-whole.ts";

/** Of the meter's intents, what is compared with stored rows. */
const IntentRecord = z.object({
  intent: z.nullable(
    z.object({
      epoch: z.int(),
      batch: z.int(),
      parts: z.array(
        z.object({
          table: z.enum(["rated_calls", "account_events", "dead_letters"]),
          rows: z.int(),
          minOutSeq: z.int(),
          maxOutSeq: z.int(),
          xor: z.string(),
        }),
      ),
    }),
  ),
});

const READ_AT_ONCE = 1_000;
const READ_MS = 5_000;

/**
 * What the meter announced of the partition's batches since that time, before it inserted them. The stream keeps the newest
 * hundred thousand; older batches are not in the answer.
 */
export async function announcedBatches(nc: NatsConnection, p: number, sinceUs: number): Promise<Announced> {
  const announced = new Map<string, readonly AnnouncedPart[]>();
  const subject = intentSubject(p);
  const last = await (await jetstreamManager(nc)).streams.getMessage(intentStream, { last_by_subj: subject }).catch(() => null);
  if (last === null) return announced;
  const consumer = await jetstream(nc).consumers.get(intentStream, {
    filter_subjects: subject,
    deliver_policy: DeliverPolicy.StartTime,
    // An intent is written after the log time of the rows it announces.
    opt_start_time: new Date(sinceUs / 1000).toISOString(),
  });
  for (let seq = 0; seq < last.seq;) {
    const before = seq;
    for await (const message of await consumer.fetch({ max_messages: READ_AT_ONCE, expires: READ_MS })) {
      seq = message.seq;
      const { intent } = IntentRecord.parse(message.json());
      // A later attempt at the same batch, or a claim that carries it on, announces the same parts.
      if (intent !== null) announced.set(batchKey(intent), intent.parts);
      if (seq >= last.seq) break;
    }
    // Nothing of it is younger than that.
    if (seq === before) break;
  }
  await consumer.delete().catch(() => undefined);
  return announced;
}
