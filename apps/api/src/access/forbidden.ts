import { ApiProblem } from "../problem.ts";
import type { Held } from "./held.ts";
import { permissions, type Permission } from "./permissions.ts";
import type { Principal } from "./principal.ts";
import { factsOf, rolesWith } from "./roles.ts";

/** Names the roles any of which would do (PG-1); for a key, its scope. `where` says which part of the account it is about. */
export function missingPermission(needed: readonly Permission[], principal: Principal, held: Held, where?: string): ApiProblem {
  const action = needed.map((permission) => permissions[permission]).join("; or: ");
  const about = where === undefined ? "" : ` (${where})`;
  if (principal.kind === "key") {
    const scopes = [...new Set(needed.map(scopeWith))];
    return new ApiProblem("forbidden", {
      detail: `${action}${about}: this needs an API key with the scope ${scopes.join(" or ")}.`,
      hint: "Use another key, or let an administrator create one.",
      extra: { permissions: needed, roles: [] },
    });
  }
  const roles = [...new Set(needed.flatMap((permission) => rolesWith(permission, held.adminsHaveBilling)))];
  const names = roles.map((role) => factsOf(role).name);
  return new ApiProblem("forbidden", {
    detail: `${action}${about}: this needs ${names.length === 1 ? "the role" : "one of the roles"} ${names.join(", ")}.`,
    hint: "A billing role is given by a billing account owner, any other role by a Global administrator.",
    extra: { permissions: needed, roles },
  });
}

function scopeWith(permission: Permission): string {
  if (permission === "ingest" || permission === "authorize") return permission;
  return permission.startsWith("read") ? "read" : "admin";
}
