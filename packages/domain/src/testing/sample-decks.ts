// oxlint-disable-next-line import/no-nodejs-modules -- only tests read the decks from their files
import { readFileSync } from "node:fs";
import type { RateDeck } from "@tollbook/tariffs/deck.ts";
import { deckFromFiles } from "@tollbook/tariffs/deck-files.ts";

/** The decks that ship with the product, compiled: rates of domain §5. */
export function sampleDecks(): RateDeck[] {
  return [readDeck("acs-outbound-usd"), readDeck("inbound-usd")];
}

function readDeck(name: string): RateDeck {
  const folder = new URL("../../../tariffs/decks/", import.meta.url);
  const csv = readFileSync(new URL(`${name}.csv`, folder), "utf8");
  const side = readFileSync(new URL(`${name}.json`, folder), "utf8");
  const result = deckFromFiles(name, csv, side);
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return result.deck;
}
