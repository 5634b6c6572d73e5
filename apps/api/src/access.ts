import { isAccountId, type AccountId, type FeederId } from "@tollbook/contracts/units.ts";
import type { Actor } from "@tollbook/contracts/commands.ts";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { timingSafeEqual } from "node:crypto";
import { findApiKey } from "./directory/api-keys.ts";
import type { Directory } from "./directory/directory.ts";
import type { KeyEntry, PersonEntry, SessionEntry } from "./directory/entries.ts";
import { ApiProblem, notFound } from "./problem.ts";

/** What one may do in an account. */
export const rights = ["read", "change", "ingest", "authorize", "admin"] as const;
export type Right = (typeof rights)[number];

/**
 * Who may call a route; every route of the API names it, or the server does not start.
 * `account`: one of the rights in the account of the path. `ingest`: a key or person who may send events for any account.
 */
export type Access = "public" | "signedIn" | "operator" | "ingest" | { readonly account: readonly [Right, ...Right[]] };

export type Principal =
  | { readonly kind: "person"; readonly person: PersonEntry; readonly token: string; readonly session: SessionEntry }
  | { readonly kind: "key"; readonly key: KeyEntry };

declare module "fastify" {
  interface FastifyContextConfig {
    access?: Access;
    /** Answers an emergency also when nobody can be recognised, because the directory is not there. */
    emergencyAlways?: boolean;
  }
  interface FastifyRequest {
    /** Null only on public routes. */
    principal: Principal | null;
    /** Why nobody was recognised. */
    refusal: unknown;
  }
}

export interface AccessOptions {
  readonly directory: Directory;
  readonly keyEnvironment: string;
  readonly cookieName: string;
  readonly now: () => Date;
  readonly noteKeyUse: (keyId: string) => void;
}

/**
 * Two hooks, before anything of the body is read: who asks, and whether they may. What is registered between the two (the
 * rate limit) knows who asks, and also counts those who will be turned away.
 */
export function recogniseCallers(app: FastifyInstance, options: AccessOptions): void {
  app.decorateRequest("principal", null);
  app.decorateRequest("refusal", null);
  app.addHook("onRoute", (route) => {
    if (route.url.startsWith("/v1") && route.config?.access === undefined)
      throw new Error(`the route ${String(route.method)} ${route.url} does not say who may call it`);
  });
  app.addHook("onRequest", async (request) => {
    if ((request.routeOptions.config.access ?? "public") === "public") return;
    try {
      request.principal = recognise(request, options);
    } catch (error) {
      request.refusal = error;
    }
  });
}

export function decideAccess(app: FastifyInstance, { directory }: AccessOptions): void {
  app.addHook("onRequest", async (request) => {
    const access = request.routeOptions.config.access ?? "public";
    if (access === "public") return;
    if (request.principal === null) {
      if (request.routeOptions.config.emergencyAlways === true && !directory.loaded) return;
      throw request.refusal;
    }
    decide(request, access, request.principal, directory);
  });
}

function recognise(
  request: FastifyRequest,
  { directory, keyEnvironment, cookieName, now, noteKeyUse }: AccessOptions,
): Principal {
  if (!directory.loaded)
    throw new ApiProblem("logUnreachable", { detail: "The directory is not loaded yet.", retryAfterSeconds: 1 });
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const [, text = ""] = /^Bearer (\S+)$/i.exec(authorization) ?? [];
    const key = findApiKey(directory, keyEnvironment, text, now());
    if (key === null) throw unauthenticated();
    noteKeyUse(key.keyId);
    return { kind: "key", key };
  }
  const token = request.cookies[cookieName];
  const session = token === undefined ? null : directory.session(token);
  if (token === undefined || session === null || Date.parse(session.expiresAt) <= now().getTime()) throw unauthenticated();
  const person = directory.person(session.email);
  if (person === null) throw unauthenticated();
  if (!["GET", "HEAD", "OPTIONS"].includes(request.method)) checkSameSite(request, session);
  return { kind: "person", person, token, session };
}

function unauthenticated(): ApiProblem {
  return new ApiProblem("unauthenticated", {
    hint: "Sign in at POST /v1/session, or send `Authorization: Bearer <API key>`. A key may have expired or been revoked.",
  });
}

/** A cookie is sent by the browser whoever asks for it: a change also needs the token that only our own page can read. */
function checkSameSite(request: FastifyRequest, session: SessionEntry): void {
  const given = Buffer.from(String(request.headers["x-csrf-token"] ?? ""));
  const expected = Buffer.from(session.csrfToken);
  const site = request.headers["sec-fetch-site"];
  const foreign = site !== undefined && site !== "same-origin" && site !== "none";
  if (foreign || given.length !== expected.length || !timingSafeEqual(given, expected))
    throw new ApiProblem("forbidden", {
      detail: "The header X-CSRF-Token is missing or not that of this session.",
      hint: "Send the csrfToken of GET /v1/session with every change.",
    });
}

function decide(request: FastifyRequest, access: Exclude<Access, "public">, principal: Principal, directory: Directory): void {
  if (access === "signedIn") return;
  if (access === "operator") {
    if (!isOperator(principal)) throw forbidden("operator of this installation");
    return;
  }
  if (access === "ingest") {
    if (principal.kind === "key" && !rightsOfKey(principal.key).has("ingest")) throw forbidden("scope ingest");
    return;
  }
  const { account } = request.params as { account?: string };
  if (account === undefined) throw new Error(`the route ${request.routeOptions.url} has no account in its path`);
  const held = rightsIn(principal, account, directory);
  // Whether the account exists is nobody's business who has no right in it.
  if (held.size === 0) throw notFound("There is no such account, or it is not yours.");
  if (!access.account.some((right) => held.has(right))) throw forbidden(access.account.join(" or "));
}

function forbidden(missing: string): ApiProblem {
  return new ApiProblem("forbidden", {
    detail: `This needs: ${missing}.`,
    hint: "Ask an owner or admin of the account for the role, or use a key with the scope.",
  });
}

const everything: ReadonlySet<Right> = new Set(rights);
const reading: ReadonlySet<Right> = new Set(["read"]);
const nothing: ReadonlySet<Right> = new Set();

/** Empty: none, or no such account. */
export function rightsIn(principal: Principal, account: string, directory: Directory): ReadonlySet<Right> {
  if (!isAccountId(account) || directory.account(account) === null) return nothing;
  if (principal.kind === "key") {
    const { key } = principal;
    return key.account === "*" || key.account === account ? rightsOfKey(key) : nothing;
  }
  const { person } = principal;
  if (person.operator) return everything;
  const held = rolesIn(person, account);
  if (held.includes("owner") || held.includes("admin")) return everything;
  return held.includes("reader") ? reading : nothing;
}

function rightsOfKey({ scopes }: KeyEntry): ReadonlySet<Right> {
  return scopes.includes("admin") ? everything : new Set<Right>(scopes);
}

export function rolesIn(person: PersonEntry, account: string): readonly string[] {
  if (person.operator) return ["owner"];
  return person.memberships.find((membership) => membership.account === account)?.roles ?? [];
}

function isOperator(principal: Principal): boolean {
  return principal.kind === "person"
    ? principal.person.operator
    : principal.key.account === "*" && principal.key.scopes.includes("admin");
}

/** The one who asks; only called on routes that are not public. */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === null) throw new Error("a public route has no principal");
  return request.principal;
}

/** As the audit will name them. */
export function actorOf(principal: Principal, account: string): Actor {
  return principal.kind === "person"
    ? { kind: "person", id: principal.person.email, roles: [...rolesIn(principal.person, account)] }
    : { kind: "key", id: principal.key.keyId, roles: [...principal.key.scopes] };
}

/** Checked by the route's access before. */
export function accountOf(request: FastifyRequest): AccountId {
  return (request.params as { account: string }).account as AccountId;
}

/** In whose name events go into the log: a key's own feeder; a person sends as the API itself. */
export function feederOf(principal: Principal): FeederId {
  return (principal.kind === "key" ? principal.key.feeder : "api") as FeederId;
}
