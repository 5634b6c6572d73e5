import { isAccountId } from "@tollbook/contracts/units.ts";
import type { Directory } from "../directory/directory.ts";
import type { AccountEntry, KeyEntry, PersonEntry } from "../directory/entries.ts";
import { grantFromText } from "./grants.ts";
import { permissionNames, reading, type Permission } from "./permissions.ts";
import type { Principal } from "./principal.ts";
import { automatic, factsOf, type RoleKind } from "./roles.ts";

/** Where a permission is held: in the whole account, or in some billing accounts and profiles only. */
interface Reach {
  everywhere: boolean;
  readonly billingAccounts: Set<string>;
  readonly billingProfiles: Set<string>;
}

/** What somebody may do in one account, worked out from the directory as it stands at this request. */
export interface Held {
  /** As the audit names them. */
  readonly roles: readonly string[];
  /** Global and Billing admins have billing-account access by themselves (PG-1). */
  readonly adminsHaveBilling: boolean;
  /** In the whole account. */
  everywhere(permission: Permission): boolean;
  /** Somewhere: in the whole account, a billing account, a billing profile. */
  anywhere(permission: Permission): boolean;
  /** For what is in this billing profile, which belongs to this billing account. */
  inProfile(permission: Permission, profile: string, billingAccount: string): boolean;
  inBillingAccount(permission: Permission, billingAccount: string): boolean;
}

/** Null: nothing to do with the account, or no such account. */
export function heldIn(principal: Principal, account: string, directory: Directory): Held | null {
  if (!isAccountId(account)) return null;
  const entry = directory.account(account);
  if (entry === null) return null;
  if (principal.kind === "key") {
    const { key } = principal;
    return key.account === "*" || key.account === account ? heldByKey(key) : null;
  }
  return heldByPerson(principal.person, entry);
}

function heldByPerson(person: PersonEntry, { account, adminsLackBilling = false }: AccountEntry): Held | null {
  if (person.operator) return heldByOperator;
  const membership = person.memberships.find((one) => one.account === account);
  if (membership === undefined) return null;
  const reach = new Map<Permission, Reach>();
  give(reach, factsOf("selfServiceBuyer").permissions, "buyer", null);
  for (const text of membership.roles) {
    const grant = grantFromText(text);
    if (grant === null) continue;
    const { kind, permissions } = factsOf(grant.role);
    give(reach, permissions, kind, grant.scope);
    if (!adminsLackBilling) give(reach, automatic(grant.role), "billingAccount", null);
  }
  return heldFrom(membership.roles, reach, !adminsLackBilling);
}

function give(reach: Map<Permission, Reach>, permissions: readonly Permission[], kind: RoleKind, scope: string | null): void {
  for (const permission of permissions) {
    const where = reach.get(permission) ?? { everywhere: false, billingAccounts: new Set(), billingProfiles: new Set() };
    if (scope === null) where.everywhere = true;
    else if (kind === "billingAccount") where.billingAccounts.add(scope);
    else where.billingProfiles.add(scope);
    reach.set(permission, where);
  }
}

function heldFrom(roles: readonly string[], reach: ReadonlyMap<Permission, Reach>, adminsHaveBilling: boolean): Held {
  const everywhere = (permission: Permission): boolean => reach.get(permission)?.everywhere === true;
  const inBillingAccount = (permission: Permission, billingAccount: string): boolean =>
    everywhere(permission) || reach.get(permission)?.billingAccounts.has(billingAccount) === true;
  return {
    roles,
    adminsHaveBilling,
    everywhere,
    anywhere: (permission) => reach.has(permission),
    inBillingAccount,
    inProfile: (permission, profile, billingAccount) =>
      inBillingAccount(permission, billingAccount) || reach.get(permission)?.billingProfiles.has(profile) === true,
  };
}

function holding(roles: readonly string[], permissions: readonly Permission[]): Held {
  const reach = new Map<Permission, Reach>();
  give(reach, permissions, "directory", null);
  return heldFrom(roles, reach, true);
}

const heldByOperator = holding(["operator"], permissionNames);

/** A key belongs to a system: it buys nothing for itself. */
const scopePermissions: Readonly<Record<KeyEntry["scopes"][number], readonly Permission[]>> = {
  ingest: ["ingest"],
  authorize: ["authorize"],
  read: reading,
  admin: permissionNames,
};

/** Decisions on calls come with a key each: what its scopes give is worked out once. */
const byScopes = new Map<string, Held>();

function heldByKey({ scopes }: KeyEntry): Held {
  const name = scopes.join();
  let held = byScopes.get(name);
  if (held === undefined) {
    held = holding(scopes, [...new Set(scopes.flatMap((scope) => scopePermissions[scope]))]);
    byScopes.set(name, held);
  }
  return held;
}
