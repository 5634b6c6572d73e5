import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";

/**
 * The sentences that explain a charge, by the API's keys. Values arrive formatted for the reader: money with its currency,
 * lengths and minutes as numbers, times, and codes in words.
 */
export const sentenceWords: Readonly<Record<string, MessageDescriptor>> = {
  outgoingCall: msg({ message: "Outgoing call ({callType}) by {user} from {from} to {to}, started {startAt}." }),
  incomingCall: msg({ message: "Incoming call ({callType}) for {user} from {from} to {to}, started {startAt}." }),
  destination: msg({
    message: "The destination is {destination} ({country}); from the usage location {usageLocation} that is {context}.",
  }),
  connected: msg({
    message: "It was connected for {connectedSeconds} s, which is {billableSeconds} billable seconds (each second begun counts).",
  }),
  billedAsGrant: msg({ message: "It was cut at its grant of {grantedSeconds} s, so it is billed as that." }),
  notAnswered: msg({ message: "It was not answered, so nothing is charged." }),
  denied: msg({ message: "It was refused and not connected. The reason: {reason}." }),
  plan: msg({ message: "At its start the plan {product} ({plan}) of the subscription {subscription} counted." }),
  noPlan: msg({ message: "At its start no calling plan counted for it." }),
  policy: msg({ message: "The dial-out policy in force was {policy}." }),
  payAsYouGoOn: msg({
    message: "The pay-as-you-go option stood on (agreement {agreement}): what nothing else pays becomes overage.",
  }),
  payAsYouGoOff: msg({ message: "The pay-as-you-go option stood off (agreement {agreement})." }),
  payAsYouGoUnavailable: msg({ message: "There was no pay-as-you-go option (agreement {agreement})." }),
  noCreditsLicense: msg({ message: "The payer may not use Communications Credits." }),
  "free.emergency": msg({ message: "Emergency calls are free." }),
  "free.inbound": msg({ message: "Incoming calls to a user's number are free." }),
  "free.directRouting": msg({ message: "Direct Routing goes over your own carrier, which bills it; here it is free." }),
  "free.tollNumber": msg({ message: "Calls to a toll service number are paid by the caller; here they are free." }),
  freeCall: msg({ message: "No price is listed for this destination, so the call is free (FREECALL)." }),
  pool: msg({
    message:
      "{minutes, plural, one {# included minute was taken from the pool {pool}.} other {# included minutes were taken from the pool {pool}.}}",
  }),
  credits: msg({ message: "{amount} were drawn from the credit lot {lot}." }),
  creditsDebt: msg({ message: "{amount} took the credit balance below zero." }),
  overage: msg({ message: "{amount} are overage on the subscription {subscription}." }),
  unfunded: msg({ message: "{seconds} s could not be funded ({reason}) and are not charged." }),
  includedWholly: msg({ message: "The included minutes cover the whole call." }),
  total: msg({ message: "Charge: {amount}." }),
  totalNothing: msg({ message: "Nothing is charged." }),
  corrected: msg({ message: "This is version {version}: an earlier one was reversed in full." }),
  voided: msg({ message: "The call was declared void: its charge was reversed in full." }),
  "rate.rate": msg({ message: "Rate deck {deckName}, line {line}: prefix {prefix}, {destination} ({country})." }),
  "rate.origin": msg({ message: "The rate holds for callers whose number begins with {originPrefix}." }),
  "rate.notConnected": msg({ message: "The call was not connected for a single second, so nothing is charged." }),
  "rate.increments": msg({
    message:
      "{usedSeconds} s connected, billed in steps of {firstIncrementSeconds} s first and {nextIncrementSeconds} s next: {billedSeconds} s.",
  }),
  "rate.included": msg({ message: "Included minutes pay for the first {includedSeconds} s; {chargedSeconds} s are charged." }),
  "rate.part": msg({ message: "{seconds} s from second {fromSecond} at {pricePerMinute} per minute." }),
  "rate.part.band": msg({
    message: "{seconds} s from second {fromSecond} at {pricePerMinute} per minute, time band {band} ({timeZone}).",
  }),
  "rate.connectFee": msg({ message: "Connect fee {connectFee}." }),
  "rate.minimum": msg({ message: "That is below the minimum charge of {minCharge}, which counts instead." }),
  "rate.maximum": msg({ message: "That is above the maximum charge of {maxCharge}, which counts instead." }),
};

const moneyValues = new Set(["amount", "pricePerMinute", "connectFee", "minCharge", "maxCharge"]);
const numberValues =
  /^(seconds|fromSecond|connectedSeconds|billableSeconds|grantedSeconds|usedSeconds|firstIncrementSeconds|nextIncrementSeconds|billedSeconds|includedSeconds|chargedSeconds)$/;

export type ValueKind = "money" | "count" | "number" | "time" | "callType" | "reason" | "country" | "context" | "text";

/** How a value of a sentence is to be shown, by its name. */
export function kindOfValue(name: string): ValueKind {
  if (moneyValues.has(name)) return "money";
  if (numberValues.test(name)) return "number";
  // Singular and plural need the figure itself.
  if (name === "minutes") return "count";
  if (name === "startAt") return "time";
  if (name === "callType" || name === "reason" || name === "context") return name;
  return name === "country" || name === "usageLocation" ? "country" : "text";
}

/** A part of a price without a time band is said without one. */
export function sentenceKey(key: string, values: Readonly<Record<string, string>>): string {
  return key === "rate.part" && (values["band"] ?? "") !== "" ? "rate.part.band" : key;
}
