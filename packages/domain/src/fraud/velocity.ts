import { US_PER_MINUTE } from "@tollbook/contracts/units.ts";
import { isPremiumNumber } from "@tollbook/tariffs/special-numbers.ts";
import type { Account } from "../account/account.ts";
import { setBlock } from "../account/block.ts";
import type { User } from "../account/user.ts";
import { moneyText } from "../billing/draft.ts";
import type { CallRow } from "../fold.ts";
import type { Fold } from "../fold-context.ts";
import { latest } from "../history.ts";
import type { Assessment } from "../leg/assess.ts";
import type { Leg } from "../leg/leg.ts";
import { notify } from "../output.ts";
import { change } from "../undo.ts";

/** Edge 30: mosts that a user's own calls may come to before fraud is suspected; null: not looked at. */
export interface FraudRules {
  readonly callsPer10Minutes: number | null;
  readonly internationalMinutesPerHour: number | null;
  readonly spendMicrosPerHour: number | null;
}

/** What a user did in one minute of the account's time. */
export interface Activity {
  readonly minute: number;
  readonly calls: number;
  readonly internationalMinutes: number;
  readonly spentMicros: number;
}

const SHORT_MINUTES = 10;
const LONG_MINUTES = 60;
/** What was over longer ago when it is heard of comes from a file: it says nothing about what happens now. */
const HEARD_WITHIN_US = 10 * US_PER_MINUTE;

/** A call is asked for. Counted with the refused ones: who tries that often is not a person. The call at hand is not stopped. */
export function observeAttempt(fold: Fold, account: Account, a: Assessment): void {
  if (latest(account.settings).fraudRules === null || !isOwnCall(a)) return;
  observe(fold, account, a.payer as User, { calls: 1, internationalMinutes: 0, spentMicros: 0 });
}

/** A call goes on: the minutes abroad that it has begun since the last word. */
export function observeUsage(fold: Fold, account: Account, a: Assessment, leg: Leg, usedSeconds: number): void {
  if (latest(account.settings).fraudRules === null || !isOwnCall(a) || !isAbroad(a, leg)) return;
  const begun = Math.ceil(usedSeconds / 60) - leg.observedMinutes;
  if (begun <= 0) return;
  change(fold.undo, leg, "observedMinutes", leg.observedMinutes + begun);
  observe(fold, account, a.payer as User, { calls: 0, internationalMinutes: begun, spentMicros: 0 });
}

function isAbroad(a: Assessment, leg: Leg): boolean {
  return a.context === "International" || isPremiumNumber(leg.toE164);
}

/** A call is over: its minutes and its money, and the call itself where nobody had asked. */
export function observeEnd(fold: Fold, account: Account, a: Assessment, leg: Leg, row: CallRow): void {
  if (latest(account.settings).fraudRules === null || !isOwnCall(a) || row.entry !== "original") return;
  if (row.endedAt < fold.now - HEARD_WITHIN_US) return;
  const minutes = Math.max(0, Math.ceil(row.billableSeconds / 60) - leg.observedMinutes);
  observe(fold, account, a.payer as User, {
    calls: leg.sessionId === "" ? 1 : 0,
    internationalMinutes: isAbroad(a, leg) ? minutes : 0,
    spentMicros: row.amountMicros,
  });
}

/** What a person's own line calls; emergency calls never count. */
function isOwnCall(a: Assessment): boolean {
  return a.payer !== null && a.rule.countsForSpendLimit && !a.neverDenied;
}

function observe(fold: Fold, account: Account, user: User, done: Omit<Activity, "minute">): void {
  if (latest(user.blocks) !== "") return;
  const minute = Math.floor(fold.now / US_PER_MINUTE);
  const recent = user.activity.filter((one) => one.minute > minute - LONG_MINUTES);
  const last = recent[recent.length - 1];
  if (last !== undefined && last.minute === minute) recent[recent.length - 1] = sumOf([last, { minute, ...done }], minute);
  else recent.push({ minute, ...done });
  change(fold.undo, user, "activity", recent);
  const broken = brokenRule(account, recent, minute);
  if (broken === null) return;
  setBlock(fold, account, user, "fraudSuspected", "");
  const key = `fraud/${user.id}/${fold.at.seq}-${fold.at.index}`;
  notify(fold, account, "fraud.blocked", key, { user: user.id, ...broken });
}

/** The first rule whose most is exceeded. */
function brokenRule(account: Account, recent: readonly Activity[], minute: number): { rule: string; detail: string } | null {
  const rules = latest(account.settings).fraudRules as FraudRules;
  const short = sumOf(
    recent.filter((one) => one.minute > minute - SHORT_MINUTES),
    minute,
  );
  const long = sumOf(recent, minute);
  if (rules.callsPer10Minutes !== null && short.calls > rules.callsPer10Minutes)
    return { rule: "callsPer10Minutes", detail: `${short.calls} calls, ${rules.callsPer10Minutes} at most` };
  if (rules.internationalMinutesPerHour !== null && long.internationalMinutes > rules.internationalMinutesPerHour) {
    const detail = `${long.internationalMinutes} minutes, ${rules.internationalMinutesPerHour} at most`;
    return { rule: "internationalMinutesPerHour", detail };
  }
  if (rules.spendMicrosPerHour !== null && long.spentMicros > rules.spendMicrosPerHour) {
    const detail = `${moneyText(long.spentMicros)} ${account.currency}, ${moneyText(rules.spendMicrosPerHour)} at most`;
    return { rule: "spendPerHour", detail };
  }
  return null;
}

function sumOf(activities: readonly Activity[], minute: number): Activity {
  let calls = 0;
  let internationalMinutes = 0;
  let spentMicros = 0;
  for (const one of activities) {
    calls += one.calls;
    internationalMinutes += one.internationalMinutes;
    spentMicros += one.spentMicros;
  }
  return { minute, calls, internationalMinutes, spentMicros };
}
