import { Session, SignInRequest } from "@tollbook/contracts/http.ts";
import * as z from "zod/mini";
import { heldIn } from "../access/held.ts";
import { permissionNames } from "../access/permissions.ts";
import { isOperator, principalOf, type Principal } from "../access/principal.ts";
import type { Directory } from "../directory/directory.ts";
import { checkPassword, openSession } from "../directory/people.ts";
import { ApiProblem } from "../problem.ts";
import { problems } from "../schemas.ts";
import type { App, Services } from "../services.ts";
import { sessionCookieName } from "../session-cookie.ts";

/** argon2 reads all of it: without a limit a long password would be a cheap attack. */
const MAX_PASSWORD = 1024;

export function registerSession(app: App, { config, directory, now }: Services): void {
  const cookieName = sessionCookieName(config.secureCookies);
  const cookie = { path: "/", httpOnly: true, sameSite: "strict", secure: config.secureCookies } as const;

  app.post(
    "/v1/session",
    {
      config: { access: "public" },
      schema: {
        operationId: "signIn",
        tags: ["Sign-in"],
        summary: "Sign in with e-mail and password",
        description: "Sets the session's cookie. Send `csrfToken` back as `X-CSRF-Token` with every change.",
        body: z.strictObject(SignInRequest.shape),
        response: { 201: Session, ...problems("logUnreachable") },
        security: [],
      },
    },
    async (request, reply) => {
      const { email, password } = request.body;
      if (!directory.loaded)
        throw new ApiProblem("logUnreachable", { detail: "The directory is not loaded yet.", retryAfterSeconds: 1 });
      const person = password.length > MAX_PASSWORD ? null : await checkPassword(directory, email, password);
      if (person === null)
        throw new ApiProblem("unauthenticated", { detail: "E-mail or password is wrong.", hint: "Check both and try again." });
      const { token, session } = await openSession(directory, person, now());
      reply.setCookie(cookieName, token, { ...cookie, expires: new Date(session.expiresAt) });
      return reply.code(201).send(sessionFromPrincipal({ kind: "person", person, token, session }, directory));
    },
  );

  app.get(
    "/v1/session",
    {
      config: { access: "signedIn" },
      schema: {
        operationId: "getSession",
        tags: ["Sign-in"],
        summary: "Who is signed in, and for which accounts",
        response: { 200: Session, ...problems("logUnreachable") },
      },
    },
    async (request) => sessionFromPrincipal(principalOf(request), directory),
  );

  app.delete(
    "/v1/session",
    {
      config: { access: "signedIn" },
      schema: {
        operationId: "signOut",
        tags: ["Sign-in"],
        summary: "Sign out",
        response: { 204: z.null(), ...problems("logUnreachable") },
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      if (principal.kind === "person") await directory.changeSession(principal.token, () => null);
      reply.clearCookie(cookieName, cookie);
      return reply.code(204).send(null);
    },
  );
}

/** Every account that he has to do with, with his roles there and what they come to. */
export function sessionFromPrincipal(principal: Principal, directory: Directory): Session {
  const accounts = directory
    .accounts()
    .flatMap(({ account, name }) => {
      const held = heldIn(principal, account, directory);
      if (held === null) return [];
      // Who runs the installation sees every account: everything, a thousand times over, would be a long answer.
      const permissions = isOperator(principal) ? {} : { permissions: permissionNames.filter((one) => held.anywhere(one)) };
      return [{ account, name, roles: [...held.roles], ...permissions }];
    })
    .toSorted((a, b) => a.name.localeCompare(b.name));
  if (principal.kind === "key") return { person: { email: "", displayName: principal.key.name }, accounts, csrfToken: "" };
  const { person, session } = principal;
  return { person: { email: person.email, displayName: person.displayName }, accounts, csrfToken: session.csrfToken };
}
