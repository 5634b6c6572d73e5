import type { Account } from "../account/account.ts";
import { reserveMoney } from "../credits/credits.ts";
import type { Fold } from "../fold-context.ts";
import { monthOfPool, reserveMinutes } from "../pool/pool.ts";
import type { Pool, PoolMonth } from "../pool/pool.ts";
import { change } from "../undo.ts";
import type { Leg } from "./leg.ts";

/** Gives back all that an open leg holds of its pool and of the credits. */
export function releaseReservation(fold: Fold, account: Account, leg: Leg): void {
  const { undo } = fold;
  if (leg.poolReserved > 0) {
    const pool = account.pools.get(leg.poolKey) as Pool;
    reserveMinutes(undo, pool, monthOfPool(undo, pool, leg.poolMonth), -leg.poolReserved);
    change(undo, leg, "poolReserved", 0);
  }
  if (leg.moneyReserved > 0) {
    reserveMoney(undo, account.credits, -leg.moneyReserved);
    change(undo, leg, "moneyReserved", 0);
  }
}

/** What a leg holds from now on; it held nothing before. */
export function holdReservation(
  fold: Fold,
  account: Account,
  leg: Leg,
  pool: Pool | null,
  month: PoolMonth | null,
  minutes: number,
  moneyMicros: number,
): void {
  const { undo } = fold;
  if (pool !== null && month !== null && minutes > 0) {
    reserveMinutes(undo, pool, month, minutes);
    change(undo, leg, "poolKey", pool.key);
    change(undo, leg, "poolMonth", month.month);
    change(undo, leg, "poolReserved", minutes);
  }
  if (moneyMicros > 0) {
    reserveMoney(undo, account.credits, moneyMicros);
    change(undo, leg, "moneyReserved", moneyMicros);
  }
}
