import type { Sentence } from "@tollbook/contracts/http.ts";

/**
 * The sentences of an explanation that are not the rate deck's own (those stand in tariffs/quote-english.ts): key, names of
 * the values, English text. The dashboard translates by key. Money is a decimal amount, times are RFC 3339, lengths seconds.
 */
const texts = {
  outgoingCall: "Outgoing call ({callType}) by {user} from {from} to {to}, started {startAt}.",
  incomingCall: "Incoming call ({callType}) for {user} from {from} to {to}, started {startAt}.",
  destination: "The destination is {destination} ({country}); from the usage location {usageLocation} that is {context}.",
  connected: "It was connected for {connectedSeconds} s, which is {billableSeconds} billable seconds (each second begun counts).",
  billedAsGrant: "We had cut it at its grant of {grantedSeconds} s, so it is billed as that.",
  notAnswered: "It was not answered, so nothing is charged.",
  denied: "It was refused and not connected. The reason: {reason}.",
  plan: "At its start the plan {product} ({plan}) of the subscription {subscription} counted.",
  noPlan: "At its start no calling plan counted for it.",
  policy: "The dial-out policy in force was {policy}.",
  payAsYouGoOn: "The pay-as-you-go option stood on (agreement {agreement}): what nothing else pays becomes overage.",
  payAsYouGoOff: "The pay-as-you-go option stood off (agreement {agreement}).",
  payAsYouGoUnavailable: "There was no pay-as-you-go option (agreement {agreement}).",
  noCreditsLicense: "The payer may not use Communications Credits.",
  "free.emergency": "Emergency calls are free.",
  "free.inbound": "Incoming calls to a user's number are free.",
  "free.directRouting": "Direct Routing goes over your own carrier, which bills it; here it is free.",
  "free.tollNumber": "Calls to a toll service number are paid by the caller; here they are free.",
  freeCall: "No price is listed for this destination, so the call is free (FREECALL).",
  pool: "{minutes} included minutes were taken from the pool {pool}.",
  credits: "{amount} {currency} were drawn from the credit lot {lot}.",
  creditsDebt: "{amount} {currency} took the credit balance below zero.",
  overage: "{amount} {currency} are overage on the subscription {subscription}.",
  unfunded: "{seconds} s could not be funded ({reason}) and are not charged.",
  includedWholly: "The included minutes cover the whole call.",
  total: "Charge: {amount} {currency}.",
  totalNothing: "Nothing is charged.",
  corrected: "This is version {version}: an earlier one was reversed in full.",
  voided: "The call was declared void: its charge was reversed in full.",
} as const;

export type SentenceKey = keyof typeof texts;

/** Throws when a value that the text names is missing: then the sentence would be wrong in every language. */
export function sentence(key: SentenceKey, values: Readonly<Record<string, string>> = {}): Sentence {
  const text = texts[key].replaceAll(/\{(\w+)\}/g, (_whole, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`the sentence ${key} lacks ${name}`);
    return value;
  });
  return { key, values: { ...values }, text };
}
