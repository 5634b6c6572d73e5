import type { Account } from "../account/account.ts";
import type { DraftLine } from "../billing/draft.ts";
import type { IdMemory } from "../ids/id-memory.ts";
import type { PartitionState } from "../state.ts";
import { sha256Hex } from "./sha256.ts";

/**
 * Snapshot bytes: a header line with the schema and the sizes, the accounts as JSON, then the id memory's words as they lie in
 * memory. The bytes are canonical: the same log gives the same bytes, with or without snapshots in between.
 */
const SCHEMA = 2;
const MAGIC = "tollbook-state";

interface Header {
  readonly magic: string;
  readonly schema: number;
  readonly jsonBytes: number;
  readonly words: number;
}

const accountMaps = [
  "users",
  "numbers",
  "subscriptions",
  "selfServicePolicies",
  "phoneNumbers",
  "pools",
  "legs",
  "asked",
  "commands",
  "billingAccounts",
  "billingProfiles",
  "paymentMethods",
  "payments",
  "goodwillProposals",
  "budgets",
  "drafts",
  "invoices",
] as const satisfies readonly (keyof Account)[];
type AccountMaps = (typeof accountMaps)[number];

/** `decodeState(encodeState(s))` folds on exactly as `s` would. */
export function encodeState(state: PartitionState): Uint8Array {
  const { ids, accounts, ...rest } = state;
  const arrays = wordsOf(ids);
  const json = encoder.encode(
    JSON.stringify({
      ...rest,
      accounts: [...accounts.values()].map(plainAccount),
      tables: ids.tables.map(({ day, table }) => ({
        day,
        count: table.count,
        parts: table.parts.map(({ words, count }) => [words.length, count]),
      })),
      blooms: ids.blooms.map(({ day, words }) => [day, words.length]),
    }),
  );
  const words = arrays.reduce((sum, array) => sum + array.length, 0);
  const header: Header = { magic: MAGIC, schema: SCHEMA, jsonBytes: json.length, words };
  const head = encoder.encode(`${JSON.stringify(header)}\n`);
  const bytes = new Uint8Array(head.length + json.length + words * 4);
  bytes.set(head, 0);
  bytes.set(json, head.length);
  let at = head.length + json.length;
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += array.byteLength;
  }
  return bytes;
}

/** Throws when the bytes are of another schema or damaged. */
export function decodeState(bytes: Uint8Array): PartitionState {
  const end = bytes.indexOf(10);
  if (end < 0 || end > 200) throw new RangeError("not a snapshot of the meter's state");
  const header = JSON.parse(decoder.decode(bytes.subarray(0, end))) as Header;
  if (header.magic !== MAGIC) throw new RangeError("not a snapshot of the meter's state");
  if (header.schema !== SCHEMA) throw new RangeError(`a snapshot of schema ${header.schema}; this release reads ${SCHEMA}`);
  const jsonFrom = end + 1;
  const wordsFrom = jsonFrom + header.jsonBytes;
  if (bytes.length !== wordsFrom + header.words * 4) throw new RangeError("the snapshot is cut off");
  const plain = JSON.parse(decoder.decode(bytes.subarray(jsonFrom, wordsFrom))) as PlainState;
  const { accounts, tables, blooms, ...rest } = plain;
  let at = wordsFrom;
  const take = (length: number): Uint32Array<ArrayBuffer> => {
    const array = new Uint32Array(length);
    new Uint8Array(array.buffer).set(bytes.subarray(at, at + length * 4));
    at += length * 4;
    return array;
  };
  const ids: IdMemory = {
    tables: tables.map(({ day, count, parts }) => ({
      day,
      table: { count, parts: parts.map(([length, used]) => ({ words: take(length), count: used })) },
    })),
    blooms: blooms.map(([day, length]) => ({ day, words: take(length) })),
  };
  return { ...rest, accounts: new Map(accounts.map((account) => [account.id, accountFromPlain(account)])), ids };
}

/** SHA-256 over the canonical bytes, hexadecimal. */
export function hashState(state: PartitionState): string {
  return sha256Hex(encodeState(state));
}

/** The bytes of one account alone: what a roll-back must restore exactly. */
export function encodeAccount(account: Account): string {
  return JSON.stringify(plainAccount(account));
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

type PlainAccount = Omit<Account, AccountMaps> & Record<AccountMaps, [string, unknown][]>;

type PlainState = Omit<PartitionState, "accounts" | "ids"> & {
  accounts: PlainAccount[];
  tables: { day: number; count: number; parts: [number, number][] }[];
  blooms: [number, number][];
};

function plainAccount(account: Account): PlainAccount {
  const plain: Record<string, unknown> = { ...account };
  for (const name of accountMaps) plain[name] = [...account[name]];
  plain["drafts"] = [...account.drafts].map(([id, draft]) => [id, { ...draft, lines: [...draft.lines.values()] }]);
  // Every map was replaced by its entries just now.
  return plain as unknown as PlainAccount;
}

function accountFromPlain(plain: PlainAccount): Account {
  const account: Record<string, unknown> = { ...plain };
  for (const name of accountMaps) account[name] = new Map(plain[name]);
  for (const draft of (account["drafts"] as Map<string, { lines: unknown }>).values())
    draft.lines = new Map((draft.lines as DraftLine[]).map((line) => [line.line, line]));
  return account as unknown as Account;
}

function wordsOf(ids: IdMemory): Uint32Array[] {
  return [...ids.tables.flatMap(({ table }) => table.parts.map(({ words }) => words)), ...ids.blooms.map(({ words }) => words)];
}
