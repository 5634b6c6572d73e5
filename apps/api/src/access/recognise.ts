import type { FastifyInstance, FastifyRequest } from "fastify";
import { timingSafeEqual } from "node:crypto";
import { findApiKey } from "../directory/api-keys.ts";
import type { Directory } from "../directory/directory.ts";
import type { SessionEntry } from "../directory/entries.ts";
import { ApiProblem } from "../problem.ts";
import type { Access } from "./access.ts";
import type { Principal } from "./principal.ts";

/** One route as it was registered, with who may call it. */
export interface RouteAccess {
  readonly method: string;
  readonly url: string;
  readonly access: Access;
}

declare module "fastify" {
  interface FastifyInstance {
    /** Every route under /v1. */
    readonly routeAccess: readonly RouteAccess[];
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
 * The first of two hooks, before anything of the body is read: who asks. What is registered between it and `decideAccess` (the
 * rate limit) knows who asks, and also counts those who will be turned away.
 */
export function recogniseCallers(app: FastifyInstance, options: AccessOptions): void {
  app.decorateRequest("principal", null);
  app.decorateRequest("refusal", null);
  app.decorateRequest("held", null);
  const routes: RouteAccess[] = [];
  app.decorate("routeAccess", routes);
  app.addHook("onRoute", ({ method, url, config }) => {
    if (!/^\/(v1|beta)/.test(url)) return;
    const access = config?.access;
    if (access === undefined) throw new Error(`the route ${String(method)} ${url} does not say who may call it`);
    for (const one of [method].flat()) if (one !== "HEAD") routes.push({ method: one, url, access });
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
