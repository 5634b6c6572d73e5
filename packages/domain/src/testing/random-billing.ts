import * as fc from "fast-check";
import type { Account } from "../account/account.ts";
import { nowOf } from "../account/clock.ts";
import type { Output } from "../fold.ts";
import { ACCOUNT, card, deeds, USERS } from "./billing-deeds.ts";
import type { BillingRunner, BillingStep, Player } from "./billing-deeds.ts";
import { smallDeck } from "./corrections-world.ts";
import { createOrganisation } from "./organisation.ts";
import { HOUR } from "./rule-world.ts";
import { createTestFold } from "./test-fold.ts";

/** Random buying, calling, paying and correcting, for the property tests of billing. A refusal is as good a step as any. */

export interface BillingWorld {
  readonly agreement: "MOSA" | "MCA";
  readonly testClock: boolean;
  /** A second billing profile on the same series of numbers, or on one of its own. */
  readonly ownSeries: boolean;
  /** Invoices and credits are paid by card from the beginning. */
  readonly card: boolean;
}

export const billingWorld: fc.Arbitrary<BillingWorld> = fc.record({
  agreement: fc.constantFrom("MOSA", "MCA"),
  testClock: fc.boolean(),
  ownSeries: fc.boolean(),
  card: fc.boolean(),
});

const ratesIn = (currency: string): ReturnType<typeof smallDeck> =>
  smallDeck(`rates-${currency}`, [
    `4930,Germany,DE,,outbound,${currency},,0.015,60,60,,`,
    `33,France,FR,,outbound,${currency},0.01,0.0163,1,1,,`,
  ]);
const dollars = ratesIn("USD");
const euros = ratesIn("EUR");

const choice = fc.integer({ min: 0, max: 11 });
const hours = fc.oneof(
  { weight: 5, arbitrary: fc.constant(0) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 100 }) },
  { weight: 2, arbitrary: fc.integer({ min: 100, max: 900 }) },
);

/** How often each is done; time passes in all of them. */
const weights: Readonly<Record<BillingStep["do"], number>> = {
  buy: 4,
  total: 4,
  end: 3,
  assign: 3,
  option: 2,
  call: 12,
  correct: 4,
  topUp: 2,
  recharge: 3,
  goodwill: 1,
  result: 9,
  retry: 1,
  card: 3,
  profile: 3,
  agreement: 1,
  currency: 2,
  credit: 3,
  pay: 2,
  verify: 8,
  state: 1,
  snapshot: 2,
};

export const billingSteps: fc.Arbitrary<BillingStep[]> = fc.array(
  fc.oneof(
    ...Object.entries(weights).map(([what, weight]) => ({
      weight,
      // Every weight is a deed's, which the type of `entries` does not say.
      arbitrary: fc.record({ do: fc.constant(what as BillingStep["do"]), hours, a: choice, b: choice }),
    })),
  ),
  { minLength: 1, maxLength: 40, size: "max" },
);

export function createBillingRunner(world: BillingWorld, check: (runner: BillingRunner) => void): BillingRunner {
  const fold = createTestFold([dollars], "2026-01-10T08:00:00Z", "USD", [euros]);
  fold.apply({
    kind: "install",
    fact: {
      type: "deck.activate",
      activation: { deckId: euros.deckId, name: euros.deckId, currency: "EUR" as never, validFrom: 0 as never, rows: 2 },
      installSeq: 9,
    },
  });
  const { agreement, testClock, ownSeries } = world;
  const org = createOrganisation(fold, { agreement, ...(testClock ? { testClock: "2026-01-10T08:00:00Z" } : {}) });
  org.users(USERS.length, "DE");
  for (const product of ["teams-phone-standard", "communications-credits"]) org.give(product, USERS);
  for (const method of ["visa", "master"]) org.command("paymentMethod.add", { method, ...card });
  org.give("calling-plan-payg-zone-2", ["u1", "u2"]);
  org.give("calling-plan-domestic-120", ["u3"]);
  if (agreement === "MCA") org.command("payAsYouGo.set", { subscription: "s-calling-plan-payg-zone-2", on: true });
  else org.command("credits.goodwill", { amount: "20", reason: "test" });
  if (world.card) org.command("billingProfile.setPaymentMethod", { profile: "main", method: "visa" });
  if (ownSeries) org.command("billingAccount.set", { billingAccount: "other", numberPrefix: "X-" });
  org.command("billingProfile.set", { profile: "second", anchorDay: 20, ...(ownSeries ? { billingAccount: "other" } : {}) });
  const runner: BillingRunner = {
    fold,
    account: () => fold.state.accounts.get(ACCOUNT) as Account,
    lost: [],
    play: (step) => {
      pass(player, step.hours);
      deeds[step.do](player, step.a, step.b);
      player.look();
      check(runner);
    },
  };
  let seen = 0;
  const player: Player = {
    runner,
    give: (type, data) => {
      const { outcome } = fold.command(ACCOUNT, type, data);
      player.look();
      return outcome === "accepted";
    },
    look: () => {
      for (; seen < fold.outputs.length; seen++) {
        const output = fold.outputs[seen] as Output;
        if (output.kind === "payment") player.payments.push(output);
        if (output.kind === "invoiceClosed") player.closed.push(output);
      }
    },
    own: () => nowOf(fold.state, runner.account()),
    payments: [],
    closed: [],
    answered: new Set(),
    calls: [],
    events: 0,
  };
  return runner;
}

/** A test clock goes by days; the log's own time may jump, as after an outage. */
function pass(player: Player, length: number): void {
  const { runner, give } = player;
  const { fold, account } = runner;
  if (length === 0) return;
  if (account().clock !== null) {
    for (let left = length; left > 0; left -= 24) give("clock.advance", { seconds: Math.min(24, left) * 3600 });
    return;
  }
  fold.now += length * HOUR;
  fold.tick();
  player.look();
}
