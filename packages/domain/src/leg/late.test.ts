import { describe, expect, it } from "vitest";
import type { CommandAnswer } from "@tollbook/contracts/answers.ts";
import { correctionsWorld, ledgerSum, segmentsOf } from "../testing/corrections-world.ts";
import type { CorrectionsWorld } from "../testing/corrections-world.ts";
import { createOrganisation } from "../testing/organisation.ts";
import { createTestFold } from "../testing/test-fold.ts";
import type { TestFold } from "../testing/test-fold.ts";
import { sampleDecks } from "../testing/sample-decks.ts";
import { view } from "../view.ts";

/** Late and back-dated calls (§12.5, §12.17, D2, D4, worked example 14): which pool, which invoice, which price, and when no more. */

/** One user with 120 included minutes under a Customer Agreement, 118 of January's used; beyond them overage at 0.015. */
function january(): CorrectionsWorld {
  const world = correctionsWorld("2026-01-01T00:00:00Z", { agreement: "MCA" });
  const users = world.org.users(1, "DE");
  world.org.give("teams-phone-standard", users);
  const subscription = world.org.give("calling-plan-domestic-120", users);
  world.org.command("payAsYouGo.set", { subscription, on: true });
  world.until("2026-01-20T12:00:00Z");
  world.call("january", 118 * 60);
  return world;
}

const usedIn = (world: CorrectionsWorld, month: number): number | undefined =>
  [...(world.fold.state.accounts.get("acme")?.pools.values() ?? [])]
    .flatMap(({ months }) => months)
    .find((one) => one.month === month)?.usedMinutes;

describe("§12.5, example 14: a call of 30 January, 4 minutes, of which January's pool has 2", () => {
  const late = { at: "2026-01-30T10:00:00Z" };

  it.each([
    ["on 2 February", "2026-02-02T09:00:00Z", "main/2026-01-01", /^overage\|/],
    ["72 h after the end of the month, inclusive", "2026-02-04T00:00:00Z", "main/2026-01-01", /^overage\|/],
    ["an hour later", "2026-02-04T01:00:00Z", "main/2026-02-01", /^adjustment\|202601\|/],
    ["on 10 February", "2026-02-10T09:00:00Z", "main/2026-02-01", /^adjustment\|202601\|/],
  ])("arrives %s: January's pool; %s", (_, now, invoice, line) => {
    const world = january();
    world.until(now);
    const row = world.call("late", 240, late);
    expect(segmentsOf(row)).toEqual([
      ["POOL", 2, 0],
      ["OVERAGE", 0, 30_000],
    ]);
    expect(row).toMatchObject({ poolMonth: 202_601, invoice, startAt: Date.parse("2026-01-30T09:56:00Z") * 1000 });
    expect(row.invoiceLine).toMatch(line);
    expect([usedIn(world, 202_601), usedIn(world, 202_602) ?? 0]).toEqual([120, 0]);
    expect(ledgerSum(world.fold)).toEqual({ USD: 0, MIN: 0 });
  });

  it("a late call never re-rates what is settled: the calls before it stay as they are", () => {
    const world = january();
    world.call("second", 240);
    world.until("2026-02-02T09:00:00Z");
    expect(segmentsOf(world.call("late", 60, late))).toEqual([["OVERAGE", 0, 15_000]]);
    expect(world.rowsOf("second").map(({ entry, amountMicros }) => [entry, amountMicros])).toEqual([["original", 30_000]]);
  });

  it("§12.17: a deck activated later never prices a call that began before, however late it comes", () => {
    const world = january();
    const [deck] = sampleDecks();
    if (deck === undefined) throw new Error("no deck");
    world.until("2026-02-02T09:00:00Z");
    const activation = { deckId: deck.deckId, name: deck.name, currency: "USD" as never, validFrom: 0 as never, rows: 1 };
    world.fold.apply({ kind: "install", fact: { type: "deck.activate", activation, installSeq: 9 } });
    const versions = world.fold.state.decks.find(({ name }) => name === deck.name)?.versions;
    expect(versions?.map(({ from }) => from)).toEqual([0, world.fold.now]);
  });
});

describe("L4: what is said about a leg that the exact memory has let go of", () => {
  it.each([
    ["a correction that tells its usage alone", { usedMs: 120_000 }, [16_000, -16_000, 32_000]],
    [
      "a correction that moves it to today",
      { answeredAt: "2026-01-29T12:00:00Z", endedAt: "2026-01-29T12:03:00Z" },
      [16_000, -16_000, 48_000],
    ],
    ["a correction that says what stands", { usedMs: 60_000 }, [16_000]],
  ])("%s is about the stored leg, never a new one", (_, fields, amounts) => {
    const world = january();
    world.call("old", 60, { to: "+33140205050" });
    world.until("2026-01-29T13:00:00Z");
    expect(world.fold.state.ids.blooms.length).toBeGreaterThan(0);
    world.fold.call("acme", "corrected", { usageId: "old", ...fields });
    expect(world.rowsOf("old").map(({ amountMicros }) => amountMicros)).toEqual(amounts);
  });

  it("an end that tells no time at all is looked up too: nothing is charged twice", () => {
    const world = january();
    world.call("old", 60, { to: "+33140205050" });
    world.until("2026-01-29T13:00:00Z");
    world.fold.call("acme", "ended", { usageId: "old", user: "u1", to: "+33140205050", usedMs: 60_000 });
    expect(world.rowsOf("old")).toHaveLength(1);
  });
});

describe("D4: older than 12 months", () => {
  const begin = (): CorrectionsWorld => {
    const world = january();
    world.until("2027-02-01T00:00:00Z");
    return world;
  };
  const release = ({ fold }: { fold: TestFold }, at: number, commandId: string): CommandAnswer => {
    const row = fold.deadLetters[at];
    return fold.command("acme", "call.release", { deadLetter: `${at}`, event: row?.payload ?? "", reason: "checked" }, commandId);
  };

  it("366 days are rated, a microsecond more waits for a decision, and a release takes it as an adjustment with its own date", () => {
    const world = begin();
    const limit = world.fold.now - 366 * 86_400_000_000;
    world.fold.call("acme", "ended", {
      usageId: "edge",
      user: "u1",
      to: "+4930901820",
      answeredAt: limit,
      endedAt: limit + 60_000_000,
    });
    expect(world.rowsOf("edge")).toHaveLength(1);
    const old = { usageId: "old", user: "u1", to: "+33140205050", answeredAt: limit - 1, endedAt: limit + 60_000_000 };
    world.fold.call("acme", "ended", old);
    expect(world.rowsOf("old")).toEqual([]);
    expect(world.fold.deadLetters).toMatchObject([{ outcome: "quarantined", reason: "tooOld" }]);
    expect(release(world, 0, "r1")).toMatchObject({ outcome: "accepted", result: { usageId: "old", outcome: "applied" } });
    expect(world.rowsOf("old")).toMatchObject([
      { startAt: limit - 1, poolMonth: 202_601, amountMicros: 32_000, invoice: "main/2027-02-01" },
    ]);
    // Never twice: the same decision answers the same, another one finds the call stored.
    release(world, 0, "r1");
    expect(release(world, 0, "r2")).toMatchObject({ result: { outcome: "duplicate" } });
    expect(world.rowsOf("old")).toHaveLength(1);
  });

  it("what contradicts itself or belongs to another account is not released", () => {
    const { fold, org } = begin();
    fold.call("acme", "ended", {
      usageId: "bad",
      user: "u1",
      to: "+4930901820",
      answeredAt: fold.now,
      endedAt: fold.now - 1_000_000,
    });
    expect(release({ fold }, 0, "r1")).toMatchObject({ code: "eventNotReleased", detail: "event: endBeforeStart" });
    createOrganisation(fold, {}, "other");
    const payload = fold.deadLetters[0]?.payload.replaceAll("acme", "other") ?? "";
    expect(fold.command("acme", "call.release", { deadLetter: "0", event: payload, reason: "r" })).toMatchObject({
      code: "eventNotReleased",
    });
    expect(org.account).toBe("acme");
  });
});

describe("contract §1: events of an account that does not exist yet", () => {
  it("wait, and are rated when they are released after its creation; then they are events like any other", () => {
    const fold = createTestFold(sampleDecks(), "2026-03-02T08:00:00Z");
    const answeredAt = fold.now - 120_000_000;
    fold.call("acme", "ended", { usageId: "early", user: "u1", to: "+33140205050", answeredAt, endedAt: fold.now });
    expect(fold.deadLetters).toMatchObject([{ account: "acme", outcome: "quarantined", reason: "unknownAccount" }]);
    const org = createOrganisation(fold, {}, "acme");
    const users = org.users(1, "DE");
    org.give("teams-phone-standard", users);
    org.give("calling-plan-payg-zone-2", users);
    org.give("communications-credits", users);
    org.command("credits.topUp", { amount: "50.00" });
    const data = { deadLetter: "1", event: fold.deadLetters[0]?.payload ?? "", reason: "the account was late" };
    expect(fold.command("acme", "call.release", data, "r1")).toMatchObject({ result: { outcome: "applied" } });
    expect(fold.rows).toMatchObject([{ usageId: "early", amountMicros: 32_000, version: 1 }]);
    // The feeder repeats it: the same occurrence.
    fold.command("acme", "call.release", data, "r2");
    expect(fold.rows).toHaveLength(1);
    expect(view(fold.state, "acme", { view: "reconciliation" })).toMatchObject({
      holds: true,
      total: { accepted: 2, events: { applied: 1, duplicate: 1 }, legs: { seen: 1, rated: 1 } },
    });
  });
});
