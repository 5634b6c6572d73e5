import * as z from "zod/mini";
import { AsOf } from "./as-of.ts";
import { address } from "./command/fields.ts";
import { Invoice, InvoiceListItem } from "./invoice.ts";

/** The meter's answers about money in: who is billed and how, what is to be paid, invoices. Forms as in `views.ts`. */

const money = z.string();
const time = z.string();
const date = z.string();

/** One legal entity that is sold to; its invoices share one gapless series. */
export const BillingAccountView = z.object({
  billingAccount: z.string(),
  displayName: z.string(),
  soldTo: z.nullable(address),
  numberPrefix: z.string(),
  /** Of the invoice that is issued next. */
  nextNumber: z.string(),
});

export const BillingProfileView = z.object({
  profile: z.string(),
  billingAccount: z.string(),
  displayName: z.string(),
  billTo: z.nullable(address),
  purchaseOrder: z.string(),
  /** Day of month on which a period begins. */
  anchorDay: z.int(),
  timeZone: z.string(),
  netDays: z.int(),
  emailPdf: z.boolean(),
  tax: z.nullable(z.object({ label: z.string(), rateBasisPoints: z.int(), inclusive: z.boolean() })),
  discount: z.nullable(z.object({ label: z.string(), basisPoints: z.int(), on: z.enum(["licences", "usage", "all"]) })),
  /** Null: invoices are paid by transfer. */
  paymentMethod: z.nullable(z.string()),
  /** Owed to the customer by credit notes; pays the next invoice. */
  customerCredit: money,
  /** The period that runs now, `[from, to)` in the profile's zone. */
  period: z.object({ from: date, to: date }),
  /** What it pays for. */
  subscriptions: z.array(z.string()),
});

/** PM-1: a card as it may be shown; its token stays inside. */
export const PaymentMethodView = z.object({
  method: z.string(),
  provider: z.string(),
  brand: z.string(),
  last4: z.string(),
  expires: z.string(),
  holder: z.string(),
  country: z.string(),
  address: z.nullable(address),
  state: z.enum(["VALID", "EXPIRING", "EXPIRED", "DECLINED"]),
  /** Billing profiles: it can be deleted when there is none (PM-2). */
  usedBy: z.array(z.string()),
});

export const PaymentView = z.object({
  payment: z.string(),
  purpose: z.enum(["recharge", "topUp", "invoice"]),
  /** The recharge, top-up or invoice paid for. */
  subject: z.string(),
  amount: money,
  currency: z.string(),
  method: z.nullable(z.string()),
  status: z.enum(["PENDING", "NEEDS_CONFIRMATION", "RETRYING", "SUSPENDED"]),
  attempt: z.int(),
  startedAt: time,
  /** Null: not tried again by itself. */
  nextAttempt: z.nullable(time),
  reason: z.string(),
});

export const BillingView = z.object({
  asOf: AsOf,
  currency: z.string(),
  billingAccounts: z.array(BillingAccountView),
  billingProfiles: z.array(BillingProfileView),
  paymentMethods: z.array(PaymentMethodView),
  /** Open or failed, newest first; what is done stands in the account's events. */
  payments: z.array(PaymentView),
});

/** IN-1: newest first. `total` counts all of the range, of which at most 200 are listed. */
export const InvoicesView = z.object({
  asOf: AsOf,
  range: z.object({ from: date, to: z.nullable(date) }),
  total: z.int(),
  invoices: z.array(InvoiceListItem),
});

/** What the account knows of an issued document; its lines stand in the stored event `invoice.issued`. */
export const IssuedHeader = z.extend(InvoiceListItem, {
  refersTo: z.nullable(z.string()),
  issuedAt: time,
  paid: money,
  /** Taken back by credit notes without having been paid. */
  credited: money,
  payment: z.nullable(z.string()),
  pastDueSince: z.nullable(time),
});

/** Either a draft as it accrues, by pages of lines, or the header of what was issued. */
export const InvoiceView = z.object({
  asOf: AsOf,
  draft: z.nullable(Invoice),
  /** Lines of the draft from which the next page begins; null: no more. */
  next: z.nullable(z.int()),
  issued: z.nullable(IssuedHeader),
});

export type BillingProfileView = z.infer<typeof BillingProfileView>;
export type PaymentMethodView = z.infer<typeof PaymentMethodView>;
export type PaymentView = z.infer<typeof PaymentView>;
export type BillingView = z.infer<typeof BillingView>;
export type InvoicesView = z.infer<typeof InvoicesView>;
export type IssuedHeader = z.infer<typeof IssuedHeader>;
export type InvoiceView = z.infer<typeof InvoiceView>;
