import type { CallListItem } from "@tollbook/contracts/http.ts";
import { formatMicros, formatTime, type Micros } from "@tollbook/contracts/units.ts";
import type { CallListRow } from "@tollbook/warehouse/queries/calls.ts";
import type { People } from "../reports/people.ts";

/** A stored row as the API shows it. */
export function callFromRow(row: CallListRow, people: People): CallListItem {
  const person = people.person(row.user);
  return {
    usageId: row.usageId,
    outSeq: row.outSeq,
    partition: people.partition,
    callId: row.callId,
    callType: row.callType,
    direction: row.direction,
    startAt: formatTime(row.startAt),
    endedAt: row.endedAt === 0 ? null : formatTime(row.endedAt),
    durationSeconds: row.billableSeconds,
    user: person?.id ?? "",
    userDisplayName: person?.displayName ?? "",
    ...people.numbers(row),
    destinationCountry: row.destinationCountry,
    destinationName: row.destinationName,
    destinationContext: row.destinationContext,
    capability: row.capability,
    numberType: row.numberType,
    outcome: row.outcome,
    reason: row.reason,
    funding: [...new Set(row.segmentSources)],
    poolMinutes: row.poolMinutes,
    connectFee: formatMicros(row.connectFeeMicros),
    charge: formatMicros(row.amountMicros as Micros),
    currency: row.currency,
    version: row.version,
  };
}
