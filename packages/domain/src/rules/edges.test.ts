import { describe, expect, it } from "vitest";
import type { PoolsView } from "@tollbook/contracts/views.ts";
import { beginWorld, fundedWorld, HOUR, MINUTE, overageWorld } from "../testing/rule-world.ts";
import type { World } from "../testing/rule-world.ts";

const BERLIN = "+4930901820"; // 0.015
const FRANCE = "+33140205050"; // 0.016
const ZONE_2 = "calling-plan-payg-zone-2";
const SECOND = 1_000_000;

const pool = (world: World): PoolsView["pools"][number] | undefined => (world.see({ view: "pools" }) as PoolsView).pools[0];

describe("edge cases (domain §12)", () => {
  it("edge 1: four calls on two minutes left: two get one each, none more; the silent one's comes back after 120 s", () => {
    const world = fundedWorld("calling-plan-domestic-120", { credits: "" });
    world.fold.at("2026-03-20T08:00:00Z");
    world.called(118 * 60, { user: "u1", to: BERLIN });
    const decisions = Array.from({ length: 4 }, () => world.asked({ user: "u1", to: BERLIN }).decision);
    expect(decisions).toEqual(["allow", "allow", "deny", "deny"]);
    expect(pool(world)).toMatchObject({ reservedMinutes: 2, availableMinutes: 0, usedMinutes: 118 });
    world.fold.now += 2 * MINUTE;
    world.fold.tick();
    expect(pool(world)).toMatchObject({ reservedMinutes: 0, availableMinutes: 2, usedMinutes: 118 });
    expect(world.asked({ user: "u1", to: BERLIN })).toMatchObject({ decision: "allow" });
  });

  it("edge 1: an end before its slice is used gives the rest back: 30 s of a five-minute grant are one minute", () => {
    const world = fundedWorld("calling-plan-domestic-120");
    const call = { usageId: "x", user: "u1", to: BERLIN };
    world.fold.ask("acme", "authorize", { ...call, setupAt: world.fold.now, requestedSeconds: 300 });
    expect(pool(world)).toMatchObject({ reservedMinutes: 5, availableMinutes: 115 });
    world.fold.call("acme", "ended", { ...call, answeredAt: world.fold.now, endedAt: world.fold.now + 30 * SECOND });
    expect(pool(world)).toMatchObject({ reservedMinutes: 0, usedMinutes: 1, availableMinutes: 119 });
  });

  it("edge 2, WF-1: two minutes left and 4 min 10 s: 2 POOL + 3 paid, by credits or by overage; alone, 2 POOL and the rest UNFUNDED", () => {
    const paid = fundedWorld("calling-plan-domestic-120");
    const billed = overageWorld("calling-plan-domestic-120");
    const alone = fundedWorld("calling-plan-domestic-120", { credits: "" });
    for (const world of [paid, billed, alone]) {
      world.fold.at("2026-03-20T08:00:00Z");
      world.called(118 * 60, { user: "u1", to: BERLIN });
    }
    const segmentsOf = (world: World): unknown =>
      world
        .called(250, { user: "u1", to: BERLIN })
        .segments.map(({ source, minutes, amountMicros, seconds }) => [source, minutes, amountMicros, seconds]);
    expect(segmentsOf(paid)).toEqual([
      ["POOL", 2, 0, 120],
      ["CREDITS", 0, 45_000, 180],
    ]);
    expect(segmentsOf(billed)).toEqual([
      ["POOL", 2, 0, 120],
      ["OVERAGE", 0, 45_000, 180],
    ]);
    expect(segmentsOf(alone)).toEqual([
      ["POOL", 2, 0, 120],
      ["UNFUNDED", 0, 0, 180],
    ]);
  });

  it("edge 2, CP-13: without other funds telephony is told to end the call when the last funded minute is over", () => {
    const world = fundedWorld("calling-plan-domestic-120", { credits: "" });
    world.fold.at("2026-03-20T08:00:00Z");
    world.called(118 * 60, { user: "u1", to: BERLIN });
    const call = { usageId: "cut", user: "u1", to: BERLIN };
    world.fold.ask("acme", "authorize", { ...call, setupAt: world.fold.now });
    world.fold.call("acme", "answered", { ...call, answeredAt: world.fold.now });
    world.fold.now += MINUTE;
    expect(world.fold.ask("acme", "progress", { ...call, usedMs: 60_000, seq: 1 })).toMatchObject({
      grantedSeconds: 120,
      final: false,
    });
    expect(world.fold.outputs.filter(({ kind }) => kind === "control")).toEqual([]);
    world.fold.now += MINUTE;
    expect(world.fold.ask("acme", "progress", { ...call, usedMs: 120_000, seq: 2 })).toMatchObject({
      grantedSeconds: 120,
      final: true,
    });
    const controls = world.fold.outputs.filter((output) => output.kind === "control").map(({ body }) => body);
    expect(controls).toMatchObject([{ action: "terminate", usageId: "cut", reason: "creditsExhausted" }]);
  });

  it("edge 4, example 11: a call belongs to the month of its start, whole: a microsecond before midnight decides", () => {
    const world = fundedWorld("calling-plan-domestic-120", { credits: "" });
    world.fold.at("2026-04-01T01:00:00Z").tick();
    const call = { user: "u1", to: BERLIN, endedAt: "2026-04-01T00:30:00Z" };
    expect(world.called(0, { ...call, answeredAt: "2026-03-31T23:59:59.999999Z" })).toMatchObject({
      poolMonth: 202_603,
      poolMinutes: 31,
    });
    expect(world.called(0, { ...call, answeredAt: "2026-04-01T00:00:00Z" })).toMatchObject({
      poolMonth: 202_604,
      poolMinutes: 30,
    });
    expect(pool(world)).toMatchObject({ month: 202_604, usedMinutes: 30 });
  });

  it("edge 6, example 15: the same id is one leg, whatever callId it has; the first stands, a correction makes a version", () => {
    const world = fundedWorld(ZONE_2);
    const call = { usageId: "once", user: "u1", to: BERLIN, answeredAt: world.fold.now - 250 * SECOND, endedAt: world.fold.now };
    world.fold.call("acme", "ended", { ...call, id: "a", callId: "one" });
    world.fold.call("acme", "ended", { ...call, id: "b", callId: "two" });
    expect(world.fold.rows).toHaveLength(1);
    world.fold.call("acme", "ended", { ...call, id: "c", endedAt: world.fold.now + 60 * SECOND });
    expect(world.fold.rows).toHaveLength(1);
    expect(world.fold.deadLetters.at(-1)).toMatchObject({ outcome: "conflict" });
    world.fold.call("acme", "corrected", { ...call, id: "d", endedAt: world.fold.now + 60 * SECOND });
    expect(world.fold.rows.map(({ version, entry, amountMicros }) => [version, entry, amountMicros])).toEqual([
      [1, "original", 75_000],
      [1, "reversal", -75_000],
      [2, "replacement", 90_000],
    ]);
    // callId is not unique: two legs of one call are two legs.
    world.fold.call("acme", "ended", { ...call, usageId: "other", callId: "one" });
    expect(world.fold.rows.at(-1)).toMatchObject({ usageId: "other", version: 1, amountMicros: 75_000 });
  });

  it("edge 8, CP-9: a new plan in mid-month brings its full minutes; what was used stays with the old one", () => {
    const world = fundedWorld("calling-plan-domestic-120", { credits: "" });
    world.fold.at("2026-03-20T08:00:00Z");
    world.called(60 * 60, { user: "u1", to: BERLIN });
    world.org.command("licence.unassign", { subscription: "s-calling-plan-domestic-120", users: ["u1"] });
    world.org.give("calling-plan-domestic-240", ["u1"]);
    world.fold.now += HOUR;
    expect(world.called(60, { user: "u1", to: BERLIN })).toMatchObject({ poolMinutes: 1, capability: "MCOPSTN6" });
    expect((world.see({ view: "pools" }) as PoolsView).pools).toMatchObject([
      { capability: "MCOPSTN5", usedMinutes: 60, totalMinutes: 120 },
      { capability: "MCOPSTN6", usedMinutes: 1, totalMinutes: 240 },
    ]);
  });

  it("edge 9: a licence taken mid-call: the call finishes under what it began with, the next has no plan", () => {
    const world = fundedWorld("calling-plan-domestic-120", { credits: "" });
    const call = { usageId: "x", user: "u1", to: BERLIN };
    world.fold.ask("acme", "authorize", { ...call, setupAt: world.fold.now });
    const answeredAt = world.fold.now;
    world.fold.now += MINUTE / 2;
    world.org.command("licence.unassign", { subscription: "s-calling-plan-domestic-120", users: ["u1"] });
    world.fold.now += MINUTE;
    expect(world.fold.ask("acme", "progress", { ...call, answeredAt, usedMs: 90_000, seq: 1 })).toMatchObject({
      decision: "allow",
    });
    world.fold.call("acme", "ended", { ...call, answeredAt, endedAt: answeredAt + 3 * MINUTE });
    expect(world.fold.rows.at(-1)).toMatchObject({ poolMinutes: 3, reason: null });
    expect(world.asked({ user: "u1", to: BERLIN })).toMatchObject({ decision: "deny", reason: "noPlan" });
  });

  it.each([
    ["complete", 5 * 15_000, 0],
    ["disconnect", 75_000, 1],
  ] as const)(
    "edge 10, PG-4, PG-5: the option switched Off in mid-call, cutoff %s: %i are billed, %i calls told to end",
    (cutoff, amountMicros, told) => {
      const world = overageWorld(ZONE_2);
      world.org.command("account.settings", { cutoff });
      const call = { usageId: "x", user: "u1", to: BERLIN };
      world.fold.ask("acme", "authorize", { ...call, setupAt: world.fold.now });
      const answeredAt = world.fold.now;
      world.fold.call("acme", "answered", { ...call, answeredAt });
      world.fold.now += MINUTE;
      world.org.command("payAsYouGo.set", { subscription: `s-${ZONE_2}`, on: false });
      world.fold.ask("acme", "progress", { ...call, usedMs: 60_000, seq: 1 });
      expect(world.fold.outputs.filter(({ kind }) => kind === "control")).toHaveLength(told);
      world.fold.call("acme", "ended", { ...call, answeredAt, endedAt: answeredAt + 5 * MINUTE });
      expect(world.fold.rows.at(-1)).toMatchObject({ amountMicros, segments: [{ source: "OVERAGE" }] });
      expect(world.asked({ user: "u1", to: BERLIN })).toMatchObject({ decision: "deny", reason: "payAsYouGoOff" });
    },
  );

  it("PG-4, PG-5: on, off and on again count each for the next call, and every switch is a fact: who, when", () => {
    const world = overageWorld(ZONE_2);
    const decisions: string[] = [];
    for (const on of [false, true, false, true]) {
      world.org.command("payAsYouGo.set", { subscription: `s-${ZONE_2}`, on });
      world.fold.now += SECOND;
      decisions.push(world.asked({ user: "u1", to: BERLIN }).decision);
    }
    expect(decisions).toEqual(["deny", "allow", "deny", "allow"]);
    const switches = world.fold.events.filter(({ type }) => type === "command.payAsYouGo.set");
    expect(switches.map(({ actorId, data }) => [actorId, (JSON.parse(data) as { command: { on: boolean } }).command.on])).toEqual(
      [true, false, true, false, true].map((on) => ["admin", on]),
    );
  });

  it("edge 11: in DRAINING with the option On what credits do not pay flows to overage instead of below zero", () => {
    const world = fundedWorld(ZONE_2, { credits: "0.02" });
    world.org.command("account.settings", { agreement: "MCA" });
    world.org.command("payAsYouGo.set", { subscription: `s-${ZONE_2}`, on: true });
    world.fold.now += HOUR;
    expect(world.called(600, { user: "u1", to: BERLIN })).toMatchObject({ amountMicros: 150_000 });
    expect(world.see({ view: "credits" })).toMatchObject({ balance: "0.00", mode: "POSTPAID" });
  });

  it("edge 12, example 16: the last 0.10 and three calls at once: one is granted, and when it ends the others may come", () => {
    const world = fundedWorld(ZONE_2, { credits: "0.10" });
    const call = { usageId: "first", user: "u1", to: "+93201234567" };
    expect(world.fold.ask("acme", "authorize", { ...call, setupAt: world.fold.now })).toMatchObject({
      decision: "allow",
      reserved: "0.32",
    });
    for (let at = 0; at < 2; at++)
      expect(world.asked({ user: "u1", to: "+93201234567" })).toMatchObject({ reason: "creditsExhausted" });
    world.fold.call("acme", "ended", { usageId: "first", user: "u1", to: "+93201234567", endedAt: world.fold.now });
    expect(world.fold.rows.at(-1)).toMatchObject({ outcome: "abandoned", amountMicros: 0 });
    expect(world.asked({ user: "u1", to: "+93201234567" })).toMatchObject({ decision: "allow" });
  });

  it("edge 18, RT-8: unknown at authorisation is denied; rows of the sample deck that surprise are followed to the letter", () => {
    const world = fundedWorld(ZONE_2);
    expect(world.asked({ user: "u1", to: "+999123456789" })).toMatchObject({ decision: "deny" });
    const price = (to: string): number => world.called(60, { user: "u1", to }).amountMicros;
    // Prague dearer than its country; a German mobile at the landline's price; Israel's 97222; toll-free priced like any.
    expect(["+420777123456", "+420212345678", "+491711234567", "+972221234567", "+498001234567"].map(price)).toEqual([
      115_000, 400_000, 15_000, 251_000, 15_000,
    ]);
  });

  it("RT-9: inbound per minute by number class and country, as the sample deck has them", () => {
    const world = fundedWorld(ZONE_2);
    const inbound = (serviceNumber: string): number =>
      world.called(60, { callType: "ucap_in", direction: "inbound", serviceNumber, numberType: "tollFree" }).amountMicros;
    expect(["+498001234567", "+18005550100"].map(inbound)).toEqual([175_000, 22_000]);
  });

  it("edge 28: balance, pools and spending are real-time, and every view says as of when", () => {
    const world = fundedWorld("calling-plan-domestic-120");
    world.called(60, { user: "u1", to: FRANCE });
    const now = new Date(world.fold.now / 1000).toISOString().replace("Z", "000Z");
    for (const request of [{ view: "credits" }, { view: "pools" }, { view: "summary" }, { view: "budgets" }] as const)
      expect(world.see(request)).toMatchObject({ asOf: { partition: 0, seq: world.fold.state.lastSeq, time: now } });
    expect(world.see({ view: "summary" })).toMatchObject({
      balance: "49.984",
      thisMonth: { credits: "0.016", charged: "0.016" },
    });
    expect(beginWorld().see({ view: "summary" })).toMatchObject({ balance: "0.00" });
  });
});
