import { describe, expect, it } from "vitest";
import type { LogEntry } from "../fold.ts";
import type { Account } from "../account/account.ts";
import { failNextAt } from "../apply.ts";
import { encodeAccount } from "../snapshot/state-codec.ts";
import { beginSubscriptions, bought } from "../testing/subscription-world.ts";
import type { SubscriptionWorld } from "../testing/subscription-world.ts";

const card = { method: "visa", provider: "test", token: "tok", brand: "Visa", last4: "4242", expires: "2030-01" } as const;

/** Holders with calls, overage, a trial, a member's own purchase, numbers: everything that an end of something touches. */
function begin(): SubscriptionWorld {
  const world = beginSubscriptions();
  world.org.users(3, "DE");
  world.org.give("teams-phone-standard", ["u1", "u2", "u3"]);
  world.org.command("paymentMethod.add", { ...card, holder: "Ada", country: "DE" });
  world.buy({ product: "calling-plan-payg-zone-2", licences: 3 });
  world.org.command("licence.assign", { subscription: "s", users: ["u1", "u2"] });
  world.org.command("payAsYouGo.set", { subscription: "s", on: true });
  world.buy({ subscription: "plan", licences: 2, term: "P1M" });
  world.org.command("licence.assign", { subscription: "plan", users: ["u3"] });
  world.buy({ subscription: "trial", product: "audio-conferencing", trial: true });
  world.org.command("credits.goodwill", { amount: "10", reason: "test" });
  world.fold.at("2026-01-03T00:00:00Z");
  world.called(600, { user: "u1", to: "+4930901820" });
  return world;
}
const own = {
  ...bought,
  subscription: "own",
  product: "calling-plan-international",
  buyer: "u1",
  paymentMethod: "visa",
} as const;

/** The account's bytes without the reason of a freeze, and counts. */
const rest = (account: Account): unknown => ({
  ...(JSON.parse(encodeAccount(account)) as object),
  frozen: "",
  counters: null,
});

type Deed = (world: SubscriptionWorld) => void;
const give =
  (type: string, data: object, actor = "admin"): Deed =>
  (world) => {
    const command = { commandId: "deed", type, actor: { kind: "person", id: actor, roles: [] }, data };
    world.fold.apply({ kind: "command", account: "acme", command, reply: null } as unknown as LogEntry);
  };
const nothing: Deed = () => undefined;

const deeds: readonly (readonly [name: string, before: Deed, deed: Deed])[] = [
  ["a member's purchase", nothing, give("subscription.buy", own, "u1")],
  ["a cancellation at once", nothing, give("subscription.cancel", { subscription: "plan", reason: "other" })],
  ["a deletion with unbilled overage", nothing, give("subscription.delete", { subscription: "s" })],
  [
    "a reactivation",
    (world) => world.org.command("subscription.cancel", { subscription: "plan", reason: "other" }),
    give("subscription.reactivate", { subscription: "plan" }),
  ],
  ["a conversion", nothing, give("trial.convert", { subscription: "trial" })],
  ["a new total", nothing, give("licence.setTotal", { subscription: "s", total: 5 })],
  [
    "a take-over",
    (world) => {
      world.give("subscription.buy", { ...own, product: "calling-plan-domestic" }, "u1");
      world.org.command("licence.unassign", { subscription: "s", users: ["u1"] });
      world.give("licence.assign", { subscription: "own", users: ["u1"] }, "u1");
    },
    give("selfService.takeOver", { subscription: "own", to: "plan" }),
  ],
  ["an off-boarding", nothing, give("account.offboard", { reason: "x" })],
  ["a reservation", nothing, give("number.reserve", { order: "o", kind: "user", numbers: ["+4930901820", "+4930901821"] })],
];

describe("a broken invariant in the life of a subscription (SPEC F5)", () => {
  it.each(deeds)("%s: at whichever write it happens, the account is as before", (_name, before, deed) => {
    let failures = 0;
    for (let at = 0; at < 500; at++) {
      const world = begin();
      before(world);
      const account = world.fold.state.accounts.get("acme") as Account;
      const was = rest(account);
      failNextAt(at);
      deed(world);
      failNextAt(-1);
      if (account.frozen === "") break;
      failures++;
      expect(rest(account)).toEqual(was);
    }
    expect(failures).toBeGreaterThan(2);
  });
});
