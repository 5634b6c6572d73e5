import { randomBytes } from "node:crypto";
import type { Actor } from "@tollbook/contracts/commands.ts";
import type { AccountId } from "@tollbook/contracts/units.ts";
import * as z from "zod/mini";
import type { PersonEntry } from "../directory/entries.ts";
import { recordChange } from "../directory/record-change.ts";
import type { Services } from "../services.ts";
import { changeBetween, rolesAfter, rolesOf, withRoles } from "./membership.ts";

/** Long enough for a holiday. */
const INVITATION_DAYS = 7;

export const emailAddress = z.string().check(z.maxLength(254), z.regex(/^[^\s@]+@[^\s@]+$/, "an e-mail address"));

export const Invitation = z.object({
  /** Lets the person choose a password at POST /v1/invitations/{token}; shown this once. Of no use to who can sign in already. */
  token: z.string(),
  expiresAt: z.string(),
});

export interface Invited {
  readonly person: PersonEntry;
  /** Of the audit event. */
  readonly seq: number;
  readonly invitation: z.infer<typeof Invitation>;
}

/** Adds roles to what somebody holds, who need not be known yet; whether they may be given was decided before. */
export async function inviteMember(
  { directory, log, now }: Pick<Services, "directory" | "log" | "now">,
  {
    account,
    actor,
    email,
    displayName,
    roles,
  }: {
    readonly account: AccountId;
    readonly actor: Actor;
    readonly email: string;
    readonly displayName: string | undefined;
    readonly roles: readonly string[];
  },
): Promise<Invited> {
  const mailbox = mailboxOf(email);
  const before = rolesOf(directory.person(mailbox), account);
  const change = changeBetween(before ?? [], [...new Set([...(before ?? []), ...roles])]);
  const after = [...rolesAfter(before, change)];
  const seq = await recordChange(log, account, actor, {
    what: "member",
    subject: mailbox,
    before: before === null ? null : [...before],
    after,
  });
  const person = await directory.changePerson(mailbox, (current) =>
    withRoles(current ?? newPerson(mailbox, displayName, account), account, change),
  );
  const token = randomBytes(32).toString("hex");
  const expiresAt = new Date(now().getTime() + INVITATION_DAYS * 86_400_000).toISOString();
  await directory.changeInvitation(token, () => ({ email: mailbox, account, expiresAt }));
  return { person: person as PersonEntry, seq, invitation: { token, expiresAt } };
}

/** Letters of any case are the same mailbox to people. */
export function mailboxOf(email: string): string {
  return email.trim().toLowerCase();
}

function newPerson(mailbox: string, displayName: string | undefined, account: string): PersonEntry {
  return {
    email: mailbox,
    displayName: displayName ?? mailbox,
    passwordHash: "",
    operator: false,
    memberships: [],
    invitedBy: account,
  };
}
