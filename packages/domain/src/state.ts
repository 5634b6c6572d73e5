import type { Account } from "./account/account.ts";
import { createCounters } from "./counters.ts";
import type { Counters } from "./counters.ts";
import type { DeckVersions } from "./decks.ts";
import { createDueHeap } from "./due.ts";
import type { DueHeap } from "./due.ts";
import { createIdMemory } from "./ids/id-memory.ts";
import type { IdMemory } from "./ids/id-memory.ts";

export { decodeState, encodeState, hashState } from "./snapshot/state-codec.ts";

/** All that one partition knows: accounts, decks in force, ids seen, counters, due times. Changed only by `apply`. */
export interface PartitionState {
  readonly partition: number;
  /** max of the log times folded so far. */
  now: number;
  lastSeq: number;
  /** out_seq of the newest row. */
  outSeq: number;
  /** The newest minute a tick was folded for. */
  lastTick: number;
  /** In order of creation. */
  readonly accounts: Map<string, Account>;
  /** Accounts with a test clock. */
  readonly clocked: string[];
  readonly decks: DeckVersions[];
  deckActivations: number;
  /** Newest copy of a fact of the stream INSTALL: older ones come again and are ignored. */
  lastInstallSeq: number;
  readonly ids: IdMemory;
  readonly due: DueHeap;
  /** Events of accounts that do not exist. */
  readonly nobody: Counters;
}

export function createState(partition: number): PartitionState {
  return {
    partition,
    now: 0,
    lastSeq: 0,
    outSeq: 0,
    lastTick: -1,
    accounts: new Map(),
    clocked: [],
    decks: [],
    deckActivations: 0,
    lastInstallSeq: 0,
    ids: createIdMemory(),
    due: createDueHeap(),
    nobody: createCounters(),
  };
}
