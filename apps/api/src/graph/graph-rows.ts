import { formatTime, type TimeUs } from "@tollbook/contracts/units.ts";
import { countryOf } from "@tollbook/tariffs/country-of.ts";
import type { BlockChange } from "@tollbook/warehouse/queries/report-blocked-users.ts";
import type { ReportRow } from "@tollbook/warehouse/queries/report-calls.ts";
import type { DialOutGroup } from "@tollbook/warehouse/queries/report-dial-out.ts";
import { scale2 } from "../reports/call-export.ts";
import type { People } from "../reports/people.ts";
import { sipPhrase } from "../reports/sip-phrases.ts";
import { attemptOf, numberTypeOf, splitCharge, trunkOf } from "../reports/usage-rows.ts";
import { Amount } from "./odata.ts";
import { guidOf, guidOrOwn } from "./uuid5.ts";

/** Rows in the shape of `microsoft.graph.callRecords` (domain §8.8), for tools written for Microsoft's API. */

export interface GraphContext {
  readonly account: string;
  readonly people: People;
  /** The two versions differ in a few members. */
  readonly beta: boolean;
}

const orNull = (text: string): string | null => (text === "" ? null : text);
const time = (at: TimeUs | null): string | null => (at === null || at === 0 ? null : formatTime(at));

interface UserMembers {
  readonly userId: string | null;
  readonly userPrincipalName: string | null;
  readonly userDisplayName: string | null;
}

/** A user id that is no GUID gets one of its own, the same in every answer. */
function userMembers(user: string, { account, people }: GraphContext): UserMembers {
  const person = people.person(user);
  if (person === null) return { userId: null, userPrincipalName: null, userDisplayName: null };
  return {
    userId: guidOrOwn(account, "user", person.id),
    userPrincipalName: person.userPrincipalName,
    userDisplayName: person.displayName,
  };
}

/**
 * `pstnCallLogRow`. Caller is who called and callee who was called, in both versions: beta's meaning (§8.8). The duration is
 * computed from the time stamps of the switch that fed the call, so its source is the operator, and the operator's name that
 * feeder's.
 */
export function pstnCallLogRow(row: ReportRow, context: GraphContext): object {
  const { from, to } = context.people.numbers(row);
  const { charge, fee } = splitCharge(row);
  return {
    id: guidOf(context.account, "leg", row.usageId),
    callId: orNull(row.callId),
    // Nobody's where the organisation itself is called or calls (§8.2).
    ...userMembers(row.callType.startsWith("ucap_") ? "" : row.holder, context),
    startDateTime: formatTime(row.startAt),
    endDateTime: time(row.endedAt),
    duration: row.billableSeconds,
    charge: new Amount(scale2(charge)),
    callType: row.callType,
    currency: orNull(row.currency),
    calleeNumber: orNull(to),
    usageCountryCode: orNull(row.usageLocation),
    tenantCountryCode: orNull(context.people.country),
    connectionCharge: new Amount(scale2(fee)),
    callerNumber: orNull(from),
    destinationContext: orNull(row.destinationContext),
    destinationName: orNull(row.destinationName),
    conferenceId: orNull(row.conferenceId),
    licenseCapability: orNull(row.capability),
    inventoryType: orNull(numberTypeOf(row)),
    operator: row.feeder,
    callDurationSource: "operator",
    ...(context.beta ? { otherPartyCountryCode: otherPartyCountry(row), administrativeUnitInfos: [] } : {}),
  };
}

function otherPartyCountry(row: ReportRow): string | null {
  const number = row.direction === "inbound" ? row.fromE164 : row.toE164;
  return number === "" ? null : (countryOf(number)?.country ?? null);
}

/** `directRoutingLogRow`. Null is what only Microsoft's own network could know: data centres, media bypass, its subcodes. */
export function directRoutingLogRow(row: ReportRow, context: GraphContext): object {
  const { from, to } = context.people.numbers(row);
  const attempt = attemptOf(row);
  return {
    id: guidOf(context.account, "leg", row.usageId),
    correlationId: guidOrOwn(context.account, "call", row.callId),
    ...userMembers(row.holder, context),
    startDateTime: formatTime(attempt.startAt ?? row.startAt),
    inviteDateTime: time(attempt.inviteAt),
    failureDateTime: time(attempt.failureAt),
    endDateTime: time(attempt.endAt),
    duration: row.billableSeconds,
    callType: row.callType,
    successfulCall: attempt.success,
    callerNumber: orNull(from),
    calleeNumber: orNull(to),
    mediaPathLocation: null,
    signalingLocation: null,
    finalSipCode: row.sip,
    callEndSubReason: null,
    finalSipCodePhrase: orNull(sipPhrase(row.sip)),
    trunkFullyQualifiedDomainName: orNull(trunkOf(row)),
    mediaBypassEnabled: null,
  };
}

/** `pstnBlockedUsersLogRow` (beta, §8.6). */
export function pstnBlockedUsersLogRow(change: BlockChange, context: GraphContext): object {
  const { people, account } = context;
  const own = people.person(change.user)?.number || (change.number === "" ? "" : `+${change.number}`);
  return {
    ...userMembers(change.user, context),
    blockDateTime: formatTime(change.at),
    userTelephoneNumber: people.pseudonymised ? null : orNull(own),
    userBlockMode: change.blocked ? "blocked" : "unblocked",
    blockReason: change.reason,
    remediationId: guidOf(account, "block", change.id),
  };
}

/** `pstnOnlineMeetingDialoutReport` (beta, §8.7): call charges and connection fees. */
export function pstnOnlineMeetingDialoutReport(group: DialOutGroup, context: GraphContext): object {
  return {
    ...userMembers(group.organizer, context),
    usageLocation: orNull(group.usageLocation),
    destinationContext: orNull(group.destinationContext),
    currency: orNull(group.currency),
    totalCalls: group.calls,
    totalCallCharge: new Amount(scale2(group.chargeMicros)),
    totalCallSeconds: group.seconds,
  };
}
