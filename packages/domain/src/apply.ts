import type { DeckSource, LogEntry, LogPosition, Output } from "./fold.ts";
import type { PartitionState } from "./state.ts";

/**
 * The fold: one log entry in, outputs out, `state` changed in place. Deterministic: same state, entry, position and
 * decks give the same outputs, byte for byte. Refusals are outputs; a broken invariant rolls the one account back,
 * freezes it, and its further events go to quarantine while the partition goes on.
 */
export function apply(_state: PartitionState, _entry: LogEntry, _at: LogPosition, _decks: DeckSource): Output[] {
  return [];
}
