import { formatMicros, micros, MICROS_PER_UNIT, parseMicros } from "@tollbook/contracts/units.ts";
import { areCreditsSold } from "@tollbook/tariffs/territories.ts";
import type { Account } from "../account/account.ts";
import { endOfDayMonthsLater } from "../calendar.ts";
import { addLot } from "../credits/credits.ts";
import type { Lot } from "../credits/credits.ts";
import { considerRecharge, notify, rechargeFailed } from "../credits/recharge.ts";
import { pushDue } from "../due.ts";
import type { Posting } from "../fold.ts";
import type { Fold } from "../fold-context.ts";
import { addValue, latest } from "../history.ts";
import { change } from "../undo.ts";
import { accepted, acceptedMoney, refused } from "./outcome.ts";
import type { Handler, Refused } from "./outcome.ts";

/** CC-3, in currency units. */
export const LEAST_TOP_UP = 50 * MICROS_PER_UNIT;
export const MOST_TOP_UP = 10_000 * MICROS_PER_UNIT;
/** CC-7. */
const LOT_MONTHS = 12;

/** CC-11, CC-12: null when the organisation may buy credits. */
export function whyNoCredits(account: Account): Refused | null {
  if (latest(account.settings).agreement === "MCA") {
    return refused("creditsNotSold", "under a Microsoft Customer Agreement usage is billed afterwards");
  }
  return areCreditsSold(account.country) ? null : refused("creditsNotSold", `credits are not sold in ${account.country}`);
}

export const topUp: Handler<"credits.topUp"> = (fold, account, data) => {
  const hindrance = whyNoCredits(account);
  if (hindrance !== null) return hindrance;
  const amount = parseMicros(data.amount);
  if (amount === null || amount < LEAST_TOP_UP || amount > MOST_TOP_UP || amount % MICROS_PER_UNIT !== 0) {
    return refused("amountOutOfRange", "amount: whole units from 50 to 10,000 (CC-3)");
  }
  change(fold.undo, account.credits, "lastTopUpMicros", amount);
  const { lot, postings } = buyLot(fold, account, "topUp", amount, "cash/topUp");
  return acceptedMoney(lot.id, amount, postings, resultOf(account, lot));
};

/** D19: a lot of twelve months, repays debt first, allowed under every agreement. */
export const goodwill: Handler<"credits.goodwill"> = (fold, account, data) => {
  const amount = parseMicros(data.amount);
  if (amount === null || amount <= 0 || amount > MOST_TOP_UP) {
    return refused("amountOutOfRange", "amount: more than 0, at most 10,000");
  }
  const { lot, postings } = buyLot(fold, account, "goodwill", amount, "goodwill");
  return acceptedMoney(lot.id, amount, postings, resultOf(account, lot));
};

export const autoRecharge: Handler<"credits.autoRecharge"> = (fold, account, data) => {
  const before = latest(account.credits.autoRecharge);
  const trigger = data.trigger === undefined ? before.triggerMicros : parseMicros(data.trigger);
  const recharge = data.recharge === undefined ? before.rechargeMicros : parseMicros(data.recharge);
  if (trigger === null || trigger < 0 || trigger > MOST_TOP_UP) return refused("amountOutOfRange", "trigger: 0 to 10,000 (CC-3)");
  if (data.on) {
    // CC-12: who may not buy may still have it on from before, but not switch it on.
    const hindrance = before.on ? null : whyNoCredits(account);
    if (hindrance !== null) return hindrance;
    if (recharge === null || recharge < LEAST_TOP_UP || recharge > MOST_TOP_UP) {
      return refused("amountOutOfRange", "recharge: 50 to 10,000 (CC-3)");
    }
  }
  addValue(fold.undo, account.credits.autoRecharge, fold.now, {
    on: data.on,
    triggerMicros: trigger,
    rechargeMicros: recharge ?? before.rechargeMicros,
  });
  const { status } = account.credits.recharge;
  // New settings are a new start for what had failed; what is on its way stays on its way.
  if (status === "FAILED" || status === "SUSPENDED") change(fold.undo, account.credits.recharge, "status", "IDLE");
  considerRecharge(fold, account);
  return accepted("autoRecharge", { on: data.on });
};

/** The payment port's word. A result for another recharge than the one in flight changes nothing: it was booked before. */
export const rechargeResult: Handler<"credits.rechargeResult"> = (fold, account, data) => {
  const { recharge } = account.credits;
  if (recharge.id !== data.recharge || recharge.status === "IDLE") {
    return refused("invalidCommand", `recharge: ${data.recharge} is not in flight`);
  }
  if (!data.succeeded) {
    rechargeFailed(fold, account);
    return accepted(data.recharge, { status: account.credits.recharge.status });
  }
  change(fold.undo, recharge, "status", "IDLE");
  change(fold.undo, account.credits, "lastTopUpMicros", recharge.amountMicros);
  const { lot, postings } = buyLot(fold, account, "recharge", recharge.amountMicros, "cash/recharge");
  notify(fold, account, "credits.recharged");
  const result = acceptedMoney(lot.id, recharge.amountMicros, postings, resultOf(account, lot));
  considerRecharge(fold, account);
  return result;
};

function buyLot(
  fold: Fold,
  account: Account,
  kind: Lot["kind"],
  amountMicros: number,
  source: string,
): { lot: Lot; postings: Posting[] } {
  const { credits } = account;
  const lot: Lot = {
    id: `lot-${credits.nextLot}`,
    kind,
    amountMicros,
    purchasedAt: fold.now,
    expiresAt: endOfDayMonthsLater(fold.now, LOT_MONTHS),
    remainingMicros: 0,
    forfeitedMicros: 0,
  };
  const postings = addLot(fold.undo, credits, lot, account.currency, source);
  pushDue(fold.state.due, lot.expiresAt, "lotExpiry", account.id, lot.id);
  return { lot, postings };
}

function resultOf(account: Account, lot: Lot): Record<string, unknown> {
  return { lot: lot.id, balance: formatMicros(micros(account.credits.balanceMicros)), currency: account.currency };
}
