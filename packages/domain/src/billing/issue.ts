import type { Invoice, InvoiceLine } from "@tollbook/contracts/invoice.ts";
import { formatTime, timeUs } from "@tollbook/contracts/units.ts";
import type { Account } from "../account/account.ts";
import { schedule } from "../account/clock.ts";
import { startOfLocalDay, localDay } from "../calendar.ts";
import { assert } from "../assert.ts";
import { findProduct } from "../catalogue/product.ts";
import type { Posting } from "../fold.ts";
import type { Fold } from "../fold-context.ts";
import { accountEvent, notify } from "../output.ts";
import { change, deleteEntry, setEntry } from "../undo.ts";
import type { BillingAccount, BillingProfile } from "./billing-account.ts";
import { moneyText, profileOf } from "./draft.ts";
import type { Draft, DraftLine } from "./draft.ts";
import { addCustomerCredit, customerCreditOf, payableOf, payInvoice, settled } from "./issued.ts";
import type { IssuedInvoice } from "./issued.ts";
import { startPayment } from "./payment.ts";
import { dateIn, dateOfDay } from "./period.ts";
import { taxOn, toMinorUnit } from "./rounding.ts";

/** Sums of an invoice in micro-units; all but `exact` are whole minor units. */
export interface Totals {
  readonly charges: number;
  readonly discounts: number;
  readonly credits: number;
  readonly exact: number;
  readonly net: number;
  readonly tax: number;
  readonly total: number;
}

/** RT-6, D18, D25: every line to the minor unit, tax on their sum. */
export function totalsOf(lines: Iterable<DraftLine>, profile: BillingProfile, currency: string): Totals {
  let charges = 0;
  let discounts = 0;
  let credits = 0;
  let exact = 0;
  for (const line of lines) {
    const net = toMinorUnit(line.amountMicros, currency);
    exact += line.amountMicros;
    if (line.kind === "discount") discounts += net;
    else if (net < 0) credits += net;
    else charges += net;
  }
  const net = charges + discounts + credits;
  const { tax } = profile;
  const taxMicros = tax === null ? 0 : taxOn(net, tax.rateBasisPoints, tax.inclusive, currency);
  return { charges, discounts, credits, exact, net, tax: taxMicros, total: tax?.inclusive === true ? net : net + taxMicros };
}

/**
 * A verified draft becomes an invoice: it gets the next number of its billing account, its postings, and is asked to be paid.
 * What is negative in total is a credit note, kept for the next invoice.
 */
export function issue(fold: Fold, account: Account, draft: Draft): IssuedInvoice {
  const { undo } = fold;
  const profile = profileOf(account, draft.profile);
  const series = account.billingAccounts.get(profile.billingAccount) as BillingAccount;
  const { currency } = draft;
  const totals = totalsOf(draft.lines.values(), profile, currency);
  const number = nextNumber(fold, series);
  // D25: the day after the period; the period may have been cut short within a day.
  const invoiceDay = localDay(profile.timeZone, draft.to);
  const dueDay = invoiceDay + profile.netDays;
  const invoice: IssuedInvoice = {
    id: draft.id,
    kind: totals.total < 0 ? "creditNote" : "invoice",
    number,
    refersTo: "",
    profile: profile.id,
    currency,
    from: draft.from,
    to: draft.to,
    invoiceDate: dateOfDay(invoiceDay),
    dueDate: dateOfDay(dueDay),
    dueAt: startOfLocalDay(profile.timeZone, dueDay + 1),
    issuedAt: fold.now,
    netMicros: totals.net,
    totalMicros: totals.total,
    taxLabel: profile.tax?.label ?? "",
    taxBasisPoints: profile.tax?.rateBasisPoints ?? 0,
    taxInclusive: profile.tax?.inclusive ?? false,
    paidMicros: 0,
    creditedMicros: 0,
    notedNetMicros: 0,
    notedMicros: 0,
    state: "ISSUED",
    payment: "",
    pastDueSince: 0,
  };
  setEntry(undo, account.invoices, invoice.id, invoice);
  deleteEntry(undo, account.drafts, draft.id);
  accountEvent(fold, account, "invoice.issued", {
    subject: invoice.id,
    amountMicros: invoice.totalMicros,
    postings: postingsOf(draft, profile, number, totals),
    data: documentOf(draft, series, profile, totals, invoice),
    currency,
  });
  notify(fold, account, "invoice.issued", `${invoice.id}/issued`, {
    invoice: invoice.id,
    number,
    total: moneyText(invoice.totalMicros),
    currency,
    dueDate: invoice.dueDate,
    period: `${dateIn(profile.timeZone, draft.from)}/${dateIn(profile.timeZone, draft.to - 1)}`,
  });
  collect(fold, account, profile, invoice);
  return invoice;
}

/** Of the document that is issued next. */
export function numberOf({ prefix, nextNumber: next }: BillingAccount): string {
  return `${prefix}${String(next).padStart(6, "0")}`;
}

export function nextNumber(fold: Fold, series: BillingAccount): string {
  const number = numberOf(series);
  change(fold.undo, series, "nextNumber", series.nextNumber + 1);
  return number;
}

/** Money that is owed to the customer pays first, then the card; without one it is waited for until the due date. */
function collect(fold: Fold, account: Account, profile: BillingProfile, invoice: IssuedInvoice): void {
  const { undo } = fold;
  const { currency } = invoice;
  if (invoice.totalMicros < 0) {
    addCustomerCredit(undo, profile, currency, -invoice.totalMicros);
    change(undo, invoice, "paidMicros", invoice.totalMicros);
    change(undo, invoice, "state", "PAID");
    accountEvent(fold, account, "invoice.credited", {
      subject: invoice.id,
      amountMicros: -invoice.totalMicros,
      postings: [
        { ledger: `invoice/${invoice.number}`, unit: currency, amount: invoice.totalMicros },
        { ledger: `customerCredit/${profile.id}`, unit: currency, amount: -invoice.totalMicros },
      ],
      currency,
    });
    return;
  }
  const fromCredit = Math.min(customerCreditOf(profile, currency), invoice.totalMicros);
  if (fromCredit > 0) {
    addCustomerCredit(undo, profile, currency, -fromCredit);
    const postings = payInvoice(fold, account, invoice, fromCredit, `customerCredit/${profile.id}`);
    accountEvent(fold, account, "invoice.paid", {
      subject: invoice.id,
      amountMicros: fromCredit,
      postings,
      data: { from: "customerCredit" },
      currency,
    });
  }
  if (payableOf(invoice) === 0) {
    if (invoice.state !== "PAID") settled(fold, account, invoice);
    return;
  }
  schedule(fold, account, invoice.dueAt, "invoiceDue", invoice.id);
  if (profile.paymentMethod === "") return;
  const payment = startPayment(fold, account, "invoice", invoice.id, payableOf(invoice), currency, profile.paymentMethod);
  change(undo, invoice, "payment", payment.id);
}

function postingsOf(draft: Draft, profile: BillingProfile, number: string, totals: Totals): Posting[] {
  const { currency: unit } = draft;
  const owed = new Map<string, number>();
  for (const line of draft.lines.values()) {
    const ledger = ledgerOf(line, profile);
    owed.set(ledger, (owed.get(ledger) ?? 0) + line.amountMicros);
  }
  const postings: Posting[] = [...owed].map(([ledger, amount]) => ({ ledger, unit, amount }));
  const rounding = totals.net - totals.exact;
  if (rounding !== 0) postings.push({ ledger: "revenue/rounding", unit, amount: rounding });
  if (totals.tax !== 0) {
    if (totals.total === totals.net) postings.push({ ledger: "revenue/taxIncluded", unit, amount: -totals.tax });
    postings.push({ ledger: `tax/${profile.id}`, unit, amount: totals.tax });
  }
  postings.push({ ledger: `invoice/${number}`, unit, amount: -totals.total });
  assert(postings.reduce((sum, { amount }) => sum + amount, 0) === 0, "I1: postings sum to zero per unit");
  return postings;
}

/** Where the line's amount was owed before it was invoiced. */
function ledgerOf(line: DraftLine, profile: BillingProfile): string {
  const usage = line.kind === "overage" || line.kind === "adjustment" || line.kind === "unfunded";
  return usage ? `overage/${line.subscription === "" ? "unfunded" : line.subscription}` : `unbilled/${profile.id}`;
}

/** The invoice as it is issued, or as it accrues (`issued` null). */
export function documentOf(
  draft: Draft,
  series: BillingAccount,
  profile: BillingProfile,
  totals: Totals,
  issued: IssuedInvoice | null,
): Invoice {
  const { tax } = profile;
  return {
    invoice: draft.id,
    kind: issued?.kind ?? "invoice",
    number: issued?.number ?? null,
    refersTo: null,
    state: issued?.state ?? draft.state,
    billingAccount: series.id,
    billingAccountName: series.displayName,
    billingProfile: profile.id,
    billTo: profile.billTo,
    soldTo: series.soldTo,
    purchaseOrder: profile.purchaseOrder,
    currency: draft.currency,
    period: { from: dateIn(profile.timeZone, draft.from), to: dateIn(profile.timeZone, draft.to) },
    invoiceDate: issued?.invoiceDate ?? null,
    dueDate: issued?.dueDate ?? null,
    issuedAt: issued === null ? null : formatTime(timeUs(issued.issuedAt)),
    lines: [...draft.lines.values()].map((line) => lineOf(line, profile, draft.currency)),
    totals: {
      charges: moneyText(totals.charges),
      discounts: moneyText(totals.discounts),
      credits: moneyText(totals.credits),
      rounding: moneyText(totals.net - totals.exact),
      net: moneyText(totals.net),
      tax:
        tax === null
          ? []
          : [
              {
                label: tax.label,
                rateBasisPoints: tax.rateBasisPoints,
                inclusive: tax.inclusive,
                taxable: moneyText(tax.inclusive ? totals.net - totals.tax : totals.net),
                amount: moneyText(totals.tax),
              },
            ],
      total: moneyText(totals.total),
      paid: moneyText(issued?.paidMicros ?? 0),
      payable: moneyText(issued === null ? totals.total : payableOf(issued)),
    },
    hash: draft.hash === "" ? null : draft.hash,
  };
}

function lineOf(line: DraftLine, profile: BillingProfile, currency: string): InvoiceLine {
  return {
    line: line.line,
    kind: line.kind,
    subscription: line.subscription,
    product: line.product,
    productName: findProduct(line.product)?.name ?? "",
    description: line.description,
    destination: line.destination,
    country: line.country,
    from: dateIn(profile.timeZone, line.from),
    to: dateIn(profile.timeZone, line.to),
    quantity: line.quantity,
    unitPrice: line.unitPriceMicros === null ? null : moneyText(line.unitPriceMicros),
    calls: line.calls,
    billedSeconds: line.billedSeconds,
    exact: moneyText(line.amountMicros),
    net: moneyText(toMinorUnit(line.amountMicros, currency)),
  };
}
