import { describe, expect, it } from "vitest";
import { denyReasons } from "@tollbook/contracts/codes.ts";
import { holds } from "../views/reconciliation-view.ts";
import { deckOf } from "../testing/random-world.ts";
import { beginWorld, DAY, fundedWorld, HOUR, MINUTE, overageWorld } from "../testing/rule-world.ts";
import type { World } from "../testing/rule-world.ts";

const BERLIN = "+4930901820"; // 0.015
const FRANCE = "+33140205050"; // 0.016
const ZONE_2 = "calling-plan-payg-zone-2";
const SECOND = 1_000_000;

/** One call more with a step of one rule broken each: the last row breaks them all, and the first of the order stands. */
describe("the order of reasons (WF-2, D5, D23, D36)", () => {
  const breaks: [reason: string, break_: (world: World) => void][] = [
    ["payAsYouGoOff", () => undefined],
    [
      "spendLimit",
      ({ org, fold, called }) => {
        org.command("payAsYouGo.set", { subscription: "s-calling-plan-domestic-120", on: true });
        fold.now += MINUTE;
        called(60, { user: "u1", to: FRANCE, answeredAt: fold.now, endedAt: fold.now + MINUTE });
        org.command("payAsYouGo.set", { subscription: "s-calling-plan-domestic-120", on: false });
        org.command("policy.set", { user: "u1", spendLimit: "0.01" });
      },
    ],
    [
      "policyDomesticOnly",
      ({ org }) => void org.command("policy.set", { user: "u1", dialOutPolicy: "DialoutCPCInternationalPSTNDomestic" }),
    ],
    [
      "policyDisabled",
      ({ org }) => void org.command("policy.set", { user: "u1", dialOutPolicy: "DialoutCPCInternationalPSTNDisabled" }),
    ],
    [
      "subscriptionDisabled",
      ({ org }) => void org.command("subscription.setState", { subscription: "s-calling-plan-domestic-120", state: "Disabled" }),
    ],
    ["noPlan", ({ org }) => void org.command("licence.unassign", { subscription: "s-calling-plan-domestic-120", users: ["u1"] })],
    ["userBlocked", ({ org }) => void org.command("user.block", { user: "u1", blocked: true })],
    ["fraudSuspected", ({ org }) => void org.command("user.block", { user: "u1", blocked: true, reason: "fraudSuspected" })],
    ["adminBlock", ({ org }) => void org.command("user.block", { user: "u1", blocked: true, reason: "adminBlock" })],
    ["tenantBlocked", ({ org }) => void org.command("account.block", { blocked: true })],
  ];

  it("WF-2, D23, D36: each further broken rule moves the reason to the earlier one", () => {
    const world = beginWorld({ agreement: "MCA" });
    world.org.users(1, "DE");
    world.org.give("teams-phone-standard", ["u1"]);
    world.org.give("calling-plan-domestic-120", ["u1"]);
    world.fold.now += HOUR;
    const met = breaks.map(([, break_]) => {
      break_(world);
      world.fold.now += MINUTE;
      return world.asked({ user: "u1", to: FRANCE }).reason;
    });
    expect(met).toEqual(breaks.map(([reason]) => reason));
    // D5: the spend limit hides what would have come after it; all others stand in the order of the codes.
    const order = breaks.map(([reason]) => denyReasons.indexOf(reason as never)).toReversed();
    expect(order).toEqual(order.toSorted((one, other) => one - other));
  });

  it("WF-2: the last funding check that failed is the reason, and all that were made are listed: pool, licence, option", () => {
    const world = beginWorld({ agreement: "MCA" });
    world.org.users(1, "DE");
    world.org.give("teams-phone-standard", ["u1"]);
    world.org.give("calling-plan-domestic-120", ["u1"]);
    world.fold.at("2026-03-20T08:00:00Z");
    world.called(120 * 60, { user: "u1", to: BERLIN });
    const { reason, checks } = world.asked({ user: "u1", to: BERLIN });
    expect(reason).toBe("payAsYouGoOff");
    expect(checks.filter(({ passed }) => !passed).map(({ check }) => check)).toEqual([
      "poolExhausted",
      "noCreditsLicense",
      "payAsYouGoOff",
    ]);
  });

  it("D5: under the older agreement the option is no check: licence before balance", () => {
    const world = beginWorld();
    world.org.users(1, "DE");
    world.org.give("teams-phone-standard", ["u1"]);
    world.org.give(ZONE_2, ["u1"]);
    world.fold.now += HOUR;
    expect(world.asked({ user: "u1", to: BERLIN })).toMatchObject({ reason: "noCreditsLicense" });
    world.org.give("communications-credits", ["u1"]);
    world.fold.now += HOUR;
    expect(world.asked({ user: "u1", to: BERLIN })).toMatchObject({ reason: "creditsExhausted" });
  });

  it("D5: a trial has no option: after its minutes the licence is the reason", () => {
    const world = beginWorld({ agreement: "MCA" });
    world.org.users(1, "DE");
    world.org.give("teams-phone-standard", ["u1"]);
    const trial = {
      subscription: "t",
      product: "calling-plan-domestic-120",
      licences: 1,
      term: "P1M",
      billingFrequency: "monthly",
    } as const;
    world.org.command("subscription.buy", { ...trial, trial: true });
    world.org.command("licence.assign", { subscription: "t", users: ["u1"] });
    expect(world.fold.command("acme", "payAsYouGo.set", { subscription: "t", on: true })).toMatchObject({
      code: "payAsYouGoUnavailable",
    });
    world.fold.at("2026-03-20T08:00:00Z");
    expect(world.called(120 * 60, { user: "u1", to: BERLIN })).toMatchObject({ poolMinutes: 120 });
    expect(world.asked({ user: "u1", to: BERLIN })).toMatchObject({ reason: "noCreditsLicense" });
  });
});

describe("decisions about times, seconds and ends", () => {
  it("D3: without an answer the start is the end less the usage; unanswered, the set-up", () => {
    const { fold } = fundedWorld(ZONE_2);
    fold.call("acme", "ended", { usageId: "a", user: "u1", to: BERLIN, usedMs: 61_000, endedAt: fold.now });
    expect(fold.rows.at(-1)).toMatchObject({ startAt: fold.now - 61 * SECOND, amountMicros: 30_000 });
    fold.call("acme", "ended", { usageId: "b", user: "u1", to: BERLIN, setupAt: fold.now - 9 * SECOND, endedAt: fold.now });
    expect(fold.rows.at(-1)).toMatchObject({ startAt: fold.now - 9 * SECOND, outcome: "abandoned", amountMicros: 0 });
    // Where they disagree, time stamps win.
    fold.call("acme", "ended", {
      usageId: "c",
      user: "u1",
      to: BERLIN,
      usedMs: 600_000,
      answeredAt: fold.now - 60 * SECOND,
      endedAt: fold.now,
    });
    expect(fold.rows.at(-1)).toMatchObject({ billableSeconds: 60, amountMicros: 15_000 });
  });

  it("D4, edge 7: five minutes ahead are accepted, a microsecond more is not; nor is an end before its answer", () => {
    const { fold } = fundedWorld(ZONE_2);
    const ahead = (usageId: string, by: number): void => {
      const answeredAt = fold.now + by;
      fold.call("acme", "ended", { usageId, user: "u1", to: BERLIN, answeredAt, endedAt: answeredAt + SECOND });
    };
    ahead("ok", 5 * MINUTE);
    expect(fold.rows.at(-1)).toMatchObject({ usageId: "ok", outcome: "rated" });
    ahead("late", 5 * MINUTE + 1);
    expect(fold.deadLetters.at(-1)).toMatchObject({ outcome: "quarantined", reason: "inFuture" });
    fold.call("acme", "ended", { usageId: "back", user: "u1", to: BERLIN, answeredAt: fold.now, endedAt: fold.now - 1 });
    expect(fold.deadLetters.at(-1)).toMatchObject({ outcome: "quarantined", reason: "endBeforeStart" });
    expect(fold.rows).toHaveLength(1);
  });

  it("D4, edge 5: 366 days old is rated, older is quarantined", () => {
    const { fold } = fundedWorld("calling-plan-domestic", { start: "2025-01-01T00:00:00Z" });
    fold.at("2026-06-01T00:00:00Z");
    const old = (usageId: string, answeredAt: number): void =>
      void fold.call("acme", "ended", { usageId, user: "u1", to: BERLIN, answeredAt, endedAt: answeredAt + MINUTE });
    old("ok", fold.now - 366 * DAY);
    expect(fold.rows.at(-1)).toMatchObject({ usageId: "ok", poolMinutes: 1, poolMonth: 202_505 });
    old("older", fold.now - 366 * DAY - 1);
    expect(fold.deadLetters.at(-1)).toMatchObject({ outcome: "quarantined", reason: "tooOld" });
  });

  it("edge 7: an end that comes before its answer waits for nothing: one leg, one charge, whatever the order", () => {
    const { fold } = fundedWorld(ZONE_2);
    const call = { usageId: "x", user: "u1", to: BERLIN };
    const answeredAt = fold.now - 2 * MINUTE;
    fold.call("acme", "ended", { ...call, usedMs: 60_000, endedAt: fold.now });
    fold.call("acme", "answered", { ...call, answeredAt });
    const total = fold.rows.reduce((sum, { amountMicros }) => sum + amountMicros, 0);
    expect(total).toBe(30_000);
    expect(fold.rows.at(-1)).toMatchObject({ startAt: answeredAt, billableSeconds: 120 });
  });

  it.each([
    ["0", 0, "abandoned", 0],
    ["1 ms", 1_000, "rated", 15_000],
    ["59.999 s", 59_999_000, "rated", 15_000],
    ["60 s", 60 * SECOND, "rated", 15_000],
    ["60.001 s", 60_001_000, "rated", 30_000],
    ["61 s", 61 * SECOND, "rated", 30_000],
  ])("D22, edge 23, RT-5: %s", (_name, us, outcome, amountMicros) => {
    const { fold } = fundedWorld(ZONE_2);
    const answered = outcome === "rated" ? { answeredAt: fold.now - us } : { setupAt: fold.now - MINUTE };
    fold.call("acme", "ended", { usageId: "x", user: "u1", to: BERLIN, ...answered, endedAt: fold.now });
    expect(fold.rows.at(-1)).toMatchObject({ outcome, amountMicros });
  });

  it.each([
    [5, 120, 2],
    [6, 126, 2],
  ])("D22: cut at 120 s, an end %i s later is billed as %i s", (late, billableSeconds, poolMinutes) => {
    const world = overageWorld("calling-plan-domestic-120");
    world.org.command("payAsYouGo.set", { subscription: "s-calling-plan-domestic-120", on: false });
    world.fold.at("2026-03-20T08:00:00Z");
    world.called(118 * 60, { user: "u1", to: BERLIN });
    const call = { usageId: "cut", user: "u1", to: BERLIN };
    expect(world.fold.ask("acme", "authorize", { ...call, setupAt: world.fold.now, requestedSeconds: 600 })).toMatchObject({
      grantedSeconds: 120,
      final: true,
    });
    const answeredAt = world.fold.now;
    const endedAt = answeredAt + (120 + late) * SECOND;
    world.fold.now = endedAt;
    world.fold.call("acme", "ended", { ...call, answeredAt, endedAt });
    expect(world.fold.rows.at(-1)).toMatchObject({ billableSeconds, poolMinutes, amountMicros: 0 });
    expect(world.fold.rows.at(-1)?.reason).toBe(late === 5 ? null : "payAsYouGoOff");
  });

  it.each([
    [1000, "confirmed", 0],
    [1001, "conflict", 1],
  ])("D30: a second end that differs by %i ms is a %s (whole seconds apart)", (differs, outcome, letters) => {
    const { fold, see } = fundedWorld(ZONE_2);
    const call = { usageId: "x", user: "u1", to: BERLIN, answeredAt: fold.now };
    fold.now += 2 * MINUTE;
    fold.call("acme", "ended", { ...call, id: "one", endedAt: call.answeredAt + 60_500_000 });
    fold.call("acme", "ended", { ...call, id: "two", user: "other", endedAt: call.answeredAt + 60_500_000 + differs * 1000 });
    const { total } = see({ view: "reconciliation" }) as { total: { events: Record<string, number> } };
    expect(total.events[outcome]).toBe(1);
    expect(fold.deadLetters).toHaveLength(letters);
    expect(fold.rows).toHaveLength(1);
  });

  it("D24: legs without a grant are closed after a day, to the microsecond", () => {
    const { fold } = fundedWorld(ZONE_2);
    const answeredAt = fold.now;
    fold.call("acme", "answered", { usageId: "x", user: "u1", to: BERLIN, answeredAt });
    fold.now = answeredAt + DAY - 1;
    fold.tick();
    expect(fold.rows).toEqual([]);
    fold.now = answeredAt + DAY;
    fold.tick();
    expect(fold.rows).toHaveLength(1);
  });
});

describe("decisions about funding", () => {
  it("D2: the switch, plan and block as of the start, minutes and money as they stand", () => {
    const world = overageWorld(ZONE_2);
    const startOn = world.fold.now + HOUR;
    world.fold.now = startOn + MINUTE;
    world.org.command("payAsYouGo.set", { subscription: `s-${ZONE_2}`, on: false });
    world.org.command("user.block", { user: "u1", blocked: true });
    world.fold.now += HOUR;
    const late = { user: "u1", to: BERLIN, endedAt: world.fold.now };
    expect(world.called(0, { ...late, answeredAt: startOn + MINUTE - 1 })).toMatchObject({
      reason: null,
      segments: [{ source: "OVERAGE" }],
    });
    expect(world.called(0, { ...late, answeredAt: startOn + MINUTE })).toMatchObject({ reason: "userBlocked", amountMicros: 0 });
  });

  it("D8, WF-1: the pool takes whole minutes, money the rest in increments counted from the start; one connect fee", () => {
    const deck = deckOf([{ fee: 50_000n, price: 10_000n, first: 30, next: 6, least: null, most: null, domestic: true }]);
    const world = beginWorld({}, "2026-03-02T08:00:00Z", [deck]);
    world.org.users(1, "DE");
    world.org.give("teams-phone-standard", ["u1"]);
    world.org.give("calling-plan-domestic-120", ["u1"]);
    world.org.give("communications-credits", ["u1"]);
    world.org.command("credits.goodwill", { amount: "50", reason: "test" });
    world.fold.at("2026-03-20T08:00:00Z");
    expect(world.called(118 * 60, { user: "u1", to: BERLIN })).toMatchObject({
      poolMinutes: 118,
      amountMicros: 0,
      connectFeeMicros: 0,
    });
    // 121 s are billed as 126 (30 + 16 × 6); two minutes of the pool leave 6 s: 0.001, and the fee.
    expect(world.called(121, { user: "u1", to: BERLIN })).toMatchObject({
      poolMinutes: 2,
      chargedSeconds: 6,
      connectFeeMicros: 50_000,
      amountMicros: 51_000,
    });
  });

  it("D15, RT-7, edge 18: an unknown prefix: finished FREECALL at 0, with its minutes of the pool untouched; asked, denied", () => {
    const world = fundedWorld("calling-plan-domestic-120");
    expect(world.called(60, { user: "u1", to: "+999123456789" })).toMatchObject({
      amountMicros: 0,
      poolMinutes: 0,
      capability: "FREECALL",
    });
    expect(world.asked({ user: "u1", to: "+999123456789" })).toMatchObject({
      decision: "deny",
      reason: "destinationUnsupported",
    });
  });

  it("RT-4, D23: no deck in the organisation's currency: nothing is priced, a new call is denied noRate", () => {
    const world = fundedWorld(ZONE_2, { facts: { currency: "EUR" } });
    expect(world.called(60, { user: "u1", to: BERLIN })).toMatchObject({
      amountMicros: 0,
      capability: "FREECALL",
      reason: "noRate",
    });
    expect(world.asked({ user: "u1", to: BERLIN })).toMatchObject({ decision: "deny", reason: "noRate" });
  });

  it("D17: a Disabled subscription counts 0 at once, in the middle of a month, and all of it again when Active", () => {
    const world = fundedWorld("calling-plan-domestic-120", { users: 3 });
    const state = (to: "Disabled" | "Active"): unknown =>
      world.org.command("subscription.setState", { subscription: "s-calling-plan-domestic-120", state: to });
    state("Disabled");
    expect(world.see({ view: "pools" })).toMatchObject({ pools: [] });
    state("Active");
    expect(world.see({ view: "pools" })).toMatchObject({ pools: [{ totalMinutes: 360 }] });
  });

  it("D20: events and legs are accounted for: rated, denied, abandoned, duplicate, quarantined and open ones", () => {
    const world = fundedWorld(ZONE_2);
    world.called(60, { user: "u1", to: BERLIN });
    world.called(60, { user: "nobody", to: BERLIN });
    world.asked({ user: "nobody", to: BERLIN });
    world.asked({ user: "u1", to: BERLIN });
    world.fold.call("acme", "ended", {
      usageId: "rang",
      user: "u1",
      to: BERLIN,
      setupAt: world.fold.now,
      endedAt: world.fold.now,
    });
    const again = { usageId: "twice", id: "same", user: "u1", to: BERLIN, answeredAt: world.fold.now, endedAt: world.fold.now };
    world.fold.call("acme", "ended", again);
    world.fold.call("acme", "ended", again);
    world.fold.call("acme", "ended", { ...again, id: "x", usageId: "x", endedAt: world.fold.now - 1 });
    const account = world.fold.state.accounts.get("acme");
    expect(account !== undefined && holds(account)).toBe(true);
    expect(world.see({ view: "reconciliation" })).toMatchObject({
      holds: true,
      openLegs: 1,
      total: {
        accepted: 8,
        events: { applied: 6, duplicate: 1, quarantined: 1, conflict: 0 },
        legs: { seen: 6, rated: 3, denied: 1, abandoned: 1, voided: 0 },
      },
    });
  });

  it("D29: six digits are a short code, seven are not; Domestic refuses one that is no emergency number", () => {
    const { org, fold, asked, called } = fundedWorld("calling-plan-domestic-120");
    expect(called(60, { user: "u1", to: "115511" })).toMatchObject({ capability: "FREECALL", amountMicros: 0, poolMinutes: 0 });
    org.command("policy.set", { user: "u1", dialOutPolicy: "DialoutCPCInternationalPSTNDomestic" });
    fold.now += HOUR;
    expect(asked({ user: "u1", to: "115511" })).toMatchObject({ reason: "policyDomesticOnly" });
    expect(asked({ user: "u1", to: "110" })).toMatchObject({ reason: "emergency" });
  });

  it("D32: unfunded as overage: the ordinary rate on the payer's subscription; the setting as of the leg's start", () => {
    const world = overageWorld(ZONE_2);
    world.org.command("payAsYouGo.set", { subscription: `s-${ZONE_2}`, on: false });
    world.fold.now += HOUR;
    expect(world.called(61, { user: "u1", to: BERLIN })).toMatchObject({ amountMicros: 0, reason: "payAsYouGoOff" });
    world.org.command("account.settings", { unfundedAs: "OVERAGE" });
    expect(world.called(61, { user: "u1", to: BERLIN })).toMatchObject({ amountMicros: 0 });
    world.fold.now += HOUR;
    expect(world.called(61, { user: "u1", to: BERLIN })).toMatchObject({
      amountMicros: 30_000,
      reason: "payAsYouGoOff",
      segments: [{ source: "OVERAGE", ref: `s-${ZONE_2}` }],
    });
  });
});
