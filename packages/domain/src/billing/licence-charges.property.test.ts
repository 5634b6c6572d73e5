import * as fc from "fast-check";
import { expect, test } from "vitest";
import { DAY } from "../testing/rule-world.ts";
import { beginSubscriptions } from "../testing/subscription-world.ts";

/** A year in microseconds from 2026-01-01; changes of the total, each some days after the one before. */
const changes = fc.array(fc.record({ days: fc.integer({ min: 1, max: 45 }), total: fc.integer({ min: 1, max: 500 }) }), {
  minLength: 1,
  maxLength: 12,
});
const firstOf = (month: number): number => Date.UTC(2026, month, 1) * 1000;

/** What licences cost by the day, in exact fractions of a month: written differently from the product, and slowly. */
function byTheDay(steps: readonly { at: number; total: number }[], price: number, until: number): number {
  let sum = 0;
  for (let month = 0; firstOf(month) < until; month++) {
    const [from, to] = [firstOf(month), firstOf(month + 1)];
    for (let day = from; day < to; day += DAY) {
      const total = steps.findLast(({ at }) => at <= Math.min(day, until - 1))?.total ?? 0;
      sum += (total * price * DAY) / (to - from);
    }
  }
  return sum;
}

test("SS-3: whatever the changes of the total, a year's charges and credits are what each day's licences cost, but for rounding", () => {
  fc.assert(
    fc.property(changes, fc.constantFrom("0.01", "6", "12.345678"), (list, unitPrice) => {
      const world = beginSubscriptions();
      world.buy({ licences: 10, unitPrice });
      const steps = [{ at: firstOf(0), total: 10 }];
      for (const { days, total } of list) {
        const at = (steps.at(-1)?.at ?? 0) + days * DAY;
        if (at >= firstOf(12)) break;
        world.until(new Date(at / 1000).toISOString());
        world.org.command("licence.setTotal", { subscription: "s", total });
        steps.push({ at, total });
      }
      const charges = world.charges();
      const charged = charges.reduce((sum, [, , amount]) => sum + amount, 0);
      const last = world.subscription().chargedTo;
      const exact = byTheDay(steps, Math.round(Number(unitPrice) * 1e6), last);
      // Each line is rounded once.
      expect(Math.abs(charged - exact)).toBeLessThanOrEqual(charges.length);
    }),
    { numRuns: 40 },
  );
});

test("SB-2: cancelled within the seven days, what stays charged is what was used until then, but for rounding", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 7 * 86_400 }), fc.integer({ min: 1, max: 500 }), (seconds, licences) => {
      const world = beginSubscriptions();
      world.buy({ licences, unitPrice: "12.345678" });
      world.fold.now += seconds * 1_000_000;
      world.org.command("subscription.cancel", { subscription: "s", reason: "other" });
      const charged = world.charges().reduce((sum, [, , amount]) => sum + amount, 0);
      const used = (licences * 12_345_678 * seconds * 1_000_000) / (31 * DAY);
      expect(Math.abs(charged - used)).toBeLessThanOrEqual(1);
    }),
    { numRuns: 60 },
  );
});
