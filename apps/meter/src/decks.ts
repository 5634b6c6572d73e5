import type { ObjectStore } from "@nats-io/obj";
import type { DeckSource } from "@tollbook/domain/fold.ts";
import type { RateDeck } from "@tollbook/tariffs/deck.ts";
import { deckFromFiles } from "@tollbook/tariffs/deck-files.ts";

/**
 * Rate decks by id, shared by all partitions of the process. The object of that name in the store holds
 * `{"csv": "…", "side": "…" | null}`; a deck is immutable, so it is read once.
 */
export interface Decks extends DeckSource {
  /** Resolves when `get` knows the deck; rejects with a sentence when it is missing or cannot be compiled. */
  load(deckId: string): Promise<void>;
}

/** The store has no deck of that id, or one that cannot be compiled: it stays so, whatever is tried again. */
export class DeckMissing extends Error {
  override readonly name = "DeckMissing";
}

export function createDecks(store: ObjectStore): Decks {
  const loaded = new Map<string, RateDeck>();
  const loading = new Map<string, Promise<void>>();

  const read = async (deckId: string): Promise<void> => {
    const bytes = await store.getBlob(deckId);
    if (bytes === null) throw new DeckMissing(`The rate deck ${deckId} is not in the object store: import it again.`);
    const files = readFiles(new TextDecoder().decode(bytes));
    if (files === null) throw new DeckMissing(`The stored rate deck ${deckId} is damaged: import it again.`);
    const result = deckFromFiles(deckId, files.csv, files.side);
    if (!result.ok) {
      const first = result.errors[0];
      throw new DeckMissing(
        `The rate deck ${deckId} cannot be read (line ${first?.line ?? 0}: ${first?.problem ?? "unknown"}): import it again.`,
      );
    }
    loaded.set(deckId, result.deck);
  };

  return {
    get: (deckId) => loaded.get(deckId),
    load: (deckId) => {
      if (loaded.has(deckId)) return Promise.resolve();
      let promise = loading.get(deckId);
      if (promise === undefined) {
        promise = read(deckId).finally(() => loading.delete(deckId));
        loading.set(deckId, promise);
      }
      return promise;
    },
  };
}

function readFiles(text: string): { csv: string; side: string | null } | null {
  try {
    const value = JSON.parse(text) as { csv?: unknown; side?: unknown };
    if (typeof value.csv !== "string") return null;
    return { csv: value.csv, side: typeof value.side === "string" ? value.side : null };
  } catch {
    return null;
  }
}
