import type { ClickHouseClient } from "@clickhouse/client";
import { insertRows, insertToken } from "@tollbook/warehouse/insert.ts";
import { isExactly, readBack, type ReadBack } from "@tollbook/warehouse/read-back.ts";
import { timeUs } from "@tollbook/contracts/units.ts";
import { asError } from "./failures.ts";
import type { Batch, BatchPart } from "./encode.ts";
import type { Fence, Intent, Settled } from "./intents.ts";

/**
 * Intent, insert, read back, settle (architecture §4). ClickHouse logs a deduplication token before it renames the part: a
 * kill between the two burns the token, and the repeat is answered OK and stores nothing. So an answer is never believed;
 * only what can be read back is settled.
 */
export interface SinkOptions {
  readonly client: ClickHouseClient;
  readonly fence: Fence;
  readonly signal: AbortSignal;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly report: SinkReport;
  /** The rows are verified; the mark goes on once this resolves. */
  readonly onVerified?: (batch: Batch) => Promise<void>;
  /** Tests break this rule to prove that they would notice. */
  readonly sabotage?: { readonly skipReadBack?: boolean };
}

/** What becomes of it is for people: log lines and metrics. */
export interface SinkReport {
  /** ClickHouse does not answer, or refuses: held, tried again, nothing dropped. */
  held(batch: Batch, error: Error, attempt: number): void;
  /** It holds other rows under the batch's name: an operator must look; asked again later, decisions go on. */
  foreign(problem: string): void;
  /** It said OK and has nothing: the token is burnt, the next attempt has another. */
  burnt(batch: Batch, part: BatchPart, attempt: number): void;
  resumed(batch: Batch, found: boolean): void;
  settled(batch: Batch, settled: Settled): void;
}

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5_000;
/** An insert that hangs longer is taken for lost: repeated with the same token, then read back. */
const INSERT_TIMEOUT_MS = 30_000;
/** After an insert whose end nobody saw, "nothing there" is believed only when it stays so: it might still be running. */
const ZOMBIE_CHECKS = 3;
const ZOMBIE_WAIT_MS = 500;
const FOREIGN_WAIT_MS = 5_000;
/** An intent older than this may have been taken over: ask before inserting. Below the lease's five seconds. */
const CONFIRM_AFTER_MS = 4_000;

/** Resolves once the batch is settled; rejects when this owner must stop. Waits as long as ClickHouse needs. */
export async function settleBatch(batch: Batch, options: SinkOptions): Promise<Settled> {
  const { fence, report } = options;
  if (batch.rows > 0) {
    let intent = batch.resumed ?? intentOf(batch);
    let confirmedAt = performance.now();
    if (batch.resumed === null) await fence.publishIntent(intent);
    for (const part of batch.parts) {
      const store = createPartStore(batch, part, options);
      let stored = batch.resumed !== null && (await store.isStored());
      if (batch.resumed !== null) report.resumed(batch, stored);
      while (!stored) {
        if (performance.now() - confirmedAt > CONFIRM_AFTER_MS) {
          await fence.confirm();
          confirmedAt = performance.now();
        }
        const outcome = await store.insert(intent.attempt);
        stored = outcome === "stored";
        if (outcome !== "burnt") continue;
        report.burnt(batch, part, intent.attempt);
        intent = { ...intent, attempt: intent.attempt + 1 };
        await fence.publishIntent(intent);
        confirmedAt = performance.now();
      }
    }
  }
  const settled: Settled = {
    epoch: batch.key.epoch,
    batch: batch.key.batch,
    outSeq: batch.outTo,
    logSeq: batch.position.seq,
    logTime: timeUs(batch.logTime),
    position: batch.position,
  };
  await options.onVerified?.(batch);
  await fence.settle(settled);
  report.settled(batch, settled);
  return settled;
}

function intentOf(batch: Batch): Intent {
  return {
    epoch: batch.key.epoch,
    batch: batch.key.batch,
    month: batch.month,
    logSeq: batch.position.seq,
    outFrom: batch.outFrom,
    outTo: batch.outTo,
    parts: batch.parts.map(({ bytes: _bytes, ...part }) => part),
    attempt: 1,
  };
}

interface PartStore {
  isStored(): Promise<boolean>;
  /** One try. `burnt`: answered OK, and certainly nothing there. `again`: not stored, try the same token again. */
  insert(attempt: number): Promise<"stored" | "burnt" | "again">;
}

function createPartStore(batch: Batch, part: BatchPart, { client, signal, sleep, report, sabotage }: SinkOptions): PartStore {
  let failures = 0;
  /** An insert of this part may still be running inside ClickHouse. */
  let mayBeRunning = batch.resumed !== null;
  const hold = async (error: unknown): Promise<void> => {
    signal.throwIfAborted();
    failures++;
    report.held(batch, asError(error), failures);
    await sleep(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1)), signal);
  };

  /** Waits until ClickHouse can say what it has. */
  const isStored = async (): Promise<boolean> => {
    for (;;) {
      let found: ReadBack;
      try {
        found = await readBack(client, part.table, batch.key);
      } catch (error) {
        await hold(error);
        continue;
      }
      if (
        isExactly(found, { count: part.rows, minOutSeq: part.minOutSeq, maxOutSeq: part.maxOutSeq, xor: BigInt(`0x${part.xor}`) })
      ) {
        return true;
      }
      if (found.count === 0) return false;
      signal.throwIfAborted();
      report.foreign(
        `ClickHouse holds ${found.count} rows (${found.distinct} different) of batch ${batch.key.batch} of partition ${batch.key.p} in ` +
          `${part.table}, but ${part.rows} other ones were inserted. Calls are still decided, but nothing of this partition is settled ` +
          "until an operator has looked: has anything else written to that table?",
      );
      await sleep(FOREIGN_WAIT_MS, signal);
    }
  };

  return {
    isStored,
    insert: async (attempt) => {
      const token = insertToken(part.table, batch.key, attempt);
      let failure: unknown = null;
      try {
        await insertRows(
          client,
          part.table,
          part.bytes,
          token,
          AbortSignal.any([signal, AbortSignal.timeout(INSERT_TIMEOUT_MS)]),
        );
      } catch (error) {
        failure = error;
        mayBeRunning = true;
      }
      signal.throwIfAborted();
      if (sabotage?.skipReadBack === true && failure === null) return "stored";
      if (failure !== null) await hold(failure);
      if (await isStored()) return "stored";
      if (failure !== null) return "again";
      for (let check = 0; mayBeRunning && check < ZOMBIE_CHECKS; check++) {
        await sleep(ZOMBIE_WAIT_MS, signal);
        if (await isStored()) return "stored";
      }
      return "burnt";
    },
  };
}
