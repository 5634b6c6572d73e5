import { formatMicros, micros } from "@tollbook/contracts/units.ts";
import type { ProofSentence } from "./quote.ts";

/** A sentence of an explanation in English, as the command line prints it; the dashboard translates by key instead. */
export function englishSentence(sentence: ProofSentence): string {
  switch (sentence.key) {
    case "noRate": {
      const { to, direction, currency, numberClass } = sentence.values;
      const kind = numberClass === "" ? direction : `${direction} (${numberClass})`;
      return `No rate deck in force has an ${kind} price in ${currency} for ${to}.`;
    }
    case "rate": {
      const { deckName, line, prefix, destination, country, type } = sentence.values;
      return `Rate deck ${deckName}, line ${line}: prefix ${prefix}, ${destination} (${[country, type].filter(Boolean).join(", ")}).`;
    }
    case "origin":
      return `The rate holds for callers whose number begins with ${sentence.values.originPrefix}.`;
    case "notConnected":
      return "The call was not connected for a single second, so nothing is charged.";
    case "increments": {
      const { usedSeconds, firstIncrementSeconds, nextIncrementSeconds, billedSeconds } = sentence.values;
      const steps = `in steps of ${firstIncrementSeconds} s first and ${nextIncrementSeconds} s next`;
      return `${usedSeconds} s connected, billed ${steps}: ${billedSeconds} s.`;
    }
    case "included": {
      const { includedSeconds, chargedSeconds } = sentence.values;
      return `Included minutes pay for the first ${includedSeconds} s; ${chargedSeconds} s are charged.`;
    }
    case "part": {
      const { seconds, fromSecond, pricePerMinuteMicros, currency, band, timeZone } = sentence.values;
      const when = band === "" ? "" : `, band ${band} (${timeZone})`;
      return `${seconds} s from second ${fromSecond} at ${money(pricePerMinuteMicros, currency)} per minute${when}.`;
    }
    case "connectFee":
      return `Connect fee ${money(sentence.values.connectFeeMicros, sentence.values.currency)}.`;
    case "minimum":
      return `That is below the minimum charge of ${money(sentence.values.minChargeMicros, sentence.values.currency)}, which counts instead.`;
    case "maximum":
      return `That is above the maximum charge of ${money(sentence.values.maxChargeMicros, sentence.values.currency)}, which counts instead.`;
    case "total":
      return `Charge ${money(sentence.values.amountMicros, sentence.values.currency)}.`;
  }
}

function money(amount: number, currency: string): string {
  return `${formatMicros(micros(amount))} ${currency}`;
}
