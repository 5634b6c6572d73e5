import { expect } from "vitest";
import { parseTime } from "@tollbook/contracts/units.ts";
import type { RateDeck } from "@tollbook/tariffs/deck.ts";
import { deckFromFiles } from "@tollbook/tariffs/deck-files.ts";
import type { CallRow } from "../fold.ts";
import { holds } from "../views/reconciliation-view.ts";
import { createOrganisation } from "./organisation.ts";
import type { Organisation } from "./organisation.ts";
import { sampleDecks } from "./sample-decks.ts";
import { createTestFold } from "./test-fold.ts";
import type { CallFields, TestFold } from "./test-fold.ts";

/** Sample USD rates of domain §5 (Germany 0.015, France 0.016), and decks that are stored for re-rating only. */
export interface CorrectionsWorld {
  readonly fold: TestFold;
  readonly org: Organisation;
  /** A finished call of `seconds` that ended at `at` (default: now), to Germany by u1 unless said otherwise; its row. */
  readonly call: (usageId: string, seconds: number, fields?: Partial<CallFields> & { at?: string }) => CallRow;
  /** Lets time pass, a tick an hour. */
  readonly until: (time: string) => void;
  /** Rows of a call in order; and that nothing is frozen and both identities hold. */
  readonly rowsOf: (usageId: string) => CallRow[];
}

const decks = sampleDecks();
const HOUR = 3_600_000_000;

/** A deck in the CSV form of D16 with nothing but what the lines say. */
export function smallDeck(deckId: string, lines: readonly string[]): RateDeck {
  const header =
    "prefix,destination,country,type,direction,currency,connect_fee,price_per_minute,first_increment_s,next_increment_s,min_charge,max_charge";
  const side = JSON.stringify({ name: deckId, currency: "USD", timeZone: "UTC" });
  const result = deckFromFiles(deckId, [header, ...lines].join("\n"), side);
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return result.deck;
}

export function correctionsWorld(
  start: string,
  facts: Parameters<typeof createOrganisation>[1] = {},
  stored: readonly RateDeck[] = [],
): CorrectionsWorld {
  const fold = createTestFold(decks, start, "USD", stored);
  const org = createOrganisation(fold, facts);
  return {
    fold,
    org,
    call: (usageId, seconds, { at, ...fields } = {}) => {
      const endedAt = at === undefined ? fold.now : momentOf(at);
      const times = { answeredAt: endedAt - seconds * 1_000_000, endedAt };
      fold.call("acme", "ended", { usageId, user: "u1", to: "+4930901820", ...times, ...fields });
      return fold.rows.at(-1) as CallRow;
    },
    until: (time) => {
      const end = momentOf(time);
      while (fold.now < end) {
        fold.now = Math.min(end, fold.now + HOUR);
        fold.tick();
      }
    },
    rowsOf: (usageId) => {
      const account = fold.state.accounts.get("acme");
      expect(account?.frozen).toBe("");
      expect(account !== undefined && holds(account)).toBe(true);
      return fold.rows.filter((row) => row.usageId === usageId);
    },
  };
}

function momentOf(time: string): number {
  const at = parseTime(time);
  if (at === null) throw new RangeError(`no time: ${time}`);
  return at;
}

/** Postings of all rows and events of an account sum to zero per unit: nothing is lost or made by a correction. */
export function ledgerSum(fold: TestFold): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { postings } of [...fold.rows, ...fold.events]) {
    for (const { unit, amount } of postings) sums[unit] = (sums[unit] ?? 0) + amount;
  }
  return sums;
}

export const segmentsOf = (row: CallRow | undefined): [string, number, number][] =>
  (row?.segments ?? []).map(({ source, minutes, amountMicros }) => [source, minutes, amountMicros]);
