/** OP-1: what a conference, and what a user, may dial. */
export type ConferenceDialOut = "any" | "domestic" | "zoneA" | "none";
export type UserDialOut = "international" | "domestic" | "none";

export interface DialOutPolicy {
  readonly name: string;
  readonly conference: ConferenceDialOut;
  readonly user: UserDialOut;
}

/** OP-2: the twelve fixed instances. */
const policies: readonly DialOutPolicy[] = [
  { name: "DialoutCPCandPSTNInternational", conference: "any", user: "international" },
  { name: "DialoutCPCDomesticPSTNInternational", conference: "domestic", user: "international" },
  { name: "DialoutCPCDisabledPSTNInternational", conference: "none", user: "international" },
  { name: "DialoutCPCInternationalPSTNDomestic", conference: "any", user: "domestic" },
  { name: "DialoutCPCInternationalPSTNDisabled", conference: "any", user: "none" },
  { name: "DialoutCPCandPSTNDomestic", conference: "domestic", user: "domestic" },
  { name: "DialoutCPCDomesticPSTNDisabled", conference: "domestic", user: "none" },
  { name: "DialoutCPCDisabledPSTNDomestic", conference: "none", user: "domestic" },
  { name: "DialoutCPCandPSTNDisabled", conference: "none", user: "none" },
  { name: "DialoutCPCZoneAPSTNInternational", conference: "zoneA", user: "international" },
  { name: "DialoutCPCZoneAPSTNDomestic", conference: "zoneA", user: "domestic" },
  { name: "DialoutCPCZoneAPSTNDisabled", conference: "zoneA", user: "none" },
];

export const DEFAULT_DIAL_OUT_POLICY = "DialoutCPCandPSTNInternational";

const byExactName = new Map(policies.map((policy) => [policy.name, policy]));
const byName = new Map(policies.map((policy) => [policy.name.toLowerCase(), policy]));

/** With or without `tag:`, in any case of letters; null for none of the twelve. */
export function findDialOutPolicy(name: string): DialOutPolicy | null {
  const exact = byExactName.get(name);
  if (exact !== undefined) return exact;
  const bare = name.toLowerCase().startsWith("tag:") ? name.slice(4) : name;
  return byName.get(bare.toLowerCase()) ?? null;
}
