import { createDueHeap, pushDue } from "../due.ts";
import type { DueHeap, DueKind } from "../due.ts";
import type { Fold } from "../fold-context.ts";
import type { PartitionState } from "../state.ts";
import type { Account } from "./account.ts";

/**
 * A test clock: the account lives `offsetUs` ahead of the log (or behind it), and what falls due for it waits in a heap of its
 * own, in its own time. Only accounts created with one have it; it is moved by the command `clock.advance`, so replaying the log
 * moves it the same way.
 */
export interface Clock {
  offsetUs: number;
  readonly due: DueHeap;
}

/** A step is at most a day, so that whatever a day brings (payments, notices) can be answered before the next. */
export const LONGEST_STEP_SECONDS = 86_400;

export function createClock(offsetUs: number): Clock {
  return { offsetUs, due: createDueHeap() };
}

/** The account's own time: the log's, moved by its test clock. */
export function nowOf(state: PartitionState, account: Account): number {
  return account.clock === null ? state.now : state.now + account.clock.offsetUs;
}

/** The fold as this account sees it: `now` is its own time. */
export function forAccount(fold: Fold, account: Account): Fold {
  return account.clock === null ? fold : { ...fold, now: nowOf(fold.state, account) };
}

/**
 * Something of the account falls due at `at`, in its own time. A roll-back leaves the entry: the account is frozen then, and whatever
 * falls due looks whether it is still what is waited for.
 */
export function schedule(fold: Fold, account: Account, at: number, kind: DueKind, ref: string): void {
  pushDue(account.clock === null ? fold.state.due : account.clock.due, at, kind, account.id, ref);
}
