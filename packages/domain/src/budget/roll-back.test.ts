import { expect, it } from "vitest";
import { failNextAt } from "../apply.ts";
import type { Account } from "../account/account.ts";
import { encodeAccount } from "../snapshot/state-codec.ts";
import { fundedWorld, HOUR } from "../testing/rule-world.ts";
import type { World } from "../testing/rule-world.ts";

const BERLIN = "+4930901820";
const budget = { budget: "b", name: "Calls", amount: "0.10", period: "monthly" } as const;

/** A user just below a spend limit, a most in an hour and a budget, with a recharge that the monthly cap holds back. */
function onTheEdge(): World {
  const world = fundedWorld("calling-plan-payg-zone-2");
  world.org.command("budget.set", { ...budget, amount: "0.03", charges: "usage" });
  world.org.command("policy.set", { user: "u1", spendLimit: "0.03" });
  world.org.command("account.settings", { fraudRules: { spendPerHour: "0.029" } });
  world.org.command("credits.autoRecharge", { on: true, trigger: "49.98", recharge: "50", monthlyCap: "49" });
  world.fold.now += HOUR;
  return world;
}
const end = (world: World): void =>
  void world.fold.call("acme", "ended", {
    usageId: "x",
    user: "u1",
    to: BERLIN,
    answeredAt: world.fold.now - 120_000_000,
    endedAt: world.fold.now,
  });

const deeds: [name: string, before: (world: World) => void, deed: (world: World) => void, least: number][] = [
  ["an end that reaches budget, limit, fraud rule and cap at once", () => undefined, end, 10],
  [
    "a correction that takes it back",
    end,
    (world) => void world.fold.call("acme", "corrected", { usageId: "x", usedMs: 30_000 }),
    10,
  ],
  ["a changed budget", end, (world) => void world.fold.command("acme", "budget.set", { ...budget, amount: "0.031" }), 2],
  ["a deleted budget", end, (world) => void world.fold.command("acme", "budget.delete", { budget: "b" }), 2],
  [
    "a new zone and other rules",
    end,
    (world) => void world.fold.command("acme", "account.settings", { timeZone: "Asia/Tokyo", fraudRules: null }),
    2,
  ],
  ["an unblocking", end, (world) => void world.fold.command("acme", "user.block", { user: "u1", blocked: false }), 3],
  ["a raised limit", end, (world) => void world.fold.command("acme", "policy.set", { user: "u1", spendLimit: "1" }), 3],
  ["the end of the month", end, (world) => void world.fold.at("2026-04-01T00:00:00Z").tick(), 1],
];

const rest = (account: Account): unknown => ({
  ...(JSON.parse(encodeAccount(account)) as object),
  frozen: "",
  counters: null,
  asked: null,
});
const accountOf = (world: World): Account => world.fold.state.accounts.get("acme") as Account;

it.each(deeds)("%s fails at any of its writes: the account is as before, and frozen (F5)", (_name, before, deed, least) => {
  let failures = 0;
  for (let at = 0; at < 300; at++) {
    const world = onTheEdge();
    before(world);
    const was = rest(accountOf(world));
    failNextAt(at);
    deed(world);
    failNextAt(-1);
    if (accountOf(world).frozen === "") break;
    failures++;
    expect(rest(accountOf(world))).toEqual(was);
  }
  expect(failures).toBeGreaterThanOrEqual(least);
});

it("reaches them all at once: a notice and a fact each", () => {
  const world = onTheEdge();
  end(world);
  expect(world.notices("budget.threshold")).toHaveLength(1);
  expect(world.notices("spend.limitReached")).toHaveLength(1);
  expect(world.notices("fraud.blocked")).toHaveLength(1);
  expect(world.notices("credits.rechargeCapped")).toHaveLength(1);
  expect(world.facts("user.blocked").map(({ reason }) => reason)).toEqual(["spendLimit", "fraudSuspected"]);
});
