import type { Account } from "../account/account.ts";
import { countLicences } from "../budget/spend.ts";
import { addMonths } from "../calendar.ts";
import type { Fold } from "../fold-context.ts";
import { accountEvent } from "../output.ts";
import { productOf } from "../subscription/subscription.ts";
import type { Subscription } from "../subscription/subscription.ts";
import { change } from "../undo.ts";
import { accrue, moneyText, openDraft, profileOf } from "./draft.ts";
import { shareOf } from "./rounding.ts";

/** PG-3: months that one charge covers. */
export function chargedMonths({ billingFrequency }: Pick<Subscription, "billingFrequency">): number {
  return billingFrequency === "annual" ? 12 : 1;
}

/**
 * The charged period `[from, to)` in which `at` lies: counted from where the subscription's terms are, so that short months do not
 * add up.
 */
export function chargedPeriodAt(subscription: Subscription, at: number): { readonly from: number; readonly to: number } {
  const step = chargedMonths(subscription);
  let months = 0;
  let to = addMonths(subscription.anchorAt, step);
  while (to <= at) {
    months += step;
    to = addMonths(subscription.anchorAt, months + step);
  }
  return { from: addMonths(subscription.anchorAt, months), to };
}

/**
 * SS-3, IN-2: the licences of the period in which `at` lies, in advance; its rest, where it has begun already. Nothing for a
 * trial.
 */
export function chargePeriod(fold: Fold, account: Account, subscription: Subscription, at: number): void {
  const { from, to } = chargedPeriodAt(subscription, at);
  change(fold.undo, subscription, "chargedFrom", from);
  change(fold.undo, subscription, "chargedTo", to);
  change(fold.undo, subscription, "chargedLicences", subscription.total);
  if (subscription.trial || productOf(subscription).unlimited) return;
  const price = shareOf(priceOf(subscription, subscription.total), at, to, from, to);
  post(fold, account, subscription, "licence", subscription.total, price, at, to);
}

/**
 * SS-3: a new number of licences in the middle of a charged period: the rest of the old charge is credited, the rest of the
 * period charged anew. Both lines are on the next invoice.
 */
export function prorateLicences(fold: Fold, account: Account, subscription: Subscription): void {
  const { chargedFrom, chargedTo, chargedLicences, total } = subscription;
  if (subscription.trial || productOf(subscription).unlimited || chargedTo <= fold.now || chargedLicences === total) return;
  const rest = (licences: number): number =>
    shareOf(priceOf(subscription, licences), fold.now, chargedTo, chargedFrom, chargedTo);
  if (chargedLicences > 0)
    post(fold, account, subscription, "proration", -chargedLicences, -rest(chargedLicences), fold.now, chargedTo);
  if (total > 0) post(fold, account, subscription, "proration", total, rest(total), fold.now, chargedTo);
  change(fold.undo, subscription, "chargedLicences", total);
}

/** SB-2: gives back what is left of the charged period; the amount, not negative. */
export function creditRest(fold: Fold, account: Account, subscription: Subscription): number {
  const { chargedFrom, chargedTo, chargedLicences } = subscription;
  if (subscription.trial || chargedLicences === 0 || chargedTo <= fold.now || productOf(subscription).unlimited) return 0;
  const rest = shareOf(priceOf(subscription, chargedLicences), fold.now, chargedTo, chargedFrom, chargedTo);
  if (rest > 0) post(fold, account, subscription, "proration", -chargedLicences, -rest, fold.now, chargedTo);
  change(fold.undo, subscription, "chargedLicences", 0);
  return rest;
}

/** The price of so many licences for one charged period. */
export function priceOf(subscription: Subscription, licences: number): number {
  return subscription.unitPriceMicros * licences * chargedMonths(subscription);
}

function post(
  fold: Fold,
  account: Account,
  subscription: Subscription,
  kind: "licence" | "proration",
  licences: number,
  amountMicros: number,
  from: number,
  to: number,
): void {
  if (amountMicros === 0) return;
  const profile = profileOf(account, subscription.profile);
  const { currency } = subscription;
  const draft = openDraft(fold, account, profile, currency);
  const line = `${kind}|${subscription.id}|${from}|${licences}`;
  accrue(
    fold,
    draft,
    {
      line,
      kind,
      subscription: subscription.id,
      product: subscription.product,
      description: kind,
      destination: "",
      country: "",
      from,
      to,
      unitPriceMicros: subscription.unitPriceMicros * chargedMonths(subscription),
    },
    { quantity: licences, calls: 0, billedSeconds: 0, amountMicros, rows: 1 },
  );
  accountEvent(fold, account, `charge.${kind}`, {
    subject: subscription.id,
    amountMicros,
    postings: [
      { ledger: `unbilled/${profile.id}`, unit: currency, amount: -amountMicros },
      { ledger: "revenue/licences", unit: currency, amount: amountMicros },
    ],
    data: { licences, unitPrice: moneyText(subscription.unitPriceMicros), from, to },
    invoice: draft.id,
    invoiceLine: line,
    currency,
  });
  if (account.budgets.size > 0) countLicences(fold, account, subscription, amountMicros);
}
