import type { DialOutCallRow, DirectRoutingRow, PstnUsageRow } from "@tollbook/contracts/reports.ts";
import { formatMicros, formatTime, micros, US_PER_SECOND, type Micros, type TimeUs } from "@tollbook/contracts/units.ts";
import { countryOf } from "@tollbook/tariffs/country-of.ts";
import type { ReportRow } from "@tollbook/warehouse/queries/report-calls.ts";
import { guidOrOwn } from "../graph/uuid5.ts";
import type { People } from "./people.ts";
import { sipPhrase } from "./sip-phrases.ts";

/** Stored rows as the reports show them; null is "No data". */

const orNull = (text: string): string | null => (text === "" ? null : text);

export function pstnUsageRow(row: ReportRow, people: People): PstnUsageRow {
  const { from, to } = people.numbers(row);
  const person = people.person(row.holder);
  return {
    usageId: row.usageId,
    timeStamp: formatTime(row.startAt),
    displayName: person?.displayName ?? null,
    username: person?.userPrincipalName ?? null,
    phoneNumber: orNull(to),
    callType: row.callType,
    calledTo: orNull(to),
    toCountry: countryOfNumber(row.toE164) ?? orNull(row.destinationCountry),
    calledFrom: orNull(from),
    fromCountry: countryOfNumber(row.fromE164) ?? (row.direction === "outbound" ? orNull(row.usageLocation) : null),
    charge: formatMicros(row.amountMicros),
    currency: orNull(row.currency),
    durationSeconds: row.billableSeconds,
    domesticInternational: row.destinationContext === "" ? null : row.destinationContext,
    callId: orNull(row.callId),
    numberType: orNull(numberTypeOf(row)),
    usageLocation: orNull(row.usageLocation),
    conferenceId: orNull(row.conferenceId),
    capability: orNull(row.capability),
    funding: [...new Set(row.segmentSources)],
  };
}

function countryOfNumber(e164: string): string | null {
  return e164 === "" ? null : (countryOf(e164)?.country ?? null);
}

const numberTypes = { subscriber: "Subscriber", toll: "TollService", tollFree: "TollFreeService" } as const;

/** §14: what kind of number of ours it is; a user's own where the feed says nothing else. */
export function numberTypeOf({ numberType, callType }: Pick<ReportRow, "numberType" | "callType">): string {
  if (numberType !== "") return numberTypes[numberType];
  return callType.startsWith("user_") ? "Subscriber" : "";
}

/** Charge and connection fee apart, as Microsoft's exports and Graph have them: together they are what was taken. */
export function splitCharge({ amountMicros, connectFeeMicros }: Pick<ReportRow, "amountMicros" | "connectFeeMicros">): {
  readonly charge: Micros;
  readonly fee: Micros;
} {
  // A leg that could be funded in part only may have cost less than its fee.
  const fee = Math.min(connectFeeMicros, amountMicros);
  return { charge: micros(amountMicros - fee), fee: micros(fee) };
}

/** When a Direct Routing leg was connected, and how it ended (§8.2). */
export function attemptOf(row: ReportRow): {
  readonly success: boolean;
  readonly inviteAt: TimeUs | null;
  readonly startAt: TimeUs | null;
  readonly failureAt: TimeUs | null;
  readonly endAt: TimeUs | null;
  /** From the invite, where it is known, to the end or failure. */
  readonly durationSeconds: number;
} {
  const success = row.outcome === "rated" || row.outcome === "voided";
  const known = (time: TimeUs): TimeUs | null => (time === 0 ? null : time);
  const end = known(row.endedAt);
  const begin = known(row.setupAt) ?? row.startAt;
  return {
    success,
    inviteAt: known(row.setupAt),
    startAt: success ? (known(row.answeredAt) ?? row.startAt) : null,
    failureAt: success ? null : (end ?? row.startAt),
    endAt: success ? end : null,
    durationSeconds: end === null ? 0 : Math.max(0, Math.floor((end - begin) / US_PER_SECOND)),
  };
}

export function directRoutingRow(account: string, row: ReportRow, people: People): DirectRoutingRow {
  const { from, to } = people.numbers(row);
  const person = people.person(row.holder);
  const attempt = attemptOf(row);
  const time = (at: TimeUs | null): string | null => (at === null ? null : formatTime(at));
  return {
    usageId: row.usageId,
    correlationId: guidOrOwn(account, "call", row.callId),
    displayName: person?.displayName ?? null,
    username: person?.userPrincipalName ?? null,
    userCountry: orNull(row.usageLocation),
    inviteTime: time(attempt.inviteAt),
    startTime: time(attempt.startAt),
    failureTime: time(attempt.failureAt),
    endTime: time(attempt.endAt),
    durationSeconds: attempt.durationSeconds,
    success: attempt.success,
    callerNumber: orNull(from),
    calleeNumber: orNull(to),
    callType: row.callType,
    finalSipCode: row.sip === 0 ? null : row.sip,
    finalSipPhrase: orNull(sipPhrase(row.sip)),
    sbcFqdn: orNull(trunkOf(row)),
    sharedCorrelationId: row.linkedId === "" ? null : guidOrOwn(account, "linked", row.linkedId),
  };
}

/** The host name in the event's source, such as `sip:sbc1.example.com`; where it has none, the feeder that spoke for it. */
export function trunkOf({ source, feeder }: Pick<ReportRow, "source" | "feeder">): string {
  return /[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+/i.exec(source)?.[0] ?? feeder;
}

export function dialOutCallRow(row: ReportRow, people: People): DialOutCallRow {
  const { charge, fee } = splitCharge(row);
  return {
    usageId: row.usageId,
    timeStamp: formatTime(row.startAt),
    destination: orNull(row.destinationName),
    destinationCountry: orNull(row.destinationCountry),
    calledTo: orNull(people.numbers(row).to),
    durationSeconds: row.billableSeconds,
    minutes: Math.ceil(row.billableSeconds / 60),
    connectionFee: formatMicros(fee),
    callCharge: formatMicros(charge),
    total: formatMicros(row.amountMicros),
    currency: orNull(row.currency),
    conferenceId: orNull(row.conferenceId),
  };
}
