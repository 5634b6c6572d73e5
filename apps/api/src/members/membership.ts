import type { PersonEntry } from "../directory/entries.ts";

/** What a change of a member's roles comes to, whatever else changes at the same time. */
export interface RoleChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

export function rolesOf(person: PersonEntry | null, account: string): readonly string[] | null {
  return person?.memberships.find((one) => one.account === account)?.roles ?? null;
}

export function changeBetween(before: readonly string[], after: readonly string[]): RoleChange {
  return {
    added: after.filter((role) => !before.includes(role)),
    removed: before.filter((role) => !after.includes(role)),
  };
}

/** As the audit shows them. */
export function rolesAfter(before: readonly string[] | null, { added, removed }: RoleChange): readonly string[] {
  return [...(before ?? []).filter((role) => !removed.includes(role)), ...added].toSorted();
}

/** The membership with the change in it: what somebody else gave or took meanwhile stays given or taken. */
export function withRoles(person: PersonEntry, account: string, { added, removed }: RoleChange): PersonEntry {
  const current = rolesOf(person, account) ?? [];
  const roles = [...new Set([...current.filter((role) => !removed.includes(role)), ...added])].toSorted();
  const others = person.memberships.filter((one) => one.account !== account);
  return { ...person, memberships: [...others, { account, roles }] };
}

/** Null: the person has never signed in and belongs nowhere any more. */
export function withoutMembership(person: PersonEntry, account: string): PersonEntry | null {
  const memberships = person.memberships.filter((one) => one.account !== account);
  if (canSignIn(person)) return { ...person, memberships };
  const [next] = memberships;
  // The invitation was this account's; who is left may invite anew.
  if (next === undefined) return null;
  return { ...person, memberships, invitedBy: person.invitedBy === account ? next.account : (person.invitedBy ?? next.account) };
}

export function canSignIn({ passwordHash, identity }: PersonEntry): boolean {
  return passwordHash !== "" || identity !== undefined;
}

/** Without these nobody of the account could give access again. */
const KEPT = ["globalAdmin", "billingAccountOwner"] as const;

/** The role that nobody else who can sign in holds; null: there is somebody for each. */
export function lastOwnerOf(
  removed: readonly string[],
  email: string,
  account: string,
  members: readonly PersonEntry[],
): (typeof KEPT)[number] | null {
  const others = members.filter((member) => member.email !== email && canSignIn(member));
  return (
    KEPT.find((role) => removed.includes(role) && !others.some((other) => rolesOf(other, account)?.includes(role) === true)) ??
    null
  );
}
