import { describe, expect, it } from "vitest";
import { serviceNumberQuota, userNumberQuota } from "../numbers/quota.ts";
import { beginSubscriptions, bought } from "../testing/subscription-world.ts";
import type { SubscriptionWorld } from "../testing/subscription-world.ts";

const numbers = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, at) => `+493090182${String(from + at).padStart(4, "0")}`);

/** So many licences of each product. */
function owning(licences: Readonly<Record<string, number>>, facts = {}): SubscriptionWorld {
  const world = beginSubscriptions(facts);
  for (const [product, count] of Object.entries(licences)) world.buy({ subscription: product, product, licences: count });
  return world;
}
const quota = (world: SubscriptionWorld, kind: string): unknown =>
  (world.see({ view: "numbers" }) as { quotas: { kind: string; quota: number; used: number; left: number }[] }).quotas.find(
    (one) => one.kind === kind,
  );

describe("quotas (CP-14)", () => {
  it.each([
    [30, 20, 63],
    [50, 0, 65],
    [1, 0, 11],
    [9, 0, 19],
    [10, 0, 21],
    [0, 20, 20],
    [0, 0, 0],
  ])("CP-14: user numbers: %d plans and %d pay-as-you-go plans are %d", (plans, payAsYouGo, expected) => {
    expect(userNumberQuota(plans, payAsYouGo)).toBe(expected);
  });

  it.each([
    [0, 0],
    [1, 5],
    [25, 5],
    [26, 10],
    [49, 10],
    [50, 20],
    [99, 20],
    [100, 30],
    [149, 30],
    [150, 40],
    [199, 40],
    [200, 65],
    [499, 65],
    [500, 90],
    [749, 90],
    [750, 110],
    [999, 110],
    [1000, 125],
    [1249, 125],
    [1250, 135],
    [1499, 135],
    [1500, 160],
    [1999, 160],
    [2000, 210],
    [2999, 210],
    [3000, 420],
    [6999, 420],
    [7000, 500],
    [9999, 500],
    [10_000, 600],
    [14_999, 600],
    [15_000, 700],
    [19_999, 700],
    [20_000, 1000],
    [49_999, 1000],
    [50_000, 1500],
  ])("CP-14: service numbers: %d licences are %d", (licences, expected) => {
    expect(serviceNumberQuota(licences)).toBe(expected);
  });

  it("CP-14: 30 plans and 20 pay-as-you-go plans: the 63rd number is reserved, the 64th is not; ported ones do not count", () => {
    const world = owning({ "calling-plan-domestic": 30, "calling-plan-payg-zone-2": 20 });
    world.org.command("number.port", { kind: "user", numbers: numbers(5, 900) });
    expect(world.give("number.reserve", { order: "a", kind: "user", numbers: numbers(64) }).code).toBe("quotaExceeded");
    expect(world.give("number.reserve", { order: "a", kind: "user", numbers: numbers(63) }).outcome).toBe("accepted");
    expect(quota(world, "user")).toEqual({ kind: "user", quota: 63, used: 63, left: 0 });
    expect(world.give("number.reserve", { order: "b", kind: "user", numbers: numbers(1, 100) }).code).toBe("quotaExceeded");
  });

  it("CP-14: toll and toll-free have a quota each, by phone system and conferencing licences together", () => {
    const world = owning({ "teams-phone-standard": 15, "audio-conferencing": 11 }, { agreement: "MOSA" });
    world.org.command("credits.topUp", { amount: "50", reference: "po" });
    world.org.command("number.reserve", { order: "a", kind: "toll", numbers: numbers(10) });
    expect(world.give("number.reserve", { order: "b", kind: "toll", numbers: numbers(1, 50) }).code).toBe("quotaExceeded");
    expect(world.give("number.reserve", { order: "b", kind: "tollFree", numbers: numbers(10, 50) }).outcome).toBe("accepted");
  });

  it("a Disabled subscription's licences count towards no quota (D17)", () => {
    const world = owning({ "calling-plan-domestic": 30 });
    world.org.command("subscription.setState", { subscription: "calling-plan-domestic", state: "Disabled" });
    expect(quota(world, "user")).toMatchObject({ quota: 0 });
  });
});

describe("acquiring (CP-14, NM-1)", () => {
  it("CP-14: ordered in the last moment of ten minutes they are held; a microsecond later the reservation has lapsed", () => {
    const world = owning({ "calling-plan-domestic": 5 });
    const reserve = (order: string, from: number): void => {
      world.org.command("number.reserve", { order, kind: "user", numbers: numbers(1, from) });
    };
    reserve("a", 0);
    reserve("b", 1);
    const end = world.fold.now + 600_000_000;
    world.fold.now = end;
    expect(world.give("number.order", { order: "a" }).outcome).toBe("accepted");
    world.fold.now = end + 1;
    expect(world.give("number.order", { order: "b" }).code).toBe("reservationLapsed");
    world.fold.now = end + 60_000_000;
    world.fold.tick();
    expect(world.facts("number.reservationLapsed")).toEqual([{ numbers: ["4930901820001"] }]);
    expect(quota(world, "user")).toMatchObject({ used: 1 });
    expect(world.give("number.order", { order: "b" }).code).toBe("unknownNumber");
    reserve("c", 1);
  });

  it("NM-1: toll-free numbers need a balance above zero, or the option On under post-usage billing", () => {
    const prepaid = owning({ "teams-phone-standard": 1 }, { agreement: "MOSA" });
    const reserve = { order: "a", kind: "tollFree" as const, numbers: ["+498001234567"] };
    expect(prepaid.give("number.reserve", reserve).code).toBe("creditsNeeded");
    expect(prepaid.give("number.port", { kind: "tollFree", numbers: reserve.numbers }).code).toBe("creditsNeeded");
    prepaid.org.command("credits.topUp", { amount: "50", reference: "po" });
    expect(prepaid.give("number.reserve", reserve).outcome).toBe("accepted");
    const postpaid = owning({ "teams-phone-standard": 1, "audio-conferencing": 1 });
    expect(postpaid.give("number.reserve", reserve).code).toBe("creditsNeeded");
    postpaid.org.command("payAsYouGo.set", { subscription: "audio-conferencing", on: true });
    expect(postpaid.give("number.reserve", reserve).outcome).toBe("accepted");
  });

  it("NM-1: an assignment has the documented status, by what the kind of number suits; assigned ones are not released", () => {
    const world = owning({ "teams-phone-standard": 5, "calling-plan-domestic": 5 });
    world.org.users(1, "DE");
    world.org.command("user.set", { user: "queue", displayName: "Queue", usageLocation: "DE", kind: "resourceAccount" });
    world.org.command("number.port", { kind: "user", numbers: numbers(3) });
    world.org.command("number.port", { kind: "toll", numbers: numbers(3, 10) });
    const assign = (at: number, to: "user" | "resourceAccount" | "conferencing" | "thirdPartyApp" | "policy", user?: string) => {
      const answer = world.give("number.assign", {
        number: numbers(1, at)[0] ?? "",
        to,
        ...(user === undefined ? {} : { user }),
      });
      return answer.code ?? answer.result?.["status"];
    };
    expect(assign(0, "user", "u1")).toBe("UserAssigned");
    expect(assign(0, "policy")).toBe("numberInUse");
    expect(assign(1, "user", "queue")).toBe("unknownUser");
    expect(assign(1, "resourceAccount", "queue")).toBe("numberNotSuited");
    expect(assign(1, "policy")).toBe("PolicyAssigned");
    expect(assign(2, "thirdPartyApp")).toBe("ThirdPartyAppAssigned");
    expect(assign(10, "user", "u1")).toBe("numberNotSuited");
    expect(assign(10, "resourceAccount", "queue")).toBe("VoiceApplicationAssigned");
    expect(assign(11, "conferencing")).toBe("ConferenceAssigned");
    // A call from the number is the user's.
    expect(world.fold.state.accounts.get("acme")?.numbers.get("4930901820000")).toBe("u1");
    const release = { numbers: numbers(1) };
    expect(world.give("number.release", release).code).toBe("numberInUse");
    world.org.command("number.unassign", { number: numbers(1)[0] ?? "" });
    expect(world.give("number.release", release).outcome).toBe("accepted");
    expect(world.give("number.release", release).code).toBe("unknownNumber");
    expect(world.subscription("calling-plan-domestic").total).toBe(bought.licences / 2);
    const { numbers: rows } = world.see({ view: "numbers" }) as { numbers: { status: string }[] };
    expect(rows.map(({ status }) => status)).toEqual([
      "PolicyAssigned",
      "ThirdPartyAppAssigned",
      "VoiceApplicationAssigned",
      "ConferenceAssigned",
      "Unassigned",
    ]);
  });

  it("a number is held once, and a reservation is no number yet", () => {
    const world = owning({ "calling-plan-domestic": 5 });
    world.org.command("number.reserve", { order: "a", kind: "user", numbers: numbers(1) });
    expect(world.give("number.reserve", { order: "b", kind: "user", numbers: numbers(1) }).code).toBe("numberTaken");
    expect(world.give("number.reserve", { order: "a", kind: "user", numbers: numbers(1, 5) }).code).toBe("invalidCommand");
    expect(world.give("number.assign", { number: numbers(1)[0] ?? "", to: "policy" }).code).toBe("unknownNumber");
  });
});
