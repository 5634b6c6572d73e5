import { randomBytes } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";
import type { Directory } from "./directory.ts";
import type { PersonEntry, SessionEntry } from "./entries.ts";

export const MIN_PASSWORD = 12;
/** A working day. */
const SESSION_HOURS = 12;

/** OWASP's second recommendation for argon2id; the package's default algorithm. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/**
 * Creates the person who runs the installation, or gives an existing one that right and a new password. For the command
 * line, which needs no sign-in: whoever may write the directory may do anything. Throws a sentence when the input is not usable.
 */
export async function bootstrapOperator(
  directory: Directory,
  { email, password, displayName = email }: { readonly email: string; readonly password: string; readonly displayName?: string },
): Promise<void> {
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) throw new Error(`"${email}" is no e-mail address.`);
  if (password.length < MIN_PASSWORD) throw new Error(`The password needs at least ${MIN_PASSWORD} characters.`);
  const passwordHash = await hashPassword(password);
  await directory.changePerson(email, (current) => ({
    ...current,
    email: email.trim().toLowerCase(),
    displayName: current?.displayName ?? displayName,
    passwordHash,
    operator: true,
    memberships: current?.memberships ?? [],
  }));
}

export async function hashPassword(password: string): Promise<string> {
  return await hash(password, COST);
}

let unknownPersonHash: Promise<string> | null = null;

/** Null when the e-mail or the password is wrong; both take the same time, so that nobody learns which. */
export async function checkPassword(directory: Directory, email: string, password: string): Promise<PersonEntry | null> {
  const person = directory.person(email);
  unknownPersonHash ??= hash(randomBytes(32), COST);
  // Who has no password (invited, or signed in elsewhere) takes as long, too.
  const known = person !== null && person.passwordHash !== "" ? person.passwordHash : null;
  const right = await verify(known ?? (await unknownPersonHash), password);
  return right && known !== null ? person : null;
}

export interface OpenedSession {
  readonly token: string;
  readonly session: SessionEntry;
}

export async function openSession(
  directory: Directory,
  person: PersonEntry,
  now: Date,
  idToken?: string,
): Promise<OpenedSession> {
  const token = randomBytes(32).toString("hex");
  const session: SessionEntry = {
    email: person.email,
    csrfToken: randomBytes(32).toString("hex"),
    createdAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + SESSION_HOURS * 3_600_000).toISOString(),
    ...(idToken === undefined ? {} : { idToken }),
  };
  await directory.changeSession(token, () => session);
  return { token, session };
}
