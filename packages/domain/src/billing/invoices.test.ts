import { describe, expect, it } from "vitest";
import type { Invoice } from "@tollbook/contracts/invoice.ts";
import { hashState } from "../state.ts";
import { decodeState, encodeState } from "../snapshot/state-codec.ts";
import { createOrganisation } from "../testing/organisation.ts";
import type { Organisation } from "../testing/organisation.ts";
import { sampleDecks } from "../testing/sample-decks.ts";
import { createTestFold } from "../testing/test-fold.ts";
import type { TestFold } from "../testing/test-fold.ts";

/** Invoices (IN-1 to IN-3, §12.5, D18, D25): periods, grace, lines, totals, series, payment. Sample USD rates: DE 0.015, FR 0.016. */
const decks = sampleDecks();

interface Begun {
  fold: TestFold;
  org: Organisation;
  /** Lets time pass, a tick an hour, so that everything falls due in its time. */
  until: (time: string) => void;
  /** A finished call of `seconds` that ended at `at`, to Germany unless said otherwise. */
  call: (id: string, at: string, seconds: number, to?: string) => void;
  verify: (invoice: string) => Invoice;
}

const HOUR = 3_600_000_000;

/** One user in Germany with a pay-as-you-go plan under a Microsoft Customer Agreement, its option On. */
function begin(start = "2026-01-01T00:00:00Z", facts: Parameters<typeof createOrganisation>[1] = {}): Begun {
  const fold = createTestFold(decks, start);
  const org = createOrganisation(fold, { agreement: "MCA", country: "DE", ...facts });
  const until = (time: string): void => {
    const end = Date.parse(time) * 1000;
    while (fold.now < end) {
      fold.now = Math.min(end, fold.now + HOUR);
      fold.tick();
    }
  };
  return {
    fold,
    org,
    until,
    call: (id, at, seconds, to = "+4930901820") => {
      const endedAt = Date.parse(at) * 1000;
      fold.call("acme", "ended", { usageId: id, user: "u1", to, answeredAt: endedAt - seconds * 1_000_000, endedAt });
      expect(fold.state.accounts.get("acme")?.frozen).toBe("");
    },
    verify: (invoice) => {
      const draft = fold.state.accounts.get("acme")?.drafts.get(invoice);
      if (draft === undefined) throw new Error(`no draft ${invoice}`);
      org.command("invoice.verified", { invoice, hash: draft.hash });
      const issued = fold.events.findLast(({ type, subject }) => type === "invoice.issued" && subject === invoice);
      return JSON.parse(issued?.data ?? "null") as Invoice;
    },
  };
}

function withPlan(begun: Begun): void {
  const { org } = begun;
  org.users(1, "DE");
  org.command("subscription.buy", {
    subscription: "phone",
    product: "teams-phone-standard",
    licences: 1,
    term: "P1Y",
    billingFrequency: "monthly",
  });
  org.command("subscription.buy", {
    subscription: "payg",
    product: "calling-plan-payg-zone-2",
    licences: 1,
    term: "P1Y",
    billingFrequency: "monthly",
  });
  org.command("licence.assign", { subscription: "phone", users: ["u1"] });
  org.command("licence.assign", { subscription: "payg", users: ["u1"] });
  org.command("payAsYouGo.set", { subscription: "payg", on: true });
}

const amounts = (invoice: Invoice): [string, string, string][] =>
  invoice.lines.map(({ kind, description, net }) => [kind, description, net]);

/** Every posting of every row, by ledger: what is left anywhere. */
function balances(fold: TestFold): Record<string, number> {
  const sums = new Map<string, number>();
  for (const { postings } of [...fold.rows, ...fold.events])
    for (const { ledger, unit, amount } of postings) if (unit !== "MIN") sums.set(ledger, (sums.get(ledger) ?? 0) + amount);
  return Object.fromEntries([...sums].filter(([, sum]) => sum !== 0));
}

describe("invoices", () => {
  it("IN-2, D18, D25: a period's invoice has its licences in advance and its overage in arrears, is dated the day after it and issued after 72 h", () => {
    const begun = begin();
    withPlan(begun);
    begun.until("2026-01-20T10:00:00Z");
    begun.call("c1", "2026-01-20T10:00:00Z", 90);
    begun.call("c2", "2026-01-20T10:00:00Z", 61, "+33140205050");
    begun.until("2026-02-04T00:00:00Z");
    const { fold } = begun;
    expect(fold.outputs.filter(({ kind }) => kind === "invoiceClosed")).toHaveLength(0);
    begun.until("2026-02-04T01:00:00Z");
    expect(fold.outputs.filter(({ kind }) => kind === "invoiceClosed")).toMatchObject([{ invoice: "main/2026-01-01" }]);
    const invoice = begun.verify("main/2026-01-01");
    expect(amounts(invoice)).toEqual([
      ["licence", "licence", "8.00"],
      ["overage", "calling", "0.03"],
      ["overage", "calling", "0.03"],
    ]);
    expect(invoice).toMatchObject({
      number: "MAIN-000001",
      invoiceDate: "2026-02-01",
      dueDate: "2026-03-03",
      period: { from: "2026-01-01", to: "2026-02-01" },
      totals: { charges: "8.06", rounding: "-0.002", net: "8.06", total: "8.06", payable: "8.06" },
    });
    // 8.00 + 2 × 0.015 + 2 × 0.016, owed to the micro-unit; the rounding is posted.
    expect(balances(fold)).toEqual({
      "unbilled/main": -8_000_000,
      "revenue/licences": 16_000_000,
      "revenue/overage": 62_000,
      "revenue/rounding": -2_000,
      "invoice/MAIN-000001": -8_060_000,
    });
  });

  it("edge 5: a late call counts in its period until the grace ends, inclusive; later it is an adjustment on the open invoice", () => {
    const begun = begin();
    withPlan(begun);
    begun.until("2026-02-03T23:59:00Z");
    begun.call("in-grace", "2026-01-30T12:00:00Z", 60);
    begun.until("2026-02-10T00:00:00Z");
    begun.call("late", "2026-01-30T13:00:00Z", 120);
    expect(begun.fold.rows.map(({ invoice, invoiceLine }) => [invoice, invoiceLine])).toEqual([
      ["main/2026-01-01", "overage|payg|calling|DE|Germany"],
      ["main/2026-02-01", "adjustment|202601|payg|calling|DE|Germany"],
    ]);
    const january = begun.verify("main/2026-01-01");
    expect(january.lines.at(-1)).toMatchObject({ kind: "overage", exact: "0.015", calls: 1 });
    begun.until("2026-03-05T00:00:00Z");
    const february = begun.verify("main/2026-02-01");
    expect(february.lines.at(-1)).toMatchObject({ kind: "adjustment", exact: "0.03", calls: 1, net: "0.03" });
  });

  it("a call that is void after its invoice comes back as an adjustment, and nothing is left in the ledger", () => {
    const begun = begin();
    withPlan(begun);
    begun.until("2026-01-20T10:00:00Z");
    begun.call("c1", "2026-01-20T10:00:00Z", 600);
    begun.until("2026-02-05T00:00:00Z");
    const january = begun.verify("main/2026-01-01");
    expect(january.totals.total).toBe("8.15");
    begun.org.command("call.void", { usageId: "c1", reason: "wrong number" });
    expect(begun.fold.rows.at(-1)).toMatchObject({
      entry: "reversal",
      amountMicros: -150_000,
      invoice: "main/2026-02-01",
      invoiceLine: "adjustment|202601|payg|calling|DE|Germany",
    });
    begun.until("2026-03-05T00:00:00Z");
    const february = begun.verify("main/2026-02-01");
    expect(february.totals).toMatchObject({ charges: "8.00", credits: "-0.15", net: "7.85" });
    const left = balances(begun.fold);
    expect([left["revenue/overage"], left["overage/payg"], left["invoice/MAIN-000002"]]).toEqual([
      undefined,
      undefined,
      -7_850_000,
    ]);
  });

  it("a void within the period takes the call off the line it is on", () => {
    const begun = begin();
    withPlan(begun);
    begun.until("2026-01-20T10:00:00Z");
    begun.call("c1", "2026-01-20T10:00:00Z", 600);
    begun.call("c2", "2026-01-20T10:00:00Z", 60);
    begun.org.command("call.void", { usageId: "c1", reason: "wrong number" });
    begun.until("2026-02-05T00:00:00Z");
    expect(begun.verify("main/2026-01-01").lines.at(-1)).toMatchObject({
      kind: "overage",
      calls: 1,
      exact: "0.015",
      billedSeconds: 60,
    });
  });

  it("architecture §5: only the totals it was closed with are issued, once, with the next number of a gapless series", () => {
    const begun = begin();
    withPlan(begun);
    const { fold, org } = begun;
    expect(fold.command("acme", "invoice.verified", { invoice: "main/2026-01-01", hash: "0".repeat(64) })).toMatchObject({
      code: "invoiceNotClosed",
    });
    begun.until("2026-02-05T00:00:00Z");
    expect(fold.command("acme", "invoice.verified", { invoice: "main/2026-01-01", hash: "0".repeat(64) })).toMatchObject({
      code: "invoiceHashMismatch",
    });
    expect(begun.verify("main/2026-01-01").number).toBe("MAIN-000001");
    expect(org.command("invoice.verified", { invoice: "main/2026-01-01", hash: "0".repeat(64) })).toMatchObject({
      outcome: "accepted",
    });
    begun.until("2026-04-05T00:00:00Z");
    expect(begun.verify("main/2026-02-01").number).toBe("MAIN-000002");
    expect(begun.verify("main/2026-03-01").number).toBe("MAIN-000003");
  });

  it("RT-4, D18: tax is on top of the net sum or inside it; a discount is a line of its own and comes before tax", () => {
    const begun = begin();
    withPlan(begun);
    begun.org.command("billingProfile.set", {
      profile: "main",
      tax: { label: "VAT", percent: "19" },
      discount: { label: "Partner", percent: "10", on: "licences" },
    });
    begun.until("2026-02-05T00:00:00Z");
    expect(begun.verify("main/2026-01-01").totals).toEqual({
      charges: "8.00",
      discounts: "-0.80",
      credits: "0.00",
      rounding: "0.00",
      net: "7.20",
      // 7.20 × 0.19 = 1.368
      tax: [{ label: "VAT", rateBasisPoints: 1900, inclusive: false, taxable: "7.20", amount: "1.37" }],
      total: "8.57",
      paid: "0.00",
      payable: "8.57",
    });
    begun.org.command("billingProfile.set", {
      profile: "main",
      tax: { label: "Sales tax", percent: "8.25", inclusive: true },
      discount: null,
    });
    begun.until("2026-03-05T00:00:00Z");
    // 8.00 × 8.25 / 108.25 = 0.6096…
    expect(begun.verify("main/2026-02-01").totals).toMatchObject({
      net: "8.00",
      total: "8.00",
      tax: [{ taxable: "7.39", amount: "0.61" }],
    });
  });

  it("IN-2: the period follows the profile's day of month; a 31st is not needed", () => {
    const begun = begin();
    begun.org.command("billingProfile.set", { profile: "main", anchorDay: 15 });
    withPlan(begun);
    begun.until("2026-02-20T00:00:00Z");
    expect([...(begun.fold.state.accounts.get("acme")?.drafts.keys() ?? [])]).toEqual(["main/2025-12-15", "main/2026-01-15"]);
    expect(begun.fold.command("acme", "billingProfile.set", { profile: "main", anchorDay: 3 })).toMatchObject({
      code: "profileInUse",
    });
  });

  it("D7, D33: what is below zero when billing moved to after use is billed once, on the next invoice, and the balance is 0", () => {
    const begun = begin("2026-01-01T00:00:00Z", { agreement: "MOSA" });
    withPlanOnCredits(begun);
    begun.until("2026-01-20T10:00:00Z");
    // 50.00 of credits, 4,000 minutes at 0.015 = 60.00: the rest stays within the overdraft of 50.00.
    begun.call("long", "2026-01-20T10:00:00Z", 4_000 * 60);
    begun.org.command("account.settings", { agreement: "MCA" });
    begun.until("2026-02-05T00:00:00Z");
    const invoice = begun.verify("main/2026-01-01");
    expect(invoice.lines.find(({ kind }) => kind === "creditDebt")).toMatchObject({ exact: "10.00", net: "10.00" });
    expect(begun.fold.state.accounts.get("acme")?.credits).toMatchObject({ balanceMicros: 0, debtMicros: 0 });
    begun.until("2026-03-05T00:00:00Z");
    expect(begun.verify("main/2026-02-01").lines.some(({ kind }) => kind === "creditDebt")).toBe(false);
  });

  it("edge 25: a change of the currency ends the open period; amounts of the two are never on one invoice", () => {
    const begun = begin();
    withPlan(begun);
    begun.until("2026-01-15T12:00:00Z");
    begun.org.command("account.currency", { currency: "EUR" });
    begun.until("2026-02-05T00:00:00Z");
    const first = begun.verify("main/2026-01-01");
    expect(first).toMatchObject({ currency: "USD", period: { from: "2026-01-01", to: "2026-01-15" }, totals: { net: "8.00" } });
    // The plan was bought in dollars, so that its next month is charged in them.
    const drafts = [...(begun.fold.state.accounts.get("acme")?.drafts.values() ?? [])];
    expect(drafts.map(({ id, currency }) => [id, currency])).toEqual([["main/2026-02-01", "USD"]]);
  });

  it("a snapshot in the middle of it all folds on to the same bytes", () => {
    const straight = begin();
    const interrupted = begin();
    for (const begun of [straight, interrupted]) {
      withPlan(begun);
      begun.until("2026-01-20T10:00:00Z");
      begun.call("c1", "2026-01-20T10:00:00Z", 600);
      if (begun === interrupted) begun.fold.state = decodeState(encodeState(begun.fold.state));
      begun.until("2026-02-05T00:00:00Z");
      begun.verify("main/2026-01-01");
    }
    expect(hashState(interrupted.fold.state)).toBe(hashState(straight.fold.state));
  });
});

function withPlanOnCredits({ org }: Begun): void {
  org.users(1, "DE");
  org.give("teams-phone-standard", ["u1"]);
  org.give("calling-plan-payg-zone-2", ["u1"]);
  org.give("communications-credits", ["u1"]);
  org.command("credits.topUp", { amount: "50.00" });
}
