import { setTimeout as sleep } from "node:timers/promises";
import type { ClickHouseClient } from "@clickhouse/client";
import type { JetStreamManager } from "@nats-io/jetstream";
import type { KV } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import type { CommandType } from "@tollbook/contracts/commands.ts";
import { meterStream } from "@tollbook/contracts/subjects.ts";
import { openBulkLane } from "./bulk.ts";
import type { Decks } from "./decks.ts";
import { createDelivery } from "./deliver.ts";
import { createBatcher, type Batch } from "./encode.ts";
import { asError, PartitionRefused } from "./failures.ts";
import { createFold } from "./fold.ts";
import type { InstallFacts } from "./install.ts";
import { openIntake, type LoggedMessage } from "./intake.ts";
import { createFence, type Intent } from "./intents.ts";
import { openLateLane } from "./late-lane.ts";
import type { PartitionMetrics } from "./metrics.ts";
import { createOverflow, RowsDropped } from "./overflow.ts";
import { createOwnLog } from "./own-log.ts";
import { checkPosition, digestOf } from "./position.ts";
import { createPublisher } from "./publish.ts";
import { restore } from "./restore.ts";
import type { FoldRules } from "./rules.ts";
import { openSettler } from "./settler.ts";
import type { SinkOptions } from "./sink.ts";
import type { Slices } from "./slices.ts";
import type { Snapshot, SnapshotStore } from "./snapshots.ts";
import { publishTicks } from "./ticks.ts";
import { openViews } from "./views.ts";

/** All that one partition needs from its process. */
export interface PartitionOptions {
  readonly partition: number;
  readonly partitions: number;
  readonly owner: string;
  readonly nc: NatsConnection;
  readonly jsm: JetStreamManager;
  readonly settledMarks: KV;
  /** Where gaps of the log are noted. */
  readonly notes: KV;
  readonly snapshots: SnapshotStore;
  readonly rules: FoldRules;
  readonly decks: Decks;
  readonly installFacts: InstallFacts;
  readonly client: ClickHouseClient;
  readonly slices: Slices;
  /** Encoded rows that may wait for ClickHouse here. */
  readonly bufferBytes: number;
  readonly metrics: PartitionMetrics;
  readonly log: PartitionLog;
  /** Aborts when the lease is lost: nothing may be written any more. */
  readonly lost: AbortSignal;
  /** Aborts when the process ends or gives the partition back: what is open is settled first. */
  readonly stopping: AbortSignal;
  readonly onServing: () => void;
  /** A sentence for the health page while something needs a person; null when it no longer does. */
  readonly onProblem: (problem: string | null) => void;
  readonly sabotage?: SinkOptions["sabotage"];
  readonly snapshotEveryMs?: number;
}

export interface PartitionLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Rows leave at the latest so long after the first, unless the batch before is still on its way. */
const FLUSH_MS = 250;
/** Quiet minutes move the mark, and allow a snapshot, only so often. */
const QUIET_FLUSH_MS = 600_000;
/** A test clock's next step waits until what these brought about is settled. */
const settledSoon: ReadonlySet<CommandType> = new Set(["clock.advance", "payment.result", "invoice.verified"]);
const SNAPSHOT_EVERY_MS = 30_000;
const SNAPSHOT_ENTRIES = 1_000_000;
/** A stopping owner waits so long for what is open. */
const DRAIN_MS = 5_000;
/** NATS is asked so often whether the log still is the one that was folded. */
const CHECK_MS = 30_000;

/**
 * Owns one partition: restores it, folds its log, answers from its state. Resolves when `stopping` aborted and all that
 * was folded is settled; rejects with the reason why the partition must be taken anew. Either way nothing of it runs on.
 */
export async function runPartition(options: PartitionOptions): Promise<void> {
  const failed = new AbortController();
  // One signal for "write nothing any more": the lease is lost, or something of this partition has failed.
  const signal = AbortSignal.any([options.lost, failed.signal]);
  const closers: (() => void)[] = [];
  try {
    await Promise.race([servePartition(options, signal, (error) => failed.abort(asError(error)), closers), rejectionOf(signal)]);
  } finally {
    failed.abort(new Error("the partition has ended"));
    for (const close of closers.toReversed()) close();
  }
}

function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const onAbort = (): void => reject(asError(signal.reason));
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
}

async function servePartition(
  options: PartitionOptions,
  signal: AbortSignal,
  fail: (error: unknown) => void,
  closers: (() => void)[],
): Promise<void> {
  const { partition, partitions, nc, jsm, rules, log, metrics, stopping } = options;
  const stream = meterStream(partition);
  const fence = createFence({ nc, jsm, settled: options.settledMarks, partition, owner: options.owner });
  const { intent, settled } = await fence.claim();
  const restored = await restore({
    jsm,
    stream,
    partition,
    settled,
    intent,
    snapshots: options.snapshots,
    rules,
    onUnusable: (name, reason) => log.warn({ partition, snapshot: name, reason }, "a snapshot cannot be used"),
  });
  const { state } = restored;
  await Promise.all(rules.deckIds(state).map((deckId) => options.decks.load(deckId)));
  const found = { partition, from: restored.from, until: restored.until, snapshot: restored.snapshot };
  log.info({ ...found, openBatch: restored.open?.batch ?? null }, "partition taken over");

  let caughtUp = restored.until < restored.from;
  let lastFolded: LoggedMessage | null = null;
  /** When the oldest entry came that no closed batch has. */
  let openSince: number | null = null;
  let quietSince: number | null = null;
  let somebodyWaits = false;
  let snapshotAt = performance.now();
  let entriesSinceSnapshot = 0;

  const ownLog = createOwnLog(nc, jsm, partition);
  const publisher = createPublisher({
    nc,
    notes: options.notes,
    partition,
    epoch: settled.epoch,
    signal,
    onHeld: (error) => {
      metrics.outboxHeld();
      settler.hold();
      log.warn(
        { partition, reason: error.message },
        "the outbox does not acknowledge; what was to be told waits, and so does the settled mark",
      );
    },
  });
  closers.push(() => publisher.close());
  const lateLane = openLateLane({
    client: options.client,
    ownLog,
    partition,
    pending: restored.pendingLookUps,
    decks: options.decks,
    settled: () => settler.settled,
    signal,
    log,
  });

  const settler = openSettler({
    sink: {
      client: options.client,
      fence,
      signal,
      onVerified: (batch) => publisher.confirm(batch.afterSettling, batch.position.seq),
      ...(options.sabotage === undefined ? {} : { sabotage: options.sabotage }),
    },
    settled,
    log,
    metrics,
    saveSnapshot: (snapshot) => options.snapshots.save(snapshot),
    onSettled: () => {
      if (overflow.dropsRows && settler.waiting === 0) fail(new RowsDropped(partition));
      fold.wake();
      flushIfDue();
    },
    onProblem: options.onProblem,
    onFailure: fail,
  });

  const batcher = createBatcher({
    partition,
    epoch: settled.epoch,
    streamCreated: restored.streamCreated,
    batch: settled.batch,
    outSeq: settled.outSeq,
    position: settled.position,
    logTime: settled.logTime,
    open: restored.open,
    onBatch: (batch, boundary) => {
      openSince = null;
      quietSince = null;
      somebodyWaits = false;
      settler.add(batch, boundary ? takeSnapshot(batch) : null);
    },
  });

  const overflow = createOverflow({
    settler,
    isFull: () => settler.bytes + batcher.openBytes >= options.bufferBytes,
    isCaughtUp: () => caughtUp,
    onOverflow: () => {
      batcher.close();
      log.error(
        { partition },
        "ClickHouse is away and the memory for waiting rows is full: calls are decided on, rows are made again later",
      );
    },
  });

  /** While the batch before is under way, the open one may grow. */
  const flushIfDue = (): void => {
    const now = performance.now();
    const due =
      somebodyWaits ||
      (openSince !== null && now - openSince >= FLUSH_MS) ||
      (quietSince !== null && now - quietSince >= QUIET_FLUSH_MS);
    if (due && settler.waiting === 0 && fold.betweenMessages && !overflow.dropsRows) batcher.close();
  };

  const takeSnapshot = (batch: Batch): Snapshot | null => {
    const due = performance.now() - snapshotAt >= (options.snapshotEveryMs ?? SNAPSHOT_EVERY_MS);
    if (entriesSinceSnapshot === 0 || !(due || stopping.aborted || entriesSinceSnapshot >= SNAPSHOT_ENTRIES)) return null;
    const started = performance.now();
    const bytes = rules.encodeState(state);
    metrics.snapshotEncoded(performance.now() - started);
    snapshotAt = performance.now();
    entriesSinceSnapshot = 0;
    return {
      epoch: batch.key.epoch,
      outSeq: state.outSeq,
      position: batch.position,
      pendingLookUps: lateLane.pending(),
      state: bytes,
    };
  };

  const catchUp = Promise.withResolvers<void>();
  if (caughtUp) catchUp.resolve();
  const fold = createFold({
    partition,
    partitions,
    state,
    rules,
    decks: options.decks,
    slices: options.slices,
    take: () => intake.take(),
    mayTake: () => overflow.mayTake(),
    onMessage: ({ time }) => batcher.beginMessage(time),
    onEntry: (entry) => {
      entriesSinceSnapshot++;
      if (entry.kind === "lookedUp") lateLane.answered(entry.event);
      if (entry.kind === "command" && settledSoon.has(entry.command.type)) somebodyWaits = true;
    },
    onOutput: createDelivery({
      partition,
      epoch: settled.epoch,
      toldUpTo: settled.logSeq,
      batcher,
      publisher,
      lateLane,
      dropsRows: () => overflow.dropsRows,
    }),
    onFolded: (logged, quiet) => {
      lastFolded = logged;
      if (!overflow.dropsRows) batcher.endMessage(logged.message, logged.seq);
      if (batcher.openRows > 0 || (batcher.openMessages > 0 && !quiet)) openSince ??= performance.now();
      else if (batcher.openMessages > 0) quietSince ??= performance.now();
      if (caughtUp || logged.seq < restored.until) return;
      const missing = batcher.missing();
      if (missing !== null) return fail(new PartitionRefused(missingRows(partition, missing)));
      caughtUp = true;
      catchUp.resolve();
    },
    onWaitingForDeck: (error) => log.error({ partition, reason: error.message }, "the partition waits for a rate deck"),
    onFailure: fail,
  });
  closers.push(() => fold.close());

  const checkLog = async (): Promise<void> => {
    if (lastFolded === null) return;
    const { seq, message } = lastFolded;
    await checkPosition(jsm, stream, { streamCreated: restored.streamCreated, seq, digest: digestOf(message) });
  };
  const intake = await openIntake({
    nc,
    jsm,
    stream,
    from: restored.from,
    onMessages: () => fold.wake(),
    onRestart: checkLog,
    onGap: (from, to) => {
      metrics.gap(to - from + 1);
      publisher.gap(from, to);
      log.error({ partition, from, to }, "the log lacks these messages: NATS has lost them; ask their senders to repeat");
    },
    onFailure: fail,
  });
  closers.push(() => intake.close());
  const lagMs = (): number => performance.now() - (intake.oldestSince() ?? performance.now());
  const timers = [
    setInterval(() => {
      flushIfDue();
      // What waits for ClickHouse may wait no longer, or may have waited long enough.
      if (intake.length > 0) fold.wake();
      metrics.progress(lastFolded?.seq ?? 0, lagMs());
    }, FLUSH_MS / 5),
    // Whether NATS answers is the lease's matter; what it answers is this one's.
    setInterval(
      () => void checkLog().catch((error: unknown) => asError(error).name === "PartitionRefused" && fail(error)),
      CHECK_MS,
    ),
  ];
  closers.push(() => timers.forEach(clearInterval));

  const stopped = new Promise<void>((resolve) => {
    if (stopping.aborted) resolve();
    stopping.addEventListener("abort", () => resolve(), { once: true });
  });
  await Promise.race([catchUp.promise, stopped]);
  if (!stopping.aborted) {
    const onAnswer = (milliseconds: number): void => metrics.viewAnswered(milliseconds);
    const views = openViews(nc, { partition, partitions, state, rules, decks: options.decks, onAnswer });
    const ticks = publishTicks(ownLog, (error) => log.warn({ partition, reason: error.message }, "a tick could not be written"));
    const onHeld = (error: Error): void =>
      log.error({ partition, reason: error.message }, "an installation-wide fact is held back");
    const copying = options.installFacts.copyTo(ownLog, onHeld);
    closers.push(
      () => views.close(),
      () => ticks.close(),
      () => copying.close(),
    );
    lateLane.start();
    const bulkSignal = AbortSignal.any([signal, stopping]);
    const unwatch = metrics.watchTotals(() => rules.totals(state));
    closers.push(unwatch);
    openBulkLane({
      nc,
      jsm,
      partition,
      ownLog,
      lagMs,
      foldedSeq: () => lastFolded?.seq ?? restored.until,
      signal: bulkSignal,
      log,
    });
    options.onServing();
    await stopped;
  }
  await fold.finish();
  if (overflow.dropsRows || entriesSinceSnapshot === 0) batcher.close();
  else batcher.closeWithMark();
  // ClickHouse may be away: the next owner finds the open batch announced, and makes the others again.
  await Promise.race([settler.drained(), sleep(DRAIN_MS, undefined, { ref: false })]);
}

function missingRows(partition: number, intent: Intent): string {
  return (
    `Batch ${intent.batch} of partition ${partition} was announced with rows up to ${intent.outTo}, but the log ends before it gives them: ` +
    "NATS has lost the end of the log. Put the NATS data folder back as it was before it was restored or lost."
  );
}
