import type { DenyReason } from "@tollbook/contracts/codes.ts";
import { chargeLeg } from "@tollbook/tariffs/charge.ts";
import { grantableSeconds } from "@tollbook/tariffs/grant.ts";
import { billedSeconds } from "@tollbook/tariffs/increments.ts";
import type { Charge } from "@tollbook/tariffs/types.ts";
import type { Micros, TimeUs } from "@tollbook/contracts/units.ts";
import type { Account } from "../account/account.ts";
import { spentIn } from "../account/user.ts";
import { spendableMicros } from "../credits/credits.ts";
import type { Fold } from "../fold-context.ts";
import { valueAt } from "../history.ts";
import { availableMinutes, monthOfPool } from "../pool/pool.ts";
import type { Pool, PoolMonth } from "../pool/pool.ts";
import type { Assessment } from "./assess.ts";

/** What each source may give to a leg right now: steps 4 to 7 of the waterfall, without a decision yet. */
export interface Sources {
  readonly pool: Pool | null;
  readonly poolMonth: PoolMonth | null;
  readonly poolMinutes: number;
  /** Step 6 stands open; how much it may pay, overdraft included, and how much without going below zero. */
  readonly credits: boolean;
  readonly roomMicros: number;
  readonly availableMicros: number;
  /** Step 7 stands open. */
  readonly overage: boolean;
  /** The last funding check that failed (WF-2, D5); null when none did. */
  readonly refusal: DenyReason | null;
  /** The funding checks made, with their results, in order. */
  readonly checks: readonly FundingCheck[];
}

export interface FundingCheck {
  readonly reason: DenyReason;
  readonly passed: boolean;
}

/**
 * `promised`: the leg held a grant, so what it was authorised on stays good (§12.9, §12.10). `onCredits`: a grant of it reached
 * into the credits, which it may take below zero (§12.11); minutes alone promise no money, however the grants were cut. Its own
 * reservation is released before.
 */
export function sourcesOf(
  fold: Fold,
  account: Account,
  a: Assessment,
  promised: boolean,
  onCredits: boolean = promised,
): Sources {
  const { entitlement } = a;
  const checks: FundingCheck[] = [];
  const pool = entitlement.pool === "" ? undefined : account.pools.get(entitlement.pool);
  const poolMonth = pool === undefined ? null : monthOfPool(fold.undo, pool, a.poolMonth);
  let poolMinutes = 0;
  if (pool !== undefined && poolMonth !== null) {
    poolMinutes = availableMinutes(pool, poolMonth);
    // CP-6 `either`, §12.3: looked at for new calls only.
    if (!promised && entitlement.coupledPool !== "" && isExhausted(fold, account, entitlement.coupledPool, a.poolMonth))
      poolMinutes = 0;
    checks.push({ reason: "poolExhausted", passed: poolMinutes > 0 });
  }
  if (isSpendLimitReached(a) && !promised) {
    checks.push({ reason: "spendLimit", passed: false });
    return {
      pool: pool ?? null,
      poolMonth,
      poolMinutes,
      credits: false,
      roomMicros: 0,
      availableMicros: 0,
      overage: false,
      refusal: "spendLimit",
      checks,
    };
  }
  const { credits } = account;
  const recharges = valueAt(credits.autoRecharge, a.snapshotAt).on;
  // D7: with auto-recharge On it is never post-paid.
  const overage = entitlement.overage !== null && !recharges;
  const availableMicros = entitlement.mayUseCredits ? spendableMicros(credits, a.startAt) - credits.reservedMicros : 0;
  const open = entitlement.mayUseCredits && (availableMicros > 0 || (onCredits && !overage));
  checks.push({ reason: "noCreditsLicense", passed: entitlement.mayUseCredits });
  if (entitlement.mayUseCredits) checks.push({ reason: "creditsExhausted", passed: open });
  if (entitlement.overageExists) checks.push({ reason: "payAsYouGoOff", passed: overage });
  const cap = a.settings.atZero === "complete" ? a.settings.overdraftCapMicros : 0;
  return {
    pool: pool ?? null,
    poolMonth,
    poolMinutes,
    credits: open,
    roomMicros: availableMicros + cap,
    availableMicros,
    overage,
    refusal: refusalOf(a, recharges),
    checks,
  };
}

/** D5: the licence before the balance; step 7 is a check only where the option exists. */
function refusalOf(a: Assessment, recharges: boolean): DenyReason {
  const { entitlement } = a;
  if (entitlement.overageExists && entitlement.overage === null && !recharges) return "payAsYouGoOff";
  return entitlement.mayUseCredits ? "creditsExhausted" : "noCreditsLicense";
}

function isExhausted(fold: Fold, account: Account, key: string, month: number): boolean {
  const pool = account.pools.get(key);
  return pool !== undefined && availableMinutes(pool, monthOfPool(fold.undo, pool, month)) <= 0;
}

/** SL-1, D12: reached by what is spent; the leg that crosses it completes. */
function isSpendLimitReached(a: Assessment): boolean {
  if (!a.rule.countsForSpendLimit || a.payer === null) return false;
  const limit = valueAt(a.payer.policies, a.snapshotAt).spendLimitMicros;
  return limit !== null && spentIn(a.payer, a.poolMonth) >= limit;
}

/** How a finished leg is paid. Nothing is moved yet. */
export interface Funding {
  /** Seconds after increments; what the buckets below add up to. */
  readonly billed: number;
  readonly poolMinutes: number;
  readonly poolSeconds: number;
  readonly chargedSeconds: number;
  readonly creditsMicros: number;
  readonly overageMicros: number;
  /** FREE, FREECALL or UNFUNDED: what no source pays. */
  readonly restSeconds: number;
  readonly rest: "FREE" | "FREECALL" | "UNFUNDED" | null;
  readonly reason: DenyReason | null;
  /** Of the paid part; null when nothing was priced. */
  readonly charge: Charge | null;
}

/** Steps 5 to 8 for a leg of `seconds` billable seconds (WF-1, D1, D8, D9). */
export function fundLeg(a: Assessment, sources: Sources, seconds: number): Funding {
  const billed = a.rate === null ? Math.ceil(seconds / 60) * 60 : billedSeconds(a.rate.row, seconds);
  const wanted = Math.ceil(billed / 60);
  const poolMinutes = Math.min(wanted, Math.max(0, sources.poolMinutes));
  const poolSeconds = Math.min(billed, poolMinutes * 60);
  const left = billed - poolSeconds;
  const base = { billed, poolMinutes, poolSeconds };
  if (left === 0) return { ...base, ...nothingPaid, restSeconds: 0, rest: null, reason: null, charge: null };
  if (a.rate === null) {
    return { ...base, ...nothingPaid, restSeconds: left, rest: "FREECALL", reason: "noRate", charge: null };
  }
  const charge = chargeLeg(a.rate, { startAt: a.startAt as TimeUs, usedSeconds: seconds, includedSeconds: poolSeconds });
  return payFor(a, sources, base, left, charge);
}

/** Steps 6 to 8 for the paid part, `left` seconds of it, priced already. */
export function payFor(
  a: Assessment,
  sources: Sources,
  base: Pick<Funding, "billed" | "poolMinutes" | "poolSeconds">,
  left: number,
  charge: Charge,
): Funding {
  const amount = charge.amountMicros;
  if (amount === 0) return { ...base, ...nothingPaid, restSeconds: left, rest: "FREE", reason: null, charge };
  if (sources.overage) {
    const creditsMicros = sources.credits ? Math.min(Math.max(0, sources.availableMicros), amount) : 0;
    return {
      ...base,
      chargedSeconds: left,
      creditsMicros,
      overageMicros: amount - creditsMicros,
      restSeconds: 0,
      rest: null,
      reason: null,
      charge,
    };
  }
  if (sources.credits && amount <= sources.roomMicros) {
    return {
      ...base,
      chargedSeconds: left,
      creditsMicros: amount,
      overageMicros: 0,
      restSeconds: 0,
      rest: null,
      reason: null,
      charge,
    };
  }
  return partlyFunded(a, sources, { ...base, left }, charge);
}

const nothingPaid = { chargedSeconds: 0, creditsMicros: 0, overageMicros: 0 };

/** D9: the whole minutes that fit; the rest is UNFUNDED, or OVERAGE where the account says so (D1, D32). */
function partlyFunded(
  a: Assessment,
  sources: Sources,
  base: { billed: number; poolMinutes: number; poolSeconds: number; left: number },
  whole: Charge,
): Funding {
  const rate = a.rate;
  const { left, ...kept } = base;
  let fits = 0;
  if (rate !== null && sources.credits && sources.roomMicros > 0) {
    const until = grantableSeconds(rate, {
      startAt: a.startAt as TimeUs,
      fromSecond: 0,
      availableMicros: sources.roomMicros as Micros,
      includedSeconds: base.poolSeconds,
      longestSeconds: base.billed,
    });
    fits = Math.max(0, Math.floor((Math.min(until, base.billed) - base.poolSeconds) / 60) * 60);
  }
  const paid =
    rate === null || fits === 0
      ? null
      : chargeLeg(rate, {
          startAt: a.startAt as TimeUs,
          usedSeconds: base.poolSeconds + fits,
          includedSeconds: base.poolSeconds,
        });
  const creditsMicros = paid === null ? 0 : paid.amountMicros;
  const reason = sources.refusal;
  if (a.settings.unfundedAs === "OVERAGE" && reason !== "spendLimit") {
    return {
      ...kept,
      chargedSeconds: left,
      creditsMicros,
      overageMicros: whole.amountMicros - creditsMicros,
      restSeconds: 0,
      rest: null,
      reason,
      charge: whole,
    };
  }
  const chargedSeconds = paid === null ? 0 : paid.proof.chargedSeconds;
  return {
    ...kept,
    chargedSeconds,
    creditsMicros,
    overageMicros: 0,
    restSeconds: left - chargedSeconds,
    rest: "UNFUNDED",
    reason,
    charge: paid ?? whole,
  };
}

/** A leg that costs nothing, or that steps 1 to 3 would have refused (D1). */
export function unpaid(seconds: number, rest: "FREE" | "FREECALL" | "UNFUNDED", reason: DenyReason | null): Funding {
  return {
    billed: seconds,
    poolMinutes: 0,
    poolSeconds: 0,
    ...nothingPaid,
    restSeconds: seconds,
    rest: seconds === 0 ? null : rest,
    reason,
    charge: null,
  };
}
