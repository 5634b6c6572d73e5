/**
 * Rate decks from files into a running installation: checked line by line, stored whole under their hash in the object
 * store, then put in force by one entry of the installation's log (architecture §3, §5).
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { Objm } from "@nats-io/obj";
import type { NatsConnection } from "@nats-io/transport-node";
import type { DeckActivation } from "@tollbook/contracts/deck.ts";
import { deckStore, installStream, installSubject } from "@tollbook/contracts/subjects.ts";
import type { Currency, TimeUs } from "@tollbook/contracts/units.ts";
import { describeDeckError } from "@tollbook/tariffs/deck-errors.ts";
import { deckFromFiles } from "@tollbook/tariffs/deck-files.ts";
import type { RateDeck } from "@tollbook/tariffs/deck.ts";
import { UserFacingError } from "./failure.ts";

export interface DeckFile {
  deck: RateDeck;
  csv: string;
  side: string | null;
}

/** Reads `x.csv` and, where there is one, its side file `x.json`. Every error of the file is named with its line. */
export function readDeckFile(path: string): DeckFile {
  if (!existsSync(path)) throw new UserFacingError(`there is no file ${path}.`);
  const csv = readFileSync(path, "utf8");
  const sidePath = path.replace(/\.csv$/i, ".json");
  const side = sidePath !== path && existsSync(sidePath) ? readFileSync(sidePath, "utf8") : null;
  const deckId = createHash("sha256")
    .update(csv)
    .update("\0")
    .update(side ?? "")
    .digest("hex");
  const read = deckFromFiles(deckId, csv, side);
  if (!read.ok) {
    const more = read.unreported > 0 ? `\n  … and ${read.unreported} more` : "";
    throw new UserFacingError(
      `${path} is not a rate deck that can be used; nothing was imported:\n  ${read.errors.map(describeDeckError).join("\n  ")}${more}`,
    );
  }
  return { deck: read.deck, csv, side };
}

/** Stores a deck and puts it in force from `validFrom`. Twice the same file and time is harmless: it says "unchanged". */
export async function activateDeck(nats: NatsConnection, file: DeckFile, validFrom: TimeUs): Promise<"activated" | "unchanged"> {
  const activation: DeckActivation = {
    deckId: file.deck.deckId,
    name: file.deck.name,
    currency: currencyOf(file.deck),
    validFrom,
    rows: file.deck.rows.length,
  };
  const manager = await jetstreamManager(nats);
  const subject = installSubject("deck");
  const previous = await lastActivation(manager, subject, activation);
  if (previous) return "unchanged";
  await storeDeck(nats, file);
  await jetstream(nats).publish(subject, JSON.stringify({ type: "deck.activate", activation }));
  return "activated";
}

/** Stores a deck without putting it in force: for a dry run of prices, and for re-rating. */
export async function storeDeck(nats: NatsConnection, { deck, csv, side }: DeckFile): Promise<void> {
  const store = await new Objm(nats).open(deckStore);
  if ((await store.info(deck.deckId)) !== null) return;
  await store.putBlob({ name: deck.deckId }, new TextEncoder().encode(JSON.stringify({ csv, side })));
}

type Manager = Awaited<ReturnType<typeof jetstreamManager>>;

/** Has this very activation been logged already? The stream is short: one entry per deck ever put in force. */
async function lastActivation(manager: Manager, subject: string, wanted: DeckActivation): Promise<boolean> {
  const { state } = await manager.streams.info(installStream);
  if (state.messages === 0) return false;
  for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
    const message = await manager.streams.getMessage(installStream, { seq });
    if (message === null || message.subject !== subject) continue;
    const { activation } = message.json<{ activation: DeckActivation }>();
    if (activation.deckId === wanted.deckId && activation.validFrom === wanted.validFrom) return true;
  }
  return false;
}

/** A deck in several currencies is named after the first: `findRate` looks at each row's own. */
function currencyOf(deck: RateDeck): Currency {
  const first = deck.rows[0];
  if (first === undefined) throw new UserFacingError(`the deck ${deck.name} has no rows.`);
  return first.currency;
}
