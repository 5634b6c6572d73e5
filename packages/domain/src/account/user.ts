import type { Activity } from "../fraud/velocity.ts";
import { startHistory, valueAt } from "../history.ts";
import type { History } from "../history.ts";

export type BlockReason = "" | "adminBlock" | "fraudSuspected" | "userBlocked";

export interface UserPolicy {
  /** Null: the organisation's. */
  readonly dialOutPolicy: string | null;
  readonly allowTollFree: boolean | null;
  /** SL-1; null: no limit. */
  readonly spendLimitMicros: number | null;
}

/** A person or a resource account: who makes calls and holds licences. What decides about a leg is dated (D2). */
export interface User {
  readonly id: string;
  displayName: string;
  userPrincipalName: string;
  kind: "user" | "resourceAccount";
  department: string;
  numbers: string[];
  readonly createdAt: number;
  /** 0: not removed. */
  removedAt: number;
  readonly locations: History<string>;
  readonly blocks: History<BlockReason>;
  readonly policies: History<UserPolicy>;
  /** Subscriptions of the licences held, in order of assignment. */
  readonly licences: History<readonly string[]>;
  /** Credits and overage spent by pool month (D12). */
  readonly spend: MonthlySpend[];
  /** Months whose spend limit was told to be reached (SL-1). */
  limitNoticed: readonly number[];
  /** The running month while its spend limit is reached; 0: it is not. */
  limitedMonth: number;
  /** The last hour, by minute, oldest first, while there are fraud rules (edge 30). */
  activity: readonly Activity[];
}

export interface MonthlySpend {
  readonly month: number;
  micros: number;
}

export interface UserFacts {
  readonly id: string;
  readonly displayName: string;
  readonly userPrincipalName: string;
  readonly kind: "user" | "resourceAccount";
  readonly department: string;
  readonly usageLocation: string;
}

export function createUser(facts: UserFacts, now: number): User {
  return {
    id: facts.id,
    displayName: facts.displayName,
    userPrincipalName: facts.userPrincipalName,
    kind: facts.kind,
    department: facts.department,
    numbers: [],
    createdAt: now,
    removedAt: 0,
    locations: startHistory(now, facts.usageLocation),
    blocks: startHistory<BlockReason>(now, ""),
    policies: startHistory<UserPolicy>(now, { dialOutPolicy: null, allowTollFree: null, spendLimitMicros: null }),
    licences: startHistory<readonly string[]>(now, []),
    spend: [],
    limitNoticed: [],
    limitedMonth: 0,
    activity: [],
  };
}

/** Known at `at`: created before and not yet removed. `at` is never before the account's creation unless the leg is older than the account. */
export function existsAt(user: User, at: number): boolean {
  return user.createdAt <= at && (user.removedAt === 0 || at < user.removedAt);
}

export function locationAt(user: User, at: number): string {
  return valueAt(user.locations, at);
}

export function spentIn(user: User, month: number): number {
  for (let i = user.spend.length - 1; i >= 0; i--) {
    const entry = user.spend[i] as MonthlySpend;
    if (entry.month === month) return entry.micros;
  }
  return 0;
}
