import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nowOf } from "../account/clock.ts";
import { includedMinutes, isComplimentary } from "../catalogue/product.ts";
import { CREDIT_LEDGER } from "../credits/credits.ts";
import type { AccountEventRow, CallRow } from "../fold.ts";
import { latest } from "../history.ts";
import { hashState } from "../state.ts";
import { isGranting, productOf } from "../subscription/subscription.ts";
import type { BillingRunner, BillingStep } from "../testing/billing-deeds.ts";
import { billingSteps, billingWorld, createBillingRunner } from "../testing/random-billing.ts";
import type { BillingWorld } from "../testing/random-billing.ts";
import { numberOf } from "./issue.ts";
import { payableOf } from "./issued.ts";

const RUNS = Number(process.env["TOLLBOOK_PROPERTY_RUNS"] ?? 100);

describe("any buying, calling, paying and correcting", () => {
  // oxlint-disable-next-line vitest/expect-expect -- `checkInvariants` expects
  it("I1, I2, I13: at every event the ledgers, drafts, invoices, credits and charged periods say the same", () => {
    fc.assert(
      fc.property(billingWorld, billingSteps, (world, steps) => {
        const book = createBook();
        const runner = createBillingRunner(world, (played) => checkInvariants(book, played));
        for (const step of steps) runner.play(step);
      }),
      { numRuns: RUNS },
    );
  });

  it("F1, F3: the same log gives the same bytes, with snapshots in between and without", () => {
    fc.assert(
      fc.property(billingWorld, billingSteps, (world, steps) => {
        const without = steps.filter(({ do: what }) => what !== "snapshot");
        const straight = play(world, without);
        const again = play(world, without);
        // Before every deed, once the time has passed.
        const interrupted = play(
          world,
          without.flatMap((step): BillingStep[] => [
            { ...step, do: "snapshot" },
            { ...step, hours: 0 },
          ]),
        );
        expect(again).toBe(straight);
        expect(interrupted).toBe(straight);
      }),
      { numRuns: Math.ceil(RUNS / 4) },
    );
  });
});

function play(world: BillingWorld, steps: readonly BillingStep[]): string {
  const runner = createBillingRunner(world, () => undefined);
  for (const step of steps) runner.play(step);
  return hashState(runner.fold.state);
}

/** What the rows say, added up as they come. */
interface Book {
  rows: number;
  events: number;
  outputs: number;
  /** By unit, then ledger. */
  readonly ledgers: Map<string, Map<string, number>>;
  /** By invoice, then line: what the shell compares an invoice with. */
  readonly stored: Map<string, Map<string, { amountMicros: number; rows: number }>>;
  readonly issued: Set<string>;
  readonly numbers: Set<string>;
  /** Lines of the drafts that were closed. */
  readonly closed: Map<string, string>;
  readonly charges: { subscription: string; licences: number; from: number; to: number }[];
}

function createBook(): Book {
  return {
    rows: 0,
    events: 0,
    outputs: 0,
    ledgers: new Map(),
    stored: new Map(),
    issued: new Set(),
    numbers: new Set(),
    closed: new Map(),
    charges: [],
  };
}

function write(book: Book, { fold }: BillingRunner): void {
  for (const row of fold.rows.slice(book.rows)) {
    postAll(book, row);
    const overage = row.segments.reduce((sum, { source, amountMicros }) => sum + (source === "OVERAGE" ? amountMicros : 0), 0);
    // Whatever a source put on an invoice says on which; nothing else does.
    expect(row.invoice === "").toBe(overage === 0);
    if (row.invoice !== "") store(book, row, overage);
  }
  for (const event of fold.events.slice(book.events)) {
    postAll(book, event);
    if (event.invoice !== "") store(book, event, event.amountMicros);
    noteEvent(book, event);
  }
  book.rows = fold.rows.length;
  book.events = fold.events.length;
}

function postAll(book: Book, { postings }: AccountEventRow | CallRow): void {
  const sums = new Map<string, number>();
  for (const { ledger, unit, amount } of postings) {
    const ledgers = book.ledgers.get(unit) ?? new Map<string, number>();
    book.ledgers.set(unit, ledgers);
    ledgers.set(ledger, (ledgers.get(ledger) ?? 0) + amount);
    sums.set(unit, (sums.get(unit) ?? 0) + amount);
  }
  for (const sum of sums.values()) expect(sum).toBe(0);
}

function store(book: Book, { invoice, invoiceLine }: AccountEventRow | CallRow, amountMicros: number): void {
  // I13: its totals stood already.
  expect(book.closed.has(invoice)).toBe(false);
  const lines = book.stored.get(invoice) ?? new Map<string, { amountMicros: number; rows: number }>();
  book.stored.set(invoice, lines);
  const line = lines.get(invoiceLine) ?? { amountMicros: 0, rows: 0 };
  lines.set(invoiceLine, { amountMicros: line.amountMicros + amountMicros, rows: line.rows + 1 });
}

function noteEvent(book: Book, event: AccountEventRow): void {
  const data = JSON.parse(event.data) as Record<string, never>;
  if (event.type === "invoice.issued") {
    expect(book.issued.has(event.subject)).toBe(false);
    book.issued.add(event.subject);
    expect(book.numbers.has(data["number"] ?? "")).toBe(false);
    book.numbers.add(data["number"] ?? "");
  }
  if (event.type === "charge.licence" || event.type === "charge.proration")
    book.charges.push({
      subscription: event.subject,
      licences: data["licences"] ?? 0,
      from: data["from"] ?? 0,
      to: data["to"] ?? 0,
    });
}

function checkInvariants(book: Book, runner: BillingRunner): void {
  const account = runner.account();
  expect(account.frozen).toBe("");
  expect(runner.lost).toEqual([]);
  write(book, runner);
  noteClosed(book, runner);
  checkDrafts(book, runner);
  checkPeriods(runner);
  checkInvoices(book, runner);
  checkCredits(book, runner);
  checkSubscriptions(book, runner);
}

/** An invoice that is closed stays as the shell was told. */
function noteClosed(book: Book, { fold }: BillingRunner): void {
  for (const output of fold.outputs.slice(book.outputs)) {
    if (output.kind !== "invoiceClosed") continue;
    expect(book.closed.has(output.invoice)).toBe(false);
    book.closed.set(output.invoice, JSON.stringify(output.lines));
  }
  book.outputs = fold.outputs.length;
}

function sumOf(book: Book, unit: string, prefix: string): number {
  let sum = 0;
  for (const [ledger, amount] of book.ledgers.get(unit) ?? []) if (ledger.startsWith(prefix)) sum += amount;
  return sum;
}

function checkDrafts(book: Book, runner: BillingRunner): void {
  const { drafts, billingProfiles } = runner.account();
  const accrued = new Map<string, number>();
  for (const draft of drafts.values()) {
    const lines = new Map([...draft.lines.values()].map(({ line, amountMicros, rows }) => [line, { amountMicros, rows }]));
    expect(lines).toEqual(book.stored.get(draft.id) ?? new Map());
    for (const { amountMicros } of draft.lines.values())
      accrued.set(draft.currency, (accrued.get(draft.currency) ?? 0) + amountMicros);
    const told = book.closed.get(draft.id);
    expect(draft.state === "CLOSED").toBe(told !== undefined);
    if (told !== undefined)
      expect(
        JSON.stringify([...draft.lines.values()].map(({ line, amountMicros, rows }) => ({ line, amountMicros, rows }))),
      ).toBe(told);
    expect(draft.from).toBeLessThanOrEqual(draft.to);
    expect(billingProfiles.get(draft.profile)?.drafts.includes(draft.id)).toBe(draft.state !== "CLOSED");
  }
  for (const unit of ["USD", "EUR"]) {
    expect([...(book.ledgers.get(unit)?.values() ?? [])].reduce((sum, amount) => sum + amount, 0)).toBe(0);
    expect(0 - sumOf(book, unit, "overage/") - sumOf(book, unit, "unbilled/")).toBe(accrued.get(unit) ?? 0);
  }
}

/** No moment lies in two periods of a profile, but where a subscription is charged in the currency of before (edge 25). */
function checkPeriods(runner: BillingRunner): void {
  const { drafts, invoices } = runner.account();
  const last = new Map<string, number>();
  const periods = [...drafts.values(), ...[...invoices.values()].filter(({ refersTo }) => refersTo === "")];
  for (const { profile, currency, from, to } of periods.toSorted((one, other) => one.from - other.from || one.to - other.to)) {
    expect(from).toBeGreaterThanOrEqual(last.get(`${profile} ${currency}`) ?? 0);
    last.set(`${profile} ${currency}`, to);
  }
}

function checkInvoices(book: Book, runner: BillingRunner): void {
  const { invoices, billingProfiles, billingAccounts } = runner.account();
  for (const invoice of invoices.values()) {
    const payable = payableOf(invoice);
    expect(0 - (book.ledgers.get(invoice.currency)?.get(`invoice/${invoice.number}`) ?? 0)).toBe(payable);
    expect(payable).toBeGreaterThanOrEqual(0);
    expect(payable === 0).toBe(invoice.state === "PAID" || invoice.state === "VOID");
    expect(invoice.notedMicros).toBeGreaterThanOrEqual(0);
    if (invoice.kind === "invoice") expect(invoice.notedMicros).toBeLessThanOrEqual(invoice.totalMicros);
  }
  let numbers = 0;
  for (const series of billingAccounts.values()) {
    for (let next = 1; next < series.nextNumber; next++, numbers++)
      expect(book.numbers.has(numberOf({ ...series, nextNumber: next }))).toBe(true);
  }
  expect(numbers).toBe(book.numbers.size);
  for (const profile of billingProfiles.values()) {
    for (const unit of ["USD", "EUR"])
      expect(book.ledgers.get(unit)?.get(`customerCredit/${profile.id}`) ?? 0).toBe(profile.creditMicros[unit] ?? 0);
  }
}

function checkCredits(book: Book, runner: BillingRunner): void {
  const { credits, currency, payments } = runner.account();
  for (const unit of ["USD", "EUR"]) expect(sumOf(book, unit, CREDIT_LEDGER)).toBe(unit === currency ? credits.balanceMicros : 0);
  expect(credits.balanceMicros).toBe(credits.lots.reduce((sum, lot) => sum + lot.remainingMicros, 0) - credits.debtMicros);
  // Every charge of a card was booked once.
  for (const unit of ["USD", "EUR"]) {
    const charged = [...payments.values()].filter(({ status, currency: one }) => status === "SUCCEEDED" && one === unit);
    const cash = ["cash/card", "cash/topUp", "cash/recharge"].reduce((sum, ledger) => sum + sumOf(book, unit, ledger), 0);
    expect(0 - cash).toBe(charged.reduce((sum, { amountMicros }) => sum + amountMicros, 0));
  }
  const open = [...payments.values()].filter(
    ({ purpose, status }) => purpose === "recharge" && status !== "SUCCEEDED" && status !== "ABANDONED",
  );
  expect(open.length).toBeLessThanOrEqual(1);
  expect(open.length === 0).toBe(credits.recharge.status === "IDLE");
}

function checkSubscriptions(book: Book, runner: BillingRunner): void {
  const account = runner.account();
  const now = nowOf(runner.fold.state, account);
  const pools = new Map<string, number>();
  for (const subscription of account.subscriptions.values()) {
    const { id, total, trial, suspendedFor, unitPriceMicros } = subscription;
    const state = latest(subscription.states);
    const charged = book.charges.reduce(
      (sum, { subscription: one, licences, from, to }) => sum + (one === id && from <= now && now < to ? licences : 0),
      0,
    );
    // SS-3: what is Active is charged for every moment once, for the licences it has then.
    if (state === "Active" && unitPriceMicros > 0) expect([id, charged]).toEqual([id, trial ? 0 : total]);
    expect(state === "Active" && suspendedFor !== "").toBe(false);
    if (!isGranting(subscription)) continue;
    const product = productOf(subscription);
    const country = "DE";
    const effective = product.unlimited ? subscription.assigned.length : Math.min(total, subscription.assigned.length);
    const minutes = includedMinutes(product.domestic, country) + includedMinutes(product.international, country);
    if (minutes + (product.dialOut === null || isComplimentary(product, country) ? 0 : product.dialOut.minutes) === 0) continue;
    pools.set(product.serviceCode, (pools.get(product.serviceCode) ?? 0) + effective);
  }
  for (const pool of account.pools.values())
    expect([pool.key, pool.assigned]).toEqual([pool.key, pools.get(pool.serviceCode) ?? 0]);
}
