import type { Country, Currency, E164, Micros, Seconds, TimeUs } from "@tollbook/contracts/units.ts";

/** `number_class` of a deck row (D34). */
export const numberClasses = ["geographic", "mobile", "toll", "tollFree", "premium", "other"] as const;
export type NumberClass = (typeof numberClasses)[number];

export type RateDirection = "outbound" | "inbound";

/** One row of a rate deck: what a leg to (or from) a destination prefix costs. Amounts are per leg or per minute. */
export interface RateRow {
  /** Line of the CSV file, from 1; the header is line 1. */
  readonly line: number;
  readonly prefix: string;
  /** Empty: any origin. */
  readonly originPrefix: string;
  readonly direction: RateDirection;
  readonly numberClass: NumberClass;
  readonly destination: string;
  readonly country: Country;
  readonly type: string;
  readonly currency: Currency;
  readonly connectFeeMicros: Micros;
  readonly pricePerMinuteMicros: Micros;
  readonly firstIncrementSeconds: Seconds;
  readonly nextIncrementSeconds: Seconds;
  readonly minChargeMicros: Micros | null;
  readonly maxChargeMicros: Micros | null;
  /** Name of a band of the side file; empty: the default band, in force when no named band is. */
  readonly band: string;
  readonly validFrom: TimeUs | null;
  readonly validTo: TimeUs | null;
}

/** Consecutive increments of the paid part at one price. */
export interface ChargePart {
  /** Empty: the default band. */
  readonly band: string;
  /** Line of the row that gave the price. */
  readonly line: number;
  /** Seconds since the start of the leg. */
  readonly fromSecond: number;
  readonly seconds: number;
  readonly pricePerMinuteMicros: number;
}

/** Price of a leg: all that the explanation needs, integers only. Stored with the rated call as its proof. */
export interface RateProof {
  readonly deckId: string;
  readonly deckName: string;
  readonly line: number;
  readonly prefix: string;
  readonly originPrefix: string;
  readonly destination: string;
  readonly country: string;
  readonly type: string;
  readonly numberClass: NumberClass;
  readonly direction: RateDirection;
  readonly currency: Currency;
  readonly firstIncrementSeconds: number;
  readonly nextIncrementSeconds: number;
  readonly connectFeeMicros: number;
  readonly minChargeMicros: number | null;
  readonly maxChargeMicros: number | null;
  readonly timeZone: string;
  readonly bandMode: "split" | "start";
  /** Seconds of the leg before increments. */
  readonly usedSeconds: number;
  /** Seconds taken by included minutes before the paid part (D8). */
  readonly includedSeconds: number;
  /** Runs of increments at one price, in the order of the leg. */
  readonly parts: readonly ChargePart[];
  /** Seconds charged: the sum of the parts. */
  readonly chargedSeconds: number;
  /** Which bound changed the amount, if any. */
  readonly bound: "minimum" | "maximum" | null;
}

/** The charge for the paid part of one leg, rounded once, half up, to micro-units (D8). */
export interface Charge {
  readonly amountMicros: Micros;
  /** The connect fee inside `amountMicros`. */
  readonly connectFeeMicros: Micros;
  readonly proof: RateProof;
}

export interface RateQuery {
  readonly direction: RateDirection;
  /** The number that decides the price: dialled for outbound, the service number called for inbound. */
  readonly number: E164;
  /** Inbound: toll or tollFree. Outbound: null, the row's class is then a result. */
  readonly numberClass: NumberClass | null;
  readonly origin: E164 | null;
  readonly currency: Currency;
  /** Start of the leg: picks the validity and the bands. */
  readonly at: TimeUs;
}
