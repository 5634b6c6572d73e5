import { describe, expect, it } from "vitest";
import type { CallRow } from "./fold.ts";
import { createOrganisation } from "./testing/organisation.ts";
import type { Organisation } from "./testing/organisation.ts";
import { sampleDecks } from "./testing/sample-decks.ts";
import { createTestFold } from "./testing/test-fold.ts";
import type { CallFields, TestFold } from "./testing/test-fold.ts";
import { view } from "./view.ts";
import { holds } from "./views/reconciliation-view.ts";

/** Domain §15, as written: sample USD rates of §5, 60/60. */
const decks = sampleDecks();

function begin(start: string, facts: Parameters<typeof createOrganisation>[1] = {}): { fold: TestFold; org: Organisation } {
  const fold = createTestFold(decks, start);
  return { fold, org: createOrganisation(fold, facts) };
}

let leg = 0;
/** A finished call of `length` seconds that ends now; its row. */
function called(fold: TestFold, length: number, fields: Omit<CallFields, "usageId">): CallRow {
  const endedAt = fold.now;
  fold.call("acme", "ended", { usageId: `leg-${++leg}`, answeredAt: endedAt - length * 1_000_000, endedAt, ...fields });
  const account = fold.state.accounts.get("acme");
  expect(account?.frozen).toBe("");
  expect(account !== undefined && holds(account)).toBe(true);
  return fold.rows.at(-1) as CallRow;
}

const paid = (row: CallRow): [string, number, number][] =>
  row.segments.map(({ source, minutes, amountMicros }) => [source, minutes, amountMicros]);

describe("worked examples of domain §15", () => {
  it("1: splits a call at the end of the included minutes: 2 POOL + 3 × 0.015", () => {
    const { fold, org } = begin("2026-03-02T08:00:00Z");
    const users = org.users(2, "DE");
    org.give("teams-phone-standard", users);
    org.give("calling-plan-domestic-120", users);
    org.give("communications-credits", users);
    org.command("credits.topUp", { amount: "50.00" });
    fold.at("2026-03-02T16:00:00Z");
    called(fold, 238 * 60, { user: "u2", to: "+4930901820" });
    const row = called(fold, 250, { user: "u1", to: "+4930901820" });
    expect(row).toMatchObject({ amountMicros: 45_000, poolMinutes: 2, billableSeconds: 250, chargedSeconds: 180 });
    expect(paid(row)).toEqual([
      ["POOL", 2, 0],
      ["CREDITS", 0, 45_000],
    ]);
  });

  it("1: without credits and with the option Off it is cut at 120 s, 2 min POOL", () => {
    const { fold, org } = begin("2026-03-02T08:00:00Z", { agreement: "MCA" });
    const users = org.users(2, "DE");
    org.give("teams-phone-standard", users);
    org.give("calling-plan-domestic-120", users);
    fold.at("2026-03-02T16:00:00Z");
    called(fold, 238 * 60, { user: "u2", to: "+4930901820" });
    const fields = { usageId: "x", user: "u1", to: "+4930901820", setupAt: fold.now };
    expect(fold.ask("acme", "authorize", { ...fields, requestedSeconds: 3600 })).toMatchObject({
      decision: "allow",
      grantedSeconds: 120,
      final: true,
      funding: [{ source: "POOL", ref: "MCOPSTN5/DE/domestic" }],
    });
    const answeredAt = fold.now;
    fold.now += 123_000_000;
    // D22: it was cut by us and ended within 5 s after the grant.
    fold.call("acme", "ended", { ...fields, answeredAt, endedAt: fold.now });
    expect(fold.rows.at(-1)).toMatchObject({ amountMicros: 0, poolMinutes: 2, billableSeconds: 120, reason: null });
    expect(fold.ask("acme", "authorize", { ...fields, usageId: "y" })).toMatchObject({
      decision: "deny",
      reason: "payAsYouGoOff",
    });
  });

  it("1: as a finished record of 250 s, the rest is UNFUNDED (D1)", () => {
    const { fold, org } = begin("2026-03-02T08:00:00Z");
    const users = org.users(2, "DE");
    org.give("teams-phone-standard", users);
    org.give("calling-plan-domestic-120", users);
    fold.at("2026-03-02T16:00:00Z");
    called(fold, 238 * 60, { user: "u2", to: "+4930901820" });
    const row = called(fold, 250, { user: "u1", to: "+4930901820" });
    expect(row).toMatchObject({ amountMicros: 0, poolMinutes: 2, reason: "noCreditsLicense" });
    expect(row.segments).toMatchObject([
      { source: "POOL", seconds: 120 },
      { source: "UNFUNDED", seconds: 180 },
    ]);
  });

  it("2: a domestic plan abroad: 2 × 0.016, pool untouched", () => {
    const { fold, org } = begin("2026-03-02T08:00:00Z");
    const users = org.users(1, "DE");
    org.give("teams-phone-standard", users);
    org.give("calling-plan-domestic", users);
    org.give("communications-credits", users);
    org.command("credits.topUp", { amount: "50.00" });
    expect(called(fold, 61, { user: "u1", to: "+33140205050" })).toMatchObject({ amountMicros: 32_000, poolMinutes: 0 });
    expect(view(fold.state, "acme", { view: "pools" })).toMatchObject({ pools: [{ usedMinutes: 0, totalMinutes: 1200 }] });
  });

  it("3: either cap: international minutes gone, a domestic call pays 3 × 0.013", () => {
    const { fold, org } = begin("2026-03-02T08:00:00Z", { country: "US" });
    const users = org.users(1, "US");
    org.give("teams-phone-standard", users);
    org.give("calling-plan-international", users);
    org.give("communications-credits", users);
    org.command("credits.topUp", { amount: "50.00" });
    fold.at("2026-03-03T08:00:00Z");
    expect(called(fold, 600 * 60, { user: "u1", to: "+4930901820" })).toMatchObject({ poolMinutes: 600, amountMicros: 0 });
    expect(called(fold, 180, { user: "u1", to: "+12015550100" })).toMatchObject({ amountMicros: 39_000, poolMinutes: 0 });
    expect(view(fold.state, "acme", { view: "pools" })).toMatchObject({
      pools: [
        { kind: "domestic", usedMinutes: 0, totalMinutes: 3000 },
        { kind: "international", usedMinutes: 600, state: "EXHAUSTED" },
      ],
    });
  });

  it("4: US to CA is domestic for the plan, but not for the policy (CP-11)", () => {
    const { fold, org } = begin("2026-03-02T08:00:00Z", { country: "US" });
    const users = org.users(1, "US");
    org.give("teams-phone-standard", users);
    org.give("calling-plan-domestic", users);
    expect(called(fold, 60, { user: "u1", to: "+12045550100" })).toMatchObject({
      poolMinutes: 1,
      amountMicros: 0,
      destinationCountry: "CA",
    });
    org.command("policy.set", { user: "u1", dialOutPolicy: "tag:DialoutCPCInternationalPSTNDomestic" });
    const answer = fold.ask("acme", "authorize", { usageId: "x", user: "u1", to: "+12045550100" });
    expect(answer).toMatchObject({ decision: "deny", reason: "policyDomesticOnly" });
  });

  it("5: the conferencing pool of 115 licences, one minute left: 1 POOL + 2 × 0.125, on the organizer", () => {
    const { fold, org } = begin("2026-03-02T00:00:00Z");
    const users = org.users(115, "ZW");
    org.give("audio-conferencing", users);
    org.give("communications-credits", ["u7"]);
    org.command("credits.topUp", { amount: "50.00" });
    fold.at("2026-03-06T23:00:00Z");
    const conference = { callType: "conf_out" as const, organizer: "u7", user: "guest" };
    expect(called(fold, 6899 * 60, { ...conference, to: "+33140205050" })).toMatchObject({ poolMinutes: 6899 });
    const row = called(fold, 130, { ...conference, to: "+33612345678" });
    expect(row).toMatchObject({ amountMicros: 250_000, poolMinutes: 1, organizer: "u7", chargedSeconds: 120 });
    // 6: the pool is full, Zimbabwe is not in Zone A: 0.223 from the credits; without the licence it is refused.
    expect(called(fold, 60, { ...conference, to: "+26347000000" })).toMatchObject({ amountMicros: 223_000 });
    const answer = fold.ask("acme", "authorize", { usageId: "z", ...conference, organizer: "u8", to: "+26347000000" });
    expect(answer).toMatchObject({ decision: "deny", reason: "noCreditsLicense" });
  });

  it("7: pay per minute: two on toll 600 s, one toll-free 601 s: 0.412 over three legs", () => {
    const { fold, org } = begin("2026-03-02T08:00:00Z", { country: "US", agreement: "EA" });
    const users = org.users(1, "US");
    org.give("audio-conferencing-pay-per-minute", users);
    org.command("credits.topUp", { amount: "50.00" });
    const dialIn = { callType: "conf_in" as const, direction: "inbound" as const, organizer: "u1", from: "+4930901820" };
    const rows = [
      called(fold, 600, { ...dialIn, serviceNumber: "+12015550100", numberType: "toll" }),
      called(fold, 600, { ...dialIn, serviceNumber: "+12015550100", numberType: "toll" }),
      called(fold, 601, { ...dialIn, serviceNumber: "+18005550100", numberType: "tollFree" }),
    ];
    expect(rows.map(({ amountMicros }) => amountMicros)).toEqual([85_000, 85_000, 242_000]);
    expect(view(fold.state, "acme", { view: "credits" })).toMatchObject({ balance: "49.588" });
  });

  it("8: lots are spent first in, first out, and what is left is forfeited after twelve months", () => {
    const { fold, org } = begin("2025-03-10T09:00:00Z", { country: "US", agreement: "EA" });
    const users = org.users(1, "US");
    org.give("audio-conferencing-pay-per-minute", users);
    org.command("credits.topUp", { amount: "50.00" });
    fold.at("2025-06-01T09:00:00Z");
    org.command("credits.topUp", { amount: "50.00" });
    fold.at("2025-07-20T09:00:00Z");
    const dialOut = { callType: "conf_out" as const, organizer: "u1", to: "+12015550100" };
    const row = called(fold, 3000 * 60, { ...dialOut, to: "+17875550100" });
    expect(row.amountMicros).toBe(60_000_000);
    expect(paid(row)).toEqual([
      ["CREDITS", 0, 50_000_000],
      ["CREDITS", 0, 10_000_000],
    ]);
    expect(view(fold.state, "acme", { view: "credits" })).toMatchObject({
      balance: "40.00",
      lots: [
        { remaining: "0.00", state: "DEPLETED" },
        { remaining: "40.00", state: "OPEN", expiresAt: "2026-06-01T23:59:59.999999Z" },
      ],
    });
    fold.at("2026-06-01T23:59:00Z").tick();
    expect(view(fold.state, "acme", { view: "credits" })).toMatchObject({ balance: "40.00" });
    fold.at("2026-06-02T00:00:00Z").tick();
    expect(view(fold.state, "acme", { view: "credits" })).toMatchObject({ balance: "0.00", lots: [{}, { state: "EXPIRED" }] });
    expect(fold.events.at(-1)).toMatchObject({ type: "credits.expired", amountMicros: -40_000_000, balanceMicros: 0 });
  });

  it("9: the recharge fires at or below the trigger, once, and a declined card changes nothing", () => {
    const { fold, org } = begin("2026-03-02T08:00:00Z", { country: "US", agreement: "EA" });
    const users = org.users(1, "US");
    org.give("audio-conferencing-pay-per-minute", users);
    org.command("credits.topUp", { amount: "101.00" });
    org.command("credits.autoRecharge", { on: true, trigger: "100", recharge: "200" });
    const dialOut = { callType: "conf_out" as const, organizer: "u1", to: "+17875550100" };
    called(fold, 75 * 60, dialOut);
    const asked = fold.outputs.filter(({ kind }) => kind === "payment");
    expect(asked).toMatchObject([{ payment: "p1", attempt: 1, subject: "r1", amountMicros: 200_000_000, currency: "USD" }]);
    org.command("payment.result", { payment: "p1", attempt: 1, outcome: "declined" });
    expect(view(fold.state, "acme", { view: "credits" })).toMatchObject({ balance: "99.50", autoRecharge: { status: "FAILED" } });
    fold.now += 6 * 3_600_000_000;
    fold.tick();
    org.command("payment.result", { payment: "p1", attempt: 2, outcome: "succeeded" });
    expect(view(fold.state, "acme", { view: "credits" })).toMatchObject({ balance: "299.50", autoRecharge: { status: "IDLE" } });
    expect(fold.command("acme", "payment.result", { payment: "p1", attempt: 2, outcome: "succeeded" })).toMatchObject({
      outcome: "refused",
    });
    expect(fold.outputs.filter((output) => output.kind === "notice" && output.notice === "credits.recharged")).toHaveLength(1);
  });

  const draining = (on: boolean): { fold: TestFold; row: CallRow } => {
    const { fold, org } = begin("2026-03-02T08:00:00Z");
    const users = org.users(1, "DE");
    org.give("teams-phone-standard", users);
    const plan = org.give("calling-plan-payg-zone-2", users);
    org.give("communications-credits", users);
    org.command("credits.goodwill", { amount: "0.02", reason: "remainder" });
    org.command("account.settings", { agreement: "MCA" });
    org.command("payAsYouGo.set", { subscription: plan, on });
    expect(view(fold.state, "acme", { view: "credits" })).toMatchObject({ mode: "DRAINING", balance: "0.02" });
    return { fold, row: called(fold, 240, { user: "u1", to: "+4930901820" }) };
  };

  it("10: a draining balance ends at exactly 0, overage pays the rest, and the mode is POSTPAID", () => {
    const { fold, row } = draining(true);
    expect(paid(row)).toEqual([
      ["CREDITS", 0, 20_000],
      ["OVERAGE", 0, 40_000],
    ]);
    expect(view(fold.state, "acme", { view: "credits" })).toMatchObject({ mode: "POSTPAID", balance: "0.00" });
  });

  it("10: with the option Off the balance goes to −0.04 and the next call is refused", () => {
    const { fold, row } = draining(false);
    expect(row).toMatchObject({ amountMicros: 60_000 });
    expect(view(fold.state, "acme", { view: "credits" })).toMatchObject({ mode: "UNFUNDED", balance: "-0.04" });
    const answer = fold.ask("acme", "authorize", { usageId: "next", user: "u1", to: "+4930901820" });
    expect(answer).toMatchObject({ decision: "deny", reason: "payAsYouGoOff" });
    expect(answer.checks).toContainEqual({ check: "creditsExhausted", passed: false, reason: "creditsExhausted" });
  });

  it("11: a call belongs to the month in which it starts", () => {
    const { fold, org } = begin("2026-01-05T08:00:00Z");
    const users = org.users(1, "DE");
    org.give("teams-phone-standard", users);
    org.give("calling-plan-domestic-120", users);
    fold.at("2026-02-01T00:03:00Z");
    const row = called(fold, 270, { user: "u1", to: "+4930901820" });
    expect(row).toMatchObject({ poolMonth: 202_601, poolMinutes: 5 });
    expect(view(fold.state, "acme", { view: "pools" })).toMatchObject({ pools: [{ month: 202_602, usedMinutes: 0 }] });
  });

  it("12: an emergency call of a blocked user of a Disabled subscription at balance −3 connects, free, without pool", () => {
    const { fold, org } = begin("2026-03-02T08:00:00Z", { country: "CA" });
    const users = org.users(1, "US");
    org.give("teams-phone-standard", users);
    const plan = org.give("calling-plan-payg-zone-1", users);
    org.give("communications-credits", users);
    org.command("credits.goodwill", { amount: "1.00", reason: "start" });
    called(fold, 200 * 60, { user: "u1", to: "+17875550100" });
    expect(view(fold.state, "acme", { view: "credits" })).toMatchObject({ balance: "-3.00" });
    org.command("user.block", { user: "u1", blocked: true });
    org.command("subscription.setState", { subscription: plan, state: "Disabled" });
    const call = { usageId: "e", user: "u1", to: "911", emergency: true };
    expect(fold.ask("acme", "authorize", call)).toMatchObject({ decision: "allow", reason: "emergency", grantedSeconds: null });
    fold.call("acme", "ended", { ...call, answeredAt: fold.now, endedAt: fold.now + 90_000_000 });
    const row = fold.rows.at(-1) as CallRow;
    expect(row).toMatchObject({ amountMicros: 0, poolMinutes: 0, outcome: "rated", emergency: true, reason: null });
    expect(paid(row)).toEqual([["FREE", 0, 0]]);
  });

  it("15: the same id once, a correction as version 2 with the difference of one minute", () => {
    const { fold, org } = begin("2026-03-02T08:00:00Z");
    const users = org.users(1, "DE");
    org.give("teams-phone-standard", users);
    org.give("calling-plan-domestic-120", users);
    fold.at("2026-03-02T09:00:00Z");
    const call = { usageId: "once", user: "u1", to: "+4930901820", answeredAt: "2026-03-02T08:10:00Z" };
    const ended = { ...call, id: "same", endedAt: "2026-03-02T08:14:10Z" };
    fold.call("acme", "ended", ended);
    fold.call("acme", "ended", ended);
    expect(fold.rows).toHaveLength(1);
    expect(fold.rows[0]).toMatchObject({ version: 1, poolMinutes: 5 });
    fold.call("acme", "corrected", { usageId: "once", usedMs: 310_000 });
    expect(fold.rows.slice(1)).toMatchObject([
      { version: 1, entry: "reversal", refersTo: fold.rows[0]?.outSeq, poolMinutes: -5 },
      { version: 2, entry: "replacement", refersTo: fold.rows[0]?.outSeq, poolMinutes: 6, billableSeconds: 310 },
    ]);
    const pools = view(fold.state, "acme", { view: "pools" });
    expect(pools).toMatchObject({ pools: [{ usedMinutes: 6 }] });
    const { total } = view(fold.state, "acme", { view: "reconciliation" }) as { total: unknown };
    expect(total).toMatchObject({ accepted: 3, events: { applied: 2, duplicate: 1 }, legs: { seen: 1, rated: 1 } });
  });

  it("16: three at once on the last credit: the first is granted, the others are refused", () => {
    const { fold, org } = begin("2026-03-02T08:00:00Z");
    const users = org.users(1, "DE");
    org.give("teams-phone-standard", users);
    org.give("calling-plan-payg-zone-2", users);
    org.give("communications-credits", users);
    org.command("credits.goodwill", { amount: "0.10", reason: "remainder" });
    const ask = (usageId: string): unknown => fold.ask("acme", "authorize", { usageId, user: "u1", to: "+93201234567" });
    expect(ask("1")).toMatchObject({ decision: "allow", grantedSeconds: 60, reserved: "0.32" });
    expect(view(fold.state, "acme", { view: "credits" })).toMatchObject({ balance: "0.10", available: "-0.22" });
    expect(ask("2")).toMatchObject({ decision: "deny", reason: "creditsExhausted" });
    expect(ask("3")).toMatchObject({ decision: "deny", reason: "creditsExhausted" });
  });

  it("17: a pay-as-you-go plan calls nobody until it is funded; inbound is free", () => {
    const { fold, org } = begin("2026-03-02T08:00:00Z");
    const users = org.users(1, "DE");
    org.give("teams-phone-standard", users);
    org.give("calling-plan-payg-zone-2", users);
    org.give("communications-credits", users);
    expect(fold.ask("acme", "authorize", { usageId: "a", user: "u1", to: "+447500123456" })).toMatchObject({ decision: "deny" });
    expect(called(fold, 600, { callType: "user_in", user: "u1", from: "+447500123456" })).toMatchObject({ amountMicros: 0 });
    org.command("credits.topUp", { amount: "50" });
    expect(called(fold, 120, { user: "u1", to: "+447500123456" })).toMatchObject({ amountMicros: 58_000 });
  });

  it.each([
    ["+447500123456", 29_000, "447500"],
    ["+447911123456", 320_000, "447911"],
    ["+442012345678", 15_000, "4420"],
    ["+19075550100", 90_000, "1907"],
    ["+420212345678", 400_000, "4202"],
  ])("18: %s costs %i micro-units a minute, by prefix %s", (to, amount, prefix) => {
    const { fold, org } = begin("2026-03-02T08:00:00Z");
    const users = org.users(1, "DE");
    org.give("teams-phone-standard", users);
    org.give("calling-plan-payg-zone-2", users);
    org.give("communications-credits", users);
    org.command("credits.topUp", { amount: "50" });
    const row = called(fold, 60, { user: "u1", to });
    expect(row.amountMicros).toBe(amount);
    expect(JSON.parse(row.proof)).toMatchObject({ rate: { prefix } });
  });

  it("19: toll-free to a queue at balance 0 is refused; the same on a toll number is answered, 0", () => {
    const { fold } = begin("2026-03-02T08:00:00Z", { country: "US" });
    const queue = { callType: "ucap_in" as const, direction: "inbound" as const, resourceAccount: "queue" };
    const tollFree = { ...queue, serviceNumber: "+18005550100", numberType: "tollFree" as const };
    expect(fold.ask("acme", "authorize", { usageId: "a", ...tollFree })).toMatchObject({
      decision: "deny",
      reason: "creditsExhausted",
    });
    const toll = { ...queue, serviceNumber: "+12015550100", numberType: "toll" as const };
    expect(fold.ask("acme", "authorize", { usageId: "b", ...toll })).toMatchObject({ decision: "allow", grantedSeconds: null });
    expect(called(fold, 300, toll)).toMatchObject({ amountMicros: 0, outcome: "rated" });
  });
});
