import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager, type ConsumerMessages, type JsMsg } from "@nats-io/jetstream";
import { nanos, type NatsConnection } from "@nats-io/transport-node";
import type { OutboxMetrics } from "./outbox-metrics.ts";
import type { OutboxStore } from "./outbox-store.ts";
import type { Attempt, Stage, Verdict } from "./stage.ts";

/**
 * Runs one stage over its stream: a durable consumer that all API processes share, each message acknowledged by whoever has
 * dealt with it, and brought again when nobody did. What is done is remembered by its id, so bringing it again does nothing.
 */
export interface Worker {
  /** Works until the connection closes or `signal` aborts; rejects when it cannot go on and should be started again. */
  run(nc: NatsConnection, signal: AbortSignal): Promise<void>;
  /** What is waiting or being tried; null: not known now. */
  waiting(nc: NatsConnection): Promise<number | null>;
  /** Handles a parked message once more, here and now; what becomes of it, in a word or a sentence. */
  again(nc: NatsConnection, seq: number): Promise<string>;
}

export interface WorkerLog {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Who works on a message says so more often than this; else it is brought to another. */
const ACK_WAIT_MS = 60_000;
const STILL_WORKING_MS = 20_000;
/** How soon a missing consumer is noticed at the latest. */
const PULL_EXPIRES_MS = 5_000;
/** Tried again later they all count, so one receiver that is away must not stop the others. */
const MOST_OPEN = 20_000;

export function createWorker<Message>(
  stage: Stage<Message>,
  options: { readonly store: OutboxStore; readonly metrics: OutboxMetrics; readonly log: WorkerLog; readonly now: () => Date },
): Worker {
  const { store, metrics, log, now } = options;
  const { name, stream } = stage;

  const park = async (seq: number, id: string, account: string, reason: string): Promise<void> => {
    log.error({ stage: name, seq, id, account, reason }, "a message of the outbox waits for a person: GET /v1/outbox");
    await store.setParked({ stage: name, seq, id, account, reason, at: now().toISOString() });
  };

  /** Ids that this process works on. */
  const busy = new Set<string>();

  /** Undefined: it was dealt with before, or is nothing for this stage. */
  const handle = async (message: Message, seq: number, number: number, signal: AbortSignal): Promise<Verdict | undefined> => {
    const id = stage.idOf(message);
    // The meter may publish a message twice, and both copies come at once.
    if (busy.has(id)) return elsewhere;
    busy.add(id);
    try {
      const before = await store.mark(name, id);
      if (before !== null && before.outcome !== ANSWERED) return undefined;
      if (!stage.exclusive) return await attempt(message, id, { number, seq, signal });
      if (!(await store.claim(name, id))) return elsewhere;
      try {
        // Done between our look and our claim, perhaps.
        const now = await store.mark(name, id);
        if (now !== null && now.outcome !== ANSWERED) return undefined;
        return await attempt(message, id, { number, seq, signal });
      } finally {
        await store.release(name, id);
      }
    } finally {
      busy.delete(id);
    }
  };

  const attempt = async (message: Message, id: string, facts: Attempt): Promise<Verdict> => {
    let verdict: Verdict;
    try {
      verdict = await stage.handle(message, facts);
    } catch (error) {
      verdict = { kind: "again", reason: error instanceof Error ? error.message : String(error) };
    }
    if (verdict.kind === "done") await store.setMark(name, id, { outcome: verdict.outcome, logSeq: verdict.logSeq ?? 0 });
    if (verdict.kind === "again" && verdict.answered === true) await store.setMark(name, id, { outcome: ANSWERED, logSeq: 0 });
    if (verdict.kind === "park") {
      await park(facts.seq, id, stage.accountOf(message), verdict.reason);
      await store.setMark(name, id, { outcome: ANSWERED, logSeq: 0 });
    }
    metrics.handled.inc({ stage: name, outcome: verdict.kind === "done" ? verdict.outcome : verdict.kind });
    return verdict;
  };

  const take = async (raw: JsMsg, signal: AbortSignal): Promise<void> => {
    const number = raw.info.deliveryCount;
    const working = setInterval(() => raw.working(), STILL_WORKING_MS);
    try {
      const message = decode(raw);
      if (message === null) {
        await park(raw.seq, "", "", "it is no message that this release can read");
        return raw.term();
      }
      if (!stage.wants(message)) return raw.ack();
      const verdict = await handle(message, raw.seq, number, signal);
      if (verdict?.kind !== "again") return raw.ack();
      const afterMs = verdict.afterMs ?? stage.retryMs[Math.min(number, stage.retryMs.length) - 1] ?? ACK_WAIT_MS;
      const facts = { stage: name, seq: raw.seq, account: stage.accountOf(message), number, afterMs, reason: verdict.reason };
      if (verdict !== elsewhere) log.warn(facts, "a message of the outbox is tried again");
      raw.nak(afterMs);
    } catch (error) {
      // What it did could not be remembered: brought again, it finds out.
      log.warn({ stage: name, seq: raw.seq, reason: (error as Error).message }, "a message of the outbox comes again");
      if (!signal.aborted) raw.nak(stage.retryMs[0] ?? ACK_WAIT_MS);
    } finally {
      clearInterval(working);
    }
  };

  const decode = (raw: { json<Body>(): Body }): Message | null => {
    try {
      return stage.decode(raw.json<unknown>());
    } catch {
      return null;
    }
  };

  return {
    async run(nc, signal) {
      const jsm = await jetstreamManager(nc);
      await jsm.consumers.add(stream, {
        durable_name: name,
        ack_policy: AckPolicy.Explicit,
        deliver_policy: DeliverPolicy.All,
        ack_wait: nanos(ACK_WAIT_MS),
        max_ack_pending: MOST_OPEN,
      });
      const consumer = await jetstream(nc).consumers.get(stream, name);
      const messages = await consumer.consume({
        max_messages: stage.concurrency,
        expires: PULL_EXPIRES_MS,
        // A consumer that somebody deleted ends this, and is made again.
        abort_on_missing_resource: true,
      });
      const running = new Set<Promise<void>>();
      const stop = (): void => messages.stop();
      signal.addEventListener("abort", stop, { once: true });
      try {
        for await (const raw of messages as ConsumerMessages) {
          if (signal.aborted) break;
          const work = take(raw, signal).finally(() => running.delete(work));
          running.add(work);
          if (running.size >= stage.concurrency) await Promise.race(running);
        }
      } finally {
        signal.removeEventListener("abort", stop);
        await Promise.all(running);
      }
    },
    async waiting(nc) {
      try {
        const { num_pending, num_ack_pending } = await (await jetstreamManager(nc)).consumers.info(stream, name);
        return num_pending + num_ack_pending;
      } catch {
        return null;
      }
    },
    async again(nc, seq) {
      const raw = await (await jetstreamManager(nc)).streams.getMessage(stream, { seq });
      if (raw === null) {
        await store.clearParked(name, seq);
        return "The stream has forgotten the message; it is off the list.";
      }
      const message = decode(raw);
      if (message === null) return "It still cannot be read.";
      await store.clearParked(name, seq);
      const verdict = await handle(message, seq, 1, new AbortController().signal);
      if (verdict?.kind === "again") {
        await park(seq, stage.idOf(message), stage.accountOf(message), verdict.reason);
        return verdict.reason;
      }
      return verdict === undefined ? "It was dealt with before." : verdict.kind === "done" ? verdict.outcome : verdict.reason;
    },
  };
}

/** Another works on the same; soon it is known what became of it. */
const elsewhere: Verdict = { kind: "again", reason: "another process works on it", afterMs: 1_000 };

/** The first answer is there; the stage goes on by itself. */
export const ANSWERED = "answered";
