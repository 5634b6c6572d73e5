import * as z from "zod/mini";
import { address } from "./command/fields.ts";

/**
 * Invoices and credit notes (domain IN-1 to IN-3, RT-6, D18, D25). Money is a decimal string: `exact` to the millionth, as the
 * ledger has it; `net` and all totals in the currency's minor unit. Dates are calendar days in the profile's zone.
 */

const money = z.string();
const time = z.string();
const date = z.string();

export const invoiceLineKinds = [
  /** Licences of a subscription for a service period, in advance. */
  "licence",
  /** The unused rest of an old charge credited, the rest of the period charged anew (SS-3). */
  "proration",
  /** Calls beyond what is included, by subscription and destination (PG-5). */
  "overage",
  /** Late, corrected, voided and re-rated calls of earlier periods (§12.5). */
  "adjustment",
  /** Communications Credits bought on account. */
  "credits",
  /** D7, D33: what was below zero when billing moved to after use. */
  "creditDebt",
  /** D32: calls that nothing could fund, by the account's setting billed all the same. */
  "unfunded",
  "discount",
  /** On a credit note. */
  "credit",
] as const;
export type InvoiceLineKind = (typeof invoiceLineKinds)[number];

export const InvoiceLine = z.object({
  /** The key that calls and account events of the line carry (`invoice_line`). */
  line: z.string(),
  kind: z.enum(invoiceLineKinds),
  /** Empty: belongs to none. */
  subscription: z.string(),
  product: z.string(),
  productName: z.string(),
  description: z.string(),
  /** Of calls; empty elsewhere. */
  destination: z.string(),
  country: z.string(),
  /** Service period, `[from, to)`. */
  from: date,
  to: date,
  /** Licences, or calls. */
  quantity: z.int(),
  /** Null where the line's amount is no multiple of one price. */
  unitPrice: z.nullable(money),
  calls: z.int(),
  billedSeconds: z.int(),
  exact: money,
  net: money,
});

export const InvoiceTax = z.object({
  label: z.string(),
  /** Hundredths of a percent: 1900 is 19 %. */
  rateBasisPoints: z.int(),
  /** RT-4: prices include it in the United States and Puerto Rico. */
  inclusive: z.boolean(),
  taxable: money,
  amount: money,
});

export const invoiceStates = ["OPEN", "CLOSING", "CLOSED", "ISSUED", "PAID", "PAST_DUE", "SUSPENDED", "VOID"] as const;
export type InvoiceState = (typeof invoiceStates)[number];

/** One invoice or credit note as it was issued, or as it accrues. */
export const Invoice = z.object({
  /** `<billing profile>/<first day>`; a credit note's is its number. */
  invoice: z.string(),
  kind: z.enum(["invoice", "creditNote"]),
  /** One gapless series per billing account; null until issued. */
  number: z.nullable(z.string()),
  /** The number that a credit note takes back from. */
  refersTo: z.nullable(z.string()),
  state: z.enum(invoiceStates),
  billingAccount: z.string(),
  billingAccountName: z.string(),
  billingProfile: z.string(),
  billTo: z.nullable(address),
  soldTo: z.nullable(address),
  purchaseOrder: z.string(),
  currency: z.string(),
  period: z.object({ from: date, to: date }),
  /** D25: the day after the period. */
  invoiceDate: z.nullable(date),
  dueDate: z.nullable(date),
  issuedAt: z.nullable(time),
  lines: z.array(InvoiceLine),
  /** IN-2. `charges` without discounts and credits; `rounding` is `net` less the sum of `exact`. */
  totals: z.object({
    charges: money,
    discounts: money,
    credits: money,
    rounding: money,
    net: money,
    tax: z.array(InvoiceTax),
    total: money,
    paid: money,
    payable: money,
  }),
  /** SHA-256 over the lines as the fold closed them; the stored rows were compared with the same. */
  hash: z.nullable(z.string()),
});

/** A line of the list of invoices. */
export const InvoiceListItem = z.object({
  invoice: z.string(),
  kind: z.enum(["invoice", "creditNote"]),
  number: z.nullable(z.string()),
  state: z.enum(invoiceStates),
  billingProfile: z.string(),
  currency: z.string(),
  period: z.object({ from: date, to: date }),
  invoiceDate: z.nullable(date),
  dueDate: z.nullable(date),
  total: money,
  payable: money,
});

export type InvoiceLine = z.infer<typeof InvoiceLine>;
export type InvoiceTax = z.infer<typeof InvoiceTax>;
export type Invoice = z.infer<typeof Invoice>;
export type InvoiceListItem = z.infer<typeof InvoiceListItem>;

/** Decimals of a currency's minor unit (ISO 4217); two where nothing else is listed. */
const minorDigits: Readonly<Record<string, number>> = {
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,
};

export function minorDigitsOf(currency: string): number {
  return minorDigits[currency] ?? 2;
}
