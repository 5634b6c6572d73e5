/** Asks for new calls at a fixed rate in an open model, through the log, and measures how long each answer takes. */
import { Worker } from "node:worker_threads";
import { createInbox, headers, type NatsConnection } from "@nats-io/transport-node";
import type { AuthorizeAnswer } from "@tollbook/contracts/answers.ts";
import { encodeCallEvent } from "@tollbook/contracts/encode-call-event.ts";
import { callsSubject, REPLY_HEADER } from "@tollbook/contracts/subjects.ts";
import { readSetting, report, untilReleased } from "./harness/child.ts";
import { connectLog, type LogAccess } from "./harness/log.ts";
import { accountName, askedCall, type CallSetting, feeder, givenUpCall } from "./sample/calls.ts";

export interface AuthorizeSetting {
  readonly log: LogAccess;
  readonly calls: CallSetting;
  readonly count: number;
  readonly perSecond: number;
}

export interface AuthorizeReport {
  /** Milliseconds from the planned time to the answer, one each: waiting behind a slow answer counts. */
  readonly fromPlanMs: readonly number[];
  /** The same from the moment of sending. */
  readonly fromSendMs: readonly number[];
  readonly unanswered: number;
  readonly decisions: Readonly<Record<string, number>>;
}

/** After the last one was sent: longer is unanswered. A caller would long have given up (300 ms). */
const PATIENCE_MS = 3_000;

const setting = readSetting<AuthorizeSetting>();
const nc = await connectLog(setting.log);
report(await measure(nc, setting));
await untilReleased();
await nc.close();

async function measure(connection: NatsConnection, { log, calls, count, perSecond }: AuthorizeSetting): Promise<AuthorizeReport> {
  const inbox = createInbox(log.inboxPrefix);
  const plannedAt = new Map<string, { n: number; planned: number; sent: number }>();
  const fromPlanMs: number[] = [];
  const fromSendMs: number[] = [];
  const decisions: Record<string, number> = {};
  const { promise: allAnswered, resolve } = Promise.withResolvers<void>();
  connection.subscribe(inbox, {
    callback: (error, message) => {
      const now = performance.now();
      if (error !== null) throw error;
      const answer = message.json<AuthorizeAnswer>();
      const asked = plannedAt.get(answer.usageId);
      if (asked === undefined) return;
      plannedAt.delete(answer.usageId);
      fromPlanMs.push(now - asked.planned);
      fromSendMs.push(now - asked.sent);
      const decision = answer.decision === "allow" ? "allow" : `deny ${answer.reason}`;
      decisions[decision] = (decisions[decision] ?? 0) + 1;
      const account = accountName(asked.n % calls.accounts);
      connection.publish(callsSubject(account, feeder), encodeCallEvent(givenUpCall(asked.n, account, calls)));
      if (fromPlanMs.length === count) resolve();
    },
  });
  await connection.flush();
  await onPlan(count, perSecond, (n, planned) => {
    const account = accountName(n % calls.accounts);
    const event = askedCall(n, account, calls);
    plannedAt.set(event.usageId, { n, planned, sent: performance.now() });
    const withReply = headers();
    withReply.set(REPLY_HEADER, inbox);
    connection.publish(callsSubject(account, feeder), encodeCallEvent(event), { headers: withReply });
  });
  const patience = setTimeout(resolve, PATIENCE_MS);
  await allAnswered;
  clearTimeout(patience);
  return { fromPlanMs, fromSendMs, unanswered: plannedAt.size, decisions };
}

/**
 * Calls `act` for each n near its planned time. A timer of Node's own is up to a millisecond late, which is more than most
 * answers take; a thread that sleeps in Atomics.wait wakes within about 0.1 ms.
 */
async function onPlan(count: number, perSecond: number, act: (n: number, planned: number) => void): Promise<void> {
  const metronome = `const { parentPort, workerData } = require("node:worker_threads");
    const cell = new Int32Array(new SharedArrayBuffer(4));
    for (let n = 0; n < workerData.count; n++) {
      const wait = workerData.startsAt + (n * 1000) / workerData.perSecond - (performance.timeOrigin + performance.now());
      if (wait > 0) Atomics.wait(cell, 0, 0, wait);
      parentPort.postMessage(n);
    }`;
  // The two threads' clocks begin at different times, so the plan is in time since 1970.
  const startsAt = performance.timeOrigin + performance.now() + 200;
  const worker = new Worker(metronome, { eval: true, workerData: { count, perSecond, startsAt } });
  await new Promise<void>((resolve, reject) => {
    worker.once("error", reject);
    worker.on("message", (n: number) => {
      act(n, startsAt + (n * 1_000) / perSecond - performance.timeOrigin);
      if (n === count - 1) resolve();
    });
  });
}
