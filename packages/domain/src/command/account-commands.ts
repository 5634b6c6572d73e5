import type { CommandData } from "@tollbook/contracts/commands.ts";
import { parseMicros, parseTime } from "@tollbook/contracts/units.ts";
import type { AccountId, Country, Currency } from "@tollbook/contracts/units.ts";
import { createAccount } from "../account/account.ts";
import type { Account, AccountSettings } from "../account/account.ts";
import { createClock } from "../account/clock.ts";
import { isTimeZone } from "../calendar.ts";
import { findDialOutPolicy } from "../catalogue/dial-out-policies.ts";
import { considerRecharge } from "../credits/recharge.ts";
import type { Fold } from "../fold-context.ts";
import { addValue, latest } from "../history.ts";
import { accepted, refused } from "./outcome.ts";
import type { Handler, Refused } from "./outcome.ts";

export function createAccountFrom(fold: Fold, id: AccountId, data: CommandData<"account.create">): Account | Refused {
  const timeZone = data.timeZone ?? "UTC";
  if (!isTimeZone(timeZone)) return refused("invalidCommand", `timeZone: no zone of the IANA database is called ${timeZone}`);
  const start = data.testClock === undefined ? null : parseTime(data.testClock);
  if (data.testClock !== undefined && start === null) return refused("invalidCommand", `testClock: ${data.testClock} is no time`);
  const facts = {
    id,
    name: data.name,
    country: data.country as Country,
    currency: data.currency as Currency,
    timeZone,
    agreement: data.agreement,
    clock: start === null ? null : createClock(start - fold.logNow),
  };
  return createAccount(facts, start ?? fold.now);
}

export const accountSettings: Handler<"account.settings"> = (fold, account, data) => {
  const before = latest(account.settings);
  const overdraftCapMicros = data.overdraftCap === undefined ? before.overdraftCapMicros : parseMicros(data.overdraftCap);
  if (overdraftCapMicros === null || overdraftCapMicros < 0) return refused("amountOutOfRange", "overdraftCap: not negative");
  const goodwillLimitMicros = data.goodwillLimit === undefined ? before.goodwillLimitMicros : parseMicros(data.goodwillLimit);
  if (goodwillLimitMicros === null || goodwillLimitMicros < 0) return refused("amountOutOfRange", "goodwillLimit: not negative");
  const policy = data.dialOutPolicy === undefined ? before.dialOutPolicy : findDialOutPolicy(data.dialOutPolicy)?.name;
  if (policy === undefined) return refused("unknownPolicy", `dialOutPolicy: ${data.dialOutPolicy}`);
  const settings: AccountSettings = {
    agreement: data.agreement ?? before.agreement,
    atZero: data.atZero ?? before.atZero,
    cutoff: data.cutoff ?? before.cutoff,
    overdraftCapMicros,
    unfundedAs: data.unfundedAs ?? before.unfundedAs,
    onUnreachable: data.onUnreachable ?? before.onUnreachable,
    maxUnsupervisedSeconds: data.maxUnsupervisedSeconds ?? before.maxUnsupervisedSeconds,
    allowPremium: data.allowPremium ?? before.allowPremium,
    dialOutPolicy: policy,
    allowTollFree: data.allowTollFree ?? before.allowTollFree,
    goodwillLimitMicros,
    pseudonymiseUsers: data.pseudonymiseUsers ?? before.pseudonymiseUsers,
    blocked: before.blocked,
  };
  addValue(fold.undo, account.settings, fold.now, settings);
  considerRecharge(fold, account);
  return accepted(account.id);
};

export const accountBlock: Handler<"account.block"> = (fold, account, data) => {
  addValue(fold.undo, account.settings, fold.now, { ...latest(account.settings), blocked: data.blocked });
  return accepted(account.id, { blocked: data.blocked });
};
