import type { BudgetFilter } from "@tollbook/contracts/command/cost.ts";
import { US_PER_DAY } from "@tollbook/contracts/units.ts";
import type { Account } from "../account/account.ts";
import { startOfPoolMonth } from "../account/pool-month.ts";
import { multiplyDivide } from "../billing/rounding.ts";
import { nextMonth } from "../calendar.ts";
import type { Fold } from "../fold-context.ts";
import { change } from "../undo.ts";

export type BudgetFrequency = "monthly" | "quarterly" | "annual";

/** CM-4: an amount for a period, and who hears when spending reaches parts of it. It never stops a call. */
export interface Budget {
  readonly id: string;
  readonly name: string;
  readonly amountMicros: number;
  /** Charges in another currency are not counted: nothing is converted (CM-6). */
  readonly currency: string;
  readonly frequency: BudgetFrequency;
  readonly quick: boolean;
  /** Percent, ascending. */
  readonly thresholds: readonly number[];
  /** Percent; null: no forecast. */
  readonly forecastThreshold: number | null;
  readonly filter: BudgetFilter;
  readonly charges: "usage" | "all";
  readonly recipients: readonly string[];
  readonly createdBy: string;
  /** A key has no mailbox; its notices still stand in the product and go to webhooks. */
  readonly createdByPerson: boolean;
  /** Charges are counted from here on. */
  readonly countedFrom: number;
  /** When the projection is looked at next; 0: never. */
  forecastDue: number;
  /** Oldest first, begun with the first charge. */
  periods: readonly BudgetPeriod[];
}

export interface BudgetPeriod {
  /** Its first month, year * 100 + month. */
  readonly firstMonth: number;
  spentMicros: number;
  /** Thresholds reached and told, ascending. */
  reached: readonly number[];
  forecastReached: boolean;
}

/** A leg is rated up to twelve months after its start (D4), so that many months are kept and a few more. */
const KEPT_PERIODS = 15;
/** A projection from less says nothing. */
const LEAST_COUNTED_US = 3 * US_PER_DAY;

/** CM-5: monthly on day 1, quarterly on 1 January, April, July and October, annually on 1 January. */
export function firstMonthOf(frequency: BudgetFrequency, month: number): number {
  const year = Math.floor(month / 100) * 100;
  if (frequency === "annual") return year + 1;
  return frequency === "monthly" ? month : year + Math.floor(((month % 100) - 1) / 3) * 3 + 1;
}

/** The first month of the period after this one: its reset date. */
export function resetMonth(frequency: BudgetFrequency, firstMonth: number): number {
  const months = { monthly: 1, quarterly: 3, annual: 12 }[frequency];
  let month = firstMonth;
  for (let step = 0; step < months; step++) month = nextMonth(month);
  return month;
}

/** 2026-03, 2026-Q1, 2026. */
export function periodLabel(frequency: BudgetFrequency, firstMonth: number): string {
  const year = String(Math.floor(firstMonth / 100));
  const month = firstMonth % 100;
  if (frequency === "annual") return year;
  return frequency === "monthly" ? `${year}-${String(month).padStart(2, "0")}` : `${year}-Q${Math.ceil(month / 3)}`;
}

/** The figures of a period without beginning it. */
export function periodOf(budget: Budget, firstMonth: number): BudgetPeriod {
  const known = budget.periods.findLast((one) => one.firstMonth === firstMonth);
  return known ?? { firstMonth, spentMicros: 0, reached: [], forecastReached: false };
}

/** The figures of a period to write to. */
export function beginPeriod(fold: Fold, budget: Budget, firstMonth: number): BudgetPeriod {
  const known = budget.periods.findLast((one) => one.firstMonth === firstMonth);
  if (known !== undefined) return known;
  const begun = periodOf(budget, firstMonth);
  const periods = [...budget.periods, begun].sort((one, other) => one.firstMonth - other.firstMonth);
  change(fold.undo, budget, "periods", periods.slice(-KEPT_PERIODS));
  return begun;
}

/** "Reaches" is at least (D19). Exact for every amount and percentage. */
export function hasReached(spentMicros: number, budget: Budget, percent: number): boolean {
  return BigInt(spentMicros) * 100n >= BigInt(budget.amountMicros) * BigInt(percent);
}

/**
 * What the period comes to if it goes on as it did since it, or the counting, began: spent + spent × time left ÷ time counted,
 * half away from zero. Null while less than three days were counted.
 */
export function projectedMicros(account: Account, budget: Budget, period: BudgetPeriod, at: number): number | null {
  const from = Math.max(startOfPoolMonth(account, period.firstMonth), budget.countedFrom);
  const to = startOfPoolMonth(account, resetMonth(budget.frequency, period.firstMonth));
  if (at - from < LEAST_COUNTED_US || at >= to) return null;
  return period.spentMicros + multiplyDivide(period.spentMicros, to - at, at - from);
}

/** True when the filter names a property that only calls have: licences do not count then. */
export function looksAtCalls(filter: BudgetFilter): boolean {
  return Object.entries(filter).some(([member, values]) => member !== "subscription" && values !== undefined);
}

export function addReached(fold: Fold, period: BudgetPeriod, percents: readonly number[]): void {
  change(fold.undo, period, "reached", [...period.reached, ...percents]);
}
