import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Account } from "./account/account.ts";
import { spentIn } from "./account/user.ts";
import { CREDIT_LEDGER } from "./credits/credits.ts";
import { hashState } from "./state.ts";
import { availableMinutes } from "./pool/pool.ts";
import { steps, world } from "./testing/random-world.ts";
import type { Step } from "./testing/random-world.ts";
import type { ModelWorld } from "./testing/naive-model.ts";
import { createWorldRunner } from "./testing/world-runner.ts";
import type { WorldRunner } from "./testing/world-runner.ts";
import { holds } from "./views/reconciliation-view.ts";

/** Ten thousand take minutes. */
const timeout = (runs: number): number => 60_000 + runs * 100;
const RUNS = Number(process.env["TOLLBOOK_PROPERTY_RUNS"] ?? 300);

describe("any traffic on any organisation", () => {
  it(
    "is authorised, funded and settled as the naive model says, with every invariant at every event",
    () => {
      fc.assert(
        fc.property(world, steps, (facts, list) => {
          const runner = createWorldRunner(facts);
          for (const step of list) {
            expect(runner.play(step)).toBe(null);
            checkInvariants(runner, facts);
          }
        }),
        { numRuns: RUNS },
      );
    },
    timeout(RUNS),
  );

  it(
    "folds on after a snapshot at any point exactly as without one: same outputs, same hash",
    () => {
      fc.assert(
        fc.property(world, steps, (facts, list) => {
          const straight = play(facts, list, false);
          const interrupted = play(facts, list, true);
          expect(interrupted.fold.outputs).toEqual(straight.fold.outputs);
          expect(hashState(interrupted.fold.state)).toBe(hashState(straight.fold.state));
        }),
        { numRuns: Math.ceil(RUNS / 4) },
      );
    },
    timeout(RUNS),
  );
});

function play(facts: ModelWorld, list: readonly Step[], snapshots: boolean): WorldRunner {
  const runner = createWorldRunner(facts);
  for (const step of list)
    if (snapshots || step.do !== "snapshot") runner.play(step);
    else runner.fold.now += step.dt * 1_000_000 + 1;
  return runner;
}

function checkInvariants(runner: WorldRunner, facts: ModelWorld): void {
  const account = runner.account();
  const { credits } = account;
  expect(account.frozen).toBe("");
  // D20, and money out of pools, credits and overage = sum over segments.
  expect(holds(account)).toBe(true);
  // I1 per row is asserted by the fold itself; here over everything that was ever posted.
  expect(ledgerSums(runner)).toEqual({ ledgers: true, balance: credits.balanceMicros });
  expect(BigInt(credits.balanceMicros)).toBe(runner.model.balance());
  expect(credits.balanceMicros).toBe(credits.lots.reduce((sum, lot) => sum + lot.remainingMicros, 0) - credits.debtMicros);
  // I5.
  expect(credits.reservedMicros).toBe(sumOfLegs(account, "moneyReserved"));
  expect(BigInt(credits.reservedMicros)).toBe(runner.model.reserved());
  // Never below the floor (D9, D21).
  const floor = facts.cut ? 0n : -facts.capMicros;
  expect(BigInt(credits.balanceMicros - credits.reservedMicros) >= floor).toBe(true);
  let reservedMinutes = 0;
  for (const pool of account.pools.values()) {
    for (const month of pool.months) {
      expect(availableMinutes(pool, month)).toBeGreaterThanOrEqual(0);
      expect(month.usedMinutes).toBe(runner.model.usedMinutes(pool.key, month.month));
      reservedMinutes += month.reservedMinutes;
    }
  }
  // CM-4: a budget of everything has what credits and overage paid in its month, whatever was corrected since.
  for (const period of account.budgets.get("all")?.periods ?? []) {
    const spent = facts.users.reduce((sum, _, at) => sum + runner.model.spent(at, period.firstMonth), 0n);
    expect(BigInt(period.spentMicros)).toBe(spent);
  }
  // SL-1: what counts towards the limits.
  for (const [at, user] of [...account.users.values()].entries())
    for (const month of [202_603, 202_604]) expect(BigInt(spentIn(user, month))).toBe(runner.model.spent(at, month));
  expect(reservedMinutes).toBe(sumOfLegs(account, "poolReserved"));
  const totals = runner.model.totals();
  expect([account.counters.money.creditsMicros, account.counters.money.overageMicros].map(BigInt)).toEqual([
    totals.credits,
    totals.overage,
  ]);
}

function sumOfLegs(account: Account, field: "moneyReserved" | "poolReserved"): number {
  return [...account.legs.values()].reduce((sum, leg) => sum + leg[field], 0);
}

/** Everything ever posted, summed again: zero per unit, and the credits' ledgers are the balance. */
function ledgerSums(runner: WorldRunner): { ledgers: boolean; balance: number } {
  const perUnit = new Map<string, number>();
  let balance = 0;
  for (const { postings } of [...runner.fold.rows, ...runner.fold.events]) {
    for (const { ledger, unit, amount } of postings) {
      perUnit.set(unit, (perUnit.get(unit) ?? 0) + amount);
      if (ledger.startsWith(CREDIT_LEDGER)) balance += amount;
    }
  }
  return { ledgers: [...perUnit.values()].every((sum) => sum === 0), balance };
}
