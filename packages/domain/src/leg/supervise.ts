import type { Account } from "../account/account.ts";
import { schedule } from "../account/clock.ts";
import type { Fold } from "../fold-context.ts";
import { change } from "../undo.ts";
import type { Leg } from "./leg.ts";

/** D24: a granted session is closed after twice its validity without a word. */
export const SUPERVISED_US = 120_000_000;
/** D24, AC-7: legs without a grant are closed after a day. */
export const LEG_OPEN_US = 86_400_000_000;
/** `endedBy` of a leg that silence closed. */
export const ENDED_BY_SILENCE = "timeout";

/** From now on silence until `dueAt` closes the leg. Later times need no new entry: the old one is put back when it comes up. */
export function armLeg(fold: Fold, account: Account, leg: Leg, dueAt: number): void {
  change(fold.undo, leg, "dueAt", dueAt);
  if (leg.armedAt !== 0 && leg.armedAt <= dueAt) return;
  change(fold.undo, leg, "armedAt", dueAt);
  schedule(fold, account, dueAt, "leg", leg.usageId);
}
