import { US_PER_DAY, US_PER_HOUR, formatMicros, micros } from "@tollbook/contracts/units.ts";
import type { Account } from "../account/account.ts";
import { pushDue } from "../due.ts";
import type { Fold } from "../fold-context.ts";
import { latest } from "../history.ts";
import { accountFact } from "../output.ts";
import { change } from "../undo.ts";

/** CC-4: five recharges a day at most. */
export const RECHARGES_PER_DAY = 5;
/** PM-3 [R]: when a failed recharge is tried again, counted from its first attempt; then it is suspended. */
const RETRIES_US = [6 * US_PER_HOUR, ...Array.from({ length: 7 }, (_, day) => (day + 1) * US_PER_DAY)];

/** After every charge to the credits (D19): notices of CC-8, then the recharge. */
export function afterCharge(fold: Fold, account: Account, amountMicros: number): void {
  const { credits } = account;
  const before = credits.balanceMicros + amountMicros;
  const low = Math.floor(credits.lastTopUpMicros / 5);
  if (before > low && credits.balanceMicros <= low && credits.balanceMicros > 0) notify(fold, account, "credits.low");
  if (before > 0 && credits.balanceMicros <= 0) notify(fold, account, "credits.zero");
  considerRecharge(fold, account);
}

/** CC-4, D19: fires when the available balance is at or below the trigger; at most one in flight. */
export function considerRecharge(fold: Fold, account: Account): void {
  const { credits } = account;
  const setting = latest(credits.autoRecharge);
  const { recharge } = credits;
  if (!setting.on || recharge.status !== "IDLE") return;
  if (credits.balanceMicros - credits.reservedMicros > setting.triggerMicros) return;
  const { undo } = fold;
  const day = Math.floor(fold.now / US_PER_DAY);
  const startedToday = recharge.day === day ? recharge.startedToday : 0;
  if (startedToday >= RECHARGES_PER_DAY) return;
  change(undo, recharge, "day", day);
  change(undo, recharge, "startedToday", startedToday + 1);
  change(undo, recharge, "id", `r${recharge.next}`);
  change(undo, recharge, "next", recharge.next + 1);
  change(undo, recharge, "amountMicros", setting.rechargeMicros);
  change(undo, recharge, "startedAt", fold.now);
  change(undo, recharge, "attempts", 0);
  requestPayment(fold, account);
}

/** Asks the payment port; the same recharge id every time, so that it is charged once. */
export function requestPayment(fold: Fold, account: Account): void {
  const { recharge } = account.credits;
  change(fold.undo, recharge, "attempts", recharge.attempts + 1);
  change(fold.undo, recharge, "status", recharge.attempts === 1 ? "PENDING" : "RETRYING");
  accountFact(fold, account, "credits.rechargeRequested", recharge.id, {
    amount: formatMicros(micros(recharge.amountMicros)),
    attempt: recharge.attempts,
  });
  fold.outputs.push({
    kind: "payment",
    account: account.id,
    recharge: recharge.id,
    amountMicros: micros(recharge.amountMicros),
    currency: account.currency,
  });
}

/** A charge that failed: mail, next attempt by plan, in the end suspended until the settings change. */
export function rechargeFailed(fold: Fold, account: Account): void {
  const { recharge } = account.credits;
  const wait = RETRIES_US[recharge.attempts - 1];
  change(fold.undo, recharge, "status", wait === undefined ? "SUSPENDED" : "FAILED");
  if (wait !== undefined) pushDue(fold.state.due, recharge.startedAt + wait, "rechargeRetry", account.id, recharge.id);
  notify(fold, account, "credits.rechargeFailed");
}

export function notify(fold: Fold, account: Account, notice: string): void {
  const { credits } = account;
  const data = {
    balance: formatMicros(micros(credits.balanceMicros)),
    currency: account.currency,
    recharge: credits.recharge.id,
  };
  fold.outputs.push({ kind: "notice", account: account.id, notice, key: `${notice}/${fold.at.seq}/${fold.at.index}`, data });
}
