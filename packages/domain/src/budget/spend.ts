import type { Account } from "../account/account.ts";
import { poolMonthAt, startOfNextDay } from "../account/pool-month.ts";
import { schedule } from "../account/clock.ts";
import { moneyText } from "../billing/draft.ts";
import { callTypeRules } from "../catalogue/call-types.ts";
import type { CallRow, Segment } from "../fold.ts";
import type { Fold } from "../fold-context.ts";
import { notify } from "../output.ts";
import type { Subscription } from "../subscription/subscription.ts";
import { change, keep } from "../undo.ts";
import { addReached, beginPeriod, firstMonthOf, hasReached, periodLabel, periodOf, projectedMicros } from "./budget.ts";
import type { Budget, BudgetPeriod } from "./budget.ts";

/** CM-4, D19: a leg's row counts in the period of its start; a reversal's own minus signs take it off again. */
export function countCall(fold: Fold, account: Account, row: CallRow): void {
  for (const budget of account.budgets.values()) {
    const amountMicros = countedOf(budget, row);
    if (amountMicros !== 0) addSpent(fold, account, budget, row.poolMonth, amountMicros);
  }
}

/** Licences count on the day they are charged for, where the budget looks at all charges. */
export function countLicences(fold: Fold, account: Account, { id, currency }: Subscription, amountMicros: number): void {
  for (const budget of account.budgets.values()) {
    if (budget.charges !== "all" || budget.currency !== currency) continue;
    if (!fits(budget.filter.subscription, id)) continue;
    addSpent(fold, account, budget, poolMonthAt(account, fold.now), amountMicros);
  }
}

/** What credits and overage paid of the row, as far as the budget looks at it. */
function countedOf({ currency, countedFrom, filter }: Budget, row: CallRow): number {
  if (row.currency !== currency || row.startAt < countedFrom) return 0;
  const looked =
    fits(filter.user, payerOf(row)) &&
    fits(filter.department, row.department) &&
    fits(filter.usageLocation, row.usageLocation) &&
    fits(filter.destinationCountry, row.destinationCountry) &&
    fits(filter.callType, row.callType) &&
    fits(filter.capability, row.capability) &&
    fits(filter.subscription, row.subscription);
  if (!looked) return 0;
  let sum = 0;
  for (let at = 0; at < row.segments.length; at++) {
    const { source, amountMicros } = row.segments[at] as Segment;
    if ((source === "CREDITS" || source === "OVERAGE") && fits(filter.fundingSource, source)) sum += amountMicros;
  }
  return sum;
}

function payerOf(row: CallRow): string {
  const { payer } = callTypeRules[row.callType];
  if (payer === "organizer") return row.organizer || row.user;
  return payer === "resourceAccount" ? row.resourceAccount || row.user : row.user;
}

function fits(allowed: readonly string[] | undefined, value: string): boolean {
  return allowed === undefined || allowed.includes(value);
}

function addSpent(fold: Fold, account: Account, budget: Budget, month: number, amountMicros: number): void {
  const period = beginPeriod(fold, budget, firstMonthOf(budget.frequency, month));
  keep(fold.undo, period, "spentMicros");
  period.spentMicros += amountMicros;
  tellThresholds(fold, account, budget, period);
}

/** One notice per threshold and period; when one charge passes several, the highest stands for all of them, as with pools. */
export function tellThresholds(fold: Fold, account: Account, budget: Budget, period: BudgetPeriod): void {
  const passed = budget.thresholds.filter(
    (percent) => !period.reached.includes(percent) && hasReached(period.spentMicros, budget, percent),
  );
  const highest = passed[passed.length - 1];
  if (highest === undefined) return;
  addReached(fold, period, passed);
  const data = { ...dataOf(budget, period, highest), basis: "actual", spent: moneyText(period.spentMicros) };
  notify(fold, account, "budget.threshold", `${budget.id}/${data.period}/${highest}`, data, peopleOf(budget));
}

/** Once a day: does the projection reach its threshold? Nothing to tell where spending itself has. */
export function forecastIsDue(fold: Fold, account: Account, id: string, at: number): void {
  const budget = account.budgets.get(id);
  if (budget === undefined || budget.forecastDue !== at) return;
  armForecast(fold, account, budget);
  const percent = budget.forecastThreshold;
  const month = firstMonthOf(budget.frequency, poolMonthAt(account, fold.now));
  const shown = periodOf(budget, month);
  if (percent === null || shown.forecastReached || hasReached(shown.spentMicros, budget, percent)) return;
  const projected = projectedMicros(account, budget, shown, fold.now);
  if (projected === null || !hasReached(projected, budget, percent)) return;
  const period = beginPeriod(fold, budget, month);
  change(fold.undo, period, "forecastReached", true);
  const data = { ...dataOf(budget, period, percent), projected: moneyText(projected) };
  notify(fold, account, "budget.forecast", `${budget.id}/${data.period}/forecast`, data, peopleOf(budget));
}

/** Looked at when the organisation's next day begins. */
export function armForecast(fold: Fold, account: Account, budget: Budget): void {
  const due = budget.forecastThreshold === null ? 0 : startOfNextDay(account, fold.now);
  if (due === budget.forecastDue) return;
  change(fold.undo, budget, "forecastDue", due);
  if (due !== 0) schedule(fold, account, due, "budgetForecast", budget.id);
}

function dataOf(budget: Budget, period: BudgetPeriod, percent: number) {
  return {
    budget: budget.id,
    name: budget.name,
    threshold: String(percent),
    amount: moneyText(budget.amountMicros),
    currency: budget.currency,
    period: periodLabel(budget.frequency, period.firstMonth),
  };
}

/** CM-4: the creator, and whom an advanced budget names. */
function peopleOf(budget: Budget): string[] {
  return [...new Set([...(budget.createdByPerson ? [budget.createdBy] : []), ...budget.recipients])];
}
