import type { EventOutcome } from "@tollbook/contracts/codes.ts";
import { assert } from "./assert.ts";
import type { LegCount, Tally } from "./counters.ts";
import type { RateDeck } from "@tollbook/tariffs/deck.ts";
import type { DeckSource, LogPosition, Output } from "./fold.ts";
import type { Key } from "./ids/hash.ts";
import type { PartitionState } from "./state.ts";
import type { Undo } from "./undo.ts";

/** What every step of the fold gets to see while one entry is applied. */
export interface Fold {
  readonly state: PartitionState;
  readonly at: LogPosition;
  /** The account's own time: the log's, unless it has a test clock. */
  readonly now: number;
  /** max of the log times so far: what orders rows and ages ids. */
  readonly logNow: number;
  readonly decks: DeckSource;
  /** Goes before the decks in force: the leg at hand is priced anew with it, or was (§12.17). Null: none. */
  readonly rerateDeck: RateDeck | null;
  readonly outputs: Output[];
  readonly undo: Undo;
  /** What the entry adds to the counts when it has succeeded. */
  readonly tally: Tally;
  /** Ids to be remembered when the entry has succeeded: their memory takes no part in a roll-back. */
  readonly afterwards: NewlySeen[];
}

export interface NewlySeen extends Key {
  readonly connectedMs: number;
  readonly mark: number;
  readonly meta: number;
}

/** D20: every event has exactly one outcome. */
export function countEvent(fold: Fold, outcome: EventOutcome): void {
  assert(fold.tally.outcome === null, "I8: an event has one outcome");
  fold.tally.outcome = outcome;
}

export function countLeg(fold: Fold, what: LegCount, by: 1 | -1): void {
  fold.tally[what] += by;
}

/** To be remembered once the entry has succeeded. `key` may be overwritten afterwards. */
export function rememberLater(fold: Fold, key: Key, connectedMs: number, mark: number, meta: number): void {
  assert(meta !== 0, "I9: remembered ids are never empty");
  fold.afterwards.push({ a: key.a, b: key.b, c: key.c, d: key.d, connectedMs, mark, meta });
}
