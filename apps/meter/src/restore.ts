import type { JetStreamManager } from "@nats-io/jetstream";
import type { PartitionState } from "@tollbook/domain/state.ts";
import { PartitionRefused, asError } from "./failures.ts";
import type { Intent, Settled } from "./intents.ts";
import { checkPosition, differenceFrom } from "./position.ts";
import type { FoldRules } from "./rules.ts";
import type { PendingLookUp, Snapshot, SnapshotStore } from "./snapshots.ts";

/** Where a new owner begins: a state, and the log from `from` on. */
export interface Restored {
  readonly state: PartitionState;
  readonly from: number;
  readonly streamCreated: string;
  /** The log's end when we looked: up to here it is catching up. */
  readonly until: number;
  readonly pendingLookUps: readonly PendingLookUp[];
  /** Announced by the owner before, and not settled. */
  readonly open: Intent | null;
  /** Null: from the first event. */
  readonly snapshot: string | null;
}

export interface RestoreOptions {
  readonly jsm: JetStreamManager;
  readonly stream: string;
  readonly partition: number;
  readonly settled: Settled;
  readonly intent: Intent | null;
  readonly snapshots: SnapshotStore;
  readonly rules: FoldRules;
  /** A snapshot that could not be used: the one before it is taken. */
  readonly onUnusable: (name: string, reason: string) => void;
}

/**
 * The newest snapshot at or before the settled position; everything after it is folded again from the log. Throws
 * PartitionRefused when log, marks and snapshots do not fit together.
 */
export async function restore(options: RestoreOptions): Promise<Restored> {
  const { jsm, stream, partition, settled, intent } = options;
  const bounds = await checkPosition(jsm, stream, settled.position);
  const open = openIntent(partition, settled, intent);
  const found = await newestUsable(options, bounds);
  const from = found === null ? 1 : found.snapshot.position.seq + 1;
  if (found === null && bounds.firstSeq > 1) {
    throw new PartitionRefused(
      `The log ${stream} begins at ${bounds.firstSeq} and partition ${partition} has no snapshot that can be used: what came before ` +
        "is missing. Restore the NATS data folder from a backup that holds a snapshot.",
    );
  }
  return {
    state: found === null ? options.rules.createState(partition) : found.state,
    from,
    streamCreated: bounds.streamCreated,
    until: bounds.lastSeq,
    pendingLookUps: found?.snapshot.pendingLookUps ?? [],
    open,
    snapshot: found?.name ?? null,
  };
}

function openIntent(partition: number, settled: Settled, intent: Intent | null): Intent | null {
  if (intent === null || (intent.epoch === settled.epoch && intent.batch <= settled.batch)) return null;
  if (intent.epoch === settled.epoch && intent.batch === settled.batch + 1) return intent;
  throw new PartitionRefused(
    `Partition ${partition} has settled batch ${settled.epoch}/${settled.batch}, but announced ${intent.epoch}/${intent.batch}: ` +
      "NATS has lost the mark between them. Put the NATS data folder back as it was before it was restored or lost.",
  );
}

async function newestUsable(
  { jsm, stream, settled, snapshots, rules, onUnusable }: RestoreOptions,
  bounds: Parameters<typeof differenceFrom>[3],
): Promise<{ name: string; snapshot: Snapshot; state: PartitionState } | null> {
  for (const name of await snapshots.list()) {
    try {
      const snapshot = await snapshots.load(name);
      if (snapshot.epoch !== settled.epoch || snapshot.outSeq > settled.outSeq) {
        onUnusable(name, "it is newer than what is settled");
        continue;
      }
      const difference = await differenceFrom(jsm, stream, snapshot.position, bounds);
      if (difference === null) return { name, snapshot, state: rules.decodeState(snapshot.state) };
      onUnusable(name, difference);
    } catch (error) {
      onUnusable(name, asError(error).message);
    }
  }
  return null;
}
