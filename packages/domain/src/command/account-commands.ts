import type { CommandData } from "@tollbook/contracts/commands.ts";
import { formatTime, parseMicros, parseTime, timeUs } from "@tollbook/contracts/units.ts";
import type { AccountId, Country, Currency } from "@tollbook/contracts/units.ts";
import { createAccount } from "../account/account.ts";
import type { Account, AccountSettings } from "../account/account.ts";
import { createClock } from "../account/clock.ts";
import { changeZone } from "../account/pool-month.ts";
import { invoiceDebt } from "../billing/close.ts";
import { isTimeZone } from "../calendar.ts";
import { findDialOutPolicy } from "../catalogue/dial-out-policies.ts";
import { considerRecharge, warnIfStuck } from "../credits/recharge.ts";
import type { Fold } from "../fold-context.ts";
import type { FraudRules } from "../fraud/velocity.ts";
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
  const fraudRules = data.fraudRules === undefined ? before.fraudRules : fraudRulesOf(data.fraudRules);
  if (fraudRules === "refused") return refused("amountOutOfRange", "fraudRules.spendPerHour: more than zero");
  if (data.timeZone !== undefined && !isTimeZone(data.timeZone))
    return refused("invalidCommand", `timeZone: no zone of the IANA database is called ${data.timeZone}`);
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
    fraudRules,
    blocked: before.blocked,
  };
  addValue(fold.undo, account.settings, fold.now, settings);
  const zoneFrom = data.timeZone === undefined ? null : changeZone(fold.undo, account, data.timeZone, fold.now);
  if (settings.agreement !== before.agreement) warnIfStuck(fold, account);
  considerRecharge(fold, account);
  invoiceDebt(fold, account);
  return accepted(account.id, zoneFrom === null ? {} : { timeZone: data.timeZone, timeZoneFrom: formatTime(timeUs(zoneFrom)) });
};

function fraudRulesOf(rules: NonNullable<CommandData<"account.settings">["fraudRules"]> | null): FraudRules | "refused" | null {
  if (rules === null) return null;
  const spendMicrosPerHour = rules.spendPerHour === undefined ? null : parseMicros(rules.spendPerHour);
  if (rules.spendPerHour !== undefined && (spendMicrosPerHour === null || spendMicrosPerHour <= 0)) return "refused";
  return {
    callsPer10Minutes: rules.callsPer10Minutes ?? null,
    internationalMinutesPerHour: rules.internationalMinutesPerHour ?? null,
    spendMicrosPerHour,
  };
}

export const accountBlock: Handler<"account.block"> = (fold, account, data) => {
  addValue(fold.undo, account.settings, fold.now, { ...latest(account.settings), blocked: data.blocked });
  return accepted(account.id, { blocked: data.blocked });
};

/** What the directory holds is not the fold's: that it changed is audited here, with who did it. */
export const directoryChanged: Handler<"directory.changed"> = (_fold, _account, data) => accepted(data.subject);
