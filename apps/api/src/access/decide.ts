import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Directory } from "../directory/directory.ts";
import type { LogClient } from "../log/log-client.ts";
import { ApiProblem, notFound } from "../problem.ts";
import type { AccountAccess } from "./access.ts";
import { checkCommandBody, mayGiveSome } from "./check-command.ts";
import { missingPermission } from "./forbidden.ts";
import { heldIn } from "./held.ts";
import type { Permission } from "./permissions.ts";
import { heldOf, isOperator, principalOf } from "./principal.ts";

/**
 * The second of two hooks: may he who asks. Decided from the directory as it stands at this request, so that a role which was
 * given or taken a moment ago counts. What a command touches is known once its body was read: that is the third hook.
 */
export function decideAccess(
  app: FastifyInstance,
  { directory, log }: { readonly directory: Directory; readonly log: LogClient },
): void {
  app.addHook("onRequest", async (request) => {
    const { access = "public", emergencyAlways } = request.routeOptions.config;
    if (access === "public") return;
    if (request.principal === null) {
      if (emergencyAlways === true && !directory.loaded) return;
      throw request.refusal;
    }
    decide(request, directory);
  });
  app.addHook("preValidation", async (request) => {
    const { access } = request.routeOptions.config;
    if (typeof access === "object" && "command" in access) await checkCommandBody(request, log, access.command);
  });
}

function decide(request: FastifyRequest, directory: Directory): void {
  const { access } = request.routeOptions.config;
  const principal = principalOf(request);
  if (access === "signedIn") return;
  if (access === "operator") {
    if (!isOperator(principal)) throw needs("an operator of this installation");
    return;
  }
  if (access === "ingest") {
    const { kind } = principal;
    if (kind === "key" && !principal.key.scopes.some((scope) => scope === "ingest" || scope === "admin"))
      throw needs("an API key with the scope ingest");
    return;
  }
  if (typeof access !== "object") throw new Error(`the route ${request.routeOptions.url} says nothing about ${access}`);
  const { account } = request.params as { account?: string };
  if (account === undefined) throw new Error(`the route ${request.routeOptions.url} has no account in its path`);
  request.held = heldIn(principal, account, directory);
  // Whether the account exists is nobody's business who has no part in it.
  if (request.held === null) throw notFound("There is no such account, or it is not yours.");
  if ("command" in access) mayGiveSome(request, access.command);
  else decideInAccount(request, access);
}

function decideInAccount(request: FastifyRequest, { account: anyOf, scoped, perUser = [] }: AccountAccess): void {
  const principal = principalOf(request);
  const held = heldOf(request);
  const meets = (permission: Permission): boolean => (scoped === true ? held.anywhere(permission) : held.everywhere(permission));
  if (!anyOf.some(meets)) throw missingPermission(anyOf, principal, held);
  const query = request.query as Readonly<Record<string, unknown>>;
  // CM-6: whoever may read costs may read them by person, too.
  const byPerson: Permission[] = anyOf.includes("readCost") ? ["readPerUserUsage", "readCost"] : ["readPerUserUsage"];
  if (perUser.some((member) => asks(query, member)) && !byPerson.some((permission) => held.everywhere(permission)))
    throw missingPermission(["readPerUserUsage"], principal, held);
}

/** `user`: whatever it is; `groupBy=user`: when that is among its values. */
function asks(query: Readonly<Record<string, unknown>>, member: string): boolean {
  const [name = "", value] = member.split("=");
  const given = query[name];
  if (given === undefined) return false;
  const values = (Array.isArray(given) ? given : [given]).filter((one): one is string => typeof one === "string");
  return value === undefined || values.some((one) => one.split(",").includes(value));
}

function needs(what: string): ApiProblem {
  return new ApiProblem("forbidden", {
    detail: `This needs ${what}.`,
    hint: "Sign in as somebody who may, or use another key.",
  });
}
