import { createHmac } from "node:crypto";
import { partitionOf } from "@tollbook/contracts/subjects.ts";
import { parseTime, type AccountId } from "@tollbook/contracts/units.ts";
import type { SummaryView, UsersView } from "@tollbook/contracts/views.ts";
import type { ReportRow } from "@tollbook/warehouse/queries/report-calls.ts";
import { askMeter } from "../ask-meter.ts";
import { hiddenDigitsIn, shownNumbers } from "../masked-number.ts";
import type { Services } from "../services.ts";

/** A person, or a resource account, as a report shows them. */
export interface Person {
  readonly id: string;
  readonly displayName: string;
  readonly userPrincipalName: string;
  /** Own number with a plus; empty where there is none. */
  readonly number: string;
}

/**
 * Who is who in an account, as far as a reader may know it: whose numbers are hidden (§8.4), how people are called, and
 * under which pseudonym when the account wants that (§10 [R]).
 */
export interface People {
  readonly partition: number;
  readonly country: string;
  readonly hiddenDigits: number;
  readonly pseudonymised: boolean;
  /** How far the account's own time lies from ours: 0 unless it has a test clock. */
  readonly clockOffsetUs: number;
  /** Null: the organisation itself. */
  person(user: string): Person | null;
  /** What a reader knows a user by (id, principal name or display name; or the pseudonym), back to the id that rows carry. */
  storedId(shown: string): string;
  /** Tells two values apart without saying what they are: for groups whose label is masked (edge 26). */
  opaque(value: string): string;
  /** The other party's number, digits only or as it was dialled, with its last digits hidden. */
  maskedNumber(number: string): string;
  /** Caller and callee as they are shown: the other party's last digits hidden, own numbers too where people have pseudonyms. */
  numbers(row: Pick<ReportRow, "direction" | "fromE164" | "fromRaw" | "toE164" | "toRaw">): {
    readonly from: string;
    readonly to: string;
  };
}

export interface PeopleOf {
  of(account: AccountId): Promise<People>;
}

/** Names and settings change rarely; a report may be this much behind. */
const KEEP_MS = 30_000;
/** More people than this are shown by their ids. */
const MAX_USERS = 5000;
/** With the meter away and nothing known, the strictest country's rule holds, and nobody is named. */
const unknown = { clockOffsetUs: 0, country: "", hiddenDigits: 4, pseudonymised: true, users: new Map<string, Person>() };

export function openPeople({ log, settled, directory, now }: Pick<Services, "log" | "settled" | "directory" | "now">): PeopleOf {
  const known = new Map<AccountId, { readonly people: People; readonly until: number }>();
  return {
    async of(account) {
      const partition = partitionOf(account, settled.partitions);
      const current = known.get(account);
      if (current !== undefined && current.until > performance.now()) return current.people;
      try {
        const view = (await askMeter(log, account, { view: "summary" })) as SummaryView;
        const { country, pseudonymiseUsers = false } = view;
        const clockOffsetUs = offsetOf(view.asOf.time, now());
        const users = await everybody(account);
        const key = await directory.pseudonymKey(account);
        const facts = { clockOffsetUs, country, hiddenDigits: hiddenDigitsIn(country), pseudonymised: pseudonymiseUsers, users };
        const people = peopleFrom({ ...facts, partition, key });
        // A test clock may be moved at any time.
        known.set(account, { people, until: performance.now() + (clockOffsetUs === 0 ? KEEP_MS : 0) });
        return people;
      } catch {
        // A report must not fail because a name is missing.
        return current?.people ?? peopleFrom({ ...unknown, partition, key: await directory.pseudonymKey(account) });
      }
    },
  };

  async function everybody(account: AccountId): Promise<Map<string, Person>> {
    const users = new Map<string, Person>();
    let after: string | null = null;
    do {
      const request = { view: "users" as const, limit: 200, ...(after === null ? {} : { after }) };
      const page = (await askMeter(log, account, request)) as UsersView;
      for (const { user, displayName, userPrincipalName, numbers = [] } of page.users)
        users.set(user, { id: user, displayName, userPrincipalName, number: withPlus(numbers[0] ?? "") });
      after = page.next;
    } while (after !== null && users.size < MAX_USERS);
    return users;
  }
}

/** The fold's time stands still between two entries of the log, a minute at most: only a clock of its own is further away. */
const CLOCK_FROM_US = 600_000_000;

function offsetOf(asOf: string, now: Date): number {
  const offset = (parseTime(asOf) ?? 0) - now.getTime() * 1000;
  return Math.abs(offset) < CLOCK_FROM_US ? 0 : offset;
}

export interface PeopleFacts {
  readonly clockOffsetUs: number;
  readonly partition: number;
  readonly country: string;
  readonly hiddenDigits: number;
  readonly pseudonymised: boolean;
  readonly users: ReadonlyMap<string, Person>;
  /** Secret of the account: who does not know it cannot tell whose pseudonym it is by trying. */
  readonly key: string;
}

export function peopleFrom({ users, key, ...facts }: PeopleFacts): People {
  const { hiddenDigits, pseudonymised } = facts;
  const ids = new Map<string, string>();
  for (const { id, displayName, userPrincipalName } of users.values()) {
    const names = pseudonymised ? [pseudonym(key, id)] : [displayName, userPrincipalName];
    for (const name of names) ids.set(name.toLowerCase(), id);
  }
  return {
    ...facts,
    person(user) {
      if (user === "") return null;
      if (pseudonymised) {
        const name = pseudonym(key, user);
        return { id: name, displayName: name, userPrincipalName: name, number: "" };
      }
      return users.get(user) ?? { id: user, displayName: user, userPrincipalName: user, number: "" };
    },
    storedId(shown) {
      // Where people have pseudonyms, nobody is found by his name.
      if (!pseudonymised && users.has(shown)) return shown;
      return ids.get(shown.toLowerCase()) ?? (pseudonymised ? "\0" : shown);
    },
    opaque: (value) => pseudonym(key, value),
    maskedNumber(number) {
      const e164 = /^[1-9][0-9]{6,14}$/.test(number) ? number : "";
      return shownNumbers({ direction: "outbound", fromE164: "", fromRaw: "", toE164: e164, toRaw: number }, hiddenDigits).to;
    },
    numbers(row) {
      const shown = shownNumbers(row, hiddenDigits);
      if (!pseudonymised) return shown;
      return row.direction === "inbound" ? { ...shown, to: hidden(shown.to) } : { ...shown, from: hidden(shown.from) };
    },
  };
}

/** Stable in the account, of 64 bits: enough for any number of people, and no way back without the key. */
function pseudonym(key: string, user: string): string {
  return createHmac("sha256", key).update(user).digest("hex").slice(0, 16);
}

const hidden = (number: string): string => "*".repeat(number.length);
const withPlus = (number: string): string => (number === "" || number.startsWith("+") ? number : `+${number}`);
