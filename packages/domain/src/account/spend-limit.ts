import { nextMonth } from "../calendar.ts";
import type { Fold } from "../fold-context.ts";
import { latest } from "../history.ts";
import { moneyText } from "../billing/draft.ts";
import { notify } from "../output.ts";
import { change } from "../undo.ts";
import type { Account } from "./account.ts";
import { logBlock } from "./block.ts";
import { schedule } from "./clock.ts";
import { poolMonthAt, startOfPoolMonth } from "./pool-month.ts";
import { spentIn } from "./user.ts";
import type { User } from "./user.ts";

const KEPT_MONTHS = 15;

/**
 * SL-1, D12: after spending, or the limit itself, has changed. One notice per user and month; while the running month's limit is
 * reached the user stands in the log of blocked users (§8.6), until the month ends, the limit is raised or money comes back.
 */
export function considerSpendLimit(fold: Fold, account: Account, user: User, month: number): void {
  const limit = latest(user.policies).spendLimitMicros;
  if (limit === null && user.limitedMonth === 0) return;
  const reached = limit !== null && spentIn(user, month) >= limit;
  if (reached && !user.limitNoticed.includes(month)) {
    change(fold.undo, user, "limitNoticed", [...user.limitNoticed, month].slice(-KEPT_MONTHS));
    const data = { user: user.id, limit: moneyText(limit), currency: account.currency, month: monthText(month) };
    notify(fold, account, "spend.limitReached", `spend/${user.id}/${month}`, data);
  }
  if (month !== poolMonthAt(account, fold.now)) return;
  if (reached && user.limitedMonth === 0) {
    change(fold.undo, user, "limitedMonth", month);
    logBlock(fold, account, user, "blocked", "spendLimit", "");
    schedule(fold, account, startOfPoolMonth(account, nextMonth(month)), "spendMonth", user.id);
  }
  if (!reached && user.limitedMonth !== 0) unlimit(fold, account, user);
}

/** The month is over: spending begins anew. */
export function spendMonthIsOver(fold: Fold, account: Account, id: string): void {
  const user = account.users.get(id);
  if (user === undefined || user.limitedMonth === 0 || user.limitedMonth >= poolMonthAt(account, fold.now)) return;
  unlimit(fold, account, user);
}

function unlimit(fold: Fold, account: Account, user: User): void {
  change(fold.undo, user, "limitedMonth", 0);
  logBlock(fold, account, user, "unblocked", "spendLimit", "");
}

function monthText(month: number): string {
  return `${Math.floor(month / 100)}-${String(month % 100).padStart(2, "0")}`;
}
