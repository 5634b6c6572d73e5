import * as z from "zod/mini";
import type { PendingSignIn } from "./provider.ts";

/** Long enough to find a second factor. */
export const PENDING_MINUTES = 10;

export function pendingCookieName(secure: boolean): string {
  return secure ? "__Host-tollbook-oidc" : "tollbook_oidc";
}

/** A path of ours, never another host: `//` and `\` would lead away. */
export const returnPath = z
  .string()
  .check(z.maxLength(512), z.regex(/^\/(?![/\\])[^\\\s]*$/, "a path of the dashboard, such as /calls"));

const Pending = z.object({ state: z.string(), nonce: z.string(), verifier: z.string(), returnTo: returnPath });

export function cookieFromPending(pending: PendingSignIn): string {
  return Buffer.from(JSON.stringify(pending)).toString("base64url");
}

/** Null for anything that was not written by `cookieFromPending`. */
export function pendingFromCookie(text: string | undefined): PendingSignIn | null {
  if (text === undefined) return null;
  try {
    const parsed = Pending.safeParse(JSON.parse(Buffer.from(text, "base64url").toString()));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
