import type { PoolsView, PoolView } from "@tollbook/contracts/views.ts";
import type { Account } from "../account/account.ts";
import { nowOf } from "../account/clock.ts";
import { locationAt } from "../account/user.ts";
import { poolMonthAt } from "../account/pool-month.ts";
import { findProduct } from "../catalogue/product.ts";
import { latest } from "../history.ts";
import { poolKey } from "../pool/entitlement.ts";
import { availableMinutes, poolState, sizeOf } from "../pool/pool.ts";
import type { Pool, PoolMonth } from "../pool/pool.ts";
import type { PartitionState } from "../state.ts";
import { productOf } from "../subscription/subscription.ts";
import type { Subscription } from "../subscription/subscription.ts";
import { asOf, MOST_ROWS } from "./as-of.ts";

/** Pools of the current month; with a user, the ones his licences draw on; `summed`, those of single users as one. */
export function poolsView(
  state: PartitionState,
  account: Account,
  user: string | null,
  summed = false,
): PoolsView | { error: "unknownUser"; detail: string } {
  if (user === null && summed) return { asOf: asOf(state, account), pools: summedPools(state, account) };
  if (user === null) return { asOf: asOf(state, account), pools: poolViews(state, account) };
  const found = account.users.get(user);
  if (found === undefined) return { error: "unknownUser", detail: user };
  const country = locationAt(found, nowOf(state, account));
  const keys = latest(found.licences).flatMap((id) => {
    const product = productOf(account.subscriptions.get(id) as Subscription);
    return (["domestic", "international", "zoneA"] as const).map((kind) => poolKey(product, kind, country, user));
  });
  const pools = [...new Set(keys)].map((key) => account.pools.get(key)).filter((pool) => pool !== undefined);
  return {
    asOf: asOf(state, account),
    pools: pools.map((pool) => poolView(pool, poolMonthAt(account, nowOf(state, account)))),
  };
}

export function poolViews(state: PartitionState, account: Account): PoolView[] {
  const month = poolMonthAt(account, nowOf(state, account));
  const views: PoolView[] = [];
  for (const pool of account.pools.values()) {
    const shown = poolView(pool, month);
    if (shown.totalMinutes > 0 && views.push(shown) === MOST_ROWS) break;
  }
  return views;
}

const counted = ["totalMinutes", "usedMinutes", "reservedMinutes", "availableMinutes"] as const;

/** §8.5: per plan and usage location. However many users have a pool of their own, it is one row, of all of them. */
function summedPools(state: PartitionState, account: Account): PoolView[] {
  const month = poolMonthAt(account, nowOf(state, account));
  const sums = new Map<string, PoolView>();
  for (const pool of account.pools.values()) {
    const shown = poolView(pool, month);
    if (shown.totalMinutes === 0) continue;
    const key = pool.user === "" ? pool.key : pool.key.slice(0, -(pool.user.length + 1));
    const sum = sums.get(key);
    if (sum === undefined) {
      if (sums.size < MOST_ROWS) sums.set(key, { ...shown, pool: key, user: null });
      continue;
    }
    for (const field of counted) sum[field] += shown[field];
    sum.state = sum.availableMinutes <= 0 ? "EXHAUSTED" : sum.usedMinutes * 5 >= sum.totalMinutes * 4 ? "WARN80" : "OPEN";
  }
  return [...sums.values()];
}

function poolView(pool: Pool, month: number): PoolView {
  const entry: PoolMonth = pool.months.findLast((one) => one.month === month) ?? {
    month,
    mostAssigned: pool.assigned,
    usedMinutes: 0,
    reservedMinutes: 0,
    noticed: 0,
  };
  return {
    pool: pool.key,
    capability: pool.serviceCode,
    description: description(pool),
    usageLocation: pool.country,
    user: pool.user === "" ? null : pool.user,
    kind: pool.kind,
    month,
    totalMinutes: sizeOf(pool, entry),
    usedMinutes: entry.usedMinutes,
    reservedMinutes: entry.reservedMinutes,
    availableMinutes: availableMinutes(pool, entry),
    state: poolState(pool, entry),
  };
}

/** §8.5: "Domestic and international calling plan (600 international minutes)". */
function description(pool: Pool): string {
  const name = findProduct(pool.product)?.description ?? pool.serviceCode;
  return pool.kind === "zoneA" ? name : `${name} (${pool.minutesPerLicence} ${pool.kind} minutes)`;
}
