import type { CreditsView, LotView } from "@tollbook/contracts/views.ts";
import { US_PER_DAY } from "@tollbook/contracts/units.ts";
import type { Account } from "../account/account.ts";
import { nowOf } from "../account/clock.ts";
import { poolMonthAt } from "../account/pool-month.ts";
import { monthIn } from "../calendar.ts";
import { whyNoCredits } from "../command/credit-commands.ts";
import type { Lot } from "../credits/credits.ts";
import { creditMode, creditState } from "../credits/mode.ts";
import { latest } from "../history.ts";
import type { PartitionState } from "../state.ts";
import { asOf, money, MOST_ROWS, time } from "./as-of.ts";

const SOON_US = 30 * US_PER_DAY;

export function creditsView(state: PartitionState, account: Account): CreditsView {
  const { credits } = account;
  const setting = latest(credits.autoRecharge);
  const hindrance = whyNoCredits(account);
  const soon = credits.lots.filter(
    (lot) => lot.expiresAt > nowOf(state, account) && lot.expiresAt <= nowOf(state, account) + SOON_US,
  );
  const { month } = account.counters;
  const spent = month.period === poolMonthAt(account, nowOf(state, account)) ? month.creditsMicros : 0;
  return {
    asOf: asOf(state, account),
    currency: account.currency,
    mode: creditMode(account, nowOf(state, account)),
    state: creditState(credits),
    balance: money(credits.balanceMicros),
    reserved: money(credits.reservedMicros),
    available: money(credits.balanceMicros - credits.reservedMicros),
    expiringSoon: money(soon.reduce((sum, lot) => sum + lot.remainingMicros, 0)),
    spentThisMonth: money(spent),
    autoRecharge: {
      on: setting.on,
      trigger: money(setting.triggerMicros),
      recharge: money(setting.rechargeMicros),
      status: credits.recharge.status,
      monthlyCap: setting.monthlyCapMicros === null ? null : money(setting.monthlyCapMicros),
      rechargedThisMonth: money(rechargedIn(account, monthIn("UTC", nowOf(state, account)))),
    },
    canBuy: hindrance === null,
    cannotBuyReason: hindrance?.code ?? null,
    lots: credits.lots.slice(-MOST_ROWS).map((lot) => lotView(lot, nowOf(state, account))),
  };
}

function rechargedIn({ credits }: Account, month: number): number {
  return credits.recharge.month === month ? credits.recharge.monthMicros : 0;
}

function lotView(lot: Lot, now: number): LotView {
  return {
    lot: lot.id,
    kind: lot.kind,
    amount: money(lot.amountMicros),
    remaining: money(lot.remainingMicros),
    purchasedAt: time(lot.purchasedAt),
    // The last microsecond of its last day.
    expiresAt: time(lot.expiresAt - 1),
    state: lot.remainingMicros === 0 && lot.forfeitedMicros === 0 ? "DEPLETED" : lot.expiresAt > now ? "OPEN" : "EXPIRED",
  };
}
