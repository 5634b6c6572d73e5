import type { Actor, CommandData, CommandType } from "@tollbook/contracts/commands.ts";
import { failNextAt } from "../apply.ts";
import { correctionsWorld, smallDeck } from "./corrections-world.ts";
import type { CorrectionsWorld } from "./corrections-world.ts";
import { DAY } from "./rule-world.ts";
import { beginSubscriptions, bought } from "./subscription-world.ts";
import type { SubscriptionWorld } from "./subscription-world.ts";
import type { TestFold } from "./test-fold.ts";

/** A small world, and a command that is refused in it. */
export interface RefusedCommand {
  /** What the command asks for, and the rule. */
  readonly what: string;
  readonly begin: () => TestFold;
  readonly type: CommandType;
  readonly data: unknown;
  readonly account: string;
  readonly actor: Actor;
  readonly commandId: string;
  /** What the detail says; absent: it begins with a field of the command. */
  readonly says?: RegExp;
  /** False: the answer is not kept; the same id is looked at anew. */
  readonly remembered: boolean;
}

type More = Partial<Pick<RefusedCommand, "account" | "commandId" | "says" | "remembered">> & { readonly by?: string };

export function refusal<T extends CommandType>(
  what: string,
  begin: () => { readonly fold: TestFold },
  type: T,
  data: CommandData<T>,
  { by = "admin", ...more }: More = {},
): RefusedCommand {
  const actor: Actor = { kind: "person", id: by, roles: [] };
  return {
    what,
    begin: () => begin().fold,
    type,
    data,
    account: "acme",
    actor,
    commandId: "refused",
    remembered: true,
    ...more,
  };
}

type World = SubscriptionWorld;
type Then = (world: World) => void;

export const plan = {
  ...bought,
  subscription: "d",
  product: "calling-plan-domestic-120",
  licences: 2,
} as const;

export const card = {
  method: "card",
  provider: "test",
  token: "tok",
  brand: "Visa",
  last4: "4242",
  expires: "2030-01",
  holder: "Acme",
  country: "DE",
} as const;

/** MOSA in Germany: 25 users, u1, u3 and u4 with a phone system, two licences of a plan that nobody holds. Then what is said. */
export const home =
  (...steps: readonly Then[]) =>
  (): World => {
    const world = beginSubscriptions({ agreement: "MOSA" });
    world.org.users(25, "DE");
    world.org.give("teams-phone-standard", ["u1", "u3", "u4"]);
    world.org.command("subscription.buy", plan);
    for (const step of steps) step(world);
    return world;
  };

/** One step: a command that is accepted. */
export function after<T extends CommandType>(type: T, data: CommandData<T>): Then {
  return ({ org }) => void org.command(type, data);
}

export const holding = after("licence.assign", { subscription: "d", users: ["u1", "u3"] });

/** The members ada, who has a card of her own, and ben; then steps, hers or the organisation's. */
export const members = (...steps: readonly Then[]): (() => World) =>
  home(
    after("user.set", { user: "ada", displayName: "Ada", usageLocation: "DE" }),
    after("user.set", { user: "ben", displayName: "Ben", usageLocation: "DE" }),
    after("paymentMethod.add", { ...card, method: "card-ada" }),
    ...steps,
  );

export const own = { ...bought, subscription: "own", licences: 1, buyer: "ada", paymentMethod: "card-ada" } as const;

export const bySelf: Then = ({ give }) => {
  const answer = give("subscription.buy", own, "ada");
  if (answer.outcome !== "accepted") throw new Error(answer.detail);
};

export const invoice = "main/2026-01-01";

/** A Customer Agreement with an invoice of 100.00, issued, and a card that was asked for it (payment p1). */
export const invoiced = (...steps: readonly Then[]): (() => World) =>
  closed(
    ({ fold, org }) =>
      void org.command("invoice.verified", {
        invoice,
        hash: fold.state.accounts.get("acme")?.drafts.get(invoice)?.hash ?? "",
      }),
    ...steps,
  );

/** The same, before it was verified. */
export const closed =
  (...steps: readonly Then[]) =>
  (): World => {
    const world = beginSubscriptions();
    world.org.command("paymentMethod.add", card);
    world.org.command("billingProfile.setPaymentMethod", { profile: "main", method: "card" });
    world.buy({ unitPrice: "10.00" });
    world.until("2026-02-05T00:00:00Z");
    for (const step of steps) step(world);
    return world;
  };

/** Declined for 30 days: what the profile pays for is Disabled (PM-3). */
export const unpaid: () => World = invoiced(({ fold, org }) => {
  for (let day = 0; day < 45; day++) {
    const payment = fold.state.accounts.get("acme")?.payments.get("p1");
    if (payment?.status === "PENDING")
      org.command("payment.result", { payment: "p1", attempt: payment.attempt, outcome: "declined" });
    fold.now += DAY;
    fold.tick();
  }
});

const deck = smallDeck("stored", [
  "49,Germany,DE,landline,outbound,USD,0,0.02,60,60,,",
  "999123,Nowhere,DE,landline,outbound,USD,0,0.05,60,60,,",
]);

type ThenCalls = (world: CorrectionsWorld) => void;

/** u1 with 120 included minutes and no credits; a call `x` of a minute that ended, to Germany unless said otherwise. */
export const called =
  (to = "+4930901820", ...steps: readonly ThenCalls[]) =>
  (): CorrectionsWorld => {
    const world = correctionsWorld("2026-03-02T08:00:00Z", {}, [deck]);
    world.org.users(1, "DE");
    world.org.give("teams-phone-standard", ["u1"]);
    world.org.give("calling-plan-domestic-120", ["u1"]);
    world.org.give("communications-credits", ["u1"]);
    world.fold.at("2026-03-02T16:00:00Z");
    world.call("x", 60, { to });
    for (const step of steps) step(world);
    return world;
  };

/** A call that is going on and holds minutes. */
export const calling: ThenCalls = ({ fold }) => {
  fold.ask("acme", "authorize", { usageId: "open", user: "u1", to: "+4930901820", setupAt: fold.now });
};

/** Frozen by a fault in the middle of a command. */
export const frozen = called("+4930901820", ({ fold }) => {
  failNextAt(0);
  fold.command("acme", "account.block", { blocked: true });
  failNextAt(-1);
});
