import { setTimeout as sleep } from "node:timers/promises";
import { OwnershipLost, PartitionRefused, asError } from "./failures.ts";
import type { MeterMetrics } from "./metrics.ts";
import { RowsDropped } from "./overflow.ts";
import { runPartition, type PartitionLog, type PartitionOptions } from "./partition.ts";

/** Runs the partitions that this meter holds a lease for, each until its lease ends, again and again when it fails. */
export interface Host {
  /** Call when a lease was got. */
  take(partition: number, lost: AbortSignal): void;
  /** Lets one go in order: settled, with a snapshot. */
  giveBack(partition: number): void;
  /** What each partition held here is doing, and the sentences that need somebody. */
  status(): { readonly stages: ReadonlyMap<number, Stage>; readonly problems: readonly string[] };
  /** Resolves when nothing runs any more. */
  ended(): Promise<void>;
}

export type Stage = "restoring" | "serving" | "refused";

export interface HostOptions {
  /** All but what belongs to one run of one partition. */
  readonly common: Omit<
    PartitionOptions,
    "partition" | "metrics" | "lost" | "stopping" | "onServing" | "onProblem" | "snapshots"
  >;
  readonly snapshotsOf: (partition: number) => PartitionOptions["snapshots"];
  readonly metrics: MeterMetrics;
  readonly log: PartitionLog;
  /** Aborts when the process ends. */
  readonly closing: AbortSignal;
  readonly release: (partition: number) => Promise<void>;
}

/** Before a partition that failed is taken again. */
const RETAKE_MS = 1_000;
/** A refused one waits for a person. */
const REFUSED_MS = 15_000;

export function createHost({ common, snapshotsOf, metrics, log, closing, release }: HostOptions): Host {
  const stages = new Map<number, Stage>();
  const problems = new Map<number, string>();
  const running = new Map<number, { readonly stop: AbortController; readonly done: Promise<void> }>();

  const run = async (partition: number, lost: AbortSignal, stopping: AbortSignal): Promise<void> => {
    const partitionMetrics = metrics.forPartition(partition);
    const ended = AbortSignal.any([lost, stopping]);
    const set = (stage: Stage): void => {
      stages.set(partition, stage);
      partitionMetrics.serving(stage === "serving");
    };
    const onProblem = (problem: string | null): void => {
      if (problem === null) problems.delete(partition);
      else problems.set(partition, problem);
    };
    while (!ended.aborted) {
      set("restoring");
      try {
        await runPartition({
          ...common,
          partition,
          snapshots: snapshotsOf(partition),
          metrics: partitionMetrics,
          lost,
          stopping,
          onProblem,
          onServing: () => {
            onProblem(null);
            set("serving");
          },
        });
      } catch (error) {
        if (ended.aborted) break;
        partitionMetrics.restarted();
        const { message: reason, stack } = asError(error);
        const refused = error instanceof PartitionRefused;
        const known = refused || error instanceof OwnershipLost || error instanceof RowsDropped;
        log.error({ partition, reason, ...(known ? {} : { stack }) }, "a partition was let go");
        if (refused) set("refused");
        if (refused || !known) onProblem(refused ? reason : `Partition ${partition} fails and is tried again: ${reason}`);
        await sleep(refused ? REFUSED_MS : RETAKE_MS, undefined, { signal: ended }).catch(() => undefined);
      }
    }
    stages.delete(partition);
    problems.delete(partition);
    partitionMetrics.serving(false);
    if (!lost.aborted) await release(partition);
  };

  return {
    take: (partition, lost) => {
      stages.set(partition, "restoring");
      const before = running.get(partition)?.done ?? Promise.resolve();
      const stop = new AbortController();
      const stopping = AbortSignal.any([stop.signal, closing]);
      // Its predecessor in this process may still be letting go.
      const done = before
        .then(() => run(partition, lost, stopping))
        .catch((error: unknown) => log.error({ partition, reason: asError(error).message }, "a partition ended"));
      running.set(partition, { stop, done });
    },
    giveBack: (partition) => running.get(partition)?.stop.abort(),
    status: () => ({ stages, problems: [...problems.values()] }),
    ended: async () => {
      await Promise.all([...running.values()].map(({ done }) => done));
    },
  };
}
