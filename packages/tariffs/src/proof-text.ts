import { formatMicros, micros } from "@tollbook/contracts/units.ts";
import type { ProofSentence } from "./quote.ts";

const money = (amountMicros: number, currency: string): string => `${formatMicros(micros(amountMicros))} ${currency}`;

/** A sentence of a proof in English: what the API sends beside the key and the command prints. */
export function proofText(sentence: ProofSentence): string {
  switch (sentence.key) {
    case "noRate": {
      const { to, direction, currency } = sentence.values;
      return `No deck in force has a price in ${currency} for ${direction} calls to +${to}.`;
    }
    case "rate": {
      const { deckName, line, prefix, destination, country } = sentence.values;
      return `The longest matching prefix is ${prefix}: ${destination}${country === "" ? "" : ` (${country})`}, line ${line} of the deck ${deckName}.`;
    }
    case "origin":
      return `The row holds for callers whose number begins with ${sentence.values.originPrefix}.`;
    case "notConnected":
      return "The call was not connected, so nothing is charged.";
    case "increments": {
      const { usedSeconds, firstIncrementSeconds, nextIncrementSeconds, billedSeconds } = sentence.values;
      return `${usedSeconds} s of talk time count as ${billedSeconds} s in increments of ${firstIncrementSeconds}/${nextIncrementSeconds} s.`;
    }
    case "included":
      return `${sentence.values.includedSeconds} s were covered by included minutes, ${sentence.values.chargedSeconds} s are left to charge.`;
    case "part": {
      const { band, fromSecond, seconds, pricePerMinuteMicros, currency, timeZone } = sentence.values;
      const when = band === "" ? "" : ` in the band ${band} (${timeZone})`;
      return `From second ${fromSecond} on, ${seconds} s${when} at ${money(pricePerMinuteMicros, currency)} a minute.`;
    }
    case "connectFee":
      return `A connect fee of ${money(sentence.values.connectFeeMicros, sentence.values.currency)} is charged once.`;
    case "minimum":
      return `The minimum charge of ${money(sentence.values.minChargeMicros, sentence.values.currency)} applies.`;
    case "maximum":
      return `The maximum charge of ${money(sentence.values.maxChargeMicros, sentence.values.currency)} applies.`;
    case "total":
      return `Together: ${money(sentence.values.amountMicros, sentence.values.currency)}, rounded once.`;
  }
}
