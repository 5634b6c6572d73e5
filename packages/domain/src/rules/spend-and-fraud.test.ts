import { describe, expect, it } from "vitest";
import { fundedWorld, HOUR, MINUTE, overageWorld } from "../testing/rule-world.ts";
import type { World } from "../testing/rule-world.ts";

const FRANCE = "+33140205050"; // 0.016 a minute
const BERLIN = "+4930901820"; // 0.015 a minute

describe("spend limit (SL-1, D12)", () => {
  it("SL-1, D5: below the limit by a micro-unit a paid call begins, at the limit it does not; included ones and emergencies do", () => {
    const { fold, org, called, asked, see } = fundedWorld("calling-plan-domestic-120");
    org.command("policy.set", { user: "u1", spendLimit: "0.048001" });
    fold.now += HOUR;
    called(180, { user: "u1", to: FRANCE }); // 0.048
    expect(asked({ user: "u1", to: FRANCE })).toMatchObject({ decision: "allow" });
    org.command("policy.set", { user: "u1", spendLimit: "0.048" });
    fold.now += MINUTE;
    expect(asked({ user: "u1", to: FRANCE })).toMatchObject({ decision: "deny", reason: "spendLimit" });
    expect(see({ view: "user", user: "u1" })).toMatchObject({ spendLimit: "0.048", spendLimitReached: true, blockReason: null });
    expect(asked({ user: "u1", to: BERLIN })).toMatchObject({ decision: "allow", funding: [{ source: "POOL" }] });
    expect(asked({ user: "u1", to: "112" })).toMatchObject({ decision: "allow", reason: "emergency" });
  });

  it("SL-1: counts credits and overage of user_out calls, not minutes of the pool, not conferences", () => {
    const { fold, org, called, see } = fundedWorld("calling-plan-domestic-120");
    org.give("audio-conferencing", ["u1"]);
    fold.now += HOUR;
    called(600, { user: "u1", to: BERLIN });
    called(60, { user: "u1", organizer: "u1", callType: "conf_out", to: "+26347000000" });
    expect(see({ view: "user", user: "u1" })).toMatchObject({ spentThisMonth: "0.00" });
    called(60, { user: "u1", callType: "user_out_forwarding", to: FRANCE });
    expect(see({ view: "user", user: "u1" })).toMatchObject({ spentThisMonth: "0.016" });
    const overage = overageWorld("calling-plan-payg-zone-2");
    overage.called(120, { user: "u1", to: FRANCE });
    expect(overage.see({ view: "user", user: "u1" })).toMatchObject({ spentThisMonth: "0.032" });
  });

  it("SL-1: a new pool month begins with nothing spent; the limit is one notice per user and month", () => {
    const { fold, org, called, asked, notices, facts } = fundedWorld("calling-plan-payg-zone-2");
    org.command("policy.set", { user: "u1", spendLimit: "0.03" });
    fold.now += HOUR;
    called(60, { user: "u1", to: BERLIN });
    expect(notices("spend.limitReached")).toEqual([]);
    called(60, { user: "u1", to: BERLIN });
    called(60, { user: "u1", to: BERLIN });
    expect(notices("spend.limitReached").map(({ data }) => data)).toEqual([
      { user: "u1", limit: "0.03", currency: "USD", month: "2026-03" },
    ]);
    expect(facts("user.blocked")).toMatchObject([{ reason: "spendLimit" }]);
    fold.at("2026-03-31T23:59:30Z").tick();
    expect(facts("user.unblocked")).toEqual([]);
    expect(asked({ user: "u1", to: BERLIN })).toMatchObject({ reason: "spendLimit" });
    fold.at("2026-04-01T00:00:00Z").tick();
    expect(facts("user.unblocked")).toMatchObject([{ reason: "spendLimit" }]);
    expect(asked({ user: "u1", to: BERLIN })).toMatchObject({ decision: "allow" });
    fold.now += HOUR;
    called(120, { user: "u1", to: BERLIN });
    expect(notices("spend.limitReached").map(({ data }) => data["month"])).toEqual(["2026-03", "2026-04"]);
  });

  it("a limit that is raised, taken away or undershot by a void ends the block at once, without a second notice", () => {
    const { fold, org, called, notices, facts } = fundedWorld("calling-plan-payg-zone-2");
    org.command("policy.set", { user: "u1", spendLimit: "0.015" });
    fold.now += HOUR;
    const row = called(60, { user: "u1", to: BERLIN });
    org.command("policy.set", { user: "u1", spendLimit: "0.016" });
    expect(facts("user.unblocked")).toHaveLength(1);
    org.command("policy.set", { user: "u1", spendLimit: "0.01" });
    expect(facts("user.blocked")).toHaveLength(2);
    org.command("call.void", { usageId: row.usageId, reason: "test" });
    expect(facts("user.unblocked")).toHaveLength(2);
    expect(notices("spend.limitReached")).toHaveLength(1);
  });

  it("SL-1: a limit is positive", () => {
    const { fold } = fundedWorld("calling-plan-payg-zone-2");
    for (const spendLimit of ["0", "-1", "0.000000"])
      expect(fold.command("acme", "policy.set", { user: "u1", spendLimit })).toMatchObject({ code: "amountOutOfRange" });
    expect(fold.command("acme", "policy.set", { user: "u1", spendLimit: "0.000001" })).toMatchObject({ outcome: "accepted" });
  });
});

describe("fraud (edge 30, D36)", () => {
  const suspicious = (world: World): unknown[] => world.notices("fraud.blocked").map(({ data }) => data);

  it("is off unless rules are set: a thousand calls in a minute block nobody", () => {
    const world = fundedWorld("calling-plan-payg-zone-2");
    for (let at = 0; at < 1000; at++) world.called(1, { user: "u1", to: BERLIN });
    expect(suspicious(world)).toEqual([]);
    expect(world.asked({ user: "u1", to: BERLIN })).toMatchObject({ decision: "allow" });
  });

  it("edge 30, D36: the call after the most in ten minutes blocks its user with fraudSuspected, who is told; the next is denied", () => {
    const world = fundedWorld("calling-plan-domestic-120", { users: 2 });
    world.org.command("account.settings", { fraudRules: { callsPer10Minutes: 3 } });
    for (let at = 0; at < 3; at++) expect(world.asked({ user: "u1", to: BERLIN })).toMatchObject({ decision: "allow" });
    expect(suspicious(world)).toEqual([]);
    expect(world.asked({ user: "u1", to: BERLIN })).toMatchObject({ decision: "allow" });
    expect(suspicious(world)).toEqual([{ user: "u1", rule: "callsPer10Minutes", detail: "4 calls, 3 at most" }]);
    expect(world.asked({ user: "u1", to: BERLIN })).toMatchObject({ decision: "deny", reason: "fraudSuspected" });
    expect(world.see({ view: "user", user: "u1" })).toMatchObject({ blocked: true, blockReason: "fraudSuspected" });
    expect(world.see({ view: "settings" })).toMatchObject({
      fraudRules: { callsPer10Minutes: 3, internationalMinutesPerHour: null, spendPerHour: null },
    });
    expect(world.asked({ user: "u1", to: "112" })).toMatchObject({ decision: "allow", reason: "emergency" });
    expect(world.asked({ user: "u2", to: BERLIN })).toMatchObject({ decision: "allow" });
  });

  it("three calls every ten minutes are within three per ten minutes; a call is counted once, asked for and ended", () => {
    const world = fundedWorld("calling-plan-domestic-120");
    world.org.command("account.settings", { fraudRules: { callsPer10Minutes: 3 } });
    for (let at = 0; at < 12; at++) {
      const call = { usageId: `c${at}`, user: "u1", to: BERLIN };
      world.fold.ask("acme", "authorize", { ...call, setupAt: world.fold.now });
      world.fold.call("acme", "ended", { ...call, answeredAt: world.fold.now, endedAt: world.fold.now + 1_000_000 });
      if (at % 3 === 2) world.fold.now += 10 * MINUTE;
    }
    expect(suspicious(world)).toEqual([]);
  });

  it("minutes abroad in an hour: 30 are within 30, the 31st is not; domestic ones do not count", () => {
    const world = fundedWorld("calling-plan-payg-zone-2");
    world.org.command("account.settings", { fraudRules: { internationalMinutesPerHour: 30 } });
    world.called(3600, { user: "u1", to: BERLIN });
    world.called(30 * 60, { user: "u1", to: FRANCE });
    expect(suspicious(world)).toEqual([]);
    world.fold.now += 59 * MINUTE;
    world.called(1, { user: "u1", to: FRANCE });
    expect(suspicious(world)).toEqual([{ user: "u1", rule: "internationalMinutesPerHour", detail: "31 minutes, 30 at most" }]);
  });

  it("minutes of a call that goes on count as they begin, once: the fourth minute of three blocks, and the end adds nothing", () => {
    const world = fundedWorld("calling-plan-payg-zone-2");
    world.org.command("account.settings", { fraudRules: { internationalMinutesPerHour: 3 } });
    const call = { usageId: "long", user: "u1", to: FRANCE };
    world.fold.ask("acme", "authorize", { ...call, setupAt: world.fold.now });
    const answeredAt = world.fold.now;
    world.fold.call("acme", "answered", { ...call, answeredAt });
    for (let minute = 1; minute <= 3; minute++) {
      world.fold.now += MINUTE;
      world.fold.ask("acme", "progress", { ...call, usedMs: minute * 60_000, seq: minute });
    }
    expect(suspicious(world)).toEqual([]);
    world.fold.call("acme", "progress", { ...call, id: "again", usedMs: 180_000, seq: 4, sessionId: "s" });
    expect(suspicious(world)).toEqual([]);
    world.fold.ask("acme", "progress", { ...call, usedMs: 180_001, seq: 5 });
    expect(suspicious(world)).toEqual([{ user: "u1", rule: "internationalMinutesPerHour", detail: "4 minutes, 3 at most" }]);
    world.fold.call("acme", "ended", { ...call, answeredAt, endedAt: answeredAt + 4 * MINUTE });
    expect(world.fold.rows.at(-1)).toMatchObject({ reason: null, amountMicros: 64_000 });
  });

  it("what was an hour ago is over: 30 minutes abroad and, 60 minutes later, 30 more", () => {
    const world = fundedWorld("calling-plan-payg-zone-2");
    world.org.command("account.settings", { fraudRules: { internationalMinutesPerHour: 30 } });
    for (let at = 0; at < 3; at++) {
      world.called(30 * 60, { user: "u1", to: FRANCE });
      world.fold.now += HOUR;
    }
    expect(suspicious(world)).toEqual([]);
  });

  it("premium numbers count as abroad, and money in an hour: at the most nothing happens, above it the user is blocked", () => {
    const world = fundedWorld("calling-plan-payg-zone-2");
    world.org.command("account.settings", { allowPremium: true, fraudRules: { spendPerHour: "0.03" } });
    world.fold.now += HOUR;
    world.called(120, { user: "u1", to: BERLIN });
    expect(suspicious(world)).toEqual([]);
    world.called(60, { user: "u1", to: BERLIN });
    expect(suspicious(world)).toEqual([{ user: "u1", rule: "spendPerHour", detail: "0.045 USD, 0.03 at most" }]);
    const premium = fundedWorld("calling-plan-payg-zone-2");
    premium.org.command("account.settings", { allowPremium: true, fraudRules: { internationalMinutesPerHour: 1 } });
    premium.fold.now += HOUR;
    premium.called(61, { user: "u1", to: "+499001234567" });
    expect(suspicious(premium)).toMatchObject([{ rule: "internationalMinutesPerHour" }]);
  });

  it("records from files say nothing about now: what ended more than ten minutes ago is not counted", () => {
    const world = fundedWorld("calling-plan-payg-zone-2");
    world.org.command("account.settings", { fraudRules: { callsPer10Minutes: 1 } });
    const ended = world.fold.now - 10 * MINUTE - 1;
    for (let at = 0; at < 5; at++) world.called(60, { user: "u1", to: BERLIN, answeredAt: ended - 60_000_000, endedAt: ended });
    expect(suspicious(world)).toEqual([]);
  });

  it("§8.6: unblocking is an audited action, begins to count anew, and every change has an id of its own", () => {
    const world = fundedWorld("calling-plan-payg-zone-2");
    world.org.command("account.settings", { fraudRules: { callsPer10Minutes: 1 } });
    world.called(60, { user: "u1", to: BERLIN });
    world.called(60, { user: "u1", to: BERLIN });
    world.fold.now += MINUTE;
    world.org.command("user.block", { user: "u1", blocked: false });
    world.fold.now += MINUTE;
    expect(world.asked({ user: "u1", to: BERLIN })).toMatchObject({ decision: "allow" });
    world.org.command("user.block", { user: "u1", blocked: true, reason: "adminBlock" });
    world.org.command("user.block", { user: "u1", blocked: true, reason: "adminBlock" });
    const log = world.fold.events.filter(({ type }) => type === "user.blocked" || type === "user.unblocked");
    expect(log.map(({ type, data }) => [type, (JSON.parse(data) as { reason: string; by: string }).reason])).toEqual([
      ["user.blocked", "fraudSuspected"],
      ["user.unblocked", "fraudSuspected"],
      ["user.blocked", "adminBlock"],
    ]);
    expect(log.map(({ data }) => (JSON.parse(data) as { by: string }).by)).toEqual(["", "admin", "admin"]);
    expect(new Set(log.map(({ data }) => (JSON.parse(data) as { id: string }).id)).size).toBe(3);
    expect(world.fold.events.findLast(({ type }) => type === "command.user.block")).toMatchObject({ actorId: "admin" });
  });

  it("refuses a most of nothing, and null switches the rules off", () => {
    const world = fundedWorld("calling-plan-payg-zone-2");
    const refused = world.fold.command("acme", "account.settings", { fraudRules: { spendPerHour: "0" } });
    expect(refused).toMatchObject({ code: "amountOutOfRange" });
    world.org.command("account.settings", { fraudRules: { callsPer10Minutes: 1 } });
    world.org.command("account.settings", { fraudRules: null });
    for (let at = 0; at < 5; at++) world.called(1, { user: "u1", to: BERLIN });
    expect(suspicious(world)).toEqual([]);
  });
});
