import { DiscardPolicy, JetStreamApiError, RetentionPolicy, StorageType, jetstreamManager } from "@nats-io/jetstream";
import type { JetStreamManager, StreamConfig } from "@nats-io/jetstream";
import { Kvm, type KV } from "@nats-io/kv";
import { Objm, type ObjectStore } from "@nats-io/obj";
import { createInbox, type NatsConnection, nanos } from "@nats-io/transport-node";
import {
  chargesBucket,
  handledBucket,
  outboxBucket,
  outboxStream,
  webhookLogStream,
  webhookStream,
} from "@tollbook/contracts/outbox.ts";
import {
  bulkStream,
  deckStore,
  directoryBucket,
  installStream,
  intentStream,
  leaseBucket,
  meterStream,
  partitionOf,
  settledBucket,
  snapshotStore,
  viewsSubject,
} from "@tollbook/contracts/subjects.ts";
import type { AccountId } from "@tollbook/contracts/units.ts";

/** The event log as architecture §3 wants it: created where it is missing, compared where it exists. */
export interface EventLog {
  readonly jsm: JetStreamManager;
  readonly leases: KV;
  readonly settled: KV;
  /** What people must look at; see contracts, `outbox.ts`. */
  readonly notes: KV;
  readonly snapshots: ObjectStore;
  readonly decks: ObjectStore;
}

const DAY_MS = 86_400_000;
const RETENTION_DAYS = 35;
/** Message-id deduplication is stream-wide and would let one feeder swallow another's event: its window is at the minimum. */
const DUPLICATE_WINDOW_MS = 100;
/** A lease that is not renewed for so long is free for others. */
export const LEASE_MS = 5_000;
/** Enough to follow a partition's last batches; the settled mark and the rows themselves hold the truth. */
const INTENTS_KEPT = 100_000;
/** What was acted on is remembered longer than the stream can bring it again. */
const HANDLED_DAYS = RETENTION_DAYS + 5;
/** Tries of one webhook endpoint that can be looked at. */
const TRIES_KEPT = 500;
/** How many partitions the mapping is asked about. */
const PROBES = 12;
const partitionsKey = "partitions";

/** Names its faults in sentences; thrown when the log may not be used as it is. */
export class LogRefused extends Error {
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(faults.join("\n"));
    this.name = "LogRefused";
    this.faults = faults;
  }
}

/** Throws LogRefused with one sentence per difference. Safe to call by several meters at once. */
export async function setUpLog(
  nc: NatsConnection,
  { partitions, replicas }: { readonly partitions: number; readonly replicas: number },
): Promise<EventLog> {
  const jsm = await jetstreamManager(nc);
  const faults: string[] = [];
  for (const wanted of streams(partitions, replicas)) faults.push(...(await ensureStream(jsm, wanted)));
  const kvm = new Kvm(nc);
  const bucket = async (name: string, ttl: number): Promise<KV> => {
    const kv = await kvm.create(name, { history: 1, ttl, replicas, storage: StorageType.File });
    const { config } = (await kv.status()).streamInfo;
    if (config.max_age !== nanos(ttl)) {
      faults.push(`The bucket ${name} keeps its entries for ${config.max_age / 1e6} ms instead of ${ttl} ms: recreate it.`);
    }
    return kv;
  };
  const settled = await bucket(settledBucket, 0);
  const leases = await bucket(leaseBucket, LEASE_MS);
  await bucket(directoryBucket, 0);
  const notes = await bucket(outboxBucket, 0);
  await bucket(chargesBucket, 0);
  await bucket(handledBucket, HANDLED_DAYS * DAY_MS);
  const objm = new Objm(nc);
  const snapshots = await objm.create(snapshotStore, { replicas, storage: StorageType.File });
  const decks = await objm.create(deckStore, { replicas, storage: StorageType.File });
  faults.push(...(await checkPartitions(settled, partitions)));
  if (faults.length === 0) faults.push(...(await probeMapping(nc, partitions)));
  if (faults.length > 0) throw new LogRefused(faults);
  return { jsm, leases, settled, notes, snapshots, decks };
}

type Wanted = Partial<StreamConfig> & { name: string; subjects: string[] };

function streams(partitions: number, replicas: number): Wanted[] {
  const common = {
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.New,
    allow_rollup_hdrs: false,
    deny_delete: true,
    deny_purge: true,
    duplicate_window: nanos(DUPLICATE_WINDOW_MS),
    num_replicas: replicas,
  };
  const aged = { ...common, max_age: nanos(RETENTION_DAYS * DAY_MS) };
  const wanted: Wanted[] = [
    // The last intent of a partition that has been quiet for months must still be there: it is the fence.
    { ...common, name: intentStream, subjects: ["intent.*"], max_age: 0, max_msgs_per_subject: INTENTS_KEPT },
    { ...aged, name: outboxStream, subjects: ["outbox.v1.*"] },
    { ...aged, name: webhookStream, subjects: ["webhooks.v1.*.*"] },
    {
      ...aged,
      name: webhookLogStream,
      subjects: ["webhooklog.v1.*.*"],
      discard: DiscardPolicy.Old,
      max_msgs_per_subject: TRIES_KEPT,
    },
    { ...common, name: installStream, subjects: ["install.>"], max_age: 0 },
  ];
  for (let p = 0; p < partitions; p++) {
    wanted.push({ ...aged, name: meterStream(p), subjects: [`meter.${p}.>`] });
    wanted.push({ ...aged, name: bulkStream(p), subjects: [`bulk.${p}.>`] });
  }
  return wanted;
}

async function ensureStream(jsm: JetStreamManager, wanted: Wanted): Promise<string[]> {
  const found = await streamConfig(jsm, wanted.name);
  if (found !== null) return differences(wanted, found);
  try {
    await jsm.streams.add(wanted);
  } catch (error) {
    // Another meter was faster, or the subjects belong to another stream: then this says so.
    const now = await streamConfig(jsm, wanted.name);
    if (now !== null) return differences(wanted, now);
    return [
      `The stream ${wanted.name} cannot be created (${(error as Error).message}): see to it that nothing else uses its subjects.`,
    ];
  }
  return [];
}

async function streamConfig(jsm: JetStreamManager, name: string): Promise<StreamConfig | null> {
  try {
    return (await jsm.streams.info(name)).config;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.status === 404) return null;
    throw error;
  }
}

/** Compared is what is wished for; what a newer server knows beyond that has its defaults. */
function differences(wanted: Wanted, found: StreamConfig): string[] {
  const faults: string[] = [];
  for (const [name, value] of Object.entries(wanted)) {
    const actual = found[name as keyof StreamConfig] ?? defaultOf(value);
    if (JSON.stringify(actual) === JSON.stringify(value)) continue;
    faults.push(
      `The stream ${wanted.name} has ${name} = ${JSON.stringify(actual)}, but it must be ${JSON.stringify(value)}: ` +
        `change it as NATS operator, for example with \`nats stream edit ${wanted.name}\`.`,
    );
  }
  return faults;
}

/** What a server leaves out of its answer. */
const defaultOf = (value: unknown): unknown => (typeof value === "boolean" ? false : typeof value === "number" ? 0 : undefined);

/** The number of partitions decides where an account's events are: it never changes after the first start. */
async function checkPartitions(settled: KV, partitions: number): Promise<string[]> {
  // Several meters may come first at once: one of them writes it, the others find it.
  if ((await settled.get(partitionsKey)) === null) await settled.create(partitionsKey, String(partitions)).catch(() => 0);
  const stored = (await settled.get(partitionsKey))?.string() ?? "no";
  if (stored === String(partitions)) return [];
  return [
    `This log was set up with ${stored} partitions, but TOLLBOOK_PARTITIONS is ${partitions}: ` +
      `set it to ${stored}. The number cannot be changed later.`,
  ];
}

/** Sends requests through the server's mapping and looks where they arrive. */
async function probeMapping(nc: NatsConnection, partitions: number): Promise<string[]> {
  const accounts = Array.from(
    { length: PROBES },
    (_, i) => `mapping-probe-${i}-${createInbox().slice(-8).toLowerCase()}` as AccountId,
  );
  const arrived = new Map<string, string>();
  const subscription = nc.subscribe("views.*.*", {
    callback: (_error, message) => {
      const [, partition = "", account = ""] = message.subject.split(".");
      // Not mapped, it arrives under the outer subject.
      if (account.startsWith("mapping-probe-") && partition !== "v1") arrived.set(account, partition);
    },
  });
  for (const account of accounts) nc.publish(viewsSubject(account));
  // One connection, one order: what the server delivers to us precedes its answer to the flush.
  await nc.flush();
  subscription.unsubscribe();
  const wrong = accounts.find((account) => arrived.get(account) !== String(partitionOf(account, partitions)));
  if (wrong === undefined) return [];
  const found = arrived.get(wrong);
  return [
    found === undefined
      ? "The NATS server does not map views.v1.<account> to a partition: start it with the nats.conf that Tollbook writes (deploy/nats)."
      : `The NATS server maps accounts to other partitions than this meter (${wrong}: ${found} instead of ` +
        `${partitionOf(wrong, partitions)}): write nats.conf anew for ${partitions} partitions (deploy/nats).`,
  ];
}
