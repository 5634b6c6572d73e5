import type { CallEvent } from "@tollbook/contracts/call-event.ts";
import { keep } from "../undo.ts";
import type { Undo } from "../undo.ts";
import { ranks } from "./leg.ts";
import type { Leg } from "./leg.ts";

/**
 * Combines a further report with what is known (contract §1): earliest answer, largest `usedMs`; descriptive fields from the
 * report of the highest rank that has them, so that the order of arrival does not matter. Field by field by hand: as a loop
 * over names it took a tenth of the whole fold.
 */
export function mergeReport(undo: Undo, leg: Leg, event: CallEvent): void {
  const rank = ranks[event.type];
  const knowsBetter = rank >= leg.rank;
  mergeDescription(undo, leg, event, knowsBetter);
  mergeTimes(undo, leg, event, rank);
  if (event.emergency && !leg.emergency) {
    keep(undo, leg, "emergency");
    leg.emergency = true;
  }
  if (!knowsBetter) return;
  keep(undo, leg, "rank");
  leg.rank = rank;
  if (event.callType !== null) {
    keep(undo, leg, "callType");
    leg.callType = event.callType;
  }
  if (event.direction !== null) {
    keep(undo, leg, "direction");
    leg.direction = event.direction;
  }
  if (event.end === null) return;
  keep(undo, leg, "endedBy");
  keep(undo, leg, "q850");
  keep(undo, leg, "sip");
  leg.endedBy = event.end.by ?? "";
  leg.q850 = event.end.q850 ?? 0;
  leg.sip = event.end.sip ?? 0;
}

function mergeTimes(undo: Undo, leg: Leg, event: CallEvent, rank: number): void {
  const { setupAt, answeredAt, endedAt, usedMs, reportedSeconds } = event;
  if (setupAt !== null && (leg.setupAt === 0 || setupAt < leg.setupAt)) {
    keep(undo, leg, "setupAt");
    leg.setupAt = setupAt;
  }
  if (answeredAt !== null && (leg.answeredAt === 0 || answeredAt < leg.answeredAt)) {
    keep(undo, leg, "answeredAt");
    leg.answeredAt = answeredAt;
  }
  if (usedMs !== null && usedMs > leg.usedMs) {
    keep(undo, leg, "usedMs");
    leg.usedMs = usedMs;
  }
  if (reportedSeconds !== null) {
    keep(undo, leg, "reportedSeconds");
    leg.reportedSeconds = reportedSeconds;
  }
  if (endedAt !== null && rank >= ranks.ended) {
    keep(undo, leg, "endedAt");
    leg.endedAt = endedAt;
  }
}

function mergeDescription(undo: Undo, leg: Leg, event: CallEvent, knowsBetter: boolean): void {
  const callId = event.callId;
  if (callId !== null && callId !== leg.callId && (knowsBetter || leg.callId === "")) {
    keep(undo, leg, "callId");
    leg.callId = callId;
  }
  const legId = event.legId;
  if (legId !== null && legId !== leg.legId && (knowsBetter || leg.legId === "")) {
    keep(undo, leg, "legId");
    leg.legId = legId;
  }
  const parentLegId = event.parentLegId;
  if (parentLegId !== null && parentLegId !== leg.parentLegId && (knowsBetter || leg.parentLegId === "")) {
    keep(undo, leg, "parentLegId");
    leg.parentLegId = parentLegId;
  }
  const linkedId = event.linkedId;
  if (linkedId !== null && linkedId !== leg.linkedId && (knowsBetter || leg.linkedId === "")) {
    keep(undo, leg, "linkedId");
    leg.linkedId = linkedId;
  }
  const conferenceId = event.conferenceId;
  if (conferenceId !== null && conferenceId !== leg.conferenceId && (knowsBetter || leg.conferenceId === "")) {
    keep(undo, leg, "conferenceId");
    leg.conferenceId = conferenceId;
  }
  const fromRaw = event.from?.raw ?? null;
  if (fromRaw !== null && fromRaw !== leg.fromRaw && (knowsBetter || leg.fromRaw === "")) {
    keep(undo, leg, "fromRaw");
    leg.fromRaw = fromRaw;
  }
  const fromE164 = event.from?.e164 ?? null;
  if (fromE164 !== null && fromE164 !== leg.fromE164 && (knowsBetter || leg.fromE164 === "")) {
    keep(undo, leg, "fromE164");
    leg.fromE164 = fromE164;
  }
  const toRaw = event.to?.raw ?? null;
  if (toRaw !== null && toRaw !== leg.toRaw && (knowsBetter || leg.toRaw === "")) {
    keep(undo, leg, "toRaw");
    leg.toRaw = toRaw;
  }
  const toE164 = event.to?.e164 ?? null;
  if (toE164 !== null && toE164 !== leg.toE164 && (knowsBetter || leg.toE164 === "")) {
    keep(undo, leg, "toE164");
    leg.toE164 = toE164;
  }
  const user = event.user;
  if (user !== null && user !== leg.user && (knowsBetter || leg.user === "")) {
    keep(undo, leg, "user");
    leg.user = user;
  }
  const organizer = event.organizer;
  if (organizer !== null && organizer !== leg.organizer && (knowsBetter || leg.organizer === "")) {
    keep(undo, leg, "organizer");
    leg.organizer = organizer;
  }
  const resourceAccount = event.resourceAccount;
  if (resourceAccount !== null && resourceAccount !== leg.resourceAccount && (knowsBetter || leg.resourceAccount === "")) {
    keep(undo, leg, "resourceAccount");
    leg.resourceAccount = resourceAccount;
  }
  const serviceNumber = event.serviceNumber;
  if (serviceNumber !== null && serviceNumber !== leg.serviceNumber && (knowsBetter || leg.serviceNumber === "")) {
    keep(undo, leg, "serviceNumber");
    leg.serviceNumber = serviceNumber;
  }
  const numberType = event.numberType;
  if (numberType !== null && numberType !== leg.numberType && (knowsBetter || leg.numberType === "")) {
    keep(undo, leg, "numberType");
    leg.numberType = numberType;
  }
  const dialledFrom = event.dialledFrom;
  if (dialledFrom !== null && dialledFrom !== leg.dialledFrom && (knowsBetter || leg.dialledFrom === "")) {
    keep(undo, leg, "dialledFrom");
    leg.dialledFrom = dialledFrom;
  }
}
