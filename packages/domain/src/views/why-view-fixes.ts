import type { DenyReason } from "@tollbook/contracts/codes.ts";
import { features } from "../catalogue/features.ts";

/** What lets a refused call through: in words, by which licences, and who can do it (domain §10). */
export interface Fix {
  readonly text: string;
  readonly feature: string | null;
  readonly products: string[];
  readonly roles: string[];
}

const billing = ["billingAccountOwner", "billingAccountContributor"];
const overage = [...billing, "billingProfileOwner", "billingProfileContributor"];
const licences = ["globalAdmin", "licenceAdmin", "userAdmin"];
const calling = ["globalAdmin", "teamsAdmin", "teamsCommunicationsAdmin"];
const money = ["globalAdmin", "billingAdmin"];

interface Words {
  /** What the check asks, as a sentence. */
  readonly asks: string;
  readonly fix: string;
  readonly feature: string | null;
  readonly roles: readonly string[];
}

/** Every check of the authorisation, in words. */
const words: Readonly<Record<DenyReason, Words>> = {
  tenantBlocked: { asks: "The organisation may call.", fix: "Unblock the organisation.", feature: null, roles: ["globalAdmin"] },
  adminBlock: { asks: "No administrator has blocked the user.", fix: "Unblock the user.", feature: null, roles: calling },
  fraudSuspected: {
    asks: "The user is not blocked on suspicion of fraud.",
    fix: "Look at the user's latest calls, then unblock the user.",
    feature: null,
    roles: calling,
  },
  userBlocked: { asks: "The user is not blocked.", fix: "Unblock the user.", feature: null, roles: calling },
  unknownUser: { asks: "The user is known.", fix: "Create the user.", feature: null, roles: ["globalAdmin", "userAdmin"] },
  noPlan: {
    asks: "The user has a plan for such calls.",
    fix: "Assign a licence that covers the call.",
    feature: "paidCalls",
    roles: licences,
  },
  noPaygPlan: {
    asks: "The resource account has a Pay-As-You-Go Calling Plan.",
    fix: "Assign a Pay-As-You-Go Calling Plan to the resource account.",
    feature: "attendantTransfers",
    roles: licences,
  },
  subscriptionDisabled: {
    asks: "The subscription of the plan is Active or Expired.",
    fix: "Reactivate the subscription, or pay the invoice it is Disabled for.",
    feature: null,
    roles: billing,
  },
  policyDisabled: {
    asks: "The dial-out policy allows calls.",
    fix: "Give the user another dial-out policy.",
    feature: null,
    roles: calling,
  },
  policyDomesticOnly: {
    asks: "The dial-out policy allows calls to other countries, or the call is domestic.",
    fix: "Give the user a dial-out policy that allows international calls.",
    feature: null,
    roles: calling,
  },
  policyZoneAOnly: {
    asks: "The dial-out policy allows calls beyond Zone A, or the number is in Zone A.",
    fix: "Give the organizer a dial-out policy that allows any destination.",
    feature: null,
    roles: calling,
  },
  tollFreeNotAllowed: {
    asks: "Meetings of the organizer may be joined toll-free.",
    fix: "Allow toll-free dial-in for the organizer.",
    feature: null,
    roles: calling,
  },
  premiumNotAllowed: {
    asks: "The number is no premium number, or those are allowed.",
    fix: "Allow premium numbers in the settings of the organisation: they are always charged.",
    feature: null,
    roles: ["globalAdmin"],
  },
  destinationUnsupported: {
    asks: "The destination is supported.",
    fix: "Check the number: calls to this destination are not offered.",
    feature: null,
    roles: [],
  },
  noRate: {
    asks: "There is a price for the destination.",
    fix: "Import a rate deck with a price for this destination in the account's currency.",
    feature: null,
    roles: ["globalAdmin"],
  },
  spendLimit: {
    asks: "The user's spend limit of this month is not reached.",
    fix: "Raise the user's spend limit, or wait for the next month.",
    feature: null,
    roles: calling,
  },
  poolExhausted: {
    asks: "Included minutes are left.",
    fix: "Assign more licences of the plan, switch pay-as-you-go on, or wait for the next month.",
    feature: null,
    roles: [...licences, ...overage],
  },
  noCreditsLicense: {
    asks: "The user may draw on Communications Credits.",
    fix: "Assign a Communications Credits licence.",
    feature: "useCredits",
    roles: licences,
  },
  creditsExhausted: {
    asks: "The credits are above zero.",
    fix: "Top up the credits, or switch auto-recharge on.",
    feature: null,
    roles: money,
  },
  payAsYouGoOff: {
    asks: "Pay-as-you-go is On for the subscription, and auto-recharge is Off.",
    fix: "Switch pay-as-you-go on; under post-usage billing switch auto-recharge off first.",
    feature: null,
    roles: overage,
  },
};

export function askedBy(check: DenyReason): string {
  return words[check].asks;
}

/** `feature`: what the call is, where another licence would help. */
export function fixFor(reason: DenyReason, feature: string): Fix {
  const { fix, roles, feature: own } = words[reason];
  const needed = reason === "noPlan" ? feature : own;
  const needs = features.find((one) => one.feature === needed)?.needs ?? [];
  // The last list is what is special about the feature; a phone system stands before it.
  return { text: fix, feature: needed, products: [...(needs.at(-1) ?? [])], roles: [...roles] };
}
