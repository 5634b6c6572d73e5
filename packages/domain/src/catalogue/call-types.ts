import type { CallType } from "@tollbook/contracts/call-event.ts";

/** How a call type is metered (domain §8.3, D14). */
export interface CallTypeRule {
  /** Who pays inside the account. `nobody`: the leg is free. */
  readonly payer: "nobody" | "user" | "organizer" | "resourceAccount" | "tenant";
  readonly direction: "outbound" | "inbound";
  /** Which of the two dial-out controls of OP-1 applies. */
  readonly dialOutControl: "user" | "conference" | null;
  /** Counts towards the user's spend limit (D12). */
  readonly countsForSpendLimit: boolean;
  /** Own carrier: never charged here. */
  readonly directRouting: boolean;
  readonly emergency: boolean;
}

const userOut: CallTypeRule = {
  payer: "user",
  direction: "outbound",
  dialOutControl: "user",
  countsForSpendLimit: true,
  directRouting: false,
  emergency: false,
};
const inbound: CallTypeRule = {
  ...userOut,
  payer: "nobody",
  direction: "inbound",
  dialOutControl: null,
  countsForSpendLimit: false,
};
const directOut: CallTypeRule = {
  ...userOut,
  payer: "nobody",
  dialOutControl: null,
  countsForSpendLimit: false,
  directRouting: true,
};
const directIn: CallTypeRule = { ...inbound, directRouting: true };

export const callTypeRules: Readonly<Record<CallType, CallTypeRule>> = {
  user_in: inbound,
  user_out: userOut,
  user_out_conf: userOut,
  user_out_transfer: userOut,
  user_out_forwarding: userOut,
  user_out_emergency: { ...userOut, emergency: true },
  conf_in: { ...inbound, payer: "organizer" },
  conf_out: { ...userOut, payer: "organizer", dialOutControl: "conference", countsForSpendLimit: false },
  ucap_in: { ...inbound, payer: "tenant" },
  ucap_out: { ...userOut, payer: "resourceAccount", countsForSpendLimit: false },
  unassigned_in: { ...inbound, payer: "tenant" },
  dr_in: directIn,
  dr_out: directOut,
  dr_out_user_conf: directOut,
  dr_out_user_forwarding: directOut,
  dr_out_user_transfer: directOut,
  dr_unassigned_in: directIn,
  dr_in_bot: directIn,
  dr_in_ucap: directIn,
  dr_out_bot: directOut,
  dr_out_ucap: directOut,
  dr_emergency_out: { ...directOut, emergency: true },
};
