import { setTimeout as sleep } from "node:timers/promises";
import type { Batch } from "./encode.ts";
import type { Settled } from "./intents.ts";
import type { PartitionMetrics } from "./metrics.ts";
import { settleBatch, type SinkOptions } from "./sink.ts";
import type { Snapshot } from "./snapshots.ts";
import type { PartitionLog } from "./partition.ts";

/** Settles a partition's batches one after the other, and keeps those that wait in bounded memory. */
export interface Settler {
  add(batch: Batch, snapshot: Snapshot | null): void;
  /** Batches that are not settled yet. */
  readonly waiting: number;
  /** Of their encoded rows. */
  readonly bytes: number;
  /** How long nothing could be settled, because ClickHouse or the outbox does not take what there is; 0 while they do. */
  readonly heldForMs: number;
  /** The outbox does not take what the batch has to tell. */
  hold(): void;
  readonly settled: Settled;
  /** Resolves when nothing waits any more. */
  drained(): Promise<void>;
}

export interface SettlerOptions {
  readonly sink: Omit<SinkOptions, "report" | "sleep">;
  readonly settled: Settled;
  readonly log: PartitionLog;
  readonly metrics: PartitionMetrics;
  readonly onSettled: (batch: Batch, settled: Settled) => void;
  readonly onProblem: (problem: string | null) => void;
  readonly onFailure: (error: unknown) => void;
  readonly saveSnapshot: (snapshot: Snapshot) => Promise<{ readonly bytes: number }>;
}

export function openSettler(options: SettlerOptions): Settler {
  const { log, metrics } = options;
  const queue: { readonly batch: Batch; readonly snapshot: Snapshot | null }[] = [];
  let bytes = 0;
  let heldSince: number | null = null;
  let running = false;
  let settled = options.settled;
  let saving: Promise<void> | null = null;
  let idle = Promise.withResolvers<void>();
  idle.resolve();

  const report: SinkOptions["report"] = {
    held: (batch, error, attempt) => {
      heldSince ??= performance.now();
      metrics.held(true);
      const fields = { batch: batch.key.batch, partition: batch.key.p, attempt, reason: error.message };
      log.warn(fields, "ClickHouse does not take a batch; calls are decided meanwhile, the rows wait");
    },
    foreign: (problem) => {
      heldSince ??= performance.now();
      metrics.held(true);
      options.onProblem(problem);
      log.error({}, problem);
    },
    burnt: (batch, part, attempt) => {
      metrics.burnt();
      const fields = { batch: batch.key.batch, partition: batch.key.p, table: part.table, attempt };
      log.warn(fields, "ClickHouse answered OK and stored nothing: inserting again under another token");
    },
    resumed: (batch, found) => {
      log.info({ batch: batch.key.batch, partition: batch.key.p, found }, "went on with the batch that was open");
    },
    settled: (batch) => {
      heldSince = null;
      options.onProblem(null);
      metrics.held(false);
      metrics.settled(batch);
    },
  };

  const run = async (): Promise<void> => {
    for (let next = queue[0]; next !== undefined; next = queue[0]) {
      settled = await settleBatch(next.batch, {
        ...options.sink,
        report,
        sleep: (ms, signal) => sleep(ms, undefined, { signal }),
      });
      queue.shift();
      bytes -= next.batch.bytes;
      metrics.buffered(bytes);
      if (next.snapshot !== null) save(next.snapshot);
      options.onSettled(next.batch, settled);
    }
  };

  /** Only now, so that every snapshot in the store lies at or before what is settled. One at a time; a late one is left out. */
  const save = (snapshot: Snapshot): void => {
    if (saving !== null) return;
    saving = options
      .saveSnapshot(snapshot)
      .then(
        ({ bytes: stored }) => metrics.snapshotStored(stored),
        (error: unknown) =>
          log.warn({ reason: (error as Error).message }, "a snapshot could not be stored; the next one will be tried"),
      )
      .finally(() => (saving = null));
  };

  const start = (): void => {
    if (running) return;
    running = true;
    idle = Promise.withResolvers();
    run().then(
      () => {
        running = false;
        idle.resolve();
      },
      (error: unknown) => {
        // Never again: what could not be settled must not be overtaken.
        idle.resolve();
        options.onFailure(error);
      },
    );
  };

  return {
    add: (batch, snapshot) => {
      queue.push({ batch, snapshot });
      bytes += batch.bytes;
      metrics.buffered(bytes);
      start();
    },
    get waiting() {
      return queue.length;
    },
    get bytes() {
      return bytes;
    },
    get heldForMs() {
      return heldSince === null ? 0 : performance.now() - heldSince;
    },
    hold: () => {
      heldSince ??= performance.now();
      metrics.held(true);
    },
    get settled() {
      return settled;
    },
    drained: async () => {
      await idle.promise;
      await saving;
    },
  };
}
