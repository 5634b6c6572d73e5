import type { Actor } from "@tollbook/contracts/commands.ts";
import type { AccountId } from "@tollbook/contracts/units.ts";
import type { Directory } from "../directory/directory.ts";
import type { PersonEntry } from "../directory/entries.ts";
import { recordChange } from "../directory/record-change.ts";
import type { LogClient } from "../log/log-client.ts";
import { changeBetween, rolesOf, withRoles } from "../members/membership.ts";
import { ApiProblem } from "../problem.ts";
import type { MappedRole } from "./oidc-config.ts";
import type { Identity } from "./provider.ts";

const provider: Actor = { kind: "system", id: "identityProvider", roles: [] };

/**
 * The person of that verified e-mail, with the roles that the provider's groups give. Who is neither known nor in such a group is
 * turned away; so is anybody else at the provider who has come by the address since. Rejects with ApiProblem.
 */
export async function linkPerson(
  { directory, log }: { readonly directory: Directory; readonly log: LogClient },
  identity: Identity,
  mapped: readonly MappedRole[],
): Promise<PersonEntry> {
  const { email, issuer, subject } = identity;
  const known = directory.person(email);
  if (known?.identity !== undefined && (known.identity.issuer !== issuer || known.identity.subject !== subject))
    throw new ApiProblem("forbidden", {
      detail: "This address was used by somebody else at the identity provider before.",
      hint: "Ask an operator to remove the person and to invite you.",
    });
  const before = known ?? newPerson(identity);
  const granted = mapped.filter(({ value }) => identity.groups.includes(value));
  if (known === null && granted.length === 0)
    throw new ApiProblem("forbidden", {
      detail: `${email} is no member of any organisation here.`,
      hint: "Ask an administrator of your organisation to invite you.",
    });
  // Recorded before anything is changed, as every change of the directory is.
  const accounts = [...new Set(mapped.map(({ account }) => account))].filter((account) => directory.account(account) !== null);
  const changes = accounts.flatMap((account) => {
    const roles = rolesOf(before, account);
    const after = rolesAfter(roles ?? [], account, mapped, identity.groups);
    const change = changeBetween(roles ?? [], after);
    return change.added.length + change.removed.length === 0 ? [] : [{ account, roles, after, change }];
  });
  for (const { account, roles, after } of changes)
    await recordChange(log, account as AccountId, provider, {
      what: "member",
      subject: email,
      before: roles === null ? null : [...roles],
      after: [...after],
    });
  const linked = await directory.changePerson(email, (current) => {
    const { invitedBy: _joined, ...person } = current ?? newPerson(identity);
    return changes.reduce<PersonEntry>((entry, { account, change }) => withRoles(entry, account, change), {
      ...person,
      identity: { issuer, subject },
    });
  });
  return linked as PersonEntry;
}

/** Roles that the mapping can give come from the provider alone; all others stay as they were given here. */
function rolesAfter(
  roles: readonly string[],
  account: string,
  mapped: readonly MappedRole[],
  groups: readonly string[],
): readonly string[] {
  const here = mapped.filter((one) => one.account === account);
  const governed = new Set(here.map(({ role }) => role));
  const given = here.filter(({ value }) => groups.includes(value)).map(({ role }) => role);
  return [...new Set([...roles.filter((role) => !governed.has(role)), ...given])].toSorted();
}

function newPerson({ email, name }: Identity): PersonEntry {
  return { email, displayName: name, passwordHash: "", operator: false, memberships: [] };
}
