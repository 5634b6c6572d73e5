import { parseMicros } from "@tollbook/contracts/units.ts";
import type { Account } from "../account/account.ts";
import { dateIn } from "../billing/period.ts";
import type { BillingAccount } from "../billing/billing-account.ts";
import { moneyText, profileOf } from "../billing/draft.ts";
import { creditNoteDocument } from "../billing/credit-note.ts";
import { issue, nextNumber } from "../billing/issue.ts";
import { addCustomerCredit, payableOf, payInvoice, settled } from "../billing/issued.ts";
import type { IssuedInvoice } from "../billing/issued.ts";
import { taxOn, toMinorUnit } from "../billing/rounding.ts";
import type { Posting } from "../fold.ts";
import type { Fold } from "../fold-context.ts";
import { accountEvent } from "../output.ts";
import { change, setEntry } from "../undo.ts";
import { acceptedMoney, accepted, refused } from "./outcome.ts";
import type { Handler } from "./outcome.ts";

/** Architecture §5: what is stored was compared with the totals the fold closed with. Only then is an invoice numbered and issued. */
export const invoiceVerified: Handler<"invoice.verified"> = (fold, account, data) => {
  const draft = account.drafts.get(data.invoice);
  if (draft === undefined) {
    // The shell asks again after a restart: it has been issued meanwhile.
    return account.invoices.has(data.invoice)
      ? accepted(data.invoice, { issued: true })
      : refused("unknownInvoice", `invoice: ${data.invoice}`);
  }
  if (draft.state !== "CLOSED") return refused("invoiceNotClosed", `invoice: ${draft.id} is ${draft.state}`);
  if (draft.hash !== data.hash) return refused("invoiceHashMismatch", `hash: expected ${draft.hash}`);
  const invoice = issue(fold, account, draft);
  return accepted(invoice.id, { number: invoice.number, total: moneyText(invoice.totalMicros) });
};

/** Paid by transfer or otherwise outside of the card; a part of it is possible. */
export const payByHand: Handler<"invoice.pay"> = (fold, account, data) => {
  const invoice = account.invoices.get(data.invoice);
  if (invoice === undefined) return refused("unknownInvoice", `invoice: ${data.invoice}`);
  const payable = payableOf(invoice);
  const amount = data.amount === undefined ? payable : parseMicros(data.amount);
  if (amount === null || amount <= 0 || amount > payable || toMinorUnit(amount, invoice.currency) !== amount)
    return refused("amountOutOfRange", `amount: more than 0, at most ${moneyText(payable)}, in the currency's minor unit`);
  const postings = payInvoice(fold, account, invoice, amount, "cash/transfer");
  const result = { invoice: invoice.id, state: invoice.state, payable: moneyText(payableOf(invoice)) };
  return acceptedMoney(invoice.id, amount, postings, result, invoice.currency);
};

/**
 * Takes back a part of an issued invoice: a document of its own with the next number of the series. What was not paid yet need not
 * be; what was, pays the next invoice.
 */
export const creditNote: Handler<"invoice.creditNote"> = (fold, account, data) => {
  const invoice = account.invoices.get(data.invoice);
  if (invoice === undefined || invoice.kind !== "invoice") return refused("unknownInvoice", `invoice: ${data.invoice}`);
  if (invoice.state === "VOID") return refused("invoiceNotOpen", `invoice: ${invoice.number} is void already`);
  const left = netLeft(invoice);
  const net = parseMicros(data.net);
  if (net === null || net <= 0 || net > left || toMinorUnit(net, invoice.currency) !== net)
    return refused("amountOutOfRange", `net: more than 0, at most ${moneyText(left)}, in the currency's minor unit`);
  return credit(fold, account, invoice, net, data.reason);
};

/** All of it that was not credited before; the invoice is void. */
export const voidInvoice: Handler<"invoice.void"> = (fold, account, data) => {
  const invoice = account.invoices.get(data.invoice);
  if (invoice === undefined || invoice.kind !== "invoice") return refused("unknownInvoice", `invoice: ${data.invoice}`);
  if (invoice.state === "VOID") return refused("invoiceNotOpen", `invoice: ${invoice.number} is void already`);
  const left = netLeft(invoice);
  if (left === 0) return refused("invoiceNotOpen", `invoice: nothing of ${invoice.number} is left to take back`);
  change(fold.undo, invoice, "state", "VOID");
  return credit(fold, account, invoice, left, data.reason);
};

/** The net amount that no credit note has taken back. */
const netLeft = (invoice: IssuedInvoice): number => invoice.netMicros - invoice.notedNetMicros;

/**
 * The tax on all that is taken back, less what earlier notes took: rounded in sum, so that many small notes never take back more
 * tax than the invoice has.
 */
function taxOfNote({ notedNetMicros, taxBasisPoints, taxInclusive, currency }: IssuedInvoice, netMicros: number): number {
  const before = taxOn(notedNetMicros, taxBasisPoints, taxInclusive, currency);
  return taxOn(notedNetMicros + netMicros, taxBasisPoints, taxInclusive, currency) - before;
}

function credit(
  fold: Fold,
  account: Account,
  invoice: IssuedInvoice,
  netMicros: number,
  reason: string,
): ReturnType<Handler<"invoice.void">> {
  const { undo } = fold;
  const { currency } = invoice;
  const profile = profileOf(account, invoice.profile);
  const tax = taxOfNote(invoice, netMicros);
  const gross = invoice.taxInclusive ? netMicros : netMicros + tax;
  const number = nextNumber(fold, account.billingAccounts.get(profile.billingAccount) as BillingAccount);
  const unpaid = Math.max(0, payableOf(invoice));
  const offTheInvoice = Math.min(unpaid, gross);
  const back = gross - offTheInvoice;
  const note: IssuedInvoice = {
    ...invoice,
    id: number,
    kind: "creditNote",
    number,
    refersTo: invoice.number,
    invoiceDate: dateIn(profile.timeZone, fold.now),
    dueDate: dateIn(profile.timeZone, fold.now),
    dueAt: fold.now,
    issuedAt: fold.now,
    netMicros: -netMicros,
    totalMicros: -gross,
    paidMicros: -gross,
    creditedMicros: 0,
    notedNetMicros: 0,
    notedMicros: 0,
    state: "PAID",
    payment: "",
    pastDueSince: 0,
  };
  setEntry(undo, account.invoices, note.id, note);
  const series = account.billingAccounts.get(profile.billingAccount) as BillingAccount;
  // The document as it was given out; what moves the money is the command's own row.
  accountEvent(fold, account, "invoice.issued", {
    subject: note.id,
    data: creditNoteDocument(note, series, profile, reason, tax),
    currency,
  });
  change(undo, invoice, "creditedMicros", invoice.creditedMicros + offTheInvoice);
  change(undo, invoice, "notedNetMicros", invoice.notedNetMicros + netMicros);
  change(undo, invoice, "notedMicros", invoice.notedMicros + gross);
  if (back > 0) addCustomerCredit(undo, profile, currency, back);
  if (payableOf(invoice) <= 0 && invoice.state !== "PAID") settled(fold, account, invoice);
  const postings: Posting[] = [{ ledger: "revenue/creditNotes", unit: currency, amount: -(gross - tax) }];
  if (tax !== 0) postings.push({ ledger: `tax/${profile.id}`, unit: currency, amount: -tax });
  if (offTheInvoice > 0) postings.push({ ledger: `invoice/${invoice.number}`, unit: currency, amount: offTheInvoice });
  if (back > 0) postings.push({ ledger: `customerCredit/${profile.id}`, unit: currency, amount: back });
  const result = {
    number,
    refersTo: invoice.number,
    net: moneyText(-netMicros),
    tax: moneyText(-tax),
    total: moneyText(-gross),
    reason,
  };
  return acceptedMoney(note.id, gross, postings, result, currency);
}
