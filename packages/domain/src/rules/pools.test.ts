import { describe, expect, it } from "vitest";
import { products } from "../catalogue/products.ts";
import type { Product } from "../catalogue/product.ts";
import { beginWorld, fundedWorld, HOUR, MINUTE, overageWorld } from "../testing/rule-world.ts";
import type { World } from "../testing/rule-world.ts";

const BERLIN = "+4930901820"; // 0.015
const FRANCE = "+33140205050"; // 0.016
const ILLINOIS = "+12015550100"; // 0.013
const CANADA = "+12045550100"; // 0.013
const PUERTO_RICO = "+17875550100"; // 0.02

const pools = (world: World): unknown => (world.see({ view: "pools" }) as { pools: unknown[] }).pools;

describe("calling plans and their pools (CP-1 to CP-13)", () => {
  it("CP-1: unlimited inbound costs nothing and takes nothing, without credits and with an empty pool", () => {
    const world = fundedWorld("calling-plan-domestic-120", { credits: "" });
    world.called(121 * 60, { user: "u1", to: BERLIN });
    const row = world.called(10 * 3600, { callType: "user_in", direction: "inbound", user: "u1", from: FRANCE, to: BERLIN });
    expect(row).toMatchObject({ amountMicros: 0, poolMinutes: 0, reason: null, segments: [{ source: "FREE" }] });
    expect(world.asked({ callType: "user_in", direction: "inbound", user: "u1", to: BERLIN })).toMatchObject({
      decision: "allow",
    });
  });

  it("CP-2: users of one organisation may hold different plans, each with its own pool", () => {
    const world = fundedWorld("calling-plan-domestic-120", { users: 2 });
    world.org.users(1, "DE", 3);
    world.org.give("teams-phone-standard", ["u3"]);
    world.org.give("calling-plan-domestic-240", ["u3"]);
    expect(pools(world)).toMatchObject([
      { capability: "MCOPSTN5", totalMinutes: 240 },
      { capability: "MCOPSTN6", totalMinutes: 240 },
    ]);
  });

  it.each([
    ["US", 3000],
    ["CA", 3000],
    ["PR", 3000],
    ["DE", 1200],
    ["GB", 1200],
  ])("CP-4: the domestic plan includes in %s %i minutes", (country, totalMinutes) => {
    const world = fundedWorld("calling-plan-domestic", { country });
    expect(pools(world)).toMatchObject([{ totalMinutes, availableMinutes: totalMinutes }]);
  });

  it.each([
    ["calling-plan-payg-zone-1", "GB", "accepted"],
    ["calling-plan-payg-zone-1", "US", "accepted"],
    ["calling-plan-payg-zone-1", "CZ", "refused"],
    ["calling-plan-payg-zone-2", "CZ", "accepted"],
    ["calling-plan-payg-zone-2", "HU", "accepted"],
    ["calling-plan-payg-zone-2", "GB", "refused"],
  ])("CP-5: %s to a user in %s: %s", (product, location, outcome) => {
    const world = beginWorld({ country: product.endsWith("1") ? "GB" : "DE" });
    world.org.users(1, location);
    world.org.give("teams-phone-standard", ["u1"]);
    const buy = { subscription: "s", product, licences: 1, term: "P1Y", billingFrequency: "monthly" } as const;
    world.org.command("subscription.buy", buy);
    expect(world.fold.command("acme", "licence.assign", { subscription: "s", users: ["u1"] })).toMatchObject({ outcome });
  });

  it("CP-5, WF-3: a Pay-As-You-Go plan includes nothing: unfunded it calls nobody, funded the first minute is paid", () => {
    const poor = fundedWorld("calling-plan-payg-zone-2", { credits: "" });
    expect(poor.asked({ user: "u1", to: BERLIN })).toMatchObject({ decision: "deny", reason: "creditsExhausted" });
    expect(pools(poor)).toEqual([]);
    const rich = fundedWorld("calling-plan-payg-zone-2");
    expect(rich.called(1, { user: "u1", to: BERLIN })).toMatchObject({ amountMicros: 15_000, poolMinutes: 0 });
  });

  describe("the international plan's two caps", () => {
    function usedUp(kind: "domestic" | "international", coupling: Product["capCoupling"]): World {
      // The catalogue's switch; put back by the caller.
      const plan = products.find(({ id }) => id === "calling-plan-international") as { capCoupling: Product["capCoupling"] };
      plan.capCoupling = coupling;
      const world = fundedWorld("calling-plan-international", { country: "US" });
      world.fold.at("2026-03-10T08:00:00Z");
      if (kind === "domestic") world.called(3000 * 60, { user: "u1", to: ILLINOIS });
      else world.called(600 * 60, { user: "u1", to: BERLIN });
      return world;
    }
    const reset = (): void => {
      const plan = products.find(({ id }) => id === "calling-plan-international") as { capCoupling: Product["capCoupling"] };
      plan.capCoupling = "either";
    };

    it.each([
      ["international", ILLINOIS, 39_000],
      ["domestic", BERLIN, 45_000],
    ] as const)(
      "CP-6, example 3, either: with the %s minutes used, the other kind is paid too: three minutes",
      (kind, to, amountMicros) => {
        try {
          expect(usedUp(kind, "either").called(180, { user: "u1", to })).toMatchObject({ poolMinutes: 0, amountMicros });
        } finally {
          reset();
        }
      },
    );

    it.each([
      ["international", ILLINOIS],
      ["domestic", BERLIN],
    ] as const)("CP-6, example 3, independent: with the %s minutes used, the other kind still has its own", (kind, to) => {
      try {
        expect(usedUp(kind, "independent").called(180, { user: "u1", to })).toMatchObject({ poolMinutes: 3, amountMicros: 0 });
      } finally {
        reset();
      }
    });

    it("CP-6, edge 3: one minute left in the one is enough for the other; a running call keeps its own when the other ends", () => {
      const world = fundedWorld("calling-plan-international", { country: "US" });
      world.fold.at("2026-03-10T08:00:00Z");
      world.called(599 * 60, { user: "u1", to: BERLIN });
      const running = { usageId: "running", user: "u1", to: ILLINOIS };
      expect(world.fold.ask("acme", "authorize", { ...running, setupAt: world.fold.now })).toMatchObject({
        funding: [{ source: "POOL" }],
      });
      const answeredAt = world.fold.now;
      world.fold.now += MINUTE;
      world.called(60, { user: "u1", to: BERLIN });
      expect(world.asked({ user: "u1", to: ILLINOIS })).toMatchObject({ funding: [{ source: "CREDITS" }] });
      world.fold.call("acme", "ended", { ...running, answeredAt, endedAt: answeredAt + 3 * MINUTE });
      expect(world.fold.rows.at(-1)).toMatchObject({ usageId: "running", poolMinutes: 3, amountMicros: 0 });
    });
  });

  it("CP-7: a premium number is denied on every plan; when allowed it is paid, never out of the pool", () => {
    const world = fundedWorld("calling-plan-domestic");
    expect(world.asked({ user: "u1", to: "+499001234567" })).toMatchObject({ reason: "premiumNotAllowed" });
    world.org.command("account.settings", { allowPremium: true });
    world.fold.now += HOUR;
    expect(world.asked({ user: "u1", to: "+499001234567" })).toMatchObject({
      decision: "allow",
      funding: [{ source: "CREDITS" }],
    });
  });

  it("CP-8: 100 users × 120 are one pool of 12,000; who calls most may use it all; then per minute", () => {
    const world = fundedWorld("calling-plan-domestic-120", { users: 100 });
    expect(pools(world)).toMatchObject([{ pool: "MCOPSTN5/DE/domestic", totalMinutes: 12_000 }]);
    world.fold.at("2026-03-20T08:00:00Z");
    expect(world.called(12_000 * 60, { user: "u7", to: BERLIN })).toMatchObject({ poolMinutes: 12_000, amountMicros: 0 });
    expect(world.called(60, { user: "u8", to: BERLIN })).toMatchObject({ poolMinutes: 0, amountMicros: 15_000 });
  });

  it("CP-8: pooled by country and identical plan only: DE and FR users of one plan have two pools", () => {
    const world = fundedWorld("calling-plan-domestic-120", { users: 2 });
    world.org.users(1, "FR", 3);
    world.org.give("teams-phone-standard", ["u3"]);
    world.org.give("calling-plan-domestic-120", ["u3"]);
    expect(pools(world)).toMatchObject([
      { usageLocation: "DE", totalMinutes: 240 },
      { usageLocation: "FR", totalMinutes: 120 },
    ]);
  });

  it("CP-8: MCOPSTN8 is personal: one user's 120 minutes do not help the other", () => {
    const world = fundedWorld("calling-plan-domestic-120-personal", { users: 2 });
    world.called(120 * 60, {
      user: "u1",
      to: BERLIN,
      answeredAt: world.fold.now - 50 * MINUTE,
      endedAt: world.fold.now + 70 * MINUTE,
    });
    world.fold.now += 2 * HOUR;
    expect(world.called(60, { user: "u1", to: BERLIN })).toMatchObject({ poolMinutes: 0, amountMicros: 15_000 });
    expect(world.called(60, { user: "u2", to: BERLIN })).toMatchObject({ poolMinutes: 1, amountMicros: 0 });
  });

  it("CP-9, example 13: an assignment counts in full at once, also on the month's last day; an unassignment from the next month", () => {
    const world = fundedWorld("calling-plan-domestic-120", { users: 20 });
    world.fold.at("2026-03-31T23:00:00Z").tick();
    expect(pools(world)).toMatchObject([{ totalMinutes: 2400 }]);
    world.org.users(1, "DE", 21);
    world.org.give("teams-phone-standard", ["u21"]);
    world.org.give("calling-plan-domestic-120", ["u21"]);
    expect(pools(world)).toMatchObject([{ totalMinutes: 2520 }]);
    world.org.command("licence.unassign", { subscription: "s-calling-plan-domestic-120", users: ["u1", "u2"] });
    expect(pools(world)).toMatchObject([{ totalMinutes: 2520 }]);
    const below = world.fold.command("acme", "licence.setTotal", { subscription: "s-calling-plan-domestic-120", total: 18 });
    expect(below).toMatchObject({ outcome: "refused", code: "licencesBelowAssigned" });
    world.org.command("licence.setTotal", { subscription: "s-calling-plan-domestic-120", total: 19 });
    world.fold.at("2026-04-01T00:00:00Z").tick();
    expect(pools(world)).toMatchObject([{ month: 202_604, totalMinutes: 2280 }]);
  });

  it("CP-9: taking a licence and giving it back in a month counts once", () => {
    const world = fundedWorld("calling-plan-domestic-120", { users: 2 });
    const one = { subscription: "s-calling-plan-domestic-120", users: ["u1"] };
    world.org.command("licence.unassign", one);
    world.org.command("licence.assign", one);
    expect(pools(world)).toMatchObject([{ totalMinutes: 240 }]);
  });

  it("CP-10: unused minutes do not roll over; the month's first microsecond begins a full pool", () => {
    const world = fundedWorld("calling-plan-domestic-120", { credits: "" });
    world.called(119 * 60, { user: "u1", to: BERLIN, answeredAt: "2026-03-02T08:30:00Z", endedAt: "2026-03-02T10:29:00Z" });
    world.fold.at("2026-03-31T23:59:59Z").tick();
    expect(pools(world)).toMatchObject([{ month: 202_603, availableMinutes: 1 }]);
    world.fold.at("2026-04-01T00:00:00Z").tick();
    expect(pools(world)).toMatchObject([{ month: 202_604, availableMinutes: 120, usedMinutes: 0 }]);
  });

  it.each([
    ["DE", BERLIN, "domestic"],
    ["DE", FRANCE, "international"],
    ["US", CANADA, "domestic"],
    ["CA", ILLINOIS, "domestic"],
    ["US", PUERTO_RICO, "domestic"],
    ["PR", ILLINOIS, "domestic"],
  ])("CP-11, CP-12: from %s to %s is %s for the plan", (country, to, kind) => {
    const world = fundedWorld("calling-plan-domestic", { country });
    const row = world.called(60, { user: "u1", to });
    expect(row.poolMinutes).toBe(kind === "domestic" ? 1 : 0);
    expect(row.destinationContext).toBe(kind === "domestic" ? "Domestic" : "International");
  });

  it("CP-11: in a meeting domestic is by the organizer's location", () => {
    const world = fundedWorld("audio-conferencing");
    world.org.command("policy.set", { user: "u1", dialOutPolicy: "DialoutCPCDomesticPSTNInternational" });
    world.org.users(1, "FR", 2);
    world.fold.now += HOUR;
    const meeting = { callType: "conf_out", organizer: "u1", user: "u2" } as const;
    expect(world.asked({ ...meeting, to: FRANCE })).toMatchObject({ reason: "policyDomesticOnly" });
    expect(world.asked({ ...meeting, to: BERLIN })).toMatchObject({ decision: "allow" });
  });

  it("CP-12, example 2: a domestic plan abroad is credits only; an international plan draws its international pool", () => {
    const domestic = fundedWorld("calling-plan-domestic", { credits: "" });
    expect(domestic.asked({ user: "u1", to: FRANCE })).toMatchObject({ decision: "deny", reason: "creditsExhausted" });
    const international = fundedWorld("calling-plan-international");
    expect(international.called(61, { user: "u1", to: FRANCE })).toMatchObject({ poolMinutes: 2, amountMicros: 0 });
    expect(pools(international)).toMatchObject([
      { kind: "domestic", usedMinutes: 0, totalMinutes: 1200 },
      { kind: "international", usedMinutes: 2, totalMinutes: 600 },
    ]);
  });

  it("CP-13: without more, the included minutes are the limit until the month ends; with the option On calls go on as overage", () => {
    const limited = overageWorld("calling-plan-domestic-120");
    limited.fold.at("2026-03-20T08:00:00Z");
    limited.called(120 * 60, { user: "u1", to: BERLIN });
    expect(limited.called(61, { user: "u1", to: BERLIN })).toMatchObject({
      poolMinutes: 0,
      amountMicros: 30_000,
      segments: [{ source: "OVERAGE", ref: "s-calling-plan-domestic-120" }],
    });
    limited.org.command("payAsYouGo.set", { subscription: "s-calling-plan-domestic-120", on: false });
    limited.fold.now += MINUTE;
    expect(limited.asked({ user: "u1", to: BERLIN })).toMatchObject({ decision: "deny", reason: "payAsYouGoOff" });
    limited.fold.at("2026-04-01T00:00:00Z").tick();
    expect(limited.asked({ user: "u1", to: BERLIN })).toMatchObject({ decision: "allow", funding: [{ source: "POOL" }] });
  });
});

describe("the pool month's zone (CP-10, edge 24)", () => {
  const monthAt = (world: World, at: string): number =>
    world.called(1, { user: "u1", to: BERLIN, answeredAt: at, endedAt: world.fold.now }).poolMonth;

  it("CP-10: a new zone begins where the running month ends, by the old zone's calendar", () => {
    const world = fundedWorld("calling-plan-domestic", { facts: { timeZone: "UTC" } });
    const answer = world.org.command("account.settings", { timeZone: "Europe/Berlin" });
    expect(answer.result).toMatchObject({ timeZoneFrom: "2026-04-01T00:00:00.000000Z" });
    const waiting = { timeZone: "Europe/Berlin", from: "2026-04-01T00:00:00.000000Z" };
    expect(world.see({ view: "settings" })).toMatchObject({ timeZone: "UTC", nextTimeZone: waiting });
    world.fold.at("2026-05-03T00:00:00Z").tick();
    expect(world.see({ view: "settings" })).toMatchObject({ timeZone: "Europe/Berlin", nextTimeZone: null });
    // In Berlin April began two hours before midnight UTC; the change waits for March to end in UTC.
    expect(monthAt(world, "2026-03-31T23:59:59Z")).toBe(202_603);
    expect(monthAt(world, "2026-04-01T00:00:00Z")).toBe(202_604);
    expect(monthAt(world, "2026-04-30T21:59:59Z")).toBe(202_604);
    expect(monthAt(world, "2026-04-30T22:00:00Z")).toBe(202_605);
  });

  it("CP-10: westwards the first month is longer: no moment falls back into the month that has ended", () => {
    const world = fundedWorld("calling-plan-domestic", { facts: { timeZone: "UTC" } });
    world.org.command("account.settings", { timeZone: "America/New_York" });
    world.fold.at("2026-05-03T00:00:00Z").tick();
    expect(monthAt(world, "2026-03-31T23:59:59Z")).toBe(202_603);
    expect(monthAt(world, "2026-04-01T00:00:00Z")).toBe(202_604);
    expect(monthAt(world, "2026-04-01T03:00:00Z")).toBe(202_604);
    expect(monthAt(world, "2026-05-01T03:59:59Z")).toBe(202_604);
    expect(monthAt(world, "2026-05-01T04:00:00Z")).toBe(202_605);
  });

  it("CP-10: until then a change may be changed or taken back; a zone that is none is refused", () => {
    const world = fundedWorld("calling-plan-domestic", { facts: { timeZone: "UTC" } });
    world.org.command("account.settings", { timeZone: "America/New_York" });
    world.org.command("account.settings", { timeZone: "Europe/Berlin" });
    world.org.command("account.settings", { timeZone: "UTC" });
    expect(world.fold.command("acme", "account.settings", { timeZone: "Mars/Base" })).toMatchObject({ code: "invalidCommand" });
    world.fold.at("2026-05-03T00:00:00Z").tick();
    expect(monthAt(world, "2026-04-30T23:59:59Z")).toBe(202_604);
    expect(world.fold.state.accounts.get("acme")?.zones).toHaveLength(1);
  });

  it("edge 24: the hour that a clock change skips or repeats does not matter: duration is by the instants", () => {
    const world = fundedWorld("calling-plan-domestic", { facts: { timeZone: "Europe/Berlin" } });
    world.fold.at("2026-03-29T04:00:00Z").tick();
    const call = { usageId: "dst", user: "u1", to: BERLIN };
    world.fold.call("acme", "ended", { ...call, answeredAt: "2026-03-29T00:30:00Z", endedAt: "2026-03-29T01:30:00Z" });
    expect(world.fold.rows.at(-1)).toMatchObject({ billableSeconds: 3600, poolMinutes: 60, poolMonth: 202_603 });
    world.fold.at("2026-04-01T10:00:00Z").tick();
    // Berlin is two hours ahead by now.
    expect(monthAt(world, "2026-03-31T21:59:59Z")).toBe(202_603);
    expect(monthAt(world, "2026-03-31T22:00:00Z")).toBe(202_604);
  });
});
