import type { Account } from "../account/account.ts";
import type { Fold } from "../fold-context.ts";
import { notify } from "../output.ts";
import { findProduct } from "../catalogue/product.ts";
import { change } from "../undo.ts";
import { sizeOf, thresholdReached } from "./pool.ts";
import type { Pool, PoolMonth } from "./pool.ts";

/** AC-5, §11: one notice per threshold, pool and month. */
export function noticePool(fold: Fold, account: Account, pool: Pool, month: PoolMonth): void {
  const threshold = thresholdReached(pool, month);
  if (threshold === 0) return;
  change(fold.undo, month, "noticed", threshold);
  const data = {
    pool: pool.key,
    description: findProduct(pool.product)?.description ?? "",
    month: String(month.month),
    threshold: String(threshold),
    usedMinutes: String(month.usedMinutes),
    totalMinutes: String(sizeOf(pool, month)),
  };
  notify(fold, account, "pool.warning", `${pool.key}/${month.month}/${threshold}`, data);
}
