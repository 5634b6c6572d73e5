import { factsOf, roleNames, type Role } from "./roles.ts";

/**
 * A role as given to a member. As text `globalAdmin`, `billingProfileReader:emea`: so it stands in the directory, on the wire
 * and in the audit.
 */
export interface Grant {
  readonly role: Role;
  /** The billing account or profile it is given for; null: all of them, or the organisation. */
  readonly scope: string | null;
}

/** Roles that the directory held before domain §10 was complete: read as what they allowed then, written as the new ones. */
const replaced: Readonly<Record<string, readonly string[]>> = {
  owner: ["billingAccountOwner", "globalAdmin"],
  admin: ["globalAdmin", "billingAdmin"],
  reader: ["billingAccountReader", "globalReader", "reportReader"],
};

const SCOPE = /^[a-z0-9-]{1,63}$/;

/** Null for what is no grant: an unknown role, a scope where none belongs. */
export function grantFromText(text: string): Grant | null {
  const [name = "", scope, ...rest] = text.split(":");
  const role = roleNames.find((known) => known === name);
  if (role === undefined || rest.length > 0) return null;
  const { kind } = factsOf(role);
  // Every member is a buyer of his own; nobody needs to give it.
  if (kind === "buyer") return null;
  if (scope === undefined) return { role, scope: null };
  return kind !== "directory" && SCOPE.test(scope) ? { role, scope } : null;
}

export function textFromGrant({ role, scope }: Grant): string {
  return scope === null ? role : `${role}:${scope}`;
}

/** From whatever the directory holds; what nobody knows any more gives nothing. */
export function currentRoles(texts: readonly string[]): string[] {
  const current = texts.flatMap((text) => replaced[text] ?? [text]).filter((text) => grantFromText(text) !== null);
  return [...new Set(current)].toSorted();
}
