import type { BillingProfileView, BillingView, PaymentMethodView, PaymentView } from "@tollbook/contracts/billing-views.ts";
import type { Account } from "../account/account.ts";
import { nowOf } from "../account/clock.ts";
import type { BillingProfile } from "../billing/billing-account.ts";
import { profileOf } from "../billing/draft.ts";
import { numberOf } from "../billing/issue.ts";
import type { PaymentMethod } from "../billing/payment-method.ts";
import { customerCreditOf } from "../billing/issued.ts";
import type { Payment } from "../billing/payment.ts";
import { dateIn, periodAt } from "../billing/period.ts";
import type { PartitionState } from "../state.ts";
import { asOf, money, MOST_ROWS, time } from "./as-of.ts";

/** PM-1, PM-2: who is billed and how, the cards, and the payments that are not done. */
export function billingView(state: PartitionState, account: Account): BillingView {
  const open = [...account.payments.values()].map(paymentView).filter((payment) => payment !== null);
  return {
    asOf: asOf(state, account),
    currency: account.currency,
    billingAccounts: [...account.billingAccounts.values()].slice(0, MOST_ROWS).map((billing) => ({
      billingAccount: billing.id,
      displayName: billing.displayName,
      soldTo: billing.soldTo,
      numberPrefix: billing.prefix,
      nextNumber: numberOf(billing),
    })),
    billingProfiles: [...account.billingProfiles.values()]
      .slice(0, MOST_ROWS)
      .map((profile) => profileView(account, profile, nowOf(state, account))),
    paymentMethods: [...account.paymentMethods.values()].slice(0, MOST_ROWS).map((method) => methodView(account, method)),
    payments: open.toReversed().slice(0, MOST_ROWS),
  };
}

function profileView(account: Account, profile: BillingProfile, now: number): BillingProfileView {
  const { from, to } = periodAt(now, profile.anchorDay, profile.timeZone);
  const paidFor = [...account.subscriptions.values()].filter((one) => profileOf(account, one.profile) === profile);
  return {
    profile: profile.id,
    billingAccount: profile.billingAccount,
    displayName: profile.displayName,
    billTo: profile.billTo,
    purchaseOrder: profile.purchaseOrder,
    anchorDay: profile.anchorDay,
    timeZone: profile.timeZone,
    netDays: profile.netDays,
    emailPdf: profile.emailPdf,
    tax: profile.tax,
    discount: profile.discount,
    paymentMethod: profile.paymentMethod === "" ? null : profile.paymentMethod,
    customerCredit: money(customerCreditOf(profile, account.currency)),
    period: { from: dateIn(profile.timeZone, from), to: dateIn(profile.timeZone, to) },
    subscriptions: paidFor.slice(0, MOST_ROWS).map(({ id }) => id),
  };
}

function methodView(account: Account, method: PaymentMethod): PaymentMethodView {
  const { id, provider, brand, last4, expires, holder, country, address, state } = method;
  const users = [...account.billingProfiles.values()].filter(({ paymentMethod }) => paymentMethod === id);
  return {
    method: id,
    provider,
    brand,
    last4,
    expires,
    holder,
    country,
    address,
    state,
    usedBy: users.map((profile) => profile.id),
  };
}

/** Null: it is done. */
function paymentView(payment: Payment): PaymentView | null {
  const { status } = payment;
  if (status === "SUCCEEDED" || status === "ABANDONED") return null;
  return {
    payment: payment.id,
    purpose: payment.purpose,
    subject: payment.subject,
    amount: money(payment.amountMicros),
    currency: payment.currency,
    method: payment.method === "" ? null : payment.method,
    status,
    attempt: payment.attempt,
    startedAt: time(payment.startedAt),
    nextAttempt: payment.nextAt === 0 ? null : time(payment.nextAt),
    reason: payment.reason,
  };
}
