import type { CallEvent } from "@tollbook/contracts/call-event.ts";
import type { CommandData } from "@tollbook/contracts/commands.ts";
import type { Account } from "../account/account.ts";
import type { CallRow } from "../fold.ts";
import type { Fold } from "../fold-context.ts";
import { applyCallEvent, reasonToQuarantine } from "../leg/call-event.ts";
import { accepted, refused } from "./outcome.ts";
import type { Handler, Outcome } from "./outcome.ts";
import { ask } from "./stored-call.ts";

/**
 * Takes a quarantined event after all: it came before its account, while that was frozen, or more than 12 months late. Whether
 * its leg was stored meanwhile is asked for; then it is an event like any other, counted once more, and never charged twice.
 */
export const releaseEvent: Handler<"call.release"> = (fold, account, data, { commandId, actor, reply }) => {
  const event = eventOf(data);
  if (event === null) return refused("eventNotReleased", "event: the payload is no call event");
  if (event.account !== account.id) return refused("eventNotReleased", `event: it belongs to ${event.account}`);
  const impossible = reasonToQuarantine(fold, event);
  if (impossible !== null && impossible !== "tooOld") return refused("eventNotReleased", `event: ${impossible}`);
  return ask(fold, account, { type: "call.release", commandId, usageId: event.usageId, data, actor, version: 0 }, reply);
};

export function releaseStored(
  fold: Fold,
  account: Account,
  data: CommandData<"call.release">,
  stored: readonly CallRow[],
): Outcome {
  const event = eventOf(data);
  if (event === null) return refused("eventNotReleased", "event: the payload is no call event");
  applyCallEvent(fold, account, event, null, stored, true);
  // Where the leg is asked about once more, the event's outcome comes with that answer.
  return accepted(event.usageId, { usageId: event.usageId, outcome: fold.tally.outcome ?? "asked" });
}

/** The payload was written by the fold itself, as JSON of the event it had read. */
function eventOf({ event }: CommandData<"call.release">): CallEvent | null {
  try {
    const value = JSON.parse(event) as Partial<CallEvent> | null;
    return typeof value?.usageId === "string" && typeof value.type === "string" && typeof value.id === "string"
      ? (value as CallEvent)
      : null;
  } catch {
    return null;
  }
}
