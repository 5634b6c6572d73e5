import type { Actor } from "@tollbook/contracts/commands.ts";
import type { AccountId, FeederId } from "@tollbook/contracts/units.ts";
import type { FastifyRequest } from "fastify";
import type { KeyEntry, PersonEntry, SessionEntry } from "../directory/entries.ts";
import type { Held } from "./held.ts";

/** Who asks: a person with a session's cookie, or a system with an API key. */
export type Principal =
  | { readonly kind: "person"; readonly person: PersonEntry; readonly token: string; readonly session: SessionEntry }
  | { readonly kind: "key"; readonly key: KeyEntry };

declare module "fastify" {
  interface FastifyRequest {
    /** Null only on public routes. */
    principal: Principal | null;
    /** Why nobody was recognised. */
    refusal: unknown;
    /** What the one who asks may do in the account of the path; null outside of accounts. */
    held: Held | null;
  }
}

/** The one who asks; only called on routes that are not public. */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === null) throw new Error("a public route has no principal");
  return request.principal;
}

/** What he may do in the account of the path; only called on routes of an account. */
export function heldOf(request: FastifyRequest): Held {
  if (request.held === null) throw new Error("a route without an account in its path holds nothing");
  return request.held;
}

/** As the audit names him, with the roles that he holds in the account; outside of accounts only operators act. */
export function actorOf(request: FastifyRequest): Actor {
  const principal = principalOf(request);
  const roles = [...(request.held?.roles ?? (principal.kind === "key" ? principal.key.scopes : ["operator"]))];
  return principal.kind === "person"
    ? { kind: "person", id: principal.person.email, roles }
    : { kind: "key", id: principal.key.keyId, roles };
}

/** Checked by the route's access before. */
export function accountOf(request: FastifyRequest): AccountId {
  return (request.params as { account: string }).account as AccountId;
}

/** In whose name events go into the log: a key's own feeder; a person sends as the API itself. */
export function feederOf(principal: Principal): FeederId {
  return (principal.kind === "key" ? principal.key.feeder : "api") as FeederId;
}

export function isOperator(principal: Principal): boolean {
  return principal.kind === "person"
    ? principal.person.operator
    : principal.key.account === "*" && principal.key.scopes.includes("admin");
}
