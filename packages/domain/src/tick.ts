import { US_PER_HOUR, US_PER_MINUTE } from "@tollbook/contracts/units.ts";
import type { Account } from "./account/account.ts";
import { forAccount, nowOf } from "./account/clock.ts";
import { KEPT_MONTHS } from "./account/pool-month.ts";
import { spendMonthIsOver } from "./account/spend-limit.ts";
import { forecastIsDue } from "./budget/spend.ts";
import { ANSWERS_KEPT_US } from "./command/remembered.ts";
import { pruneHours } from "./counters.ts";
import { graceIsOver, periodIsOver } from "./billing/close.ts";
import { invoiceIsDue, suspensionIsDue } from "./billing/issued.ts";
import { cardExpiryIsDue } from "./billing/payment-method.ts";
import { paymentRetryIsDue } from "./billing/payment.ts";
import { forfeitLot, warnOfExpiry } from "./credits/expiry.ts";
import { compactDue, popDue } from "./due.ts";
import type { Due } from "./due.ts";
import type { Fold } from "./fold-context.ts";
import { pruneHistory } from "./history.ts";
import { ageIds } from "./ids/id-memory.ts";
import { isLegMeta } from "./leg/closed-leg.ts";
import { legIsDue } from "./leg/silence.ts";
import { reservationIsOver } from "./numbers/phone-number.ts";
import { chargeIsDue, stageIsOver, termIsOver, warningIsDue } from "./subscription/life-cycle.ts";

/** Runs work on one account and freezes it when an invariant breaks. */
export type Guarded = (fold: Fold, account: Account, work: () => void) => boolean;

/** A minute of log time is over: whatever is due happens, in the order of its time. A minute seen before is ignored. */
export function applyTick(fold: Fold, minute: number, guarded: Guarded): void {
  const { state } = fold;
  if (minute <= state.lastTick) return;
  const hourBefore = Math.floor((state.lastTick * US_PER_MINUTE) / US_PER_HOUR);
  state.lastTick = minute;
  for (let due = popDue(state.due, fold.now); due !== null; due = popDue(state.due, fold.now)) {
    const account = state.accounts.get(due.account);
    if (account === undefined || account.frozen !== "") continue;
    const { kind, ref, at } = due as Due;
    guarded(fold, account, () => happen(fold, account, kind, ref, at));
  }
  for (const id of state.clocked) {
    const account = state.accounts.get(id);
    if (account !== undefined && account.frozen === "") runClock(fold, account, nowOf(state, account), guarded);
  }
  compact(fold);
  if (Math.floor((minute * US_PER_MINUTE) / US_PER_HOUR) !== hourBefore) housekeeping(fold);
}

/** What falls due for an account with a test clock until `until`, each at its own time, in order; then it is `until`. */
export function runClock(fold: Fold, account: Account, until: number, guarded: Guarded): void {
  const { clock } = account;
  if (clock === null) return;
  for (let due = popDue(clock.due, until); due !== null; due = popDue(clock.due, until)) {
    const { kind, ref, at } = due;
    // Something may have been due before this step began: time never goes back.
    clock.offsetUs = Math.max(clock.offsetUs, at - fold.logNow);
    const own = forAccount(fold, account);
    if (!guarded(own, account, () => happen(own, account, kind, ref, at))) return;
  }
  clock.offsetUs = until - fold.logNow;
}

function happen(fold: Fold, account: Account, kind: Due["kind"], ref: string, at: number): void {
  switch (kind) {
    case "leg":
      return legIsDue(fold, account, ref, at);
    case "lotExpiry":
      return forfeitLot(fold, account, ref);
    case "lotWarning":
      return warnOfExpiry(fold, account, ref, at);
    case "paymentRetry":
      return paymentRetryIsDue(fold, account, ref, at);
    case "cardExpiry":
      return cardExpiryIsDue(fold, account, ref, at);
    case "subscriptionTerm":
      return termIsOver(fold, account, ref, at);
    case "subscriptionWarning":
      return warningIsDue(fold, account, ref, at);
    case "subscriptionCharge":
      return chargeIsDue(fold, account, ref, at);
    case "subscriptionStage":
      return stageIsOver(fold, account, ref, at);
    case "numberReservation":
      return reservationIsOver(fold, account, ref, at);
    case "invoicePeriod":
      return periodIsOver(fold, account, ref, at);
    case "invoiceGrace":
      return graceIsOver(fold, account, ref, at);
    case "invoiceDue":
      return invoiceIsDue(fold, account, ref, at);
    case "invoiceSuspend":
      return suspensionIsDue(fold, account, ref, at);
    case "budgetForecast":
      return forecastIsDue(fold, account, ref, at);
    case "spendMonth":
      return spendMonthIsOver(fold, account, ref);
  }
}

function compact(fold: Fold): void {
  const { accounts, due } = fold.state;
  let live = 0;
  for (const account of accounts.values()) live += account.legs.size;
  compactDue(due, live, ({ kind, account, ref, at }) => {
    return kind !== "leg" || accounts.get(account)?.legs.get(ref)?.armedAt === at;
  });
}

/** Once an hour: what has had its time is let go of. Nothing that decides about a leg is lost (D4: twelve months). */
function housekeeping(fold: Fold): void {
  const { state } = fold;
  ageIds(state.ids, fold.now, isLegMeta);
  pruneHours(state.nobody);
  for (const account of state.accounts.values()) {
    const now = nowOf(state, account);
    pruneHours(account.counters);
    pruneHistory(account.settings, now);
    for (const user of account.users.values()) {
      for (const history of [user.locations, user.blocks, user.policies, user.licences]) pruneHistory<unknown>(history, now);
      if (user.spend.length > KEPT_MONTHS) user.spend.splice(0, user.spend.length - KEPT_MONTHS);
    }
    for (const subscription of account.subscriptions.values()) {
      pruneHistory<unknown>(subscription.states, now);
      pruneHistory<unknown>(subscription.payAsYouGo, now);
    }
    for (const pool of account.pools.values()) {
      if (pool.months.length > KEPT_MONTHS) pool.months.splice(0, pool.months.length - KEPT_MONTHS);
    }
    for (const [id, { at }] of account.commands) {
      // In order of arrival: the first young one ends it.
      if (at > now - ANSWERS_KEPT_US) break;
      account.commands.delete(id);
    }
  }
}
