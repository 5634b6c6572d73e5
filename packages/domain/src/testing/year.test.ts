import { describe, expect, it } from "vitest";
import type { Invoice } from "@tollbook/contracts/invoice.ts";
import { parseMicros } from "@tollbook/contracts/units.ts";
import type { Posting } from "../fold.ts";
import { hashState } from "../state.ts";
import { holds } from "../views/reconciliation-view.ts";
import { sampleDecks } from "./sample-decks.ts";
import { createTestFold } from "./test-fold.ts";
import type { TestFold } from "./test-fold.ts";
import { keepBook } from "./year-book.ts";
import { playYear } from "./year-play.ts";
import { VOID_AFTER_INVOICE, yearScript } from "./year-script.ts";

const decks = sampleDecks();
const LOG_TIME = "2026-11-25T12:00:00Z";

function played(seed: number): { fold: TestFold; steps: ReturnType<typeof yearScript> } {
  const fold = createTestFold(decks, LOG_TIME);
  const steps = yearScript(seed, { quiet: 25, busy: 200 });
  playYear(fold, steps, (account) => expect(holds(account)).toBe(true));
  return { fold, steps };
}

const invoices = (fold: TestFold): Invoice[] =>
  fold.events.filter(({ type }) => type === "invoice.issued").map(({ data }) => JSON.parse(data) as Invoice);

const exact = (invoice: Invoice, ...kinds: string[]): bigint =>
  invoice.lines.reduce((sum, line) => (kinds.includes(line.kind) ? sum + BigInt(parseMicros(line.exact) ?? NaN) : sum), 0n);

describe("a year in the life of an organisation, under its test clock", () => {
  it.each([1, 2, 3])("every cent is where a bookkeeper with a pencil has it (year %i)", (seed) => {
    const { fold, steps } = played(seed);
    const book = keepBook(steps);
    const account = fold.state.accounts.get("year");
    const issued = invoices(fold);
    expect(issued.map(({ period }) => period.from)).toEqual(
      Array.from({ length: 12 }, (_, month) => `2026-${String(month + 1).padStart(2, "0")}-01`),
    );
    for (const invoice of issued) {
      const page = book.months.get(invoice.period.from);
      expect([
        invoice.period.from,
        exact(invoice, "licence", "proration"),
        exact(invoice, "overage"),
        exact(invoice, "adjustment"),
      ]).toEqual([invoice.period.from, page?.licences ?? 0n, page?.overage ?? 0n, page?.adjustments ?? 0n]);
    }
    const totals = account?.counters.money;
    expect([BigInt(totals?.creditsMicros ?? 0), BigInt(totals?.overageMicros ?? 0), BigInt(totals?.poolMinutes ?? 0)]).toEqual([
      book.credits,
      book.overage,
      book.poolMinutes,
    ]);
    expect(BigInt(account?.credits.balanceMicros ?? 0)).toBe(book.balance);
    expect(fold.rows.filter(({ segments }) => segments.some(({ source }) => source === "UNFUNDED")).length).toBe(book.unfunded);
    expect(
      [...(account?.payments.values() ?? [])].filter(({ purpose, status }) => purpose === "recharge" && status === "SUCCEEDED")
        .length,
    ).toBe(book.recharges);
    expect(
      -fold.events.filter(({ type }) => type === "credits.expired").reduce((sum, { amountMicros }) => sum + amountMicros, 0),
    ).toBe(Number(book.forfeited));
    // The year has what it promises, else it would prove nothing.
    expect(book.forfeited > 0n && book.overage > 0n && book.unfunded > 0 && book.recharges > 0).toBe(true);
    const reversed = fold.rows.filter(({ entry }) => entry === "reversal");
    expect(reversed.map(({ usageId }) => usageId)).toEqual(VOID_AFTER_INVOICE);
    expect(reversed.map(({ segments }) => segments[0]?.source)).toEqual(["CREDITS", "OVERAGE"]);
    expect(book.months.get("2026-12-01")?.adjustments ?? 0n).toBeLessThan(0n);
  });

  it("I1: the ledger sums to zero per unit at every row; what was owed is invoiced, what was invoiced is paid", () => {
    const { fold } = played(4);
    const sums = new Map<string, number>();
    for (const { postings } of [...fold.rows, ...fold.events].toSorted((one, other) => one.outSeq - other.outSeq)) {
      const perUnit = new Map<string, number>();
      for (const { ledger, unit, amount } of postings as readonly Posting[]) {
        perUnit.set(unit, (perUnit.get(unit) ?? 0) + amount);
        sums.set(ledger, (sums.get(ledger) ?? 0) + amount);
      }
      expect([...perUnit.values()].every((sum) => sum === 0)).toBe(true);
    }
    const total = (prefix: string): number =>
      [...sums].reduce((sum, [ledger, amount]) => (ledger.startsWith(prefix) ? sum + amount : sum), 0);
    // All twelve invoices are paid by card; what stays owed is the January of the year after.
    expect(total("invoice/")).toBe(0);
    expect(total("overage/")).toBe(0);
    expect(invoices(fold).every(({ number }, at) => number === `MAIN-${String(at + 1).padStart(6, "0")}`)).toBe(true);
    const cash = -total("cash/card");
    const paid = invoices(fold).reduce((sum, { totals }) => sum + Number(parseMicros(totals.total)), 0);
    expect(cash).toBe(paid);
  });

  it("the same list gives the same bytes again", () => {
    expect(hashState(played(5).fold.state)).toBe(hashState(played(5).fold.state));
  });
});
