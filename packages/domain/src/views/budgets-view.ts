import type { BudgetsView, BudgetView } from "@tollbook/contracts/views.ts";
import type { Account } from "../account/account.ts";
import { nowOf } from "../account/clock.ts";
import { poolMonthAt, startOfPoolMonth } from "../account/pool-month.ts";
import { firstMonthOf, periodLabel, periodOf, projectedMicros, resetMonth } from "../budget/budget.ts";
import type { Budget, BudgetPeriod } from "../budget/budget.ts";
import type { PartitionState } from "../state.ts";
import { asOf, money, MOST_ROWS, time } from "./as-of.ts";

export function budgetsView(state: PartitionState, account: Account): BudgetsView {
  const now = nowOf(state, account);
  return {
    asOf: asOf(state, account),
    budgets: [...account.budgets.values()].slice(0, MOST_ROWS).map((budget) => budgetView(account, budget, now)),
  };
}

function budgetView(account: Account, budget: Budget, now: number): BudgetView {
  const firstMonth = firstMonthOf(budget.frequency, poolMonthAt(account, now));
  const current = periodOf(budget, firstMonth);
  const forecast = projectedMicros(account, budget, current, now);
  const earlier = budget.periods.filter((period) => period.firstMonth < firstMonth).toReversed();
  return {
    budget: budget.id,
    name: budget.name,
    amount: money(budget.amountMicros),
    currency: budget.currency,
    period: budget.frequency,
    quick: budget.quick,
    thresholds: [...budget.thresholds],
    forecastThreshold: budget.forecastThreshold,
    filter: budget.filter,
    charges: budget.charges,
    recipients: [...budget.recipients],
    createdBy: budget.createdBy,
    current: periodView(account, budget, current),
    forecast: forecast === null ? null : money(forecast),
    earlier: earlier.map((period) => periodView(account, budget, period)),
  };
}

function periodView(account: Account, budget: Budget, period: BudgetPeriod): BudgetView["current"] {
  const from = startOfPoolMonth(account, period.firstMonth);
  return {
    period: periodLabel(budget.frequency, period.firstMonth),
    from: time(from),
    to: time(startOfPoolMonth(account, resetMonth(budget.frequency, period.firstMonth))),
    countedFrom: time(Math.max(from, budget.countedFrom)),
    spent: money(period.spentMicros),
    percent: Number((BigInt(period.spentMicros) * 100n) / BigInt(budget.amountMicros)),
    thresholdsReached: [...period.reached],
    forecastReached: period.forecastReached,
  };
}
