import { denyReasons } from "@tollbook/contracts/codes.ts";
import type { DenyReason } from "@tollbook/contracts/codes.ts";
import { assert } from "../assert.ts";
import type { ClosedState } from "./transitions.ts";

/**
 * What the id memory keeps of a closed leg, in one 32-bit word: bit 0 always 1, bit 1 leg (0: occurrence), bits 2 to 4
 * state, bits 5 to 9 deny reason + 1, bits 10 to 21 version.
 */
const states: readonly ClosedState[] = ["RATED", "EXPIRED", "DENIED", "ABANDONED", "VOIDED", "ESTIMATED"];

export const OCCURRENCE_META = 1;
/** A leg of more versions than this is not corrected any further; nobody corrects one call four thousand times. */
export const MOST_VERSIONS = 4095;

export function packClosed(state: ClosedState, reason: DenyReason | null, version: number): number {
  assert(version <= MOST_VERSIONS, "I9: versions of a leg fit its memory");
  return 3 | (states.indexOf(state) << 2) | ((reason === null ? 0 : denyReasons.indexOf(reason) + 1) << 5) | (version << 10);
}

export function isLegMeta(meta: number): boolean {
  return (meta & 2) !== 0;
}

export function stateOf(meta: number): ClosedState {
  return states[(meta >>> 2) & 7] as ClosedState;
}

export function reasonOf(meta: number): DenyReason | null {
  return denyReasons[((meta >>> 5) & 31) - 1] ?? null;
}

export function versionOf(meta: number): number {
  return (meta >>> 10) & 4095;
}
