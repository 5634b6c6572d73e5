import * as z from "zod/mini";
import { hashPassword, MIN_PASSWORD } from "../directory/people.ts";
import { ApiProblem, notFound } from "../problem.ts";
import { problems } from "../schemas.ts";
import type { App, Services } from "../services.ts";
import { canSignIn } from "./membership.ts";

const MAX_PASSWORD = 1024;

/** Taking an invitation up: a password is chosen once, by who has none yet and was invited by that account. */
export function registerInvitations(app: App, { directory, now }: Services): void {
  app.post(
    "/v1/invitations/:token",
    {
      config: { access: "public" },
      schema: {
        operationId: "acceptInvitation",
        tags: ["Members"],
        summary: "Choose a password and be able to sign in",
        params: z.object({ token: z.string().check(z.regex(/^[0-9a-f]{64}$/)) }),
        body: z.strictObject({
          password: z.string().check(z.minLength(MIN_PASSWORD), z.maxLength(MAX_PASSWORD)),
          displayName: z.optional(z.string().check(z.minLength(1), z.maxLength(128))),
        }),
        response: { 204: z.null(), ...problems("logUnreachable") },
        security: [],
      },
    },
    async (request, reply) => {
      const { token } = request.params;
      const { password, displayName } = request.body;
      if (!directory.loaded)
        throw new ApiProblem("logUnreachable", { detail: "The directory is not loaded yet.", retryAfterSeconds: 1 });
      const invitation = directory.invitation(token);
      if (invitation === null || Date.parse(invitation.expiresAt) <= now().getTime()) throw spent();
      const passwordHash = await hashPassword(password);
      let taken = false;
      await directory.changePerson(invitation.email, (current) => {
        // Another account's invitation must not open what this person may do elsewhere.
        taken = current !== null && !canSignIn(current) && current.invitedBy === invitation.account;
        if (current === null || !taken) return undefined;
        const { invitedBy: _used, ...person } = current;
        return { ...person, passwordHash, displayName: displayName ?? current.displayName };
      });
      await directory.changeInvitation(token, () => null);
      if (!taken) throw spent();
      return reply.code(204).send(null);
    },
  );
}

function spent(): ApiProblem {
  return notFound("The invitation has been used or has run out, or you can sign in already. Sign in, or ask for a new one.");
}
