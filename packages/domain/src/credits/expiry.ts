import { formatMicros, micros, US_PER_HOUR } from "@tollbook/contracts/units.ts";
import type { Account } from "../account/account.ts";
import { pushDue } from "../due.ts";
import type { Posting } from "../fold.ts";
import type { Fold } from "../fold-context.ts";
import { accountEvent } from "../output.ts";
import { forfeit } from "./credits.ts";

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
  if (lot.remainingMicros > 0) pushDue(fold.state.due, fold.now + US_PER_HOUR, "lotExpiry", account.id, lot.id);
}
