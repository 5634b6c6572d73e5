import { AckPolicy, DeliverPolicy, jetstreamManager, type JetStreamManager } from "@nats-io/jetstream";
import { connect, createInbox, type NatsConnection } from "@nats-io/transport-node";
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

/** Asked for at a time, and asked for anew when half of them have come. */
const PULL_MESSAGES = 20_000;
const PULL_EXPIRES_NS = 30_000_000_000;

/**
 * Reads stretches of the log as fast as they come: a pull consumer without acknowledgements, asked by the protocol itself,
 * which costs less per message than the library's own loop. Resolves when all messages have come.
 */
export async function readStretches(
  nc: NatsConnection,
  stretches: readonly Stretch[],
  onMessage: (payload: Uint8Array, seq: number) => void,
): Promise<void> {
  const jsm = await jetstreamManager(nc);
  await Promise.all(stretches.map((stretch) => readStretch(nc, jsm, stretch, onMessage)));
}

async function readStretch(
  nc: NatsConnection,
  jsm: JetStreamManager,
  { partition, first, messages }: Stretch,
  onMessage: (payload: Uint8Array, seq: number) => void,
): Promise<void> {
  const stream = meterStream(partition);
  const { name } = await jsm.consumers.add(stream, {
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: first,
    mem_storage: true,
  });
  const inbox = createInbox();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let left = messages;
  let asked = 0;
  const ask = (): void => {
    const batch = Math.min(PULL_MESSAGES, left) - asked;
    if (batch <= 0) return;
    asked += batch;
    nc.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`, JSON.stringify({ batch, expires: PULL_EXPIRES_NS }), {
      reply: inbox,
    });
  };
  // The stretch was published while nothing else was, so its sequences are contiguous.
  let seq = first;
  const subscription = nc.subscribe(inbox, {
    callback: (error, message) => {
      if (error !== null || (message.headers?.code ?? 0) >= 400) {
        reject(error ?? new Error(`the log stopped delivering: ${message.headers?.description}`));
        return;
      }
      if (left === 0) return;
      onMessage(message.data, seq++);
      left--;
      if (--asked < PULL_MESSAGES / 2) ask();
      if (left === 0) resolve();
    },
  });
  ask();
  await promise;
  subscription.unsubscribe();
}
