import type { CommandData, CommandType } from "@tollbook/contracts/commands.ts";
import { formatTime, timeUs } from "@tollbook/contracts/units.ts";
import type { Account } from "../account/account.ts";
import type { Output } from "../fold.ts";
import { decodeState, encodeState } from "../state.ts";
import { DAY } from "./rule-world.ts";
import type { TestFold } from "./test-fold.ts";

/** What the random worlds of billing do. A refusal is as good as any other answer. */

/** What a step does is chosen by `a` and `b`, so that shrinking keeps its meaning. `hours` pass before it. */
export interface BillingStep {
  readonly do: keyof typeof deeds;
  readonly hours: number;
  readonly a: number;
  readonly b: number;
}

/** Plays steps on one organisation; `check` after every one. */
export interface BillingRunner {
  readonly fold: TestFold;
  readonly account: () => Account;
  /** Cards charged: money that the provider took and the fold must have booked. */
  readonly lost: string[];
  play(step: BillingStep): void;
}

/** Who plays: gives commands and calls, and knows what the shell was asked for. */
export interface Player {
  readonly runner: BillingRunner;
  readonly give: <T extends CommandType>(type: T, data: CommandData<T>) => boolean;
  /** Takes note of what the shell is asked for. */
  readonly look: () => void;
  readonly own: () => number;
  readonly payments: Extract<Output, { kind: "payment" }>[];
  readonly closed: Extract<Output, { kind: "invoiceClosed" }>[];
  /** Attempts whose last word was given. */
  readonly answered: Set<string>;
  readonly calls: { readonly usageId: string; readonly answeredAt: number }[];
  events: number;
}

export const ACCOUNT = "acme";
const PLANS = [
  "calling-plan-domestic",
  "calling-plan-payg-zone-2",
  "calling-plan-international-9",
  "audio-conferencing",
] as const;
export const USERS = ["u1", "u2", "u3"] as const;
const PROFILES = ["main", "second"] as const;
const NUMBERS = ["+4930901820", "+33140205050"] as const;
export const card = {
  provider: "test",
  token: "test_ok",
  brand: "Visa",
  last4: "4242",
  expires: "2026-08",
  holder: "Acme",
  country: "DE",
} as const;

function amend({ give }: Player, usageId: string, changes: CommandData<"call.amend">["changes"]): void {
  give("call.amend", { usageId, changes, reason: "test" });
}

const pick = <T>(list: readonly T[], place: number): T | undefined => list[place % list.length];

export const deeds = {
  buy: ({ runner, give }: Player, a: number, b: number) => {
    const product = pick(PLANS, a) as string;
    give("subscription.buy", {
      subscription: `s${runner.account().subscriptions.size}`,
      product,
      licences: 1 + (b % 4),
      term: b % 3 === 0 ? "P1Y" : "P1M",
      billingFrequency: b % 6 === 0 ? "annual" : "monthly",
      unitPrice: pick(["7.77", "12", "0.01"], b) as string,
      profile: pick(PROFILES, a + b) as string,
      trial: a % 5 === 3,
      recurring: b % 4 !== 3,
      ...(a === 11 ? { channel: "reseller" as const } : {}),
    });
  },
  total: ({ runner, give }: Player, a: number, b: number) => {
    const subscription = pick([...runner.account().subscriptions.keys()], a) as string;
    give("licence.setTotal", { subscription, total: b % 7, ...(b > 8 ? { atRenewal: true } : {}) });
  },
  end: ({ runner, give }: Player, a: number, b: number) => {
    const subscription = pick([...runner.account().subscriptions.keys()], a) as string;
    if (b < 3) give("subscription.cancel", { subscription, reason: "other" });
    else if (b < 5) give("subscription.setRecurring", { subscription, on: b === 3 });
    else if (b < 9) give("subscription.reactivate", { subscription });
    else if (b === 9) give("subscription.delete", { subscription });
    else give("trial.convert", { subscription });
  },
  assign: ({ runner, give }: Player, a: number, b: number) => {
    const subscription = pick([...runner.account().subscriptions.keys()], a) as string;
    const users = [pick(USERS, b) as string];
    if (b < 9) give("licence.assign", { subscription, users });
    else give("licence.unassign", { subscription, users });
  },
  option: ({ runner, give }: Player, a: number, b: number) => {
    for (const subscription of runner.account().subscriptions.keys())
      if (a > 3 || subscription === `s${b}`) give("payAsYouGo.set", { subscription, on: b !== 0 });
  },
  /** Ended now, or late by days or weeks. */
  call: ({ runner, own, calls }: Player, a: number, b: number) => {
    const late = (pick([0, 0, 0, 0, 2, 4, 20, 40], a) as number) * DAY;
    const endedAt = own() - late;
    const usageId = `c${calls.length}`;
    const answeredAt = endedAt - (60 + 977 * b) * 1_000_000;
    calls.push({ usageId, answeredAt });
    runner.fold.call(ACCOUNT, "ended", {
      id: `e-${usageId}`,
      usageId,
      user: pick(USERS, b) as string,
      to: pick(NUMBERS, a) as string,
      answeredAt,
      endedAt,
    });
  },
  correct: (player: Player, a: number, b: number) => {
    const call = pick(player.calls, a);
    if (call === undefined) return;
    const { usageId, answeredAt } = call;
    if (b < 3) player.give("call.void", { usageId, reason: "test" });
    else if (b < 6) amend(player, usageId, { endedAt: formatTime(timeUs(answeredAt + b * 400_000_000)) });
    else
      player.runner.fold.call(ACCOUNT, "corrected", {
        id: `x-${player.events++}`,
        usageId,
        usedMs: b * 311_000,
      });
  },
  topUp: ({ give }: Player, a: number, b: number) =>
    void give("credits.topUp", { amount: pick(["50", "60"], a) as string, ...(b > 7 ? { reference: "PO" } : {}) }),
  recharge: ({ give }: Player, a: number, b: number) =>
    void give("credits.autoRecharge", {
      on: a > 2,
      trigger: "10",
      recharge: "50",
      ...(b > 9 ? { monthlyCap: "100" } : {}),
    }),
  goodwill: ({ give }: Player, a: number) =>
    void give("credits.goodwill", { amount: pick(["0.5", "2", "0.013"], a) as string, reason: "test" }),
  /** The provider's word: mostly on the newest attempt, now and then again on an old one. */
  result: (player: Player, a: number, b: number) => {
    const { payments, answered, give, runner } = player;
    const payment = a < 9 ? payments.at(-1 - (a % 3)) : pick(payments, a + b);
    if (payment === undefined) return;
    const outcome = pick(["succeeded", "succeeded", "succeeded", "declined", "expired", "needsConfirmation"] as const, b);
    if (outcome === undefined) return;
    const attempt = `${payment.payment}/${payment.attempt}`;
    const isFirst = !answered.has(attempt);
    const went = give("payment.result", { payment: payment.payment, attempt: payment.attempt, outcome });
    if (isFirst && !went) runner.lost.push(`${attempt} ${payment.purpose} ${outcome}`);
    if (outcome !== "needsConfirmation") answered.add(attempt);
  },
  retry: ({ runner, give }: Player, a: number, b: number) => {
    const payment = pick([...runner.account().payments.keys()], a);
    if (payment === undefined) return;
    give("payment.retry", { payment, ...(b > 6 ? { method: pick(["visa", "master"], b) as string } : {}) });
  },
  card: ({ give }: Player, a: number, b: number) => {
    const [method, by] = a % 2 === 0 ? ["visa", "master"] : ["master", "visa"];
    const profile = pick(PROFILES, b) as string;
    if (b < 6) give("billingProfile.setPaymentMethod", { profile, method: a === 11 ? null : (method as string) });
    else if (b < 10) give("paymentMethod.edit", { method: method as string, expires: `20${27 + (b % 3)}-05` });
    else give("paymentMethod.replace", { method: method as string, by: by as string });
  },
  profile: ({ give }: Player, a: number, b: number) => {
    const profile = pick(PROFILES, a) as string;
    if (b < 4) give("billingProfile.set", { profile, tax: { label: "VAT", percent: "19", inclusive: b % 2 === 0 } });
    else if (b === 4) give("billingProfile.set", { profile, tax: null });
    else if (b < 8)
      give("billingProfile.set", {
        profile,
        discount: { label: "10 %", percent: "10", on: pick(["licences", "usage", "all"] as const, b) ?? "all" },
      });
    else give("billingProfile.set", { profile, anchorDay: 1 + b, netDays: b });
  },
  agreement: ({ give }: Player, a: number) =>
    void give("account.settings", { agreement: a < 9 ? "MCA" : "MOSA", unfundedAs: a % 2 === 0 ? "OVERAGE" : "UNFUNDED" }),
  currency: ({ give }: Player, a: number) => void give("account.currency", { currency: a % 2 === 0 ? "EUR" : "USD" }),
  credit: ({ runner, give }: Player, a: number, b: number) => {
    const invoice = pick([...runner.account().invoices.keys()], a);
    if (invoice === undefined) return;
    if (b === 0) give("invoice.void", { invoice, reason: "test" });
    else give("invoice.creditNote", { invoice, net: pick(["0.01", "0.03", "0.03", "3.33", "20"], b) as string, reason: "test" });
  },
  pay: ({ runner, give }: Player, a: number, b: number) => {
    const invoice = pick([...runner.account().invoices.keys()], a);
    if (invoice === undefined) return;
    give("invoice.pay", { invoice, reference: "transfer", ...(b < 5 ? { amount: pick(["0.01", "1", "5"], b) as string } : {}) });
  },
  verify: ({ closed, give }: Player, a: number) => {
    // Most often whatever is closed, now and then one again.
    for (const { invoice, hash } of a < 9 ? closed.slice(-3) : closed.slice(0, 1)) give("invoice.verified", { invoice, hash });
  },
  state: ({ runner, give }: Player, a: number, b: number) => {
    const subscription = pick([...runner.account().subscriptions.keys()], a) as string;
    give("subscription.setState", { subscription, state: pick(["Active", "Expired", "Disabled"] as const, b) ?? "Active" });
  },
  snapshot: ({ runner: { fold } }: Player) => {
    fold.state = decodeState(encodeState(fold.state));
  },
};
