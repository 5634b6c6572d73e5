import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { FundingSource } from "@tollbook/contracts/answers.ts";
import type { CallType } from "@tollbook/contracts/call-event.ts";
import type { DenyReason } from "@tollbook/contracts/codes.ts";
import type { CallListItem } from "@tollbook/contracts/http.ts";

export const directionWords: Readonly<Record<CallListItem["direction"], MessageDescriptor>> = {
  inbound: msg`Inbound`,
  outbound: msg`Outbound`,
};

export const outcomeWords: Readonly<Record<CallListItem["outcome"], MessageDescriptor>> = {
  rated: msg`Charged`,
  denied: msg`Denied`,
  abandoned: msg`Abandoned`,
  voided: msg`Voided`,
};

export const fundingWords: Readonly<Record<FundingSource, MessageDescriptor>> = {
  POOL: msg`Included minutes`,
  CREDITS: msg`Communications Credits`,
  OVERAGE: msg`Pay-as-you-go`,
  FREE: msg`Free`,
  FREECALL: msg`Free: no rate found`,
  UNFUNDED: msg`Unfunded`,
};

export const reasonWords: Readonly<Record<DenyReason, MessageDescriptor>> = {
  tenantBlocked: msg`The organisation is blocked`,
  adminBlock: msg`An administrator blocked the user`,
  fraudSuspected: msg`Blocked on suspicion of fraud`,
  userBlocked: msg`The user is blocked`,
  unknownUser: msg`The user is not known in this organisation`,
  noPlan: msg`The user has no calling plan`,
  noPaygPlan: msg`The user has no pay-as-you-go plan`,
  subscriptionDisabled: msg`The user's subscription is disabled`,
  policyDisabled: msg`The dial-out policy allows no calls`,
  policyDomesticOnly: msg`The dial-out policy allows domestic calls only`,
  policyZoneAOnly: msg`The dial-out policy allows Zone A only`,
  tollFreeNotAllowed: msg`Toll-free calls are not allowed`,
  premiumNotAllowed: msg`Premium numbers are not allowed`,
  destinationUnsupported: msg`The destination cannot be called`,
  noRate: msg`No rate deck has a price for the destination`,
  spendLimit: msg`The user's monthly spend limit is reached`,
  poolExhausted: msg`The included minutes are used up`,
  noCreditsLicense: msg`The user has no Communications Credits licence`,
  creditsExhausted: msg`The Communications Credits are used up`,
  payAsYouGoOff: msg`The pay-as-you-go option is off`,
};

/** Call types as the calling reports name them (domain §8.3). */
export const callTypeWords: Readonly<Record<CallType, MessageDescriptor>> = {
  user_in: msg`Inbound to user`,
  user_out: msg`Outbound from user`,
  user_out_conf: msg`Outbound, added to a conference`,
  user_out_transfer: msg`Outbound, transferred`,
  user_out_forwarding: msg`Outbound, forwarded`,
  user_out_emergency: msg`Emergency call`,
  conf_in: msg`Inbound to conference`,
  conf_out: msg`Outbound from conference`,
  ucap_in: msg`Inbound to voice app`,
  ucap_out: msg`Outbound from voice app`,
  unassigned_in: msg`Inbound to unassigned number`,
  dr_in: msg`Direct Routing inbound`,
  dr_out: msg`Direct Routing outbound`,
  dr_out_user_conf: msg`Direct Routing, added to a conference`,
  dr_out_user_forwarding: msg`Direct Routing, forwarded`,
  dr_out_user_transfer: msg`Direct Routing, transferred`,
  dr_unassigned_in: msg`Direct Routing to unassigned number`,
  dr_in_bot: msg`Direct Routing inbound to bot`,
  dr_in_ucap: msg`Direct Routing inbound to voice app`,
  dr_out_bot: msg`Direct Routing outbound from bot`,
  dr_out_ucap: msg`Direct Routing outbound from voice app`,
  dr_emergency_out: msg`Direct Routing emergency call`,
};

export function wordsOf(table: Readonly<Record<string, MessageDescriptor>>, code: string): MessageDescriptor | null {
  return Object.hasOwn(table, code) ? (table[code] ?? null) : null;
}

export const contextWords: Readonly<Record<string, MessageDescriptor>> = {
  Domestic: msg`Domestic`,
  International: msg`International`,
};

export const numberTypeWords: Readonly<Record<string, MessageDescriptor>> = {
  subscriber: msg`Subscriber`,
  toll: msg`Toll`,
  tollFree: msg`Toll-free`,
};
