import { setTimeout as sleep } from "node:timers/promises";
import { AckPolicy, DeliverPolicy, jetstream, type JetStreamManager } from "@nats-io/jetstream";
import { createInbox, headers, nanos, type Msg, type NatsConnection } from "@nats-io/transport-node";
import { bulkStream, meterCallsSubject } from "@tollbook/contracts/subjects.ts";
import { isAccountId, isFeederId } from "@tollbook/contracts/units.ts";
import { asError } from "./failures.ts";
import { METER_INBOX_PREFIX } from "./nats-config.ts";
import type { OwnLog } from "./own-log.ts";
import type { PartitionLog } from "./partition.ts";
import { encodeSlice, type SlicePart } from "./slice.ts";

/**
 * The bulk lane: moves finished records from BULK-p into the partition's log in packed slices, one account after the other,
 * and only while the log is folded without delay. Live events never wait for a file somebody imports, and no account for
 * another's. A slice that is written twice (a crash before the acknowledgement) is absorbed by the events' identity.
 */
export interface BulkOptions {
  readonly nc: NatsConnection;
  readonly jsm: JetStreamManager;
  readonly partition: number;
  readonly ownLog: OwnLog;
  /** How long the oldest message that is not folded has waited here. */
  readonly lagMs: () => number;
  readonly foldedSeq: () => number;
  readonly signal: AbortSignal;
  readonly log: PartitionLog;
}

/** Above this, live events come first. */
const MAX_LAG_MS = 50;
/** A decision waits behind the slices that are ahead of it in the log: a slice is two or three milliseconds of work. */
const SLICE_BYTES = 16 * 1024;
const SLICE_MESSAGES = 500;
/** Written and not folded yet: enough to keep the fold busy while the next slice is on its way. */
const SLICES_AHEAD = 2;
/** What is larger goes into the log by itself, as it came. */
const MAX_SLICED_BYTES = 64 * 1024;
const IDLE_LOOK_MS = 1_000;
const BUSY_LOOK_MS = 2;
const PULL_MS = 2_000;
const ACK_WAIT_MS = 10_000;
const RETRY_MS = 1_000;

export function openBulkLane(options: BulkOptions): void {
  const { signal, log, partition } = options;
  const mover = createMover(options);
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        if (!(await mover.moveAll())) await sleep(IDLE_LOOK_MS, undefined, { signal });
      } catch (error) {
        if (signal.aborted) return;
        log.warn({ partition, reason: asError(error).message }, "the bulk lane stands still; trying again");
        await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  };
  void run().catch(() => undefined);
}

function createMover({ nc, jsm, partition, ownLog, lagMs, foldedSeq, signal }: BulkOptions): { moveAll(): Promise<boolean> } {
  const stream = bulkStream(partition);
  const js = jetstream(nc);
  /** The stream's end when last everything was moved. */
  let movedTo = -1;
  const ahead: number[] = [];

  /** A turn for each account that has records, until none has. False: nothing more can be done now. */
  const moveAll = async (): Promise<boolean> => {
    const end = (await jsm.streams.info(stream)).state.last_seq;
    if (end === movedTo) return false;
    let accounts = await accountsWithRecords();
    while (accounts.length > 0) {
      const again: string[] = [];
      for (const account of accounts) {
        await untilQuiet();
        if (await moveSlice(account)) again.push(account);
      }
      accounts = again;
    }
    // What was handed to an owner that died comes again only after ACK_WAIT_MS: until then there is something to do.
    if ((await accountsWithRecords()).length === 0) movedTo = end;
    return movedTo === end;
  };

  const accountsWithRecords = async (): Promise<string[]> => {
    const pending = new Map<string, number>();
    for await (const consumer of jsm.consumers.list(stream))
      pending.set(consumer.name, consumer.num_pending + consumer.num_ack_pending);
    const { state } = await jsm.streams.info(stream, { subjects_filter: `bulk.${partition}.>` });
    const accounts = new Set(Object.keys(state.subjects ?? {}).map((subject) => subject.split(".")[2] ?? ""));
    const found: string[] = [];
    for (const account of accounts) {
      if (!isAccountId(account)) continue;
      if (!pending.has(account)) await addConsumer(account);
      if ((pending.get(account) ?? 1) > 0) found.push(account);
    }
    return found;
  };

  /** One per account, so that one account's million records do not stand before another's hundred. Remembers what was moved. */
  const addConsumer = async (account: string): Promise<void> => {
    await jsm.consumers.add(stream, {
      durable_name: account,
      filter_subject: `bulk.${partition}.${account}.>`,
      // Not AckPolicy.All: acknowledging a later message would take along those handed to an owner that died with them.
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ack_wait: nanos(ACK_WAIT_MS),
      max_ack_pending: SLICE_MESSAGES * 2,
    });
  };

  /** True: there may be more. */
  const moveSlice = async (account: string): Promise<boolean> => {
    let messages = await pullNow(nc, stream, account, { batch: SLICE_MESSAGES, max_bytes: SLICE_BYTES });
    // The first may be larger than a slice.
    if (messages.length === 0) messages = await pullNow(nc, stream, account, { batch: 1 });
    if (messages.length === 0) return false;
    let parts: SlicePart[] = [];
    const flush = async (): Promise<void> => {
      if (parts.length > 0) ahead.push(await ownLog.publish("slice", encodeSlice(parts)));
      parts = [];
    };
    for (const message of messages) {
      const [, , owner = "", feeder = ""] = message.subject.split(".");
      if (!isAccountId(owner) || !isFeederId(feeder)) continue;
      if (message.data.length <= MAX_SLICED_BYTES) {
        parts.push({ account: owner, feeder, data: message.data, headers: message.headers });
        continue;
      }
      await flush();
      const copy = headers();
      for (const [name, values] of message.headers ?? []) for (const value of values) copy.append(name, value);
      const ack = await js.publish(meterCallsSubject(partition, owner, feeder), message.data, { headers: copy });
      ahead.push(ack.seq);
    }
    await flush();
    // Only now that the slices are in the log: what is not acknowledged comes again.
    for (const message of messages) nc.publish(message.reply ?? "", "+ACK");
    return true;
  };

  const untilQuiet = async (): Promise<void> => {
    for (;;) {
      signal.throwIfAborted();
      while ((ahead[0] ?? Number.POSITIVE_INFINITY) <= foldedSeq()) ahead.shift();
      if (ahead.length < SLICES_AHEAD && lagMs() < MAX_LAG_MS) return;
      await sleep(BUSY_LOOK_MS, undefined, { signal });
    }
  };

  return { moveAll };
}

/** What a consumer has now, without waiting for more. */
async function pullNow(
  nc: NatsConnection,
  stream: string,
  consumer: string,
  limits: { readonly batch: number; readonly max_bytes?: number },
): Promise<Msg[]> {
  const messages: Msg[] = [];
  const inbox = createInbox(METER_INBOX_PREFIX);
  const done = Promise.withResolvers<void>();
  const subscription = nc.subscribe(inbox, {
    callback: (error, message) => {
      if (error !== null) return done.reject(error);
      // A status ends the request; so does the last message there is.
      if (message.reply === undefined || !message.reply.startsWith("$JS.ACK.")) return done.resolve();
      messages.push(message);
      const tokens = message.reply.split(".");
      const left = tokens.length === 9 ? tokens[8] : tokens[10];
      if (messages.length === limits.batch || left === "0") done.resolve();
    },
  });
  const timer = setTimeout(() => done.resolve(), PULL_MS);
  nc.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`, JSON.stringify({ ...limits, no_wait: true }), { reply: inbox });
  try {
    await done.promise;
    return messages;
  } finally {
    clearTimeout(timer);
    subscription.unsubscribe();
  }
}
