import { ApiKey, CreatedApiKey } from "@tollbook/contracts/http.ts";
import { isFeederId, parseTime } from "@tollbook/contracts/units.ts";
import * as z from "zod/mini";
import { missingPermission } from "../access/forbidden.ts";
import { accountOf, actorOf, heldOf, principalOf } from "../access/principal.ts";
import { createApiKey, newKeyId } from "../directory/api-keys.ts";
import type { KeyEntry } from "../directory/entries.ts";
import { recordChange } from "../directory/record-change.ts";
import { notFound } from "../problem.ts";
import { accountName, AccountParams, problems } from "../schemas.ts";
import type { App, Services } from "../services.ts";

const NewKey = z.strictObject({
  name: z.string().check(z.minLength(1), z.maxLength(128)),
  /** In whose name events come: part of their subject in the log. */
  feeder: z.string().check(z.refine(isFeederId, "1 to 63 of a-z, 0-9 and -")),
  scopes: z.array(z.enum(["ingest", "authorize", "read", "admin"])).check(z.minLength(1), z.maxLength(4)),
  expiresAt: z.optional(
    z.nullable(z.string().check(z.refine((text) => parseTime(text) !== null, "an RFC 3339 time, such as 2027-11-22T00:00:00Z"))),
  ),
});

export function registerApiKeys(app: App, { directory, config, log, now }: Services): void {
  app.get(
    "/v1/accounts/:account/api-keys",
    {
      config: { access: { account: ["manageKeys"] } },
      schema: {
        operationId: "listApiKeys",
        tags: ["Sign-in"],
        summary: "API keys of the account, without their secrets",
        params: AccountParams,
        response: { 200: z.object({ keys: z.array(ApiKey) }), ...problems() },
      },
    },
    async (request) => ({ keys: directory.keysOf(accountOf(request)).map(withoutSecret) }),
  );

  app.post(
    "/v1/accounts/:account/api-keys",
    {
      config: { access: { account: ["manageKeys"] } },
      schema: {
        operationId: "createApiKey",
        tags: ["Sign-in"],
        summary: "Create an API key",
        description: "`secret` is shown this once: only its hash is kept.",
        params: AccountParams,
        body: NewKey,
        response: { 201: CreatedApiKey, ...problems("logUnreachable") },
      },
    },
    async (request, reply) => {
      const { name, feeder, scopes, expiresAt = null } = request.body;
      const account = accountOf(request);
      // A key with the scope admin may do anything in the account: who may not himself does not get it by a key.
      const held = heldOf(request);
      if (scopes.includes("admin") && !(held.everywhere("grantBillingRoles") && held.everywhere("grantDirectoryRoles")))
        throw missingPermission(["grantBillingRoles"], principalOf(request), held, "a key with the scope admin");
      const keyId = newKeyId();
      await recordChange(log, account, actorOf(request), { what: "apiKey", subject: keyId, before: null, after: [...scopes] });
      const created = await createApiKey(
        directory,
        config.keyEnvironment,
        { keyId, name, account, feeder, scopes, expiresAt },
        now(),
      );
      return reply.code(201).send(created);
    },
  );

  app.delete(
    "/v1/accounts/:account/api-keys/:keyId",
    {
      config: { access: { account: ["manageKeys"] } },
      schema: {
        operationId: "revokeApiKey",
        tags: ["Sign-in"],
        summary: "Revoke an API key, at once",
        params: z.object({ account: accountName, keyId: z.string().check(z.regex(/^[0-9a-f]{16}$/)) }),
        response: { 204: z.null(), ...problems("logUnreachable") },
      },
    },
    async (request, reply) => {
      const account = accountOf(request);
      const { keyId } = request.params;
      const key = directory.key(keyId);
      if (key?.account !== account) throw notFound("There is no such key.");
      await recordChange(log, account, actorOf(request), {
        what: "apiKey",
        subject: keyId,
        before: [...key.scopes],
        after: null,
      });
      await directory.changeKey(keyId, () => null);
      return reply.code(204).send(null);
    },
  );

  function withoutSecret({ secretSha256: _secret, ...key }: KeyEntry): z.infer<typeof ApiKey> {
    return { ...key, lastUsedAt: directory.keyLastUsed(key.keyId) };
  }
}
