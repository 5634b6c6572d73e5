import { describe, expect, it } from "vitest";
import { denyReasons } from "@tollbook/contracts/codes.ts";
import type { WhyView } from "@tollbook/contracts/product-views.ts";
import { hashState } from "../snapshot/state-codec.ts";
import { sampleDecks } from "../testing/sample-decks.ts";
import { beginSubscriptions } from "../testing/subscription-world.ts";
import type { SubscriptionWorld } from "../testing/subscription-world.ts";
import { view } from "../view.ts";
import { askedBy, fixFor } from "./why-view-fixes.ts";

const decks = new Map(sampleDecks().map((deck) => [deck.deckId, deck]));
const FRANCE = "+33140205050"; // 0.016 a minute
const BERLIN = "+4930901820"; // 0.015

function why(world: SubscriptionWorld, to: string, user = "u1", callType?: "conf_out" | "user_in" | "ucap_out"): WhyView {
  const request = { view: "why", user, to, ...(callType === undefined ? {} : { callType }) } as const;
  return view(world.fold.state, "acme", request, decks) as WhyView;
}
const results = (answer: WhyView): string[] => answer.checks.map(({ check, result }) => `${check} ${result}`);
const failed = (answer: WhyView) => answer.checks.find(({ result }) => result === "failed");

/** u1 in Germany with a phone system and 120 minutes. */
function begin(agreement: "MOSA" | "MCA" = "MOSA"): SubscriptionWorld {
  const world = beginSubscriptions({ agreement });
  world.org.users(2, "DE");
  world.org.give("teams-phone-standard", ["u1"]);
  world.buy({ product: "calling-plan-domestic-120", licences: 1 });
  world.org.command("licence.assign", { subscription: "s", users: ["u1"] });
  return world;
}

describe("why a user cannot call", () => {
  it("allowed by the pool: every check made, what pays, the price; nothing is reserved and the state is as before", () => {
    const world = begin();
    world.fold.at("2026-02-01T00:00:00Z").tick();
    const before = hashState(world.fold.state);
    const answer = why(world, BERLIN);
    expect(answer).toMatchObject({
      decision: "allow",
      reason: "ok",
      callType: "user_out",
      destination: { country: "DE", context: "Domestic" },
      plan: { subscription: "s", serviceCode: "MCOPSTN5" },
      pool: { pool: "MCOPSTN5/DE/domestic", month: 202_602, totalMinutes: 120, usedMinutes: 0, availableMinutes: 120 },
      pricePerMinute: "0.015",
      funding: [{ source: "POOL", ref: "MCOPSTN5/DE/domestic" }],
    });
    expect(results(answer)).toEqual([
      "tenantBlocked passed",
      "userBlocked passed",
      "unknownUser passed",
      "noPlan passed",
      "policyDisabled passed",
      "policyDomesticOnly passed",
      "premiumNotAllowed passed",
      "destinationUnsupported passed",
      "poolExhausted passed",
      "noCreditsLicense notReached",
    ]);
    expect(hashState(world.fold.state)).toBe(before);
  });

  it("says what an authorisation says at the same moment, whatever stands in the way", () => {
    const world = begin("MCA");
    const same = (to: string, user = "u1"): void => {
      const asked = world.asked({ user, to });
      expect([why(world, to, user).decision, why(world, to, user).reason]).toEqual([asked.decision, asked.reason]);
    };
    const steps = [
      (): unknown => world.org.command("policy.set", { user: "u1", dialOutPolicy: "DialoutCPCInternationalPSTNDomestic" }),
      (): unknown => world.org.command("policy.set", { user: "u1", dialOutPolicy: null }),
      (): unknown => world.org.command("payAsYouGo.set", { subscription: "s", on: true }),
      (): unknown => world.org.command("user.block", { user: "u1", blocked: true, reason: "adminBlock" }),
      (): unknown => world.org.command("user.block", { user: "u1", blocked: false }),
      (): unknown => world.org.command("subscription.setState", { subscription: "s", state: "Disabled" }),
      (): unknown => world.org.command("account.block", { blocked: true }),
    ];
    for (const step of steps) {
      for (const to of [BERLIN, FRANCE, "+88213000000", "+4990012345678"]) same(to);
      same(BERLIN, "u2");
      same("112");
      step();
    }
  });

  it.each([
    ["nobody is known by that name", (): void => undefined, FRANCE, "nobody", "unknownUser", null],
    ["no plan", (): void => undefined, FRANCE, "u2", "noPlan", "internationalCalls"],
    [
      "blocked by an admin",
      (world: SubscriptionWorld): unknown => world.org.command("user.block", { user: "u1", blocked: true, reason: "adminBlock" }),
      BERLIN,
      "u1",
      "adminBlock",
      null,
    ],
    [
      "Disabled",
      (world: SubscriptionWorld): unknown => world.org.command("subscription.setState", { subscription: "s", state: "Disabled" }),
      BERLIN,
      "u1",
      "subscriptionDisabled",
      null,
    ],
    [
      "domestic only",
      (world: SubscriptionWorld): unknown => world.org.command("policy.set", { dialOutPolicy: "DialoutCPCandPSTNDomestic" }),
      FRANCE,
      "u1",
      "policyDomesticOnly",
      null,
    ],
    ["no licence for credits", (): void => undefined, FRANCE, "u1", "noCreditsLicense", "useCredits"],
  ] as const)("names the check that fails, the fix and who can do it: %s", (_what, prepare, to, user, reason, feature) => {
    const world = begin();
    prepare(world);
    const answer = why(world, to, user);
    expect([answer.decision, answer.reason]).toEqual(["deny", reason]);
    expect(failed(answer)).toMatchObject({ reason, fix: { feature } });
    expect(failed(answer)?.fix?.roles.length).toBeGreaterThan(0);
    // Where a licence helps, it says which products would do.
    expect((failed(answer)?.fix?.products.length ?? 0) > 0).toBe(feature !== null);
    expect(answer.funding).toEqual([]);
  });

  it("the money: pool, licence, balance and switch as they stand, and which of them fails", () => {
    const world = begin("MCA");
    world.fold.at("2026-01-02T00:00:00Z");
    world.called(120 * 60, { user: "u1", to: BERLIN });
    const empty = why(world, BERLIN);
    expect(empty).toMatchObject({
      decision: "deny",
      reason: "payAsYouGoOff",
      pool: { usedMinutes: 120, availableMinutes: 0 },
      payAsYouGo: { exists: true, on: false, subscription: "s" },
      credits: { mayUse: false, balance: "0.00" },
    });
    expect(results(empty).slice(-3)).toEqual(["poolExhausted failed", "noCreditsLicense failed", "payAsYouGoOff failed"]);
    expect(failed(empty)?.fix?.text).toMatch(/pay-as-you-go/);
    world.org.command("payAsYouGo.set", { subscription: "s", on: true });
    expect(why(world, BERLIN)).toMatchObject({ decision: "allow", funding: [{ source: "OVERAGE", ref: "s" }] });
  });

  it("a spend limit that is reached, with what was spent", () => {
    const world = begin("MCA");
    world.org.command("payAsYouGo.set", { subscription: "s", on: true });
    world.org.command("policy.set", { user: "u1", spendLimit: "0.16" });
    world.fold.at("2026-01-02T00:00:00Z");
    world.called(600, { user: "u1", to: FRANCE });
    expect(why(world, FRANCE)).toMatchObject({ decision: "deny", reason: "spendLimit", spend: { limit: "0.16", spent: "0.16" } });
  });

  it("after a refusal by policy the money was not looked at", () => {
    const world = begin();
    world.org.command("policy.set", { dialOutPolicy: "DialoutCPCandPSTNDisabled" });
    expect(results(why(world, BERLIN))).toEqual([
      "tenantBlocked passed",
      "userBlocked passed",
      "unknownUser passed",
      "noPlan passed",
      "policyDisabled failed",
      "policyDomesticOnly notReached",
      "poolExhausted notReached",
      "noCreditsLicense notReached",
    ]);
  });

  it("EM-2: an emergency number is allowed whatever fails, free", () => {
    const world = begin();
    world.org.command("account.block", { blocked: true });
    expect(why(world, "112")).toMatchObject({ decision: "allow", reason: "emergency", funding: [{ source: "FREE" }] });
  });

  it("a resource account is asked about as an attendant that transfers: a pay-as-you-go plan is needed (RA-4)", () => {
    const world = begin();
    world.org.command("user.set", { user: "queue", displayName: "Queue", usageLocation: "DE", kind: "resourceAccount" });
    const answer = why(world, BERLIN, "queue");
    expect(answer).toMatchObject({ callType: "ucap_out", reason: "noPaygPlan" });
    expect(failed(answer)).toMatchObject({ check: "noPlan", fix: { feature: "attendantTransfers" } });
    expect(failed(answer)?.fix?.products).toContain("calling-plan-payg-zone-2");
  });

  it("from a meeting the organizer's licence and policy count", () => {
    const world = begin();
    expect(failed(why(world, FRANCE, "u1", "conf_out"))).toMatchObject({
      reason: "noPlan",
      fix: { feature: "conferenceDialOut" },
    });
    world.org.give("audio-conferencing", ["u1"]);
    expect(why(world, FRANCE, "u1", "conf_out")).toMatchObject({ decision: "allow", pool: { totalMinutes: 60 } });
  });

  it("every deny code has words and a fix", () => {
    for (const reason of denyReasons)
      expect([reason, askedBy(reason).endsWith("."), fixFor(reason, "paidCalls").text.length > 10]).toEqual([reason, true, true]);
  });
});
