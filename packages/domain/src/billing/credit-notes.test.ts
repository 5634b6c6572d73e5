import { expect, it } from "vitest";
import type { BillingView } from "@tollbook/contracts/billing-views.ts";
import { createOrganisation } from "../testing/organisation.ts";
import type { Organisation } from "../testing/organisation.ts";
import { sampleDecks } from "../testing/sample-decks.ts";
import { createTestFold } from "../testing/test-fold.ts";
import type { TestFold } from "../testing/test-fold.ts";
import { view } from "../view.ts";
import type { IssuedInvoice } from "./issued.ts";

/** What is owed, paid and taken back stays one sum, whatever crosses whatever: nothing is charged twice, nothing is lost. */

const id = "main/2026-01-01";

/** An invoice of 119.00: 100.00 and 19 % tax, on a card that is asked for it. */
function begin(): { fold: TestFold; org: Organisation } {
  const fold = createTestFold(sampleDecks(), "2026-01-01T00:00:00Z");
  const org = createOrganisation(fold, { agreement: "MCA" });
  org.command("billingProfile.set", { profile: "main", tax: { label: "VAT", percent: "19" } });
  const card = { provider: "test", token: "t", brand: "Visa", last4: "4242", holder: "Ada", country: "DE" } as const;
  org.command("paymentMethod.add", { method: "card", expires: "2029-01", ...card });
  org.command("billingProfile.setPaymentMethod", { profile: "main", method: "card" });
  org.command("subscription.buy", {
    subscription: "phones",
    product: "teams-phone-standard",
    licences: 10,
    term: "P1Y",
    billingFrequency: "monthly",
    unitPrice: "10.00",
  });
  runTo(fold, "2026-02-05T00:00:00Z");
  org.command("invoice.verified", { invoice: id, hash: fold.state.accounts.get("acme")?.drafts.get(id)?.hash ?? "" });
  return { fold, org };
}

function runTo(fold: TestFold, time: string): void {
  const end = Date.parse(time) * 1000;
  while (fold.now < end) {
    fold.now = Math.min(fold.now + 86_400_000_000, end);
    fold.tick();
  }
}

const invoice = (fold: TestFold): IssuedInvoice => fold.state.accounts.get("acme")?.invoices.get(id) as IssuedInvoice;
const credit = (fold: TestFold): number => fold.state.accounts.get("acme")?.billingProfiles.get("main")?.creditMicros["USD"] ?? 0;
const asked = (fold: TestFold): number[] =>
  fold.outputs.filter((output) => output.kind === "payment").map(({ amountMicros }) => amountMicros);
const open = (fold: TestFold): number => (view(fold.state, "acme", { view: "billing" }) as BillingView).payments.length;

/** What the ledgers of the invoice and of the customer's credit come to. */
function ledger(fold: TestFold, prefix: string): number {
  const postings = fold.events.flatMap((event) => event.postings);
  return postings.filter(({ ledger: name }) => name.startsWith(prefix)).reduce((sum, { amount }) => sum + amount, 0);
}

it("no more can be taken back than was billed, also of an invoice that is paid", () => {
  const { fold, org } = begin();
  org.command("payment.result", { payment: "p1", attempt: 1, outcome: "succeeded" });
  org.command("invoice.creditNote", { invoice: id, net: "60.00", reason: "first" });
  expect(credit(fold)).toBe(71_400_000);
  expect(fold.command("acme", "invoice.creditNote", { invoice: id, net: "40.01", reason: "too much" })).toMatchObject({
    code: "amountOutOfRange",
    detail: expect.stringContaining("40.00"),
  });
  // The rest of it: 119.00 in all comes back to the customer, once.
  org.command("invoice.void", { invoice: id, reason: "all of it" });
  expect([invoice(fold).state, credit(fold), ledger(fold, "customerCredit/main")]).toEqual(["VOID", 119_000_000, 119_000_000]);
  expect(ledger(fold, "invoice/MAIN-000001")).toBe(0);
  expect(ledger(fold, "tax/main")).toBe(0);
  // Of the rest of the series nothing is used up by a second try.
  expect(fold.command("acme", "invoice.void", { invoice: id, reason: "again" })).toMatchObject({ code: "invoiceNotOpen" });
});

it("what was taken back while the card was being charged becomes the customer's credit", () => {
  const { fold, org } = begin();
  expect(asked(fold)).toEqual([119_000_000]);
  org.command("invoice.creditNote", { invoice: id, net: "40.00", reason: "two days without service" });
  org.command("payment.result", { payment: "p1", attempt: 1, outcome: "succeeded" });
  expect(invoice(fold)).toMatchObject({ state: "PAID", paidMicros: 71_400_000, creditedMicros: 47_600_000 });
  expect([credit(fold), ledger(fold, "customerCredit/main"), ledger(fold, "invoice/MAIN-000001")]).toEqual([
    47_600_000, 47_600_000, 0,
  ]);
});

it("PM-3: a card is not charged for what was paid by transfer meanwhile, and for no more than is left", () => {
  const { fold, org } = begin();
  org.command("payment.result", { payment: "p1", attempt: 1, outcome: "declined" });
  org.command("invoice.pay", { invoice: id, amount: "19.00", reference: "transfer" });
  runTo(fold, "2026-02-09T00:00:00Z");
  expect(asked(fold)).toEqual([119_000_000, 100_000_000]);
  org.command("payment.result", { payment: "p1", attempt: 2, outcome: "declined" });
  org.command("invoice.pay", { invoice: id, reference: "transfer" });
  expect([invoice(fold).state, open(fold)]).toEqual(["PAID", 0]);
  runTo(fold, "2026-03-04T00:00:00Z");
  expect(asked(fold)).toHaveLength(2);
  expect(fold.command("acme", "payment.retry", { payment: "p1" })).toMatchObject({ code: "paymentNotOpen" });
});

it("a void invoice stays void when its payment comes in late; the money is the customer's", () => {
  const { fold, org } = begin();
  org.command("invoice.void", { invoice: id, reason: "wrong address" });
  org.command("payment.result", { payment: "p1", attempt: 1, outcome: "succeeded" });
  expect([invoice(fold).state, credit(fold), ledger(fold, "invoice/MAIN-000001")]).toEqual(["VOID", 119_000_000, 0]);
  expect(fold.outputs.filter((output) => output.kind === "notice" && output.notice === "invoice.paid")).toEqual([]);
});
