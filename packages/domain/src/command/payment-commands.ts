import { formatTime, timeUs } from "@tollbook/contracts/units.ts";
import type { Account } from "../account/account.ts";
import { assert } from "../assert.ts";
import { moneyText } from "../billing/draft.ts";
import { pastDue, payInvoice } from "../billing/issued.ts";
import { askForPayment, paymentFailed, paymentSucceeded } from "../billing/payment.ts";
import type { Payment } from "../billing/payment.ts";
import { rechargeFailed, considerRecharge, warnIfStuck } from "../credits/recharge.ts";
import type { Fold } from "../fold-context.ts";
import { notify } from "../output.ts";
import { change } from "../undo.ts";
import { useInstead } from "./billing-commands.ts";
import { rechargePaid, topUpPaid } from "./credit-commands.ts";
import { accepted, acceptedMoney, refused } from "./outcome.ts";
import type { Handler, Outcome } from "./outcome.ts";

/** The payment port's word. A result for an attempt that is not under way changes nothing: it was booked before. */
export const paymentResult: Handler<"payment.result"> = (fold, account, data) => {
  const payment = account.payments.get(data.payment);
  if (payment === undefined) return refused("unknownPayment", `payment: ${data.payment}`);
  const open = payment.status === "PENDING" || payment.status === "NEEDS_CONFIRMATION";
  if (!open || payment.attempt !== data.attempt)
    return refused("paymentNotOpen", `payment: ${payment.id} is ${payment.status}, attempt ${payment.attempt}`);
  switch (data.outcome) {
    case "succeeded":
      return succeeded(fold, account, payment);
    case "needsConfirmation":
      change(fold.undo, payment, "status", "NEEDS_CONFIRMATION");
      change(fold.undo, payment, "reason", data.detail ?? "the bank wants a confirmation");
      notifyFailure(fold, account, payment, "");
      return accepted(payment.id, { status: payment.status });
    case "declined":
    case "expired":
    case "failed":
      return failed(fold, account, payment, data.detail ?? data.outcome, data.outcome);
  }
};

function succeeded(fold: Fold, account: Account, payment: Payment): Outcome {
  paymentSucceeded(fold, payment);
  const method = account.paymentMethods.get(payment.method);
  if (method !== undefined && method.state === "DECLINED") change(fold.undo, method, "state", "VALID");
  switch (payment.purpose) {
    case "topUp":
      return topUpPaid(fold, account, payment.amountMicros);
    case "recharge": {
      const outcome = rechargePaid(fold, account, payment.amountMicros);
      notify(fold, account, "credits.recharged", `credits.recharged/${payment.id}`, {
        amount: moneyText(payment.amountMicros),
        balance: moneyText(account.credits.balanceMicros),
        currency: payment.currency,
        recharge: payment.subject,
      });
      warnIfStuck(fold, account);
      considerRecharge(fold, account);
      return outcome;
    }
    case "invoice": {
      const invoice = account.invoices.get(payment.subject);
      assert(invoice !== undefined, "an invoice that a payment is for stays for good");
      const postings = payInvoice(fold, account, invoice, payment.amountMicros, "cash/card");
      const result = { invoice: invoice.id, state: invoice.state };
      return acceptedMoney(invoice.id, payment.amountMicros, postings, result, invoice.currency);
    }
  }
}

/** PM-3: mail at each failure, then the next attempt by plan. */
function failed(
  fold: Fold,
  account: Account,
  payment: Payment,
  reason: string,
  outcome: "declined" | "expired" | "failed",
): Outcome {
  const method = account.paymentMethods.get(payment.method);
  if (method !== undefined && outcome === "declined") change(fold.undo, method, "state", "DECLINED");
  if (method !== undefined && outcome === "expired") change(fold.undo, method, "state", "EXPIRED");
  const again = paymentFailed(fold, account, payment, reason);
  const nextAttempt = again ? formatTime(timeUs(payment.nextAt)) : "";
  if (payment.purpose === "recharge") rechargeFailed(fold, account, payment, again, nextAttempt);
  else notifyFailure(fold, account, payment, nextAttempt);
  if (payment.purpose === "invoice") {
    const invoice = account.invoices.get(payment.subject);
    if (invoice !== undefined) pastDue(fold, account, invoice);
  }
  return accepted(payment.id, { status: payment.status, nextAttempt });
}

function notifyFailure(fold: Fold, account: Account, payment: Payment, nextAttempt: string): void {
  notify(fold, account, "payment.failed", `payment.failed/${payment.id}/${payment.attempt}`, {
    subject: payment.subject,
    amount: moneyText(payment.amountMicros),
    currency: payment.currency,
    reason: payment.reason,
    nextAttempt,
  });
}

/** PM-3: now instead of by plan; with another card, which then takes the place of the one that failed. */
export const retryPayment: Handler<"payment.retry"> = (fold, account, data) => {
  const payment = account.payments.get(data.payment);
  if (payment === undefined) return refused("unknownPayment", `payment: ${data.payment}`);
  if (payment.status !== "RETRYING" && payment.status !== "SUSPENDED")
    return refused("paymentNotOpen", `payment: ${payment.id} is ${payment.status}`);
  if (data.method !== undefined) {
    if (!account.paymentMethods.has(data.method)) return refused("unknownPaymentMethod", `method: ${data.method}`);
    const before = payment.method;
    change(fold.undo, payment, "method", data.method);
    if (before !== "" && before !== data.method) useInstead(fold, account, before, data.method);
  }
  askForPayment(fold, account, payment);
  return accepted(payment.id, { payment: payment.id, attempt: payment.attempt });
};
