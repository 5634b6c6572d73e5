import type { BillingView, InvoicesView, InvoiceView } from "@tollbook/contracts/billing-views.ts";
import type { Invoice } from "@tollbook/contracts/invoice.ts";
import type { ViewRequest } from "@tollbook/contracts/views.ts";
import { expect, it } from "vitest";
import { createOrganisation } from "../testing/organisation.ts";
import type { Organisation } from "../testing/organisation.ts";
import { sampleDecks } from "../testing/sample-decks.ts";
import { createTestFold } from "../testing/test-fold.ts";
import type { TestFold } from "../testing/test-fold.ts";
import { view } from "../view.ts";

const decks = sampleDecks();
const address = { name: "Acme GmbH", line1: "Hauptstr. 1", city: "Berlin", postalCode: "10115", country: "DE" };

function begin(start = "2026-01-01T00:00:00Z"): { fold: TestFold; org: Organisation } {
  const fold = createTestFold(decks, start);
  return { fold, org: createOrganisation(fold, { agreement: "MCA" }) };
}

const ask = <View>(fold: TestFold, request: ViewRequest): View => view(fold.state, "acme", request) as View;
const invoices = (fold: TestFold, more: object = {}): InvoicesView => ask(fold, { view: "invoices", ...more });
const invoice = (fold: TestFold, id: string, after?: number): InvoiceView =>
  ask(fold, { view: "invoice", invoice: id, ...(after === undefined ? {} : { after }) });

/** Ticks a day at a time until then, so that whatever falls due does. */
function runTo(fold: TestFold, time: string): void {
  const end = Date.parse(time) * 1000;
  while (fold.now < end) {
    fold.now = Math.min(fold.now + 86_400_000_000, end);
    fold.tick();
  }
}

function verify(fold: TestFold, org: Organisation, id: string): string {
  const hash = invoice(fold, id).draft?.hash ?? "";
  return String(org.command("invoice.verified", { invoice: id, hash }).result?.["number"]);
}

function withPhones(org: Organisation, count: number): void {
  const users = org.users(count, "DE");
  org.command("subscription.buy", {
    subscription: "phones",
    product: "teams-phone-standard",
    licences: count,
    term: "P1Y",
    billingFrequency: "monthly",
    unitPrice: "7.995",
  });
  org.command("licence.assign", { subscription: "phones", users });
}

it("PM-1, PM-2: billing shows accounts, profiles with tax, discount and method, and cards with who uses them; never a token", () => {
  const { fold, org } = begin("2026-01-20T10:00:00Z");
  withPhones(org, 1);
  org.command("billingAccount.set", { billingAccount: "main", soldTo: address, numberPrefix: "AC-" });
  org.command("billingProfile.set", {
    profile: "north",
    anchorDay: 15,
    purchaseOrder: "PO-7",
    netDays: 14,
    tax: { label: "VAT", percent: "19" },
    discount: { label: "Partner", percent: "2.5", on: "usage" },
  });
  const card = { provider: "test", token: "tok_secret", brand: "Visa", last4: "4242", holder: "Ada", country: "DE" } as const;
  org.command("paymentMethod.add", { method: "card-1", expires: "2026-02", ...card });
  org.command("paymentMethod.add", { method: "card-2", expires: "2028-05", ...card });
  org.command("billingProfile.setPaymentMethod", { profile: "north", method: "card-2" });
  const answer = ask<BillingView>(fold, { view: "billing" });
  expect(JSON.stringify(answer)).not.toContain("tok_secret");
  expect(answer.billingAccounts).toEqual([
    { billingAccount: "main", displayName: "acme", soldTo: address, numberPrefix: "AC-", nextNumber: "AC-000001" },
  ]);
  expect(answer.billingProfiles).toMatchObject([
    { profile: "main", paymentMethod: null, period: { from: "2026-01-01", to: "2026-02-01" }, subscriptions: ["phones"] },
    {
      profile: "north",
      purchaseOrder: "PO-7",
      netDays: 14,
      tax: { label: "VAT", rateBasisPoints: 1900, inclusive: false },
      discount: { label: "Partner", basisPoints: 250, on: "usage" },
      paymentMethod: "card-2",
      customerCredit: "0.00",
      period: { from: "2026-01-15", to: "2026-02-15" },
      subscriptions: [],
    },
  ]);
  expect(answer.paymentMethods.map(({ method, state, usedBy }) => [method, state, usedBy])).toEqual([
    // 28 February is 39 days off; 30 days before its end it is EXPIRING.
    ["card-1", "VALID", []],
    ["card-2", "VALID", ["north"]],
  ]);
});

it("PM-3: a payment that failed is listed with its next attempt, and no longer once it succeeded", () => {
  const { fold, org } = begin();
  withPhones(org, 2);
  const card = { provider: "test", token: "t", brand: "Visa", last4: "4242", holder: "Ada", country: "DE" } as const;
  org.command("paymentMethod.add", { method: "card-1", expires: "2028-05", ...card });
  org.command("billingProfile.setPaymentMethod", { profile: "main", method: "card-1" });
  runTo(fold, "2026-02-04T00:01:00Z");
  verify(fold, org, "main/2026-01-01");
  const payments = (): BillingView["payments"] => ask<BillingView>(fold, { view: "billing" }).payments;
  expect(payments()).toMatchObject([
    { payment: "p1", purpose: "invoice", subject: "main/2026-01-01", amount: "15.99", status: "PENDING", attempt: 1 },
  ]);
  org.command("payment.result", { payment: "p1", attempt: 1, outcome: "declined", detail: "insufficient funds" });
  expect(payments()).toMatchObject([
    // Every three days from the first attempt.
    { status: "RETRYING", nextAttempt: "2026-02-07T00:01:00.000000Z", reason: "insufficient funds" },
  ]);
  expect(ask<BillingView>(fold, { view: "billing" }).paymentMethods).toMatchObject([{ state: "DECLINED" }]);
  org.command("payment.retry", { payment: "p1" });
  org.command("payment.result", { payment: "p1", attempt: 2, outcome: "succeeded" });
  expect(payments()).toEqual([]);
});

it("IN-2, D25: a draft accrues as a whole document, line by line; after the grace its header says issued, with total and payable", () => {
  const { fold, org } = begin();
  org.command("billingProfile.set", { profile: "main", tax: { label: "VAT", percent: "19" }, purchaseOrder: "PO-1" });
  withPhones(org, 3);
  const draft = invoice(fold, "main/2026-01-01").draft as Invoice;
  expect(draft).toMatchObject({
    invoice: "main/2026-01-01",
    number: null,
    state: "OPEN",
    purchaseOrder: "PO-1",
    period: { from: "2026-01-01", to: "2026-02-01" },
    lines: [{ kind: "licence", subscription: "phones", quantity: 3, unitPrice: "7.995", exact: "23.985", net: "23.99" }],
    // 23.985 rounds to 23.99 (half away from zero), 19 % of that is 4.5581.
    totals: { charges: "23.99", rounding: "0.005", net: "23.99", tax: [{ amount: "4.56" }], total: "28.55", payable: "28.55" },
  });
  runTo(fold, "2026-02-03T00:00:00Z");
  expect(invoice(fold, "main/2026-01-01").draft?.state).toBe("CLOSING");
  runTo(fold, "2026-02-04T00:01:00Z");
  expect(invoice(fold, "main/2026-01-01").draft?.state).toBe("CLOSED");
  expect(verify(fold, org, "main/2026-01-01")).toBe("MAIN-000001");
  org.command("invoice.pay", { invoice: "main/2026-01-01", amount: "8.55", reference: "transfer" });
  expect(invoice(fold, "main/2026-01-01")).toMatchObject({
    draft: null,
    issued: {
      number: "MAIN-000001",
      state: "ISSUED",
      invoiceDate: "2026-02-01",
      dueDate: "2026-03-03",
      total: "28.55",
      paid: "8.55",
      payable: "20.00",
    },
  });
  expect(view(fold.state, "acme", { view: "invoice", invoice: "main/1999-01-01" })).toMatchObject({ error: "unknownInvoice" });
});

it("IN-1: the list is of the last 3 months unless 6 or dates are asked for, newest first, drafts included", () => {
  const { fold, org } = begin();
  withPhones(org, 1);
  for (const month of ["01", "02", "03", "04", "05", "06", "07"]) {
    const next = String(Number(month) + 1).padStart(2, "0");
    runTo(fold, `2026-${next}-04T00:01:00Z`);
    const id = `main/2026-${month}-01`;
    verify(fold, org, id);
    org.command("invoice.pay", { invoice: id, reference: "transfer" });
  }
  // Now is 4 August. An invoice is dated on the day after its period.
  const numbers = (more?: object): (string | null)[] => invoices(fold, more).invoices.map(({ number }) => number);
  expect(numbers()).toEqual([null, "MAIN-000007", "MAIN-000006", "MAIN-000005"]);
  expect(invoices(fold).range).toEqual({ from: "2026-05-04", to: null });
  expect(numbers({ months: 6 })).toHaveLength(1 + 6);
  // Both days count: the invoice of February is dated 1 March, that of April 1 May.
  expect(numbers({ from: "2026-03-01", to: "2026-05-01" })).toEqual(["MAIN-000004", "MAIN-000003", "MAIN-000002"]);
  expect(numbers({ from: "2026-03-02", to: "2026-04-30" })).toEqual(["MAIN-000003"]);
  // A draft is found by any day of its period.
  expect(numbers({ from: "2026-08-31", to: "2026-08-31" })).toEqual([null]);
  expect(numbers({ from: "2026-09-01", to: "2026-09-30" })).toEqual([]);
});

it("a credit note is stored as the document that was given out: net, its tax, and what it refers to", () => {
  const { fold, org } = begin();
  org.command("billingProfile.set", { profile: "main", tax: { label: "VAT", percent: "19" }, billTo: address });
  withPhones(org, 3);
  runTo(fold, "2026-02-04T00:01:00Z");
  verify(fold, org, "main/2026-01-01");
  org.command("invoice.creditNote", { invoice: "main/2026-01-01", net: "10.00", reason: "two days without service" });
  const stored = fold.events.findLast(({ type }) => type === "invoice.issued");
  expect(stored?.postings).toEqual([]);
  expect(JSON.parse(stored?.data ?? "") as Invoice).toMatchObject({
    invoice: "MAIN-000002",
    kind: "creditNote",
    refersTo: "MAIN-000001",
    billTo: address,
    lines: [{ kind: "credit", description: "two days without service", net: "-10.00" }],
    totals: { credits: "-10.00", net: "-10.00", tax: [{ taxable: "-10.00", amount: "-1.90" }], total: "-11.90" },
  });
  // 28.55 less 11.90.
  expect(invoice(fold, "main/2026-01-01").issued).toMatchObject({ credited: "11.90", payable: "16.65" });
  expect(invoices(fold).invoices.map(({ number, total }) => [number, total])).toContainEqual(["MAIN-000002", "-11.90"]);
});

it("a draft of more than 100 lines comes in pages whose totals are those of the whole", () => {
  const { fold, org } = begin();
  withPhones(org, 1);
  for (let total = 2; total <= 61; total++) {
    fold.now += 60_000_000;
    org.command("licence.setTotal", { subscription: "phones", total });
  }
  const first = invoice(fold, "main/2026-01-01");
  expect([first.draft?.lines.length, first.next]).toEqual([100, 100]);
  const second = invoice(fold, "main/2026-01-01", 100);
  expect([second.draft?.lines.length, second.next]).toEqual([21, null]);
  expect(second.draft?.totals).toEqual(first.draft?.totals);
});
