import type { SettingsView } from "@tollbook/contracts/views.ts";
import type { Account } from "../account/account.ts";
import { nowOf } from "../account/clock.ts";
import { zoneAt } from "../account/pool-month.ts";
import { latest } from "../history.ts";
import type { PartitionState } from "../state.ts";
import { asOf, money, time } from "./as-of.ts";

/** What `account.settings`, `account.block` and the organisation's policy have set, as it stands now. */
export function settingsView(state: PartitionState, account: Account): SettingsView {
  const settings = latest(account.settings);
  const now = nowOf(state, account);
  const next = account.zones.find(({ from }) => from > now);
  const { fraudRules } = settings;
  return {
    asOf: asOf(state, account),
    agreement: settings.agreement,
    blocked: settings.blocked,
    timeZone: zoneAt(account, now),
    nextTimeZone: next === undefined ? null : { timeZone: next.value.zone, from: time(next.from) },
    atZero: settings.atZero,
    cutoff: settings.cutoff,
    overdraftCap: money(settings.overdraftCapMicros),
    unfundedAs: settings.unfundedAs,
    onUnreachable: settings.onUnreachable,
    maxUnsupervisedSeconds: settings.maxUnsupervisedSeconds,
    allowPremium: settings.allowPremium,
    dialOutPolicy: settings.dialOutPolicy,
    allowTollFree: settings.allowTollFree,
    goodwillLimit: money(settings.goodwillLimitMicros),
    fraudRules:
      fraudRules === null
        ? null
        : {
            callsPer10Minutes: fraudRules.callsPer10Minutes,
            internationalMinutesPerHour: fraudRules.internationalMinutesPerHour,
            spendPerHour: fraudRules.spendMicrosPerHour === null ? null : money(fraudRules.spendMicrosPerHour),
          },
  };
}
