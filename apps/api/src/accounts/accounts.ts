import { commandData } from "@tollbook/contracts/commands.ts";
import { CommandResult } from "@tollbook/contracts/http.ts";
import { isAccountId, type AccountId } from "@tollbook/contracts/units.ts";
import type { FastifyRequest } from "fastify";
import * as z from "zod/mini";
import { actorOf } from "../access/principal.ts";
import { acceptedOnly, commandId, sendCommand } from "../give-command.ts";
import { emailAddress, Invitation, inviteMember } from "../members/invite.ts";
import { ApiProblem } from "../problem.ts";
import { accountName, problems } from "../schemas.ts";
import type { App, Services } from "../services.ts";

/** Until the account says otherwise (contract §2): calls that nobody could check are refused. */
const DEFAULTS = { onUnreachable: "reject", maxUnsupervisedSeconds: 900 } as const;

const AccountList = z.object({ accounts: z.array(z.object({ account: z.string(), name: z.string(), createdAt: z.string() })) });

/** `invitation` where an owner was named. */
const CreatedAccount = z.extend(CommandResult, { invitation: z.optional(Invitation) });

export function registerAccounts(app: App, services: Services): void {
  const { log, directory, now } = services;
  app.get(
    "/v1/accounts",
    {
      config: { access: "operator" },
      schema: {
        operationId: "listAccounts",
        tags: ["Sign-in"],
        summary: "All accounts of the installation",
        response: { 200: AccountList, ...problems() },
      },
    },
    async () => ({ accounts: directory.accounts().map(({ account, name, createdAt }) => ({ account, name, createdAt })) }),
  );

  app.post(
    "/v1/accounts",
    {
      config: { access: "operator" },
      schema: {
        operationId: "createAccount",
        tags: ["Commands"],
        summary: "Create an account",
        description:
          "First in the account's log, then in the directory; when it broke off between the two, the same request completes it.",
        body: z.extend(commandData["account.create"], {
          account: accountName,
          /** PG-1: who signs up: becomes billing account owner and Global administrator, and is invited unless he is known. */
          owner: z.optional(emailAddress),
        }),
        response: { 201: CreatedAccount, ...problems("refused", "idempotencyMismatch", "meterUnreachable", "logUnreachable") },
      },
    },
    async (request, reply) => {
      const { account, owner, ...data } = request.body;
      if (!isAccountId(account)) throw new ApiProblem("invalidRequest", { detail: "account: 1 to 63 of a-z, 0-9 and -" });
      const actor = actorOf(request);
      const answer = await sendCommand(log, account, commandId(request, "account.create"), "account.create", actor, data);
      const exists = answer.code === "accountExists";
      if (exists && directory.account(account) === null) {
        await addToDirectory(account, data.name);
        return reply
          .code(201)
          .send({ seq: answer.seq, outcome: "accepted" as const, ...(await welcome(request, account, owner)) });
      }
      const result = acceptedOnly(answer);
      await addToDirectory(account, data.name);
      return reply.code(201).send({ ...result, ...(await welcome(request, account, owner)) });
    },
  );

  async function welcome(
    request: FastifyRequest,
    account: AccountId,
    owner: string | undefined,
  ): Promise<{ invitation?: z.infer<typeof Invitation> }> {
    if (owner === undefined) return {};
    const roles = ["billingAccountOwner", "globalAdmin"];
    const given = { account, actor: actorOf(request), email: owner, displayName: undefined, roles };
    const { invitation } = await inviteMember(services, given);
    return { invitation };
  }

  async function addToDirectory(account: string, name: string): Promise<void> {
    await directory.changeAccount(
      account,
      (current) => current ?? { account, name, createdAt: now().toISOString(), ...DEFAULTS },
    );
  }
}
