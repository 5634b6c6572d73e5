import type { DeckActivation } from "@tollbook/contracts/deck.ts";
import type { RateDeck } from "@tollbook/tariffs/deck.ts";
import { ShellFault } from "./assert.ts";
import type { Fold } from "./fold-context.ts";
import type { DeckSource } from "./fold.ts";

/** The versions of one deck, in the order they were activated. Decks of different names are in force together. */
export interface DeckVersions {
  readonly name: string;
  readonly versions: DeckVersion[];
}

export interface DeckVersion {
  readonly deckId: string;
  /** From when it prices legs: `validFrom`, but never before it was activated, so that nothing is re-rated silently (§12.17). */
  readonly from: number;
}

/** The first version of a name prices from its `validFrom`, whenever that is: nothing was priced by another before. */
export function activateDeck(decks: DeckVersions[], activation: DeckActivation, now: number): void {
  const known = decks.find(({ name }) => name === activation.name);
  if (known === undefined) {
    decks.push({ name: activation.name, versions: [{ deckId: activation.deckId, from: activation.validFrom }] });
    return;
  }
  known.versions.push({ deckId: activation.deckId, from: Math.max(activation.validFrom, now) });
}

/** Look-ups follow each other in time, so the last list mostly serves again. Only a cache: keyed by all it depends on. */
let cached: {
  versions: readonly DeckVersions[];
  source: DeckSource;
  count: number;
  from: number;
  to: number;
  decks: RateDeck[];
} | null = null;

/** The decks in force at a leg's start (D10). */
export function decksAt(fold: Fold, at: number): readonly RateDeck[] {
  const versions = fold.state.decks;
  const count = fold.state.deckActivations;
  if (cached !== null && cached.versions === versions && cached.count === count && cached.source === fold.decks) {
    if (at >= cached.from && at < cached.to) return cached.decks;
  }
  let from = Number.MIN_SAFE_INTEGER;
  let to = Number.MAX_SAFE_INTEGER;
  const decks: RateDeck[] = [];
  for (const { versions: list } of versions) {
    let chosen: DeckVersion | null = null;
    for (const version of list) {
      if (version.from <= at) {
        // The version activated last among those in force wins.
        chosen = version;
        from = Math.max(from, version.from);
      } else to = Math.min(to, version.from);
    }
    if (chosen === null) continue;
    const deck = fold.decks.get(chosen.deckId);
    // The shell loads a deck before it hands over the entry that activates it: without it nothing may be decided.
    if (deck === undefined) throw new ShellFault(`rate deck ${chosen.deckId} is in force but was not handed over`);
    decks.push(deck);
  }
  cached = { versions, source: fold.decks, count, from, to, decks };
  return decks;
}
