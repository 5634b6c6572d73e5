import { describe, expect, it } from "vitest";
import type { CommandAnswer } from "@tollbook/contracts/answers.ts";
import type { AccountId } from "@tollbook/contracts/units.ts";
import { createOrganisation } from "../testing/organisation.ts";
import { sampleDecks } from "../testing/sample-decks.ts";
import { createTestFold } from "../testing/test-fold.ts";
import type { TestFold } from "../testing/test-fold.ts";
import { view } from "../view.ts";

const decks = sampleDecks();

/** u1 with a phone system, u2 without; MOSA in Germany. */
function begin(facts: Parameters<typeof createOrganisation>[1] = {}): {
  fold: TestFold;
  org: ReturnType<typeof createOrganisation>;
} {
  const fold = createTestFold(decks, "2026-03-02T08:00:00Z");
  const org = createOrganisation(fold, facts);
  org.users(25, "DE");
  org.give("teams-phone-standard", ["u1", "u3"]);
  org.command("subscription.buy", {
    subscription: "d",
    product: "calling-plan-domestic-120",
    licences: 2,
    term: "P1Y",
    billingFrequency: "monthly",
  });
  return { fold, org };
}

const buy = {
  subscription: "s",
  product: "calling-plan-domestic",
  licences: 1,
  term: "P1Y",
  billingFrequency: "monthly",
} as const;

describe("commands", () => {
  it("13: licences below assigned are refused; the pool shrinks only with the new month (SS-3, CP-9)", () => {
    const { fold, org } = begin();
    const users = org.users(20, "DE", 101);
    org.give("teams-phone-standard", users);
    org.command("subscription.buy", { ...buy, subscription: "plan", product: "calling-plan-domestic-120", licences: 20 });
    org.command("licence.assign", { subscription: "plan", users });
    const setTo19 = (): CommandAnswer => fold.command("acme", "licence.setTotal", { subscription: "plan", total: 19 });
    expect(setTo19()).toMatchObject({ outcome: "refused", code: "licencesBelowAssigned" });
    org.command("licence.unassign", { subscription: "plan", users: ["u101"] });
    expect(setTo19()).toMatchObject({ outcome: "accepted" });
    expect(view(fold.state, "acme", { view: "pools" })).toMatchObject({ pools: [{ totalMinutes: 2400 }] });
    fold.at("2026-04-01T00:00:00Z").tick();
    expect(view(fold.state, "acme", { view: "pools" })).toMatchObject({ pools: [{ month: 202_604, totalMinutes: 2280 }] });
  });

  it("a Disabled subscription counts nothing at once and forces the option Off; Active again counts (D17, §11)", () => {
    const { fold, org } = begin({ agreement: "MCA" });
    org.command("licence.assign", { subscription: "d", users: ["u1", "u3"] });
    org.command("payAsYouGo.set", { subscription: "d", on: true });
    org.command("subscription.setState", { subscription: "d", state: "Disabled" });
    expect(view(fold.state, "acme", { view: "pools" })).toMatchObject({ pools: [] });
    expect(fold.command("acme", "licence.assign", { subscription: "d", users: ["u4"] })).toMatchObject({
      code: "subscriptionNotActive",
    });
    org.command("subscription.setState", { subscription: "d", state: "Active" });
    expect(view(fold.state, "acme", { view: "pools" })).toMatchObject({ pools: [{ totalMinutes: 240 }] });
    expect(view(fold.state, "acme", { view: "subscriptions" })).toMatchObject({ subscriptions: [{}, { payAsYouGo: "OFF" }] });
  });

  it("refuses a second calling plan and the third of two licences (D17)", () => {
    const { fold, org } = begin();
    org.give("teams-phone-standard", ["u4"]);
    org.command("licence.assign", { subscription: "d", users: ["u1", "u3"] });
    expect(fold.command("acme", "licence.assign", { subscription: "d", users: ["u4"] })).toMatchObject({ code: "noFreeLicence" });
    org.command("subscription.buy", buy);
    expect(fold.command("acme", "licence.assign", { subscription: "s", users: ["u1"] })).toMatchObject({
      code: "secondCallingPlan",
    });
  });

  it("answers the same id with the same content the same, with its first seq; other content is a mismatch", () => {
    const { fold } = begin();
    const first = fold.command("acme", "credits.topUp", { amount: "50", reference: "a" }, "key");
    const again = fold.command("acme", "credits.topUp", { reference: "a", amount: "50" }, "key");
    expect(again).toEqual(first);
    const other = fold.command("acme", "credits.topUp", { amount: "60", reference: "a" }, "key");
    expect(other).toMatchObject({ outcome: "refused", code: "idempotencyMismatch" });
    expect(view(fold.state, "acme", { view: "credits" })).toMatchObject({ balance: "50.00" });
    // Answers are kept 30 days of log time.
    fold.now += 31 * 86_400_000_000;
    fold.tick();
    expect(fold.command("acme", "credits.topUp", { amount: "60" }, "key")).toMatchObject({ outcome: "accepted" });
  });

  it("answers a malformed command and leaves its id free", () => {
    const { fold } = begin();
    fold.apply({ kind: "badCommand", account: "acme" as AccountId, commandId: "bad", detail: "amount: wrong", reply: "inbox" });
    expect(fold.outputs.at(-1)).toMatchObject({ kind: "reply", body: { code: "invalidCommand" } });
    expect(fold.command("acme", "credits.topUp", { amount: "50" }, "bad")).toMatchObject({ outcome: "accepted" });
  });

  it("sells no credits under MCA (CC-12) nor where they are not offered (CC-11); goodwill goes", () => {
    for (const facts of [{ agreement: "MCA" as const }, { country: "IN" }]) {
      const { fold } = begin(facts);
      expect(fold.command("acme", "credits.topUp", { amount: "50" })).toMatchObject({ code: "creditsNotSold" });
      expect(fold.command("acme", "credits.goodwill", { amount: "5", reason: "x" })).toMatchObject({ outcome: "accepted" });
    }
  });

  it("voids a call: money and minutes go back, a second void is refused, the same void is answered the same", () => {
    const { fold, org } = begin();
    org.command("licence.assign", { subscription: "d", users: ["u1"] });
    org.give("communications-credits", ["u1"]);
    org.command("credits.topUp", { amount: "50" });
    fold.now += 60_000_000_000;
    fold.call("acme", "ended", {
      usageId: "x",
      user: "u1",
      to: "+4930901820",
      answeredAt: fold.now - 7_500_000_000,
      endedAt: fold.now,
    });
    expect(fold.rows).toMatchObject([{ poolMinutes: 120, amountMicros: 75_000 }]);
    const answer = fold.command("acme", "call.void", { usageId: "x", reason: "wrong number" }, "void-1");
    expect(answer).toMatchObject({ outcome: "accepted", result: { refunded: "0.075" } });
    expect(fold.rows[1]).toMatchObject({ entry: "reversal", outcome: "voided", amountMicros: -75_000, poolMinutes: -120 });
    expect(view(fold.state, "acme", { view: "credits" })).toMatchObject({ balance: "50.00", spentThisMonth: "0.00" });
    expect(view(fold.state, "acme", { view: "pools" })).toMatchObject({ pools: [{ usedMinutes: 0 }] });
    expect(fold.command("acme", "call.void", { usageId: "x", reason: "again" })).toMatchObject({ code: "callAlreadyVoided" });
    expect(fold.command("acme", "call.void", { usageId: "x", reason: "wrong number" }, "void-1")).toEqual(answer);
    expect(view(fold.state, "acme", { view: "reconciliation" })).toMatchObject({
      holds: true,
      total: { legs: { rated: 0, voided: 1 } },
    });
  });

  it("CP-10, D11: a call of 15 months ago is voided, though of that month's minutes only the ledger knows any more", () => {
    const { fold, org } = begin();
    org.command("licence.assign", { subscription: "d", users: ["u1"] });
    org.give("communications-credits", ["u1"]);
    org.command("credits.goodwill", { amount: "0.03", reason: "for two minutes" });
    const call = (usageId: string, seconds: number): unknown =>
      fold.call("acme", "ended", {
        usageId,
        user: "u1",
        to: "+4930901820",
        answeredAt: fold.now - seconds * 1_000_000,
        endedAt: fold.now,
      });
    fold.at("2026-03-02T16:00:00Z");
    call("most", 118 * 60);
    call("x", 4 * 60);
    expect(fold.rows.at(-1)).toMatchObject({ poolMinutes: 2, amountMicros: 30_000 });
    for (let month = 3; month < 18; month++) {
      fold.at(`${2026 + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, "0")}-02T16:00:00Z`).tick();
      call(`later-${month}`, 60);
    }
    fold.now += 3_600_000_000;
    fold.tick();
    expect(fold.command("acme", "call.void", { usageId: "x", reason: "wrong number" })).toMatchObject({
      outcome: "accepted",
      result: { refunded: "0.03", poolMinutes: 2 },
    });
    expect(fold.state.accounts.get("acme")?.frozen).toBe("");
    expect(fold.rows.at(-1)).toMatchObject({ entry: "reversal", poolMinutes: -2, amountMicros: -30_000 });
    expect(view(fold.state, "acme", { view: "reconciliation" })).toMatchObject({ holds: true });
  });

  it("no feeder can void a call by an event that looks like the question of a void", () => {
    const { fold, org } = begin();
    org.command("licence.assign", { subscription: "d", users: ["u1"] });
    fold.now += 60_000_000_000;
    fold.call("acme", "ended", {
      usageId: "x",
      user: "u1",
      to: "+4930901820",
      answeredAt: fold.now - 60_000_000,
      endedAt: fold.now,
    });
    const raw = JSON.stringify({ data: { usageId: "x", reason: "mine" }, actor: { kind: "person", id: "me", roles: [] } });
    fold.call("acme", "corrected", { usageId: "x", source: "tollbook:call.void", raw });
    expect(fold.rows.filter(({ outcome }) => outcome === "voided")).toEqual([]);
  });
});
