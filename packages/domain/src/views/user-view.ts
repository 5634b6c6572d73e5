import type { UsersView, UserView } from "@tollbook/contracts/views.ts";
import type { Account } from "../account/account.ts";
import { nowOf } from "../account/clock.ts";
import { spentIn } from "../account/user.ts";
import type { User } from "../account/user.ts";
import { poolMonthAt } from "../account/pool-month.ts";
import { latest } from "../history.ts";
import type { PartitionState } from "../state.ts";
import { productOf } from "../subscription/subscription.ts";
import type { Subscription } from "../subscription/subscription.ts";
import { asOf, money } from "./as-of.ts";

/** In order of creation; `after` is the last user of the page before. */
export function usersView(state: PartitionState, account: Account, after: string | null, limit: number): UsersView {
  const users: UserView[] = [];
  let next: string | null = null;
  let skipping = after !== null && account.users.has(after);
  for (const user of account.users.values()) {
    if (skipping) {
      skipping = user.id !== after;
      continue;
    }
    if (user.removedAt !== 0) continue;
    if (users.length === limit) {
      next = users.at(-1)?.user ?? null;
      break;
    }
    users.push(viewOf(state, account, user));
  }
  return { asOf: asOf(state, account), users, next };
}

export function userView(
  state: PartitionState,
  account: Account,
  id: string,
): UserView | { error: "unknownUser"; detail: string } {
  const user = account.users.get(id);
  return user === undefined || user.removedAt !== 0 ? { error: "unknownUser", detail: id } : viewOf(state, account, user);
}

function viewOf(state: PartitionState, account: Account, user: User): UserView {
  const spent = spentIn(user, poolMonthAt(account, nowOf(state, account)));
  const limit = latest(user.policies).spendLimitMicros;
  return {
    user: user.id,
    displayName: user.displayName,
    userPrincipalName: user.userPrincipalName,
    kind: user.kind,
    usageLocation: latest(user.locations),
    department: user.department,
    numbers: [...user.numbers],
    blocked: latest(user.blocks) !== "",
    dialOutPolicy: latest(user.policies).dialOutPolicy ?? latest(account.settings).dialOutPolicy,
    licences: latest(user.licences).map((id) => {
      const product = productOf(account.subscriptions.get(id) as Subscription);
      return { subscription: id, product: product.id, serviceCode: product.serviceCode };
    }),
    spentThisMonth: money(spent),
    blockReason: latest(user.blocks) || null,
    spendLimit: limit === null ? null : money(limit),
    spendLimitReached: limit !== null && spent >= limit,
  };
}
