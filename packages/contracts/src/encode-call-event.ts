import type { CallEvent, Party, ProviderCost } from "./call-event.ts";
import { e164FromText, type JsonObject } from "./call-event-data.ts";
import { formatMicros, formatTime, type TimeUs } from "./units.ts";

/**
 * One event as CloudEvents 1.0 JSON (contract §1), the inverse of decoding: what the sender said nothing about is left
 * out. The feeder is not in it: it belongs to the subject.
 */
export function encodeCallEvent(event: CallEvent): string {
  return JSON.stringify({
    specversion: "1.0",
    id: event.id,
    source: event.source,
    type: `telephony.call.${event.type}.v1`,
    time: timeText(event.time),
    account: event.account,
    feedseq: event.feedSeq ?? undefined,
    data: dataFromCallEvent(event),
  });
}

/** The `data` of an event, with undefined where nothing is said. */
function dataFromCallEvent(event: CallEvent): JsonObject {
  return {
    usageId: event.usageId,
    callId: event.callId ?? undefined,
    legId: event.legId ?? undefined,
    parentLegId: event.parentLegId ?? undefined,
    linkedId: event.linkedId ?? undefined,
    conferenceId: event.conferenceId ?? undefined,
    callType: event.callType ?? undefined,
    direction: event.direction ?? undefined,
    from: partyValue(event.from),
    to: partyValue(event.to),
    user: event.user ?? undefined,
    organizer: event.organizer ?? undefined,
    resourceAccount: event.resourceAccount ?? undefined,
    serviceNumber: event.serviceNumber === null ? undefined : `+${event.serviceNumber}`,
    numberType: event.numberType ?? undefined,
    setupAt: timeText(event.setupAt),
    answeredAt: timeText(event.answeredAt),
    endedAt: timeText(event.endedAt),
    usedMs: event.usedMs ?? undefined,
    reportedSeconds: event.reportedSeconds ?? undefined,
    emergency: event.emergency ? true : undefined,
    end: event.end === null ? undefined : withoutNulls({ ...event.end }),
    sessionId: event.sessionId ?? undefined,
    seq: event.seq ?? undefined,
    requestedSeconds: event.requestedSeconds ?? undefined,
    provider: providerValue(event.provider),
    raw: rawValue(event.raw),
    dialledFrom: event.dialledFrom ?? undefined,
  };
}

function timeText(time: TimeUs | null): string | undefined {
  return time === null ? undefined : formatTime(time);
}

/** The short form wherever decoding it gives the same party back. */
export function partyValue(party: Party | null): unknown {
  if (party === null) return undefined;
  if (party.name === null && e164FromText(party.raw) === party.e164) return party.raw;
  return { raw: party.raw, e164: party.e164 === null ? null : `+${party.e164}`, name: party.name ?? undefined };
}

export function providerValue(provider: ProviderCost | null): JsonObject | undefined {
  return provider === null ? undefined : withoutNulls({ ...provider, cost: formatMicros(provider.cost) });
}

export function rawValue(raw: string | null): JsonObject | undefined {
  return raw === null ? undefined : (JSON.parse(raw) as JsonObject);
}

function withoutNulls(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
}
