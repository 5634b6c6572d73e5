import type { CallEvent } from "@tollbook/contracts/call-event.ts";
import type { CallRow } from "../fold.ts";
import { legFromEvent } from "./leg.ts";
import type { Leg } from "./leg.ts";
import { proofOfRow } from "./proof.ts";
import type { LegTimes } from "./times.ts";
import { billableSeconds } from "./times.ts";

/**
 * The leg as its stored row tells it, so that it can be rated anew. What it was authorised on stays good (§12.9 to §12.11), and
 * what was billed as its grant (D22) is so again while its times stay.
 */
export function legFromRow(row: CallRow): Leg {
  const granted = proofOfRow(row)?.grantedSeconds ?? null;
  const asGrant =
    granted !== null && row.billableSeconds === granted && billableSeconds(row.endedAt - row.answeredAt) > row.billableSeconds;
  return {
    usageId: row.usageId,
    state: "ANSWERED",
    rank: 4,
    callId: row.callId,
    legId: row.legId,
    parentLegId: row.parentLegId,
    linkedId: row.linkedId,
    conferenceId: row.conferenceId,
    source: row.source,
    feeder: row.feeder,
    callType: row.callType,
    direction: row.direction,
    fromRaw: row.fromRaw,
    fromE164: row.fromE164,
    toRaw: row.toRaw,
    toE164: row.toE164,
    user: row.user,
    organizer: row.organizer,
    resourceAccount: row.resourceAccount,
    serviceNumber: row.serviceNumber,
    numberType: row.numberType,
    emergency: row.emergency,
    dialledFrom: "",
    setupAt: row.setupAt,
    answeredAt: row.answeredAt,
    endedAt: row.answeredAt === 0 ? 0 : row.endedAt,
    usedMs: row.usedMs,
    reportedSeconds: row.reportedSeconds,
    endedBy: row.endedBy,
    q850: row.q850,
    sip: row.sip,
    sessionId: "",
    seq: -1,
    grantedSeconds: asGrant ? granted : -1,
    final: asGrant,
    authorisedAt: granted === null ? 0 : row.startAt,
    onCredits: granted !== null && row.segments.some(({ source }) => source === "CREDITS"),
    observedMinutes: 0,
    poolKey: "",
    poolMonth: 0,
    poolReserved: 0,
    moneyReserved: 0,
    answer: null,
    dueAt: 0,
    armedAt: 0,
  };
}

/** A correction says what was wrong: what it names replaces, earlier or later, longer or shorter. */
export function correctReport(leg: Leg, event: CallEvent): void {
  const said = legFromEvent(event);
  for (const field of texts) if (said[field] !== "") leg[field] = said[field];
  if (said.numberType !== "") leg.numberType = said.numberType;
  if (event.callType !== null) leg.callType = said.callType;
  if (event.direction !== null) leg.direction = said.direction;
  if (event.emergency) leg.emergency = true;
  if (said.setupAt !== 0) leg.setupAt = said.setupAt;
  if (said.answeredAt !== 0) leg.answeredAt = said.answeredAt;
  if (event.usedMs !== null) leg.usedMs = said.usedMs;
  if (said.endedAt !== 0) leg.endedAt = said.endedAt;
  else if (event.usedMs !== null && leg.answeredAt !== 0) leg.endedAt = leg.answeredAt + said.usedMs * 1000;
  if (said.reportedSeconds >= 0) leg.reportedSeconds = said.reportedSeconds;
  if (event.end !== null) {
    leg.endedBy = said.endedBy;
    leg.q850 = said.q850;
    leg.sip = said.sip;
  }
}

const texts = [
  "callId",
  "legId",
  "parentLegId",
  "linkedId",
  "conferenceId",
  "fromRaw",
  "fromE164",
  "toRaw",
  "toE164",
  "user",
  "organizer",
  "resourceAccount",
  "serviceNumber",
  "dialledFrom",
] as const;

/** Whether the leg would be rated from exactly what the row was rated from. */
export function sameContent(leg: Leg, times: LegTimes, row: CallRow): boolean {
  const before = legFromRow(row);
  return (
    times.answeredAt === row.answeredAt &&
    times.endedAt === row.endedAt &&
    leg.callType === before.callType &&
    leg.direction === before.direction &&
    leg.numberType === before.numberType &&
    leg.emergency === before.emergency &&
    texts.every((field) => leg[field] === before[field])
  );
}
