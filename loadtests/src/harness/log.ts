import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager, type JsMsg } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { meterStream } from "@tollbook/contracts/subjects.ts";
import type { Login, Rig } from "./rig.ts";

/** Where a measuring process finds the log. */
export interface LogAccess extends Login {
  readonly natsUrl: string;
  /** Replies come to inboxes of this prefix; each user of the log may read its own only. */
  readonly inboxPrefix: string;
}

/** The operator may do everything; the API may publish calls and commands and get their answers. */
export function logAccess(rig: Rig, who: "operator" | "api"): LogAccess {
  return { natsUrl: rig.natsUrl, ...rig.logins[who], inboxPrefix: who === "api" ? "_INBOX_api" : "_INBOX" };
}

export async function connectLog({ natsUrl, user, password, inboxPrefix }: LogAccess): Promise<NatsConnection> {
  return await connect({ servers: natsUrl, user, pass: password, inboxPrefix, noAsyncTraces: true, reconnect: false });
}

/** Where the calls of a preloaded run lie in a partition's stream. */
export interface Stretch {
  readonly partition: number;
  /** First message of the stretch. */
  readonly first: number;
  readonly messages: number;
}

const PULL_MESSAGES = 20_000;

/** Reads stretches of the log as fast as they come: a pull consumer that acknowledges nothing, by callback. Resolves at the end. */
export async function readStretches(
  nc: NatsConnection,
  stretches: readonly Stretch[],
  onMessage: (message: JsMsg) => void,
): Promise<void> {
  const jsm = await jetstreamManager(nc);
  await Promise.all(
    stretches.map(async ({ partition, first, messages }) => {
      const stream = meterStream(partition);
      const { name } = await jsm.consumers.add(stream, {
        ack_policy: AckPolicy.None,
        deliver_policy: DeliverPolicy.StartSequence,
        opt_start_seq: first,
        filter_subject: `meter.${partition}.calls.>`,
        mem_storage: true,
      });
      const consumer = await jetstream(nc).consumers.get(stream, name);
      const { promise, resolve } = Promise.withResolvers<void>();
      let left = messages;
      const reading = await consumer.consume({
        max_messages: PULL_MESSAGES,
        callback: (message) => {
          if (left === 0) return;
          onMessage(message);
          if (--left === 0) resolve();
        },
      });
      await promise;
      await reading.close();
    }),
  );
}
