import type { CallEvent } from "@tollbook/contracts/call-event.ts";
import type { Account } from "../account/account.ts";
import { takeStoredCall } from "../command/answered-call.ts";
import type { CallRow } from "../fold.ts";
import type { Fold } from "../fold-context.ts";
import { recall, remember } from "../ids/id-memory.ts";
import { applyCallEvent } from "./call-event.ts";
import { legKeyOf } from "./close.ts";
import { packClosed } from "./closed-leg.ts";
import { currentRow, stateOfRows, takeAnswer } from "./late.ts";

/** The late lane's answer to a `lookUp`: the leg's stored rows, or none when it is certainly new. */
export function applyLookedUp(
  fold: Fold,
  account: Account,
  event: CallEvent,
  reply: string | null,
  stored: readonly CallRow[],
): void {
  recallFromRows(fold, account, event, stored);
  if (takeStoredCall(fold, account, event, reply, stored)) return;
  // Asked once, answered once: a second answer finds nothing to do.
  if (!takeAnswer(fold, account, event)) return;
  applyCallEvent(fold, account, event, reply, stored);
}

/** What the memory of ids has let go of is remembered anew; what it knows is newer than any row. */
function recallFromRows(fold: Fold, account: Account, event: CallEvent, stored: readonly CallRow[]): void {
  const row = currentRow(stored);
  if (row === null) return;
  const key = legKeyOf(account, event.usageId);
  if (recall(fold.state.ids, key, { connectedMs: 0, mark: 0, meta: 0 }) || account.legs.has(event.usageId)) return;
  const meta = packClosed(stateOfRows(stored), row.reason, row.version);
  const connectedMs = row.answeredAt === 0 ? 0 : Math.round((row.endedAt - row.answeredAt) / 1000);
  remember(fold.state.ids, fold.logNow, key, Math.max(0, connectedMs), 0, meta);
}
