import type { NatsConnection } from "@nats-io/transport-node";
import { startChild } from "../harness/child.ts";
import { type Clickhouse, connectClickhouse } from "../harness/clickhouse.ts";
import { connectLog, logAccess, type Stretch } from "../harness/log.ts";
import type { OpenRig, Rig } from "../harness/rig.ts";
import { lastSequences } from "../harness/settled.ts";
import type { Pace, PublishReport, PublishSetting } from "../publish-calls.ts";
import { setUpAccounts } from "../sample/account.ts";
import type { CallSetting } from "../sample/calls.ts";

/** What every figure is measured with; all of it stands in the result. */
export interface Knobs {
  readonly runs: number;
  /** Calls per drain and run. */
  readonly events: number;
  /** Calls in a packed batch. */
  readonly packSize: number;
  readonly accounts: number;
  readonly usersPerAccount: number;
  /** Of live runs and of authorise runs. */
  readonly seconds: number;
  readonly authorizePerSecond: number;
  /** Most published and not yet settled while the live maximum is sought. */
  readonly liveWindow: number;
}

export interface Bench {
  readonly openRig: OpenRig;
  readonly knobs: Knobs;
  readonly say: (line: string) => void;
}

/** An installation with decks, accounts and users, meter running; with the harness's own connections. */
export interface Prepared {
  readonly rig: Rig;
  readonly nc: NatsConnection;
  readonly clickhouse: Clickhouse;
  /** The same for all runs on this rig but for `run`. */
  calls(run: string): CallSetting;
  close(): Promise<void>;
}

export async function prepare({ openRig, knobs }: Bench): Promise<Prepared> {
  const rig = await openRig();
  const opened: { close(): void | Promise<void> }[] = [rig];
  const close = async (): Promise<void> => {
    for (const one of opened.toReversed()) await one.close();
  };
  try {
    for (const service of ["nats", "clickhouse", "meter"] as const) await rig.start(service);
    const nc = await connectLog(logAccess(rig, "operator"));
    opened.push(nc);
    const clickhouse = connectClickhouse(rig.clickhouse);
    opened.push(clickhouse);
    await rig.activateSampleDecks();
    const { accounts, usersPerAccount } = knobs;
    await setUpAccounts(logAccess(rig, "api"), knobs);
    const endedBefore = Date.now() * 1_000;
    return { rig, nc, clickhouse, calls: (run) => ({ run, accounts, usersPerAccount, endedBefore }), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Publishes finished calls from a process of its own. `ready` runs once it is there, `done` when all is sent. */
export function startPublisher(
  { rig }: Prepared,
  calls: CallSetting,
  setting: { readonly count: number; readonly eventsPerMessage: number; readonly pace: Pace },
) {
  const log = logAccess(rig, "operator");
  const { partitions } = rig;
  return startChild<PublishReport>("publish-calls", { log, partitions, calls, first: 0, ...setting } satisfies PublishSetting);
}

/** Puts calls into the log, waits until the stream holds them all, and says where they lie. Nothing else may publish meanwhile. */
export async function preload(
  prepared: Prepared,
  calls: CallSetting,
  count: number,
  eventsPerMessage: number,
): Promise<Stretch[]> {
  const { nc, rig } = prepared;
  const before = await lastSequences(nc, rig.partitions);
  const publisher = startPublisher(prepared, calls, { count, eventsPerMessage, pace: { kind: "all" } });
  await publisher.next(({ done }) => done === count);
  await publisher.end();
  const wanted = count / eventsPerMessage;
  const deadline = performance.now() + 60_000;
  for (;;) {
    const after = await lastSequences(nc, rig.partitions);
    const stretches = after.map((last, partition) => ({
      partition,
      first: (before[partition] ?? 0) + 1,
      messages: last - (before[partition] ?? 0),
    }));
    const stored = stretches.reduce((sum, { messages }) => sum + messages, 0);
    if (stored === wanted) return stretches.filter(({ messages }) => messages > 0);
    if (stored > wanted || performance.now() > deadline)
      throw new Error(`${wanted} messages were published, the log holds ${stored} more than before`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
