import { refusalCodes } from "@tollbook/contracts/codes.ts";
import type { FastifyRequest } from "fastify";
import * as z from "zod/mini";
import type { AccountAccess } from "../access/access.ts";
import { accountOf, actorOf, isOperator, principalOf } from "../access/principal.ts";
import { roleNames, roles } from "../access/roles.ts";
import type { PersonEntry } from "../directory/entries.ts";
import { recordChange } from "../directory/record-change.ts";
import { ApiProblem, notFound } from "../problem.ts";
import { accountName, AccountParams, problems } from "../schemas.ts";
import type { App, Services } from "../services.ts";
import { emailAddress, Invitation, inviteMember, mailboxOf } from "./invite.ts";
import { checkGrants } from "./may-grant.ts";
import { canSignIn, changeBetween, lastOwnerOf, rolesAfter, rolesOf, withoutMembership, withRoles } from "./membership.ts";

const roleList = z.array(z.string().check(z.maxLength(100))).check(z.maxLength(50));
const Member = z.object({
  email: z.string(),
  displayName: z.string(),
  /** `globalAdmin`, `billingProfileReader:emea`; none: looks after what he bought for himself. */
  roles: z.array(z.string()),
  /** False: has been invited and has not signed in yet. */
  active: z.boolean(),
});
const Changed = z.object({
  member: Member,
  /** Of the audit event in the account's log. */
  seq: z.int(),
});
const Invited = z.extend(Changed, { invitation: Invitation });
const RoleList = z.object({
  roles: z.array(
    z.object({
      role: z.string(),
      name: z.string(),
      kind: z.enum(["billingAccount", "billingProfile", "directory", "buyer"]),
      permissions: z.array(z.string()),
      source: z.string(),
    }),
  ),
});

/** What exactly may be given is checked role by role. */
const granting: AccountAccess = { account: ["grantDirectoryRoles", "grantBillingRoles", "grantProfileRoles"], scoped: true };
const MemberParams = z.object({ account: accountName, email: emailAddress });

export function registerMembers(app: App, services: Services): void {
  const { directory, log } = services;

  app.get(
    "/v1/roles",
    {
      config: { access: "signedIn" },
      schema: {
        operationId: "listRoles",
        tags: ["Members"],
        summary: "The roles that members can have, and what each may do",
        description:
          "A billing role is given for all billing accounts or profiles, or for one: `billingProfileReader:emea`. Every member is a self-service buyer.",
        response: { 200: RoleList, ...problems() },
      },
    },
    async () => ({
      roles: roleNames.map((role) => ({ role, ...roles[role], permissions: [...roles[role].permissions] })),
    }),
  );

  app.get(
    "/v1/accounts/:account/members",
    {
      config: { access: { account: ["readMembers"], scoped: true } },
      schema: {
        operationId: "listMembers",
        tags: ["Members"],
        summary: "Members of the account with their roles",
        params: AccountParams,
        response: { 200: z.object({ members: z.array(Member) }), ...problems() },
      },
    },
    async (request) => ({
      members: directory.membersOf(accountOf(request)).map((person) => memberFrom(person, accountOf(request))),
    }),
  );

  app.post(
    "/v1/accounts/:account/members",
    {
      config: { access: granting },
      schema: {
        operationId: "inviteMember",
        tags: ["Members"],
        summary: "Invite a member, or give one more roles",
        description: "Adds to what somebody holds already. Without roles he may buy for himself and look after that, no more.",
        params: AccountParams,
        body: z.strictObject({
          email: emailAddress,
          displayName: z.optional(z.string().check(z.maxLength(128))),
          roles: roleList,
        }),
        response: { 201: Invited, ...problems("meterUnreachable", "logUnreachable") },
      },
    },
    async (request, reply) => {
      const account = accountOf(request);
      const { email, displayName, roles: given } = request.body;
      const held = rolesOf(directory.person(mailboxOf(email)), account) ?? [];
      await checkGrants(request, log, changeBetween(held, [...new Set([...held, ...given])]));
      const invited = await inviteMember(services, { account, actor: actorOf(request), email, displayName, roles: given });
      const { person, seq, invitation } = invited;
      return reply.code(201).send({ member: memberFrom(person, account), seq, invitation });
    },
  );

  app.put(
    "/v1/accounts/:account/members/:email",
    {
      config: { access: granting },
      schema: {
        operationId: "setMemberRoles",
        tags: ["Members"],
        summary: "The roles of a member, from the next request on",
        params: MemberParams,
        body: z.strictObject({ roles: roleList }),
        response: { 200: Changed, ...problems("refused", "meterUnreachable", "logUnreachable") },
      },
    },
    async (request) => {
      const account = accountOf(request);
      const { mailbox, before } = memberOf(request);
      const change = changeBetween(before, [...new Set(request.body.roles)]);
      await checkGrants(request, log, change);
      keepAnOwner(request, mailbox, change.removed);
      const seq = await recordChange(log, account, actorOf(request), {
        what: "member",
        subject: mailbox,
        before: [...before],
        after: [...rolesAfter(before, change)],
      });
      const person = await directory.changePerson(mailbox, (current) =>
        current === null ? undefined : withRoles(current, account, change),
      );
      if (person === null) throw notFound("There is no such member.");
      return { member: memberFrom(person, account), seq };
    },
  );

  app.delete(
    "/v1/accounts/:account/members/:email",
    {
      config: { access: granting },
      schema: {
        operationId: "removeMember",
        tags: ["Members"],
        summary: "Remove a member, at once",
        params: MemberParams,
        response: { 204: z.null(), ...problems("refused", "meterUnreachable", "logUnreachable") },
      },
    },
    async (request, reply) => {
      const account = accountOf(request);
      const { mailbox, before } = memberOf(request);
      await checkGrants(request, log, { added: [], removed: before });
      keepAnOwner(request, mailbox, before);
      await recordChange(log, account, actorOf(request), { what: "member", subject: mailbox, before: [...before], after: null });
      await directory.changePerson(mailbox, (current) => (current === null ? undefined : withoutMembership(current, account)));
      return reply.code(204).send(null);
    },
  );

  function memberOf(request: FastifyRequest): { readonly mailbox: string; readonly before: readonly string[] } {
    const mailbox = mailboxOf((request.params as { email: string }).email);
    const before = rolesOf(directory.person(mailbox), accountOf(request));
    if (before === null) throw notFound("There is no such member.");
    return { mailbox, before };
  }

  /** The operator may leave an account without anybody: he can give access again. */
  function keepAnOwner(request: FastifyRequest, mailbox: string, removed: readonly string[]): void {
    if (isOperator(principalOf(request))) return;
    const account = accountOf(request);
    const last = lastOwnerOf(removed, mailbox, account, directory.membersOf(account));
    if (last === null) return;
    throw new ApiProblem("refused", {
      code: "lastOwner",
      title: refusalCodes.lastOwner,
      detail: `${mailbox} is the last ${roles[last].name} of this account.`,
    });
  }
}

function memberFrom(person: PersonEntry, account: string): z.infer<typeof Member> {
  return {
    email: person.email,
    displayName: person.displayName,
    roles: [...(rolesOf(person, account) ?? [])],
    active: canSignIn(person),
  };
}
