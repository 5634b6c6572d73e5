import { partitionOf } from "@tollbook/contracts/subjects.ts";
import type { AccountId } from "@tollbook/contracts/units.ts";
import type { SummaryView, UsersView } from "@tollbook/contracts/views.ts";
import { askMeter } from "../ask-meter.ts";
import { hiddenDigitsIn } from "../masked-number.ts";
import type { Services } from "../services.ts";
import type { Reader } from "./call-view.ts";

/** Names and the account's country change rarely; a list may be this much behind. */
const KEEP_MS = 30_000;
/** With the meter away, reports go on with what was known; without any knowledge the strictest country's rule holds. */
const STRICTEST_HIDDEN = 4;
/** More people than this are shown by their ids. */
const MAX_USERS = 5000;

interface Known extends Reader {
  readonly until: number;
}

/** What a list needs to know of an account beyond the rows: whose numbers are hidden, how people are called. */
export interface Readers {
  of(account: AccountId): Promise<Reader>;
}

export function openReaders({ log, settled }: Services): Readers {
  const known = new Map<AccountId, Known>();
  return {
    async of(account) {
      const partition = partitionOf(account, settled.partitions);
      const current = known.get(account);
      if (current !== undefined && current.until > performance.now()) return current;
      try {
        const summary = (await askMeter(log, account, { view: "summary" })) as SummaryView;
        const names = await displayNames(account);
        const reader: Known = {
          partition,
          hiddenDigits: hiddenDigitsIn(summary.country),
          displayName: (user) => names.get(user) ?? "",
          until: performance.now() + KEEP_MS,
        };
        known.set(account, reader);
        return reader;
      } catch {
        // A report must not fail because a name is missing.
        return current ?? { partition, hiddenDigits: STRICTEST_HIDDEN, displayName: () => "" };
      }
    },
  };

  async function displayNames(account: AccountId): Promise<Map<string, string>> {
    const names = new Map<string, string>();
    let after: string | null = null;
    do {
      const page = (await askMeter(log, account, {
        view: "users",
        limit: 200,
        ...(after === null ? {} : { after }),
      })) as UsersView;
      for (const { user, displayName } of page.users) names.set(user, displayName);
      after = page.next;
    } while (after !== null && names.size < MAX_USERS);
    return names;
  }
}
