import { US_PER_DAY } from "@tollbook/contracts/units.ts";
import type { Account } from "../account/account.ts";
import { MAIN } from "../billing/billing-account.ts";
import { invoiceDebt } from "../billing/close.ts";
import { moneyText, profileOf } from "../billing/draft.ts";
import { startPayment } from "../billing/payment.ts";
import type { Payment } from "../billing/payment.ts";
import { monthIn } from "../calendar.ts";
import type { Fold } from "../fold-context.ts";
import { latest } from "../history.ts";
import { notify } from "../output.ts";
import { change } from "../undo.ts";

/** CC-4: five recharges a day at most. */
export const RECHARGES_PER_DAY = 5;

/** After every charge to the credits (D19): notices of CC-8, then the recharge. */
export function afterCharge(fold: Fold, account: Account, amountMicros: number): void {
  const { credits } = account;
  const before = credits.balanceMicros + amountMicros;
  const low = Math.floor(credits.lastTopUpMicros / 5);
  const data = { balance: moneyText(credits.balanceMicros), currency: account.currency };
  const key = `${fold.at.seq}/${fold.at.index}`;
  if (before > low && credits.balanceMicros <= low && credits.balanceMicros > 0)
    notify(fold, account, "credits.low", `credits.low/${key}`, data);
  if (before > 0 && credits.balanceMicros <= 0) notify(fold, account, "credits.zero", `credits.zero/${key}`, data);
  considerRecharge(fold, account);
  invoiceDebt(fold, account);
}

/** CC-4, D19: fires when the available balance is at or below the trigger; at most one in flight, five a day, up to the monthly cap. */
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
  const month = monthIn("UTC", fold.now);
  const monthMicros = (recharge.month === month ? recharge.monthMicros : 0) + setting.rechargeMicros;
  if (setting.monthlyCapMicros !== null && monthMicros > setting.monthlyCapMicros) return tellCap(fold, account, month);
  change(undo, recharge, "month", month);
  change(undo, recharge, "monthMicros", monthMicros);
  change(undo, recharge, "day", day);
  change(undo, recharge, "startedToday", startedToday + 1);
  change(undo, recharge, "id", `r${recharge.next}`);
  change(undo, recharge, "next", recharge.next + 1);
  change(undo, recharge, "amountMicros", setting.rechargeMicros);
  change(undo, recharge, "status", "PENDING");
  const method = profileOf(account, MAIN).paymentMethod;
  startPayment(fold, account, "recharge", recharge.id, recharge.amountMicros, account.currency, method);
}

/** One notice a month: the cap holds recharges back until the next. */
function tellCap(fold: Fold, account: Account, month: number): void {
  const { recharge, balanceMicros } = account.credits;
  if (recharge.cappedMonth === month) return;
  change(fold.undo, recharge, "cappedMonth", month);
  const setting = latest(account.credits.autoRecharge);
  notify(fold, account, "credits.rechargeCapped", `credits.rechargeCapped/${month}`, {
    amount: moneyText(setting.rechargeMicros),
    balance: moneyText(balanceMicros),
    currency: account.currency,
    cap: moneyText(setting.monthlyCapMicros ?? 0),
    month: `${Math.floor(month / 100)}-${String(month % 100).padStart(2, "0")}`,
  });
}

/**
 * CC-12, edge 14: under a Microsoft Customer Agreement auto-recharge fills the balance for ever, so that billing never moves to
 * post-usage. Told when it comes to that, and at every recharge.
 */
export function warnIfStuck(fold: Fold, account: Account): void {
  const { credits, settings } = account;
  if (latest(settings).agreement !== "MCA" || !latest(credits.autoRecharge).on) return;
  const data = { balance: moneyText(credits.balanceMicros), currency: account.currency };
  notify(fold, account, "credits.stuckPrepaid", `credits.stuckPrepaid/${fold.at.seq}/${fold.at.index}`, data);
}

/** A charge that failed: mail at each failure; when it will not be tried again by itself, suspended until something changes (PM-3). */
export function rechargeFailed(fold: Fold, account: Account, payment: Payment, again: boolean, nextAttempt: string): void {
  const { recharge, balanceMicros } = account.credits;
  change(fold.undo, recharge, "status", again ? "FAILED" : "SUSPENDED");
  const data = {
    amount: moneyText(payment.amountMicros),
    balance: moneyText(balanceMicros),
    currency: payment.currency,
    recharge: payment.subject,
    reason: payment.reason,
  };
  const key = `${payment.id}/${payment.attempt}`;
  if (again) notify(fold, account, "credits.rechargeFailed", `credits.rechargeFailed/${key}`, { ...data, nextAttempt });
  else notify(fold, account, "credits.rechargeSuspended", `credits.rechargeSuspended/${key}`, data);
}
