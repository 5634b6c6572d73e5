import { describe, expect, it } from "vitest";
import type { Output } from "../fold.ts";
import { createOrganisation } from "../testing/organisation.ts";
import type { Organisation } from "../testing/organisation.ts";
import { sampleDecks } from "../testing/sample-decks.ts";
import { createTestFold } from "../testing/test-fold.ts";
import type { TestFold } from "../testing/test-fold.ts";
import { view } from "../view.ts";

/** Cards and payments (PM-1 to PM-3, edge 13, CC-4, CC-5). */
const decks = sampleDecks();
const HOUR = 3_600_000_000;
const card = {
  provider: "test",
  token: "test_ok",
  brand: "Visa",
  last4: "4242",
  expires: "2027-05",
  holder: "Acme",
  country: "DE",
} as const;

interface Begun {
  fold: TestFold;
  org: Organisation;
  until: (time: string) => void;
  payments: () => Extract<Output, { kind: "payment" }>[];
  notices: (notice: string) => number;
}

function begin(agreement: "MOSA" | "MCA" = "MOSA"): Begun {
  const fold = createTestFold(decks, "2026-01-01T00:00:00Z");
  const org = createOrganisation(fold, { agreement, country: "DE" });
  return {
    fold,
    org,
    until: (time) => {
      const end = Date.parse(time) * 1000;
      while (fold.now < end) {
        fold.now = Math.min(end, fold.now + HOUR);
        fold.tick();
      }
    },
    payments: () => fold.outputs.filter((output) => output.kind === "payment"),
    notices: (notice) => fold.outputs.filter((output) => output.kind === "notice" && output.notice === notice).length,
  };
}

function withCard({ org }: Begun, method = "visa"): void {
  org.command("paymentMethod.add", { method, ...card });
  org.command("billingProfile.setPaymentMethod", { profile: "main", method });
}

const balance = (fold: TestFold): unknown => (view(fold.state, "acme", { view: "credits" }) as { balance: string }).balance;

describe("cards", () => {
  it("PM-2: a card of another country, or one that has expired, is not accepted", () => {
    const { fold } = begin();
    expect(fold.command("acme", "paymentMethod.add", { method: "a", ...card, country: "FR" })).toMatchObject({
      code: "methodNotAccepted",
    });
    expect(fold.command("acme", "paymentMethod.add", { method: "a", ...card, expires: "2025-12" })).toMatchObject({
      code: "methodNotAccepted",
    });
    expect(fold.command("acme", "paymentMethod.add", { method: "a", ...card, expires: "2026-01" })).toMatchObject({
      outcome: "accepted",
    });
  });

  it("PM-2: a card that a profile uses cannot be deleted; replaced, it can, and everything uses the other", () => {
    const begun = begin();
    withCard(begun);
    const { fold, org } = begun;
    org.command("paymentMethod.add", { method: "other", ...card });
    expect(fold.command("acme", "paymentMethod.delete", { method: "visa" })).toMatchObject({ code: "methodInUse" });
    expect(org.command("paymentMethod.replace", { method: "visa", by: "other" })).toMatchObject({ result: { profiles: 1 } });
    expect(org.command("paymentMethod.delete", { method: "visa" })).toMatchObject({ outcome: "accepted" });
    expect(fold.state.accounts.get("acme")?.billingProfiles.get("main")?.paymentMethod).toBe("other");
  });

  it("§11: told 30 days before it expires and when it has, once each; a new date makes it VALID", () => {
    const begun = begin();
    begun.org.command("paymentMethod.add", { method: "visa", ...card, expires: "2026-03" });
    const state = (): unknown => begun.fold.state.accounts.get("acme")?.paymentMethods.get("visa")?.state;
    begun.until("2026-03-01T23:00:00Z");
    expect([state(), begun.notices("card.expiring")]).toEqual(["VALID", 0]);
    begun.until("2026-03-02T00:00:00Z");
    expect([state(), begun.notices("card.expiring")]).toEqual(["EXPIRING", 1]);
    begun.until("2026-04-01T00:00:00Z");
    expect([state(), begun.notices("card.expiring"), begun.notices("card.expired")]).toEqual(["EXPIRED", 1, 1]);
    begun.org.command("paymentMethod.edit", { method: "visa", expires: "2028-03", token: "test_ok" });
    expect(state()).toBe("VALID");
  });
});

describe("top-ups and recharges", () => {
  it("CC-2, CC-3: with a card the credits are there once it was charged, and only once", () => {
    const begun = begin();
    withCard(begun);
    const { fold, org } = begun;
    expect(org.command("credits.topUp", { amount: "50.00" })).toMatchObject({ result: { payment: "p1", status: "PENDING" } });
    expect(balance(fold)).toBe("0.00");
    expect(begun.payments()).toMatchObject([
      { payment: "p1", attempt: 1, purpose: "topUp", amountMicros: 50_000_000, method: { token: "test_ok" } },
    ]);
    org.command("payment.result", { payment: "p1", attempt: 1, outcome: "succeeded" });
    expect(fold.command("acme", "payment.result", { payment: "p1", attempt: 1, outcome: "succeeded" }, "again")).toMatchObject({
      code: "paymentNotOpen",
    });
    expect(balance(fold)).toBe("50.00");
  });

  it("PM-3: a top-up that is declined is not tried again by itself; with another card it is, and that card takes the other's place", () => {
    const begun = begin();
    withCard(begun);
    const { fold, org } = begun;
    org.command("credits.topUp", { amount: "50.00" });
    org.command("payment.result", { payment: "p1", attempt: 1, outcome: "declined" });
    expect(fold.state.accounts.get("acme")?.paymentMethods.get("visa")?.state).toBe("DECLINED");
    begun.until("2026-02-15T00:00:00Z");
    expect(begun.payments()).toHaveLength(1);
    org.command("paymentMethod.add", { method: "other", ...card });
    org.command("payment.retry", { payment: "p1", method: "other" });
    org.command("payment.result", { payment: "p1", attempt: 2, outcome: "succeeded" });
    expect(balance(fold)).toBe("50.00");
    expect(fold.state.accounts.get("acme")?.billingProfiles.get("main")?.paymentMethod).toBe("other");
  });

  it("PM-3, edge 13: a recharge is tried at 0 h, 6 h, 24 h, then daily up to 7 d, a mail at each failure; then it is suspended", () => {
    const begun = begin();
    withCard(begun);
    begun.org.command("credits.autoRecharge", { on: true, trigger: "10", recharge: "100" });
    const hours: number[] = [];
    const start = begun.fold.now;
    for (let failures = 0; failures < 20; failures++) {
      const asked = begun.payments().at(-1);
      if (asked === undefined || asked.attempt !== failures + 1) break;
      hours.push(Math.floor((asked.at - start) / HOUR));
      begun.org.command("payment.result", { payment: asked.payment, attempt: asked.attempt, outcome: "declined" });
      const { payments } = begun.fold.state.accounts.get("acme") ?? {};
      const nextAt = payments?.get(asked.payment)?.nextAt ?? 0;
      if (nextAt === 0) break;
      begun.until(new Date(nextAt / 1000).toISOString());
    }
    expect(hours).toEqual([0, 6, 24, 48, 72, 96, 120, 144, 168]);
    expect(view(begun.fold.state, "acme", { view: "credits" })).toMatchObject({ autoRecharge: { status: "SUSPENDED" } });
    expect([begun.notices("credits.rechargeFailed"), begun.notices("credits.rechargeSuspended")]).toEqual([8, 1]);
  });

  it("edge 13: mending the card tries at once, with an attempt of its own", () => {
    const begun = begin();
    withCard(begun);
    begun.org.command("credits.autoRecharge", { on: true, trigger: "10", recharge: "100" });
    begun.org.command("payment.result", { payment: "p1", attempt: 1, outcome: "expired" });
    begun.org.command("paymentMethod.edit", { method: "visa", expires: "2029-01", token: "test_ok" });
    expect(begun.payments().map(({ payment, attempt }) => [payment, attempt])).toEqual([
      ["p1", 1],
      ["p1", 2],
    ]);
    begun.org.command("payment.result", { payment: "p1", attempt: 2, outcome: "succeeded" });
    expect(balance(begun.fold)).toBe("100.00");
  });

  it("a bank that wants a confirmation is waited for: no retry, no credit, until its word comes", () => {
    const begun = begin();
    withCard(begun);
    begun.org.command("credits.topUp", { amount: "50.00" });
    begun.org.command("payment.result", { payment: "p1", attempt: 1, outcome: "needsConfirmation" });
    begun.until("2026-01-20T00:00:00Z");
    expect([balance(begun.fold), begun.payments().length]).toEqual(["0.00", 1]);
    begun.org.command("payment.result", { payment: "p1", attempt: 1, outcome: "succeeded" });
    expect(balance(begun.fold)).toBe("50.00");
  });

  it("CC-2: without a card a top-up is there at once and stands on the next invoice, ledger and balance agreeing", () => {
    const begun = begin();
    begun.org.command("credits.topUp", { amount: "50.00", reference: "PO 4711" });
    expect(balance(begun.fold)).toBe("50.00");
    const draft = begun.fold.state.accounts.get("acme")?.drafts.get("main/2026-01-01");
    expect([...(draft?.lines.values() ?? [])]).toMatchObject([
      { kind: "credits", amountMicros: 50_000_000, description: "PO 4711" },
    ]);
  });

  it("CC-7: a goodwill credit above the limit needs a second person, and counts once", () => {
    const { fold, org } = begin();
    expect(org.command("credits.goodwill", { amount: "100.00", reason: "outage" })).toMatchObject({
      result: { balance: "100.00" },
    });
    const proposed = org.command("credits.goodwill", { amount: "100.01", reason: "outage" });
    const proposal = String((proposed.result as { proposal: string }).proposal);
    expect(balance(fold)).toBe("100.00");
    expect(fold.command("acme", "credits.approveGoodwill", { proposal, approve: true })).toMatchObject({
      code: "secondPersonNeeded",
    });
    const approve = {
      commandId: "second",
      type: "credits.approveGoodwill",
      actor: { kind: "person", id: "other", roles: [] },
      data: { proposal, approve: true },
    } as const;
    fold.apply({ kind: "command", account: "acme" as never, command: approve as never, reply: null });
    expect(balance(fold)).toBe("200.01");
  });
});

describe("paying invoices", () => {
  /** 8.00 of licences a month, by card. */
  function issued(outcome: "succeeded" | "declined"): Begun {
    const begun = begin("MCA");
    withCard(begun);
    begun.org.command("subscription.buy", {
      subscription: "phone",
      product: "teams-phone-standard",
      licences: 1,
      term: "P1Y",
      billingFrequency: "monthly",
    });
    begun.until("2026-02-05T00:00:00Z");
    const hash = begun.fold.state.accounts.get("acme")?.drafts.get("main/2026-01-01")?.hash ?? "";
    begun.org.command("invoice.verified", { invoice: "main/2026-01-01", hash });
    begun.org.command("payment.result", { payment: "p1", attempt: 1, outcome });
    return begun;
  }
  const invoice = ({ fold }: Begun) => fold.state.accounts.get("acme")?.invoices.get("main/2026-01-01");
  const subscription = ({ fold }: Begun): unknown =>
    fold.state.accounts.get("acme")?.subscriptions.get("phone")?.states.at(-1)?.value;

  it("IN-2: the card is charged when the invoice is issued; paid once, told once", () => {
    const begun = issued("succeeded");
    expect(invoice(begun)).toMatchObject({ state: "PAID", paidMicros: 8_000_000, number: "MAIN-000001" });
    expect([begun.notices("invoice.issued"), begun.notices("invoice.paid")]).toEqual([1, 1]);
  });

  it("PM-3: declined, it is past due and tried every 3 days; after 30 days everything the profile pays for is Disabled; paid, it is Active again", () => {
    const begun = issued("declined");
    expect(invoice(begun)?.state).toBe("PAST_DUE");
    for (let attempt = 2; attempt <= 11; attempt++) {
      const next = begun.fold.state.accounts.get("acme")?.payments.get("p1")?.nextAt ?? 0;
      begun.until(new Date(next / 1000).toISOString());
      expect(begun.payments().at(-1)).toMatchObject({ payment: "p1", attempt });
      begun.org.command("payment.result", { payment: "p1", attempt, outcome: "declined" });
    }
    expect(begun.fold.state.accounts.get("acme")?.payments.get("p1")?.status).toBe("SUSPENDED");
    begun.until("2026-03-07T01:00:00Z");
    expect([invoice(begun)?.state, subscription(begun)]).toEqual(["SUSPENDED", "Disabled"]);
    begun.org.command("paymentMethod.edit", { method: "visa", expires: "2029-01" });
    begun.org.command("payment.result", { payment: "p1", attempt: 12, outcome: "succeeded" });
    expect([invoice(begun)?.state, subscription(begun)]).toEqual(["PAID", "Active"]);
  });

  it("a part that is paid by transfer leaves the rest payable; more than that is refused", () => {
    const begun = issued("declined");
    const { fold, org } = begun;
    expect(org.command("invoice.pay", { invoice: "main/2026-01-01", amount: "3.00", reference: "bank" })).toMatchObject({
      result: { state: "PAST_DUE", payable: "5.00" },
    });
    expect(fold.command("acme", "invoice.pay", { invoice: "main/2026-01-01", amount: "5.01", reference: "bank" })).toMatchObject({
      code: "amountOutOfRange",
    });
    expect(org.command("invoice.pay", { invoice: "main/2026-01-01", reference: "bank" })).toMatchObject({
      result: { state: "PAID" },
    });
  });

  it("a credit note of a paid invoice pays the next one; its number is the next of the series", () => {
    const begun = issued("succeeded");
    expect(
      begun.org.command("invoice.creditNote", { invoice: "main/2026-01-01", net: "3.00", reason: "goodwill" }),
    ).toMatchObject({
      result: { number: "MAIN-000002", total: "-3.00", refersTo: "MAIN-000001" },
    });
    begun.until("2026-03-05T00:00:00Z");
    const hash = begun.fold.state.accounts.get("acme")?.drafts.get("main/2026-02-01")?.hash ?? "";
    begun.org.command("invoice.verified", { invoice: "main/2026-02-01", hash });
    expect(begun.payments().at(-1)).toMatchObject({ purpose: "invoice", amountMicros: 5_000_000 });
    expect(begun.fold.state.accounts.get("acme")?.invoices.get("main/2026-02-01")?.number).toBe("MAIN-000003");
    expect(
      begun.fold.command("acme", "invoice.creditNote", { invoice: "main/2026-01-01", net: "5.01", reason: "x" }),
    ).toMatchObject({
      code: "amountOutOfRange",
    });
  });
});
