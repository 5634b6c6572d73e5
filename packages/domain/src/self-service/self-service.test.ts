import { describe, expect, it } from "vitest";
import type { SelfServiceView } from "@tollbook/contracts/product-views.ts";
import { beginSubscriptions, bought } from "../testing/subscription-world.ts";
import type { SubscriptionWorld } from "../testing/subscription-world.ts";

/** Members ada and ben with cards of their own, and 25 people with a phone system. */
function begin(facts = {}): SubscriptionWorld {
  const world = beginSubscriptions({ agreement: "MOSA", ...facts });
  const country = (facts as { country?: string }).country ?? "DE";
  for (const user of ["ada", "ben"]) {
    world.org.command("user.set", {
      user,
      displayName: `${user} Example`,
      userPrincipalName: `${user}@acme.example`,
      usageLocation: "DE",
    });
    const card = { provider: "test", token: "tok", brand: "Visa", last4: "4242", expires: "2030-01" } as const;
    world.org.command("paymentMethod.add", { ...card, method: `card-${user}`, holder: user, country });
  }
  world.org.give("teams-phone-standard", world.org.users(25, "DE"));
  return world;
}
const own = { ...bought, subscription: "own", buyer: "ada", paymentMethod: "card-ada" } as const;
const view = (world: SubscriptionWorld, buyer?: string): SelfServiceView =>
  world.see({ view: "selfService", ...(buyer === undefined ? {} : { buyer }) }) as SelfServiceView;

describe("a member buys for himself (SS-1 to SS-6)", () => {
  it("SS-1: he pays with his own card, on a billing account and profile of his own; nothing is on the organisation's", () => {
    const world = begin();
    expect(world.give("subscription.buy", own, "ada@ACME.example")).toMatchObject({ result: { profile: "self-ada" } });
    const account = world.fold.state.accounts.get("acme");
    expect(account?.billingProfiles.get("self-ada")).toMatchObject({ billingAccount: "self-ada", paymentMethod: "card-ada" });
    const amounts = [...(account?.drafts.values() ?? [])].map(({ profile, lines }) => [
      profile,
      [...lines.values()].reduce((sum, { amountMicros }) => sum + amountMicros, 0),
    ]);
    expect(amounts).toContainEqual(["self-ada", 120_000_000]);
    // The second purchase is on the same profile.
    const again = { ...own, subscription: "more", paymentMethod: undefined };
    expect(world.give("subscription.buy", again, "ada")).toMatchObject({ result: { profile: "self-ada" } });
  });

  it.each([
    ["for somebody else", own, "ben@acme.example", {}, "forbidden"],
    ["without a card", { ...own, paymentMethod: undefined }, "ada", {}, "paymentMethodNeeded"],
    ["with a card that is none", { ...own, paymentMethod: "none" }, "ada", {}, "unknownPaymentMethod"],
    ["a guest or nobody", { ...own, buyer: "guest" }, "guest", {}, "unknownUser"],
    [
      "a product that only the organisation buys",
      { ...own, product: "calling-plan-payg-zone-2" },
      "ada",
      {},
      "selfServiceNotOffered",
    ],
    ["in India", own, "ada", { country: "IN" }, "selfServiceNotOffered"],
    ["at a price of his own", { ...own, unitPrice: "0.01" }, "ada", {}, "invalidCommand"],
    ["on the organisation's profile", { ...own, profile: "main" }, "ada", {}, "invalidCommand"],
  ] as const)("SS-1: refused %s", (_what, data, actor, facts, code) => {
    expect(begin(facts).give("subscription.buy", data as never, actor).code).toBe(code);
  });

  it("SS-1: neither the organisation's card nor another member's is his own", () => {
    const world = begin();
    world.org.command("billingProfile.setPaymentMethod", { profile: "main", method: "card-ben" });
    expect(world.give("subscription.buy", { ...own, paymentMethod: "card-ben" }, "ada").code).toBe("methodNotAccepted");
    world.give("subscription.buy", own, "ada");
    const stolen = { ...own, subscription: "b", buyer: "ben" };
    expect(world.give("subscription.buy", stolen, "ben").code).toBe("methodNotAccepted");
  });

  it("SS-2: his own view shows what he bought, the filter Self-service what members bought", () => {
    const world = begin();
    world.give("subscription.buy", own, "ada");
    world.give("subscription.buy", { ...own, subscription: "bens", buyer: "ben", paymentMethod: "card-ben" }, "ben");
    const ids = (filter: object): string[] =>
      (world.see({ view: "subscriptions", ...filter }) as { subscriptions: { subscription: string }[] }).subscriptions.map(
        ({ subscription }) => subscription,
      );
    expect(ids({ selfService: true })).toEqual(["own", "bens"]);
    expect(ids({ buyer: "ada" })).toEqual(["own"]);
    expect(ids({ selfService: false })).toEqual(["s-teams-phone-standard"]);
    expect(view(world, "ada@acme.example").products[0]?.purchases.map(({ subscription }) => subscription)).toEqual(["own"]);
  });

  it("SS-3, SS-4, SS-5: he changes the total, assigns to 20 people at once, cancels; the admin can do none of it", () => {
    const world = begin();
    world.give("subscription.buy", { ...own, licences: 20 }, "ada");
    const people = Array.from({ length: 21 }, (_, at) => `u${at + 1}`);
    const steps = (actor: string): (string | undefined)[] => [
      world.give("licence.setTotal", { subscription: "own", total: 21 }, actor).code,
      world.give("licence.assign", { subscription: "own", users: people.slice(0, 20) }, actor).code,
      world.give("licence.unassign", { subscription: "own", users: ["u1"] }, actor).code,
      world.give("subscription.setRecurring", { subscription: "own", on: true }, actor).code,
      world.give("subscription.cancel", { subscription: "own", reason: "tooExpensive" }, actor).code,
    ];
    expect(steps("admin")).toEqual(Array.from({ length: 5 }, () => "selfServiceOwned"));
    expect(world.give("licence.assign", { subscription: "own", users: people }, "ada").code).toBe("tooManyUsers");
    expect(steps("ada")).toEqual(Array.from({ length: 5 }, () => undefined));
    expect(world.state("own")).toBe("Disabled");
  });

  it("SS-6: the buyer leaves: licences work to the end and renewals go on, until the organisation cancels", () => {
    const world = begin({ country: "US" });
    world.give("subscription.buy", { ...own, product: "calling-plan-international", term: "P1M" }, "ada");
    world.give("licence.assign", { subscription: "own", users: ["u1"] }, "ada");
    world.org.command("user.remove", { user: "ada" });
    world.until("2026-02-10T00:00:00Z");
    expect([world.state("own"), world.asked({ user: "u1", to: "+4930901820" }).decision]).toEqual(["Active", "allow"]);
    expect(view(world).products[0]?.purchases[0]).toMatchObject({ buyerLeft: true, buyerName: "ada Example" });
    expect(world.give("licence.unassign", { subscription: "own", users: ["u1"] }, "ada").code).toBe("selfServiceOwned");
    expect(world.give("selfService.cancel", { subscription: "own", reason: "noLongerNeeded" }).outcome).toBe("accepted");
    expect([world.state("own"), world.asked({ user: "u1", to: "+4930901820" }).reason]).toEqual(["Deleted", "noPlan"]);
  });
});

describe("what the organisation sees and decides (SS-7 to SS-9)", () => {
  it("SS-7: several purchases of a product are shown once: six fields, order history, quantity available as their sum, users by buyer", () => {
    const world = begin();
    world.give("subscription.buy", { ...own, licences: 5 }, "ada");
    world.give("subscription.buy", { ...own, subscription: "bens", buyer: "ben", paymentMethod: "card-ben", licences: 7 }, "ben");
    world.give("licence.assign", { subscription: "own", users: ["u1", "u2"] }, "ada");
    world.give("licence.assign", { subscription: "bens", users: ["u3"] }, "ben");
    world.until("2026-01-05T00:00:00Z");
    world.give("licence.setTotal", { subscription: "own", total: 6 }, "ada");
    const { products } = view(world);
    expect(products).toHaveLength(1);
    expect(products[0]).toMatchObject({
      product: "calling-plan-domestic",
      subscriptionsBought: 2,
      licences: 13,
      available: 10,
      users: [
        { buyer: "ben", users: ["u3"] },
        { buyer: "ada", users: ["u1", "u2"] },
      ],
    });
    expect(products[0]?.purchases[1]).toMatchObject({
      subscription: "own",
      buyerName: "ada Example",
      licences: 6,
      expiresAt: "2027-01-01T00:00:00.000000Z",
      price: "12.00",
      assignedUsers: ["u1", "u2"],
      orders: [
        { kind: "bought", licences: 5, at: "2026-01-01T00:00:00.000000Z" },
        { kind: "licences", licences: 6, at: "2026-01-05T00:00:00.000000Z" },
      ],
    });
  });

  it("SS-8 a: users move to a subscription with a free licence for each; the old one is Deleted, the buyer is told, minutes stay", () => {
    const world = begin();
    world.buy({ subscription: "org", licences: 3 });
    world.buy({ subscription: "other", product: "audio-conferencing" });
    world.org.command("licence.assign", { subscription: "org", users: ["u9"] });
    world.give("subscription.buy", own, "ada");
    world.give("licence.assign", { subscription: "own", users: ["u1", "u2", "u3"] }, "ada");
    const minutes = (): unknown => (world.see({ view: "pools" }) as { pools: { totalMinutes: number }[] }).pools[0]?.totalMinutes;
    expect(minutes()).toBe(4 * 1200);
    expect(world.give("selfService.takeOver", { subscription: "own", to: "org" }).code).toBe("noFreeLicence");
    expect(world.give("selfService.takeOver", { subscription: "own", to: "other" }).code).toBe("invalidCommand");
    world.org.command("licence.setTotal", { subscription: "org", total: 4 });
    expect(world.give("selfService.takeOver", { subscription: "own", to: "org" })).toMatchObject({
      result: { moved: 3, to: "org", state: "Deleted", credited: "120.00" },
    });
    expect(world.subscription("org").assigned).toEqual(["u9", "u1", "u2", "u3"]);
    expect([world.state("own"), minutes()]).toEqual(["Deleted", 4 * 1200]);
    expect(world.notices("selfService.takenOver").map(({ people, data }) => [people, data["by"], data["action"]])).toEqual([
      [["ada"], "admin", "moved to org"],
    ]);
    expect(world.give("selfService.takeOver", { subscription: "own", to: "org" }).code).toBe("subscriptionNotActive");
    expect(world.give("selfService.takeOver", { subscription: "org", to: "org" }).code).toBe("notSelfService");
  });

  it("SS-8 b: cancelled with a reason: users lose access, Deleted, the buyer is told; after seven days nothing is given back", () => {
    const world = begin();
    world.give("subscription.buy", own, "ada");
    world.give("licence.assign", { subscription: "own", users: ["u1"] }, "ada");
    world.until("2026-01-10T00:00:00Z");
    expect(world.give("selfService.cancel", { subscription: "own", reason: "switchingProduct" })).toMatchObject({
      result: { users: 1, state: "Deleted", credited: "0.00" },
    });
    expect(world.asked({ user: "u1", to: "+4930901820" }).reason).toBe("noPlan");
    expect(world.notices("selfService.cancelled").map(({ people, data }) => [people, data["reason"]])).toEqual([
      [["ada"], "switchingProduct"],
    ]);
  });

  it.each([
    ["Enabled", undefined, undefined, undefined],
    ["Disabled", "selfServiceDisabled", "selfServiceDisabled", "selfServiceDisabled"],
    ["OnlyTrialsWithoutPaymentMethod", "selfServiceDisabled", undefined, "selfServiceDisabled"],
  ] as const)("SS-9: %s: a purchase, a trial without a card, a trial with one", (value, purchase, trial, withCard) => {
    const answers = [own, { ...own, trial: true, paymentMethod: undefined }, { ...own, trial: true }].map((data) => {
      const world = begin();
      world.org.command("selfService.setPolicy", { product: "calling-plan-domestic", value });
      return world.give("subscription.buy", data as never, "ada").code;
    });
    expect(answers).toEqual([purchase, trial, withCard]);
  });

  it("SS-9: where only trials are allowed none becomes a purchase, by hand or by a card that is attached later", () => {
    const world = begin();
    world.org.command("selfService.setPolicy", { product: "calling-plan-domestic", value: "OnlyTrialsWithoutPaymentMethod" });
    world.give("subscription.buy", { ...own, trial: true, paymentMethod: undefined } as never, "ada");
    world.org.command("billingProfile.setPaymentMethod", { profile: "self-ada", method: "card-ada" });
    expect(world.give("trial.convert", { subscription: "own" }, "ada").code).toBe("selfServiceDisabled");
    world.until("2026-02-01T00:00:00Z");
    expect(world.state("own")).toBe("Expired");
  });

  it("SS-9: of another product, or of one that members cannot buy, the policy says nothing", () => {
    const world = begin();
    world.org.command("selfService.setPolicy", { product: "audio-conferencing", value: "Disabled" });
    expect(world.give("subscription.buy", own, "ada").outcome).toBe("accepted");
    const policy = { product: "communications-credits", value: "Enabled" } as const;
    expect(world.give("selfService.setPolicy", policy).code).toBe("selfServiceNotOffered");
    expect(view(world).policies.find(({ product }) => product === "audio-conferencing")?.policy).toBe("Disabled");
  });
});
