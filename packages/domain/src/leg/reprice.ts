import { chargeLeg } from "@tollbook/tariffs/charge.ts";
import type { RateDeck, RateMatch } from "@tollbook/tariffs/deck.ts";
import { findRate } from "@tollbook/tariffs/find-rate.ts";
import type { Charge } from "@tollbook/tariffs/types.ts";
import type { Currency } from "@tollbook/contracts/units.ts";
import { callTypeRules } from "../catalogue/call-types.ts";
import type { CallRow, Segment } from "../fold.ts";
import { isTollFree, rateQuery } from "./assess.ts";
import { proofOfRow } from "./proof.ts";

/** Why a stored call cannot be priced anew. */
export const repriceRefusals = {
  notRated: "It was denied, not answered, or taken back: there is nothing to price.",
  free: "It is free by rule, whatever the deck says.",
  included: "Included minutes paid for all of it.",
  unfunded: "Nothing paid for it (D1); a new price does not charge what could not be funded.",
  noRate: "The deck has no rate for it.",
} as const;
export type RepriceRefusal = keyof typeof repriceRefusals;

/** A stored call at the prices of another deck: what its paid part would cost. */
export interface Repriced {
  readonly kind: "priced";
  readonly match: RateMatch;
  readonly charge: Charge;
  /** Included minutes stay as they were funded. */
  readonly poolSeconds: number;
  readonly paidSeconds: number;
  /** What nobody pays stays so. */
  readonly unfundedSeconds: number;
  /** It had no price (RT-7): priced for the report, charged only while its period accrues. */
  readonly freeCall: boolean;
}

/**
 * Prices the paid part of a stored call by another deck (§12.17): the same functions for the dry run as for the fold. The deck is
 * the only one asked; a call that it does not price keeps its price.
 */
export function reprice(row: CallRow, deck: RateDeck): Repriced | { readonly kind: "refused"; readonly why: RepriceRefusal } {
  const proof = proofOfRow(row);
  if (row.outcome !== "rated" || row.entry === "reversal" || proof === null) return { kind: "refused", why: "notRated" };
  let unfundedSeconds = 0;
  let paid = row.chargedSeconds > 0;
  let freeCall = false;
  for (const { source, seconds } of row.segments as readonly Segment[]) {
    if (source === "UNFUNDED") unfundedSeconds += seconds;
    if (source === "FREECALL") freeCall = true;
    // A price of nothing was a price.
    if (source === "FREE" && proof.rate !== null && proof.freeBecause === null) paid = true;
  }
  if (!paid && !freeCall) return { kind: "refused", why: unfundedSeconds > 0 ? "unfunded" : restOf(row) };
  const rule = callTypeRules[row.callType];
  const query = rateQuery(row, rule, row.startAt, isTollFree(row, rule), row.currency as Currency);
  const match = query === null ? null : findRate([deck], query);
  if (match === null) return { kind: "refused", why: "noRate" };
  const includedSeconds = row.poolMinutes * 60;
  const usedSeconds =
    unfundedSeconds > 0 ? Math.min(row.billableSeconds, includedSeconds + row.chargedSeconds) : row.billableSeconds;
  const charge = chargeLeg(match, { startAt: row.startAt, usedSeconds, includedSeconds });
  return {
    kind: "priced",
    match,
    charge,
    poolSeconds: charge.proof.includedSeconds,
    paidSeconds: charge.proof.chargedSeconds,
    unfundedSeconds,
    freeCall,
  };
}

function restOf(row: CallRow): RepriceRefusal {
  return row.poolMinutes > 0 ? "included" : "free";
}
