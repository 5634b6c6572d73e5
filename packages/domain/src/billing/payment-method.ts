import type { Address } from "@tollbook/contracts/command/fields.ts";
import { daysFromCivil, US_PER_DAY } from "@tollbook/contracts/units.ts";
import type { Account } from "../account/account.ts";
import { schedule } from "../account/clock.ts";
import type { Fold } from "../fold-context.ts";
import { notify } from "../output.ts";
import { change } from "../undo.ts";

/** A card as the payment provider knows it: we hold a token, never a number (PM-1). */
export interface PaymentMethod {
  readonly id: string;
  readonly provider: string;
  token: string;
  brand: string;
  last4: string;
  /** `2027-05`: good until the end of that month, UTC. */
  expires: string;
  holder: string;
  country: string;
  address: Address | null;
  /** VALID → EXPIRING (30 days before) → EXPIRED; DECLINED until a charge succeeds or it is changed (§11). */
  state: "VALID" | "EXPIRING" | "EXPIRED" | "DECLINED";
  /** When its date changes its state next; 0: not any more. What was due for an earlier date is then ignored. */
  refreshAt: number;
}

/** §11: a card is EXPIRING so many days before its end. */
const WARNED_DAYS = 30;

/** The first microsecond after the month of `expires`. */
export function expiryOf(expires: string): number {
  const year = Number(expires.slice(0, 4));
  const month = Number(expires.slice(5, 7));
  const [nextYear, nextMonth] = month === 12 ? [year + 1, 1] : [year, month + 1];
  return (daysFromCivil(nextYear, nextMonth, 1) as number) * US_PER_DAY;
}

/** The state that its date gives it, and when that will change. */
export function refreshMethod(fold: Fold, account: Account, method: PaymentMethod): void {
  const end = expiryOf(method.expires);
  const warned = end - WARNED_DAYS * US_PER_DAY;
  const state = fold.now >= end ? "EXPIRED" : fold.now >= warned ? "EXPIRING" : "VALID";
  if (method.state !== "DECLINED" || state === "EXPIRED") change(fold.undo, method, "state", state);
  const next = state === "VALID" ? warned : state === "EXPIRING" ? end : 0;
  if (next === method.refreshAt) return;
  change(fold.undo, method, "refreshAt", next);
  if (next !== 0) schedule(fold, account, next, "cardExpiry", method.id);
}

/** §11: told once when it begins to expire, and once when it has. */
export function cardExpiryIsDue(fold: Fold, account: Account, id: string, at: number): void {
  const method = account.paymentMethods.get(id);
  if (method === undefined || method.refreshAt !== at) return;
  const end = expiryOf(method.expires);
  refreshMethod(fold, account, method);
  const { brand, last4, expires } = method;
  notify(fold, account, at === end ? "card.expired" : "card.expiring", `card/${id}/${at}`, { method: id, brand, last4, expires });
}
