import { describe, expect, it } from "vitest";
import type { SubscriptionsView } from "@tollbook/contracts/views.ts";
import { beginSubscriptions } from "../testing/subscription-world.ts";
import type { SubscriptionWorld } from "../testing/subscription-world.ts";

const BERLIN = "+4930901820"; // 0.015 a minute
const ADA = { user: "u1", to: BERLIN } as const;

/** u1 in Germany with a phone system and a plan of 120 minutes; `used` of them are used. */
function begin(agreement: "MCA" | "MOSA" = "MCA", used = 120): SubscriptionWorld {
  const world = beginSubscriptions({ agreement });
  world.org.users(2, "DE");
  world.org.give("teams-phone-standard", ["u1", "u2"]);
  world.buy({ product: "calling-plan-domestic-120", licences: 1, unitPrice: "6" });
  world.org.command("licence.assign", { subscription: "s", users: ["u1"] });
  world.fold.at("2026-01-05T08:00:00Z");
  if (used > 0) world.called(used * 60, ADA);
  return world;
}
const option = (world: SubscriptionWorld, id = "s"): string | undefined =>
  (world.see({ view: "subscriptions" }) as SubscriptionsView).subscriptions.find(({ subscription }) => subscription === id)
    ?.payAsYouGo;
const set = (world: SubscriptionWorld, on: boolean) => world.give("payAsYouGo.set", { subscription: "s", on });

describe("the pay-as-you-go option (PG-2, PG-4, PG-5, D5)", () => {
  it("PG-2, PG-4: Off after the purchase, On and Off again at any time; who, from and to stand in the audit", () => {
    const world = begin();
    expect(option(world)).toBe("OFF");
    expect(world.give("payAsYouGo.set", { subscription: "s", on: true }, "ada").result).toEqual({ from: "OFF", to: "ON" });
    expect(option(world)).toBe("ON");
    const audited = world.fold.events.findLast(({ type }) => type === "command.payAsYouGo.set");
    expect([audited?.actorId, audited?.outcome, audited?.subject]).toEqual(["ada", "accepted", "s"]);
    expect(JSON.parse(audited?.data ?? "{}")).toMatchObject({ result: { from: "OFF", to: "ON" } });
    expect(set(world, false).result).toEqual({ from: "ON", to: "OFF" });
    expect(option(world)).toBe("OFF");
  });

  it("PG-5, CP-13: Off the next call is refused, On it goes on as overage on the next invoice, Off again it is refused", () => {
    const world = begin();
    expect(world.asked(ADA).reason).toBe("payAsYouGoOff");
    set(world, true);
    expect(world.asked(ADA).funding).toEqual([{ source: "OVERAGE", ref: "s" }]);
    // 250 s are 5 minutes; the whole of it after the switch.
    world.fold.now += 3_600_000_000;
    expect(world.called(250, ADA)).toMatchObject({ amountMicros: 75_000, invoice: "main/2026-01-01" });
    set(world, false);
    expect(world.asked(ADA).reason).toBe("payAsYouGoOff");
    // What was accrued stays billable.
    const lines = [...(world.fold.state.accounts.get("acme")?.drafts.get("main/2026-01-01")?.lines.values() ?? [])];
    expect(lines.find(({ kind }) => kind === "overage")).toMatchObject({ subscription: "s", amountMicros: 75_000, calls: 1 });
    expect((world.see({ view: "subscriptions" }) as SubscriptionsView).subscriptions[1]?.overageThisMonth).toBe("0.075");
  });

  it("PG-5, D2: a call is rated by the switch at its start, whatever it is at its end", () => {
    const world = begin();
    set(world, true);
    world.fold.now += 60_000_000;
    const answeredAt = world.fold.now;
    world.fold.now += 30_000_000;
    set(world, false);
    world.fold.now += 30_000_000;
    world.fold.call("acme", "ended", { usageId: "over", ...ADA, answeredAt, endedAt: world.fold.now });
    expect(world.fold.rows.at(-1)).toMatchObject({ amountMicros: 15_000, reason: null });
    world.fold.call("acme", "ended", { usageId: "after", ...ADA, answeredAt: world.fold.now - 1, endedAt: world.fold.now });
    expect(world.fold.rows.at(-1)).toMatchObject({ amountMicros: 0, reason: "payAsYouGoOff" });
  });

  it("edge 10: switched Off during a call, the call completes as overage and the next is denied", () => {
    const world = begin();
    set(world, true);
    const call = { usageId: "running", ...ADA, answeredAt: world.fold.now };
    expect(world.fold.ask("acme", "authorize", call).decision).toBe("allow");
    world.fold.now += 45_000_000;
    set(world, false);
    expect(world.fold.ask("acme", "progress", { ...call, usedMs: 45_000 })).toMatchObject({ decision: "allow", final: false });
    world.fold.now += 45_000_000;
    world.fold.call("acme", "ended", { ...call, endedAt: world.fold.now });
    expect(world.fold.rows.at(-1)).toMatchObject({ amountMicros: 30_000, reason: null });
    expect(world.asked(ADA).reason).toBe("payAsYouGoOff");
  });

  it.each([
    ["the older agreement", "MOSA", {}, "The option needs a Microsoft Customer Agreement."],
    ["a trial", "MCA", { trial: true }, "A trial has no pay-as-you-go option."],
    ["an untagged product", "MCA", { product: "common-area-phone" }, "This product has no pay-as-you-go option."],
  ] as const)("D5, §11: UNAVAILABLE for %s, with the reason; Off may always be said", (_what, agreement, data, reason) => {
    const world = beginSubscriptions({ agreement });
    world.buy(data);
    expect((world.see({ view: "subscriptions" }) as SubscriptionsView).subscriptions[0]).toMatchObject({
      payAsYouGo: "UNAVAILABLE",
      payAsYouGoReason: reason,
    });
    expect(set(world, true)).toMatchObject({ code: "payAsYouGoUnavailable", detail: reason });
    expect(set(world, false).outcome).toBe("accepted");
  });

  it("§11: forced Off when it is Disabled; reactivated, it stays Off until somebody switches it on", () => {
    const world = begin();
    set(world, true);
    world.org.command("subscription.setState", { subscription: "s", state: "Expired" });
    expect(option(world)).toBe("ON");
    world.org.command("subscription.setState", { subscription: "s", state: "Disabled" });
    expect([option(world), set(world, true).code]).toEqual(["OFF", "subscriptionNotActive"]);
    world.org.command("subscription.reactivate", { subscription: "s" });
    expect([option(world), world.asked(ADA).reason]).toEqual(["OFF", "payAsYouGoOff"]);
    set(world, true);
    expect(world.asked(ADA).decision).toBe("allow");
  });

  it("D6: the payer's own subscription decides, not another one that is On", () => {
    const world = begin();
    world.buy({ subscription: "t", product: "calling-plan-payg-zone-2", licences: 1 });
    world.org.command("licence.assign", { subscription: "t", users: ["u2"] });
    world.org.command("payAsYouGo.set", { subscription: "t", on: true });
    expect(world.asked(ADA).reason).toBe("payAsYouGoOff");
    expect(world.asked({ ...ADA, user: "u2" }).funding).toEqual([{ source: "OVERAGE", ref: "t" }]);
  });
});

describe("licences during a call (edges 8 and 9)", () => {
  it("edge 9: unassigned during a call, the call finishes under its snapshot; the next has no plan", () => {
    const world = begin("MOSA", 0);
    const call = { usageId: "running", ...ADA, answeredAt: world.fold.now };
    world.fold.ask("acme", "authorize", call);
    world.fold.now += 90_000_000;
    world.org.command("licence.unassign", { subscription: "s", users: ["u1"] });
    world.fold.now += 90_000_000;
    world.fold.call("acme", "ended", { ...call, endedAt: world.fold.now });
    expect(world.fold.rows.at(-1)).toMatchObject({ poolMinutes: 3, amountMicros: 0, capability: "MCOPSTN5", subscription: "s" });
    expect(world.asked(ADA).reason).toBe("noPlan");
  });

  it("edge 8: a move to another country: minutes used stay in the old pool, the new one has the full allotment", () => {
    const world = begin("MOSA", 100);
    world.org.command("user.set", { user: "u1", displayName: "u1", usageLocation: "FR" });
    const pools = (world.see({ view: "pools" }) as { pools: { pool: string; totalMinutes: number; usedMinutes: number }[] })
      .pools;
    expect(pools.map(({ pool, totalMinutes, usedMinutes }) => [pool, totalMinutes, usedMinutes])).toEqual([
      ["MCOPSTN5/DE/domestic", 120, 100],
      ["MCOPSTN5/FR/domestic", 120, 0],
    ]);
    world.fold.now += 60_000_000;
    expect(world.called(60, { user: "u1", to: "+33140205050" })).toMatchObject({ poolMinutes: 1 });
  });

  it("edge 8: another plan in the middle of the month: the old pool keeps what was used, the new one is whole", () => {
    const world = begin("MOSA", 100);
    world.buy({ subscription: "t", product: "calling-plan-domestic-240", licences: 1 });
    world.org.command("licence.unassign", { subscription: "s", users: ["u1"] });
    world.org.command("licence.assign", { subscription: "t", users: ["u1"] });
    world.fold.now += 3 * 3_600_000_000;
    expect(world.called(120 * 60, ADA)).toMatchObject({ poolMinutes: 120, capability: "MCOPSTN6" });
    const pools = (world.see({ view: "pools" }) as { pools: { pool: string; availableMinutes: number }[] }).pools;
    expect(pools.map(({ pool, availableMinutes }) => [pool, availableMinutes])).toEqual([
      ["MCOPSTN5/DE/domestic", 20],
      ["MCOPSTN6/DE/domestic", 120],
    ]);
  });
});
