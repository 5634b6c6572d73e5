import { Objm } from "@nats-io/obj";
import { deckStore } from "@tollbook/contracts/subjects.ts";
import type { RateDeck } from "@tollbook/tariffs/deck.ts";
import { deckFromFiles } from "@tollbook/tariffs/deck-files.ts";
import type { LogClient } from "../log/log-client.ts";
import { ApiProblem } from "../problem.ts";

/** Rate decks of the object store, in force or not: one that is only for re-rating need not be activated. */
export interface StoredDecks {
  /** Rejects with ApiProblem: there is no such deck, or it cannot be read. */
  load(deckId: string): Promise<RateDeck>;
}

/** A deck of 60,000 rows takes some 50 MB compiled. */
const KEPT = 3;

export function openStoredDecks(log: LogClient): StoredDecks {
  const kept = new Map<string, RateDeck>();
  return {
    async load(deckId) {
      const known = kept.get(deckId);
      if (known !== undefined) return known;
      const store = await new Objm(log.connection()).open(deckStore);
      const bytes = await store.getBlob(deckId);
      if (bytes === null)
        throw new ApiProblem("refused", {
          code: "unknownDeck",
          detail: `There is no stored rate deck ${deckId}.`,
          hint: "Import it first: ./tollbook import deck <file.csv> --store-only",
        });
      const { csv, side } = JSON.parse(new TextDecoder().decode(bytes)) as { csv: string; side: string | null };
      const result = deckFromFiles(deckId, csv, side);
      if (!result.ok) {
        const [first] = result.errors;
        throw new ApiProblem("refused", {
          code: "unknownDeck",
          detail: `The rate deck cannot be read: line ${first?.line ?? 0}: ${first?.problem ?? "unknown"}.`,
        });
      }
      const [oldest] = kept.keys();
      if (kept.size >= KEPT && oldest !== undefined) kept.delete(oldest);
      kept.set(deckId, result.deck);
      return result.deck;
    },
  };
}
