import { parseTime, type TimeUs, timeUs } from "@tollbook/contracts/units.ts";
import { connectOperator } from "../connect.ts";
import { activateDeck, readDeckFile, storeDeck } from "../deck-import.ts";
import { UserFacingError } from "../failure.ts";
import { openInstallation } from "../installation.ts";

/** Checks a rate deck line by line, stores it and puts it in force, unless it is only for re-rating; all or nothing. */
export async function importDeck(path: string, options: { from?: string; storeOnly?: boolean }): Promise<void> {
  const validFrom = options.from === undefined ? timeUs(Date.now() * 1000) : parseTime(options.from);
  if (validFrom === null) throw new UserFacingError(`--from must be a time such as 2026-12-01T00:00:00Z, not "${options.from}".`);
  const file = readDeckFile(path);
  const nats = await connectOperator(openInstallation(process.env));
  try {
    if (options.storeOnly === true) {
      await storeDeck(nats, file);
      process.stdout.write(`${file.deck.name}: ${file.deck.rows.length} rows, stored, not in force, deck ${file.deck.deckId}\n`);
      return;
    }
    const done = await activateDeck(nats, file, validFrom as TimeUs);
    process.stdout.write(`${file.deck.name}: ${file.deck.rows.length} rows, ${done}, deck ${file.deck.deckId.slice(0, 12)}\n`);
  } finally {
    await nats.close();
  }
}
