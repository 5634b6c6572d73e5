import { describe, expect, it } from "vitest";
import { beginSubscriptions, bought } from "../testing/subscription-world.ts";
import type { SubscriptionWorld } from "../testing/subscription-world.ts";

/** Users with a phone system, a plan of so many licences, and who holds it. */
function planned(licences: number, holders: number, users = holders): SubscriptionWorld {
  const world = beginSubscriptions({ country: "US" });
  const people = world.org.users(users, "US");
  world.org.give("teams-phone-standard", people);
  world.buy({ licences, product: "calling-plan-domestic-120", unitPrice: "6" });
  for (let from = 0; from < holders; from += 20)
    world.org.command("licence.assign", { subscription: "s", users: people.slice(from, Math.min(from + 20, holders)) });
  return world;
}
const minutes = (world: SubscriptionWorld): number =>
  (world.see({ view: "pools" }) as { pools: { totalMinutes: number }[] }).pools[0]?.totalMinutes ?? 0;

describe("totals of licences (SS-3)", () => {
  it("SS-3: 100 and 5 are 105: the rest of the old charge is credited, the rest of the period charged anew", () => {
    const world = beginSubscriptions();
    world.buy({ licences: 100 });
    world.fold.at("2026-01-16T12:00:00Z");
    expect(world.give("licence.setTotal", { subscription: "s", total: 105 })).toMatchObject({ result: { from: 100, to: 105 } });
    // 15.5 of 31 days: half of 1,200.00 and of 1,260.00.
    expect(world.charges()).toEqual([
      ["licence", 100, 1_200_000_000],
      ["proration", -100, -600_000_000],
      ["proration", 105, 630_000_000],
    ]);
    world.until("2026-02-01T00:00:00Z");
    expect(world.charges().at(-1)).toEqual(["licence", 105, 1_260_000_000]);
  });

  it("SS-3: fewer are credited the same way, never below what is assigned; unassign first, then it may be (example 13)", () => {
    const world = planned(20, 20);
    expect(world.give("licence.setTotal", { subscription: "s", total: 19 }).code).toBe("licencesBelowAssigned");
    world.org.command("licence.unassign", { subscription: "s", users: ["u20"] });
    world.fold.at("2026-01-16T12:00:00Z");
    expect(world.give("licence.setTotal", { subscription: "s", total: 19 }).outcome).toBe("accepted");
    expect(world.charges().slice(-2)).toEqual([
      ["proration", -20, -60_000_000],
      ["proration", 19, 57_000_000],
    ]);
    // CP-9: the pool keeps its size until the month is over.
    expect(minutes(world)).toBe(2400);
    world.until("2026-02-01T00:00:00Z");
    expect(minutes(world)).toBe(2280);
  });

  it.each([
    ["trial", { trial: true }],
    ["reseller", { channel: "reseller" }],
    ["productKey", { channel: "productKey" }],
    ["creditCheck", { creditCheck: true }],
  ] as const)("SS-3, SB-3: the number is not changed here: %s", (why, data) => {
    const world = beginSubscriptions();
    world.buy(data);
    expect(world.see({ view: "subscription", subscription: "s" })).toMatchObject({ licencesFixed: why });
    expect(world.give("licence.setTotal", { subscription: "s", total: 11 }).code).toBe("licencesFixed");
    expect(world.subscription().total).toBe(10);
  });

  it("SS-3: a credit check lasts two working days at most: from Friday to Tuesday, or until it is done", () => {
    const world = beginSubscriptions({}, "2026-01-02T15:00:00Z");
    world.buy({ creditCheck: true });
    world.buy({ subscription: "t", creditCheck: true });
    world.fold.at("2026-01-06T14:59:59Z");
    expect(world.give("licence.setTotal", { subscription: "s", total: 11 }).code).toBe("licencesFixed");
    world.org.command("subscription.creditChecked", { subscription: "t" });
    expect(world.give("licence.setTotal", { subscription: "t", total: 11 }).outcome).toBe("accepted");
    world.fold.at("2026-01-06T15:00:00Z");
    expect(world.give("licence.setTotal", { subscription: "s", total: 11 }).outcome).toBe("accepted");
  });

  it("an Expired subscription has nothing to prorate: its number is changed once it is reactivated", () => {
    const world = beginSubscriptions();
    world.buy({ term: "P1M", recurring: false });
    world.until("2026-02-01T00:00:00Z");
    expect(world.give("licence.setTotal", { subscription: "s", total: 11 }).code).toBe("subscriptionNotActive");
  });

  it("edge 9: renewed with fewer licences than holders, min(purchased, assigned) count; the newest lose first and get it back first", () => {
    const world = planned(5, 5, 6);
    world.org.command("licence.setTotal", { subscription: "s", total: 3, atRenewal: true });
    expect(world.see({ view: "subscription", subscription: "s" })).toMatchObject({ renewalTotal: 3, overAssigned: [] });
    expect([world.subscription().total, minutes(world)]).toEqual([5, 600]);
    world.until("2027-01-01T00:00:00Z");
    expect(world.subscription()).toMatchObject({ total: 3, assigned: ["u1", "u2", "u3", "u4", "u5"], renewalTotal: null });
    expect(world.see({ view: "subscription", subscription: "s" })).toMatchObject({ overAssigned: ["u4", "u5"] });
    expect(world.charges().at(-1)).toEqual(["licence", 3, 18_000_000]);
    // Less counts from the next month (CP-9); calls feel it at once.
    expect(minutes(world)).toBe(600);
    const reasons = (): string[] => ["u3", "u4", "u5"].map((user) => world.asked({ user, to: "+12015550100" }).reason);
    expect(reasons()).toEqual(["ok", "noPlan", "noPlan"]);
    world.until("2027-02-01T00:00:00Z");
    expect(minutes(world)).toBe(360);
    world.org.command("licence.unassign", { subscription: "s", users: ["u1"] });
    expect(reasons()).toEqual(["ok", "ok", "noPlan"]);
    expect(world.give("licence.assign", { subscription: "s", users: ["u6"] }).code).toBe("noFreeLicence");
    world.org.command("licence.setTotal", { subscription: "s", total: 4 });
    expect(reasons()).toEqual(["ok", "ok", "ok"]);
    expect(minutes(world)).toBe(480);
  });

  it("edge 9: who lost the effect may not get another plan meanwhile, and a removed user makes room", () => {
    const world = planned(2, 2);
    world.org.command("licence.setTotal", { subscription: "s", total: 1, atRenewal: true });
    world.until("2027-01-01T00:00:00Z");
    world.buy({ subscription: "other", licences: 1 });
    expect(world.give("licence.assign", { subscription: "other", users: ["u2"] }).code).toBe("secondCallingPlan");
    world.org.command("user.remove", { user: "u1" });
    expect(world.subscription().assigned).toEqual(["u2"]);
    expect(world.asked({ user: "u2", to: "+12015550100" }).decision).toBe("allow");
  });
});

describe("assigning (SS-4, CP-2, D17)", () => {
  it("SS-4: a dry run answers for each of 20 and changes nothing; free licences go to who can hold one, in order", () => {
    const world = planned(2, 1, 5);
    world.org.command("user.set", { user: "bare", displayName: "bare", usageLocation: "US" });
    world.org.command("user.set", { user: "far", displayName: "far", usageLocation: "BR" });
    world.org.command("user.set", { user: "mexican", displayName: "mexican", usageLocation: "MX" });
    const users = ["u1", "bare", "far", "mexican", "nobody", "u2", "u3"];
    const answer = world.give("licence.assign", { subscription: "s", users, dryRun: true });
    expect(answer.result).toMatchObject({ dryRun: true, free: 1, freeAfterwards: 0 });
    const each = (answer.result ?? {})["users"] as { user: string; code?: string }[];
    expect(each.map(({ code }) => code ?? "ok")).toEqual([
      "alreadyAssigned",
      "missingPrerequisite",
      "productNotAvailable",
      // CP-3: Mexico has plans of its own.
      "productNotAvailable",
      "unknownUser",
      "ok",
      "noFreeLicence",
    ]);
    expect(world.subscription().assigned).toEqual(["u1"]);
    expect(world.give("licence.assign", { subscription: "s", users }).code).toBe("alreadyAssigned");
  });

  it.each([
    ["Expired", "accepted"],
    ["Disabled", "refused"],
    ["Deleted", "refused"],
  ] as const)("§7.3: in %s an assignment is %s", (state, outcome) => {
    const world = planned(3, 1, 2);
    world.org.command("subscription.setState", { subscription: "s", state });
    const answer = world.give("licence.assign", { subscription: "s", users: ["u2"] });
    expect([answer.outcome, answer.code]).toEqual([outcome, outcome === "refused" ? "subscriptionNotActive" : undefined]);
  });

  it("SS-4: 100 are unassigned at once, 101 are not", () => {
    const world = planned(101, 101);
    const users = Array.from({ length: 101 }, (_, at) => `u${at + 1}`);
    expect(world.give("licence.unassign", { subscription: "s", users }).code).toBe("tooManyUsers");
    expect(world.give("licence.unassign", { subscription: "s", users: users.slice(0, 100) }).outcome).toBe("accepted");
    expect(world.subscription().assigned).toEqual(["u101"]);
  });

  it("D17: a second calling plan is refused, whichever the two are; the bundle of phone and plan is one and needs no phone system", () => {
    const world = planned(1, 1, 1);
    world.org.command("user.set", { user: "bare", displayName: "bare", usageLocation: "US" });
    world.buy({ subscription: "bundle", product: "teams-phone-with-calling-plan", licences: 2 });
    world.buy({ subscription: "newer", product: "calling-plan-international-9", licences: 1 });
    const assign = (subscription: string, user: string): string | undefined =>
      world.give("licence.assign", { subscription, users: [user] }).code;
    expect([assign("bundle", "u1"), assign("newer", "u1")]).toEqual(["secondCallingPlan", "secondCallingPlan"]);
    expect([assign("bundle", "bare"), assign("newer", "bare")]).toEqual([undefined, "secondCallingPlan"]);
    world.org.command("licence.unassign", { subscription: "s", users: ["u1"] });
    expect(assign("newer", "u1")).toBeUndefined();
    // Pools of their own.
    const { pools } = world.see({ view: "pools" }) as { pools: { pool: string; totalMinutes: number }[] };
    expect(pools.map(({ pool, totalMinutes }) => [pool, totalMinutes])).toEqual([
      ["MCOPSTN5/US+PR/domestic", 120],
      ["MCOTEAMS_ESSENTIALS/US+PR/domestic", 3000],
      ["MCOPSTN9/US+PR/domestic", 3000],
      ["MCOPSTN9/US+PR/international", 600],
    ]);
  });

  it("D17, CP-11: Puerto Rico and Canada are domestic to each other for plans", () => {
    const world = beginSubscriptions({ country: "CA" });
    world.org.give("teams-phone-standard", world.org.users(1, "PR"));
    world.buy({ licences: 1 });
    world.org.command("licence.assign", { subscription: "s", users: ["u1"] });
    expect(world.asked({ user: "u1", to: "+12045550100" }).funding).toEqual([{ source: "POOL", ref: "MCOPSTN1/US+PR/domestic" }]);
  });

  it("RA-1: resource-account licences: 25 and one for each ten Teams Phone users; 600 users are 85", () => {
    const world = beginSubscriptions();
    const people = world.org.users(600, "DE");
    const resource = { ...bought, product: "resource-account" };
    expect(world.give("subscription.buy", { ...resource, subscription: "r", licences: 26 }).code).toBe("quotaExceeded");
    expect(world.give("subscription.buy", { ...resource, subscription: "r", licences: 25 }).outcome).toBe("accepted");
    world.org.give("teams-phone-standard", people.slice(0, 599));
    expect(world.give("licence.setTotal", { subscription: "r", total: 85 }).code).toBe("quotaExceeded");
    world.org.give("teams-phone-standard", people.slice(599));
    expect(world.give("licence.setTotal", { subscription: "r", total: 86 }).code).toBe("quotaExceeded");
    expect(world.give("licence.setTotal", { subscription: "r", total: 85 }).outcome).toBe("accepted");
    expect(world.see({ view: "numbers" })).toMatchObject({ resourceAccounts: { quota: 85, used: 85, left: 0 } });
  });
});
