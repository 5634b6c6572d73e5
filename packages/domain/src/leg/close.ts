import type { Account } from "../account/account.ts";
import type { CallRow } from "../fold.ts";
import { countLeg, rememberLater } from "../fold-context.ts";
import type { Fold } from "../fold-context.ts";
import { hashInto, LEG } from "../ids/hash.ts";
import type { Key } from "../ids/hash.ts";
import { deleteEntry } from "../undo.ts";
import { packClosed } from "./closed-leg.ts";
import type { Leg } from "./leg.ts";
import type { LegTimes } from "./times.ts";
import type { ClosedState } from "./transitions.ts";

/** Takes the leg off the open ones and into the memory of ids. Nothing can fail from here on. */
export function closeLeg(
  fold: Fold,
  account: Account,
  leg: Leg,
  key: Key,
  times: LegTimes,
  row: CallRow,
  state: ClosedState,
  mark: number,
): void {
  deleteEntry(fold.undo, account.legs, leg.usageId);
  const what = state === "DENIED" ? "denied" : state === "ABANDONED" ? "abandoned" : state === "VOIDED" ? "voided" : "rated";
  countLeg(fold, what, 1);
  rememberLater(fold, key, connectedMsOf(times), mark, packClosed(state, row.reason, row.version));
}

export function connectedMsOf(times: LegTimes): number {
  return Math.min(4_294_967_295, Math.max(0, Math.round(times.connectedUs / 1000)));
}

/** The key of a leg of this account in the memory of ids. */
export function legKeyOf(account: Account, usageId: string): Key {
  const key: Key = { a: 0, b: 0, c: 0, d: 0 };
  hashInto(key, LEG, account.id, usageId);
  return key;
}
