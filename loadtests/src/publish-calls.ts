/** Publishes finished calls: all at once, at a fixed rate in an open model, or as fast as the meter settles them. */
import type { NatsConnection } from "@nats-io/transport-node";
import { readSetting, report, untilReleased } from "./harness/child.ts";
import { connectLog, type LogAccess } from "./harness/log.ts";
import { lastSequences, watchSettled } from "./harness/settled.ts";
import { type CallSetting, packedMessage, singleMessage } from "./sample/calls.ts";

export interface PublishSetting {
  readonly log: LogAccess;
  readonly partitions: number;
  readonly calls: CallSetting;
  readonly first: number;
  readonly count: number;
  /** 1: single events as JSON; more: packed batches. */
  readonly eventsPerMessage: number;
  readonly pace: Pace;
}

/**
 * `rate`: planned ahead, a late event is not forgiven. `window`: at most so many events published and not yet settled.
 * None waits for the stream's acknowledgements: whoever starts this counts what the stream holds.
 */
export type Pace =
  | { readonly kind: "all" }
  | { readonly kind: "rate"; readonly perSecond: number }
  | { readonly kind: "window"; readonly events: number };

export interface PublishReport {
  readonly done: number;
  /** When the first event was planned, microseconds since 1970; at a rate, event n is planned n / perSecond later. */
  readonly startedAtUs: number;
  /** By how much sending was ever behind its plan. */
  readonly latestMs: number;
}

/** Between two flushes, so that memory stays small and other work gets its turn. */
const FLUSH_MESSAGES = 1_000;

const setting = readSetting<PublishSetting>();
const nc = await connectLog(setting.log);
const startedAtUs = Math.round((performance.timeOrigin + performance.now()) * 1_000);
const latestMs = await publish(nc, setting);
await nc.flush();
report({ done: setting.count, startedAtUs, latestMs } satisfies PublishReport);
await untilReleased();
await nc.close();

async function publish(
  connection: NatsConnection,
  { calls, first, count, eventsPerMessage, pace, partitions }: PublishSetting,
): Promise<number> {
  const send = (n: number): void => {
    const { subject, payload } =
      eventsPerMessage === 1 ? singleMessage(first + n, calls) : packedMessage(first + n, eventsPerMessage, calls);
    connection.publish(subject, payload);
  };
  switch (pace.kind) {
    case "all":
      return await sendAll(connection, count, eventsPerMessage, send, () => count);
    case "window": {
      const settled = await watchSettled(connection, await lastSequences(connection, partitions));
      const result = await sendAll(
        connection,
        count,
        eventsPerMessage,
        send,
        () => settled.messages() * eventsPerMessage + pace.events,
      );
      settled.close();
      return result;
    }
    case "rate":
      return await sendPlanned(count, eventsPerMessage, pace.perSecond, send);
  }
}

async function sendAll(
  connection: NatsConnection,
  count: number,
  step: number,
  send: (n: number) => void,
  limit: () => number,
): Promise<number> {
  for (let n = 0; n < count;) {
    const until = Math.min(count, n + FLUSH_MESSAGES * step, limit());
    if (until < n + step) await new Promise((resolve) => setTimeout(resolve, 1));
    for (; n + step <= until; n += step) send(n);
    await connection.flush();
  }
  return 0;
}

async function sendPlanned(count: number, step: number, perSecond: number, send: (n: number) => void): Promise<number> {
  const start = performance.now();
  let latest = 0;
  for (let n = 0; n < count;) {
    const elapsed = performance.now() - start;
    const due = Math.min(count, Math.floor((elapsed * perSecond) / 1_000) + 1);
    if (n < due) latest = Math.max(latest, elapsed - (n * 1_000) / perSecond);
    for (; n + step <= due; n += step) send(n);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return latest;
}
