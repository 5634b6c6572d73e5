import { AckPolicy, DeliverPolicy, ReplayPolicy, type JetStreamManager } from "@nats-io/jetstream";
import { createInbox, nanos, nuid, type Msg, type NatsConnection, type Subscription } from "@nats-io/transport-node";
import type { TimeUs } from "@tollbook/contracts/units.ts";
import { readDelivery } from "./log-message.ts";
import { PartitionRefused } from "./failures.ts";
import { METER_INBOX_PREFIX } from "./nats-config.ts";

/**
 * Pulls a stream's messages in order, from a sequence on, into a queue with a bound: what is not taken is not pulled, and
 * that is all the back-pressure there is. Nothing is acknowledged: the position is the partition's own (architecture §4).
 * Works with the protocol itself, since the client library neither stops pulling nor spares a promise per message.
 */
export interface Intake {
  /** The next message, or undefined when none is here. Taken once. */
  take(): LoggedMessage | undefined;
  readonly length: number;
  /** performance.now() at which the oldest message here arrived; null when there is none. */
  oldestSince(): number | null;
  close(): void;
}

export interface LoggedMessage {
  readonly message: Msg;
  readonly seq: number;
  readonly time: TimeUs;
}

export interface IntakeOptions {
  readonly nc: NatsConnection;
  readonly jsm: JetStreamManager;
  readonly stream: string;
  /** First sequence wanted. */
  readonly from: number;
  /** Called when messages have come. Must not throw. */
  readonly onMessages: () => void;
  /** Delivery begins anew after a broken connection: look whether it is still the same log. Rejecting fails the intake. */
  readonly onRestart: () => Promise<void>;
  /** The log lacks these sequences: a named gap, never skipped in silence. */
  readonly onGap: (from: number, to: number) => void;
  /** The stream cannot be read any more. Called once; the intake is closed then. */
  readonly onFailure: (error: Error) => void;
}

/** Some ten milliseconds of work: enough to keep the fold busy while the next ones are on their way. */
const MAX_QUEUED = 8_192;
/** Packed batches and slices have up to 1 MiB each. */
const MAX_PULL_BYTES = 8 * 1024 * 1024;
const PULL_EXPIRES_MS = 60_000;
const HEARTBEAT_MS = 10_000;
/** The server forgets a consumer that nobody has asked for so long. */
const INACTIVE_MS = 30_000;
/** Two heartbeats missed: the server, or its consumer, is gone. */
const SILENT_MS = 25_000;
const RETRY_MS = 250;

export async function openIntake(options: IntakeOptions): Promise<Intake> {
  const { nc, jsm, stream, onMessages, onGap, onFailure } = options;
  let queue: (LoggedMessage & { at: number })[] = [];
  let head = 0;
  let expected = options.from;
  /** Asked for and not delivered yet. */
  let outstanding = 0;
  let closed = false;
  let consumer = "";
  let inbox = "";
  let subscription: Subscription | null = null;
  let heardAt = performance.now();
  let restarting = false;
  /** Where delivery began anew after something was missing: a second miss at the same place is a gap of the log itself. */
  let restartedAt = 0;

  const queued = (): number => queue.length - head;

  const pull = (): void => {
    const room = MAX_QUEUED - queued() - outstanding;
    if (closed || restarting || room < MAX_QUEUED / 2) return;
    outstanding += room;
    const request = {
      batch: room,
      max_bytes: MAX_PULL_BYTES,
      expires: nanos(PULL_EXPIRES_MS),
      idle_heartbeat: nanos(HEARTBEAT_MS),
    };
    nc.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`, JSON.stringify(request), { reply: `${inbox}.pull` });
  };

  const onMessage = (error: Error | null, message: Msg): void => {
    if (error !== null || closed) return;
    heardAt = performance.now();
    const delivery = message.reply === undefined || message.reply === "" ? null : readDelivery(message.reply);
    if (delivery === null) return onStatus(message);
    if (outstanding > 0) outstanding--;
    if (delivery.seq < expected || restarting) return;
    if (delivery.seq > expected) {
      // Without acknowledgements, what was under way when a connection broke is not sent again: ask from there once more.
      if (restartedAt !== expected) return restart();
      onGap(expected, delivery.seq - 1);
    }
    expected = delivery.seq + 1;
    queue.push({ message, seq: delivery.seq, time: delivery.time, at: heardAt });
    pull();
    onMessages();
  };

  /** Heartbeats and the ends of requests. */
  const onStatus = (message: Msg): void => {
    const code = message.headers?.code ?? 0;
    if (code === 100) {
      // Flow control asks for an answer.
      if (message.reply !== undefined && message.reply !== "") message.respond();
      return;
    }
    const pending = message.headers?.get("Nats-Pending-Messages") ?? "";
    outstanding = pending === "" ? 0 : Math.max(0, outstanding - Number(pending));
    // 404, 408 and "message size exceeds maxbytes" only end a request; the rest means that the consumer is gone.
    const text = message.headers?.description?.toLowerCase() ?? "";
    if (code === 404 || code === 408 || (code === 409 && text.includes("maxbytes"))) return pull();
    restart();
  };

  const restart = (): void => {
    if (restarting || closed) return;
    restarting = true;
    void begin(options.onRestart).then(
      () => {
        restarting = false;
        pull();
      },
      (error: unknown) => {
        restarting = false;
        if (closed) return;
        close();
        onFailure(error instanceof Error ? error : new Error(String(error)));
      },
    );
  };

  const begin = async (check: () => Promise<void>): Promise<void> => {
    subscription?.unsubscribe();
    outstanding = 0;
    restartedAt = expected;
    consumer = `meter-${nuid.next()}`;
    for (let attempt = 1; ; attempt++) {
      try {
        await check();
        await jsm.consumers.add(stream, {
          name: consumer,
          ack_policy: AckPolicy.None,
          deliver_policy: DeliverPolicy.StartSequence,
          opt_start_seq: expected,
          replay_policy: ReplayPolicy.Instant,
          inactive_threshold: nanos(INACTIVE_MS),
          mem_storage: true,
          num_replicas: 1,
        });
        break;
      } catch (error) {
        // While the server is away the partition's lease decides how long this goes on.
        if (closed || attempt >= 20 || error instanceof PartitionRefused) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
    inbox = createInbox(METER_INBOX_PREFIX);
    subscription = nc.subscribe(`${inbox}.>`, { callback: onMessage });
    heardAt = performance.now();
  };

  const watch = setInterval(() => {
    if (performance.now() - heardAt > SILENT_MS) restart();
  }, HEARTBEAT_MS);
  const close = (): void => {
    if (closed) return;
    closed = true;
    clearInterval(watch);
    subscription?.unsubscribe();
    queue = [];
    head = 0;
    // The server forgets it by itself too; a lost request changes nothing.
    if (!nc.isClosed()) nc.publish(`$JS.API.CONSUMER.DELETE.${stream}.${consumer}`);
  };

  await begin(async () => undefined);
  pull();
  return {
    take: () => {
      const next = queue[head];
      if (next === undefined) return undefined;
      head++;
      if (head === queue.length) {
        queue = [];
        head = 0;
      } else if (head >= 1024) {
        queue = queue.slice(head);
        head = 0;
      }
      pull();
      return next;
    },
    get length() {
      return queued();
    },
    oldestSince: () => queue[head]?.at ?? null,
    close,
  };
}
