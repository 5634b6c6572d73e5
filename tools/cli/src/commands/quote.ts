import { globSync } from "node:fs";
import { join, resolve } from "node:path";
import { isCurrency, isE164, formatMicros, formatTime, parseTime, timeUs } from "@tollbook/contracts/units.ts";
import { englishSentence } from "@tollbook/tariffs/quote-english.ts";
import { quoteCall } from "@tollbook/tariffs/quote.ts";
import { readDeckFile } from "../deck-import.ts";
import { UserFacingError } from "../failure.ts";
import { root } from "../installation.ts";

export interface QuoteOptions {
  to: string;
  from?: string;
  seconds: string;
  at?: string;
  direction: string;
  numberClass?: string;
  currency: string;
  deck?: string[];
  json?: boolean;
}

/** Prices one call by the sample decks (or the given files) and prints how the price came about. Needs no running server. */
export async function quote(options: QuoteOptions): Promise<void> {
  const number = options.to.replace(/^\+/, "");
  const origin = options.from?.replace(/^\+/, "") ?? null;
  const at = options.at === undefined ? timeUs(Date.now() * 1000) : parseTime(options.at);
  const { direction, currency, numberClass = null } = options;
  if (!isE164(number))
    throw new UserFacingError(`--to must be a full international number such as +4930901820, not "${options.to}".`);
  if (origin !== null && !isE164(origin))
    throw new UserFacingError(`--from must be a full international number, not "${options.from}".`);
  if (!/^\d{1,6}$/.test(options.seconds))
    throw new UserFacingError(`--seconds must be a whole number, not "${options.seconds}".`);
  if (at === null) throw new UserFacingError(`--at must be a time such as 2026-11-22T09:00:00Z, not "${options.at}".`);
  if (direction !== "outbound" && direction !== "inbound")
    throw new UserFacingError(`--direction is outbound or inbound, not "${direction}".`);
  if (numberClass !== null && numberClass !== "toll" && numberClass !== "tollFree")
    throw new UserFacingError(`--number-class is toll or tollFree.`);
  if (!isCurrency(currency)) throw new UserFacingError(`--currency must be a code such as USD, not "${currency}".`);
  const paths =
    options.deck?.map((path) => resolve(path)) ??
    globSync("packages/tariffs/decks/*.csv", { cwd: root })
      .toSorted()
      .map((path) => join(root, path));
  const decks = paths.map((path) => readDeckFile(path).deck);
  const quoted = quoteCall(decks, {
    from: origin,
    to: number,
    direction,
    numberClass,
    at,
    usedSeconds: Number(options.seconds),
    currency,
  });
  if (!quoted.ok) {
    throw new UserFacingError(
      `${quoted.sentences.map(englishSentence).join(" ")} Such a call would be free (FREECALL), and denied when asked for beforehand. Looked in: ${paths.join(", ")}.`,
    );
  }
  if (options.json === true) {
    const { amountMicros, proof } = quoted;
    process.stdout.write(
      `${JSON.stringify({ amount: formatMicros(amountMicros), currency, at: formatTime(at), proof }, null, 2)}\n`,
    );
    return;
  }
  process.stdout.write(`${formatMicros(quoted.amountMicros)} ${currency}\n`);
  for (const sentence of quoted.sentences) process.stdout.write(`  ${englishSentence(sentence)}\n`);
}
