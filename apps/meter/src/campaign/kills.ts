import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { jetstream, type JetStreamClient } from "@nats-io/jetstream";
import { callsSubject } from "@tollbook/contracts/subjects.ts";
import { account, endedEvent, eventually, feeder, storedCalls, totals, type Stored } from "../testing/events.ts";
import { startTestStack, type TestStack } from "../testing/stack.ts";

/**
 * Kills meter, ClickHouse and NATS with SIGKILL at random moments while events come in, and compares what is stored in the
 * end with what was sent. The feeder behaves as a good one does: it keeps an event until the log has acknowledged it, and
 * sends it again otherwise.
 */
export interface KillCampaign {
  readonly events: number;
  readonly kills: { readonly meter: number; readonly clickhouse: number; readonly nats: number };
  readonly partitions: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}

export interface KillResult {
  readonly sent: number;
  /** Published again because no acknowledgement came. */
  readonly repeated: number;
  readonly kills: number;
  readonly expected: Stored;
  readonly stored: Stored;
  /** Events accepted = applied + duplicate + rejected, over all partitions. */
  readonly identity: {
    readonly accepted: number;
    readonly applied: number;
    readonly duplicates: number;
    readonly rejected: number;
  };
  readonly seconds: number;
}

const ACCOUNTS = 12;
const WINDOW = 64;
const ACK_MS = 2_000;
/** The lease of a killed meter runs out first. */
const TAKE_OVER_MS = 5_000;
/** Between two kills at most: long enough that work is under way again. */
const PAUSE_MS = 1_500;

export async function runKillCampaign({ events, kills, partitions, seed, say }: KillCampaign): Promise<KillResult> {
  const started = performance.now();
  const random = randomFrom(seed);
  const stack = await startTestStack({ partitions });
  let meter = startMeterProcess(stack);
  try {
    await meter.started;
    const order = shuffled(
      [
        ...times(kills.meter, "meter" as const),
        ...times(kills.clickhouse, "clickhouse" as const),
        ...times(kills.nats, "nats" as const),
      ],
      random,
    );
    const accounts = Array.from({ length: ACCOUNTS }, (_, i) => `account-${i}`);
    const feed = startFeed(stack, accounts, events, order.length * PAUSE_MS * 0.6 + kills.meter * TAKE_OVER_MS);
    for (const [i, what] of order.entries()) {
      await pause(random() * PAUSE_MS);
      say(`kill ${i + 1} of ${order.length}: ${what}`);
      if (what === "meter") {
        meter.child.kill("SIGKILL");
        await meter.ended;
        meter = startMeterProcess(stack);
        // Mostly it is let work before the next kill; sometimes it dies while it takes over.
        if (random() < 0.75)
          await eventually(
            () => serves(stack, accounts),
            (yes) => yes,
            30_000,
          );
      } else if (what === "clickhouse") await stack.restartClickhouse();
      else {
        await stack.nats.kill();
        await pause(random() * 300);
        await stack.nats.start();
      }
    }
    const fed = await feed;
    say(`sent ${fed.sent} events, ${fed.repeated} again`);
    const counted = await eventually(
      () => countAll(stack, accounts).catch(() => null),
      (now) => now !== null && now.rows === events && now.identity.applied === events,
      90_000,
    ).catch(async () => await countAll(stack, accounts));
    if (counted === null) throw new Error("nothing counted");
    return {
      sent: fed.sent,
      repeated: fed.repeated,
      kills: order.length,
      expected: { rows: events, legs: events, micros: fed.micros },
      stored: { rows: counted.rows, legs: counted.legs, micros: counted.micros },
      identity: counted.identity,
      seconds: Math.round((performance.now() - started) / 1000),
    };
  } finally {
    meter.child.kill("SIGKILL");
    await meter.ended;
    await stack.close();
  }
}

async function serves(stack: TestStack, accounts: readonly string[]): Promise<boolean> {
  return await totals(stack.nc, accounts).then(
    () => true,
    () => false,
  );
}

async function countAll(stack: TestStack, accounts: readonly string[]): Promise<Stored & Pick<KillResult, "identity">> {
  const byPartition = new Map((await totals(stack.nc, accounts)).map((state) => [state.partition, state]));
  const identity = { accepted: 0, applied: 0, duplicates: 0, rejected: 0 };
  for (const state of byPartition.values()) {
    identity.accepted += state.accepted;
    identity.applied += state.applied;
    identity.duplicates += state.duplicates;
    identity.rejected += state.rejected;
  }
  return { ...(await storedCalls(stack.client)), identity };
}

interface Fed {
  readonly sent: number;
  readonly repeated: number;
  readonly micros: number;
}

async function startFeed(stack: TestStack, accounts: readonly string[], events: number, spreadMs: number): Promise<Fed> {
  const js: JetStreamClient = jetstream(stack.nc, { timeout: ACK_MS });
  let next = 0;
  let repeated = 0;
  let micros = 0;
  const startedAt = performance.now();
  const lane = async (): Promise<void> => {
    for (let i = next++; i < events; i = next++) {
      const due = startedAt + (spreadMs * i) / events;
      if (due > performance.now()) await pause(due - performance.now());
      const seconds = 1 + ((i * 7919) % 600);
      micros += seconds * 100;
      const subject = callsSubject(account(accounts[i % accounts.length] ?? ""), feeder("switch-1"));
      for (;;) {
        try {
          await js.publish(subject, endedEvent(`leg-${i}`, seconds));
          break;
        } catch {
          repeated++;
          await pause(50);
        }
      }
    }
  };
  await Promise.all(Array.from({ length: WINDOW }, lane));
  return { sent: events, repeated, micros };
}

export interface MeterProcess {
  readonly child: ChildProcess;
  readonly started: Promise<void>;
  readonly ended: Promise<void>;
}

export function startMeterProcess(stack: TestStack, environment: Readonly<Record<string, string>> = {}): MeterProcess {
  const { config } = stack;
  const child = spawn(process.execPath, [join(import.meta.dirname, "meter-process.ts")], {
    stdio: ["ignore", "pipe", process.env["TOLLBOOK_TEST_LOG"] === "1" ? "inherit" : "ignore"],
    env: {
      ...process.env,
      NATS_URL: config.natsUrl,
      TOLLBOOK_NATS_USER: config.natsUser,
      TOLLBOOK_NATS_PASSWORD: config.natsPassword,
      CLICKHOUSE_URL: config.clickhouseUrl,
      TOLLBOOK_PARTITIONS: String(config.partitions),
      TOLLBOOK_METER_PORT: "0",
      ...environment,
    },
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const started = new Promise<void>((resolve, reject) => {
    child.stdout.once("data", () => resolve());
    child.once("exit", (code) => reject(new Error(`the meter ended with ${code}`)));
  });
  started.catch(() => undefined);
  return { child, started, ended };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const times = <T>(count: number, value: T): T[] => Array.from<T>({ length: count }).fill(value);

/** Repeatable: the same seed kills the same processes in the same order. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function shuffled<T>(values: readonly T[], random: () => number): T[] {
  return values
    .map((value) => ({ value, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ value }) => value);
}
