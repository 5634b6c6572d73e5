import { jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { meterStream, settledBucket } from "@tollbook/contracts/subjects.ts";

/** How far each partition is settled: the sequence of the log up to which reports are complete. */
export interface SettledWatch {
  /** Messages settled beyond the given sequences, over all partitions. */
  messages(): number;
  /** Called with each mark as it comes. */
  listen(listener: (mark: Mark) => void): void;
  close(): void;
}

export interface Mark {
  readonly partition: number;
  readonly logSeq: number;
  /** When this process learned of it, microseconds since 1970. */
  readonly seenAtUs: number;
}

/** The last sequence of each partition's stream. */
export async function lastSequences(nc: NatsConnection, partitions: number): Promise<number[]> {
  const jsm = await jetstreamManager(nc);
  return await Promise.all(
    Array.from({ length: partitions }, async (_, p) => (await jsm.streams.info(meterStream(p))).state.last_seq),
  );
}

/**
 * A put into a key-value bucket is a message on `$KV.<bucket>.<key>`, so the marks come as they are written and cost the
 * server no polling. The operator may listen to everything.
 */
export async function watchSettled(nc: NatsConnection, beyond: readonly number[]): Promise<SettledWatch> {
  const settled = beyond.slice();
  const listeners = new Set<(mark: Mark) => void>();
  const subscription = nc.subscribe(`$KV.${settledBucket}.*`, {
    callback: (error, message) => {
      if (error !== null) throw error;
      const key = message.subject.split(".").at(-1) ?? "";
      // The bucket also holds the number of partitions; an empty message is a deletion.
      if (!/^\d+$/.test(key) || message.data.byteLength === 0) return;
      const partition = Number(key);
      const { logSeq } = message.json<{ logSeq: number }>();
      settled[partition] = Math.max(settled[partition] ?? 0, logSeq);
      const seenAtUs = Math.round((performance.timeOrigin + performance.now()) * 1_000);
      for (const listener of listeners) listener({ partition, logSeq, seenAtUs });
    },
  });
  await nc.flush();
  return {
    messages: () => settled.reduce((sum, seq, p) => sum + seq - (beyond[p] ?? 0), 0),
    listen: (listener) => void listeners.add(listener),
    close: () => subscription.unsubscribe(),
  };
}
