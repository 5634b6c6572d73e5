import { setTimeout as sleep } from "node:timers/promises";
import type { ClickHouseClient } from "@clickhouse/client";
import type { CallEvent } from "@tollbook/contracts/call-event.ts";
import { deckForAnswer } from "@tollbook/domain/command/answered-call.ts";
import type { CallRow } from "@tollbook/domain/fold.ts";
import { findLeg } from "@tollbook/warehouse/find-leg.ts";
import { DeckMissing } from "./decks.ts";
import type { Decks } from "./decks.ts";
import { asError } from "./failures.ts";
import type { SettledMark } from "@tollbook/warehouse/settled-mark.ts";
import type { OwnLog } from "./own-log.ts";
import type { PartitionLog } from "./partition.ts";
import type { PendingLookUp } from "./snapshots.ts";

/**
 * The late lane: where the fold cannot know whether a leg was stored long ago, ClickHouse is asked and the answer written
 * to the log. Other events do not wait for it. A question stays open until its answer is folded, also across a restart.
 */
export interface LateLane {
  ask(lookUp: PendingLookUp): void;
  /** The answer has come back through the log. */
  answered(event: CallEvent): void;
  /** Questions without an answer in the log, for the snapshot. */
  pending(): PendingLookUp[];
  /** Answers from now on; before, an answer may still lie ahead in the log. */
  start(): void;
}

export interface LateLaneOptions {
  readonly client: ClickHouseClient;
  readonly ownLog: OwnLog;
  readonly partition: number;
  readonly pending: readonly PendingLookUp[];
  /** A call that is priced with a deck of its own needs it before the answer is folded. */
  readonly decks: Decks;
  /** Rows of later batches are not verified yet: an answer waits until all from before its question are. */
  readonly settled: () => Pick<SettledMark, "batch" | "outSeq">;
  readonly signal: AbortSignal;
  readonly log: PartitionLog;
}

const AT_ONCE = 4;
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 10_000;
/** The batch with the newest rows settles within some tenths of a second, or ClickHouse is away. */
const UNSETTLED_WAIT_MS = 25;

export function openLateLane(options: LateLaneOptions): LateLane {
  const { partition, signal, log } = options;
  const open = new Map<string, PendingLookUp>(options.pending.map((lookUp) => [keyOf(lookUp.event), lookUp]));
  const waiting: string[] = [];
  let started = false;
  let running = 0;

  const answer = async (lookUp: PendingLookUp): Promise<void> => {
    const { account, usageId, event, reply } = lookUp;
    for (let attempt = 0; open.has(keyOf(event)); attempt++) {
      try {
        const stored = await findLeg(options.client, { account, p: partition, settledBatch: options.settled().batch }, usageId);
        const deckId = await loadedDeck(lookUp, stored);
        signal.throwIfAborted();
        await options.ownLog.publish("lookup", JSON.stringify({ event, stored, reply, deckId }));
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (attempt === 0) log.warn({ partition, reason: asError(error).message }, "a look-up waits");
        await sleep(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt), undefined, { signal }).catch(() => undefined);
      }
    }
  };

  /** Once a deck is named in a log, that log cannot go on without it: it is named only when it is here. */
  const loadedDeck = async (lookUp: PendingLookUp, stored: readonly CallRow[]): Promise<string | null> => {
    const deckId = deckForAnswer(lookUp, stored);
    if (deckId === null) return null;
    try {
      await options.decks.load(deckId);
      return deckId;
    } catch (error) {
      if (!(error instanceof DeckMissing)) throw error;
      log.warn({ partition, reason: error.message }, "a call is not priced anew");
      return null;
    }
  };

  let looksAgain = false;
  const lookAgain = (): void => {
    if (looksAgain) return;
    looksAgain = true;
    setTimeout(() => {
      looksAgain = false;
      run();
    }, UNSETTLED_WAIT_MS).unref();
  };

  const run = (): void => {
    while (started && running < AT_ONCE && !signal.aborted) {
      const [next] = waiting;
      if (next === undefined) return;
      const lookUp = open.get(next);
      // Those behind it were asked later, so they wait for as many rows at least.
      if (lookUp !== undefined && lookUp.outSeq > options.settled().outSeq) return lookAgain();
      waiting.shift();
      if (lookUp === undefined) continue;
      running++;
      void answer(lookUp).finally(() => {
        running--;
        run();
      });
    }
  };

  return {
    ask: (lookUp) => {
      const key = keyOf(lookUp.event);
      if (open.has(key)) return;
      open.set(key, lookUp);
      waiting.push(key);
      run();
    },
    answered: (event) => void open.delete(keyOf(event)),
    pending: () => [...open.values()],
    start: () => {
      started = true;
      // While catching up, questions and their answers met in the log; asked are those that are left.
      waiting.splice(0, waiting.length, ...open.keys());
      run();
    },
  };
}

/** One occurrence asks once. */
const keyOf = (event: CallEvent): string => JSON.stringify([event.account, event.usageId, event.source, event.id]);
