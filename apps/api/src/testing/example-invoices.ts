import type { Address } from "@tollbook/contracts/command/fields.ts";
import type { Invoice } from "@tollbook/contracts/invoice.ts";
import { createBillingAccount, createBillingProfile, type Tax } from "@tollbook/domain/billing/billing-account.ts";
import type { Draft, DraftLine } from "@tollbook/domain/billing/draft.ts";
import { documentOf, totalsOf } from "@tollbook/domain/billing/issue.ts";
import type { IssuedInvoice } from "@tollbook/domain/billing/issued.ts";
import type { Seller } from "../invoices/seller.ts";

/** Documents as the fold makes them, from lines that a test says. */

export const exampleSeller: Seller = {
  name: "Example Telephony A/S",
  street: "Havnegade 1",
  postalCode: "1058",
  city: "København",
  country: "DK",
  taxNumber: "DK12345674",
  iban: "DK5000400440116243",
  email: "billing@seller.test",
};

export const exampleBuyer: Address = {
  name: "Acme Maschinenbau GmbH",
  line1: "Hauptstraße 12",
  city: "Düsseldorf",
  postalCode: "40213",
  country: "DE",
  taxNumber: "DE123456788",
  email: "invoices@acme.test",
};

/** A period of January 2026 in UTC. */
export const january = { from: Date.UTC(2026, 0, 1) * 1000, to: Date.UTC(2026, 1, 1) * 1000 };

export function exampleLine(amountMicros: number, more: Partial<DraftLine> = {}): DraftLine {
  return {
    line: `licence|phones|${amountMicros}`,
    kind: "licence",
    subscription: "phones",
    product: "teams-phone-standard",
    description: "licence",
    destination: "",
    country: "",
    ...january,
    unitPriceMicros: null,
    quantity: 1,
    calls: 0,
    billedSeconds: 0,
    amountMicros,
    rows: 1,
    ...more,
  };
}

export interface DocumentFacts {
  readonly tax?: Tax | null;
  readonly currency?: string;
  readonly buyer?: Address | null;
  readonly draft?: boolean;
  readonly purchaseOrder?: string;
}

export function exampleDocument(lines: readonly DraftLine[], facts: DocumentFacts = {}): Invoice {
  const { tax = null, currency = "EUR", buyer = exampleBuyer, draft = false, purchaseOrder = "" } = facts;
  const series = createBillingAccount("main", "Acme");
  const profile = { ...createBillingProfile("main", "main", "Acme"), tax, billTo: buyer, purchaseOrder };
  const whole: Draft = {
    id: "main/2026-01-01",
    profile: "main",
    ...january,
    currency,
    state: "CLOSED",
    lines: new Map(lines.map((line) => [line.line, line])),
    hash: "0".repeat(64),
  };
  const totals = totalsOf(lines, profile, currency);
  const issued: IssuedInvoice = {
    id: whole.id,
    kind: totals.total < 0 ? "creditNote" : "invoice",
    number: "MAIN-000042",
    refersTo: "",
    profile: "main",
    currency,
    ...january,
    invoiceDate: "2026-02-01",
    dueDate: "2026-03-03",
    dueAt: 0,
    issuedAt: Date.UTC(2026, 1, 4) * 1000,
    netMicros: totals.net,
    totalMicros: totals.total,
    taxLabel: tax?.label ?? "",
    taxBasisPoints: tax?.rateBasisPoints ?? 0,
    taxInclusive: tax?.inclusive ?? false,
    paidMicros: 0,
    creditedMicros: 0,
    notedNetMicros: 0,
    notedMicros: 0,
    state: "ISSUED",
    payment: "",
    pastDueSince: 0,
  };
  return documentOf(whole, series, profile, totals, draft ? null : issued);
}
