import { describe, expect, it } from "vitest";
import { cancellationReasons } from "@tollbook/contracts/command/product.ts";
import { commandData } from "@tollbook/contracts/commands.ts";
import { beginSubscriptions, bought } from "../testing/subscription-world.ts";

const cancel = { subscription: "s", reason: "noLongerNeeded" } as const;

describe("cancellation (SS-5, SB-2)", () => {
  it("SS-5: a reason of the list is mandatory, feedback is not; both are kept with who gave them", () => {
    const schema = commandData["subscription.cancel"];
    expect(schema.safeParse({ subscription: "s" }).success).toBe(false);
    expect(schema.safeParse({ subscription: "s", reason: "boredom" }).success).toBe(false);
    for (const reason of cancellationReasons) expect(schema.safeParse({ subscription: "s", reason }).success).toBe(true);
    const world = beginSubscriptions();
    world.buy();
    world.give("subscription.cancel", { ...cancel, feedback: "moved away" }, "ada");
    expect(world.see({ view: "subscription", subscription: "s" })).toMatchObject({
      cancelled: { reason: "noLongerNeeded", feedback: "moved away", by: "ada", at: "2026-01-01T00:00:00.000000Z" },
    });
  });

  it("SB-2: with a billing profile to the last moment of the seventh day: Disabled at once, the rest of the period credited", () => {
    const world = beginSubscriptions();
    world.buy();
    world.at("2026-01-08T00:00:00Z");
    // 24 of January's 31 days of 120.00.
    expect(world.see({ view: "subscription", subscription: "s" })).toMatchObject({
      cancellation: { effect: "atOnce", credited: "92.903226" },
    });
    expect(world.give("subscription.cancel", cancel)).toMatchObject({
      result: { effect: "atOnce", state: "Disabled", credited: "92.903226" },
    });
    expect(world.charges()).toEqual([
      ["licence", 10, 120_000_000],
      ["proration", -10, -92_903_226],
    ]);
    expect(world.give("subscription.cancel", cancel).code).toBe("subscriptionNotActive");
  });

  it("SB-2: a microsecond later only recurring billing is Off: a year that is paid monthly goes on being charged, then it is Expired", () => {
    const world = beginSubscriptions();
    world.buy();
    world.fold.now = Date.parse("2026-01-08T00:00:00Z") * 1000 + 1;
    expect(world.give("subscription.cancel", cancel)).toMatchObject({
      result: { effect: "atEndOfTerm", endsAt: "2027-01-01T00:00:00.000000Z", credited: "0.00" },
    });
    expect(world.state()).toBe("Active");
    expect(world.subscription().cancellation).toMatchObject({ reason: "noLongerNeeded" });
    // It may be taken back until then, and given again.
    world.org.command("subscription.setRecurring", { subscription: "s", on: true });
    expect(world.subscription()).toMatchObject({ cancellation: null, recurring: true });
    world.give("subscription.cancel", cancel);
    world.until("2026-12-31T00:00:00Z");
    expect(world.charges()).toHaveLength(12);
    world.until("2027-01-01T00:00:00Z");
    expect([world.state(), world.charges().length]).toEqual(["Expired", 12]);
  });

  it("SB-2: seven days after a renewal it is at once again", () => {
    const world = beginSubscriptions();
    world.buy({ term: "P1M" });
    world.until("2026-02-08T00:00:00Z");
    expect(world.give("subscription.cancel", cancel)).toMatchObject({ result: { effect: "atOnce", credited: "90.00" } });
  });

  it.each([
    ["CL", "2026-01-11T00:00:00Z", "atOnce"],
    ["CL", "2026-01-12T00:00:00Z", "atEndOfTerm"],
    ["DE", "2026-01-09T00:00:00Z", "atEndOfTerm"],
  ] as const)("SB-2: through a reseller 7 days, in Chile 10: %s at %s is %s", (country, day, effect) => {
    const world = beginSubscriptions({ country });
    world.buy({ channel: "reseller" });
    world.fold.at(day);
    expect(world.give("subscription.cancel", cancel)).toMatchObject({ result: { effect } });
  });

  it("SB-2: without a billing profile at any time: 25 licences are cancelled online, their rest is credited", () => {
    const world = beginSubscriptions({ agreement: "MOSA" });
    world.buy({ licences: 25, billingFrequency: "annual" });
    world.fold.at("2026-07-02T00:00:00Z");
    // 183 of 365 days of 25 × 144.00.
    expect(world.give("subscription.cancel", cancel)).toMatchObject({ result: { state: "Disabled", credited: "1804.931507" } });
    expect(world.charges().at(-1)).toEqual(["proration", -25, -1_804_931_507]);
  });

  it("SB-2: 26 must be reduced first", () => {
    const world = beginSubscriptions({ agreement: "MOSA" });
    world.buy({ licences: 26 });
    expect(world.give("subscription.cancel", cancel).code).toBe("tooManyLicencesToCancel");
    expect(world.give("subscription.delete", { subscription: "s" }).code).toBe("tooManyLicencesToCancel");
    expect(world.state()).toBe("Active");
    world.org.command("licence.setTotal", { subscription: "s", total: 25 });
    expect(world.give("subscription.cancel", cancel).outcome).toBe("accepted");
  });

  it("SB-3: a trial is cancelled at any time and costs nothing", () => {
    const world = beginSubscriptions();
    world.buy({ trial: true });
    world.until("2026-01-25T00:00:00Z");
    expect(world.give("subscription.cancel", cancel)).toMatchObject({ result: { effect: "atOnce", credited: "0.00" } });
    expect(world.charges()).toEqual([]);
  });

  it("SB-1: recurring billing switched off and on again changes nothing but the end", () => {
    const world = beginSubscriptions();
    world.buy({ term: "P1M" });
    expect(world.give("subscription.setRecurring", { subscription: "s", on: false })).toMatchObject({
      result: { from: true, to: false, endsAt: "2026-02-01T00:00:00.000000Z" },
    });
    world.org.command("subscription.setRecurring", { subscription: "s", on: true });
    world.until("2026-02-01T00:00:00Z");
    expect([world.state(), world.charges().length]).toEqual(["Active", 2]);
  });
});

describe("Deleted (SB-1, edge 27)", () => {
  it("SB-1: an explicit delete skips Expired and Disabled and gives back what a cancellation would", () => {
    const world = beginSubscriptions();
    world.buy();
    world.fold.at("2026-01-02T00:00:00Z");
    expect(world.give("subscription.delete", { subscription: "s" })).toMatchObject({
      result: { state: "Deleted", credited: "116.129032" },
    });
    expect(world.give("subscription.delete", { subscription: "s" }).code).toBe("subscriptionNotActive");
    world.buy({ subscription: "t" });
    world.fold.at("2026-01-20T00:00:00Z");
    expect(world.give("subscription.delete", { subscription: "t" })).toMatchObject({ result: { credited: "0.00" } });
  });

  it("edge 27: unbilled overage of a Deleted subscription is invoiced at once; without any the period goes on", () => {
    const world = beginSubscriptions();
    world.org.users(1, "DE");
    world.org.give("teams-phone-standard", ["u1"]);
    world.buy({ product: "calling-plan-payg-zone-2", licences: 1 });
    world.org.command("licence.assign", { subscription: "s", users: ["u1"] });
    world.org.command("payAsYouGo.set", { subscription: "s", on: true });
    world.buy({ subscription: "quiet", licences: 1 });
    world.fold.at("2026-01-10T00:00:00Z");
    world.called(600, { user: "u1", to: "+4930901820" });
    const drafts = (): (readonly [string, string])[] =>
      [...(world.fold.state.accounts.get("acme")?.drafts.values() ?? [])].map(({ state, to }) => [
        state,
        new Date(to / 1000).toISOString().slice(0, 10),
      ]);
    world.org.command("subscription.delete", { subscription: "quiet" });
    expect(drafts()).toEqual([["OPEN", "2026-02-01"]]);
    world.org.command("subscription.delete", { subscription: "s" });
    expect(drafts()).toEqual([["CLOSING", "2026-01-10"]]);
    world.fold.now += 73 * 3_600_000_000;
    world.fold.tick();
    const closed = [...(world.fold.state.accounts.get("acme")?.drafts.values() ?? [])].find(({ state }) => state === "CLOSED");
    // 10 minutes at 0.015.
    expect([...(closed?.lines.values() ?? [])].find(({ kind }) => kind === "overage")?.amountMicros).toBe(150_000);
  });

  it("edge 27: an organisation that leaves: all Deleted, invoiced at once, credits forfeited in the ledger, auto-recharge off, usage kept", () => {
    const world = beginSubscriptions({ agreement: "MOSA" });
    world.org.users(1, "DE");
    world.org.give("teams-phone-standard", ["u1"]);
    world.org.give("calling-plan-payg-zone-2", ["u1"]);
    world.org.give("communications-credits", ["u1"]);
    world.org.command("credits.topUp", { amount: "50", reference: "po" });
    world.org.command("credits.autoRecharge", { on: true, trigger: "10", recharge: "50" });
    world.called(600, { user: "u1", to: "+4930901820" });
    const rows = world.fold.rows.length;
    world.fold.at("2026-01-10T00:00:00Z");
    expect(world.give("account.offboard", { reason: "moved" })).toMatchObject({
      result: { forfeited: "49.85", currency: "USD" },
    });
    expect(world.fold.events.at(-1)?.postings).toEqual([
      { ledger: "credits/lot-1", unit: "USD", amount: -49_850_000 },
      { ledger: "forfeited", unit: "USD", amount: 49_850_000 },
    ]);
    expect(world.see({ view: "credits" })).toMatchObject({ balance: "0.00", autoRecharge: { on: false } });
    const { subscriptions } = world.see({ view: "subscriptions" }) as { subscriptions: { state: string }[] };
    expect(subscriptions.map(({ state }) => state)).toEqual(["Deleted", "Deleted", "Deleted"]);
    expect([...(world.fold.state.accounts.get("acme")?.drafts.values() ?? [])].map(({ state }) => state)).toEqual(["CLOSING"]);
    expect(world.asked({ user: "u1", to: "+4930901820" }).reason).toBe("tenantBlocked");
    expect(world.asked({ user: "u1", to: "112", emergency: true }).decision).toBe("allow");
    expect(world.fold.rows.slice(0, rows).every(({ outcome }) => outcome === "rated")).toBe(true);
    expect(world.give("subscription.buy", { ...bought, subscription: "back" }).outcome).toBe("accepted");
  });
});
