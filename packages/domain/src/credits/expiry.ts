import { formatMicros, formatTime, micros, timeUs, US_PER_DAY, US_PER_HOUR } from "@tollbook/contracts/units.ts";
import type { Account } from "../account/account.ts";
import { schedule } from "../account/clock.ts";
import type { Posting } from "../fold.ts";
import type { Fold } from "../fold-context.ts";
import { accountEvent, notify } from "../output.ts";
import { forfeit } from "./credits.ts";
import type { Lot } from "./credits.ts";

/** CC-8 [R]: told 30 and 7 days before. */
const WARNED_DAYS = [30, 7];

export function scheduleExpiry(fold: Fold, account: Account, lot: Lot): void {
  schedule(fold, account, lot.expiresAt, "lotExpiry", lot.id);
  for (const days of WARNED_DAYS) schedule(fold, account, lot.expiresAt - days * US_PER_DAY, "lotWarning", lot.id);
}

export function warnOfExpiry(fold: Fold, account: Account, id: string, at: number): void {
  const lot = account.credits.lots.find((one) => one.id === id);
  if (lot === undefined || lot.remainingMicros === 0) return;
  const days = String(Math.floor((lot.expiresAt - at) / US_PER_DAY));
  notify(fold, account, "credits.expiring", `${id}/${days}`, {
    lot: id,
    amount: formatMicros(micros(lot.remainingMicros)),
    currency: account.currency,
    expiresAt: formatTime(timeUs(lot.expiresAt - 1)),
    days,
  });
}

/** CC-7: a lot's day is over; what is left is forfeited and booked. What running legs hold stays for them, and is looked at again. */
export function forfeitLot(fold: Fold, account: Account, id: string): void {
  const lot = account.credits.lots.find((one) => one.id === id);
  if (lot === undefined || lot.expiresAt > fold.now || lot.remainingMicros === 0) return;
  const postings: Posting[] = [];
  const amount = forfeit(fold.undo, account.credits, lot, account.currency, postings);
  if (amount > 0) {
    accountEvent(fold, account, "credits.expired", {
      subject: lot.id,
      amountMicros: -amount,
      postings,
      data: { forfeited: formatMicros(micros(amount)), remaining: formatMicros(micros(lot.remainingMicros)) },
    });
  }
  if (lot.remainingMicros > 0) schedule(fold, account, fold.now + US_PER_HOUR, "lotExpiry", lot.id);
}
