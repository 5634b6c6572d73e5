import { describe, expect, it } from "vitest";
import { parseTime } from "@tollbook/contracts/units.ts";
import type { Account } from "../account/account.ts";
import type { LogEntry, Output } from "../fold.ts";
import { latest } from "../history.ts";
import { smallDeck } from "../testing/corrections-world.ts";
import { beginWorld, DAY } from "../testing/rule-world.ts";
import type { World } from "../testing/rule-world.ts";

/** Things that cross each other: a change between a charge and its payment, a second of what there should be one. */

const card = {
  provider: "test",
  token: "t",
  brand: "Visa",
  last4: "4242",
  holder: "Ada",
  country: "DE",
  expires: "2029-01",
} as const;
const account = ({ fold }: World): Account => fold.state.accounts.get("acme") as Account;
const payments = ({ fold }: World): Extract<Output, { kind: "payment" }>[] =>
  fold.outputs.filter((output) => output.kind === "payment");

/** Day by day; what is closed is verified, cards do not answer. */
function until(world: World, time: string): void {
  const { fold, org } = world;
  for (const end = parseTime(time) ?? 0; fold.now < end;) {
    fold.now = Math.min(end, fold.now + DAY);
    for (const output of fold.tick())
      if (output.kind === "invoiceClosed") org.command("invoice.verified", { invoice: output.invoice, hash: output.hash });
    expect(account(world).frozen).toBe("");
  }
}

const bought = { product: "calling-plan-payg-zone-2", term: "P1Y", billingFrequency: "monthly", unitPrice: "10" } as const;

function begin(facts: Parameters<typeof beginWorld>[0] = {}): World {
  const world = beginWorld({ agreement: "MCA", ...facts }, "2026-01-01T00:00:00Z");
  for (const method of ["visa", "master"]) world.org.command("paymentMethod.add", { method, ...card });
  return world;
}

/** A user whose licences cost nothing, with a cent of credits. */
function withFreeLicences({ org }: World): void {
  org.users(1, "DE");
  for (const product of ["teams-phone-standard", "calling-plan-payg-zone-2", "communications-credits"]) {
    org.command("subscription.buy", { ...bought, product, subscription: product, licences: 1, unitPrice: "0" });
    org.command("licence.assign", { subscription: product, users: ["u1"] });
  }
  org.command("credits.goodwill", { amount: "0.01", reason: "test" });
}

describe("edge 25: another currency", () => {
  it("a subscription is charged, and its invoice paid, in the currency it was bought in", () => {
    const world = begin();
    world.org.command("billingProfile.setPaymentMethod", { profile: "main", method: "visa" });
    world.org.command("subscription.buy", { ...bought, subscription: "s", licences: 1 });
    until(world, "2026-01-20T00:00:00Z");
    world.org.command("account.currency", { currency: "EUR" });
    until(world, "2026-02-10T00:00:00Z");
    expect(payments(world).map(({ currency, amountMicros }) => [currency, amountMicros])).toEqual([["USD", 10_000_000]]);
    const charges = world.fold.events.filter(({ type }) => type === "charge.licence" || type === "invoice.issued");
    expect(charges.map(({ currency }) => currency)).toEqual(["USD", "USD", "USD"]);
    expect([...account(world).drafts.values()].map(({ id, currency }) => [id, currency])).toEqual([["main/2026-02-01", "USD"]]);
  });

  it("a call of the period before that comes in its grace is an adjustment in the currency it was priced in", () => {
    const rates = ["USD", "EUR"].map((currency) =>
      smallDeck(`in ${currency}`, [`4930,Germany,DE,,outbound,${currency},,0.015,60,60,,`]),
    );
    const world = beginWorld({ agreement: "MCA" }, "2026-01-01T00:00:00Z", rates);
    world.org.users(1, "DE");
    for (const product of ["teams-phone-standard", "calling-plan-payg-zone-2"]) world.org.give(product, ["u1"]);
    world.org.command("payAsYouGo.set", { subscription: "s-calling-plan-payg-zone-2", on: true });
    until(world, "2026-01-20T00:00:00Z");
    world.org.command("account.currency", { currency: "EUR" });
    until(world, "2026-01-21T00:00:00Z");
    const answeredAt = world.fold.now - 2 * DAY;
    const row = world.called(60, { user: "u1", to: "+4930901820", answeredAt, endedAt: answeredAt + 60_000_000 });
    expect([row.currency, row.invoice, row.invoiceLine.split("|")[0]]).toEqual(["EUR", "main/2026-01-20", "adjustment"]);
    expect(account(world).drafts.get("main/2026-01-20")?.currency).toBe("EUR");
  });

  it("is refused while an amount of the old one waits: a payment for credits, auto-recharge, a goodwill credit", () => {
    const world = begin({ agreement: "MOSA" });
    const { org, fold } = world;
    const refusal = (): string => fold.command("acme", "account.currency", { currency: "EUR" }).detail ?? "";
    org.command("billingProfile.setPaymentMethod", { profile: "main", method: "visa" });
    org.command("credits.topUp", { amount: "50" });
    expect(refusal()).toContain("payment p1");
    org.command("payment.result", { payment: "p1", attempt: 1, outcome: "declined" });
    org.command("credits.autoRecharge", { on: true, trigger: "10", recharge: "50", monthlyCap: "0" });
    expect(refusal()).toContain("auto-recharge");
    org.command("credits.autoRecharge", { on: false });
    fold.command("acme", "credits.goodwill", { amount: "1000", reason: "test" }, "proposal");
    expect(refusal()).toContain("goodwill credit proposal");
    // Who proposed it cannot decide it, so that another does.
    const actor = { kind: "person", id: "other", roles: [] };
    const command = { commandId: "no", type: "credits.approveGoodwill", actor, data: { proposal: "proposal", approve: false } };
    fold.apply({ kind: "command", account: "acme", command, reply: null } as unknown as LogEntry);
    org.command("account.currency", { currency: "EUR" });
    // What failed in the old currency is not tried again in it.
    expect(fold.command("acme", "payment.retry", { payment: "p1" })).toMatchObject({ code: "paymentNotOpen" });
  });
});

it("edge 27: after a period was cut short and invoiced, its rest begins where it was cut", () => {
  const world = begin();
  world.org.command("subscription.buy", { ...bought, subscription: "s", licences: 1 });
  world.fold.now += DAY;
  world.org.command("account.currency", { currency: "EUR" });
  until(world, "2026-01-15T00:00:00Z");
  world.org.command("licence.setTotal", { subscription: "s", total: 2 });
  const draft = [...account(world).drafts.values()][0];
  expect([draft?.id, draft?.from]).toEqual(["main/2026-01-02", parseTime("2026-01-02T00:00:00Z")]);
});

it("D33: debt under a Microsoft Customer Agreement is invoiced, also when nothing else is", () => {
  const world = begin({ agreement: "MOSA" });
  withFreeLicences(world);
  world.fold.now += DAY;
  world.called(600, { user: "u1", to: "+4930901820" });
  expect(account(world).credits.debtMicros).toBe(140_000);
  world.org.command("account.settings", { agreement: "MCA" });
  until(world, "2026-02-05T00:00:00Z");
  expect(account(world).credits.debtMicros).toBe(0);
  expect(account(world).invoices.get("main/2026-01-01")?.totalMicros).toBe(140_000);
});

it("D33, CC-7: a lot that a refund had to begin expires like any other", () => {
  const world = begin({ agreement: "MOSA" });
  withFreeLicences(world);
  until(world, "2026-12-20T00:00:00Z");
  const { usageId } = world.called(600, { user: "u1", to: "+4930901820" });
  world.org.command("account.settings", { agreement: "MCA" });
  until(world, "2027-02-10T00:00:00Z");
  world.org.command("call.void", { usageId, reason: "test" });
  // The debt was billed meanwhile, and the lot of 2026 has expired.
  expect(account(world).credits).toMatchObject({ debtMicros: 0, balanceMicros: 140_000 });
  until(world, "2028-02-12T00:00:00Z");
  expect(account(world).credits.balanceMicros).toBe(0);
});

describe("payments that wait", () => {
  it("CC-5: a recharge that is tried again is not given up by new settings: the card may be charged for it", () => {
    const world = begin({ agreement: "MOSA" });
    world.org.command("billingProfile.setPaymentMethod", { profile: "main", method: "visa" });
    world.org.command("credits.autoRecharge", { on: true, trigger: "10", recharge: "50", monthlyCap: "100" });
    world.org.command("payment.result", { payment: "p1", attempt: 1, outcome: "declined" });
    world.org.command("payment.retry", { payment: "p1" });
    world.org.command("credits.autoRecharge", { on: true, trigger: "20" });
    expect(payments(world)).toHaveLength(2);
    world.org.command("payment.result", { payment: "p1", attempt: 2, outcome: "succeeded" });
    expect(account(world).credits).toMatchObject({ balanceMicros: 50_000_000, recharge: { status: "IDLE" } });
  });

  it("CC-4: a recharge that was given up leaves its room under the monthly cap", () => {
    const world = begin({ agreement: "MOSA" });
    world.org.command("credits.autoRecharge", { on: true, trigger: "10", recharge: "50", monthlyCap: "50" });
    world.org.command("payment.result", { payment: "p1", attempt: 1, outcome: "declined" });
    world.org.command("credits.autoRecharge", { on: true });
    expect(payments(world)).toHaveLength(2);
  });

  it("PM-1: another profile's new card is not charged for what the organisation's own profile waits for", () => {
    const world = begin({ agreement: "MOSA" });
    world.org.command("credits.autoRecharge", { on: true, trigger: "10", recharge: "50" });
    world.org.command("payment.result", { payment: "p1", attempt: 1, outcome: "failed" });
    world.org.command("billingProfile.set", { profile: "second" });
    world.org.command("billingProfile.setPaymentMethod", { profile: "second", method: "master" });
    expect(payments(world)).toHaveLength(1);
    world.org.command("billingProfile.setPaymentMethod", { profile: "main", method: "visa" });
    expect(payments(world).map(({ method }) => method?.method ?? "")).toEqual(["", "visa"]);
  });

  it("PM-3: a subscription stays Disabled while another invoice of its profile is not paid", () => {
    const world = begin();
    world.org.command("subscription.buy", { ...bought, subscription: "s", licences: 1 });
    until(world, "2026-05-20T00:00:00Z");
    const states = (): string[] => [...account(world).invoices.values()].map(({ state }) => state);
    expect(states().slice(0, 2)).toEqual(["SUSPENDED", "SUSPENDED"]);
    world.org.command("invoice.pay", { invoice: "main/2026-01-01", reference: "x" });
    const subscription = account(world).subscriptions.get("s");
    expect(latest(subscription?.states ?? [])).toBe("Disabled");
    world.org.command("invoice.pay", { invoice: "main/2026-02-01", reference: "x" });
    expect(latest(subscription?.states ?? [])).toBe("Active");
  });

  it("PM-1: a card that was edited often is told once when it begins to expire, and once when it has", () => {
    const world = begin();
    world.org.command("paymentMethod.add", { method: "short", ...card, expires: "2026-04" });
    for (const holder of ["Bob", "Cid"]) world.org.command("paymentMethod.edit", { method: "short", holder });
    for (const expires of ["2026-06", "2026-04"]) world.org.command("paymentMethod.edit", { method: "short", expires });
    until(world, "2026-08-01T00:00:00Z");
    expect([world.notices("card.expiring").length, world.notices("card.expired").length]).toEqual([1, 1]);
  });
});

describe("credit notes and discounts", () => {
  it("RT-4, D18: many small credit notes take back no more tax than the invoice has", () => {
    const world = begin();
    world.org.command("billingProfile.set", { profile: "main", tax: { label: "VAT", percent: "19" } });
    world.org.command("subscription.buy", { ...bought, subscription: "s", licences: 1, unitPrice: "0.33" });
    until(world, "2026-02-05T00:00:00Z");
    const invoice = "main/2026-01-01";
    for (let count = 0; count < 11; count++) world.org.command("invoice.creditNote", { invoice, net: "0.03", reason: "test" });
    expect(account(world).invoices.get(invoice)).toMatchObject({ totalMicros: 390_000, notedMicros: 390_000, state: "PAID" });
    const notes = [...account(world).invoices.values()].filter(({ kind }) => kind === "creditNote");
    expect(notes.every(({ totalMicros }) => totalMicros === -30_000 || totalMicros === -40_000)).toBe(true);
  });

  it("two billing accounts never give the same number", () => {
    const world = begin();
    const taken = { billingAccount: "other", numberPrefix: "MAIN-" };
    expect(world.fold.command("acme", "billingAccount.set", taken)).toMatchObject({ code: "invalidCommand" });
    expect(account(world).billingAccounts.size).toBe(1);
  });

  it("SB-2: what was given back of a charged period is charged again when the subscription goes on in it", () => {
    const world = begin();
    world.org.command("subscription.buy", { ...bought, subscription: "s", licences: 1, unitPrice: "31" });
    world.org.command("subscription.cancel", { subscription: "s", reason: "other" });
    world.fold.now += DAY;
    world.org.command("subscription.setState", { subscription: "s", state: "Active" });
    const charges = world.fold.events.filter(({ type }) => type.startsWith("charge.")).map(({ amountMicros }) => amountMicros);
    expect(charges).toEqual([31_000_000, -31_000_000, 30_000_000]);
  });
});
