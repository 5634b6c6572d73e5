import { describe, expect, it } from "vitest";
import type { AuthorizeAnswer } from "@tollbook/contracts/answers.ts";
import type { CallRow } from "../fold.ts";
import { createOrganisation } from "../testing/organisation.ts";
import type { Organisation } from "../testing/organisation.ts";
import { sampleDecks } from "../testing/sample-decks.ts";
import { createTestFold } from "../testing/test-fold.ts";
import type { CallFields, TestFold } from "../testing/test-fold.ts";
import { view } from "../view.ts";

const decks = sampleDecks();
const HOUR = 3_600_000_000;

interface World {
  readonly fold: TestFold;
  readonly org: Organisation;
  /** A finished call of `seconds` that ends now. */
  readonly called: (seconds: number, fields: Omit<CallFields, "usageId">) => CallRow;
  readonly asked: (fields: Omit<CallFields, "usageId">) => AuthorizeAnswer;
}

function begin(facts: Parameters<typeof createOrganisation>[1] = {}, start = "2026-03-02T08:00:00Z"): World {
  const fold = createTestFold(decks, start);
  const org = createOrganisation(fold, facts);
  let leg = 0;
  return {
    fold,
    org,
    called(seconds, fields) {
      fold.call("acme", "ended", {
        usageId: `c${++leg}`,
        answeredAt: fold.now - seconds * 1_000_000,
        endedAt: fold.now,
        ...fields,
      });
      expect(fold.state.accounts.get("acme")?.frozen).toBe("");
      return fold.rows.at(-1) as CallRow;
    },
    asked: (fields) => fold.ask("acme", "authorize", { usageId: `a${++leg}`, setupAt: fold.now, ...fields }),
  };
}

/** u1 with a phone system, `product` and the credits licence; 50.00 of credits. */
function funded(product: string, country = "DE", facts: Parameters<typeof createOrganisation>[1] = {}): World {
  const world = begin({ country, ...facts });
  const users = world.org.users(1, country);
  world.org.give("teams-phone-standard", users);
  world.org.give(product, users);
  world.org.give("communications-credits", users);
  world.org.command("credits.goodwill", { amount: "50", reason: "test" });
  world.fold.now += HOUR;
  return world;
}

describe("dial-out policies (OP-1 to OP-5)", () => {
  it.each([
    ["DialoutCPCandPSTNInternational", "+33140205050", "ok"],
    ["DialoutCPCandPSTNDomestic", "+33140205050", "policyDomesticOnly"],
    ["DialoutCPCandPSTNDomestic", "+4930901820", "ok"],
    ["DialoutCPCandPSTNDisabled", "+4930901820", "policyDisabled"],
    ["DialoutCPCandPSTNDomestic", "1155", "policyDomesticOnly"],
    ["DialoutCPCandPSTNDisabled", "112", "emergency"],
  ])("user control %s to %s: %s", (policy, to, reason) => {
    const { org, asked } = funded("calling-plan-domestic-120");
    org.command("policy.set", { user: "u1", dialOutPolicy: policy });
    expect(asked({ user: "u1", to })).toMatchObject({ reason });
  });

  it.each([
    ["DialoutCPCandPSTNInternational", "+26347000000", "ok"],
    ["DialoutCPCZoneAPSTNInternational", "+26347000000", "policyZoneAOnly"],
    ["DialoutCPCZoneAPSTNDisabled", "+33140205050", "ok"],
    ["DialoutCPCDomesticPSTNInternational", "+33140205050", "policyDomesticOnly"],
    ["DialoutCPCDisabledPSTNInternational", "+4930901820", "policyDisabled"],
  ])("conference control %s of the organizer to %s: %s", (policy, to, reason) => {
    const { org, asked } = funded("audio-conferencing");
    org.command("policy.set", { user: "u1", dialOutPolicy: policy });
    expect(asked({ callType: "conf_out", organizer: "u1", user: "guest", to })).toMatchObject({ reason });
  });

  it("policy is checked before money, and premium numbers are refused unless the organisation allows them (CP-7)", () => {
    const { fold, org, asked, called } = funded("calling-plan-domestic-120");
    expect(asked({ user: "u1", to: "+499001234567" })).toMatchObject({ decision: "deny", reason: "premiumNotAllowed" });
    org.command("account.settings", { allowPremium: true });
    fold.now += HOUR;
    expect(called(60, { user: "u1", to: "+499001234567" })).toMatchObject({
      poolMinutes: 0,
      capability: "MCOPSTNPP",
      amountMicros: 15_000,
    });
  });
});

describe("who pays what (domain §2.3, §8.3)", () => {
  it.each(["dr_in", "dr_out", "dr_out_user_transfer", "dr_emergency_out"] as const)("%s is free: our own carrier", (callType) => {
    const { called } = begin();
    expect(called(600, { callType, user: "u1", to: "+33140205050" })).toMatchObject({
      amountMicros: 0,
      reason: null,
      segments: [{ source: "FREE" }],
    });
  });

  it("an unknown user's call is stored UNFUNDED, charge 0, with its reason (D1)", () => {
    const { called } = begin();
    expect(called(60, { user: "who", to: "+33140205050" })).toMatchObject({
      reason: "unknownUser",
      amountMicros: 0,
      segments: [{ source: "UNFUNDED" }],
    });
  });

  it("unfunded as overage: ordinary rate, on a line of its own when there is no subscription (D32)", () => {
    const { fold, org, called } = begin();
    org.command("account.settings", { unfundedAs: "OVERAGE" });
    fold.now += HOUR;
    expect(called(61, { user: "who", to: "+33140205050" })).toMatchObject({
      reason: "unknownUser",
      amountMicros: 32_000,
      segments: [{ source: "OVERAGE", ref: "unfunded" }],
    });
  });

  it("a flagged number that is not in the country's list is allowed, and charged (D29)", () => {
    const { asked, called } = funded("calling-plan-domestic-120");
    expect(asked({ user: "u1", to: "+33140205050", emergency: true })).toMatchObject({ decision: "allow", reason: "emergency" });
    expect(called(60, { user: "u1", to: "+33140205050", emergency: true })).toMatchObject({ amountMicros: 16_000 });
  });

  it("an unknown prefix is FREECALL when finished and refused when asked (D15, D23)", () => {
    const { asked, called } = funded("calling-plan-payg-zone-2");
    expect(called(60, { user: "u1", to: "+999123456789" })).toMatchObject({
      capability: "FREECALL",
      amountMicros: 0,
      reason: "noRate",
    });
    expect(asked({ user: "u1", to: "+999123456789" })).toMatchObject({ decision: "deny", reason: "destinationUnsupported" });
  });

  it("a late leg is rated by its start: the licence came later, so it had no plan (D2)", () => {
    const { fold, org, called } = begin();
    const users = org.users(1, "DE");
    fold.now += HOUR;
    org.give("teams-phone-standard", users);
    org.give("calling-plan-domestic-120", users);
    expect(called(1800, { user: "u1", to: "+4930901820" })).toMatchObject({ reason: "noPlan", poolMinutes: 0 });
    fold.now += HOUR;
    expect(called(60, { user: "u1", to: "+4930901820" })).toMatchObject({ reason: null, poolMinutes: 1 });
  });

  it("a leg older than the account is rated by the settings as they stand", () => {
    const { called } = funded("calling-plan-domestic-120");
    expect(called(10 * 3600, { user: "u1", to: "+4930901820" })).toMatchObject({ poolMinutes: 120, reason: null });
  });

  it("21: attendants use their plan's pool until RA-4, then need a pay-as-you-go plan", () => {
    const { fold, org } = begin({}, "2025-10-20T08:00:00Z");
    org.command("user.set", { user: "att", displayName: "att", kind: "resourceAccount", usageLocation: "DE" });
    org.give("resource-account", ["att"]);
    org.give("calling-plan-domestic", ["att"]);
    const out = { callType: "ucap_out" as const, resourceAccount: "att", to: "+4930901820" };
    fold.call("acme", "ended", { usageId: "oct", ...out, answeredAt: "2025-10-31T23:59:59Z", endedAt: "2025-11-01T00:01:59Z" });
    fold.at("2025-11-01T00:10:00Z");
    fold.call("acme", "ended", { usageId: "octo", ...out, answeredAt: "2025-10-31T23:59:59Z", endedAt: "2025-11-01T00:01:59Z" });
    fold.call("acme", "ended", { usageId: "nov", ...out, answeredAt: "2025-11-01T00:00:00Z", endedAt: "2025-11-01T00:02:00Z" });
    expect(fold.rows.slice(-2)).toMatchObject([{ poolMinutes: 2 }, { poolMinutes: 0, reason: "noPaygPlan" }]);
    expect(fold.ask("acme", "authorize", { usageId: "now", ...out, setupAt: fold.now })).toMatchObject({ reason: "noPaygPlan" });
  });

  it("an unassigned number costs nothing on toll, but needs funds (D14)", () => {
    const { org, asked } = begin();
    const call = {
      callType: "unassigned_in" as const,
      direction: "inbound" as const,
      serviceNumber: "+12015550100",
      numberType: "toll" as const,
    };
    expect(asked(call)).toMatchObject({ decision: "deny", reason: "creditsExhausted" });
    org.command("credits.goodwill", { amount: "1", reason: "test" });
    expect(asked(call)).toMatchObject({ decision: "allow", grantedSeconds: null });
  });
});

describe("money (domain §4)", () => {
  it("the spend limit stops paid calls, not included ones; the call that crosses it completes (D12)", () => {
    const { fold, org, called, asked } = funded("calling-plan-domestic-120");
    org.command("policy.set", { user: "u1", spendLimit: "0.05" });
    fold.now += HOUR;
    expect(called(180, { user: "u1", to: "+33140205050" })).toMatchObject({ amountMicros: 48_000, reason: null });
    expect(called(120, { user: "u1", to: "+33140205050" })).toMatchObject({ amountMicros: 32_000, reason: null });
    expect(called(60, { user: "u1", to: "+33140205050" })).toMatchObject({ amountMicros: 0, reason: "spendLimit" });
    expect(asked({ user: "u1", to: "+33140205050" })).toMatchObject({ reason: "spendLimit" });
    expect(called(60, { user: "u1", to: "+4930901820" })).toMatchObject({ poolMinutes: 1, reason: null });
  });

  it("with auto-recharge On an account under the newer agreement is never post-paid (D7)", () => {
    const { fold, org } = begin({ agreement: "MOSA" });
    const users = org.users(1, "DE");
    org.give("teams-phone-standard", users);
    const plan = org.give("calling-plan-payg-zone-2", users);
    org.give("communications-credits", users);
    org.command("credits.autoRecharge", { on: true, trigger: "0", recharge: "50" });
    org.command("account.settings", { agreement: "MCA" });
    org.command("payAsYouGo.set", { subscription: plan, on: true });
    expect(view(fold.state, "acme", { view: "credits" })).toMatchObject({ mode: "STUCK_PREPAID" });
    expect(fold.ask("acme", "authorize", { usageId: "x", user: "u1", to: "+4930901820" })).toMatchObject({
      reason: "creditsExhausted",
    });
  });

  it("a call takes the balance down to the floor and no further: the rest is UNFUNDED in whole minutes (D9)", () => {
    const { org, called, fold } = begin();
    const users = org.users(1, "DE");
    org.give("teams-phone-standard", users);
    org.give("calling-plan-payg-zone-2", users);
    org.give("communications-credits", users);
    org.command("credits.goodwill", { amount: "0.10", reason: "test" });
    org.command("account.settings", { overdraftCap: "0.02" });
    fold.now += HOUR;
    const row = called(600, { user: "u1", to: "+4930901820" });
    expect(row).toMatchObject({ amountMicros: 120_000, chargedSeconds: 480, reason: "creditsExhausted" });
    expect(row.segments.at(-1)).toMatchObject({ source: "UNFUNDED", seconds: 120, amountMicros: 0 });
    expect(view(fold.state, "acme", { view: "credits" })).toMatchObject({ balance: "-0.02", state: "ZERO" });
    // The next top-up repays the debt first (CC-6).
    org.command("credits.topUp", { amount: "50" });
    expect(view(fold.state, "acme", { view: "credits" })).toMatchObject({ balance: "49.98" });
  });

  it("with `cut` a grant is what can be paid, in whole increments, and the floor is 0 (D21)", () => {
    const { fold, org, asked } = begin();
    const users = org.users(1, "DE");
    org.give("teams-phone-standard", users);
    org.give("calling-plan-payg-zone-2", users);
    org.give("communications-credits", users);
    org.command("account.settings", { atZero: "cut" });
    org.command("credits.goodwill", { amount: "0.04", reason: "test" });
    expect(asked({ user: "u1", to: "+4930901820", requestedSeconds: 600 })).toMatchObject({
      grantedSeconds: 120,
      final: true,
      reserved: "0.03",
    });
    expect(asked({ user: "u1", to: "+4930901820" })).toMatchObject({ decision: "deny", reason: "creditsExhausted" });
    expect(view(fold.state, "acme", { view: "credits" })).toMatchObject({ available: "0.01" });
  });

  it("a late leg that began before its lot expired takes the forfeiture back as far as needed (D11)", () => {
    const { fold, called } = funded("calling-plan-payg-zone-2");
    fold.at("2027-03-03T00:00:00Z").tick();
    expect(view(fold.state, "acme", { view: "credits" })).toMatchObject({ balance: "0.00", lots: [{ state: "EXPIRED" }] });
    const row = called(7200, { user: "u1", to: "+4930901820" });
    expect(row).toMatchObject({ amountMicros: 1_800_000, reason: null });
    expect(row.postings).toContainEqual({ ledger: "forfeited", unit: "USD", amount: -1_800_000 });
    expect(view(fold.state, "acme", { view: "credits" })).toMatchObject({ balance: "0.00" });
    fold.now += HOUR;
    expect(called(60, { user: "u1", to: "+4930901820" })).toMatchObject({ reason: "creditsExhausted", amountMicros: 0 });
  });
});

describe("pools (domain §2.2)", () => {
  it("warns once at 80 % and once at 100 % (AC-5, §11)", () => {
    const { fold, called } = funded("calling-plan-domestic-120");
    for (const minutes of [95, 1, 20, 4, 10]) called(minutes * 60, { user: "u1", to: "+4930901820" });
    const warnings = fold.outputs.filter((output) => output.kind === "notice" && output.notice === "pool.warning");
    expect(warnings.map((output) => (output.kind === "notice" ? output.data["threshold"] : ""))).toEqual(["80", "100"]);
  });

  it("is one for the United States and Puerto Rico (CP-4), and one per user for MCOPSTN8 (CP-8)", () => {
    const { fold, org } = begin({ country: "US" });
    const [us, pr] = [org.users(1, "US"), org.users(1, "PR", 2)];
    org.give("teams-phone-standard", [...us, ...pr]);
    org.give("calling-plan-domestic", [...us, ...pr]);
    expect(view(fold.state, "acme", { view: "pools" })).toMatchObject({
      pools: [{ usageLocation: "US+PR", totalMinutes: 6000 }],
    });
    const personal = org.users(2, "DE", 3);
    org.give("teams-phone-standard", personal);
    org.give("calling-plan-domestic-120-personal", personal);
    expect(view(fold.state, "acme", { view: "pools" })).toMatchObject({
      pools: [{}, { user: "u3", totalMinutes: 120 }, { user: "u4" }],
    });
  });

  it("follows a user who moves: minutes used stay, the new country's pool is full, the old one keeps its size this month (§12.8)", () => {
    const { fold, org, called } = funded("calling-plan-domestic-120");
    called(60 * 60, { user: "u1", to: "+4930901820" });
    org.command("user.set", { user: "u1", displayName: "u1", usageLocation: "FR" });
    fold.now += HOUR;
    expect(called(60, { user: "u1", to: "+33140205050" })).toMatchObject({
      poolMinutes: 1,
      usageLocation: "FR",
      destinationContext: "Domestic",
    });
    expect(view(fold.state, "acme", { view: "pools" })).toMatchObject({
      pools: [
        { usageLocation: "DE", usedMinutes: 60, totalMinutes: 120 },
        { usageLocation: "FR", usedMinutes: 1, totalMinutes: 120 },
      ],
    });
  });

  it("has its month in the organisation's zone (CP-10)", () => {
    const { fold, called } = funded("calling-plan-domestic-120", "DE", { timeZone: "Europe/Berlin" });
    fold.at("2026-03-31T22:10:00Z");
    expect(called(300, { user: "u1", to: "+4930901820" })).toMatchObject({ poolMonth: 202_604 });
    expect(called(900, { user: "u1", to: "+4930901820" })).toMatchObject({ poolMonth: 202_603 });
  });

  it("is never over-granted by calls at the same time", () => {
    const { fold, asked } = funded("calling-plan-domestic-120");
    const grants = Array.from({ length: 5 }, () => asked({ user: "u1", to: "+4930901820", requestedSeconds: 1800 }));
    expect(grants.map(({ grantedSeconds, funding }) => [grantedSeconds, funding.map(({ source }) => source).join()])).toEqual([
      [1800, "POOL"],
      [1800, "POOL"],
      [1800, "POOL"],
      [1800, "POOL"],
      [1800, "CREDITS"],
    ]);
    expect(view(fold.state, "acme", { view: "pools" })).toMatchObject({
      pools: [{ availableMinutes: 0, reservedMinutes: 120, usedMinutes: 0 }],
    });
  });
});
