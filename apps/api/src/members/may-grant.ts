import type { BelongsView } from "@tollbook/contracts/views.ts";
import type { FastifyRequest } from "fastify";
import { missingPermission } from "../access/forbidden.ts";
import { grantFromText, type Grant } from "../access/grants.ts";
import { accountOf, heldOf, principalOf } from "../access/principal.ts";
import { factsOf, roleNames } from "../access/roles.ts";
import { askMeter } from "../ask-meter.ts";
import type { LogClient } from "../log/log-client.ts";
import { ApiProblem } from "../problem.ts";
import type { RoleChange } from "./membership.ts";

/**
 * Each role given or taken must be in the hands of him who does it: billing roles of whoever owns that billing account or
 * profile, all others of a Global administrator (§10). Rejects with ApiProblem `forbidden`, `invalidRequest` (no such role, no
 * such billing account or profile), `meterUnreachable`.
 */
export async function checkGrants(request: FastifyRequest, log: LogClient, { added, removed }: RoleChange): Promise<void> {
  for (const text of added) {
    const grant = parse(text);
    checkGrant(request, grant, await placeOf(request, log, grant, true));
  }
  for (const text of removed) {
    const grant = grantFromText(text);
    if (grant !== null) checkGrant(request, grant, await placeOf(request, log, grant, false));
  }
}

function parse(text: string): Grant {
  const grant = grantFromText(text);
  if (grant !== null) return grant;
  const names = roleNames.filter((role) => factsOf(role).kind !== "buyer");
  throw new ApiProblem("invalidRequest", {
    detail: `roles: "${text}" is none of ${names.join(", ")}`,
    hint: "A billing role may name one billing account or profile: billingProfileReader:main. GET /v1/roles explains them.",
  });
}

interface Place {
  readonly billingAccount: string;
  readonly billingProfile: string;
}

/** Null: the role is given for the whole account. */
async function placeOf(request: FastifyRequest, log: LogClient, { role, scope }: Grant, must: boolean): Promise<Place | null> {
  if (scope === null) return null;
  const { kind } = factsOf(role);
  if (kind === "billingAccount" && !must) return { billingAccount: scope, billingProfile: "" };
  const about = kind === "billingAccount" ? ("billingAccount" as const) : ("billingProfile" as const);
  const found = await askMeter(log, accountOf(request), { view: "belongs", kind: about, id: scope }).catch((error: unknown) => {
    if (error instanceof ApiProblem && error.problem === "notFound") return null;
    throw error;
  });
  if (found !== null) return found as BelongsView;
  // What is gone can still be taken away.
  if (!must) return { billingAccount: "", billingProfile: scope };
  const what = kind === "billingAccount" ? "billing account" : "billing profile";
  throw new ApiProblem("invalidRequest", { detail: `roles: there is no ${what} "${scope}"` });
}

function checkGrant(request: FastifyRequest, { role }: Grant, place: Place | null): void {
  const held = heldOf(request);
  const refuse = (permission: "grantBillingRoles" | "grantDirectoryRoles" | "grantProfileRoles"): never => {
    throw missingPermission([permission], principalOf(request), held, factsOf(role).name);
  };
  switch (factsOf(role).kind) {
    case "directory":
    case "buyer":
      if (!held.everywhere("grantDirectoryRoles")) refuse("grantDirectoryRoles");
      return;
    case "billingAccount":
      if (
        place === null ? !held.everywhere("grantBillingRoles") : !held.inBillingAccount("grantBillingRoles", place.billingAccount)
      )
        refuse("grantBillingRoles");
      return;
    case "billingProfile":
      if (
        place === null
          ? !held.everywhere("grantProfileRoles")
          : !held.inProfile("grantProfileRoles", place.billingProfile, place.billingAccount)
      )
        refuse("grantProfileRoles");
  }
}
