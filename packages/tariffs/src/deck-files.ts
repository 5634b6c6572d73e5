import { compileDeck } from "./deck.ts";
import type { RateDeck } from "./deck.ts";
import { createDeckCsvReader } from "./deck-csv.ts";
import type { DeckError } from "./deck-errors.ts";
import { NO_SIDE_FILE, parseSideFile } from "./side-file.ts";

export type DeckFromFiles =
  | { readonly ok: true; readonly deck: RateDeck }
  | { readonly ok: false; readonly errors: readonly DeckError[]; readonly unreported: number };

/**
 * A deck from its files as they lie in the object store: CSV text, whole or in chunks, and the text of the side file (null:
 * none). The same files give the same deck; `deckId` is the caller's hash of them (contracts/deck.ts).
 */
export function deckFromFiles(deckId: string, csv: string | Iterable<string>, sideFileText: string | null): DeckFromFiles {
  const side = sideFileText === null ? { ok: true as const, sideFile: NO_SIDE_FILE } : parseSideFile(sideFileText);
  if (!side.ok) return { ok: false, errors: side.errors, unreported: 0 };
  const reader = createDeckCsvReader(side.sideFile);
  // A string is an iterable of its characters: one push per character would be slow.
  for (const chunk of typeof csv === "string" ? [csv] : csv) reader.push(chunk);
  const reading = reader.end();
  if (!reading.ok) return reading;
  const { name, zone, bandMode, bands, holidays } = reading.settings;
  return { ok: true, deck: compileDeck(reading.rows, { deckId, name, timeZone: zone.timeZone, bandMode, bands, holidays }) };
}
