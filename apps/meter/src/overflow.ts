import type { Settler } from "./settler.ts";

/**
 * When ClickHouse is away and the memory for waiting rows is full, decisions go on and rows do not: the state is folded,
 * its rows are dropped and made again later from the log. So memory is bounded, authorise is always answered, and nothing
 * is lost. Once ClickHouse is back and what waited is settled, the partition restores itself from the last snapshot and
 * folds the same log again, this time with rows; for that while its answers wait. (A second fold beside the first, which
 * spares that, takes this file's place later.) Where ClickHouse is only slow, the log is read more slowly instead.
 */
export interface Overflow {
  /** Asked before a message is taken. */
  mayTake(): boolean;
  readonly dropsRows: boolean;
}

export interface OverflowOptions {
  readonly settler: Settler;
  /** No more rows may be made until something is settled. */
  readonly isFull: () => boolean;
  /** While an owner catches up nobody waits for its answers. */
  readonly isCaughtUp: () => boolean;
  /** The last rows that are kept: closes the open batch. */
  readonly onOverflow: () => void;
}

/** A restart or a merge that blocks is no outage. */
export const HELD_MS = 5_000;

/** Thrown by the partition to itself: take it again, with rows. */
export class RowsDropped extends Error {
  constructor(partition: number) {
    super(`partition ${partition} folds again what it decided while ClickHouse was away`);
    this.name = "RowsDropped";
  }
}

export function createOverflow({ settler, isFull, isCaughtUp, onOverflow }: OverflowOptions): Overflow {
  let dropsRows = false;
  return {
    mayTake: () => {
      if (dropsRows || !isFull()) return true;
      if (!isCaughtUp() || settler.heldForMs < HELD_MS) return false;
      onOverflow();
      dropsRows = true;
      return true;
    },
    get dropsRows() {
      return dropsRows;
    },
  };
}
