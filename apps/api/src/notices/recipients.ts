import type { NoticeAudience } from "@tollbook/contracts/notices.ts";
import { grantFromText } from "../access/grants.ts";
import type { Role } from "../access/roles.ts";
import type { PersonEntry } from "../directory/entries.ts";

/** CC-8: a long list, because the documents have it. */
const credits: readonly Role[] = [
  "billingAdmin",
  "skypeForBusinessAdmin",
  "globalAdmin",
  "userAdmin",
  "helpdeskAdmin",
  "serviceSupportAdmin",
  "deviceLocalAdmin",
  "applicationAdmin",
  "licenceAdmin",
  "cloudDeviceAdmin",
  "authenticationAdmin",
  "privilegedAuthenticationAdmin",
  "teamsCommunicationsAdmin",
  "teamsCommunicationsSupportEngineer",
  "teamsCommunicationsSupportSpecialist",
  "teamsAdmin",
];

const roles: Readonly<Record<Exclude<NoticeAudience, "named" | "operators">, readonly Role[]>> = {
  credits,
  /** AC-5: "admins", those who look after calling. */
  usage: ["globalAdmin", "teamsAdmin", "skypeForBusinessAdmin", "teamsCommunicationsAdmin"],
  /** PM-3 names nobody: those who can do something about a card. */
  billing: [
    "globalAdmin",
    "billingAdmin",
    "billingAccountOwner",
    "billingAccountContributor",
    "billingProfileOwner",
    "billingProfileContributor",
  ],
  /** IN-3. */
  invoices: ["globalAdmin", "billingAdmin", "billingProfileOwner", "billingProfileContributor", "invoiceManager"],
};

/**
 * The people of an account who hear of a notice by their role. Whoever holds a role for one billing profile only hears of what
 * is that profile's; `profile` is null where a notice belongs to none.
 */
export function recipientsOf(
  people: readonly PersonEntry[],
  account: string,
  audience: NoticeAudience,
  profile: string | null,
): PersonEntry[] {
  if (audience === "named") return [];
  if (audience === "operators") return people.filter(({ operator }) => operator);
  const wanted = roles[audience];
  return people.filter(({ memberships }) =>
    memberships.some(
      (membership) =>
        membership.account === account &&
        membership.roles.some((text) => {
          const grant = grantFromText(text);
          return grant !== null && wanted.includes(grant.role) && (grant.scope === null || grant.scope === profile);
        }),
    ),
  );
}

/** The billing profile of a notice about an invoice: its id is `<profile>/<first day>`. */
export function profileOf(data: Readonly<Record<string, string>>): string | null {
  const id = data["invoice"] ?? data["subject"] ?? "";
  return /^([a-z0-9-]{1,63})\/\d{4}-\d{2}-\d{2}/.exec(id)?.[1] ?? null;
}
