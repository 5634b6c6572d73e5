import type { DeckSource, LogPosition, Output } from "./fold.ts";
import type { Key } from "./ids/hash.ts";
import type { PartitionState } from "./state.ts";
import type { Undo } from "./undo.ts";

/** What every step of the fold gets to see while one entry is applied. */
export interface Fold {
  readonly state: PartitionState;
  readonly at: LogPosition;
  /** max of the log times so far: the only clock. */
  readonly now: number;
  readonly decks: DeckSource;
  readonly outputs: Output[];
  readonly undo: Undo;
  /** Ids to be remembered when the entry has succeeded: their memory takes no part in a roll-back. */
  readonly afterwards: NewlySeen[];
}

export interface NewlySeen {
  readonly key: Key;
  readonly connectedMs: number;
  readonly mark: number;
  readonly meta: number;
}
