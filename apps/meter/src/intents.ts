import { createHash } from "node:crypto";
import { JetStreamApiError, jetstream, type JetStreamClient, type JetStreamManager } from "@nats-io/jetstream";
import type { KV } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import { intentStream, intentSubject } from "@tollbook/contracts/subjects.ts";
import { timeUs } from "@tollbook/contracts/units.ts";
import { decodeSettledMark, settledKey, type SettledMark } from "@tollbook/warehouse/settled-mark.ts";
import type { Table } from "@tollbook/warehouse/tables.ts";
import { OwnershipLost } from "./failures.ts";
import type { Position } from "./position.ts";

/** What a batch will hold, written down before anything is inserted (architecture §4, step 1). */
export interface Intent {
  readonly epoch: number;
  readonly batch: number;
  /** Year * 100 + month of log time: a batch lies in one partition of each table. */
  readonly month: number;
  /** The last entry of the log that is in it as a whole. */
  readonly logSeq: number;
  readonly outFrom: number;
  readonly outTo: number;
  readonly parts: readonly IntentPart[];
  readonly attempt: number;
}

export interface IntentPart {
  readonly table: Table;
  readonly rows: number;
  readonly minOutSeq: number;
  readonly maxOutSeq: number;
  /** Hexadecimal. */
  readonly xor: string;
}

/**
 * A partition's record in the stream INTENT. Each publication names the one before (compare-and-set), so an owner that
 * lost its lease fails here: this is the fence. A new owner first writes a claim, which carries the open intent on.
 */
interface IntentRecord {
  readonly kind: "claim" | "intent";
  readonly owner: string;
  readonly intent: Intent | null;
  /** SHA-256 of the record before: the chain shows that none is missing. */
  readonly previous: string;
}

/** The settled mark with what only the meter needs: the position. */
export interface Settled extends SettledMark {
  readonly position: Position;
}

export const nothingSettled: Settled = {
  epoch: 1,
  batch: 0,
  outSeq: 0,
  logSeq: 0,
  logTime: timeUs(0),
  position: { streamCreated: "", seq: 0, digest: "" },
};

/** The two compare-and-set records of one partition: what is intended, what is settled. One call at a time. */
export interface Fence {
  /** Announces the new owner; resolves with what the one before had open and settled. */
  claim(): Promise<{ readonly intent: Intent | null; readonly settled: Settled }>;
  publishIntent(intent: Intent): Promise<void>;
  settle(settled: Settled): Promise<void>;
  /** Writes nothing; throws OwnershipLost when somebody else has written since. */
  confirm(): Promise<void>;
}

export interface FenceOptions {
  readonly nc: NatsConnection;
  readonly jsm: JetStreamManager;
  readonly settled: KV;
  readonly partition: number;
  readonly owner: string;
}

const PUBLISH_TIMEOUT_MS = 5_000;
/** A write whose answer was lost is looked up before it is called lost. */
const ATTEMPTS = 4;

export function createFence({ nc, jsm, settled: kv, partition, owner }: FenceOptions): Fence {
  const js: JetStreamClient = jetstream(nc, { timeout: PUBLISH_TIMEOUT_MS });
  const subject = intentSubject(partition);
  let lastSeq = 0;
  let lastHash = "";
  let revision = 0;

  const readLast = async (): Promise<{ seq: number; text: string } | null> => {
    try {
      const stored = await jsm.streams.getMessage(intentStream, { last_by_subj: subject });
      return stored === null ? null : { seq: stored.seq, text: stored.string() };
    } catch (error) {
      if (error instanceof JetStreamApiError && error.status === 404) return null;
      throw error;
    }
  };

  const publish = async (kind: IntentRecord["kind"], intent: Intent | null): Promise<void> => {
    const text = JSON.stringify({ kind, owner, intent, previous: lastHash } satisfies IntentRecord);
    for (let attempt = 1; ; attempt++) {
      try {
        const ack = await js.publish(subject, text, { expect: { streamName: intentStream, lastSubjectSequence: lastSeq } });
        lastSeq = ack.seq;
        break;
      } catch (error) {
        // Ours may be stored although the answer was lost; then the repeat is what was refused.
        const last = await readLastPatiently(readLast, error);
        if (last !== null && last.text === text) {
          lastSeq = last.seq;
          break;
        }
        if ((last?.seq ?? 0) !== lastSeq) throw new OwnershipLost(`another meter has claimed partition ${partition}`);
        if (attempt >= ATTEMPTS) throw error;
      }
    }
    lastHash = createHash("sha256").update(text).digest("hex");
  };

  return {
    claim: async () => {
      const last = await readLast();
      lastSeq = last?.seq ?? 0;
      lastHash = last === null ? "" : createHash("sha256").update(last.text).digest("hex");
      const intent = last === null ? null : (JSON.parse(last.text) as IntentRecord).intent;
      await publish("claim", intent);
      // Read after the claim: an owner from before can still settle its last batch until it learns of us.
      const entry = await kv.get(settledKey(partition));
      revision = entry?.revision ?? 0;
      return { intent, settled: entry === null ? nothingSettled : decodeSettled(entry.string()) };
    },
    publishIntent: (intent) => publish("intent", intent),
    settle: async (settled) => {
      const text = JSON.stringify(settled);
      for (let attempt = 1; ; attempt++) {
        try {
          revision = await kv.put(settledKey(partition), text, { previousSeq: revision });
          return;
        } catch (error) {
          const entry = await readLastPatiently(() => kv.get(settledKey(partition)), error);
          if (entry !== null && entry.string() === text) {
            revision = entry.revision;
            return;
          }
          if ((entry?.revision ?? 0) !== revision) throw new OwnershipLost(`another meter has settled partition ${partition}`);
          if (attempt >= ATTEMPTS) throw error;
        }
      }
    },
    confirm: async () => {
      if (((await readLast())?.seq ?? 0) !== lastSeq) throw new OwnershipLost(`another meter has claimed partition ${partition}`);
    },
  };
}

/** The first error is the one that says what happened; a failing look-up is not. */
async function readLastPatiently<Value>(read: () => Promise<Value>, cause: unknown): Promise<Value> {
  try {
    return await read();
  } catch {
    throw cause;
  }
}

export function decodeSettled(text: string): Settled {
  const mark = decodeSettledMark(text);
  const { position } = JSON.parse(text) as Partial<Settled>;
  if (position === undefined) throw new Error("settled mark: position is missing");
  return { ...mark, position };
}
