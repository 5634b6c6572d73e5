import { formatMicros, formatTime, micros, timeUs } from "@tollbook/contracts/units.ts";
import type { Account } from "../account/account.ts";
import { nowOf } from "../account/clock.ts";
import type { PartitionState } from "../state.ts";

/** How far the log has been folded, and the account's own time then. */
export function asOf(state: PartitionState, account: Account): { partition: number; seq: number; time: string } {
  return { partition: state.partition, seq: state.lastSeq, time: formatTime(timeUs(nowOf(state, account))) };
}

export function money(amountMicros: number): string {
  return formatMicros(micros(amountMicros));
}

export function time(at: number): string {
  return formatTime(timeUs(at));
}

/** No view has more rows than this. */
export const MOST_ROWS = 200;
