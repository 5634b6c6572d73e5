import { parseMicros } from "@tollbook/contracts/units.ts";
import { countryName } from "@tollbook/tariffs/country-of.ts";
import type { Account } from "../account/account.ts";
import { considerSpendLimit } from "../account/spend-limit.ts";
import { createUser } from "../account/user.ts";
import type { User, UserPolicy } from "../account/user.ts";
import { setBlock } from "../account/block.ts";
import { poolMonthAt } from "../account/pool-month.ts";
import { findDialOutPolicy } from "../catalogue/dial-out-policies.ts";
import type { Fold } from "../fold-context.ts";
import { addValue, latest } from "../history.ts";
import { countUser } from "../pool/entitlement.ts";
import { heldBy, releaseLicence } from "../subscription/licences.ts";
import { change, deleteEntry, setEntry } from "../undo.ts";
import { accepted, refused } from "./outcome.ts";
import type { Handler } from "./outcome.ts";

/** Creates a user or changes what is given. A new usage location counts at once; minutes used stay where they were (§12.8). */
export const setUser: Handler<"user.set"> = (fold, account, data) => {
  if (countryName(data.usageLocation) === data.usageLocation) {
    return refused("locationChangeOpen", `usageLocation: ${data.usageLocation} is no country of the list`);
  }
  const { undo } = fold;
  const known = account.users.get(data.user);
  let user: User;
  if (known === undefined || known.removedAt !== 0) {
    user = createUser(
      {
        id: data.user,
        displayName: data.displayName,
        userPrincipalName: data.userPrincipalName ?? data.user,
        kind: data.kind ?? "user",
        department: data.department ?? "",
        usageLocation: data.usageLocation,
      },
      fold.now,
    );
    setEntry(undo, account.users, data.user, user);
  } else {
    user = known;
    change(undo, user, "displayName", data.displayName);
    if (data.userPrincipalName !== undefined) change(undo, user, "userPrincipalName", data.userPrincipalName);
    if (data.kind !== undefined) change(undo, user, "kind", data.kind);
    if (data.department !== undefined) change(undo, user, "department", data.department);
    if (latest(user.locations) !== data.usageLocation) moveUser(fold, account, user, data.usageLocation);
  }
  if (data.numbers !== undefined) setNumbers(fold, account, user, data.numbers);
  return accepted(data.user);
};

function moveUser(fold: Fold, account: Account, user: User, country: string): void {
  const month = poolMonthAt(account, fold.now);
  countUser(fold.undo, account, user, -1, month);
  addValue(fold.undo, user.locations, fold.now, country);
  countUser(fold.undo, account, user, 1, month);
}

function setNumbers(fold: Fold, account: Account, user: User, numbers: readonly string[]): void {
  const { undo } = fold;
  for (const number of user.numbers) {
    if (account.numbers.get(number) === user.id) deleteEntry(undo, account.numbers, number);
  }
  const digits = numbers.map((number) => (number.startsWith("+") ? number.slice(1) : number));
  for (const number of digits) setEntry(undo, account.numbers, number, user.id);
  change(undo, user, "numbers", digits);
}

export const blockUser: Handler<"user.block"> = (fold, account, data, { actor }) => {
  const user = userOf(account, data.user);
  if (user === null) return refused("unknownUser", `user: ${data.user}`);
  setBlock(fold, account, user, data.blocked ? (data.reason ?? "userBlocked") : "", actor.id);
  // Edge 30: what had been suspected was looked into; it does not count again.
  if (!data.blocked && user.activity.length > 0) change(fold.undo, user, "activity", []);
  return accepted(user.id, { blocked: data.blocked });
};

/** Gives all licences back; the calls made so far stay as they are. */
export const removeUser: Handler<"user.remove"> = (fold, account, data) => {
  const user = userOf(account, data.user);
  if (user === null) return refused("unknownUser", `user: ${data.user}`);
  const { undo } = fold;
  for (const subscription of heldBy(account, user)) releaseLicence(fold, account, subscription, user);
  setNumbers(fold, account, user, []);
  change(undo, user, "removedAt", fold.now);
  return accepted(user.id);
};

export const setPolicy: Handler<"policy.set"> = (fold, account, data) => {
  const named = data.dialOutPolicy;
  const policy = named === undefined || named === null ? null : findDialOutPolicy(named);
  if (named !== undefined && named !== null && policy === null) return refused("unknownPolicy", `dialOutPolicy: ${named}`);
  const limit = data.spendLimit === undefined || data.spendLimit === null ? null : parseMicros(data.spendLimit);
  if (limit !== null && limit <= 0) return refused("amountOutOfRange", "spendLimit: more than zero");
  if (data.user === undefined)
    return setGlobalPolicy(fold, account, policy?.name, data.allowTollFree, data.spendLimit !== undefined);
  const user = userOf(account, data.user);
  if (user === null) return refused("unknownUser", `user: ${data.user}`);
  const before = latest(user.policies);
  const next: UserPolicy = {
    dialOutPolicy: named === undefined ? before.dialOutPolicy : (policy?.name ?? null),
    allowTollFree: data.allowTollFree ?? before.allowTollFree,
    spendLimitMicros: data.spendLimit === undefined ? before.spendLimitMicros : limit,
  };
  addValue(fold.undo, user.policies, fold.now, next);
  considerSpendLimit(fold, account, user, poolMonthAt(account, fold.now));
  return accepted(user.id);
};

function setGlobalPolicy(
  fold: Fold,
  account: Account,
  dialOutPolicy: string | undefined,
  allowTollFree: boolean | undefined,
  limits: boolean,
): ReturnType<Handler<"policy.set">> {
  if (limits) return refused("invalidCommand", "spendLimit: is set per user");
  const before = latest(account.settings);
  addValue(fold.undo, account.settings, fold.now, {
    ...before,
    dialOutPolicy: dialOutPolicy ?? before.dialOutPolicy,
    allowTollFree: allowTollFree ?? before.allowTollFree,
  });
  return accepted(account.id);
}

/** A user who is there now. */
export function userOf(account: Account, id: string): User | null {
  const user = account.users.get(id);
  return user === undefined || user.removedAt !== 0 ? null : user;
}
