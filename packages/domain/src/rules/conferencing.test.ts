import { describe, expect, it } from "vitest";
import { beginWorld, DAY, HOUR } from "../testing/rule-world.ts";
import type { World } from "../testing/rule-world.ts";

const FRENCH_MOBILE = "+33612345678"; // Zone A, 0.125
const ZIMBABWE = "+26347000000"; // not in Zone A, 0.223
const GERMAN_TOLL = { serviceNumber: "+4930901820", numberType: "toll" } as const;
const AMERICAN_TOLL_FREE = { serviceNumber: "+18005550100", numberType: "tollFree" } as const;

const dialOut = { callType: "conf_out", organizer: "u1", user: "guest" } as const;
const dialIn = { callType: "conf_in", direction: "inbound", organizer: "u1", from: "+4930901820" } as const;

/** u1 … hold `product`; the first ones a credits licence too; so much of credits. */
function meetings(product: string, { country = "DE", users = 1, licensed = 1, credits = "50", facts = {} } = {}): World {
  // AC-8: pay-per-minute conferencing is sold to volume-licensing customers only.
  const agreement = product.includes("pay-per-minute") ? "EA" : "MOSA";
  const world = beginWorld({ country, agreement, ...facts });
  const people = world.org.users(users, country);
  world.org.give(product, people);
  if (licensed > 0) world.org.give("communications-credits", people.slice(0, licensed));
  if (credits !== "") world.org.command("credits.goodwill", { amount: credits, reason: "test" });
  world.fold.now += 2 * DAY;
  return world;
}

describe("Audio Conferencing per user (AC-1 to AC-7)", () => {
  it("AC-1: dialling in on a toll number costs nothing and takes no minutes; callers need no licence", () => {
    const { called } = meetings("audio-conferencing", { licensed: 0, credits: "" });
    const row = called(3600, { ...dialIn, ...GERMAN_TOLL, user: "stranger" });
    expect(row).toMatchObject({ amountMicros: 0, poolMinutes: 0, reason: null, organizer: "u1", outcome: "rated" });
  });

  it("AC-1, CC-9: toll-free dial-in is per minute from credits, 61 s are 2 × 0.0220, without a credits licence of the organizer", () => {
    const { called } = meetings("audio-conferencing", { country: "US", licensed: 0 });
    expect(called(61, { ...dialIn, ...AMERICAN_TOLL_FREE })).toMatchObject({
      amountMicros: 44_000,
      poolMinutes: 0,
      capability: "MCOPSTNPP",
    });
  });

  it("AC-2, AC-3: 60 minutes of every licence assigned, tenant-wide: three in three countries are 180, bought ones do not count", () => {
    const { org, see } = meetings("audio-conferencing", { users: 1 });
    org.users(1, "US", 2);
    org.users(1, "ZW", 3);
    org.command("licence.setTotal", { subscription: "s-audio-conferencing", total: 100 });
    org.command("licence.assign", { subscription: "s-audio-conferencing", users: ["u2", "u3"] });
    expect(see({ view: "pools" })).toMatchObject({
      pools: [
        { pool: "MCOMEETADD/zoneA", totalMinutes: 180, usageLocation: "", description: "Outbound calls to Zone A countries" },
      ],
    });
  });

  it("AC-2: from the pool's last minute on per minute by credits: 61 minutes to France are 60 POOL + 1 × 0.125", () => {
    const { called } = meetings("audio-conferencing");
    const row = called(61 * 60, { ...dialOut, to: FRENCH_MOBILE });
    expect(row).toMatchObject({ poolMinutes: 60, amountMicros: 125_000, chargedSeconds: 60 });
  });

  it("AC-2: premium numbers are no part of the pool, even in Zone A", () => {
    const { org, fold, called } = meetings("audio-conferencing");
    org.command("account.settings", { allowPremium: true });
    fold.now += HOUR;
    expect(called(60, { ...dialOut, to: "+499001234567" })).toMatchObject({ poolMinutes: 0, amountMicros: 15_000 });
  });

  it.each([
    ["DE", "FR", FRENCH_MOBILE, 1, 0],
    ["ZW", "FR", FRENCH_MOBILE, 1, 0],
    ["US", "FR", FRENCH_MOBILE, 1, 0],
    ["DE", "ZW", ZIMBABWE, 0, 223_000],
    ["ZW", "ZW", ZIMBABWE, 0, 223_000],
    ["US", "ZW", ZIMBABWE, 0, 223_000],
  ])("AC-4, RT-3: an organizer in %s to %s: only the destination decides", (country, _name, to, poolMinutes, amountMicros) => {
    const { called } = meetings("audio-conferencing", { country });
    expect(called(60, { ...dialOut, to })).toMatchObject({ poolMinutes, amountMicros });
  });

  it("AC-4: with the pool empty, the price is the destination's wherever the organizer is: France 0.125 from DE, ZW and US", () => {
    for (const country of ["DE", "ZW", "US"]) {
      const { called } = meetings("audio-conferencing", { country });
      called(3600, { ...dialOut, to: FRENCH_MOBILE });
      expect(called(60, { ...dialOut, to: FRENCH_MOBILE })).toMatchObject({ poolMinutes: 0, amountMicros: 125_000 });
    }
  });

  it("AC-4: where no credits are sold an empty pool denies: India has 60 minutes; Taiwan keeps the complimentary 900", () => {
    const india = meetings("audio-conferencing", { country: "IN", licensed: 0, credits: "" });
    india.called(3600, { ...dialOut, to: FRENCH_MOBILE });
    expect(india.asked({ ...dialOut, to: FRENCH_MOBILE })).toMatchObject({ decision: "deny", reason: "noCreditsLicense" });
    for (const country of ["TW", "KR", "RU"]) {
      const kept = meetings("audio-conferencing", { country, licensed: 0, credits: "" });
      expect(kept.see({ view: "pools" })).toMatchObject({ pools: [{ pool: "MCOMEETADD/complimentary", totalMinutes: 900 }] });
      expect(kept.called(899 * 60, { ...dialOut, to: FRENCH_MOBILE })).toMatchObject({ poolMinutes: 899, amountMicros: 0 });
      expect(kept.asked({ ...dialOut, to: FRENCH_MOBILE })).toMatchObject({ decision: "allow", funding: [{ source: "POOL" }] });
      kept.called(60, { ...dialOut, to: FRENCH_MOBILE });
    }
  });

  it("AC-5: minutes, calls and money are the organizer's, not the dialler's", () => {
    const { called, see, org, fold } = meetings("audio-conferencing");
    org.users(1, "DE", 2);
    fold.now += HOUR;
    const row = called(60, { ...dialOut, user: "u2", to: ZIMBABWE });
    expect(row).toMatchObject({ organizer: "u1", amountMicros: 223_000, subscription: "s-audio-conferencing" });
    expect(see({ view: "user", user: "u2" })).toMatchObject({ spentThisMonth: "0.00" });
  });

  it("AC-5: mail at 80 % and at 100 % of the pool, each once: minute 48 and minute 60 of 60", () => {
    const { called, notices } = meetings("audio-conferencing");
    const thresholds = (): unknown[] => notices("pool.warning").map(({ data }) => `${data["threshold"]}: ${data["usedMinutes"]}`);
    called(47 * 60, { ...dialOut, to: FRENCH_MOBILE });
    expect(thresholds()).toEqual([]);
    called(60, { ...dialOut, to: FRENCH_MOBILE });
    called(11 * 60, { ...dialOut, to: FRENCH_MOBILE });
    expect(thresholds()).toEqual(["80: 48"]);
    called(120, { ...dialOut, to: FRENCH_MOBILE });
    called(60, { ...dialOut, to: FRENCH_MOBILE });
    expect(thresholds()).toEqual(["80: 48", "100: 60"]);
  });

  it("AC-6: the pool reaches Zone A and no further: CH and CN yes, UA no", () => {
    const { called } = meetings("audio-conferencing");
    expect(called(60, { ...dialOut, to: "+41446681800" })).toMatchObject({ poolMinutes: 1, destinationCountry: "CH" });
    expect(called(60, { ...dialOut, to: "+861012345678" })).toMatchObject({ poolMinutes: 1, destinationCountry: "CN" });
    expect(called(60, { ...dialOut, to: "+380441234567" })).toMatchObject({ poolMinutes: 0, amountMicros: 240_000 });
  });

  it("AC-7: a leg into a meeting of which nothing more is heard ends with its 24th hour, at the usage last reported", () => {
    const { fold } = meetings("audio-conferencing");
    const answeredAt = fold.now;
    fold.call("acme", "answered", { usageId: "open", ...dialOut, to: FRENCH_MOBILE, answeredAt });
    fold.now = answeredAt + HOUR;
    fold.call("acme", "progress", { usageId: "open", ...dialOut, to: FRENCH_MOBILE, usedMs: 600_000 });
    fold.now = answeredAt + DAY - 1;
    fold.tick();
    expect(fold.state.accounts.get("acme")?.legs.size).toBe(1);
    fold.now = answeredAt + DAY;
    fold.tick();
    expect(fold.state.accounts.get("acme")?.legs.size).toBe(0);
    expect(fold.rows.at(-1)).toMatchObject({ usageId: "open", endedBy: "timeout", billableSeconds: 600, poolMinutes: 10 });
  });

  it("AC-7, D24: a leg that was granted is closed two minutes after its last word, long before the meeting's bound", () => {
    const { fold } = meetings("audio-conferencing");
    const call = { usageId: "granted", ...dialOut, to: FRENCH_MOBILE };
    fold.ask("acme", "authorize", { ...call, setupAt: fold.now });
    fold.call("acme", "answered", { ...call, answeredAt: fold.now });
    const heard = fold.now;
    fold.now = heard + 119_000_000;
    fold.tick();
    expect(fold.state.accounts.get("acme")?.legs.size).toBe(1);
    fold.now = heard + 180_000_000;
    fold.tick();
    expect(fold.state.accounts.get("acme")?.legs.size).toBe(0);
  });
});

describe("pay per minute (AC-8 to AC-12)", () => {
  it.each([
    ["toll in", { ...dialIn, serviceNumber: "+12015550100", numberType: "toll" as const }, 17_000],
    ["toll-free in", { ...dialIn, ...AMERICAN_TOLL_FREE }, 44_000],
    ["out", { ...dialOut, to: FRENCH_MOBILE }, 250_000],
  ])("AC-8, AC-9: %s: 61 s are two minutes at the published rate, none included", (_name, call, amountMicros) => {
    const { called } = meetings("audio-conferencing-pay-per-minute", { country: "US", licensed: 0 });
    expect(called(61, call)).toMatchObject({ amountMicros, poolMinutes: 0, capability: "MCOMEETACPEA" });
  });

  it("AC-9: each participant's leg is charged for itself", () => {
    const { called, see } = meetings("audio-conferencing-pay-per-minute", { country: "US", licensed: 0 });
    for (let at = 0; at < 3; at++) called(60, { ...dialOut, to: FRENCH_MOBILE, conferenceId: "m1" });
    expect(see({ view: "credits" })).toMatchObject({ balance: "49.625" });
  });

  it("AC-10: needs credits of the organisation, not a credits licence of the organizer", () => {
    const poor = meetings("audio-conferencing-pay-per-minute", { country: "US", licensed: 0, credits: "" });
    expect(poor.asked({ ...dialOut, to: FRENCH_MOBILE })).toMatchObject({ decision: "deny", reason: "creditsExhausted" });
    const rich = meetings("audio-conferencing-pay-per-minute", { country: "US", licensed: 0, credits: "0.01" });
    expect(rich.asked({ ...dialOut, to: FRENCH_MOBILE })).toMatchObject({ decision: "allow" });
  });

  it("AC-11: of both licences the subscription's wins: its minutes first, toll dial-in free", () => {
    const { org, fold, called } = meetings("audio-conferencing-pay-per-minute");
    org.give("audio-conferencing", ["u1"]);
    fold.now += HOUR;
    expect(called(60, { ...dialOut, to: FRENCH_MOBILE })).toMatchObject({
      poolMinutes: 1,
      amountMicros: 0,
      capability: "MCOMEETADD",
    });
    expect(called(600, { ...dialIn, ...GERMAN_TOLL })).toMatchObject({ amountMicros: 0 });
  });

  it("AC-12: a dial-out policy keeps costs down: ZoneAOnly denies Zimbabwe before any money moves", () => {
    const { org, fold, asked, see } = meetings("audio-conferencing-pay-per-minute");
    org.command("policy.set", { dialOutPolicy: "DialoutCPCZoneAPSTNInternational" });
    fold.now += HOUR;
    expect(asked({ ...dialOut, to: ZIMBABWE })).toMatchObject({ decision: "deny", reason: "policyZoneAOnly" });
    expect(asked({ ...dialOut, to: FRENCH_MOBILE })).toMatchObject({ decision: "allow", reserved: "0.125" });
    expect(see({ view: "credits" })).toMatchObject({ reserved: "0.125" });
  });

  it("example 6: pool full, Zimbabwe 1 minute is 0.223 of credits; an organizer without a credits licence is denied", () => {
    const { called, asked } = meetings("audio-conferencing", { users: 2, licensed: 1 });
    called(120 * 60, { ...dialOut, to: FRENCH_MOBILE });
    expect(called(60, { ...dialOut, to: ZIMBABWE })).toMatchObject({ amountMicros: 223_000, poolMinutes: 0, reason: null });
    expect(asked({ ...dialOut, organizer: "u2", to: ZIMBABWE })).toMatchObject({ decision: "deny", reason: "noCreditsLicense" });
  });

  it("the US/CA dial-out licence includes 60 minutes to the United States and Canada, nothing elsewhere", () => {
    const { called } = meetings("audio-conferencing-us-ca-dial-out", { country: "US" });
    expect(called(60, { ...dialOut, to: "+12045550100" })).toMatchObject({ poolMinutes: 1, capability: "MCOMEETADD_DIALOUT_US" });
    expect(called(60, { ...dialOut, to: FRENCH_MOBILE })).toMatchObject({ poolMinutes: 0, amountMicros: 125_000 });
  });

  it("D14: dialling into the meeting of a blocked organizer is refused", () => {
    const { org, fold, asked } = meetings("audio-conferencing");
    org.command("user.block", { user: "u1", blocked: true, reason: "adminBlock" });
    fold.now += HOUR;
    expect(asked({ ...dialIn, ...GERMAN_TOLL })).toMatchObject({ decision: "deny", reason: "adminBlock" });
  });
});
