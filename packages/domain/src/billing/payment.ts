import { micros, timeUs, US_PER_DAY, US_PER_HOUR } from "@tollbook/contracts/units.ts";
import type { Account } from "../account/account.ts";
import { schedule } from "../account/clock.ts";
import type { PaymentPurpose } from "../fold.ts";
import type { Fold } from "../fold-context.ts";
import { accountFact } from "../output.ts";
import { change, setEntry } from "../undo.ts";
import { MAIN } from "./billing-account.ts";
import { moneyText } from "./draft.ts";
import { payableOf } from "./issued.ts";

/**
 * One amount to be charged to a card: asked of the payment port by an output, answered by the command `payment.result`. The id
 * with the attempt is the provider's idempotency key, so that whatever is repeated is charged once (edge 13).
 */
export interface Payment {
  readonly id: string;
  readonly purpose: PaymentPurpose;
  /** The recharge, top-up or invoice paid for. */
  readonly subject: string;
  /** Of the attempt under way: an invoice may be paid in part between two. */
  amountMicros: number;
  readonly currency: string;
  method: string;
  attempt: number;
  status: PaymentStatus;
  readonly startedAt: number;
  /** When it is tried next; 0: not by itself. */
  nextAt: number;
  reason: string;
}

export type PaymentStatus = "PENDING" | "NEEDS_CONFIRMATION" | "RETRYING" | "SUCCEEDED" | "SUSPENDED" | "ABANDONED";

/** PM-3 [R]: a recharge is tried after 0 h, 6 h, 24 h, then daily up to 7 d; from its first attempt. */
const RECHARGE_RETRIES_US = [6 * US_PER_HOUR, ...Array.from({ length: 7 }, (_, day) => (day + 1) * US_PER_DAY)];
/** PM-3: an invoice every few days for 30 days. */
const INVOICE_RETRIES_US = Array.from({ length: 10 }, (_, step) => (step + 1) * 3 * US_PER_DAY);

const retries: Readonly<Record<PaymentPurpose, readonly number[]>> = {
  recharge: RECHARGE_RETRIES_US,
  invoice: INVOICE_RETRIES_US,
  // Somebody is waiting for it and tries again himself.
  topUp: [],
};

export function startPayment(
  fold: Fold,
  account: Account,
  purpose: PaymentPurpose,
  subject: string,
  amountMicros: number,
  currency: string,
  method: string,
): Payment {
  change(fold.undo, account, "nextPayment", account.nextPayment + 1);
  const payment: Payment = {
    id: `p${account.nextPayment - 1}`,
    purpose,
    subject,
    amountMicros,
    currency,
    method,
    attempt: 0,
    status: "PENDING",
    startedAt: fold.now,
    nextAt: 0,
    reason: "",
  };
  setEntry(fold.undo, account.payments, payment.id, payment);
  askForPayment(fold, account, payment);
  return payment;
}

/** One more attempt, with the method that the payment has now. */
export function askForPayment(fold: Fold, account: Account, payment: Payment): void {
  const { undo } = fold;
  change(undo, payment, "attempt", payment.attempt + 1);
  change(undo, payment, "status", "PENDING");
  change(undo, payment, "nextAt", 0);
  // What failed before is under way again: new settings must not give it up while the card may be charged.
  if (payment.purpose === "recharge" && payment.attempt > 1) change(undo, account.credits.recharge, "status", "RETRYING");
  const invoice = payment.purpose === "invoice" ? account.invoices.get(payment.subject) : undefined;
  if (invoice !== undefined && payableOf(invoice) < payment.amountMicros)
    change(undo, payment, "amountMicros", payableOf(invoice));
  const { id, purpose, subject, amountMicros, currency, attempt } = payment;
  const method = account.paymentMethods.get(payment.method);
  accountFact(fold, account, "payment.requested", id, {
    purpose,
    subject,
    amount: moneyText(amountMicros),
    attempt,
    method: payment.method,
  });
  fold.outputs.push({
    kind: "payment",
    account: account.id,
    payment: id,
    attempt,
    purpose,
    subject,
    method: method === undefined ? null : { method: method.id, provider: method.provider, token: method.token },
    amountMicros: micros(amountMicros),
    currency: currency,
    at: timeUs(fold.now),
  });
}

export function paymentSucceeded(fold: Fold, payment: Payment): void {
  change(fold.undo, payment, "status", "SUCCEEDED");
  change(fold.undo, payment, "nextAt", 0);
  change(fold.undo, payment, "reason", "");
}

/** The next attempt by plan; in the end it is suspended until somebody does something. True while it will be tried again. */
export function paymentFailed(fold: Fold, account: Account, payment: Payment, reason: string): boolean {
  const { undo } = fold;
  change(undo, payment, "reason", reason);
  const wait = retries[payment.purpose].find((after) => payment.startedAt + after > fold.now);
  change(undo, payment, "status", wait === undefined ? "SUSPENDED" : "RETRYING");
  change(undo, payment, "nextAt", wait === undefined ? 0 : payment.startedAt + wait);
  if (wait !== undefined) schedule(fold, account, payment.startedAt + wait, "paymentRetry", payment.id);
  return wait !== undefined;
}

export function paymentRetryIsDue(fold: Fold, account: Account, id: string, at: number): void {
  const payment = account.payments.get(id);
  if (payment !== undefined && payment.status === "RETRYING" && payment.nextAt === at) askForPayment(fold, account, payment);
}

/** The profile that pays: a recharge is the organisation's own (CC-4). */
export function payerOf(account: Account, { purpose, subject }: Payment): string {
  return purpose === "invoice" ? (account.invoices.get(subject)?.profile ?? MAIN) : MAIN;
}

/** Edge 13: a card that was mended is tried at once for everything that waits for it. */
export function retryPaymentsOf(fold: Fold, account: Account, method: string): void {
  for (const payment of account.payments.values()) {
    if (payment.method !== method || payment.purpose === "topUp") continue;
    if (payment.status === "RETRYING" || payment.status === "SUSPENDED") askForPayment(fold, account, payment);
  }
}
