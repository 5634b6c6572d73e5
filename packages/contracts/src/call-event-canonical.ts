import type { CallEvent, Party } from "./call-event.ts";

/**
 * The content of a report as one text, equal exactly when two reports say the same: compared on decoded fields, not on
 * bytes (contract §1). Left out is what may differ when the same occurrence comes again by another way: feeder and its
 * number, the kept original, and how a full number was written.
 */
export function canonicalContent(event: CallEvent): string {
  return JSON.stringify([
    event.type,
    event.id,
    event.source,
    event.time,
    event.account,
    event.usageId,
    event.callId,
    event.legId,
    event.parentLegId,
    event.linkedId,
    event.conferenceId,
    event.callType,
    event.direction,
    canonicalParty(event.from),
    canonicalParty(event.to),
    event.user,
    event.organizer,
    event.resourceAccount,
    event.serviceNumber,
    event.numberType,
    event.setupAt,
    event.answeredAt,
    event.endedAt,
    event.usedMs,
    event.reportedSeconds,
    event.emergency,
    event.end === null ? null : [event.end.by, event.end.q850, event.end.sip, event.end.text],
    event.sessionId,
    event.seq,
    event.requestedSeconds,
    event.provider === null ? null : [event.provider.cost, event.provider.currency, event.provider.billedSeconds],
    event.dialledFrom,
  ]);
}

export function sameContent(one: CallEvent, other: CallEvent): boolean {
  return one === other || canonicalContent(one) === canonicalContent(other);
}

function canonicalParty(party: Party | null): unknown {
  if (party === null) return null;
  return party.e164 === null ? ["raw", party.raw, party.name] : ["e164", party.e164, party.name];
}
