import { describe, expect, it } from "vitest";
import { correctionsWorld, ledgerSum, segmentsOf } from "../testing/corrections-world.ts";
import type { CorrectionsWorld } from "../testing/corrections-world.ts";
import { view } from "../view.ts";

/** An admin corrects a stored call: refund before debit, never twice, only the version in force (D2, D11, D30, §12.5, §12.6). */

/** Germany, two users with 120 minutes each and credits of 50.00; 238 of the 240 minutes are used (domain §15, 1). */
function prepaid(): CorrectionsWorld {
  const world = correctionsWorld("2026-03-02T08:00:00Z");
  const { fold, org } = world;
  const users = org.users(2, "DE");
  org.give("teams-phone-standard", users);
  org.give("calling-plan-domestic-120", users);
  org.give("communications-credits", users);
  org.command("credits.topUp", { amount: "50.00" });
  fold.at("2026-03-02T16:00:00Z");
  world.call("before", 238 * 60, { user: "u2" });
  return world;
}

/** One user under a Customer Agreement whose calls are overage on the next invoice. */
function postpaid(start: string): CorrectionsWorld {
  const world = correctionsWorld(start, { agreement: "MCA" });
  const { org } = world;
  const users = org.users(1, "DE");
  org.give("teams-phone-standard", users);
  const subscription = org.give("calling-plan-payg-zone-2", users);
  org.command("payAsYouGo.set", { subscription, on: true });
  return world;
}

const balance = ({ fold }: CorrectionsWorld): unknown => view(fold.state, "acme", { view: "credits" });
const usedMinutes = ({ fold }: CorrectionsWorld): unknown => view(fold.state, "acme", { view: "pools" });

describe("call.amend", () => {
  it("D11, D2: a minute more is one minute more of the same funding, with old and new amounts in the answer and the audit", () => {
    const world = prepaid();
    const { fold, rowsOf } = world;
    expect(segmentsOf(world.call("x", 250))).toEqual([
      ["POOL", 2, 0],
      ["CREDITS", 0, 45_000],
    ]);
    const answer = fold.command("acme", "call.amend", {
      usageId: "x",
      changes: { endedAt: "2026-03-02T16:01:00Z" },
      reason: "the switch lost a minute",
    });
    expect(answer).toMatchObject({
      outcome: "accepted",
      result: {
        currency: "USD",
        before: { version: 1, amount: "0.045", poolMinutes: 2, billableSeconds: 250 },
        after: { version: 2, amount: "0.06", poolMinutes: 2, billableSeconds: 310 },
        difference: "0.015",
      },
    });
    const rows = rowsOf("x");
    expect(rows.map(({ entry, version, amountMicros, poolMinutes }) => [entry, version, amountMicros, poolMinutes])).toEqual([
      ["original", 1, 45_000, 2],
      ["reversal", 1, -45_000, -2],
      ["replacement", 2, 60_000, 2],
    ]);
    expect(rows[1]?.refersTo).toBe(rows[0]?.outSeq);
    expect(rows[2]?.refersTo).toBe(rows[0]?.outSeq);
    expect(balance(world)).toMatchObject({ balance: "49.94" });
    expect(usedMinutes(world)).toMatchObject({ pools: [{ usedMinutes: 240 }] });
    expect(ledgerSum(fold)).toEqual({ USD: 0, MIN: 0 });
    const audit = fold.events.findLast(({ type }) => type === "command.call.amend");
    expect(audit).toMatchObject({ actorId: "admin", outcome: "accepted", subject: "x" });
    expect(JSON.parse(audit?.data ?? "")).toMatchObject({
      command: { reason: "the switch lost a minute" },
      result: { before: { version: 1 }, after: { version: 2 } },
    });
  });

  it.each([
    ["16:00:00Z less 250 s is 15:55:50; to 15:59:50: 240 s, 4 min", "2026-03-02T15:59:50Z", 30_000],
    ["to 15:59:51: 241 s, 5 min", "2026-03-02T15:59:51Z", 45_000],
    ["to 15:57:50: 120 s, wholly included", "2026-03-02T15:57:50Z", 0],
  ])("refund before debit, whole minutes: %s", (_, endedAt, amountMicros) => {
    const world = prepaid();
    world.call("x", 250);
    world.fold.command("acme", "call.amend", { usageId: "x", changes: { endedAt }, reason: "measured anew" });
    expect(world.rowsOf("x").at(-1)).toMatchObject({ version: 2, amountMicros, poolMinutes: 2 });
    expect(balance(world)).toMatchObject({
      balance: amountMicros === 0 ? "50.00" : `49.9${amountMicros === 30_000 ? "7" : "55"}`,
    });
  });

  it("moves a call to the user who made it: her plan, the spend limit's sums and the row follow", () => {
    const world = prepaid();
    const { fold, org, rowsOf } = world;
    org.command("policy.set", { user: "u1", spendLimit: "1.00" });
    world.call("x", 60, { to: "+33140205050" });
    expect(fold.state.accounts.get("acme")?.users.get("u1")?.spend).toEqual([{ month: 202_603, micros: 16_000 }]);
    fold.command("acme", "call.amend", { usageId: "x", changes: { user: "u2" }, reason: "a shared telephone" });
    expect(rowsOf("x").at(-1)).toMatchObject({ user: "u2", amountMicros: 16_000, version: 2 });
    expect(fold.state.accounts.get("acme")?.users.get("u1")?.spend).toEqual([{ month: 202_603, micros: 0 }]);
    expect(fold.state.accounts.get("acme")?.users.get("u2")?.spend).toEqual([{ month: 202_603, micros: 16_000 }]);
  });

  it("another number is another price: France 0.016 becomes Germany, included as far as the pool goes", () => {
    const world = prepaid();
    world.call("x", 180, { to: "+33140205050" });
    const { result } = world.fold.command("acme", "call.amend", {
      usageId: "x",
      changes: { to: "+4930901820" },
      reason: "wrong trunk",
    });
    expect(result).toMatchObject({
      before: { amount: "0.048" },
      after: { amount: "0.015", poolMinutes: 2 },
      difference: "-0.033",
    });
  });

  it("a denied call that was connected after all is rated; one leg stays one leg (D20)", () => {
    const world = correctionsWorld("2026-03-02T08:00:00Z");
    const { fold, org } = world;
    const users = org.users(1, "DE");
    org.give("teams-phone-standard", users);
    org.give("calling-plan-payg-zone-2", users);
    org.give("communications-credits", users);
    expect(fold.ask("acme", "authorize", { usageId: "x", user: "u1", to: "+4930901820" })).toMatchObject({ decision: "deny" });
    org.command("credits.topUp", { amount: "50.00" });
    const changes = { answeredAt: "2026-03-02T08:00:00Z", endedAt: "2026-03-02T08:02:00Z" };
    fold.now += 600_000_000;
    expect(fold.command("acme", "call.amend", { usageId: "x", changes, reason: "put through by hand" })).toMatchObject({
      result: { before: { outcome: "denied", amount: "0.00" }, after: { outcome: "rated", amount: "0.03" } },
    });
    expect(world.rowsOf("x")).toHaveLength(3);
    expect(view(fold.state, "acme", { view: "reconciliation" })).toMatchObject({
      total: { legs: { seen: 1, rated: 1, denied: 0 } },
    });
  });

  it("D22: a call billed as its grant stays so when only its user is corrected, and is not when its end is", () => {
    const world = correctionsWorld("2026-03-02T08:00:00Z", { agreement: "MCA" });
    const { fold, org } = world;
    const users = org.users(2, "DE");
    org.give("teams-phone-standard", users);
    org.give("calling-plan-domestic-120", users);
    fold.at("2026-03-02T16:00:00Z");
    world.call("before", 238 * 60, { user: "u2" });
    const call = { usageId: "x", user: "u1", to: "+4930901820" };
    fold.ask("acme", "authorize", { ...call, setupAt: fold.now, requestedSeconds: 3600 });
    const answeredAt = fold.now;
    fold.now += 123_000_000;
    fold.call("acme", "ended", { ...call, answeredAt, endedAt: fold.now });
    expect(fold.rows.at(-1)).toMatchObject({ billableSeconds: 120, poolMinutes: 2, reason: null });
    fold.command("acme", "call.amend", { usageId: "x", changes: { user: "u2" }, reason: "her colleague" });
    expect(world.rowsOf("x").at(-1)).toMatchObject({ version: 2, billableSeconds: 120, poolMinutes: 2, reason: null });
    fold.command("acme", "call.amend", { usageId: "x", changes: { endedAt: "2026-03-02T16:02:02Z" }, reason: "measured" });
    expect(world.rowsOf("x").at(-1)).toMatchObject({ version: 3, billableSeconds: 122, poolMinutes: 2, reason: "payAsYouGoOff" });
  });

  it("§12.10: what a call was authorised on stays good when it is corrected below zero", () => {
    const world = correctionsWorld("2026-03-02T08:00:00Z");
    const { fold, org } = world;
    const users = org.users(1, "DE");
    org.give("teams-phone-standard", users);
    org.give("calling-plan-payg-zone-2", users);
    org.give("communications-credits", users);
    org.command("credits.goodwill", { amount: "0.02", reason: "remainder" });
    const call = { usageId: "x", user: "u1", to: "+4930901820" };
    fold.ask("acme", "authorize", { ...call, setupAt: fold.now, requestedSeconds: 600 });
    const answeredAt = fold.now;
    fold.now += 240_000_000;
    fold.call("acme", "ended", { ...call, answeredAt, endedAt: fold.now });
    expect(fold.rows.at(-1)).toMatchObject({ amountMicros: 60_000, reason: null });
    fold.call("acme", "corrected", { usageId: "x", usedMs: 300_000 });
    expect(world.rowsOf("x").at(-1)).toMatchObject({ amountMicros: 75_000, reason: null, version: 2 });
    expect(balance(world)).toMatchObject({ balance: "-0.055" });
  });

  describe("after the invoice", () => {
    const invoiced = (): CorrectionsWorld => {
      const world = postpaid("2026-03-01T00:00:00Z");
      world.until("2026-03-10T12:00:00Z");
      world.call("x", 600);
      expect(world.fold.rows.at(-1)).toMatchObject({ amountMicros: 150_000, invoice: "main/2026-03-01" });
      world.until("2026-04-04T01:00:00Z");
      const draft = world.fold.state.accounts.get("acme")?.drafts.get("main/2026-03-01");
      expect(draft?.state).toBe("CLOSED");
      world.org.command("invoice.verified", { invoice: "main/2026-03-01", hash: draft?.hash ?? "" });
      return world;
    };

    it("§12.5: an amendment is an adjustment on the open invoice: what stood on the old one comes off, the new amount goes on", () => {
      const world = invoiced();
      world.fold.command("acme", "call.amend", {
        usageId: "x",
        changes: { endedAt: "2026-03-10T11:58:00Z" },
        reason: "complaint upheld",
      });
      const rows = world.rowsOf("x");
      expect(rows.map(({ amountMicros, invoice }) => [amountMicros, invoice])).toEqual([
        [150_000, "main/2026-03-01"],
        [-150_000, "main/2026-04-01"],
        [120_000, "main/2026-04-01"],
      ]);
      expect(rows[1]?.invoiceLine).toMatch(/^adjustment\|202603\|/);
      expect(rows[2]?.invoiceLine).toBe(rows[1]?.invoiceLine);
      const lines = [...(world.fold.state.accounts.get("acme")?.drafts.get("main/2026-04-01")?.lines.values() ?? [])];
      expect(lines.filter(({ kind }) => kind === "adjustment")).toMatchObject([{ amountMicros: -30_000, calls: 0, rows: 2 }]);
      expect(world.fold.state.accounts.get("acme")?.invoices.has("main/2026-03-01")).toBe(true);
    });

    it("§12.5: a void takes the whole amount off the open invoice, and can happen once", () => {
      const world = invoiced();
      world.fold.command("acme", "call.void", { usageId: "x", reason: "fraud" });
      expect(world.rowsOf("x").map(({ amountMicros, invoice }) => [amountMicros, invoice])).toEqual([
        [150_000, "main/2026-03-01"],
        [-150_000, "main/2026-04-01"],
      ]);
      expect(world.fold.command("acme", "call.void", { usageId: "x", reason: "fraud" })).toMatchObject({
        code: "callAlreadyVoided",
      });
      expect(world.fold.command("acme", "call.amend", { usageId: "x", changes: { user: "u1" }, reason: "late" })).toMatchObject({
        code: "callAlreadyVoided",
      });
      expect(world.rowsOf("x")).toHaveLength(2);
    });
  });

  describe("refusals change nothing", () => {
    const expectRefused = (world: CorrectionsWorld, data: Parameters<typeof amend>[1], code: string): void => {
      const rows = world.fold.rows.length;
      expect(amend(world, data)).toMatchObject({ outcome: "refused", code });
      expect(world.fold.rows).toHaveLength(rows);
      expect(balance(world)).toMatchObject({ balance: "49.955" });
    };
    const amend = (
      { fold }: CorrectionsWorld,
      data: { usageId?: string; version?: number; changes: { user?: string; answeredAt?: string; endedAt?: string } },
    ): unknown => fold.command("acme", "call.amend", { usageId: "x", reason: "r", ...data });
    const world = (): CorrectionsWorld => {
      const begun = prepaid();
      begun.call("x", 250);
      return begun;
    };

    it("unknownCall: a call that never was", () =>
      expectRefused(world(), { usageId: "none", changes: { user: "u2" } }, "unknownCall"));
    it("callUnchanged (D30): what stands already", () => expectRefused(world(), { changes: { user: "u1" } }, "callUnchanged"));
    it("callChanged: another version than the one in force", () =>
      expectRefused(world(), { version: 2, changes: { user: "u2" } }, "callChanged"));
    it("callTimesInvalid: an end before the answer", () =>
      expectRefused(world(), { changes: { endedAt: "2026-03-02T15:55:49Z" } }, "callTimesInvalid"));
    it("callTimesInvalid (D4): a start in more than five minutes", () =>
      expectRefused(
        world(),
        { changes: { answeredAt: "2026-03-02T16:05:01Z", endedAt: "2026-03-02T16:06:00Z" } },
        "callTimesInvalid",
      ));
    it("callTimesInvalid (D4): a start more than 12 months ago", () =>
      expectRefused(
        world(),
        { changes: { answeredAt: "2025-02-28T16:00:00Z", endedAt: "2025-02-28T16:06:00Z" } },
        "callTimesInvalid",
      ));
    it("callNotFinished: a call that goes on", () => {
      const begun = world();
      begun.fold.call("acme", "answered", { usageId: "open", user: "u1", to: "+4930901820", answeredAt: begun.fold.now });
      expectRefused(begun, { usageId: "open", changes: { user: "u2" } }, "callNotFinished");
    });
  });

  it("edge 25: a call charged in the account's former currency is neither amended, voided nor corrected in the new one", () => {
    const world = postpaid("2026-03-01T00:00:00Z");
    const { fold, org } = world;
    world.until("2026-03-10T12:00:00Z");
    world.call("x", 600);
    org.command("account.currency", { currency: "EUR" });
    const code = "callInOtherCurrency";
    expect(fold.command("acme", "call.void", { usageId: "x", reason: "r" })).toMatchObject({ code });
    expect(fold.command("acme", "call.amend", { usageId: "x", changes: { user: "u2" }, reason: "r" })).toMatchObject({ code });
    fold.call("acme", "corrected", { usageId: "x", usedMs: 60_000 });
    expect(world.rowsOf("x")).toHaveLength(1);
    expect(fold.deadLetters).toMatchObject([{ outcome: "conflict", detail: expect.stringContaining("USD") as unknown }]);
  });
});
