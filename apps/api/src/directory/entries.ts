import { createHash } from "node:crypto";
import { unreachableActions } from "@tollbook/contracts/answers.ts";
import { ApiKey } from "@tollbook/contracts/http.ts";
import * as z from "zod/mini";
import { currentRoles } from "../access/grants.ts";

/** That the product speaks. */
export const languages = ["en", "de", "da"] as const;
export type Language = (typeof languages)[number];

/** What stands in the bucket `directory`: one JSON object per key, of one of these shapes. */

export const AccountEntry = z.object({
  account: z.string(),
  name: z.string(),
  createdAt: z.string(),
  /** What telephony is told when the meter does not answer: the account's own setting, kept here for that moment. */
  onUnreachable: z.enum(unreachableActions),
  maxUnsupervisedSeconds: z.int(),
  /** In which notices are written to those who have chosen none. */
  language: z.optional(z.enum(languages)),
  /** PG-1: Global and Billing admins have billing-account access by themselves unless this takes it away. */
  adminsLackBilling: z.optional(z.boolean()),
});
export type AccountEntry = z.infer<typeof AccountEntry>;

export const PersonEntry = z.object({
  email: z.string(),
  displayName: z.string(),
  /** argon2id, in the PHC format; empty: no local sign-in, or an invitation that was not taken up yet. */
  passwordHash: z.string(),
  /** In which notices are written. */
  language: z.optional(z.enum(languages)),
  /** Runs the installation: creates accounts, sees all of them. */
  operator: z.boolean(),
  /** Roles as `grants.ts` writes them; those of earlier versions become today's when they are read. None: a plain member. */
  memberships: z.array(
    z.object({
      account: z.string(),
      roles: z.pipe(
        z.array(z.string()),
        z.transform((texts: string[]) => currentRoles(texts)),
      ),
    }),
  ),
  /** The account that invited somebody who has not signed in yet: only its link lets him choose a password. */
  invitedBy: z.optional(z.string()),
  /** Who the identity provider says this is, since the first sign-in through it; nobody else may be that. */
  identity: z.optional(z.object({ issuer: z.string(), subject: z.string() })),
});
export type PersonEntry = z.infer<typeof PersonEntry>;

/** A link that lets somebody who was invited choose a password, once. */
export const InvitationEntry = z.object({ email: z.string(), account: z.string(), expiresAt: z.string() });
export type InvitationEntry = z.infer<typeof InvitationEntry>;

/** `account` may be `*`: the installation's own key, for every account. */
export const KeyEntry = z.extend(z.omit(ApiKey, { lastUsedAt: true }), { secretSha256: z.string() });
export type KeyEntry = z.infer<typeof KeyEntry>;

export const SessionEntry = z.object({
  email: z.string(),
  csrfToken: z.string(),
  createdAt: z.string(),
  expiresAt: z.string(),
  /** Of the identity provider, to sign out there too; absent: signed in here. */
  idToken: z.optional(z.string()),
});
export type SessionEntry = z.infer<typeof SessionEntry>;

export const accountKey = (account: string): string => `account.${account}`;
/** A bucket's keys allow no @, and letters of any case are the same mailbox to people. */
export const personKey = (email: string): string => `person.${Buffer.from(email.trim().toLowerCase()).toString("hex")}`;
export const pseudonymKeyKey = (account: string): string => `pseudonym.${account}`;
export const apiKeyKey = (keyId: string): string => `key.${keyId}`;
export const keyUseKey = (keyId: string): string => `used.${keyId}`;
/** The bucket holds no token that could be used: whoever reads it cannot sign in with what he finds. */
export const sessionKey = (token: string): string => `session.${sha256(token)}`;

export const invitationKey = (token: string): string => `invitation.${sha256(token)}`;

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
