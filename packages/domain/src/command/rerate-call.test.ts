import { describe, expect, it } from "vitest";
import type { CommandAnswer } from "@tollbook/contracts/answers.ts";
import { reprice } from "../leg/reprice.ts";
import type { CallRow } from "../fold.ts";
import { correctionsWorld, ledgerSum, segmentsOf, smallDeck } from "../testing/corrections-world.ts";
import type { CorrectionsWorld } from "../testing/corrections-world.ts";
import { view } from "../view.ts";

/** One call of a re-rate job (§12.17, edge 17, RT-7, D1, D8): the paid part anew, what was included stays. Before: DE 0.015, FR 0.016. */

const dearer = smallDeck("dearer", [
  "49,Germany,DE,landline,outbound,USD,0.01,0.02,60,60,,",
  "33,France,FR,landline,outbound,USD,0,0.04,60,60,,",
]);
const bounded = smallDeck("bounded", [
  "49,Germany,DE,landline,outbound,USD,0,0.001,1,1,0.05,",
  "33,France,FR,landline,outbound,USD,0.05,1.00,60,60,,0.30",
]);
const perSecond = smallDeck("per-second", ["49,Germany,DE,landline,outbound,USD,0,0.012,1,1,,"]);
const unknown = smallDeck("unknown", ["999123,Nowhere,DE,landline,outbound,USD,0,0.05,60,60,,"]);
const stored = [dearer, bounded, perSecond, unknown];

function begin(facts: Parameters<typeof correctionsWorld>[1] = {}, credits = "50.00", cut = false): CorrectionsWorld {
  const world = correctionsWorld("2026-03-01T00:00:00Z", facts, stored);
  if (cut) world.org.command("account.settings", { atZero: "cut" });
  const users = world.org.users(2, "DE");
  world.org.give("teams-phone-standard", users);
  const subscription = world.org.give("calling-plan-domestic-120", users);
  if (facts.agreement === "MCA") world.org.command("payAsYouGo.set", { subscription, on: true });
  else {
    world.org.give("communications-credits", users);
    world.org.command("credits.goodwill", { amount: credits, reason: "start" });
  }
  world.until("2026-03-10T12:00:00Z");
  return world;
}

const rerate = ({ fold }: CorrectionsWorld, usageId: string, deckId: string, version = 1): CommandAnswer =>
  fold.command("acme", "call.rerate", { usageId, version, job: "j", deckId, expected: "0" }, `j/${usageId}/${version}`);

const balance = ({ fold }: CorrectionsWorld): string =>
  (view(fold.state, "acme", { view: "credits" }) as { balance: string }).balance;

describe("call.rerate", () => {
  it("§12.17: pool minutes stay as they were funded, the paid part is priced anew, fee included: 2 POOL + 0.01 + 3 × 0.02", () => {
    const world = begin();
    world.call("before", 238 * 60, { user: "u2" });
    world.call("x", 250);
    // Minutes that come free afterwards are not taken: the job changes the price, not the funding.
    world.fold.command("acme", "call.void", { usageId: "before", reason: "r" });
    expect(rerate(world, "x", "dearer")).toMatchObject({
      outcome: "accepted",
      result: {
        before: { version: 1, amount: "0.045", poolMinutes: 2 },
        after: { version: 2, amount: "0.07", poolMinutes: 2 },
        difference: "0.025",
      },
    });
    const rows = world.rowsOf("x");
    expect(segmentsOf(rows[2])).toEqual([
      ["POOL", 2, 0],
      ["CREDITS", 0, 70_000],
    ]);
    expect(JSON.parse(rows[2]?.proof ?? "")).toMatchObject({ rate: { deckId: "dearer" }, reratedWith: "dearer" });
    expect(balance(world)).toBe("49.93");
    expect(ledgerSum(world.fold)).toEqual({ USD: 0, MIN: 0 });
  });

  it("never twice: the same again finds another version, and at the same price there is nothing to change", () => {
    const world = begin();
    world.call("x", 60, { to: "+33140205050" });
    expect(rerate(world, "x", "dearer")).toMatchObject({ outcome: "accepted" });
    expect(rerate(world, "x", "dearer")).toMatchObject({ code: "callChanged" });
    // A job of a million calls leaves nothing behind in the state.
    expect([...(world.fold.state.accounts.get("acme")?.commands.keys() ?? [])].filter((id) => id.startsWith("j/"))).toEqual([]);
    expect(rerate(world, "x", "dearer", 2)).toMatchObject({ code: "callUnchanged" });
    expect(rerate(world, "x", "dearer", 3)).toMatchObject({ code: "callChanged" });
    expect(world.rowsOf("x")).toHaveLength(3);
    expect(balance(world)).toBe("49.96");
  });

  it.each([
    ["minimum 0.05 on a paid part of 0.001 × 250 s / 60", "bounded", "+4930901820", 250, 50_000],
    ["maximum 0.30, fee inside, on 0.05 + 2 × 1.00", "bounded", "+33140205050", 61, 300_000],
    ["increments of a second: 250 s × 0.012 / 60", "per-second", "+4930901820", 250, 50_000],
    ["increments of a second, half up: 61 s × 0.012 / 60 = 0.0122", "per-second", "+4930901820", 61, 12_200],
    ["the fee once: 0.01 + 2 × 0.02", "dearer", "+4930901820", 61, 50_000],
  ])("D8: %s", (_, deckId, to, seconds, amountMicros) => {
    const world = begin();
    world.call("before", 240 * 60, { user: "u2" });
    world.call("x", seconds, { to });
    rerate(world, "x", deckId);
    expect(world.rowsOf("x").at(-1)).toMatchObject({ version: 2, amountMicros, poolMinutes: 0 });
  });

  it("PG-5, §12.17: overage stays overage on its own invoice while that accrues, even where credits have come since", () => {
    const world = begin({ agreement: "MCA" });
    world.call("x", 60, { to: "+33140205050" });
    world.org.command("credits.goodwill", { amount: "5.00", reason: "sorry" });
    world.until("2026-04-03T23:00:00Z");
    rerate(world, "x", "dearer");
    expect(world.rowsOf("x").map(({ amountMicros, invoice }) => [amountMicros, invoice])).toEqual([
      [16_000, "main/2026-03-01"],
      [-16_000, "main/2026-03-01"],
      [40_000, "main/2026-03-01"],
    ]);
    expect(balance(world)).toBe("5.00");
  });

  it("§12.17: an invoiced call becomes an adjustment on the open invoice", () => {
    const world = begin({ agreement: "MCA" });
    world.call("x", 60, { to: "+33140205050" });
    world.until("2026-04-04T01:00:00Z");
    rerate(world, "x", "dearer");
    expect(world.rowsOf("x").map(({ amountMicros, invoice }) => [amountMicros, invoice])).toEqual([
      [16_000, "main/2026-03-01"],
      [-16_000, "main/2026-04-01"],
      [40_000, "main/2026-04-01"],
    ]);
  });

  describe("RT-7: a call without a price", () => {
    const freeCall = (): { world: CorrectionsWorld; row: CallRow } => {
      const world = begin();
      world.call("before", 240 * 60, { user: "u2" });
      const row = world.call("x", 61, { to: "+999123456789" });
      expect(row).toMatchObject({ amountMicros: 0, capability: "FREECALL" });
      return { world, row };
    };

    it("is priced for the report, and charged while its period accrues", () => {
      const { world, row } = freeCall();
      expect(reprice(row, unknown)).toMatchObject({ kind: "priced", freeCall: true, charge: { amountMicros: 100_000 } });
      world.until("2026-04-03T23:00:00Z");
      expect(rerate(world, "x", "unknown")).toMatchObject({ result: { difference: "0.10" } });
      expect(world.rowsOf("x").at(-1)).toMatchObject({ amountMicros: 100_000, reason: null });
    });

    it("is never charged above 0 once its period is closed", () => {
      const { world } = freeCall();
      world.until("2026-04-04T01:00:00Z");
      expect(rerate(world, "x", "unknown")).toMatchObject({ code: "callNotPriced" });
      expect(world.rowsOf("x")).toHaveLength(1);
    });
  });

  it("D1: what nothing paid for stays UNFUNDED; of a partly funded call the paid part alone is priced anew", () => {
    const world = begin({}, "0.05", true);
    world.call("before", 240 * 60, { user: "u2" });
    const row = world.call("x", 300);
    expect(segmentsOf(row)).toEqual([
      ["CREDITS", 0, 45_000],
      ["UNFUNDED", 0, 0],
    ]);
    expect(row.chargedSeconds).toBe(180);
    world.org.command("credits.goodwill", { amount: "5.00", reason: "more" });
    rerate(world, "x", "dearer");
    const now = world.rowsOf("x").at(-1);
    // Three minutes were paid: 0.01 + 3 × 0.02; the other two stay with their reason.
    expect(now).toMatchObject({ amountMicros: 70_000, chargedSeconds: 180, reason: row.reason });
    expect(now?.segments).toMatchObject([
      { source: "CREDITS", amountMicros: 50_000 },
      { source: "CREDITS", amountMicros: 20_000 },
      { source: "UNFUNDED", seconds: 120 },
    ]);
    const unfunded = begin({}, "0.01", true);
    unfunded.call("before", 240 * 60, { user: "u2" });
    unfunded.call("x", 300);
    expect(rerate(unfunded, "x", "dearer")).toMatchObject({
      code: "callNotPriced",
      detail: expect.stringContaining("D1") as unknown,
    });
  });

  it("D9, D21: what the credits cannot pay is not priced anew: the old price stands, and the floor holds", () => {
    const world = begin({}, "0.05", true);
    world.call("before", 240 * 60, { user: "u2" });
    world.call("x", 60, { to: "+33140205050" });
    world.call("y", 60, { to: "+33140205050" });
    expect(balance(world)).toBe("0.018");
    // 0.018 + 0.016 that would come back is less than 0.04.
    expect(rerate(world, "x", "dearer")).toMatchObject({
      code: "callNotPriced",
      detail: expect.stringContaining("D9") as unknown,
    });
    world.org.command("credits.goodwill", { amount: "0.006", reason: "to the micro-unit" });
    expect(rerate(world, "y", "dearer")).toMatchObject({ result: { after: { amount: "0.04" }, difference: "0.024" } });
    expect(balance(world)).toBe("0.00");
  });

  it.each([
    ["wholly included", { seconds: 60, fields: {} }, "Included minutes"],
    ["free by rule", { seconds: 60, fields: { callType: "user_in" as const, from: "+33140205050" } }, "free by rule"],
    ["not in the deck", { seconds: 60, fields: { to: "+447911123456" } }, "no rate"],
    ["never answered", { seconds: 0, fields: { answeredAt: undefined as unknown as number } }, "nothing to price"],
  ])("is not priced anew: %s", (_, { seconds, fields }, why) => {
    const world = begin();
    world.call("x", seconds, fields);
    expect(rerate(world, "x", "dearer")).toMatchObject({
      code: "callNotPriced",
      detail: expect.stringContaining(why) as unknown,
    });
    expect(world.rowsOf("x")).toHaveLength(1);
  });

  it("unknownDeck: a deck that the shell could not find changes nothing", () => {
    const world = begin();
    world.call("x", 60, { to: "+33140205050" });
    expect(rerate(world, "x", "never-imported")).toMatchObject({ code: "unknownDeck" });
  });

  it("D2: a later correction of a re-rated call stays with the deck of the job; a call that was not re-rated with its own", () => {
    const world = begin();
    world.call("x", 60, { to: "+33140205050" });
    world.call("y", 60, { to: "+33140205050" });
    rerate(world, "x", "dearer");
    for (const usageId of ["x", "y"]) world.fold.call("acme", "corrected", { usageId, usedMs: 120_000 });
    expect(world.rowsOf("x").at(-1)).toMatchObject({ version: 3, amountMicros: 80_000 });
    expect(world.rowsOf("y").at(-1)).toMatchObject({ version: 2, amountMicros: 32_000 });
  });
});
