import type { ClickHouseClient } from "@clickhouse/client";
import type { JetStreamManager } from "@nats-io/jetstream";
import type { KV } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import { meterStream } from "@tollbook/contracts/subjects.ts";
import type { Output } from "@tollbook/domain/fold.ts";
import type { Decks } from "./decks.ts";
import { createBatcher, type Batch } from "./encode.ts";
import { asError } from "./failures.ts";
import { createFold } from "./fold.ts";
import type { InstallFacts } from "./install.ts";
import { openIntake, type LoggedMessage } from "./intake.ts";
import { createFence } from "./intents.ts";
import type { PartitionMetrics } from "./metrics.ts";
import { createOwnLog } from "./own-log.ts";
import { createPublisher } from "./publish.ts";
import { restore } from "./restore.ts";
import { openSettler } from "./settler.ts";
import type { FoldRules } from "./rules.ts";
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
const SNAPSHOT_EVERY_MS = 30_000;
const SNAPSHOT_ENTRIES = 1_000_000;
/** Who asked so long ago waits no longer (contract: 300 ms). */
const STALE_REPLY_MS = 10_000;

/**
 * Owns one partition: restores it, folds its log, answers from its state. Resolves when `stopping` aborted and all that
 * was folded is settled; rejects with the reason why the partition must be taken anew. Either way nothing of it runs on.
 */
export async function runPartition(options: PartitionOptions, onServing: () => void): Promise<void> {
  const { partition, partitions, nc, jsm, rules, log, metrics, lost, stopping } = options;
  const stream = meterStream(partition);
  const closers: (() => void)[] = [];
  const failure = Promise.withResolvers<never>();
  // Awaited below; failing before that must not end the process.
  failure.promise.catch(() => undefined);
  const fail = (error: unknown): void => failure.reject(asError(error));
  if (lost.aborted) fail(lost.reason);
  lost.addEventListener("abort", () => fail(lost.reason), { once: true });
  const stopped = new Promise<void>((resolve) => {
    if (stopping.aborted) resolve();
    stopping.addEventListener("abort", () => resolve(), { once: true });
  });

  try {
    await Promise.race([serve(), failure.promise]);
  } finally {
    for (const close of closers.toReversed()) close();
  }

  async function serve(): Promise<void> {
    const fence = createFence({ nc, jsm, settled: options.settledMarks, partition, owner: options.owner });
    const { intent, settled } = await fence.claim();
    await options.installFacts.decksLoaded(lost);
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
    const opened = { partition, from: restored.from, until: restored.until, snapshot: restored.snapshot };
    log.info({ ...opened, openBatch: restored.open?.batch ?? null }, "partition taken over");

    const publisher = createPublisher(nc, partition);
    closers.push(() => publisher.close());
    let openSince: number | null = null;
    let quietSince: number | null = null;
    let snapshotAt = performance.now();
    let foldedSinceSnapshot = 0;

    const takeSnapshot = (batch: Batch): Snapshot | null => {
      const due = performance.now() - snapshotAt >= (options.snapshotEveryMs ?? SNAPSHOT_EVERY_MS);
      if (foldedSinceSnapshot === 0 || !(due || stopping.aborted || foldedSinceSnapshot >= SNAPSHOT_ENTRIES)) return null;
      const started = performance.now();
      const bytes = rules.encodeState(state);
      metrics.snapshotEncoded(performance.now() - started);
      snapshotAt = performance.now();
      foldedSinceSnapshot = 0;
      return { epoch: batch.key.epoch, outSeq: state.outSeq, position: batch.position, pendingLookUps: [], state: bytes };
    };

    const settler = openSettler({
      sink: {
        client: options.client,
        fence,
        signal: lost,
        ...(options.sabotage === undefined ? {} : { sabotage: options.sabotage }),
      },
      settled,
      bufferBytes: options.bufferBytes,
      log,
      metrics,
      saveSnapshot: (snapshot) => options.snapshots.save(snapshot),
      onSettled: (batch) => {
        for (const [i, output] of batch.afterSettling.entries()) {
          if (output.kind === "notice") publisher.outbox(output, `${partition}-${batch.key.epoch}-${batch.outTo}-${i}`);
        }
        fold.wake();
        flushIfDue();
      },
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
        settler.add(batch, boundary ? takeSnapshot(batch) : null);
      },
    });
    /** While the batch before is under way, the open one may grow. */
    const flushIfDue = (): void => {
      const now = performance.now();
      const due =
        (openSince !== null && now - openSince >= FLUSH_MS) || (quietSince !== null && now - quietSince >= QUIET_FLUSH_MS);
      if (due && settler.waiting === 0 && fold.betweenMessages) batcher.close();
    };

    const deliver = (output: Output, logged: LoggedMessage): void => {
      if (output.kind === "call" || output.kind === "accountEvent" || output.kind === "deadLetter") {
        batcher.add(output);
        if (batcher.openRows > 0) openSince ??= performance.now();
        if (output.kind !== "deadLetter") publisher.touched(output.row.account, logged.seq, logged.time);
        return;
      }
      // Told by the owner before: what is folded again up to here changes the state only.
      if (logged.seq <= settled.logSeq) return;
      switch (output.kind) {
        case "reply":
          if (Date.now() - logged.time / 1000 < STALE_REPLY_MS) publisher.reply(output);
          return;
        case "control":
          return publisher.control(output);
        case "payment":
          return publisher.outbox(output, `${partition}-${settled.epoch}-${output.recharge}`);
        case "notice":
          return batcher.afterSettling(output);
        case "lookUp":
          return;
      }
    };

    let caughtUp = restored.until < restored.from;
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
      mayTake: () => !settler.full,
      onMessage: ({ time }) => batcher.beginMessage(time),
      onEntry: () => void foldedSinceSnapshot++,
      onOutput: deliver,
      onFolded: ({ message, seq }, quiet) => {
        batcher.endMessage(message, seq);
        if (batcher.openMessages > 0) {
          if (quiet) quietSince ??= performance.now();
          else openSince ??= performance.now();
        }
        metrics.folded(seq);
        if (caughtUp || seq < restored.until) return;
        caughtUp = true;
        catchUp.resolve();
      },
      onWaitingForDeck: (error) => log.error({ partition, reason: error.message }, "the partition waits for a rate deck"),
      onFailure: fail,
    });
    closers.push(() => fold.close());
    const intake = await openIntake({
      nc,
      jsm,
      stream,
      from: restored.from,
      onMessages: () => fold.wake(),
      onGap: (from, to) => {
        metrics.gap(to - from + 1);
        log.error({ partition, from, to }, "the log lacks these messages: NATS has lost them; ask their senders to repeat");
      },
      onFailure: fail,
    });
    closers.push(() => intake.close());
    const flushTimer = setInterval(flushIfDue, FLUSH_MS / 5);
    closers.push(() => clearInterval(flushTimer));

    await Promise.race([catchUp.promise, stopped]);
    if (!stopping.aborted) {
      const ownLog = createOwnLog(nc, jsm, partition);
      const views = openViews(nc, {
        partition,
        partitions,
        state,
        rules,
        onAnswer: (milliseconds) => metrics.viewAnswered(milliseconds),
      });
      closers.push(() => views.close());
      const ticks = publishTicks(ownLog, (error) =>
        log.warn({ partition, reason: error.message }, "a tick could not be written"),
      );
      closers.push(() => ticks.close());
      const copying = options.installFacts.copyTo(ownLog, (error) =>
        log.error({ partition, reason: error.message }, "an installation-wide fact is held back"),
      );
      closers.push(() => copying.close());
      onServing();
      await stopped;
    }
    await fold.finish();
    batcher.close();
    await settler.drained();
  }
}
