import type { DenyReason } from "@tollbook/contracts/codes.ts";
import type { Fold } from "../fold-context.ts";
import { addValue, latest } from "../history.ts";
import { accountFact } from "../output.ts";
import type { Account } from "./account.ts";
import type { BlockReason, User } from "./user.ts";

/** A user's calls are refused from now on, or no longer (`reason` empty); by whom: empty for a rule. Nothing when it is so already. */
export function setBlock(fold: Fold, account: Account, user: User, reason: BlockReason, by: string): void {
  const before = latest(user.blocks);
  if (before === reason) return;
  addValue(fold.undo, user.blocks, fold.now, reason);
  if (before !== "") logBlock(fold, account, user, "unblocked", before, by);
  if (reason !== "") logBlock(fold, account, user, "blocked", reason, by);
}

/** §8.6: every change is a fact of its own, with an id of its own. */
export function logBlock(
  fold: Fold,
  account: Account,
  user: User,
  action: "blocked" | "unblocked",
  reason: DenyReason,
  by: string,
): void {
  const id = `block-${fold.state.partition}-${fold.state.outSeq + 1}`;
  const phone = user.numbers[0] ?? "";
  accountFact(fold, account, `user.${action}`, user.id, { id, reason, by, phone, displayName: user.displayName });
}
