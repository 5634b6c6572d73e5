import * as z from "zod/mini";
import { principalOf } from "../access/principal.ts";
import { openSession } from "../directory/people.ts";
import { ApiProblem, notFound } from "../problem.ts";
import { problems } from "../schemas.ts";
import type { App, Services } from "../services.ts";
import { sessionCookieName } from "../session-cookie.ts";
import { linkPerson } from "./link-person.ts";
import { cookieFromPending, PENDING_MINUTES, pendingCookieName, pendingFromCookie, returnPath } from "./pending-cookie.ts";
import { CALLBACK_PATH, openProvider, type Provider } from "./provider.ts";

const SignInWays = z.object({
  /** With e-mail and password, at POST /v1/session. */
  local: z.boolean(),
  /** Where to send the browser; null: no identity provider is set up. */
  oidc: z.nullable(z.object({ start: z.string(), issuer: z.string() })),
});

/** Sign-in at an identity provider (OpenID Connect: authorisation code, PKCE, state, nonce), beside the local one. */
export function registerOidc(app: App, { config, directory, log, now }: Services): void {
  const { oidc, secureCookies } = config;
  const provider = oidc === null ? null : openProvider(oidc);
  const sessionCookie = { path: "/", httpOnly: true, sameSite: "strict", secure: secureCookies } as const;
  // Lax: the provider's page leads back here, and the cookie has to come with it.
  const pendingCookie = { path: "/", httpOnly: true, sameSite: "lax", secure: secureCookies } as const;
  const pendingName = pendingCookieName(secureCookies);

  app.get(
    "/v1/sign-in",
    {
      config: { access: "public" },
      schema: {
        operationId: "listSignInWays",
        tags: ["Sign-in"],
        summary: "How people can sign in here",
        response: { 200: SignInWays },
        security: [],
      },
    },
    async () => ({ local: true, oidc: oidc === null ? null : { start: "/v1/oidc/start", issuer: oidc.issuer.href } }),
  );

  app.get(
    "/v1/oidc/start",
    {
      config: { access: "public" },
      schema: {
        operationId: "startOidc",
        tags: ["Sign-in"],
        summary: "To the identity provider's page",
        description: "For browsers. `returnTo` is the path of the dashboard to come back to.",
        querystring: z.strictObject({ returnTo: z.optional(returnPath) }),
        response: { 302: z.null(), ...problems("identityProviderUnreachable") },
        security: [],
      },
    },
    async (request, reply) => {
      const { pending, url } = await known(provider).begin(request.query.returnTo ?? "/");
      reply.setCookie(pendingName, cookieFromPending(pending), { ...pendingCookie, maxAge: PENDING_MINUTES * 60 });
      return reply.redirect(url.href, 302);
    },
  );

  app.get(
    CALLBACK_PATH,
    {
      config: { access: "public" },
      schema: {
        operationId: "finishOidc",
        tags: ["Sign-in"],
        summary: "Back from the identity provider's page",
        description: "Sets the session's cookie, as POST /v1/session does, and leads to the dashboard.",
        // Whatever the provider adds is read by the library that checks it.
        querystring: z.looseObject({}),
        response: { 302: z.null(), ...problems("identityProviderUnreachable", "logUnreachable") },
        security: [],
      },
    },
    async (request, reply) => {
      const pending = pendingFromCookie(request.cookies[pendingName]);
      reply.clearCookie(pendingName, pendingCookie);
      const answering = known(provider);
      if (pending === null)
        throw new ApiProblem("unauthenticated", {
          detail: "No sign-in was begun in this browser, or it took too long.",
          hint: "Begin again at GET /v1/oidc/start.",
        });
      if (!directory.loaded)
        throw new ApiProblem("logUnreachable", { detail: "The directory is not loaded yet.", retryAfterSeconds: 1 });
      const identity = await answering.finish(request.url, pending);
      const person = await linkPerson({ directory, log }, identity, oidc?.mappedRoles ?? []);
      const { token, session } = await openSession(directory, person, now(), identity.idToken);
      reply.setCookie(sessionCookieName(secureCookies), token, { ...sessionCookie, expires: new Date(session.expiresAt) });
      return reply.redirect(pending.returnTo, 302);
    },
  );

  app.post(
    "/v1/oidc/logout",
    {
      config: { access: "signedIn" },
      schema: {
        operationId: "signOutOfOidc",
        tags: ["Sign-in"],
        summary: "Sign out here, and learn where to sign out of the identity provider",
        response: { 200: z.object({ url: z.nullable(z.string()) }), ...problems("logUnreachable") },
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      reply.clearCookie(sessionCookieName(secureCookies), sessionCookie);
      if (principal.kind !== "person") return { url: null };
      const { idToken } = principal.session;
      await directory.changeSession(principal.token, () => null);
      // The session here has ended whether or not the provider can be asked.
      const url = provider === null || idToken === undefined ? null : await provider.signOutUrl(idToken).catch(() => null);
      return { url };
    },
  );
}

function known(provider: Provider | null): Provider {
  if (provider === null) throw notFound("No identity provider is set up here: sign in with e-mail and password.");
  return provider;
}
