import { describe, expect, it } from "vitest";
import type { CreditsView } from "@tollbook/contracts/views.ts";
import { beginWorld, DAY, fundedWorld, HOUR, MINUTE } from "../testing/rule-world.ts";
import type { World } from "../testing/rule-world.ts";

const BERLIN = "+4930901820"; // 0.015
const FRANCE = "+33140205050"; // 0.016
const AFGHANISTAN = "+93201234567"; // 0.32
const ZONE_2 = "calling-plan-payg-zone-2";

const credits = (world: World): CreditsView => world.see({ view: "credits" }) as CreditsView;
const payments = (world: World): number => world.fold.outputs.filter(({ kind }) => kind === "payment").length;
const paid = (world: World, payment: string, outcome: "succeeded" | "declined" | "expired", attempt = 1): void =>
  void world.org.command("payment.result", { payment, attempt, outcome });

describe("what credits pay (CC-1, CC-9, CC-10, WF-3)", () => {
  it.each([
    ["abroad with a domestic plan", "calling-plan-domestic", { to: FRANCE }, 16_000],
    ["a Pay-As-You-Go plan", ZONE_2, { to: BERLIN }, 15_000],
    [
      "meeting dial-out outside Zone A",
      "audio-conferencing",
      { callType: "conf_out", organizer: "u1", to: "+26347000000" },
      223_000,
    ],
    [
      "toll-free dial-in to a meeting",
      "audio-conferencing",
      { callType: "conf_in", direction: "inbound", organizer: "u1", serviceNumber: "+498001234567", numberType: "tollFree" },
      175_000,
    ],
    [
      "toll-free to a queue",
      ZONE_2,
      { callType: "ucap_in", direction: "inbound", serviceNumber: "+498001234567", numberType: "tollFree" },
      175_000,
    ],
  ] as const)("CC-1: %s: one minute", (_name, product, call, amountMicros) => {
    const world = fundedWorld(product);
    expect(world.called(60, { user: "u1", ...call })).toMatchObject({ amountMicros, poolMinutes: 0 });
    expect(credits(world).balance).toBe(String((50_000_000 - amountMicros) / 1_000_000));
  });

  it("CC-1: international beyond an international plan, and domestic beyond a domestic one", () => {
    const abroad = fundedWorld("calling-plan-international");
    abroad.fold.at("2026-03-20T08:00:00Z");
    abroad.called(600 * 60, { user: "u1", to: FRANCE });
    expect(abroad.called(60, { user: "u1", to: FRANCE })).toMatchObject({ poolMinutes: 0, amountMicros: 16_000 });
    const home = fundedWorld("calling-plan-domestic-120");
    home.called(120 * 60, { user: "u1", to: BERLIN, answeredAt: "2026-03-02T08:30:00Z", endedAt: "2026-03-02T10:30:00Z" });
    expect(home.called(60, { user: "u1", to: BERLIN })).toMatchObject({ poolMinutes: 0, amountMicros: 15_000 });
  });

  it("CC-9, CC-10: without the credits licence the organisation's 50.00 help nobody: pool empty, denied noCreditsLicense", () => {
    const world = beginWorld();
    world.org.users(1, "DE");
    world.org.give("teams-phone-standard", ["u1"]);
    world.org.give("calling-plan-domestic-120", ["u1"]);
    world.org.command("credits.topUp", { amount: "50" });
    world.fold.at("2026-03-20T08:00:00Z");
    world.called(120 * 60, { user: "u1", to: BERLIN });
    expect(world.asked({ user: "u1", to: BERLIN })).toMatchObject({ decision: "deny", reason: "noCreditsLicense" });
    world.org.give("communications-credits", ["u1"]);
    world.fold.now += MINUTE;
    expect(world.asked({ user: "u1", to: BERLIN })).toMatchObject({ decision: "allow", funding: [{ source: "CREDITS" }] });
  });

  it("CC-2: credits licences are unlimited: one bought, two assigned; they only open the one balance", () => {
    const world = fundedWorld(ZONE_2, { users: 2 });
    world.called(60, { user: "u1", to: BERLIN });
    world.called(60, { user: "u2", to: BERLIN });
    expect(credits(world).balance).toBe("49.97");
    const users = world.org.users(1, "DE", 3);
    expect(world.fold.command("acme", "licence.assign", { subscription: "s-communications-credits", users })).toMatchObject({
      outcome: "accepted",
    });
  });
});

describe("funding the balance (CC-2 to CC-5, D19)", () => {
  it.each([
    ["49", false],
    ["50", true],
    ["50.5", false],
    ["10000", true],
    ["10001", false],
  ])("CC-3: a top-up of %s: %s", (amount, ok) => {
    expect(beginWorld().fold.command("acme", "credits.topUp", { amount }).outcome).toBe(ok ? "accepted" : "refused");
  });

  it.each([
    ["0", "50", true],
    ["-1", "50", false],
    ["10000", "10000", true],
    ["10000.01", "50", false],
    ["0", "49.99", false],
    ["0", "10000.01", false],
  ])("CC-3: auto-recharge at %s with %s: %s", (trigger, recharge, ok) => {
    const answer = beginWorld().fold.command("acme", "credits.autoRecharge", { on: true, trigger, recharge });
    expect(answer.outcome).toBe(ok ? "accepted" : "refused");
  });

  it("CC-4: fires at the trigger itself, not a micro-unit above; one in flight", () => {
    const world = fundedWorld(ZONE_2);
    world.org.command("credits.autoRecharge", { on: true, trigger: "49.985", recharge: "50" });
    world.called(0, { user: "u1", to: BERLIN });
    expect(payments(world)).toBe(0);
    world.org.command("credits.autoRecharge", { on: true, trigger: "49.984999", recharge: "50" });
    world.called(60, { user: "u1", to: BERLIN });
    expect([credits(world).balance, payments(world)]).toEqual(["49.985", 0]);
    world.org.command("credits.autoRecharge", { on: true, trigger: "49.985", recharge: "50" });
    expect(payments(world)).toBe(1);
    world.called(60, { user: "u1", to: BERLIN });
    expect(payments(world)).toBe(1);
    paid(world, "p1", "succeeded");
    expect(credits(world).balance).toBe("99.97");
  });

  it("CC-4, edge 12: looks at what is available: money held for running calls counts as gone", () => {
    const world = fundedWorld(ZONE_2, { credits: "60" });
    world.org.command("credits.autoRecharge", { on: true, trigger: "59.7", recharge: "50" });
    world.asked({ user: "u1", to: AFGHANISTAN });
    world.called(60, { user: "u1", to: BERLIN });
    expect(credits(world)).toMatchObject({ balance: "59.985", available: "59.665" });
    expect(payments(world)).toBe(1);
  });

  it("CC-4: still at or below the trigger afterwards it fires again, five times a UTC day, and goes on the next day", () => {
    const world = fundedWorld(ZONE_2);
    world.org.command("credits.autoRecharge", { on: true, trigger: "10000", recharge: "50" });
    for (let at = 1; at <= 5; at++) paid(world, `p${at}`, "succeeded");
    expect([payments(world), credits(world).balance]).toEqual([5, "300.00"]);
    world.called(60, { user: "u1", to: BERLIN });
    expect(payments(world)).toBe(5);
    world.fold.now += DAY;
    world.called(60, { user: "u1", to: BERLIN });
    expect(payments(world)).toBe(6);
  });

  it("a monthly cap of 120 lets two recharges of 50 through, says so once, and the next month begins anew", () => {
    const world = fundedWorld(ZONE_2);
    world.org.command("credits.autoRecharge", { on: true, trigger: "10000", recharge: "50", monthlyCap: "120" });
    paid(world, "p1", "succeeded");
    paid(world, "p2", "succeeded");
    world.called(60, { user: "u1", to: BERLIN });
    world.called(60, { user: "u1", to: BERLIN });
    expect(payments(world)).toBe(2);
    expect(credits(world).autoRecharge).toMatchObject({ monthlyCap: "120.00", rechargedThisMonth: "100.00" });
    expect(world.notices("credits.rechargeCapped").map(({ data }) => [data["cap"], data["month"]])).toEqual([
      ["120.00", "2026-03"],
    ]);
    world.fold.at("2026-04-01T00:00:00Z");
    world.called(60, { user: "u1", to: BERLIN });
    expect(payments(world)).toBe(3);
    const negative = { on: true, monthlyCap: "-1" };
    expect(world.fold.command("acme", "credits.autoRecharge", negative)).toMatchObject({ code: "amountOutOfRange" });
  });

  it("a recharge that was never charged does not count towards the monthly cap", () => {
    const world = fundedWorld(ZONE_2);
    const settings = { on: true, trigger: "50", recharge: "50", monthlyCap: "50" };
    world.org.command("credits.autoRecharge", settings);
    paid(world, "p1", "declined");
    world.org.command("credits.autoRecharge", settings);
    expect(payments(world)).toBe(2);
    paid(world, "p2", "succeeded");
    expect(credits(world)).toMatchObject({ balance: "100.00", autoRecharge: { rechargedThisMonth: "50.00" } });
  });

  it("edge 13, PM-3: a declined recharge is tried at 0 h, 6 h, then daily up to 7 d, mailed each time, then suspended", () => {
    const world = fundedWorld(ZONE_2);
    world.org.command("credits.autoRecharge", { on: true, trigger: "50", recharge: "50" });
    const began = world.fold.now;
    const tried: number[] = [0];
    paid(world, "p1", "declined");
    for (let hour = 1; hour <= 9 * 24; hour++) {
      world.fold.now = began + hour * HOUR;
      world.fold.tick();
      if (payments(world) === tried.length) continue;
      tried.push(hour);
      paid(world, "p1", "declined", tried.length);
    }
    expect(tried).toEqual([0, 6, 24, 48, 72, 96, 120, 144, 168]);
    expect(world.notices("credits.rechargeFailed")).toHaveLength(8);
    expect(world.notices("credits.rechargeSuspended")).toHaveLength(1);
    expect(credits(world)).toMatchObject({ balance: "50.00", autoRecharge: { status: "SUSPENDED" } });
    expect(world.asked({ user: "u1", to: BERLIN })).toMatchObject({ decision: "allow" });
    world.org.command("credits.autoRecharge", { on: true });
    expect(payments(world)).toBe(10);
  });

  it("CC-5: what is billed is the recharge: a lot of the amount, its own payment, its ledger entries", () => {
    const world = fundedWorld(ZONE_2);
    world.org.command("credits.autoRecharge", { on: true, trigger: "50", recharge: "75" });
    paid(world, "p1", "succeeded");
    expect(credits(world)).toMatchObject({
      balance: "125.00",
      lots: [{ amount: "50.00" }, { kind: "recharge", amount: "75.00" }],
    });
    expect(world.fold.events.findLast(({ type }) => type === "command.payment.result")?.postings).toEqual([
      { ledger: "cash/recharge", unit: "USD", amount: -75_000_000 },
      { ledger: "credits/lot-2", unit: "USD", amount: 75_000_000 },
    ]);
  });

  it.each(["BH", "CN", "IN", "KZ", "MK", "NI", "PK", "RU", "KR", "TW", "UA"])("CC-11: no credits are sold in %s", (country) => {
    const world = beginWorld({ country });
    expect(world.fold.command("acme", "credits.topUp", { amount: "50" })).toMatchObject({ code: "creditsNotSold" });
    expect(credits(world)).toMatchObject({ canBuy: false, cannotBuyReason: "creditsNotSold" });
  });

  it("CC-12: under a Microsoft Customer Agreement none are sold, nor is auto-recharge switched on", () => {
    const world = beginWorld({ agreement: "MCA" });
    expect(world.fold.command("acme", "credits.topUp", { amount: "50" })).toMatchObject({ code: "creditsNotSold" });
    const on = { on: true, trigger: "0", recharge: "50" };
    expect(world.fold.command("acme", "credits.autoRecharge", on)).toMatchObject({ code: "creditsNotSold" });
  });
});

describe("zero, below and expiry (CC-6 to CC-8, D9, D11, D21, D33)", () => {
  it("CC-6, edge 11: the last cent starts a call, which completes below zero; from 0 on none begins, toll-free included", () => {
    const world = fundedWorld(ZONE_2, { credits: "0.01" });
    expect(world.called(600, { user: "u1", to: BERLIN })).toMatchObject({ amountMicros: 150_000, reason: null });
    expect(credits(world)).toMatchObject({ balance: "-0.14", state: "ZERO" });
    expect(world.asked({ user: "u1", to: BERLIN })).toMatchObject({ reason: "creditsExhausted" });
    const tollFree = {
      callType: "ucap_in",
      direction: "inbound",
      serviceNumber: "+498001234567",
      numberType: "tollFree",
    } as const;
    expect(world.asked(tollFree)).toMatchObject({ decision: "deny", reason: "creditsExhausted" });
    world.org.command("credits.topUp", { amount: "50" });
    expect(credits(world)).toMatchObject({ balance: "49.86", lots: [{}, { amount: "50.00", remaining: "49.86" }] });
  });

  it("CC-6, example 19: at exactly 0 nothing begins; one micro-unit is enough", () => {
    const world = fundedWorld(ZONE_2, { credits: "0.015" });
    world.called(60, { user: "u1", to: BERLIN });
    expect(credits(world).balance).toBe("0.00");
    expect(world.asked({ user: "u1", to: BERLIN })).toMatchObject({ decision: "deny" });
    world.org.command("credits.goodwill", { amount: "0.000001", reason: "test" });
    expect(world.asked({ user: "u1", to: BERLIN })).toMatchObject({ decision: "allow" });
  });

  it("D9, D21: the floor is −50.00: 3,333 minutes fit 49.995 below zero, the next whole one does not", () => {
    const world = fundedWorld(ZONE_2, { credits: "0.000001" });
    world.fold.at("2026-03-20T08:00:00Z");
    const row = world.called(4000 * 60, { user: "u1", to: BERLIN });
    expect(row).toMatchObject({ amountMicros: 49_995_000, chargedSeconds: 3333 * 60, reason: "creditsExhausted" });
    expect(row.segments.at(-1)).toMatchObject({ source: "UNFUNDED", seconds: 667 * 60, amountMicros: 0 });
  });

  it("CC-7: a lot ends with the same day twelve months later, the last of February for the 29th", () => {
    const leap = beginWorld({}, "2028-02-29T10:00:00Z");
    leap.org.command("credits.topUp", { amount: "50" });
    expect(credits(leap).lots[0]?.expiresAt).toBe("2029-02-28T23:59:59.999999Z");
    const plain = beginWorld({}, "2026-03-31T23:59:59Z");
    plain.org.command("credits.topUp", { amount: "50" });
    expect(credits(plain).lots[0]?.expiresAt).toBe("2027-03-31T23:59:59.999999Z");
  });

  it("CC-7, edge 15: an expiring lot still pays legs that began before, to the microsecond", () => {
    const world = fundedWorld(ZONE_2);
    world.fold.at("2027-03-03T00:05:00Z").tick();
    expect(credits(world).balance).toBe("0.00");
    const before = { user: "u1", to: BERLIN, answeredAt: "2027-03-02T23:59:59.999999Z", endedAt: "2027-03-03T00:02:00Z" };
    expect(world.called(0, before)).toMatchObject({ amountMicros: 45_000, reason: null });
    const after = { ...before, answeredAt: "2027-03-03T00:00:00Z" };
    expect(world.called(0, after)).toMatchObject({ amountMicros: 0, reason: "creditsExhausted" });
    expect(world.facts("credits.expired")).toMatchObject([{ forfeited: "50.00" }]);
  });

  it("CC-7: expiry is a ledger entry: out of the lot, into forfeited", () => {
    const world = fundedWorld(ZONE_2);
    world.fold.at("2027-03-03T00:00:00Z").tick();
    expect(world.fold.events.find(({ type }) => type === "credits.expired")?.postings).toEqual([
      { ledger: "credits/lot-1", unit: "USD", amount: -50_000_000 },
      { ledger: "forfeited", unit: "USD", amount: 50_000_000 },
    ]);
  });

  it("CC-8: mail 30 and 7 days before expiry, at 20 % of the last top-up, and at zero, each once", () => {
    const world = fundedWorld(ZONE_2, { credits: "" });
    world.org.command("credits.topUp", { amount: "50" });
    world.fold.at("2026-03-20T08:00:00Z");
    world.called(2666 * 60, { user: "u1", to: BERLIN }); // 39.99, 10.01 left
    expect(world.notices("credits.low")).toEqual([]);
    world.called(60, { user: "u1", to: BERLIN });
    world.called(60, { user: "u1", to: BERLIN });
    expect(world.notices("credits.low").map(({ data }) => data["balance"])).toEqual(["9.995"]);
    for (let day = 0; day < 360; day++) {
      world.fold.now += DAY;
      world.fold.tick();
    }
    expect(world.notices("credits.expiring").map(({ data }) => [data["days"], data["amount"]])).toEqual([
      ["30", "9.98"],
      ["7", "9.98"],
    ]);
    const drained = fundedWorld(ZONE_2, { credits: "0.03" });
    for (let at = 0; at < 3; at++) drained.called(60, { user: "u1", to: BERLIN });
    expect(drained.notices("credits.zero").map(({ data }) => data["balance"])).toEqual(["0.00"]);
  });

  it("D11: a void gives money back to its lot; to an expired lot, where it is forfeited again at once", () => {
    const world = fundedWorld(ZONE_2);
    const row = world.called(600, { user: "u1", to: BERLIN });
    world.org.command("call.void", { usageId: row.usageId, reason: "test" });
    expect(credits(world)).toMatchObject({ balance: "50.00", lots: [{ remaining: "50.00" }] });
    const late = world.called(600, { user: "u1", to: BERLIN });
    world.fold.at("2027-03-03T00:00:00Z").tick();
    world.org.command("call.void", { usageId: late.usageId, reason: "test" });
    expect(credits(world)).toMatchObject({ balance: "0.00", lots: [{ state: "EXPIRED", remaining: "0.00" }] });
  });

  it("D11, D33: a refund reduces debt first; what was debt and is repaid goes to the newest open lot", () => {
    const world = fundedWorld(ZONE_2, { credits: "0.01" });
    const row = world.called(600, { user: "u1", to: BERLIN }); // 0.15: 0.01 of the lot, 0.14 debt
    world.org.command("credits.topUp", { amount: "50" });
    expect(credits(world).balance).toBe("49.86");
    world.org.command("call.void", { usageId: row.usageId, reason: "test" });
    expect(credits(world)).toMatchObject({ balance: "50.01", lots: [{ remaining: "0.01" }, { remaining: "50.00" }] });
  });

  it("D19: goodwill is a lot of twelve months, repays debt first, and goes under every agreement", () => {
    const world = fundedWorld(ZONE_2, { credits: "0.01" });
    world.called(600, { user: "u1", to: BERLIN });
    world.org.command("account.settings", { agreement: "MCA" });
    world.org.command("credits.goodwill", { amount: "1", reason: "sorry" });
    expect(credits(world)).toMatchObject({ lots: [{}, { kind: "goodwill", amount: "1.00" }] });
    expect(credits(world).lots[1]?.expiresAt).toBe("2027-03-02T23:59:59.999999Z");
  });

  it("D19: goodwill above the limit waits for a second person; at the limit it does not", () => {
    const world = beginWorld();
    world.org.command("credits.goodwill", { amount: "100", reason: "at the limit" });
    expect(credits(world).balance).toBe("100.00");
    const { result } = world.org.command("credits.goodwill", { amount: "100.000001", reason: "above" });
    const proposal = (result as { proposal: string }).proposal;
    expect(credits(world).balance).toBe("100.00");
    const mine = world.fold.command("acme", "credits.approveGoodwill", { proposal, approve: true });
    expect(mine).toMatchObject({ code: "secondPersonNeeded" });
  });

  it("D35, edge 12: with `complete` one slice is held at a time, and renewed; it is given back at the end", () => {
    const world = fundedWorld(ZONE_2);
    const call = { usageId: "x", user: "u1", to: AFGHANISTAN };
    expect(world.fold.ask("acme", "authorize", { ...call, setupAt: world.fold.now })).toMatchObject({ reserved: "0.32" });
    world.fold.call("acme", "answered", { ...call, answeredAt: world.fold.now });
    world.fold.now += MINUTE;
    expect(world.fold.ask("acme", "progress", { ...call, usedMs: 60_000, seq: 1 })).toMatchObject({ reserved: "0.64" });
    expect(credits(world)).toMatchObject({ balance: "50.00", reserved: "0.64", available: "49.36" });
    world.fold.call("acme", "ended", { ...call, usedMs: 61_000, endedAt: world.fold.now + 1_000_000 });
    expect(credits(world)).toMatchObject({ balance: "49.36", reserved: "0.00" });
  });
});

describe("modes (CC-12 to CC-14, D7, edge 14)", () => {
  function migrating(balance: string, { recharge = false, on = true } = {}): World {
    const world = fundedWorld(ZONE_2, { credits: balance });
    if (recharge) world.org.command("credits.autoRecharge", { on: true, trigger: "0", recharge: "50" });
    expect(credits(world).mode).toBe("PREPAID");
    world.org.command("account.settings", { agreement: "MCA" });
    if (on) world.org.command("payAsYouGo.set", { subscription: `s-${ZONE_2}`, on: true });
    world.fold.now += MINUTE;
    return world;
  }

  it("NONE → PREPAID: nothing was ever bought, then it was", () => {
    const world = beginWorld();
    expect(credits(world)).toMatchObject({ mode: "NONE", state: "NONE" });
    world.org.command("credits.topUp", { amount: "50" });
    expect(credits(world)).toMatchObject({ mode: "PREPAID", state: "ACTIVE" });
  });

  it("CC-12, CC-14, example 10: DRAINING pays from the balance to exactly 0, overage the rest, then POSTPAID", () => {
    const world = migrating("0.02");
    expect(credits(world).mode).toBe("DRAINING");
    const row = world.called(4 * 60, {
      user: "u1",
      to: BERLIN,
      answeredAt: world.fold.now,
      endedAt: world.fold.now + 4 * MINUTE,
    });
    expect(row.segments.map(({ source, amountMicros }) => [source, amountMicros])).toEqual([
      ["CREDITS", 20_000],
      ["OVERAGE", 40_000],
    ]);
    expect(credits(world)).toMatchObject({ mode: "POSTPAID", balance: "0.00" });
    world.fold.now += HOUR;
    const next = world.called(60, { user: "u1", to: BERLIN });
    expect(next.segments.map(({ source, amountMicros }) => [source, amountMicros])).toEqual([["OVERAGE", 15_000]]);
  });

  it("CC-14: UNFUNDED: balance used up, no recharge, option Off: what credits would pay is denied", () => {
    const world = migrating("0.015", { on: false });
    world.called(60, { user: "u1", to: BERLIN, answeredAt: world.fold.now, endedAt: world.fold.now + MINUTE });
    expect(credits(world)).toMatchObject({ mode: "UNFUNDED", balance: "0.00" });
    expect(world.asked({ user: "u1", to: BERLIN })).toMatchObject({ decision: "deny", reason: "payAsYouGoOff" });
  });

  it("D7, edge 14: STUCK_PREPAID warns, recharges for ever and is never postpaid; off, it drains", () => {
    const world = migrating("0.015", { recharge: true });
    expect(credits(world).mode).toBe("STUCK_PREPAID");
    expect(world.notices("credits.stuckPrepaid").map(({ data }) => data)).toEqual([{ balance: "0.015", currency: "USD" }]);
    world.called(60, { user: "u1", to: BERLIN, answeredAt: world.fold.now, endedAt: world.fold.now + MINUTE });
    expect(payments(world)).toBe(1);
    expect(world.asked({ user: "u1", to: BERLIN })).toMatchObject({ decision: "deny", reason: "creditsExhausted" });
    paid(world, "p1", "succeeded");
    expect(world.notices("credits.stuckPrepaid")).toHaveLength(2);
    expect(credits(world)).toMatchObject({ mode: "STUCK_PREPAID", balance: "50.00" });
    world.org.command("credits.autoRecharge", { on: false });
    expect(credits(world).mode).toBe("DRAINING");
  });

  it("D7: toll-free to a queue at balance 0, option On and auto-recharge Off, is OVERAGE", () => {
    const world = migrating("0.015");
    world.called(60, { user: "u1", to: BERLIN, answeredAt: world.fold.now, endedAt: world.fold.now + MINUTE });
    world.fold.now += HOUR;
    const queue = { callType: "ucap_in", direction: "inbound", serviceNumber: "+498001234567", numberType: "tollFree" } as const;
    expect(world.called(60, queue)).toMatchObject({
      amountMicros: 175_000,
      segments: [{ source: "OVERAGE", ref: `s-${ZONE_2}` }],
    });
  });

  it("CC-13: the balance with what is held of it, what expires soon and every lot", () => {
    const world = fundedWorld(ZONE_2);
    world.asked({ user: "u1", to: AFGHANISTAN });
    expect(credits(world)).toMatchObject({ balance: "50.00", reserved: "0.32", available: "49.68", expiringSoon: "0.00" });
    world.fold.at("2027-02-15T00:00:00Z").tick();
    expect(credits(world)).toMatchObject({ expiringSoon: "50.00", lots: [{ state: "OPEN" }] });
  });
});
