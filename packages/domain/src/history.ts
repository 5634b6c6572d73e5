import { append } from "./undo.ts";
import type { Undo } from "./undo.ts";

/** A setting as it stood over time (D2): ascending in `from`, never empty. */
export type History<T> = Dated<T>[];

export interface Dated<T> {
  /** Log time from which the value holds. */
  readonly from: number;
  readonly value: T;
}

/** 13 months: a leg is rated up to 12 months after its start (D4). */
export const HISTORY_US = 397 * 86_400 * 1_000_000;

export function startHistory<T>(from: number, value: T): History<T> {
  return [{ from, value }];
}

/** The value at `at`; before the first entry there is nothing else than the first value. */
export function valueAt<T>(history: History<T>, at: number): T {
  let place = history.length - 1;
  while (place > 0 && (history[place] as Dated<T>).from > at) place--;
  return (history[place] as Dated<T>).value;
}

export function latest<T>(history: History<T>): T {
  return (history[history.length - 1] as Dated<T>).value;
}

/** The new value holds from `from` (log time, so never before the last entry). */
export function addValue<T>(undo: Undo, history: History<T>, from: number, value: T): void {
  append(undo, history, { from, value });
}

/** Drops what ended more than 13 months before `now`, keeping the value in force then. */
export function pruneHistory<T>(history: History<T>, now: number): void {
  let first = 0;
  while (first + 1 < history.length && (history[first + 1] as Dated<T>).from <= now - HISTORY_US) first++;
  if (first > 0) history.splice(0, first);
}
