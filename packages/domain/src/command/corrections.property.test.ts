import fc from "fast-check";
import { expect, it } from "vitest";
import { civilFromDays } from "@tollbook/contracts/units.ts";
import type { CallRow } from "../fold.ts";
import { hashState } from "../state.ts";
import { decodeState, encodeState } from "../snapshot/state-codec.ts";
import { correctionsWorld, ledgerSum, smallDeck } from "../testing/corrections-world.ts";
import type { CorrectionsWorld } from "../testing/corrections-world.ts";

/**
 * Any mixture of calls, amendments, voids, re-rates, feeders' corrections and time (§12.5, D2, D11): after each step every figure of
 * the account is the sum over the rows, and what stands of a call is its newest version or nothing.
 */

const decks = [
  smallDeck("dearer", [
    "49,Germany,DE,landline,outbound,USD,0.01,0.02,60,60,,",
    "33,France,FR,landline,outbound,USD,0,0.04,1,1,0.05,",
  ]),
  smallDeck("cheaper", [
    "49,Germany,DE,landline,outbound,USD,0,0.005,30,6,,",
    "33,France,FR,landline,outbound,USD,0,0.01,60,60,,0.02",
  ]),
];
const ids = ["a", "b", "c"] as const;
const id = fc.constantFrom(...ids);
const seconds = fc.integer({ min: 1, max: 9_000 });
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("call" as const),
      id,
      seconds,
      france: fc.boolean(),
      user: fc.constantFrom("u1", "u2"),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("amend" as const),
      id,
      seconds,
      france: fc.boolean(),
      user: fc.constantFrom("u1", "u2"),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("rerate" as const), id, deck: fc.constantFrom("dearer", "cheaper") }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("corrected" as const), id, seconds }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("void" as const), id }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("goodwill" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("days" as const), days: fc.integer({ min: 1, max: 40 }) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const HOUR = 3_600_000_000;

function take(world: CorrectionsWorld, one: Step): void {
  const { fold } = world;
  const numbers = { true: "+33140205050", false: "+4930901820" };
  switch (one.do) {
    case "call": {
      // The same id again is the same call: its start stays.
      const start = fold.rows.find(({ usageId }) => usageId === one.id)?.startAt ?? fold.now - one.seconds * 1_000_000;
      const times = { answeredAt: start, endedAt: Math.min(fold.now, start + one.seconds * 1_000_000) };
      return void world.call(one.id, one.seconds, { user: one.user, to: numbers[`${one.france}`], ...times });
    }
    case "amend": {
      const start = fold.rows.findLast(({ usageId }) => usageId === one.id)?.startAt ?? fold.now;
      const changes = {
        user: one.user,
        to: numbers[`${one.france}`],
        answeredAt: isoOf(start),
        endedAt: isoOf(start + one.seconds * 1_000_000),
      };
      return void fold.command("acme", "call.amend", { usageId: one.id, changes, reason: "r" });
    }
    case "rerate": {
      const version = Math.max(1, ...fold.rows.filter(({ usageId }) => usageId === one.id).map((row) => row.version));
      return void fold.command("acme", "call.rerate", { usageId: one.id, version, job: "j", deckId: one.deck, expected: "0" });
    }
    case "corrected":
      return void fold.call("acme", "corrected", { usageId: one.id, usedMs: one.seconds * 1000 });
    case "void":
      return void fold.command("acme", "call.void", { usageId: one.id, reason: "r" });
    case "goodwill":
      return void fold.command("acme", "credits.goodwill", { amount: "0.50", reason: "r" });
    case "days":
      for (let hour = 0; hour < one.days * 24; hour++) {
        fold.now += HOUR;
        fold.tick();
      }
  }
}

function isoOf(us: number): string {
  const days = Math.floor(us / 86_400_000_000);
  const rest = (us - days * 86_400_000_000) / 1_000_000;
  const whole = Math.floor(rest);
  const pad = (value: number): string => String(value).padStart(2, "0");
  // Calls of this test lie in 2026, in whole seconds; a civil date without a clock.
  const [year, month, day] = civil(days);
  return `${year}-${pad(month)}-${pad(day)}T${pad(Math.floor(whole / 3600))}:${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}Z`;
}

function civil(days: number): [number, number, number] {
  const { year, month, day } = civilFromDays(days);
  return [year, month, day];
}

/** Every figure of the account as the rows alone give it. */
function expectSums(world: CorrectionsWorld): void {
  const { fold } = world;
  const account = fold.state.accounts.get("acme");
  if (account === undefined) throw new Error("no account");
  const rows = ids.flatMap((usageId) => world.rowsOf(usageId));
  const pool = new Map<number, number>();
  for (const row of rows) pool.set(row.poolMonth, (pool.get(row.poolMonth) ?? 0) + row.poolMinutes);
  const used = new Map([...account.pools.values()].flatMap(({ months }) => months).map((one) => [one.month, one.usedMinutes]));
  const credits = rows.flatMap(({ segments }) => segments).filter(({ source }) => source === "CREDITS");
  const given = fold.events.filter(({ type, outcome }) => type === "command.credits.goodwill" && outcome === "accepted");
  const spent = [...account.users.values()].flatMap((user) => user.spend).reduce((sum, { micros }) => sum + micros, 0);
  expect({
    ledger: ledgerSum(fold),
    balance: account.credits.balanceMicros,
    pool: [...pool].filter(([, minutes]) => minutes !== 0),
    spent,
    standing: ids.map((usageId) => standing(world.rowsOf(usageId))),
  }).toEqual({
    ledger: { USD: 0, ...(ledgerSum(fold)["MIN"] === undefined ? {} : { MIN: 0 }) },
    balance: given.length * 500_000 - credits.reduce((sum, { amountMicros }) => sum + amountMicros, 0),
    pool: [...pool.keys()].filter((month) => (used.get(month) ?? 0) !== 0).map((month) => [month, used.get(month)]),
    spent: rows.reduce((sum, { amountMicros }) => sum + amountMicros, 0),
    standing: ids.map((usageId) => newest(world.rowsOf(usageId))),
  });
}

const standing = (rows: readonly CallRow[]): number => rows.reduce((sum, { amountMicros }) => sum + amountMicros, 0);
const newest = (rows: readonly CallRow[]): number => {
  const last = rows.at(-1);
  return last === undefined || last.entry === "reversal" ? 0 : last.amountMicros;
};

it("D2, D11, §12.5: after any corrections in any order every figure is the sum over the rows, and a snapshot folds on to the same bytes", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), fc.boolean(), fc.nat(24), (steps, credits, cut) => {
      const world = correctionsWorld("2026-03-02T08:00:00Z", credits ? {} : { agreement: "MCA" }, decks);
      const users = world.org.users(2, "DE");
      world.org.give("teams-phone-standard", users);
      const subscription = world.org.give("calling-plan-domestic-120", users);
      if (credits) world.org.give("communications-credits", users);
      else world.org.command("payAsYouGo.set", { subscription, on: true });
      world.until("2026-03-10T08:00:00Z");
      for (const [at, one] of steps.entries()) {
        take(world, one);
        expectSums(world);
        if (at !== cut) continue;
        const copy = decodeState(encodeState(world.fold.state));
        expect(hashState(copy)).toBe(hashState(world.fold.state));
        world.fold.state = copy;
      }
    }),
    { numRuns: 200 },
  );
});
