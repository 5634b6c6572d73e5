import type { Account } from "../account/account.ts";
import { schedule } from "../account/clock.ts";
import type { Posting } from "../fold.ts";
import type { Fold } from "../fold-context.ts";
import { accountEvent, notify } from "../output.ts";
import { setStateOf } from "../subscription/life-cycle.ts";
import { change } from "../undo.ts";
import type { Undo } from "../undo.ts";
import { US_PER_DAY } from "@tollbook/contracts/units.ts";
import type { BillingProfile } from "./billing-account.ts";
import { moneyText, profileOf } from "./draft.ts";

/** What is kept of an issued invoice or credit note; its lines stand in the account event `invoice.issued`. */
export interface IssuedInvoice {
  readonly id: string;
  readonly kind: "invoice" | "creditNote";
  readonly number: string;
  /** The number that a credit note takes back from; empty for invoices. */
  readonly refersTo: string;
  readonly profile: string;
  readonly currency: string;
  readonly from: number;
  readonly to: number;
  readonly invoiceDate: string;
  readonly dueDate: string;
  /** First microsecond after the day on which payment is due. */
  readonly dueAt: number;
  readonly issuedAt: number;
  readonly netMicros: number;
  readonly totalMicros: number;
  /** As it was when it was issued; empty: no tax. */
  readonly taxLabel: string;
  readonly taxBasisPoints: number;
  readonly taxInclusive: boolean;
  paidMicros: number;
  /** Taken back by credit notes before it was paid: not payable any more. */
  creditedMicros: number;
  /** Taken back by credit notes in all, paid or not; net and with its tax. */
  notedNetMicros: number;
  notedMicros: number;
  state: "ISSUED" | "PAID" | "PAST_DUE" | "SUSPENDED" | "VOID";
  /** The payment that was asked for; empty: none. */
  payment: string;
  pastDueSince: number;
}

/** PM-3: so long after a failed payment everything that the profile pays for stops. */
export const PAST_DUE_US = 30 * US_PER_DAY;

export function payableOf(invoice: IssuedInvoice): number {
  return invoice.totalMicros - invoice.paidMicros - invoice.creditedMicros;
}

/** What is owed to the customer in that currency. */
export function customerCreditOf({ creditMicros }: BillingProfile, currency: string): number {
  return creditMicros[currency] ?? 0;
}

export function addCustomerCredit(undo: Undo, profile: BillingProfile, currency: string, amountMicros: number): void {
  change(undo, profile.creditMicros, currency, customerCreditOf(profile, currency) + amountMicros);
}

/** Money came in, from a card or by transfer: `source` is the ledger it came from. What it was suspended for goes on. */
export function payInvoice(
  fold: Fold,
  account: Account,
  invoice: IssuedInvoice,
  amountMicros: number,
  source: string,
): Posting[] {
  const { undo } = fold;
  const { currency: unit } = invoice;
  const needed = Math.min(amountMicros, Math.max(0, payableOf(invoice)));
  const rest = amountMicros - needed;
  change(undo, invoice, "paidMicros", invoice.paidMicros + needed);
  if (payableOf(invoice) <= 0) settled(fold, account, invoice);
  const postings: Posting[] = [{ ledger: source, unit, amount: -amountMicros }];
  if (needed > 0) postings.push({ ledger: `invoice/${invoice.number}`, unit, amount: needed });
  if (rest === 0) return postings;
  // A credit note or a transfer crossed the charge: what was too much is the customer's, and pays his next invoice.
  const profile = profileOf(account, invoice.profile);
  addCustomerCredit(undo, profile, unit, rest);
  return [...postings, { ledger: `customerCredit/${profile.id}`, unit, amount: rest }];
}

/** Nothing is payable any more. A void invoice stays void: it was not paid, and yet nobody owes anything on it. */
export function settled(fold: Fold, account: Account, invoice: IssuedInvoice): void {
  if (invoice.state === "PAID") return;
  if (invoice.state !== "VOID") {
    change(fold.undo, invoice, "state", "PAID");
    notify(fold, account, "invoice.paid", `${invoice.id}/paid`, {
      invoice: invoice.id,
      number: invoice.number,
      total: moneyText(invoice.totalMicros),
      currency: invoice.currency,
    });
  }
  // A card that waits for its next attempt must not be charged for it.
  for (const payment of account.payments.values()) {
    if (payment.subject !== invoice.id || (payment.status !== "RETRYING" && payment.status !== "SUSPENDED")) continue;
    change(fold.undo, payment, "status", "ABANDONED");
    change(fold.undo, payment, "nextAt", 0);
  }
  for (const subscription of account.subscriptions.values()) {
    if (subscription.suspendedFor !== invoice.id) continue;
    const other = [...account.invoices.values()].find(
      ({ state, profile }) => state === "SUSPENDED" && profile === invoice.profile,
    );
    change(fold.undo, subscription, "suspendedFor", other?.id ?? "");
    if (other !== undefined) continue;
    setStateOf(fold, account, subscription, "Active", "paid");
  }
}

/** PM-3, IN-2: not paid when it was due, or the card failed; 30 days of grace begin. */
export function pastDue(fold: Fold, account: Account, invoice: IssuedInvoice): void {
  if (invoice.state !== "ISSUED") return;
  change(fold.undo, invoice, "state", "PAST_DUE");
  change(fold.undo, invoice, "pastDueSince", fold.now);
  schedule(fold, account, fold.now + PAST_DUE_US, "invoiceSuspend", invoice.id);
  notify(fold, account, "invoice.pastDue", `${invoice.id}/pastDue`, {
    invoice: invoice.id,
    number: invoice.number,
    payable: moneyText(payableOf(invoice)),
    currency: invoice.currency,
    dueDate: invoice.dueDate,
  });
}

export function invoiceIsDue(fold: Fold, account: Account, id: string, at: number): void {
  const invoice = account.invoices.get(id);
  if (invoice !== undefined && invoice.dueAt === at && payableOf(invoice) > 0) pastDue(fold, account, invoice);
}

/** §11: the grace is over; the subscriptions of the profile are Disabled until it is paid. */
export function suspensionIsDue(fold: Fold, account: Account, id: string, at: number): void {
  const invoice = account.invoices.get(id);
  if (invoice === undefined || invoice.state !== "PAST_DUE" || invoice.pastDueSince + PAST_DUE_US !== at) return;
  change(fold.undo, invoice, "state", "SUSPENDED");
  notify(fold, account, "invoice.suspended", `${invoice.id}/suspended`, {
    invoice: invoice.id,
    number: invoice.number,
    payable: moneyText(payableOf(invoice)),
    currency: invoice.currency,
  });
  accountEvent(fold, account, "invoice.suspended", { subject: invoice.id });
  const profile = profileOf(account, invoice.profile);
  for (const subscription of account.subscriptions.values()) {
    if (profileOf(account, subscription.profile) !== profile || subscription.suspendedFor !== "") continue;
    if (!setStateOf(fold, account, subscription, "Disabled", "payment")) continue;
    change(fold.undo, subscription, "suspendedFor", invoice.id);
  }
}
