import { fastifyRateLimit } from "@fastify/rate-limit";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Principal } from "./access/principal.ts";
import { ApiProblem } from "./problem.ts";

export interface Limits {
  readonly key: number;
  readonly person: number;
  readonly address: number;
  /** From one address: whoever guesses passwords is slower than this. */
  readonly signIn: number;
}

const MINUTE_MS = 60_000;

/**
 * Requests a minute, counted by key, by person, or by address for those who are not signed in. The address is the
 * connection's own: X-Forwarded-For is anybody's to write (S12). The answer says what is left (draft RateLimit fields).
 */
export async function limitRequests(app: FastifyInstance, limits: Limits): Promise<void> {
  await app.register(fastifyRateLimit, { global: false, cache: 20_000 });
  const check = app.createRateLimit({
    timeWindow: MINUTE_MS,
    keyGenerator: whoAsks,
    max: (request: FastifyRequest) => limitOf(request.principal, limits, isSignIn(request)),
  });
  app.addHook("onRequest", async (request, reply) => {
    // `/v1.0` and `/beta` are those of Microsoft Graph's shape.
    if (!/^\/(v1|beta)/.test(request.url)) return;
    const state = await check(request);
    if (state.isAllowed) return;
    reply.header("RateLimit-Policy", `"default";q=${state.max};w=${MINUTE_MS / 1000}`);
    reply.header("RateLimit", `"default";r=${state.remaining};t=${state.ttlInSeconds}`);
    if (!state.isExceeded) return;
    throw new ApiProblem("tooManyRequests", {
      detail: `More than ${state.max} requests a minute.`,
      hint: "Wait as Retry-After says; send events in batches.",
      retryAfterSeconds: state.ttlInSeconds,
    });
  });
}

function whoAsks(request: FastifyRequest): string {
  const { principal } = request;
  if (principal === null) return `${isSignIn(request) ? "sign-in" : "address"}:${request.ip}`;
  return principal.kind === "key" ? `key:${principal.key.keyId}` : `person:${principal.person.email}`;
}

function limitOf(principal: Principal | null, limits: Limits, signIn: boolean): number {
  if (principal === null) return signIn ? limits.signIn : limits.address;
  return principal.kind === "key" ? limits.key : limits.person;
}

function isSignIn(request: FastifyRequest): boolean {
  return request.method === "POST" && request.routeOptions.url === "/v1/session";
}
