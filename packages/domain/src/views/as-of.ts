import { formatMicros, formatTime, micros, timeUs } from "@tollbook/contracts/units.ts";
import type { PartitionState } from "../state.ts";

/** How far the log has been folded. */
export function asOf(state: PartitionState): { partition: number; seq: number; time: string } {
  return { partition: state.partition, seq: state.lastSeq, time: formatTime(timeUs(state.now)) };
}

export function money(amountMicros: number): string {
  return formatMicros(micros(amountMicros));
}

export function time(at: number): string {
  return formatTime(timeUs(at));
}

/** No view has more rows than this. */
export const MOST_ROWS = 200;
