import type { NumberKind } from "@tollbook/contracts/command/product.ts";
import { US_PER_MINUTE } from "@tollbook/contracts/units.ts";
import type { Account } from "../account/account.ts";
import type { Fold } from "../fold-context.ts";
import { accountFact } from "../output.ts";
import { deleteEntry } from "../undo.ts";

/** A number of the organisation: reserved, acquired from us, or brought along (CP-14, NM-1). */
export interface PhoneNumber {
  /** E.164 digits. */
  readonly number: string;
  readonly kind: NumberKind;
  /** Brought along: counts towards no quota. */
  readonly ported: boolean;
  /** The order it is reserved for; empty once it is held. */
  order: string;
  /** Last moment at which the order may be placed; 0 once it is held. */
  reservedUntil: number;
  readonly since: number;
  /** What it is assigned to, other than a user or resource account (those stand in `Account.numbers`); empty: nothing. */
  assignedTo: "" | "conferencing" | "thirdPartyApp" | "policy";
}

/** NM-1: the values of an assignment. */
export type AssignmentStatus =
  | "Unassigned"
  | "UserAssigned"
  | "ConferenceAssigned"
  | "VoiceApplicationAssigned"
  | "ThirdPartyAppAssigned"
  | "PolicyAssigned";

/** CP-14: the order must be placed within ten minutes; the last moment counts. */
export const RESERVED_US = 10 * US_PER_MINUTE;

/** Numbers that count towards the quota of their kind: held or reserved, not brought along. */
export function countedNumbers(account: Account, kind: NumberKind): number {
  let count = 0;
  for (const number of account.phoneNumbers.values()) if (number.kind === kind && !number.ported) count++;
  return count;
}

/** The numbers reserved for an order. */
export function reservedFor(account: Account, order: string): PhoneNumber[] {
  return [...account.phoneNumbers.values()].filter((number) => number.order === order);
}

/** CP-14: what was not ordered in time is free again. */
export function reservationIsOver(fold: Fold, account: Account, order: string, at: number): void {
  const lapsed = reservedFor(account, order).filter(({ reservedUntil }) => reservedUntil < at);
  if (lapsed.length === 0) return;
  for (const { number } of lapsed) deleteEntry(fold.undo, account.phoneNumbers, number);
  accountFact(fold, account, "number.reservationLapsed", order, { numbers: lapsed.map(({ number }) => number) });
}

export function assignmentOf(account: Account, { number, assignedTo }: PhoneNumber): AssignmentStatus {
  const holder = account.users.get(account.numbers.get(number) ?? "");
  if (holder !== undefined) return holder.kind === "user" ? "UserAssigned" : "VoiceApplicationAssigned";
  switch (assignedTo) {
    case "":
      return "Unassigned";
    case "conferencing":
      return "ConferenceAssigned";
    case "thirdPartyApp":
      return "ThirdPartyAppAssigned";
    case "policy":
      return "PolicyAssigned";
  }
}
