import type { Account } from "../account/account.ts";
import { schedule } from "../account/clock.ts";
import type { Fold } from "../fold-context.ts";
import { change } from "../undo.ts";
import { closeLeg, legKeyOf } from "./close.ts";
import type { Leg } from "./leg.ts";
import { FIRST_VERSION, settleLeg } from "./settle.ts";
import { ENDED_BY_SILENCE, SUPERVISED_US } from "./supervise.ts";
import type { LegTimes } from "./times.ts";

/** An entry of the heap came up: the leg is closed at the usage last reported, unless it was heard of meanwhile. */
export function legIsDue(fold: Fold, account: Account, usageId: string, entryAt: number): void {
  const leg = account.legs.get(usageId);
  if (leg === undefined) return;
  // A second entry of the leg, from before it was due sooner.
  if (leg.armedAt !== entryAt) return;
  // Put back even if that time has passed too, so that legs close in the order in which they fell silent.
  if (leg.dueAt > entryAt) {
    change(fold.undo, leg, "armedAt", leg.dueAt);
    return schedule(fold, account, leg.dueAt, "leg", usageId);
  }
  change(fold.undo, leg, "endedBy", ENDED_BY_SILENCE);
  const times = lastUsage(leg, fold.now);
  const row = settleLeg(fold, account, leg, times, FIRST_VERSION);
  closeLeg(fold, account, leg, legKeyOf(account, usageId), times, row, row.outcome === "abandoned" ? "ABANDONED" : "EXPIRED", 0);
}

function lastUsage(leg: Leg, now: number): LegTimes {
  const usedUs = leg.usedMs * 1000;
  if (leg.answeredAt === 0 && usedUs === 0) {
    const startAt = leg.setupAt !== 0 ? leg.setupAt : now;
    return { startAt, answeredAt: 0, endedAt: Math.max(startAt, Math.min(leg.dueAt, now)), connectedUs: 0 };
  }
  // Without an answer the usage can only be counted back from when the leg was last heard of.
  const answeredAt = leg.answeredAt !== 0 ? leg.answeredAt : leg.dueAt - SUPERVISED_US - usedUs;
  return { startAt: answeredAt, answeredAt, endedAt: answeredAt + usedUs, connectedUs: usedUs };
}
