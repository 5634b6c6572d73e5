import { describe, expect, it } from "vitest";
import type { CommandData } from "@tollbook/contracts/commands.ts";
import type { AccountId } from "@tollbook/contracts/units.ts";
import { decodeState, encodeState } from "../state.ts";
import { beginWorld, DAY, fundedWorld, HOUR, overageWorld } from "../testing/rule-world.ts";
import type { World } from "../testing/rule-world.ts";

const PUERTO_RICO = "+17875550100"; // 0.02 a minute
const quick = { budget: "q", name: "Calls", amount: "100", period: "monthly", quick: true, charges: "usage" } as const;

function set(world: World, data: Partial<CommandData<"budget.set">> = {}): void {
  world.org.command("budget.set", { budget: "b", name: "Calls", amount: "100", period: "monthly", charges: "usage", ...data });
}

const instant = (second: string): string => second.replace("Z", ".000000Z");
const told = (world: World): string[] =>
  world.fold.outputs
    .filter((output) => output.kind === "notice")
    .flatMap(({ notice, data: { threshold, period, spent, projected } }) => {
      if (notice === "budget.forecast") return [`forecast ${threshold} ${period} ${projected}`];
      return notice === "budget.threshold" ? [`actual ${threshold} ${period} ${spent}`] : [];
    });
const budget = (world: World, at = 0): unknown => (world.see({ view: "budgets" }) as { budgets: unknown[] }).budgets[at];

describe("budgets (CM-4, CM-5, CM-6, D19)", () => {
  it("example 20: 79.99 → 80.01 of 100 is one 80 % notice to the creator; the next at 100 %; on the 1st it begins anew", () => {
    const world = overageWorld("calling-plan-payg-zone-1", "US");
    world.org.command("budget.set", quick);
    world.fold.at("2026-03-20T08:00:00Z").tick();
    // 3,999 minutes are 79.98; a minute to a landline in the US 0.013.
    world.called(3999 * 60, { user: "u1", to: PUERTO_RICO });
    expect(told(world)).toEqual(["actual 50 2026-03 79.98"]);
    world.called(60, { user: "u1", to: PUERTO_RICO });
    expect(told(world).slice(1)).toEqual(["actual 80 2026-03 80.00"]);
    world.called(60, { user: "u1", to: PUERTO_RICO });
    expect(told(world)).toHaveLength(2);
    world.called(999 * 60, { user: "u1", to: PUERTO_RICO });
    expect(told(world).slice(2)).toEqual(["actual 100 2026-03 100.00"]);
    for (const { people } of world.notices("budget.threshold")) expect(people).toEqual(["admin"]);
    expect(budget(world)).toMatchObject({ current: { spent: "100.00", percent: 100, thresholdsReached: [50, 80, 100] } });
    world.fold.at("2026-04-01T01:00:00Z").tick();
    expect(budget(world)).toMatchObject({
      current: { period: "2026-04", spent: "0.00", percent: 0, thresholdsReached: [], from: instant("2026-04-01T00:00:00Z") },
      earlier: [{ period: "2026-03", spent: "100.00" }],
    });
    world.called(1800, { user: "u1", to: PUERTO_RICO });
    expect(budget(world)).toMatchObject({ current: { spent: "0.60" } });
  });

  it("CM-4: budgets alert, they never stop a call: at ten times the amount the next call is still granted", () => {
    const world = overageWorld("calling-plan-payg-zone-1", "US");
    set(world, { amount: "1" });
    world.fold.at("2026-03-20T08:00:00Z").tick();
    world.called(500 * 60, { user: "u1", to: PUERTO_RICO });
    expect(budget(world)).toMatchObject({ current: { spent: "10.00", percent: 1000 } });
    expect(world.asked({ user: "u1", to: PUERTO_RICO })).toMatchObject({ decision: "allow" });
  });

  it("D19: one charge that passes several thresholds is told once, at the highest; exactly the amount is reached", () => {
    const world = overageWorld("calling-plan-payg-zone-1", "US");
    set(world, { amount: "2", thresholds: [90, 10, 50, 100, 101] });
    world.fold.at("2026-03-20T08:00:00Z").tick();
    world.called(100 * 60, { user: "u1", to: PUERTO_RICO });
    expect(told(world)).toEqual(["actual 100 2026-03 2.00"]);
    expect(budget(world)).toMatchObject({ current: { thresholdsReached: [10, 50, 90, 100] } });
  });

  it("CM-4: an advanced budget is told to its creator and to its recipients, a quick one has none (refused)", () => {
    const world = overageWorld("calling-plan-payg-zone-1", "US");
    set(world, { amount: "0.02", recipients: ["ada", "boss@acme.example", "admin"] });
    world.fold.now += HOUR;
    world.called(60, { user: "u1", to: PUERTO_RICO });
    expect(world.notices("budget.threshold")[0]?.people).toEqual(["admin", "ada", "boss@acme.example"]);
    for (const more of [{ recipients: ["ada"] }, { period: "annual" as const }, { filter: { user: ["u1"] } }])
      expect(world.fold.command("acme", "budget.set", { ...quick, ...more })).toMatchObject({ code: "invalidCommand" });
  });

  it("CM-4: a budget made by a key has nobody to tell by mail but those it names", () => {
    const world = overageWorld("calling-plan-payg-zone-1", "US");
    const command = {
      commandId: "by-key",
      type: "budget.set" as const,
      actor: { kind: "key" as const, id: "k1", roles: ["admin"] },
      data: {
        budget: "b",
        name: "x",
        amount: "0.02",
        period: "monthly" as const,
        charges: "usage" as const,
        recipients: ["ada"],
      },
    };
    world.fold.apply({ kind: "command", account: "acme" as AccountId, command, reply: null });
    world.fold.now += HOUR;
    world.called(60, { user: "u1", to: PUERTO_RICO });
    expect(world.notices("budget.threshold").map(({ people }) => people)).toEqual([["ada"]]);
  });

  it.each([
    ["quarterly", "2026-03-31T23:59:59Z", "2026-Q1", "2026-01-01T00:00:00Z", "2026-04-01T00:00:00Z"],
    ["quarterly", "2026-04-01T00:00:00Z", "2026-Q2", "2026-04-01T00:00:00Z", "2026-07-01T00:00:00Z"],
    ["quarterly", "2026-12-31T00:00:00Z", "2026-Q4", "2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z"],
    ["annual", "2026-12-31T23:59:59Z", "2026", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"],
    ["monthly", "2026-12-31T23:59:59Z", "2026-12", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"],
  ] as const)("CM-5: a %s budget at %s is in %s, from %s, reset on %s", (period, at, label, from, to) => {
    const world = beginWorld();
    set(world, { period });
    world.fold.at(at).tick();
    expect(budget(world)).toMatchObject({ current: { period: label, from: instant(from), to: instant(to) } });
  });

  it("CM-5: resets at midnight of the organisation's zone, not of UTC", () => {
    const world = beginWorld({ timeZone: "America/New_York" });
    set(world);
    world.fold.at("2026-04-01T03:59:59Z").tick();
    expect(budget(world)).toMatchObject({ current: { period: "2026-03", to: instant("2026-04-01T04:00:00Z") } });
    world.fold.at("2026-04-01T04:00:00Z").tick();
    expect(budget(world)).toMatchObject({ current: { period: "2026-04" } });
  });

  it("a late call counts in the period of its start, and a voided one is taken off again without a second notice", () => {
    const world = overageWorld("calling-plan-payg-zone-1", "US");
    set(world, { amount: "1" });
    world.fold.at("2026-04-02T08:00:00Z").tick();
    const late = { usageId: "late", user: "u1", to: PUERTO_RICO };
    world.fold.call("acme", "ended", { ...late, answeredAt: "2026-03-31T23:30:00Z", endedAt: "2026-04-01T00:20:00Z" });
    expect(told(world)).toEqual(["actual 100 2026-03 1.00"]);
    expect(budget(world)).toMatchObject({ current: { spent: "0.00" }, earlier: [{ period: "2026-03", spent: "1.00" }] });
    world.org.command("call.void", { usageId: "late", reason: "test" });
    expect(budget(world)).toMatchObject({ earlier: [{ spent: "0.00", percent: 0, thresholdsReached: [50, 80, 100] }] });
    expect(told(world)).toHaveLength(1);
  });

  it("CM-6: filters by payer, department, destination, call type, capability, subscription and funding source", () => {
    const world = fundedWorld("calling-plan-payg-zone-2", { users: 2, credits: "50" });
    world.org.command("user.set", { user: "u2", displayName: "u2", usageLocation: "DE", department: "Sales" });
    const filters: CommandData<"budget.set">["filter"][] = [
      { user: ["u2"] },
      { department: ["Sales", "Support"] },
      { destinationCountry: ["FR"] },
      { callType: ["user_out_transfer"] },
      { capability: ["MCOPSTNPP"] },
      { subscription: ["s-calling-plan-payg-zone-2"] },
      { fundingSource: ["OVERAGE"] },
      { usageLocation: ["DE"], user: ["u1"], destinationCountry: ["DE"] },
    ];
    for (const [at, filter] of filters.entries())
      world.org.command("budget.set", { budget: `f${at}`, name: "x", amount: "10", period: "monthly", filter });
    world.fold.now += HOUR;
    world.called(60, { user: "u1", to: "+4930901820" }); // 0.015
    world.called(60, { user: "u2", to: "+33140205050" }); // 0.016
    world.called(60, { user: "u2", to: "+4930901820", callType: "user_out_transfer" }); // 0.015
    const spent = (world.see({ view: "budgets" }) as { budgets: { current: { spent: string } }[] }).budgets;
    expect(spent.map(({ current }) => current.spent)).toEqual([
      "0.031",
      "0.031",
      "0.016",
      "0.015",
      "0.046",
      "0.046",
      "0.00",
      "0.015",
    ]);
  });

  it("a budget of everything begins with what the month has come to; one with a filter counts from its making", () => {
    const world = overageWorld("calling-plan-payg-zone-1", "US");
    world.called(1000 * 60, { user: "u1", to: PUERTO_RICO, answeredAt: "2026-03-02T08:30:00Z", endedAt: "2026-03-03T01:10:00Z" });
    world.fold.at("2026-03-10T08:00:00Z").tick();
    set(world);
    set(world, { budget: "filtered", filter: { user: ["u1"] } });
    expect(budget(world)).toMatchObject({ current: { spent: "20.00", countedFrom: instant("2026-03-01T00:00:00Z") } });
    expect(budget(world, 1)).toMatchObject({ current: { spent: "0.00", countedFrom: instant("2026-03-10T08:00:00Z") } });
  });

  it("licences count where the filter names no property of calls, and not in a budget of usage", () => {
    const world = beginWorld();
    const kinds: [string, Partial<CommandData<"budget.set">>][] = [
      ["all", {}],
      ["usage", { charges: "usage" }],
      ["one", { filter: { subscription: ["s"] } }],
    ];
    for (const [id, more] of kinds)
      world.org.command("budget.set", { budget: id, name: "x", amount: "10", period: "monthly", ...more });
    const buy = { product: "calling-plan-domestic-120", licences: 2, term: "P1Y", billingFrequency: "monthly" } as const;
    world.org.command("subscription.buy", { subscription: "s", unitPrice: "6", ...buy });
    world.org.command("subscription.buy", { subscription: "t", unitPrice: "1", ...buy });
    const spent = (world.see({ view: "budgets" }) as { budgets: { current: { spent: string } }[] }).budgets;
    expect(spent.map(({ current }) => current.spent)).toEqual(["14.00", "0.00", "12.00"]);
    expect(told(world).filter((text) => text.includes("100"))).toEqual(["actual 100 2026-03 12.00", "actual 100 2026-03 12.00"]);
    const data = { budget: "x", name: "x", amount: "1", period: "monthly", charges: "all" } as const;
    expect(world.fold.command("acme", "budget.set", { ...data, filter: { user: ["u1"] } })).toMatchObject({
      code: "invalidCommand",
    });
  });

  it("the forecast is linear, looked at once a day, not before three days, told once: 0.40 in 3 of 30 days are 4.00", () => {
    const world = overageWorld("calling-plan-payg-zone-1", "US");
    world.fold.at("2026-04-01T00:00:00Z").tick();
    set(world, { amount: "3.00" });
    world.fold.at("2026-04-01T10:00:00Z").tick();
    world.called(20 * 60, { user: "u1", to: PUERTO_RICO });
    for (const day of ["02", "03", "04"]) world.fold.at(`2026-04-${day}T00:01:00Z`).tick();
    // On the 4th three days are over: 0.40 × 30 / 3 = 4.00; a minute later 0.40 × 2,592,000 / 259,260 seconds.
    expect(told(world)).toEqual(["forecast 100 2026-04 3.999074"]);
    world.fold.at("2026-04-05T00:01:00Z").tick();
    world.fold.at("2026-04-06T00:01:00Z").tick();
    expect(told(world)).toHaveLength(1);
    expect(budget(world)).toMatchObject({ forecast: expect.stringMatching(/^2\.39/), current: { forecastReached: true } });
  });

  it("no forecast where it is switched off, below its threshold, or where spending itself has reached it", () => {
    const world = overageWorld("calling-plan-payg-zone-1", "US");
    set(world, { budget: "off", amount: "0.10", forecastThreshold: null, thresholds: [1000] });
    set(world, { budget: "above", amount: "10", thresholds: [1000] });
    set(world, { budget: "reached", amount: "0.20", thresholds: [1000] });
    world.called(10 * 60, { user: "u1", to: PUERTO_RICO });
    for (let day = 0; day < 10; day++) {
      world.fold.now += DAY;
      world.fold.tick();
    }
    expect(told(world)).toEqual([]);
  });

  it("a new amount keeps what was spent; a threshold out of reach again may be told again", () => {
    const world = overageWorld("calling-plan-payg-zone-1", "US");
    set(world, { amount: "1", thresholds: [100] });
    world.fold.at("2026-03-20T08:00:00Z").tick();
    world.called(60 * 60, { user: "u1", to: PUERTO_RICO });
    expect(told(world)).toEqual(["actual 100 2026-03 1.20"]);
    set(world, { amount: "2", thresholds: [100] });
    expect(budget(world)).toMatchObject({ amount: "2.00", current: { spent: "1.20", percent: 60, thresholdsReached: [] } });
    world.called(40 * 60, { user: "u1", to: PUERTO_RICO });
    expect(told(world).slice(1)).toEqual(["actual 100 2026-03 2.00"]);
    set(world, { amount: "0.50", thresholds: [80, 100] });
    expect(told(world).slice(2)).toEqual(["actual 80 2026-03 2.00"]);
  });

  it("refuses what makes no sense, and an account's 101st budget; a deleted one counts nothing more", () => {
    const world = beginWorld();
    expect(world.fold.command("acme", "budget.set", { ...quick, amount: "0" })).toMatchObject({ code: "amountOutOfRange" });
    expect(world.fold.command("acme", "budget.delete", { budget: "none" })).toMatchObject({ code: "unknownBudget" });
    for (let at = 0; at < 100; at++) set(world, { budget: `b${at}` });
    expect(world.fold.command("acme", "budget.set", quick)).toMatchObject({ code: "tooManyBudgets" });
    world.org.command("budget.delete", { budget: "b0" });
    expect(world.fold.command("acme", "budget.set", quick)).toMatchObject({ outcome: "accepted" });
  });

  it("survives a snapshot: the state encodes to the same bytes", () => {
    const world = overageWorld("calling-plan-payg-zone-1", "US");
    set(world, { filter: { user: ["u1"] } });
    world.fold.now += HOUR;
    world.called(60 * 30, { user: "u1", to: PUERTO_RICO });
    const bytes = encodeState(world.fold.state);
    expect(Buffer.from(encodeState(decodeState(bytes))).equals(Buffer.from(bytes))).toBe(true);
    world.fold.state = decodeState(bytes);
    world.called(60 * 30, { user: "u1", to: PUERTO_RICO });
    expect(budget(world)).toMatchObject({ current: { spent: "1.20" } });
  });
});
