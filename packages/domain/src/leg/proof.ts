import type { RateMatch } from "@tollbook/tariffs/deck.ts";
import type { RateProof } from "@tollbook/tariffs/types.ts";
import type { Account } from "../account/account.ts";
import { valueAt } from "../history.ts";
import type { CallRow } from "../fold.ts";
import type { Fold } from "../fold-context.ts";
import type { Assessment } from "./assess.ts";
import type { Funding } from "./funding.ts";
import type { Leg } from "./leg.ts";

/** What `CallRow.proof` holds as JSON: everything the explanation of a charge needs, as it stood at the leg's start. */
export interface CallProof {
  /** Null where nothing was priced: free, unknown destination, wholly included. */
  readonly rate: RateProof | null;
  readonly plan: string | null;
  readonly product: string | null;
  readonly subscription: string | null;
  readonly policy: string;
  readonly agreement: string;
  readonly payAsYouGo: "UNAVAILABLE" | "OFF" | "ON";
  readonly mayUseCredits: boolean;
  readonly autoRecharge: boolean;
  readonly pool: string | null;
  readonly destinationCountry: string;
  /** Seconds after increments, and what each kind of source took of them. */
  readonly billedSeconds: number;
  readonly poolSeconds: number;
  readonly chargedSeconds: number;
  readonly restSeconds: number;
  readonly rest: "FREE" | "FREECALL" | "UNFUNDED" | null;
  /** Free by which rule: emergency, inbound, directRouting, tollNumber; null when not free by rule. */
  readonly freeBecause: "emergency" | "inbound" | "directRouting" | "tollNumber" | null;
  /** Seconds of the grant when the leg was authorised; null when not. */
  readonly grantedSeconds: number | null;
  /** The deck of the re-rate job that priced it (§12.17); later corrections of the call stay with it. Absent: the deck in force. */
  readonly reratedWith?: string;
}

/** What a stored row says about itself; null for legs that were never answered. */
export function proofOfRow(row: CallRow): CallProof | null {
  return row.proof === "" ? null : (JSON.parse(row.proof) as CallProof);
}

/** The part of a rate's proof that is the same for every leg at that row, as JSON text without its closing brace. */
const fixedParts = new WeakMap<object, string>();

/** Built by hand: only a few fields differ from leg to leg, and JSON.stringify of the whole costs more than the rating. */
export function proofOf(fold: Fold, account: Account, a: Assessment, funding: Funding, leg: Leg): string {
  const { entitlement } = a;
  const rate = funding.charge === null || a.rate === null ? "null" : rateJson(a.rate, funding.charge.proof);
  const payAsYouGo = !entitlement.overageExists ? "UNAVAILABLE" : entitlement.overage === null ? "OFF" : "ON";
  const recharges = valueAt(account.credits.autoRecharge, a.snapshotAt).on;
  return (
    `{"rate":${rate},"plan":${quoted(entitlement.plan === null ? null : entitlement.plan.serviceCode)}` +
    `,"product":${quoted(entitlement.plan === null ? null : entitlement.plan.id)}` +
    `,"subscription":${quoted(entitlement.subscription === null ? null : entitlement.subscription.id)}` +
    `,"policy":"${a.policy.name}","agreement":"${a.settings.agreement}","payAsYouGo":"${payAsYouGo}"` +
    `,"mayUseCredits":${entitlement.mayUseCredits},"autoRecharge":${recharges}` +
    `,"pool":${entitlement.pool === "" ? "null" : JSON.stringify(entitlement.pool)},"destinationCountry":"${a.destinationCountry}"` +
    `,"billedSeconds":${funding.billed},"poolSeconds":${funding.poolSeconds},"chargedSeconds":${funding.chargedSeconds}` +
    `,"restSeconds":${funding.restSeconds},"rest":${quoted(funding.rest)},"freeBecause":${quoted(freeBecause(a))}` +
    `,"grantedSeconds":${leg.grantedSeconds < 0 ? "null" : leg.grantedSeconds}` +
    (fold.rerateDeck !== null && a.rate?.deck === fold.rerateDeck ? `,"reratedWith":"${fold.rerateDeck.deckId}"}` : "}")
  );
}

/** Codes and names of ours hold nothing that JSON would escape. */
function quoted(code: string | null): string {
  return code === null ? "null" : `"${code}"`;
}

function freeBecause(a: Assessment): CallProof["freeBecause"] {
  if (a.free !== "FREE") return null;
  if (a.rule.directRouting) return "directRouting";
  if (a.neverDenied) return "emergency";
  return a.rule.payer === "nobody" ? "inbound" : "tollNumber";
}

function rateJson(match: RateMatch, proof: RateProof): string {
  let fixed = fixedParts.get(match.row);
  if (fixed === undefined) {
    const { usedSeconds: _u, includedSeconds: _i, parts: _p, chargedSeconds: _c, bound: _b, ...rest } = proof;
    fixed = JSON.stringify(rest).slice(0, -1);
    fixedParts.set(match.row, fixed);
  }
  const { parts } = proof;
  const first = parts[0];
  const list =
    parts.length === 1 && first !== undefined && first.band === ""
      ? `[{"band":"","line":${first.line},"fromSecond":${first.fromSecond},"seconds":${first.seconds},"pricePerMinuteMicros":${first.pricePerMinuteMicros}}]`
      : JSON.stringify(parts);
  return (
    `${fixed},"usedSeconds":${proof.usedSeconds},"includedSeconds":${proof.includedSeconds},"parts":${list}` +
    `,"chargedSeconds":${proof.chargedSeconds},"bound":${quoted(proof.bound)}}`
  );
}
