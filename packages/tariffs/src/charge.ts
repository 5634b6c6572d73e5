import { micros, seconds } from "@tollbook/contracts/units.ts";
import type { Micros, TimeUs } from "@tollbook/contracts/units.ts";
import type { RateMatch } from "./deck.ts";
import { billedSeconds, hasOnePrice, startWalk, stepWalk } from "./increments.ts";
import type { Charge, ChargePart, RateProof, RateRow } from "./types.ts";

/** What is charged: a leg's start, its connected seconds (D22), and the seconds that included minutes took before (60 × minutes, D8). */
export interface LegUse {
  readonly startAt: TimeUs;
  readonly usedSeconds: number;
  readonly includedSeconds: number;
}

/**
 * The charge for the paid part of one leg (D8, D10, D22). Increments count from the start of the leg, each is priced by the
 * band in which it begins and never cut; connect fee once, minimum and maximum on the paid part with the fee inside; one
 * rounding, half up, to micro-units. No used seconds, or none left to pay: 0, without a fee (RT-5, WF-1).
 */
export function chargeLeg(match: RateMatch, use: LegUse): Charge {
  const row = match.row;
  const billed = billedSeconds(row, use.usedSeconds);
  const included = Math.min(seconds(use.includedSeconds), billed);
  const charged = billed - included;
  const parts = charged === 0 ? [] : priceParts(match, use.startAt, billed, included);
  const fee = charged === 0 ? 0 : row.connectFeeMicros;
  const total = charged === 0 ? NOTHING : totalOf(row.connectFeeMicros, parts, row.minChargeMicros, row.maxChargeMicros);
  const proof: RateProof = {
    deckId: match.deck.deckId,
    deckName: match.deck.name,
    line: row.line,
    prefix: row.prefix,
    originPrefix: row.originPrefix,
    destination: row.destination,
    country: row.country,
    type: row.type,
    numberClass: row.numberClass,
    direction: row.direction,
    currency: row.currency,
    firstIncrementSeconds: row.firstIncrementSeconds,
    nextIncrementSeconds: row.nextIncrementSeconds,
    connectFeeMicros: row.connectFeeMicros,
    minChargeMicros: row.minChargeMicros,
    maxChargeMicros: row.maxChargeMicros,
    timeZone: match.deck.timeZone,
    bandMode: match.deck.bandMode,
    usedSeconds: use.usedSeconds,
    includedSeconds: included,
    parts,
    chargedSeconds: charged,
    bound: total.bound,
  };
  // A maximum below the fee leaves only so much of the fee in the amount.
  return { amountMicros: total.amountMicros, connectFeeMicros: micros(Math.min(fee, total.amountMicros)), proof };
}

export interface Total {
  readonly amountMicros: Micros;
  readonly bound: RateProof["bound"];
}

const NOTHING: Total = { amountMicros: micros(0), bound: null };

/** The one place where money is rounded: (60 × fee + Σ seconds × price per minute) / 60, bounded, half up. */
export function totalOf(
  feeMicros: number,
  parts: readonly ChargePart[],
  minChargeMicros: number | null,
  maxChargeMicros: number | null,
): Total {
  let sixtieths = feeMicros * 60;
  for (const part of parts) sixtieths += part.seconds * part.pricePerMinuteMicros;
  // No term is negative, so a sum within the safe integers had only exact steps; anything larger shows as larger.
  const exact = sixtieths <= Number.MAX_SAFE_INTEGER ? sixtieths : exactSixtieths(feeMicros, parts);
  if (maxChargeMicros !== null && exact > maxChargeMicros * 60)
    return { amountMicros: micros(maxChargeMicros), bound: "maximum" };
  if (minChargeMicros !== null && exact < minChargeMicros * 60)
    return { amountMicros: micros(minChargeMicros), bound: "minimum" };
  return { amountMicros: roundSixtieths(exact), bound: null };
}

function exactSixtieths(feeMicros: number, parts: readonly ChargePart[]): bigint {
  return parts.reduce((sum, part) => sum + BigInt(part.seconds) * BigInt(part.pricePerMinuteMicros), BigInt(feeMicros) * 60n);
}

/** Half up; throws RangeError (by `micros`) when the amount is no safe integer any more. */
function roundSixtieths(sixtieths: number | bigint): Micros {
  if (typeof sixtieths === "bigint") return micros(Number((sixtieths + 30n) / 60n));
  const rest = sixtieths % 60;
  // Taking the rest away first keeps the division exact, however large the sum.
  return micros((sixtieths - rest) / 60 + (rest >= 30 ? 1 : 0));
}

/** The paid increments as runs at one price, in the order of the leg. */
function priceParts(match: RateMatch, startAt: TimeUs, billed: number, included: number): ChargePart[] {
  if (hasOnePrice(match)) return [partFromRow(match.row, included, billed - included)];
  const parts: ChargePart[] = [];
  const walk = startWalk(match, startAt);
  while (walk.at < billed) {
    const from = Math.max(walk.at, included);
    stepWalk(walk, billed);
    const length = walk.at - from;
    if (length > 0) addPart(parts, partFromRow(walk.row, from, length));
  }
  return parts;
}

function partFromRow(row: RateRow, fromSecond: number, length: number): ChargePart {
  return {
    band: row.band,
    line: row.line,
    fromSecond,
    seconds: length,
    pricePerMinuteMicros: row.pricePerMinuteMicros,
  };
}

function addPart(parts: ChargePart[], part: ChargePart): void {
  const last = parts.at(-1);
  if (last?.line === part.line) parts[parts.length - 1] = { ...last, seconds: last.seconds + part.seconds };
  else parts.push(part);
}
