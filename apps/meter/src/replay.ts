import { createHash } from "node:crypto";
import { jetstreamManager, type JetStreamManager } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { Objm } from "@nats-io/obj";
import type { NatsConnection } from "@nats-io/transport-node";
import { deckStore, meterStream, settledBucket, snapshotStore } from "@tollbook/contracts/subjects.ts";
import type { Output } from "@tollbook/domain/fold.ts";
import type { PartitionState } from "@tollbook/domain/state.ts";
import { openWarehouse } from "@tollbook/warehouse/open-warehouse.ts";
import { settledKey } from "@tollbook/warehouse/settled-mark.ts";
import { createDecks, type Decks } from "./decks.ts";
import { decodeMessage } from "./decode.ts";
import { asError } from "./failures.ts";
import { deckNamedBy } from "./fold.ts";
import { openIntake, type LoggedMessage } from "./intake.ts";
import { decodeSettled, type Settled } from "./intents.ts";
import { differenceFrom, readBounds } from "./position.ts";
import { createRowComparison, type RowComparison, type RowDifference } from "./replay-compare.ts";
import type { FoldRules } from "./rules.ts";
import { createSnapshotStore, type Snapshot } from "./snapshots.ts";

/**
 * `./tollbook replay --verify`: one partition's log is folded again from its beginning, in a process of its own and beside the
 * running meter, and everything it gives is compared with what is stored: every settled row, and the state of every snapshot.
 * Nothing is written anywhere.
 */
export interface ReplayOptions {
  readonly nc: NatsConnection;
  readonly clickhouseUrl: string;
  readonly partition: number;
  readonly partitions: number;
  readonly rules: FoldRules;
  readonly nowUs: number;
  /** Stops after this entry of the log, if it is settled; default: at the settled mark. */
  readonly until?: number | undefined;
  readonly onProgress?: (folded: number, of: number) => void;
  /** Every settled row, as the log gives it. */
  readonly onRow?: ((row: ReplayedRow) => void) | undefined;
  /** Tests only: as if the log had lost this entry. */
  readonly sabotage?: { readonly lostSeq: number };
}

export type ReplayedRow = Extract<Output, { kind: "call" | "accountEvent" | "deadLetter" }>;

export interface ReplayReport {
  readonly partition: number;
  /** Folded from this entry to that one. */
  readonly from: number;
  readonly to: number;
  /** Null: from the first entry of the log. */
  readonly snapshot: string | null;
  readonly messages: number;
  readonly entries: number;
  readonly rows: Readonly<Record<string, number>>;
  readonly batches: number;
  /** SHA-256 of the state after `to`. */
  readonly stateHash: string;
  readonly snapshots: readonly { readonly name: string; readonly seq: number; readonly same: boolean }[];
  /** Sequences that the log lacks. */
  readonly gaps: readonly { readonly from: number; readonly to: number }[];
  readonly differences: number;
  readonly first: RowDifference | null;
  /** Sentences; empty: the log gives exactly what is stored. */
  readonly faults: readonly string[];
  readonly seconds: number;
}

interface Start {
  readonly state: PartitionState;
  readonly from: number;
  readonly snapshot: string | null;
  /** Snapshots after the start, oldest first: the state is compared where each was taken. */
  readonly ahead: readonly { readonly name: string; readonly snapshot: Snapshot }[];
  readonly lastSeq: number;
  readonly faults: readonly string[];
}

export async function replayPartition(options: ReplayOptions): Promise<ReplayReport> {
  const { nc, partition, rules } = options;
  const startedAt = performance.now();
  const jsm = await jetstreamManager(nc);
  const settled = await settledOf(nc, partition);
  const start = await startOf(options, jsm, settled);
  const decks = createDecks(await new Objm(nc).open(deckStore));
  await Promise.all(rules.deckIds(start.state).map((deckId) => decks.load(deckId)));
  const client = openWarehouse({ url: options.clickhouseUrl });
  const range = { p: partition, settledBatch: settled.batch, nowUs: options.nowUs };
  const comparison = createRowComparison(client, range);
  let folded: Folded;
  try {
    folded = await foldAgain(options, jsm, settled, start, decks, comparison);
    await comparison.compare();
  } finally {
    await client.close();
  }
  const faults = [...start.faults];
  for (const { name, seq, same } of folded.snapshots) {
    if (!same) faults.push(`The state after entry ${seq} is not the one of snapshot ${name}.`);
  }
  if (options.until === undefined && start.state.outSeq < settled.outSeq)
    faults.push(`The log gives rows up to ${start.state.outSeq}, but settled are rows up to ${settled.outSeq}.`);
  if (comparison.first !== null) {
    const { table, outSeq, what, about } = comparison.first;
    faults.push(`${comparison.differences} rows differ; the first is row ${outSeq} of ${table} (${about}): ${what}.`);
  }
  return {
    partition,
    from: start.from,
    snapshot: start.snapshot,
    ...folded,
    rows: comparison.counts,
    batches: comparison.batches,
    differences: comparison.differences,
    first: comparison.first,
    faults,
    seconds: (performance.now() - startedAt) / 1000,
  };
}

async function settledOf(nc: NatsConnection, partition: number): Promise<Settled> {
  const entry = await (await new Kvm(nc).open(settledBucket)).get(settledKey(partition));
  if (entry === null) throw new Error(`Partition ${partition} has settled nothing yet: there is nothing to compare.`);
  return decodeSettled(entry.string());
}

/** The first entry, or where that is gone by age the oldest snapshot that the log goes on from. */
async function startOf({ nc, partition, rules }: ReplayOptions, jsm: JetStreamManager, settled: Settled): Promise<Start> {
  const stream = meterStream(partition);
  const bounds = await readBounds(jsm, stream);
  const faults: string[] = [];
  const difference = await differenceFrom(jsm, stream, settled.position, bounds);
  if (difference !== null) faults.push(`The log is not the one that was settled: ${difference}.`);
  const store = createSnapshotStore(await new Objm(nc).open(snapshotStore), partition);
  const ahead: { name: string; snapshot: Snapshot }[] = [];
  for (const name of (await store.list()).toReversed()) {
    try {
      const snapshot = await store.load(name);
      if (snapshot.position.seq <= settled.position.seq) ahead.push({ name, snapshot });
    } catch (error) {
      // Three are kept: the running meter may have taken the oldest away just now.
      if ((await store.list()).includes(name)) faults.push(`Snapshot ${name} cannot be read: ${asError(error).message}.`);
    }
  }
  if (bounds.firstSeq <= 1)
    return { state: rules.createState(partition), from: 1, snapshot: null, ahead, lastSeq: bounds.lastSeq, faults };
  const usable = ahead.findIndex(({ snapshot }) => snapshot.position.seq + 1 >= bounds.firstSeq);
  const first = ahead[usable];
  if (first === undefined)
    throw new Error(`The log ${stream} begins at ${bounds.firstSeq}, and no snapshot is kept that it goes on from.`);
  const { name, snapshot } = first;
  return {
    state: rules.decodeState(snapshot.state),
    from: snapshot.position.seq + 1,
    snapshot: name,
    ahead: ahead.slice(usable + 1),
    lastSeq: bounds.lastSeq,
    faults,
  };
}

type Folded = Pick<ReplayReport, "to" | "messages" | "entries" | "stateHash" | "snapshots" | "gaps">;

async function foldAgain(
  options: ReplayOptions,
  jsm: JetStreamManager,
  settled: Settled,
  start: Start,
  decks: Decks,
  comparison: RowComparison,
): Promise<Folded> {
  const { nc, partition, partitions, rules } = options;
  const { state } = start;
  const last = Math.min(options.until ?? Number.MAX_SAFE_INTEGER, settled.position.seq, start.lastSeq);
  /** A batch may have been cut within the message that follows its position. */
  const isCut = (): boolean => to === settled.position.seq && state.outSeq < settled.outSeq && start.lastSeq > to;
  const gaps: { from: number; to: number }[] = [];
  const snapshots: { name: string; seq: number; same: boolean }[] = [];
  let [...ahead] = start.ahead;
  let failure: Error | null = null;
  let arrived = Promise.withResolvers<void>();
  const intake = await openIntake({
    nc,
    jsm,
    stream: meterStream(partition),
    from: start.from,
    onMessages: () => arrived.resolve(),
    onRestart: async () => undefined,
    onGap: (from, to) => void gaps.push({ from, to }),
    onFailure: (error) => {
      failure = error;
      arrived.resolve();
    },
  });
  const next = async (): Promise<LoggedMessage> => {
    for (;;) {
      const logged = intake.take();
      if (logged !== undefined) return logged;
      if (failure !== null) throw failure;
      await arrived.promise;
      arrived = Promise.withResolvers();
    }
  };
  let messages = 0;
  let entries = 0;
  let to = start.from - 1;
  try {
    while (to < last || isCut()) {
      const logged = await next();
      to = logged.seq;
      messages++;
      if (logged.seq !== options.sabotage?.lostSeq) entries += await foldMessage(logged);
      ahead = compareSnapshots(ahead, to, state, rules, snapshots);
      if (comparison.isFull) await comparison.compare();
      if (messages % 1000 === 0) options.onProgress?.(to - start.from + 1, last - start.from + 1);
    }
  } finally {
    intake.close();
  }
  const stateHash = sha256(rules.encodeState(state));
  return { to, messages, entries, stateHash, snapshots, gaps };

  async function foldMessage(logged: LoggedMessage): Promise<number> {
    const list = decodeMessage(logged.message, partition, partitions);
    for (const [index, entry] of list.entries()) {
      const deckId = deckNamedBy(entry);
      if (deckId !== null) await decks.load(deckId);
      for (const output of rules.apply(state, entry, { seq: logged.seq, index, time: logged.time }, decks)) {
        if (output.kind !== "call" && output.kind !== "accountEvent" && output.kind !== "deadLetter") continue;
        if (output.row.outSeq > settled.outSeq) continue;
        comparison.add(output);
        options.onRow?.(output);
      }
    }
    return list.length;
  }
}

/** Those taken at this entry are compared; returned are those still ahead. */
function compareSnapshots(
  ahead: Start["ahead"][number][],
  seq: number,
  state: PartitionState,
  rules: FoldRules,
  results: { name: string; seq: number; same: boolean }[],
): Start["ahead"][number][] {
  const [first] = ahead;
  if (first === undefined || first.snapshot.position.seq > seq) return ahead;
  const same = first.snapshot.position.seq === seq && sha256(rules.encodeState(state)) === sha256(first.snapshot.state);
  results.push({ name: first.name, seq: first.snapshot.position.seq, same });
  return compareSnapshots(ahead.slice(1), seq, state, rules, results);
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
