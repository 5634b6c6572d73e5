import type { CallEvent } from "@tollbook/contracts/call-event.ts";
import type { RejectReason } from "@tollbook/contracts/codes.ts";
import { US_PER_DAY } from "@tollbook/contracts/units.ts";
import type { Account } from "../account/account.ts";
import { quarantine, keepConflict } from "../dead-letters.ts";
import type { CallRow } from "../fold.ts";
import { countEvent, countLeg, rememberLater } from "../fold-context.ts";
import type { Fold } from "../fold-context.ts";
import { hashInto, LEG, OCCURRENCE } from "../ids/hash.ts";
import type { Key } from "../ids/hash.ts";
import { isPerhapsSeen, recall } from "../ids/id-memory.ts";
import type { Remembered } from "../ids/id-memory.ts";
import { change, setEntry } from "../undo.ts";
import { answerAgain, authorise, releaseGrant, renew } from "./authorise.ts";
import { closeLeg, connectedMsOf } from "./close.ts";
import { isLegMeta, OCCURRENCE_META, stateOf } from "./closed-leg.ts";
import { askLate, replaceLeg } from "./late.ts";
import { legFromEvent } from "./leg.ts";
import type { Leg } from "./leg.ts";
import { mergeReport } from "./merge-report.ts";
import { armLeg, LEG_OPEN_US, SUPERVISED_US } from "./supervise.ts";
import { FIRST_VERSION, settleLeg } from "./settle.ts";
import { timesOf } from "./times.ts";
import type { LegTimes } from "./times.ts";
import { transitions } from "./transitions.ts";
import type { LegState, Transition } from "./transitions.ts";

/** D4. */
const TOO_OLD_US = 366 * US_PER_DAY;
const IN_FUTURE_US = 300_000_000;
/** Contract §1: two ends within a second of each other say the same. */
const CONFIRMS_MS = 1000;

/** Scratch, filled anew for every event. */
const legKey: Key = { a: 0, b: 0, c: 0, d: 0 };
const occurrenceKey: Key = { a: 0, b: 0, c: 0, d: 0 };
const remembered: Remembered = { connectedMs: 0, mark: 0, meta: 0 };
const seenBefore: Remembered = { connectedMs: 0, mark: 0, meta: 0 };

/**
 * One report about one leg. `stored` is the answer of the late lane: the leg's rows, or none when it is certainly new; null
 * when nobody was asked. `released`: somebody has decided that its age does not matter.
 */
export function applyCallEvent(
  fold: Fold,
  account: Account,
  event: CallEvent,
  reply: string | null,
  stored: readonly CallRow[] | null,
  released = false,
): void {
  hashInto(legKey, LEG, account.id, event.usageId);
  hashInto(occurrenceKey, OCCURRENCE, event.source, event.id);
  // In bulk nothing is open, and looking up costs the hash of the id.
  const leg = account.legs.size === 0 ? undefined : account.legs.get(event.usageId);
  const { ids } = fold.state;
  const closed = leg === undefined && recall(ids, legKey, remembered);
  const state: LegState = leg !== undefined ? leg.state : closed ? stateOf(remembered.meta) : "NEW";
  const transition = transitions[state][event.type];
  if (isRepeat(fold, event, state, transition)) {
    if (transition === "authorise" || transition === "renew" || transition === "answerAgain") {
      answerAgain(fold, account, event, leg ?? null, closed ? remembered.meta : 0, reply);
    }
    countEvent(fold, "duplicate");
    return;
  }
  if (state === "NEW") {
    const impossible = reasonToQuarantine(fold, event);
    if (impossible !== null && !(released && impossible === "tooOld")) return quarantine(fold, account, event, impossible);
    if (stored === null && isPerhapsSeen(ids, legKey, fold.logNow, earliestStart(event) - (fold.now - fold.logNow))) {
      return askLate(fold, account, event, reply);
    }
  }
  switch (transition) {
    case "settle":
      return settle(fold, account, leg, event);
    case "merge":
    case "answer":
    case "note":
      return merge(fold, account, leg, event, transition, closed);
    case "authorise":
    case "renew":
      rememberOccurrence(fold);
      if (leg === undefined) authorise(fold, account, openLeg(fold, account, event), event, reply, transition === "authorise");
      else {
        mergeReport(fold.undo, leg, event);
        if (transition === "authorise" && leg.sessionId === "") authorise(fold, account, leg, event, reply, false);
        else renew(fold, account, leg, event, reply);
      }
      return applied(fold);
    case "release":
      rememberOccurrence(fold);
      if (leg !== undefined) releaseGrant(fold, account, leg);
      return applied(fold);
    case "abandon":
      return abandon(fold, account, leg, event);
    case "compare":
      return compare(fold, account, event);
    case "answerAgain":
      rememberOccurrence(fold);
      answerAgain(fold, account, event, leg ?? null, closed ? remembered.meta : 0, reply);
      return applied(fold);
    case "replaceIfConnected": {
      const times = timesOf(legFromEvent(event), event.time ?? fold.now);
      if (times.connectedUs <= 0) {
        rememberOccurrence(fold);
        return confirmed(fold);
      }
      return replaceLeg(fold, account, event, reply, stored, remembered.meta, occurrenceKey);
    }
    case "replaceIfEarlier":
      if (event.answeredAt === null) return merge(fold, account, leg, event, "note", closed);
      return replaceLeg(fold, account, event, reply, stored, remembered.meta, occurrenceKey);
    case "replace":
      return replaceLeg(fold, account, event, reply, stored, remembered.meta, occurrenceKey);
    case "conflict":
      keepConflict(fold, account, event, "the call is void");
      return rememberOccurrence(fold);
  }
}

/** Occurrence = (source, id): the accepted end's is kept with the leg, all others' on their own. */
function isRepeat(fold: Fold, event: CallEvent, state: LegState, transition: Transition): boolean {
  // Whatever was accepted about a leg before left the leg behind, but for the carrier's cost. So nothing needs looking up.
  if (transition === "settle" || (state === "NEW" && event.type !== "cost")) return false;
  const settles = event.type === "ended" || event.type === "corrected";
  if (settles && remembered.mark !== 0 && remembered.mark === occurrenceKey.a) return true;
  return recall(fold.state.ids, occurrenceKey, seenBefore) && !isLegMeta(seenBefore.meta);
}

export function reasonToQuarantine(fold: Fold, event: CallEvent): RejectReason | null {
  const start = startOf(event, fold.now);
  if (start > fold.now + IN_FUTURE_US) return "inFuture";
  if (start < fold.now - TOO_OLD_US) return "tooOld";
  if (event.answeredAt !== null && event.endedAt !== null && event.endedAt < event.answeredAt) return "endBeforeStart";
  return null;
}

/**
 * What the leg's start is not before, as far as this report tells: how far back its id must be looked for. A correction is about a
 * leg that was reported before, and may say another start than was; a report without any time says nothing.
 */
function earliestStart(event: CallEvent): number {
  return event.type === "corrected" ? 0 : startOf(event, 0);
}

/** D3, from one report alone. */
function startOf(event: CallEvent, now: number): number {
  if (event.answeredAt !== null) return event.answeredAt;
  if (event.endedAt !== null) return event.endedAt - (event.usedMs ?? 0) * 1000;
  return event.setupAt ?? event.time ?? now;
}

function settle(fold: Fold, account: Account, known: Leg | undefined, event: CallEvent): void {
  const { undo } = fold;
  const leg = known ?? legFromEvent(event);
  if (known === undefined) countLeg(fold, "seen", 1);
  else mergeReport(undo, known, event);
  const times = timesOf(leg, event.time ?? fold.now);
  // Together the reports may contradict each other; the leg stays open and this one waits for a decision.
  if (times.connectedUs < 0) return quarantine(fold, account, event, "endBeforeStart");
  const row = settleLeg(fold, account, leg, times, FIRST_VERSION);
  const state = row.outcome === "abandoned" ? "ABANDONED" : leg.answeredAt === 0 ? "ESTIMATED" : "RATED";
  closeLeg(fold, account, leg, legKey, times, row, state, occurrenceKey.a);
  applied(fold);
}

function merge(
  fold: Fold,
  account: Account,
  known: Leg | undefined,
  event: CallEvent,
  transition: "merge" | "answer" | "note",
  closed: boolean,
): void {
  rememberOccurrence(fold);
  // A note about a leg that nobody opened, or that is closed, leaves nothing behind but its count.
  if (closed || (known === undefined && event.type === "cost")) return applied(fold);
  const leg = known ?? openLeg(fold, account, event);
  if (known !== undefined) mergeReport(fold.undo, known, event);
  if (leg.answeredAt !== 0 && leg.state !== "CUT" && leg.state !== "ANSWERED") change(fold.undo, leg, "state", "ANSWERED");
  else if (transition !== "note" && leg.state === "AUTHORISED" && leg.answeredAt === 0)
    change(fold.undo, leg, "state", "STARTED");
  if (leg.sessionId !== "") armLeg(fold, account, leg, fold.now + SUPERVISED_US);
  applied(fold);
}

function openLeg(fold: Fold, account: Account, event: CallEvent): Leg {
  const leg = legFromEvent(event);
  leg.state = leg.answeredAt !== 0 ? "ANSWERED" : "STARTED";
  setEntry(fold.undo, account.legs, leg.usageId, leg);
  countLeg(fold, "seen", 1);
  armLeg(fold, account, leg, fold.now + LEG_OPEN_US);
  return leg;
}

function abandon(fold: Fold, account: Account, known: Leg | undefined, event: CallEvent): void {
  const leg = known ?? legFromEvent(event);
  if (known === undefined) countLeg(fold, "seen", 1);
  else mergeReport(fold.undo, known, event);
  rememberOccurrence(fold);
  const startAt = leg.setupAt !== 0 ? leg.setupAt : (event.time ?? fold.now);
  const times: LegTimes = { startAt, answeredAt: 0, endedAt: leg.endedAt || (event.time ?? fold.now), connectedUs: 0 };
  const row = settleLeg(fold, account, leg, times, FIRST_VERSION);
  closeLeg(fold, account, leg, legKey, times, row, "ABANDONED", 0);
  applied(fold);
}

/** Contract §1, D30: by connected time; other fields do not matter. */
function compare(fold: Fold, account: Account, event: CallEvent): void {
  rememberOccurrence(fold);
  const times = timesOf(legFromEvent(event), event.time ?? fold.now);
  const ms = connectedMsOf(times);
  const same =
    Math.ceil(ms / 1000) === Math.ceil(remembered.connectedMs / 1000) || Math.abs(ms - remembered.connectedMs) <= CONFIRMS_MS;
  if (same) return confirmed(fold);
  keepConflict(fold, account, event, `connected ${ms} ms, accepted before: ${remembered.connectedMs} ms`);
}

/** The second word about a leg agrees with the first. */
function confirmed(fold: Fold): void {
  countEvent(fold, "confirmed");
}

function applied(fold: Fold): void {
  countEvent(fold, "applied");
}

/** Written when the entry has succeeded: the memory of ids takes no part in a roll-back. */
function rememberOccurrence(fold: Fold): void {
  rememberLater(fold, occurrenceKey, 0, 0, OCCURRENCE_META);
}
