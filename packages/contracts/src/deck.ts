import type { Currency, TimeUs } from "./units.ts";

/**
 * A rate deck version as the log knows it: the compiled file lies in the object store under its SHA-256,
 * the log only says which hash is in force from when. Decks of one `name` replace each other; decks of different
 * names are in force together (an outbound and an inbound deck), the longest prefix over all of them wins.
 */
export interface DeckActivation {
  /** SHA-256 of the imported file and its side file, lower-case hexadecimal: the deck's identity. */
  readonly deckId: string;
  readonly name: string;
  readonly currency: Currency;
  readonly validFrom: TimeUs;
  readonly rows: number;
}
