import { describe, expect, it } from "vitest";
import { decodeState, encodeState, hashState } from "../snapshot/state-codec.ts";
import { beginSubscriptions, bought } from "../testing/subscription-world.ts";

/** 12.00 a licence and month (RT-10): ten are 120.00. */
const MONTH = 120_000_000;

describe("terms and charged periods (PG-3, IN-2)", () => {
  it("PG-3: a year that is paid monthly is charged twelve times in advance, on the calendar's day, and then renewed", () => {
    const world = beginSubscriptions();
    world.buy();
    world.until("2026-12-31T00:00:00Z");
    expect(world.charges()).toEqual(Array.from({ length: 12 }, () => ["licence", 10, MONTH]));
    expect(world.facts("subscription.renewed")).toHaveLength(0);
    world.until("2027-01-01T00:00:00Z");
    expect(world.facts("subscription.renewed")).toEqual([{ term: "P1Y", licences: 10 }]);
    expect(world.charges()).toHaveLength(13);
    expect(world.subscription().termTo).toBe(Date.parse("2028-01-01T00:00:00Z") * 1000);
  });

  it("PG-3: three years that are paid annually are charged three times, twelve months each", () => {
    const world = beginSubscriptions();
    world.buy({ term: "P3Y", billingFrequency: "annual" });
    for (const day of ["2026-12-31", "2027-01-01", "2027-12-31", "2028-01-01", "2028-12-31"]) world.at(`${day}T00:00:00Z`);
    expect(world.charges()).toEqual(Array.from({ length: 3 }, () => ["licence", 10, 12 * MONTH]));
  });

  it.each(["P1M", "P1Y", "P3Y"] as const)("PG-3: %s may be paid monthly, and annually unless it is a month", (term) => {
    const world = beginSubscriptions();
    expect(world.give("subscription.buy", { ...bought, subscription: "m", term }).outcome).toBe("accepted");
    const annual = world.give("subscription.buy", { ...bought, subscription: "a", term, billingFrequency: "annual" });
    expect(annual.code).toBe(term === "P1M" ? "invalidCommand" : undefined);
  });

  it("a 31st is not lost in February: periods end on 28 February, 31 March, 30 April", () => {
    const world = beginSubscriptions({}, "2026-01-31T00:00:00Z");
    world.buy();
    const ends: string[] = [];
    for (const day of ["2026-02-28", "2026-03-31", "2026-04-30"]) {
      ends.push(new Date(world.subscription().chargedTo / 1000).toISOString().slice(0, 10));
      world.at(`${day}T00:00:00Z`);
    }
    expect(ends).toEqual(["2026-02-28", "2026-03-31", "2026-04-30"]);
    expect(world.charges()).toHaveLength(4);
  });
});

describe("states by time (SB-1, §7.3)", () => {
  it.each([
    ["MCA", 30, 90],
    ["MOSA", 30, 90],
    ["EA", 90, 30],
    ["MPSA", 90, 30],
  ] as const)("SB-1: under %s it is Expired for %d days, Disabled for %d, then Deleted", (agreement, expired, disabled) => {
    const world = beginSubscriptions({ agreement });
    world.buy({ term: "P1M", recurring: false });
    const end = Date.parse("2026-02-01T00:00:00Z");
    const day = (count: number): string => new Date(end + count * 86_400_000).toISOString();
    const states = [-1, 0, expired - 1, expired, expired + disabled - 1, expired + disabled].map((count) => {
      world.until(day(count));
      return world.state();
    });
    expect(states).toEqual(["Active", "Expired", "Expired", "Disabled", "Disabled", "Deleted"]);
    // 7 days before its end, at its end, and when it was Disabled.
    expect([
      world.notices("subscription.expiring").length,
      world.notices("subscription.expired").length,
      world.notices("subscription.disabled").length,
    ]).toEqual([1, 1, 1]);
  });

  it("SB-1: bought through a reseller there is no Expired", () => {
    const world = beginSubscriptions();
    world.buy({ term: "P1M", recurring: false, channel: "reseller" });
    world.until("2026-02-01T00:00:00Z");
    expect(world.state()).toBe("Disabled");
  });

  it("SB-1, D17, §11: Active and Expired grant the pool; Disabled counts 0 at once and switches the option Off", () => {
    const world = beginSubscriptions({ country: "US" });
    world.org.users(2, "US");
    world.org.give("teams-phone-standard", ["u1", "u2"]);
    world.buy({ term: "P1M", recurring: false, licences: 2 });
    world.org.command("licence.assign", { subscription: "s", users: ["u1", "u2"] });
    world.org.command("payAsYouGo.set", { subscription: "s", on: true });
    const total = (): unknown =>
      (world.see({ view: "pools" }) as { pools: { totalMinutes: number }[] }).pools[0]?.totalMinutes ?? 0;
    const option = (): unknown =>
      (
        world.see({ view: "subscriptions" }) as { subscriptions: { subscription: string; payAsYouGo: string }[] }
      ).subscriptions.find(({ subscription }) => subscription === "s")?.payAsYouGo;
    world.until("2026-02-01T00:00:00Z");
    expect([world.state(), total(), option()]).toEqual(["Expired", 6000, "ON"]);
    expect(world.asked({ user: "u1", to: "+12015550100" }).decision).toBe("allow");
    world.until("2026-03-03T00:00:00Z");
    expect([world.state(), total(), option()]).toEqual(["Disabled", 0, "OFF"]);
    expect(world.asked({ user: "u1", to: "+12015550100" }).reason).toBe("subscriptionDisabled");
    // Deleted: nobody holds it any more, so that another plan can be assigned.
    world.until("2026-06-01T00:00:00Z");
    expect([world.state(), world.subscription().assigned]).toEqual(["Deleted", []]);
    world.buy({ subscription: "t", licences: 1 });
    expect(world.give("licence.assign", { subscription: "t", users: ["u1"] }).outcome).toBe("accepted");
  });

  it("§7.3: reactivated from Expired or Disabled a new term begins that day and is charged anew; Deleted is final", () => {
    const world = beginSubscriptions();
    world.buy({ term: "P1M", recurring: false });
    expect(world.give("subscription.reactivate", { subscription: "s" }).code).toBe("notReactivatable");
    world.until("2026-02-11T00:00:00Z");
    expect(world.give("subscription.reactivate", { subscription: "s" })).toMatchObject({
      result: { state: "Active", endsAt: "2026-03-11T00:00:00.000000Z" },
    });
    expect(world.charges()).toEqual([
      ["licence", 10, MONTH],
      ["licence", 10, MONTH],
    ]);
    world.org.command("subscription.setRecurring", { subscription: "s", on: false });
    world.until("2026-05-01T00:00:00Z");
    expect(world.state()).toBe("Disabled");
    world.org.command("subscription.reactivate", { subscription: "s" });
    expect([world.state(), world.charges().length]).toEqual(["Active", 3]);
    world.org.command("subscription.delete", { subscription: "s" });
    expect(world.give("subscription.reactivate", { subscription: "s" }).code).toBe("notReactivatable");
  });

  it("PM-3: what was Disabled for an unpaid invoice goes on when it is paid: the period that began meanwhile is charged for its rest", () => {
    const world = beginSubscriptions();
    world.buy();
    world.until("2026-01-20T00:00:00Z");
    world.org.command("subscription.setState", { subscription: "s", state: "Disabled" });
    world.until("2026-02-15T00:00:00Z");
    expect(world.charges()).toHaveLength(1);
    world.org.command("subscription.setState", { subscription: "s", state: "Active" });
    // 14 of February's 28 days.
    expect(world.charges()[1]).toEqual(["licence", 10, MONTH / 2]);
    world.until("2026-03-01T00:00:00Z");
    expect(world.charges()[2]).toEqual(["licence", 10, MONTH]);
  });

  it("PM-3: a term that ended while it was Disabled begins anew; without recurring billing it is over", () => {
    const world = beginSubscriptions();
    world.buy({ term: "P1M" });
    world.buy({ subscription: "t", term: "P1M", recurring: false });
    world.until("2026-01-20T00:00:00Z");
    for (const id of ["s", "t"]) world.org.command("subscription.setState", { subscription: id, state: "Disabled" });
    world.until("2026-02-15T00:00:00Z");
    for (const id of ["s", "t"]) world.org.command("subscription.setState", { subscription: id, state: "Active" });
    expect([world.state("s"), world.state("t")]).toEqual(["Active", "Expired"]);
    expect(world.subscription().termTo).toBe(Date.parse("2026-03-15T00:00:00Z") * 1000);
  });
});

describe("trials (SB-3)", () => {
  it("SB-3: a month without charge, Off, licences fixed; then Expired for 30 days, then Deleted", () => {
    const world = beginSubscriptions();
    world.buy({ trial: true, licences: 25 });
    expect(world.give("licence.setTotal", { subscription: "s", total: 26 }).code).toBe("licencesFixed");
    expect(world.give("payAsYouGo.set", { subscription: "s", on: true }).code).toBe("payAsYouGoUnavailable");
    world.until("2026-01-31T00:00:00Z");
    expect([world.state(), world.notices("trial.ending").length]).toEqual(["Active", 1]);
    world.until("2026-02-01T00:00:00Z");
    expect(world.state()).toBe("Expired");
    world.until("2026-03-02T00:00:00Z");
    expect(world.state()).toBe("Expired");
    world.until("2026-03-03T00:00:00Z");
    expect([world.state(), world.charges()]).toEqual(["Deleted", []]);
  });

  it("SB-3: with a payment method it is charged from its end on: annually means twelve whole months", () => {
    const world = beginSubscriptions({}, "2026-01-15T00:00:00Z");
    world.buy({ trial: true, billingFrequency: "annual" });
    const card = { method: "visa", provider: "test", token: "tok", brand: "Visa", last4: "4242", expires: "2030-01" } as const;
    world.org.command("paymentMethod.add", { ...card, holder: "Acme", country: "DE" });
    world.org.command("billingProfile.setPaymentMethod", { profile: "main", method: "visa" });
    world.until("2026-02-15T00:00:00Z");
    expect([world.subscription().trial, world.state()]).toEqual([false, "Active"]);
    expect(world.charges()).toEqual([["licence", 10, 12 * MONTH]]);
    world.until("2027-02-14T00:00:00Z");
    expect(world.charges()).toHaveLength(1);
    world.until("2027-02-15T00:00:00Z");
    expect(world.charges()).toHaveLength(2);
  });

  it("SB-3: recurring billing switched off, it ends in spite of the payment method", () => {
    const world = beginSubscriptions();
    world.buy({ trial: true });
    const card = { method: "visa", provider: "test", token: "tok", brand: "Visa", last4: "4242", expires: "2030-01" } as const;
    world.org.command("paymentMethod.add", { ...card, holder: "Acme", country: "DE" });
    world.org.command("billingProfile.setPaymentMethod", { profile: "main", method: "visa" });
    world.org.command("subscription.setRecurring", { subscription: "s", on: false });
    world.until("2026-02-01T00:00:00Z");
    expect([world.state(), world.charges()]).toEqual(["Expired", []]);
  });

  it.each([
    ["while it runs", "2026-01-10T00:00:00Z", "2027-01-10T00:00:00.000000Z"],
    ["in the 30 days after", "2026-02-20T00:00:00Z", "2027-02-20T00:00:00.000000Z"],
  ])("SB-3: converted by hand %s, a term begins that day", (_when, day, endsAt) => {
    const world = beginSubscriptions();
    world.buy({ trial: true });
    world.until(day);
    expect(world.give("trial.convert", { subscription: "s" })).toMatchObject({ result: { trial: false, endsAt } });
    expect([world.state(), world.charges()]).toEqual(["Active", [["licence", 10, MONTH]]]);
    expect(world.give("trial.convert", { subscription: "s" }).code).toBe("notATrial");
  });

  it("SB-3: one trial per product and organisation, also after it is Deleted; products without trial have none", () => {
    const world = beginSubscriptions();
    world.buy({ trial: true });
    world.org.command("subscription.delete", { subscription: "s" });
    expect(world.give("subscription.buy", { ...bought, subscription: "again", trial: true }).code).toBe("trialNotOffered");
    const credits = { ...bought, subscription: "c", product: "communications-credits", trial: true };
    expect(world.give("subscription.buy", credits).code).toBe("trialNotOffered");
    expect(world.give("subscription.buy", { ...bought, subscription: "again" }).outcome).toBe("accepted");
  });
});

describe("snapshots", () => {
  it("a subscription with everything it can have survives a snapshot: the same bytes, and it folds on the same", () => {
    const world = beginSubscriptions();
    world.org.users(3, "DE");
    world.buy({ creditCheck: true });
    world.org.command("selfService.setPolicy", { product: "audio-conferencing", value: "Disabled" });
    world.org.command("number.reserve", { order: "o", kind: "user", numbers: ["+4930901820"] });
    world.until("2026-01-10T00:00:00Z");
    world.org.command("licence.setTotal", { subscription: "s", total: 4, atRenewal: true });
    world.org.command("subscription.cancel", { subscription: "s", reason: "other", feedback: "x" });
    const { fold } = world;
    const before = hashState(fold.state);
    fold.state = decodeState(encodeState(fold.state));
    expect(hashState(fold.state)).toBe(before);
  });
});
