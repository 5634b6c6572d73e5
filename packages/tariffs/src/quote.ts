import type { Currency, E164, Micros, TimeUs } from "@tollbook/contracts/units.ts";
import { chargeLeg, totalOf } from "./charge.ts";
import type { RateDeck } from "./deck.ts";
import { findRate } from "./find-rate.ts";
import type { ChargePart, NumberClass, RateDirection, RateProof } from "./types.ts";

export interface QuoteAsk {
  /** The caller; null: unknown, then only rows for any origin fit. */
  readonly from: E164 | null;
  /** Outbound: the number dialled. Inbound: the service number called. */
  readonly to: E164;
  readonly direction: RateDirection;
  /** Null: any class. */
  readonly numberClass: NumberClass | null;
  readonly at: TimeUs;
  readonly usedSeconds: number;
  readonly currency: Currency;
  /** 60 × included minutes; 0 when left out. */
  readonly includedSeconds?: number;
}

export type Quote =
  | {
      readonly ok: true;
      readonly amountMicros: Micros;
      readonly connectFeeMicros: Micros;
      readonly proof: RateProof;
      readonly sentences: readonly ProofSentence[];
    }
  | { readonly ok: false; readonly sentences: readonly ProofSentence[] };

/** The price of one call and why, without any account: what `./tollbook quote` prints. */
export function quoteCall(decks: readonly RateDeck[], ask: QuoteAsk): Quote {
  const match = findRate(decks, { ...ask, number: ask.to, origin: ask.from });
  if (match === null) {
    const { to, direction, currency } = ask;
    return { ok: false, sentences: [{ key: "noRate", values: { to, direction, currency, numberClass: ask.numberClass ?? "" } }] };
  }
  const charge = chargeLeg(match, { startAt: ask.at, usedSeconds: ask.usedSeconds, includedSeconds: ask.includedSeconds ?? 0 });
  return { ok: true, ...charge, sentences: explainProof(charge.proof) };
}

/** One sentence of an explanation: a key to translate by, and its values as plain figures (micro-units, seconds, texts). */
export type ProofSentence =
  | { readonly key: "noRate"; readonly values: { to: string; direction: RateDirection; currency: string; numberClass: string } }
  | {
      readonly key: "rate";
      readonly values: { deckName: string; line: number; prefix: string; destination: string; country: string; type: string };
    }
  | { readonly key: "origin"; readonly values: { originPrefix: string } }
  | { readonly key: "notConnected"; readonly values: Record<string, never> }
  | {
      readonly key: "increments";
      readonly values: {
        usedSeconds: number;
        firstIncrementSeconds: number;
        nextIncrementSeconds: number;
        billedSeconds: number;
      };
    }
  | { readonly key: "included"; readonly values: { includedSeconds: number; chargedSeconds: number } }
  | { readonly key: "part"; readonly values: ChargePart & { currency: string; timeZone: string } }
  | { readonly key: "connectFee"; readonly values: { connectFeeMicros: number; currency: string } }
  | { readonly key: "minimum"; readonly values: { minChargeMicros: number; currency: string } }
  | { readonly key: "maximum"; readonly values: { maxChargeMicros: number; currency: string } }
  | { readonly key: "total"; readonly values: { amountMicros: number; currency: string } };

/** The amount a proof leads to, computed anew from nothing but the proof. */
export function amountFromProof(proof: RateProof): Micros {
  if (proof.chargedSeconds === 0) return 0 as Micros;
  return totalOf(proof.connectFeeMicros, proof.parts, proof.minChargeMicros, proof.maxChargeMicros).amountMicros;
}

/** Why a leg costs what it costs, in the order in which it was computed. */
export function explainProof(proof: RateProof): ProofSentence[] {
  const { currency, timeZone, chargedSeconds, includedSeconds } = proof;
  const sentences: ProofSentence[] = [
    {
      key: "rate",
      values: {
        deckName: proof.deckName,
        line: proof.line,
        prefix: proof.prefix,
        destination: proof.destination,
        country: proof.country,
        type: proof.type,
      },
    },
  ];
  if (proof.originPrefix !== "") sentences.push({ key: "origin", values: { originPrefix: proof.originPrefix } });
  if (proof.usedSeconds === 0) sentences.push({ key: "notConnected", values: {} });
  else {
    const { usedSeconds, firstIncrementSeconds, nextIncrementSeconds } = proof;
    const billedSeconds = chargedSeconds + includedSeconds;
    sentences.push({ key: "increments", values: { usedSeconds, firstIncrementSeconds, nextIncrementSeconds, billedSeconds } });
  }
  if (includedSeconds > 0) sentences.push({ key: "included", values: { includedSeconds, chargedSeconds } });
  for (const part of proof.parts) sentences.push({ key: "part", values: { ...part, currency, timeZone } });
  if (chargedSeconds > 0 && proof.connectFeeMicros > 0) {
    sentences.push({ key: "connectFee", values: { connectFeeMicros: proof.connectFeeMicros, currency } });
  }
  if (proof.bound === "minimum")
    sentences.push({ key: "minimum", values: { minChargeMicros: proof.minChargeMicros ?? 0, currency } });
  if (proof.bound === "maximum")
    sentences.push({ key: "maximum", values: { maxChargeMicros: proof.maxChargeMicros ?? 0, currency } });
  sentences.push({ key: "total", values: { amountMicros: amountFromProof(proof), currency } });
  return sentences;
}
