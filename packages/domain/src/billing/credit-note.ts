import type { Invoice } from "@tollbook/contracts/invoice.ts";
import { formatTime, timeUs } from "@tollbook/contracts/units.ts";
import type { BillingAccount, BillingProfile } from "./billing-account.ts";
import { moneyText } from "./draft.ts";
import type { IssuedInvoice } from "./issued.ts";
import { dateIn } from "./period.ts";

/** A credit note as it is issued: one line that says why, with the tax of what it takes back. `taxMicros` is not negative. */
export function creditNoteDocument(
  note: IssuedInvoice,
  series: BillingAccount,
  profile: BillingProfile,
  reason: string,
  taxMicros: number,
): Invoice {
  const period = { from: dateIn(profile.timeZone, note.from), to: dateIn(profile.timeZone, note.to) };
  const net = moneyText(note.netMicros);
  const taxed = note.taxBasisPoints > 0;
  return {
    invoice: note.id,
    kind: "creditNote",
    number: note.number,
    refersTo: note.refersTo,
    state: note.state,
    billingAccount: series.id,
    billingAccountName: series.displayName,
    billingProfile: profile.id,
    billTo: profile.billTo,
    soldTo: series.soldTo,
    purchaseOrder: profile.purchaseOrder,
    currency: note.currency,
    period,
    invoiceDate: note.invoiceDate,
    dueDate: note.dueDate,
    issuedAt: formatTime(timeUs(note.issuedAt)),
    lines: [
      {
        line: "credit",
        kind: "credit",
        subscription: "",
        product: "",
        productName: "",
        description: reason,
        destination: "",
        country: "",
        ...period,
        quantity: 1,
        unitPrice: net,
        calls: 0,
        billedSeconds: 0,
        exact: net,
        net,
      },
    ],
    totals: {
      charges: moneyText(0),
      discounts: moneyText(0),
      credits: net,
      rounding: moneyText(0),
      net,
      tax: taxed
        ? [
            {
              label: note.taxLabel,
              rateBasisPoints: note.taxBasisPoints,
              inclusive: note.taxInclusive,
              taxable: moneyText(note.taxInclusive ? note.netMicros + taxMicros : note.netMicros),
              amount: moneyText(-taxMicros),
            },
          ]
        : [],
      total: moneyText(note.totalMicros),
      paid: moneyText(note.paidMicros),
      payable: moneyText(0),
    },
    hash: null,
  };
}
