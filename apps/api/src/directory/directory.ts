import { randomBytes } from "node:crypto";
import { Kvm } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import { directoryBucket } from "@tollbook/contracts/subjects.ts";
import * as z from "zod/mini";
import { MirroredBucket } from "../log/mirrored-bucket.ts";
import {
  AccountEntry,
  accountKey,
  apiKeyKey,
  InvitationEntry,
  invitationKey,
  KeyEntry,
  keyUseKey,
  PersonEntry,
  personKey,
  pseudonymKeyKey,
  SessionEntry,
  sessionKey,
} from "./entries.ts";

/**
 * Accounts, people, API keys and sessions of the installation (architecture §3): in a NATS key-value bucket, changed by
 * compare-and-set, answered from memory. Who makes calls and holds licences is not here but in the account's log.
 */
export interface Directory {
  /** False until the bucket was read once: nobody can be recognised before. */
  readonly loaded: boolean;
  account(account: string): AccountEntry | null;
  accounts(): AccountEntry[];
  person(email: string): PersonEntry | null;
  people(): PersonEntry[];
  /** Members of an account, by e-mail; operators are none. */
  membersOf(account: string): PersonEntry[];
  key(keyId: string): KeyEntry | null;
  keysOf(account: string): KeyEntry[];
  /** RFC 3339, to the minute; null: never. */
  keyLastUsed(keyId: string): string | null;
  session(token: string): SessionEntry | null;
  invitation(token: string): InvitationEntry | null;
  /** The secret under which an account's people get their pseudonyms (§10): made when first asked for, and never changed. */
  pseudonymKey(account: string): Promise<string>;
  changeAccount(account: string, change: Change<AccountEntry>): Promise<AccountEntry | null>;
  changePerson(email: string, change: Change<PersonEntry>): Promise<PersonEntry | null>;
  changeKey(keyId: string, change: Change<KeyEntry>): Promise<KeyEntry | null>;
  changeSession(token: string, change: Change<SessionEntry>): Promise<SessionEntry | null>;
  changeInvitation(token: string, change: Change<InvitationEntry>): Promise<InvitationEntry | null>;
  noteKeyUse(keyId: string, at: string): Promise<void>;
  /** Takes sessions and invitations away that ended before `now`. */
  removeEnded(now: string): Promise<void>;
}

/** From what stands there to what is to stand there: null deletes, undefined leaves it. Called again when somebody was faster. */
export type Change<Entry> = (current: Entry | null) => Entry | null | undefined;

/** Reads and follows the bucket, which is created when missing; resolves when everything is in memory. */
export async function openDirectory(nc: NatsConnection): Promise<Directory> {
  const bucket = new MirroredBucket();
  await followDirectory(bucket, nc);
  return directoryFromBucket(bucket);
}

export async function followDirectory(bucket: MirroredBucket, nc: NatsConnection): Promise<void> {
  await bucket.follow(await new Kvm(nc).create(directoryBucket, { history: 1 }));
}

const ending = [
  ["session.", SessionEntry],
  ["invitation.", InvitationEntry],
] as const;

export function directoryFromBucket(bucket: MirroredBucket): Directory {
  const read = <Schema extends z.ZodMiniType>(schema: Schema, key: string): z.infer<Schema> | null => {
    const text = bucket.get(key);
    return text === null ? null : schema.parse(JSON.parse(text));
  };
  const change = async <Entry>(
    schema: z.ZodMiniType<Entry, unknown>,
    key: string,
    change: Change<Entry>,
  ): Promise<Entry | null> => {
    const decode = (text: string | null): Entry | null => (text === null ? null : schema.parse(JSON.parse(text)));
    return decode(
      await bucket.change(key, (current) => {
        const next = change(decode(current));
        if (next === undefined) return undefined;
        return next === null ? null : JSON.stringify(next);
      }),
    );
  };
  const all = <Schema extends z.ZodMiniType>(schema: Schema, prefix: string): z.infer<Schema>[] =>
    [...bucket.keys(prefix)].flatMap((key) => read(schema, key) ?? []);

  return {
    get loaded() {
      return bucket.loaded;
    },
    account: (account) => read(AccountEntry, accountKey(account)),
    accounts: () => all(AccountEntry, "account."),
    person: (email) => read(PersonEntry, personKey(email)),
    people: () => all(PersonEntry, "person."),
    membersOf: (account) =>
      all(PersonEntry, "person.")
        .filter(({ memberships }) => memberships.some((one) => one.account === account))
        .toSorted((a, b) => a.email.localeCompare(b.email)),
    key: (keyId) => read(KeyEntry, apiKeyKey(keyId)),
    keysOf: (account) => all(KeyEntry, "key.").filter((key) => key.account === account),
    keyLastUsed: (keyId) => bucket.get(keyUseKey(keyId)),
    session: (token) => read(SessionEntry, sessionKey(token)),
    invitation: (token) => read(InvitationEntry, invitationKey(token)),
    async pseudonymKey(account) {
      const key = pseudonymKeyKey(account);
      return bucket.get(key) ?? (await bucket.change(key, (current) => current ?? randomBytes(32).toString("hex"))) ?? "";
    },
    changeAccount: async (account, entry) => await change(AccountEntry, accountKey(account), entry),
    changePerson: async (email, entry) => await change(PersonEntry, personKey(email), entry),
    changeKey: async (keyId, entry) => await change(KeyEntry, apiKeyKey(keyId), entry),
    changeSession: async (token, entry) => await change(SessionEntry, sessionKey(token), entry),
    changeInvitation: async (token, entry) => await change(InvitationEntry, invitationKey(token), entry),
    async noteKeyUse(keyId, at) {
      await bucket.change(keyUseKey(keyId), () => at);
    },
    async removeEnded(now) {
      for (const [prefix, schema] of ending) {
        for (const key of bucket.keys(prefix)) {
          const entry = read(schema, key);
          if (entry !== null && entry.expiresAt <= now) await bucket.change(key, () => null);
        }
      }
    },
  };
}
