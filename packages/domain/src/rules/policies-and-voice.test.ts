import { describe, expect, it } from "vitest";
import { beginWorld, fundedWorld, HOUR, MINUTE, overageWorld } from "../testing/rule-world.ts";
import type { World } from "../testing/rule-world.ts";

const BERLIN = "+4930901820"; // Germany, Zone A, 0.015
const FRANCE = "+33140205050"; // Zone A, 0.016
const ZIMBABWE = "+26347000000"; // 0.223
const ILLINOIS = "+12015550100";
const TOLL_FREE = { serviceNumber: "+498001234567", numberType: "tollFree" } as const; // 0.175

const ok = "ok";
const dom = "policyDomesticOnly";
const off = "policyDisabled";
const zone = "policyZoneAOnly";

/** OP-2: name, then conference to DE, FR, ZW, then user to DE, FR; for an organizer and user in Germany. */
const table: readonly [name: string, ...answers: [string, string, string, string, string]][] = [
  ["DialoutCPCandPSTNInternational", ok, ok, ok, ok, ok],
  ["DialoutCPCDomesticPSTNInternational", ok, dom, dom, ok, ok],
  ["DialoutCPCDisabledPSTNInternational", off, off, off, ok, ok],
  ["DialoutCPCInternationalPSTNDomestic", ok, ok, ok, ok, dom],
  ["DialoutCPCInternationalPSTNDisabled", ok, ok, ok, off, off],
  ["DialoutCPCandPSTNDomestic", ok, dom, dom, ok, dom],
  ["DialoutCPCDomesticPSTNDisabled", ok, dom, dom, off, off],
  ["DialoutCPCDisabledPSTNDomestic", off, off, off, ok, dom],
  ["DialoutCPCandPSTNDisabled", off, off, off, off, off],
  ["DialoutCPCZoneAPSTNInternational", ok, ok, zone, ok, ok],
  ["DialoutCPCZoneAPSTNDomestic", ok, ok, zone, ok, dom],
  ["DialoutCPCZoneAPSTNDisabled", ok, ok, zone, off, off],
];

/** u1 with a Pay-As-You-Go plan and a conferencing licence. */
function both(country = "DE"): World {
  const world = fundedWorld(country === "US" ? "calling-plan-payg-zone-1" : "calling-plan-payg-zone-2", { country });
  world.org.give("audio-conferencing", ["u1"]);
  world.fold.now += HOUR;
  return world;
}
const meeting = { callType: "conf_out", organizer: "u1", user: "guest" } as const;

describe("dial-out policies (OP-1 to OP-5)", () => {
  it.each(table)("OP-1, OP-2: %s, each cell", (name, ...answers) => {
    const { org, asked } = both();
    org.command("policy.set", { user: "u1", dialOutPolicy: `tag:${name}` });
    const given = [
      ...[BERLIN, FRANCE, ZIMBABWE].map((to) => asked({ ...meeting, to }).reason),
      ...[BERLIN, FRANCE].map((to) => asked({ user: "u1", to }).reason),
    ];
    expect(given).toEqual(answers);
  });

  it("OP-1: the two controls are independent, and the default allows all", () => {
    const { asked, see } = both();
    expect(see({ view: "user", user: "u1" })).toMatchObject({ dialOutPolicy: "DialoutCPCandPSTNInternational" });
    for (const to of [BERLIN, FRANCE, ZIMBABWE]) {
      expect(asked({ ...meeting, to })).toMatchObject({ decision: "allow" });
      expect(asked({ user: "u1", to })).toMatchObject({ decision: "allow" });
    }
  });

  it("OP-3: who has no policy of his own gets the organisation's; null takes his own away again", () => {
    const { org, asked } = both();
    org.command("policy.set", { dialOutPolicy: "DialoutCPCandPSTNDisabled" });
    expect(asked({ user: "u1", to: BERLIN })).toMatchObject({ reason: off });
    org.command("policy.set", { user: "u1", dialOutPolicy: "DialoutCPCandPSTNInternational" });
    expect(asked({ user: "u1", to: BERLIN })).toMatchObject({ reason: ok });
    org.command("policy.set", { user: "u1", dialOutPolicy: null });
    expect(asked({ user: "u1", to: BERLIN })).toMatchObject({ reason: off });
  });

  it("OP-3: None still lets emergency numbers through; a denied destination touches neither pool nor credits", () => {
    const { org, asked, see } = both();
    org.command("policy.set", { user: "u1", dialOutPolicy: "DialoutCPCandPSTNDisabled" });
    expect(asked({ user: "u1", to: "112" })).toMatchObject({ decision: "allow", reason: "emergency" });
    for (const call of [{ user: "u1" }, meeting])
      expect(asked({ ...call, to: BERLIN })).toMatchObject({ decision: "deny", reason: off });
    expect(see({ view: "credits" })).toMatchObject({ reserved: "0.00", balance: "50.00" });
    expect(see({ view: "pools" })).toMatchObject({ pools: [{ reservedMinutes: 0, usedMinutes: 0 }] });
  });

  it("OP-3, D1: a finished call that policy would have refused is stored, UNFUNDED, charge 0", () => {
    const { org, fold, called, see } = both();
    org.command("policy.set", { user: "u1", dialOutPolicy: "DialoutCPCandPSTNDisabled" });
    fold.now += HOUR;
    expect(called(60, { user: "u1", to: BERLIN })).toMatchObject({
      reason: off,
      amountMicros: 0,
      segments: [{ source: "UNFUNDED", seconds: 60 }],
    });
    expect(see({ view: "credits" })).toMatchObject({ balance: "50.00" });
  });

  it("OP-4: toll-free dial-in switched off: refused there, toll goes on; the organizer's own setting wins", () => {
    const { org, asked } = both();
    const dialIn = { callType: "conf_in", direction: "inbound", organizer: "u1", from: FRANCE } as const;
    expect(asked({ ...dialIn, ...TOLL_FREE })).toMatchObject({ decision: "allow", reserved: "0.175" });
    org.command("policy.set", { allowTollFree: false });
    expect(asked({ ...dialIn, ...TOLL_FREE })).toMatchObject({ decision: "deny", reason: "tollFreeNotAllowed" });
    expect(asked({ ...dialIn, serviceNumber: BERLIN, numberType: "toll" })).toMatchObject({ decision: "allow" });
    org.command("policy.set", { user: "u1", allowTollFree: true });
    expect(asked({ ...dialIn, ...TOLL_FREE })).toMatchObject({ decision: "allow" });
  });

  it.each([
    ["US", "+12045550100", dom],
    ["US", "+17875550100", ok],
    ["CA", ILLINOIS, dom],
    ["US", ILLINOIS, ok],
  ])("OP-5, CP-11, edge 19: Domestic from %s to %s: %s", (country, to, reason) => {
    const { org, asked } = fundedWorld("calling-plan-domestic", { country });
    org.command("policy.set", { user: "u1", dialOutPolicy: "DialoutCPCInternationalPSTNDomestic" });
    expect(asked({ user: "u1", to })).toMatchObject({ reason });
  });
});

describe("emergency calls (EM-1 to EM-3, D29)", () => {
  it("EM-1, EM-2, example 12: connects whatever is wrong: blocked, Disabled, below zero, policy None, no licence", () => {
    const { org, fold, called, asked } = fundedWorld("calling-plan-payg-zone-2", { credits: "0.01" });
    called(600, { user: "u1", to: BERLIN });
    org.command("user.block", { user: "u1", blocked: true });
    org.command("policy.set", { user: "u1", dialOutPolicy: "DialoutCPCandPSTNDisabled", spendLimit: "0.01" });
    org.command("subscription.setState", { subscription: "s-calling-plan-payg-zone-2", state: "Disabled" });
    org.command("account.block", { blocked: true });
    fold.now += HOUR;
    expect(asked({ user: "u1", to: "112" })).toMatchObject({
      decision: "allow",
      reason: "emergency",
      grantedSeconds: null,
      reserved: "0.00",
      onUnreachable: "continue",
    });
    expect(called(600, { user: "u1", to: "112" })).toMatchObject({
      amountMicros: 0,
      poolMinutes: 0,
      segments: [{ source: "FREE" }],
    });
  });

  it("EM-2: recorded under a call type of its own and never cut, however long", () => {
    const { fold } = fundedWorld("calling-plan-payg-zone-2", { credits: "" });
    const call = { usageId: "help", user: "u1", to: "112", callType: "user_out_emergency" } as const;
    fold.ask("acme", "authorize", { ...call, setupAt: fold.now });
    fold.call("acme", "answered", { ...call, answeredAt: fold.now });
    for (let minute = 1; minute <= 90; minute++) {
      fold.now += MINUTE;
      expect(fold.ask("acme", "progress", { ...call, usedMs: minute * 60_000, seq: minute })).toMatchObject({
        decision: "allow",
        final: false,
      });
    }
    expect(fold.outputs.filter(({ kind }) => kind === "control")).toEqual([]);
    fold.call("acme", "ended", { ...call, usedMs: 5_400_000, endedAt: fold.now });
    expect(fold.rows.at(-1)).toMatchObject({
      callType: "user_out_emergency",
      amountMicros: 0,
      billableSeconds: 5400,
      emergency: true,
    });
  });

  it.each([
    ["DE", "112", true],
    ["DE", "110", true],
    ["DE", "911", false],
    ["US", "911", true],
    ["US", "933", true],
    ["GB", "999", true],
    ["AU", "000", true],
  ])("EM-3: dialled in %s, %s is an emergency number: %s", (country, to, listed) => {
    const world = beginWorld({ country });
    world.org.users(1, country);
    expect(world.asked({ user: "u1", to }).decision).toBe(listed ? "allow" : "deny");
  });
});

describe("voice applications and forwarding (RA-1 to RA-5, FW-1, FW-2, NM-1, D6, D13, D14)", () => {
  const tollIn = { callType: "ucap_in", direction: "inbound", serviceNumber: BERLIN, numberType: "toll" } as const;
  const tollFreeIn = { callType: "ucap_in", direction: "inbound", ...TOLL_FREE } as const;
  const out = { callType: "ucap_out", resourceAccount: "att", to: BERLIN } as const;

  function attendant(start: string, plan: string | null): World {
    const world = beginWorld({}, start);
    world.org.command("user.set", { user: "att", displayName: "att", kind: "resourceAccount", usageLocation: "DE" });
    world.org.give("resource-account", ["att"]);
    if (plan !== null) world.org.give(plan, ["att"]);
    world.org.command("credits.goodwill", { amount: "50", reason: "test" });
    world.fold.now += HOUR;
    return world;
  }

  it("NM-1: a toll service number costs its owner nothing; a toll-free one per minute, and only with credits", () => {
    const { called, see } = attendant("2026-03-02T08:00:00Z", null);
    expect(called(600, tollIn)).toMatchObject({ amountMicros: 0 });
    expect(called(61, tollFreeIn)).toMatchObject({ amountMicros: 350_000, capability: "MCOPSTNPP" });
    expect(see({ view: "credits" })).toMatchObject({ balance: "49.65" });
  });

  it("edge 16, example 19: a toll-free call at balance 0 is refused; one that runs completes", () => {
    const world = attendant("2026-03-02T08:00:00Z", null);
    world.fold.at("2026-03-10T08:00:00Z");
    const running = { usageId: "queue", ...tollFreeIn };
    expect(world.fold.ask("acme", "authorize", { ...running, setupAt: world.fold.now })).toMatchObject({ decision: "allow" });
    const answeredAt = world.fold.now;
    world.called(285 * 60, tollFreeIn); // 49.875
    world.called(60, tollFreeIn); // −0.05
    expect(world.asked(tollFreeIn)).toMatchObject({ decision: "deny", reason: "creditsExhausted" });
    expect(world.asked(tollIn)).toMatchObject({ decision: "allow" });
    world.fold.call("acme", "ended", { ...running, answeredAt, endedAt: answeredAt + 2 * MINUTE });
    expect(world.fold.rows.at(-1)).toMatchObject({ usageId: "queue", amountMicros: 350_000, reason: null });
  });

  it("RA-2, example 21: until 2025-10-31 an attendant's transfer takes its own plan's minutes", () => {
    const { called } = attendant("2025-10-20T08:00:00Z", "calling-plan-domestic");
    expect(called(61, out)).toMatchObject({ poolMinutes: 2, amountMicros: 0, resourceAccount: "att" });
  });

  it("RA-3: a plan that was taken away leaves the organisation's credits, unassigned as they are; without them it is denied", () => {
    const { org, fold, called, asked, see } = attendant("2025-10-20T08:00:00Z", "calling-plan-domestic");
    org.command("licence.unassign", { subscription: "s-calling-plan-domestic", users: ["att"] });
    fold.now += HOUR;
    expect(called(61, out)).toMatchObject({ poolMinutes: 0, amountMicros: 30_000 });
    expect(see({ view: "credits" })).toMatchObject({ balance: "49.97" });
    const never = attendant("2025-10-20T08:00:00Z", null);
    expect(never.asked(out)).toMatchObject({ decision: "deny", reason: "noPlan" });
    expect(asked(out)).toMatchObject({ decision: "allow" });
  });

  it("RA-4, D13, example 21: from 2025-11-01T00:00Z an ordinary plan funds nothing; a Pay-As-You-Go plan with credits does", () => {
    const { fold, asked } = attendant("2025-10-30T08:00:00Z", "calling-plan-domestic");
    fold.at("2025-10-31T23:59:59Z");
    expect(asked(out)).toMatchObject({ decision: "allow", funding: [{ source: "POOL" }] });
    fold.at("2025-11-01T00:00:00Z");
    expect(asked(out)).toMatchObject({ decision: "deny", reason: "noPaygPlan" });
    const funded = attendant("2025-11-02T08:00:00Z", "calling-plan-payg-zone-2");
    funded.org.give("communications-credits", ["att"]);
    funded.fold.now += HOUR;
    expect(funded.called(61, out)).toMatchObject({ poolMinutes: 0, amountMicros: 30_000, reason: null });
    const unfunded = attendant("2025-11-02T08:00:00Z", "calling-plan-payg-zone-2");
    expect(unfunded.asked(out)).toMatchObject({ decision: "deny", reason: "noCreditsLicense" });
  });

  it("RA-4: under a Microsoft Customer Agreement its Pay-As-You-Go plan bills overage", () => {
    const world = beginWorld({ agreement: "MCA" });
    world.org.command("user.set", { user: "att", displayName: "att", kind: "resourceAccount", usageLocation: "DE" });
    world.org.give("resource-account", ["att"]);
    world.org.give("calling-plan-payg-zone-2", ["att"]);
    world.org.command("payAsYouGo.set", { subscription: "s-calling-plan-payg-zone-2", on: true });
    world.fold.now += HOUR;
    expect(world.called(61, out)).toMatchObject({ amountMicros: 30_000, segments: [{ source: "OVERAGE" }] });
  });

  it("RA-5, D14: an unassigned number: toll costs 0 but needs a balance, toll-free is per minute", () => {
    const { called, asked, see } = attendant("2026-03-02T08:00:00Z", null);
    const toll = { callType: "unassigned_in", direction: "inbound", serviceNumber: BERLIN, numberType: "toll" } as const;
    expect(called(600, toll)).toMatchObject({ amountMicros: 0, reason: null });
    expect(called(60, { ...toll, ...TOLL_FREE })).toMatchObject({ amountMicros: 175_000 });
    expect(see({ view: "credits" })).toMatchObject({ balance: "49.825" });
    const poor = beginWorld();
    expect(poor.asked(toll)).toMatchObject({ decision: "deny", reason: "creditsExhausted" });
    expect(poor.called(60, toll)).toMatchObject({ amountMicros: 0, segments: [{ source: "UNFUNDED" }] });
    expect(asked(toll)).toMatchObject({ decision: "allow" });
  });

  it("D6, D31: a tenant-paid leg under MCA is billed on the first subscription in order of purchase whose option is On", () => {
    const world = overageWorld("calling-plan-payg-zone-2");
    world.org.give("audio-conferencing", ["u1"]);
    world.org.command("payAsYouGo.set", { subscription: "s-audio-conferencing", on: true });
    world.fold.now += HOUR;
    expect(world.called(60, tollFreeIn)).toMatchObject({ segments: [{ source: "OVERAGE", ref: "s-calling-plan-payg-zone-2" }] });
    world.org.command("payAsYouGo.set", { subscription: "s-calling-plan-payg-zone-2", on: false });
    world.fold.now += HOUR;
    expect(world.called(60, tollFreeIn)).toMatchObject({ segments: [{ source: "OVERAGE", ref: "s-audio-conferencing" }] });
    world.org.command("payAsYouGo.set", { subscription: "s-audio-conferencing", on: false });
    world.fold.now += HOUR;
    expect(world.asked(tollFreeIn)).toMatchObject({ decision: "deny", reason: "payAsYouGoOff" });
  });

  it("D14: inbound to a blocked or plan-less user is free", () => {
    const { org, fold, called, asked } = fundedWorld("calling-plan-payg-zone-2");
    org.command("user.block", { user: "u1", blocked: true });
    org.users(1, "DE", 2);
    fold.now += HOUR;
    for (const user of ["u1", "u2"]) {
      const inbound = { callType: "user_in", direction: "inbound", user, to: BERLIN } as const;
      expect(called(60, inbound)).toMatchObject({ amountMicros: 0, reason: null });
      expect(asked(inbound)).toMatchObject({ decision: "allow" });
    }
  });

  it("FW-1: the inbound leg stays free, the forwarded one is the forwarder's: his plan, his policy", () => {
    const { org, fold, called, asked } = fundedWorld("calling-plan-domestic-120", { users: 2 });
    const inbound = { callType: "user_in", direction: "inbound", user: "u1", from: FRANCE, to: BERLIN } as const;
    expect(called(120, inbound)).toMatchObject({ amountMicros: 0, poolMinutes: 0 });
    expect(called(120, { callType: "user_out_forwarding", user: "u1", to: BERLIN })).toMatchObject({
      poolMinutes: 2,
      user: "u1",
    });
    expect(called(120, { callType: "user_out_transfer", user: "u1", to: FRANCE })).toMatchObject({
      poolMinutes: 0,
      amountMicros: 32_000,
    });
    org.command("policy.set", { user: "u1", dialOutPolicy: "DialoutCPCInternationalPSTNDomestic" });
    fold.now += HOUR;
    expect(asked({ callType: "user_out_forwarding", user: "u1", to: FRANCE })).toMatchObject({ reason: dom });
    expect(asked({ callType: "user_out_forwarding", user: "u2", to: FRANCE })).toMatchObject({ reason: ok });
  });

  it("FW-1: simultaneous ring is charged only where the leg was answered", () => {
    const { fold, called } = fundedWorld("calling-plan-payg-zone-2");
    fold.call("acme", "started", { usageId: "rang", callType: "user_out_forwarding", user: "u1", to: BERLIN, setupAt: fold.now });
    fold.now += MINUTE;
    fold.call("acme", "ended", { usageId: "rang", callType: "user_out_forwarding", user: "u1", to: BERLIN, endedAt: fold.now });
    expect(fold.rows.at(-1)).toMatchObject({ outcome: "abandoned", amountMicros: 0, billableSeconds: 0 });
    expect(called(1, { callType: "user_out_forwarding", user: "u1", to: BERLIN })).toMatchObject({
      outcome: "rated",
      amountMicros: 15_000,
    });
  });

  it("edge 20: a forwarded leg may outlive the user's: each is billed on its own times, linked by the call they belong to", () => {
    const { fold } = fundedWorld("calling-plan-payg-zone-2");
    const start = fold.now - 10 * MINUTE;
    fold.call("acme", "ended", {
      usageId: "in",
      callType: "user_in",
      user: "u1",
      linkedId: "chain",
      answeredAt: start,
      endedAt: start + MINUTE,
    });
    fold.call("acme", "ended", {
      usageId: "on",
      callType: "user_out_transfer",
      user: "u1",
      to: BERLIN,
      linkedId: "chain",
      parentLegId: "in",
      answeredAt: start + MINUTE / 2,
      endedAt: start + 8 * MINUTE,
    });
    expect(fold.rows.slice(-2)).toMatchObject([
      { usageId: "in", linkedId: "chain", amountMicros: 0 },
      { usageId: "on", linkedId: "chain", parentLegId: "in", billableSeconds: 450, amountMicros: 120_000 },
    ]);
  });

  it("edge 21: three-way: every party is a leg of its own: two parties of two minutes are four minutes of the pool", () => {
    const { called, see } = fundedWorld("calling-plan-domestic-120");
    for (let party = 0; party < 2; party++) called(120, { callType: "user_out_conf", user: "u1", to: BERLIN });
    expect(see({ view: "pools" })).toMatchObject({ pools: [{ usedMinutes: 4 }] });
  });

  it("edge 22: an organizer who loses the licence in the meeting: the leg that runs finishes under its own, the next has none", () => {
    const { org, fold, asked } = both();
    const call = { usageId: "runs", ...meeting, to: FRANCE };
    fold.ask("acme", "authorize", { ...call, setupAt: fold.now });
    const answeredAt = fold.now;
    fold.now += MINUTE;
    org.command("licence.unassign", { subscription: "s-audio-conferencing", users: ["u1"] });
    fold.now += MINUTE;
    fold.call("acme", "ended", { ...call, answeredAt, endedAt: fold.now });
    expect(fold.rows.at(-1)).toMatchObject({ usageId: "runs", poolMinutes: 2, amountMicros: 0, reason: null });
    expect(asked({ ...meeting, to: FRANCE })).toMatchObject({ decision: "deny", reason: "noPlan" });
  });

  it("edge 29: while metering is away emergencies go on, what minutes include 15 minutes, paid calls not", () => {
    const { asked } = fundedWorld("calling-plan-domestic-120");
    expect(asked({ user: "u1", to: "112" })).toMatchObject({ onUnreachable: "continue" });
    expect(asked({ user: "u1", to: BERLIN })).toMatchObject({ onUnreachable: "continue_capped", maxUnsupervisedSeconds: 900 });
    expect(asked({ user: "u1", to: FRANCE })).toMatchObject({ onUnreachable: "reject", maxUnsupervisedSeconds: 0 });
  });
});
