import { JetStreamApiError, jetstream, type JetStreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { meterOwnSubject, meterStream } from "@tollbook/contracts/subjects.ts";

/** What the partition's owner writes to its own log. */
export interface OwnLog {
  /** Resolves with the sequence once the log has it. */
  publish(what: Parameters<typeof meterOwnSubject>[1], body: string | Uint8Array, expectLastSeq?: number): Promise<number>;
  /** The newest of its kind; null when there is none. */
  last(what: Parameters<typeof meterOwnSubject>[1]): Promise<{ readonly seq: number; readonly text: string } | null>;
}

const PUBLISH_TIMEOUT_MS = 5_000;

export function createOwnLog(nc: NatsConnection, jsm: JetStreamManager, partition: number): OwnLog {
  const js = jetstream(nc, { timeout: PUBLISH_TIMEOUT_MS });
  const stream = meterStream(partition);
  return {
    publish: async (what, body, expectLastSeq) => {
      const expect =
        expectLastSeq === undefined ? { streamName: stream } : { streamName: stream, lastSubjectSequence: expectLastSeq };
      return (await js.publish(meterOwnSubject(partition, what), body, { expect })).seq;
    },
    last: async (what) => {
      try {
        const stored = await jsm.streams.getMessage(stream, { last_by_subj: meterOwnSubject(partition, what) });
        return stored === null ? null : { seq: stored.seq, text: stored.string() };
      } catch (error) {
        if (error instanceof JetStreamApiError && error.status === 404) return null;
        throw error;
      }
    },
  };
}
