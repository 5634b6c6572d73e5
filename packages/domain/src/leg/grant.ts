import type { FundingSource } from "@tollbook/contracts/answers.ts";
import type { Micros, TimeUs } from "@tollbook/contracts/units.ts";
import { chargeLeg } from "@tollbook/tariffs/charge.ts";
import type { RateMatch } from "@tollbook/tariffs/deck.ts";
import { grantableSeconds, LONGEST_GRANT_SECONDS } from "@tollbook/tariffs/grant.ts";
import { billedSeconds } from "@tollbook/tariffs/increments.ts";
import type { Assessment } from "./assess.ts";
import type { Sources } from "./funding.ts";

/** What a leg may use, counted from its start, and what is held for all of it. */
export interface Grant {
  readonly grantedSeconds: number;
  readonly poolMinutes: number;
  readonly moneyMicros: number;
  /** Bounded by what can be funded: no further grant follows. */
  readonly final: boolean;
  readonly funding: readonly { source: FundingSource; ref: string | null }[];
}

/**
 * D21, D35: one slice beyond what is used, in whole increments, never less than the first increment; less, and final, where
 * the funds end sooner. Null: nothing can be granted. Never more than is available, so no pool and no floor is ever crossed.
 */
export function grantFrom(a: Assessment, sources: Sources, used: number, sliceSeconds: number, running: boolean): Grant | null {
  const rate = a.rate as RateMatch;
  const wanted = billedSeconds(rate.row, Math.min(used + sliceSeconds, LONGEST_GRANT_SECONDS));
  const poolMinutes = Math.min(Math.ceil(wanted / 60), Math.max(0, sources.poolMinutes));
  const poolSeconds = Math.min(wanted, poolMinutes * 60);
  const funding: Grant["funding"] = poolMinutes > 0 && sources.pool !== null ? [{ source: "POOL", ref: sources.pool.key }] : [];
  if (poolSeconds === wanted) return { grantedSeconds: wanted, poolMinutes, moneyMicros: 0, final: false, funding };
  const price = (seconds: number): number =>
    chargeLeg(rate, { startAt: a.startAt as TimeUs, usedSeconds: seconds, includedSeconds: poolSeconds }).amountMicros;
  const amount = price(wanted);
  if (sources.overage) {
    const moneyMicros = sources.credits ? Math.min(Math.max(0, sources.availableMicros), amount) : 0;
    const paid: Grant["funding"] = [
      ...(moneyMicros > 0 ? [{ source: "CREDITS" as const, ref: null }] : []),
      { source: "OVERAGE", ref: a.entitlement.overage?.id ?? null },
    ];
    return { grantedSeconds: wanted, poolMinutes, moneyMicros, final: false, funding: [...funding, ...paid] };
  }
  if (sources.credits && (amount <= sources.roomMicros || amount === 0)) {
    return {
      grantedSeconds: wanted,
      poolMinutes,
      moneyMicros: amount,
      final: false,
      funding: [...funding, { source: "CREDITS", ref: null }],
    };
  }
  const fits = sources.credits ? secondsThatFit(a, rate, sources, poolSeconds, wanted) : poolSeconds;
  if (fits === 0 && !running) return null;
  const grantedSeconds = Math.max(fits, poolSeconds);
  const moneyMicros = grantedSeconds > poolSeconds ? price(grantedSeconds) : 0;
  const paid: Grant["funding"] = moneyMicros > 0 ? [{ source: "CREDITS", ref: null }] : [];
  return { grantedSeconds, poolMinutes, moneyMicros, final: true, funding: [...funding, ...paid] };
}

function secondsThatFit(a: Assessment, rate: RateMatch, sources: Sources, poolSeconds: number, wanted: number): number {
  if (sources.roomMicros <= 0) return poolSeconds;
  const until = grantableSeconds(rate, {
    startAt: a.startAt as TimeUs,
    fromSecond: 0,
    availableMicros: sources.roomMicros as Micros,
    includedSeconds: poolSeconds,
  });
  return Math.min(Math.max(until, poolSeconds), wanted);
}
