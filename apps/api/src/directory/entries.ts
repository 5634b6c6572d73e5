import { createHash } from "node:crypto";
import { unreachableActions } from "@tollbook/contracts/answers.ts";
import { ApiKey } from "@tollbook/contracts/http.ts";
import * as z from "zod/mini";

/** What stands in the bucket `directory`: one JSON object per key, of one of these shapes. */

/** Everything for owner and admin; a reader changes nothing. The further roles of domain §10 will be added here. */
export const roles = ["owner", "admin", "reader"] as const;
export type Role = (typeof roles)[number];

export const AccountEntry = z.object({
  account: z.string(),
  name: z.string(),
  createdAt: z.string(),
  /** What telephony is told when the meter does not answer: the account's own setting, kept here for that moment. */
  onUnreachable: z.enum(unreachableActions),
  maxUnsupervisedSeconds: z.int(),
});
export type AccountEntry = z.infer<typeof AccountEntry>;

export const PersonEntry = z.object({
  email: z.string(),
  displayName: z.string(),
  /** argon2id, in the PHC format. */
  passwordHash: z.string(),
  /** Runs the installation: creates accounts, sees all of them. */
  operator: z.boolean(),
  memberships: z.array(z.object({ account: z.string(), roles: z.array(z.enum(roles)) })),
});
export type PersonEntry = z.infer<typeof PersonEntry>;

/** `account` may be `*`: the installation's own key, for every account. */
export const KeyEntry = z.extend(z.omit(ApiKey, { lastUsedAt: true }), { secretSha256: z.string() });
export type KeyEntry = z.infer<typeof KeyEntry>;

export const SessionEntry = z.object({
  email: z.string(),
  csrfToken: z.string(),
  createdAt: z.string(),
  expiresAt: z.string(),
});
export type SessionEntry = z.infer<typeof SessionEntry>;

export const accountKey = (account: string): string => `account.${account}`;
/** A bucket's keys allow no @, and letters of any case are the same mailbox to people. */
export const personKey = (email: string): string => `person.${Buffer.from(email.trim().toLowerCase()).toString("hex")}`;
export const apiKeyKey = (keyId: string): string => `key.${keyId}`;
export const keyUseKey = (keyId: string): string => `used.${keyId}`;
/** The bucket holds no token that could be used: whoever reads it cannot sign in with what he finds. */
export const sessionKey = (token: string): string => `session.${sha256(token)}`;

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
