import type { CommandData } from "@tollbook/contracts/commands.ts";
import { parseMicros } from "@tollbook/contracts/units.ts";
import type { Account } from "../account/account.ts";
import { poolMonthAt, startOfPoolMonth } from "../account/pool-month.ts";
import { beginPeriod, firstMonthOf, hasReached, looksAtCalls } from "../budget/budget.ts";
import type { Budget } from "../budget/budget.ts";
import { armForecast, tellThresholds } from "../budget/spend.ts";
import type { Fold } from "../fold-context.ts";
import { deleteEntry, setEntry } from "../undo.ts";
import { contentOf } from "./record.ts";
import { accepted, refused } from "./outcome.ts";
import type { Handler, Refused } from "./outcome.ts";

const MOST_BUDGETS = 100;
const USUAL_THRESHOLDS = [50, 80, 100];

/** CM-4, CM-6: makes a budget or changes it. What was spent stays counted as long as the same charges are counted. */
export const setBudget: Handler<"budget.set"> = (fold, account, data, { actor }) => {
  const amountMicros = parseMicros(data.amount);
  if (amountMicros === null || amountMicros <= 0) return refused("amountOutOfRange", "amount: more than zero");
  const contradiction = whyNot(data);
  if (contradiction !== null) return contradiction;
  const known = account.budgets.get(data.budget);
  if (known === undefined && account.budgets.size >= MOST_BUDGETS)
    return refused("tooManyBudgets", `budget: ${MOST_BUDGETS} at most`);
  const filter = data.filter ?? {};
  const budget: Budget = {
    id: data.budget,
    name: data.name,
    amountMicros,
    currency: account.currency,
    frequency: data.period,
    quick: data.quick ?? false,
    thresholds: [...new Set(data.thresholds ?? USUAL_THRESHOLDS)].sort((one, other) => one - other),
    forecastThreshold: data.forecastThreshold === undefined ? 100 : data.forecastThreshold,
    filter,
    charges: data.charges ?? (looksAtCalls(filter) ? "usage" : "all"),
    recipients: data.recipients ?? [],
    createdBy: known?.createdBy ?? actor.id,
    createdByPerson: known?.createdByPerson ?? actor.kind === "person",
    countedFrom: fold.now,
    forecastDue: known?.forecastDue ?? 0,
    periods: [],
  };
  const counted = known !== undefined && countsTheSame(known, budget) ? keptOf(known, budget) : begun(fold, account, budget);
  setEntry(fold.undo, account.budgets, budget.id, counted);
  armForecast(fold, account, counted);
  const period = beginPeriod(fold, counted, firstMonthOf(counted.frequency, poolMonthAt(account, fold.now)));
  tellThresholds(fold, account, counted, period);
  return accepted(budget.id);
};

export const deleteBudget: Handler<"budget.delete"> = (fold, account, data) => {
  if (!account.budgets.has(data.budget)) return refused("unknownBudget", `budget: ${data.budget}`);
  deleteEntry(fold.undo, account.budgets, data.budget);
  return accepted(data.budget);
};

function whyNot(data: CommandData<"budget.set">): Refused | null {
  if (data.quick === true && (data.period !== "monthly" || data.filter !== undefined || (data.recipients ?? []).length > 0))
    return refused("invalidCommand", "quick: a quick budget is monthly, of everything, and told to its creator alone (CM-4)");
  if (data.charges === "all" && looksAtCalls(data.filter ?? {}))
    return refused("invalidCommand", "charges: licences have none of the properties that the filter names");
  return null;
}

function countsTheSame(one: Budget, other: Budget): boolean {
  const counted = ({ currency, frequency, filter, charges }: Budget): string =>
    contentOf({ type: "budget", data: { currency, frequency, filter, charges } });
  return counted(one) === counted(other);
}

/** A threshold that a higher amount puts out of reach again may be told once more. */
function keptOf(known: Budget, budget: Budget): Budget {
  const periods = known.periods.map((period) => ({
    ...period,
    reached: period.reached.filter((percent) => hasReached(period.spentMicros, budget, percent)),
    forecastReached: period.forecastReached && known.amountMicros === budget.amountMicros,
  }));
  return { ...budget, countedFrom: known.countedFrom, periods };
}

/**
 * A budget of everything begins with what the running month has come to, which the account knows: the calls that started in it,
 * and licences charged in it that stand on open invoices. Any other budget counts from now on.
 */
function begun(fold: Fold, account: Account, budget: Budget): Budget {
  if (Object.keys(budget.filter).length > 0) return budget;
  const month = poolMonthAt(account, fold.now);
  const { counters } = account;
  let spentMicros = counters.month.period === month ? counters.month.creditsMicros + counters.month.overageMicros : 0;
  if (budget.charges === "all") spentMicros += licencesOf(account, month);
  const period = { firstMonth: firstMonthOf(budget.frequency, month), spentMicros, reached: [], forecastReached: false };
  return { ...budget, countedFrom: startOfPoolMonth(account, month), periods: [period] };
}

function licencesOf(account: Account, month: number): number {
  let sum = 0;
  for (const draft of account.drafts.values()) {
    if (draft.currency !== account.currency) continue;
    for (const { kind, from, amountMicros } of draft.lines.values())
      if ((kind === "licence" || kind === "proration") && poolMonthAt(account, from) === month) sum += amountMicros;
  }
  return sum;
}
