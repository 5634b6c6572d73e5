import type { InvoicesView, InvoiceView, IssuedHeader } from "@tollbook/contracts/billing-views.ts";
import type { Invoice, InvoiceListItem } from "@tollbook/contracts/invoice.ts";
import type { Account } from "../account/account.ts";
import { nowOf } from "../account/clock.ts";
import type { BillingAccount } from "../billing/billing-account.ts";
import { profileOf } from "../billing/draft.ts";
import type { Draft } from "../billing/draft.ts";
import { payableOf } from "../billing/issued.ts";
import type { IssuedInvoice } from "../billing/issued.ts";
import { documentOf, totalsOf } from "../billing/issue.ts";
import { dateIn } from "../billing/period.ts";
import { addMonths } from "../calendar.ts";
import type { PartitionState } from "../state.ts";
import { asOf, money, MOST_ROWS, time } from "./as-of.ts";

/** IN-1. */
const USUAL_MONTHS = 3;
/** So many lines of a draft in one answer: with more, the next page is asked for. */
const MOST_LINES = 100;

interface Range {
  readonly months?: number | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** IN-1: drafts whose period touches the range, and what was issued in it, newest first; days in UTC, both inclusive. */
export function invoicesView(state: PartitionState, account: Account, range: Range): InvoicesView {
  const from = range.from ?? dateIn("UTC", addMonths(nowOf(state, account), -(range.months ?? USUAL_MONTHS)));
  const to = range.to ?? null;
  const drafts = [...account.drafts.values()].map((draft) => draftItem(account, draft));
  const touching = drafts.filter(({ period }) => from < period.to && (to === null || period.from <= to));
  const issued = [...account.invoices.values()]
    .filter(({ invoiceDate }) => from <= invoiceDate && (to === null || invoiceDate <= to))
    .map((invoice) => issuedItem(account, invoice));
  // What was made later stands first on the same day.
  const found = [...issued, ...touching].toReversed().toSorted((a, b) => compare(dayOf(b), dayOf(a)));
  return { asOf: asOf(state, account), range: { from, to }, total: found.length, invoices: found.slice(0, MOST_ROWS) };
}

const dayOf = ({ invoiceDate, period }: InvoiceListItem): string => invoiceDate ?? period.to;
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function draftItem(account: Account, draft: Draft): InvoiceListItem {
  const { invoice, kind, number, state, billingProfile, currency, period, invoiceDate, dueDate, totals } = draftDocument(
    account,
    draft,
  );
  const { total, payable } = totals;
  return { invoice, kind, number, state, billingProfile, currency, period, invoiceDate, dueDate, total, payable };
}

function draftDocument(account: Account, draft: Draft): Invoice {
  const profile = profileOf(account, draft.profile);
  const series = account.billingAccounts.get(profile.billingAccount) as BillingAccount;
  return documentOf(draft, series, profile, totalsOf(draft.lines.values(), profile, draft.currency), null);
}

function issuedItem(account: Account, invoice: IssuedInvoice): InvoiceListItem {
  const { timeZone } = profileOf(account, invoice.profile);
  return {
    invoice: invoice.id,
    kind: invoice.kind,
    number: invoice.number,
    state: invoice.state,
    billingProfile: invoice.profile,
    currency: invoice.currency,
    period: { from: dateIn(timeZone, invoice.from), to: dateIn(timeZone, invoice.to) },
    invoiceDate: invoice.invoiceDate,
    dueDate: invoice.dueDate,
    total: money(invoice.totalMicros),
    payable: money(payableOf(invoice)),
  };
}

export function invoiceView(
  state: PartitionState,
  account: Account,
  id: string,
  after: number,
): InvoiceView | { error: "unknownInvoice"; detail: string } {
  const draft = account.drafts.get(id);
  if (draft !== undefined) {
    const whole = draftDocument(account, draft);
    const next = after + MOST_LINES < whole.lines.length ? after + MOST_LINES : null;
    const page = { ...whole, lines: whole.lines.slice(after, after + MOST_LINES) };
    return { asOf: asOf(state, account), draft: page, next, issued: null };
  }
  const issued = account.invoices.get(id);
  if (issued === undefined) return { error: "unknownInvoice", detail: `no invoice ${id}` };
  return { asOf: asOf(state, account), draft: null, next: null, issued: headerOf(account, issued) };
}

function headerOf(account: Account, invoice: IssuedInvoice): IssuedHeader {
  return {
    ...issuedItem(account, invoice),
    refersTo: invoice.refersTo === "" ? null : invoice.refersTo,
    issuedAt: time(invoice.issuedAt),
    paid: money(invoice.paidMicros),
    credited: money(invoice.creditedMicros),
    payment: invoice.payment === "" ? null : invoice.payment,
    pastDueSince: invoice.pastDueSince === 0 ? null : time(invoice.pastDueSince),
  };
}
