import { randomBytes, timingSafeEqual } from "node:crypto";
import { crc32 } from "node:zlib";
import type { CreatedApiKey } from "@tollbook/contracts/http.ts";
import type * as z from "zod/mini";
import type { Directory } from "./directory.ts";
import { sha256, type KeyEntry } from "./entries.ts";

export type KeyScope = KeyEntry["scopes"][number];

/** `tb_<environment>_<keyId>_<secret><checksum>`: found by secret scanners, recognised by eye, a typing error told apart. */
const FORMAT = /^tb_([a-z]+)_([0-9a-f]{16})_([0-9a-f]{64})([0-9a-f]{8})$/;

export interface NewApiKey {
  /** Made here when absent. */
  readonly keyId?: string;
  readonly name: string;
  /** `*`: every account of the installation. */
  readonly account: string;
  readonly feeder: string;
  readonly scopes: readonly KeyScope[];
  readonly expiresAt: string | null;
}

/** The secret leaves here once; the directory keeps its SHA-256 only. 256 random bits need no slow hash. */
export async function createApiKey(
  directory: Directory,
  environment: string,
  { keyId = newKeyId(), name, account, feeder, scopes, expiresAt }: NewApiKey,
  now: Date,
): Promise<z.infer<typeof CreatedApiKey>> {
  const secret = randomBytes(32).toString("hex");
  const key = { keyId, name, account, feeder, scopes: [...scopes], createdAt: now.toISOString(), expiresAt };
  await directory.changeKey(keyId, () => ({ ...key, secretSha256: sha256(secret) }));
  const body = `tb_${environment}_${keyId}_${secret}`;
  return { key: { ...key, lastUsedAt: null }, secret: `${body}${checksum(body)}` };
}

export function newKeyId(): string {
  return randomBytes(8).toString("hex");
}

/** Null for anything that is not a valid key now; the caller learns no more than that. */
export function findApiKey(directory: Directory, environment: string, text: string, now: Date): KeyEntry | null {
  const match = FORMAT.exec(text);
  if (match === null) return null;
  const [, givenEnvironment, keyId = "", secret = "", given = ""] = match;
  if (givenEnvironment !== environment || checksum(text.slice(0, -8)) !== given) return null;
  const key = directory.key(keyId);
  if (key === null || !timingSafeEqual(Buffer.from(key.secretSha256, "hex"), Buffer.from(sha256(secret), "hex"))) return null;
  return key.expiresAt !== null && Date.parse(key.expiresAt) <= now.getTime() ? null : key;
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, "0");
}
