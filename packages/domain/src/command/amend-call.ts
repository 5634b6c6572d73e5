import type { CallChanges } from "@tollbook/contracts/command/call.ts";
import { e164FromText } from "@tollbook/contracts/call-event-data.ts";
import { formatMicros, micros, parseTime, US_PER_DAY } from "@tollbook/contracts/units.ts";
import { callTypeRules } from "../catalogue/call-types.ts";
import type { CallRow } from "../fold.ts";
import { rememberLater } from "../fold-context.ts";
import { connectedMsOf } from "../leg/close.ts";
import { packClosed } from "../leg/closed-leg.ts";
import { recount } from "../leg/late.ts";
import { legFromRow, sameContent } from "../leg/leg-from-row.ts";
import type { Leg } from "../leg/leg.ts";
import { reverseRow } from "../leg/reverse.ts";
import { settleLeg } from "../leg/settle.ts";
import { timesOf } from "../leg/times.ts";
import { accepted, refused } from "./outcome.ts";
import type { Handler } from "./outcome.ts";
import { askForCall } from "./stored-call.ts";
import type { StoredCallHandler } from "./stored-call.ts";

/** D4. */
const TOO_OLD_US = 366 * US_PER_DAY;
const IN_FUTURE_US = 300_000_000;

/** An admin's correction of one stored call, with its reason: refund before debit (D11), then rated anew under D2. */
export const amendCall: Handler<"call.amend"> = (fold, account, data, context) =>
  askForCall(fold, account, "call.amend", data, context);

export const amendStored: StoredCallHandler<"call.amend"> = (fold, account, { usageId, changes }, { row, key, state, mark }) => {
  const leg = legFromRow(row);
  changeLeg(leg, changes);
  const times = timesOf(leg, row.endedAt);
  if (times.connectedUs < 0) return refused("callTimesInvalid", "changes.endedAt: it is before answeredAt");
  if (times.startAt > fold.now + IN_FUTURE_US) return refused("callTimesInvalid", "changes: the call would start in the future");
  if (times.startAt < fold.now - TOO_OLD_US)
    return refused("callTimesInvalid", "changes: the call would be older than 12 months");
  if (sameContent(leg, times, row)) return refused("callUnchanged", `changes: ${usageId} says so already`);
  reverseRow(fold, account, row, "correction");
  const now = settleLeg(fold, account, leg, times, { version: row.version + 1, entry: "replacement", refersTo: row.outSeq });
  const closed = now.outcome === "abandoned" ? "ABANDONED" : "RATED";
  recount(fold, state, closed);
  rememberLater(fold, key, connectedMsOf(times), mark, packClosed(closed, now.reason, now.version));
  return accepted(usageId, {
    usageId,
    currency: now.currency,
    before: figuresOf(row),
    after: figuresOf(now),
    difference: formatMicros(micros(now.amountMicros - row.amountMicros)),
  });
};

/** What people compare of two versions. */
export function figuresOf(row: CallRow): Record<string, unknown> {
  return {
    version: row.version,
    amount: formatMicros(row.amountMicros),
    poolMinutes: row.poolMinutes,
    billableSeconds: row.billableSeconds,
    outcome: row.outcome,
    reason: row.reason,
    invoice: row.invoice,
  };
}

function changeLeg(leg: Leg, changes: CallChanges): void {
  const { setupAt, answeredAt, endedAt, from, to, callType } = changes;
  if (setupAt !== undefined) leg.setupAt = parseTime(setupAt) ?? leg.setupAt;
  if (answeredAt !== undefined) leg.answeredAt = parseTime(answeredAt) ?? leg.answeredAt;
  if (endedAt !== undefined) leg.endedAt = parseTime(endedAt) ?? leg.endedAt;
  // The grant was for the times as they were.
  if (answeredAt !== undefined || endedAt !== undefined) leg.grantedSeconds = -1;
  if (from !== undefined) {
    leg.fromRaw = from;
    leg.fromE164 = e164FromText(from) ?? "";
  }
  if (to !== undefined) {
    leg.toRaw = to;
    leg.toE164 = e164FromText(to) ?? "";
  }
  leg.user = changes.user ?? leg.user;
  leg.organizer = changes.organizer ?? leg.organizer;
  leg.resourceAccount = changes.resourceAccount ?? leg.resourceAccount;
  if (changes.serviceNumber !== undefined) leg.serviceNumber = e164FromText(changes.serviceNumber) ?? leg.serviceNumber;
  leg.numberType = changes.numberType ?? leg.numberType;
  leg.emergency = changes.emergency ?? leg.emergency;
  if (callType !== undefined) {
    leg.callType = callType;
    leg.direction = callTypeRules[callType].direction;
  }
  leg.direction = changes.direction ?? leg.direction;
}
