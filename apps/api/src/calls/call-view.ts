import type { CallListItem } from "@tollbook/contracts/http.ts";
import { formatMicros, formatTime, type Micros } from "@tollbook/contracts/units.ts";
import type { CallListRow } from "@tollbook/warehouse/queries/calls.ts";
import { shownNumbers } from "../masked-number.ts";

export interface Reader {
  readonly partition: number;
  readonly hiddenDigits: number;
  readonly displayName: (user: string) => string;
}

/** A stored row as the API shows it. */
export function callFromRow(row: CallListRow, { partition, hiddenDigits, displayName }: Reader): CallListItem {
  return {
    usageId: row.usageId,
    outSeq: row.outSeq,
    partition,
    callId: row.callId,
    callType: row.callType,
    direction: row.direction,
    startAt: formatTime(row.startAt),
    endedAt: row.endedAt === 0 ? null : formatTime(row.endedAt),
    durationSeconds: row.billableSeconds,
    user: row.user,
    userDisplayName: displayName(row.user),
    ...shownNumbers(row, hiddenDigits),
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
