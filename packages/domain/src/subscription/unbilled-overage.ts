import type { Account } from "../account/account.ts";
import { periodIsOver } from "../billing/close.ts";
import { profileOf } from "../billing/draft.ts";
import type { Draft } from "../billing/draft.ts";
import type { Fold } from "../fold-context.ts";
import { change } from "../undo.ts";
import type { Subscription } from "./subscription.ts";

/**
 * Edge 27: what a Deleted subscription's calls cost beyond its minutes is invoiced at once: the running period of its profile ends
 * now. Where there is none the period goes on.
 */
export function closeUnbilledOverage(fold: Fold, account: Account, subscription: Subscription): void {
  for (const id of profileOf(account, subscription.profile).drafts) {
    const draft = account.drafts.get(id) as Draft;
    if (draft.state !== "OPEN" || draft.from >= fold.now || !hasOverageOf(draft, subscription)) continue;
    change(fold.undo, draft, "to", fold.now);
    periodIsOver(fold, account, id, fold.now);
  }
}

function hasOverageOf(draft: Draft, { id }: Subscription): boolean {
  for (const { kind, subscription } of draft.lines.values())
    if (subscription === id && (kind === "overage" || kind === "adjustment")) return true;
  return false;
}
