import type { AuthorizeAnswer } from "@tollbook/contracts/answers.ts";
import type { NoticeType } from "@tollbook/contracts/notices.ts";
import type { ViewAnswer, ViewRequest } from "@tollbook/contracts/views.ts";
import type { RateDeck } from "@tollbook/tariffs/deck.ts";
import type { CallRow, Output } from "../fold.ts";
import { view } from "../view.ts";
import { createOrganisation } from "./organisation.ts";
import type { Organisation } from "./organisation.ts";
import { sampleDecks } from "./sample-decks.ts";
import { createTestFold } from "./test-fold.ts";
import type { CallFields, TestFold } from "./test-fold.ts";

export const MINUTE = 60_000_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

type Facts = Parameters<typeof createOrganisation>[1];

/** One organisation with the sample rates, for the tests of single rules. */
export interface World {
  readonly fold: TestFold;
  readonly org: Organisation;
  /** A finished call of so many seconds that ends now. */
  readonly called: (seconds: number, fields: Omit<CallFields, "usageId">) => CallRow;
  /** May it begin now? */
  readonly asked: (fields: Omit<CallFields, "usageId">) => AuthorizeAnswer;
  readonly see: (request: ViewRequest) => ViewAnswer;
  readonly notices: (type: NoticeType) => Extract<Output, { kind: "notice" }>[];
  /** `data` of the account events of a type. */
  readonly facts: (type: string) => Record<string, unknown>[];
}

const decks = sampleDecks();

export function beginWorld(facts: Facts = {}, start = "2026-03-02T08:00:00Z", rates: readonly RateDeck[] = decks): World {
  const fold = createTestFold(rates, start);
  const org = createOrganisation(fold, facts);
  let leg = 0;
  return {
    fold,
    org,
    called(seconds, fields) {
      const times = { answeredAt: fold.now - seconds * 1_000_000, endedAt: fold.now };
      fold.call("acme", "ended", { usageId: `leg-${++leg}`, ...times, ...fields });
      const frozen = fold.state.accounts.get("acme")?.frozen;
      if (frozen !== "") throw new Error(`frozen: ${frozen ?? "no account"}`);
      return fold.rows.at(-1) as CallRow;
    },
    asked: (fields) => fold.ask("acme", "authorize", { usageId: `ask-${++leg}`, setupAt: fold.now, ...fields }),
    see: (request) => view(fold.state, "acme", request),
    notices: (type) => fold.outputs.filter((output) => output.kind === "notice").filter(({ notice }) => notice === type),
    facts: (type) =>
      fold.events.filter((event) => event.type === type).map(({ data }) => JSON.parse(data) as Record<string, unknown>),
  };
}

/** u1 … with a phone system, `product` and the credits licence; so much of credits. An hour later. */
export function fundedWorld(
  product: string,
  { country = "DE", users = 1, credits = "50", facts = {} as Facts, start = "2026-03-02T08:00:00Z" } = {},
): World {
  const world = beginWorld({ country: homeOf(product, country), ...facts }, start);
  const people = world.org.users(users, country);
  world.org.give("teams-phone-standard", people);
  world.org.give(product, people);
  world.org.give("communications-credits", people);
  if (credits !== "") world.org.command("credits.goodwill", { amount: credits, reason: "test" });
  world.fold.now += HOUR;
  return world;
}

/** The same under a Microsoft Customer Agreement, with the option On and no credits: everything beyond the plan is overage. */
export function overageWorld(product: string, country = "DE", users = 1): World {
  const world = beginWorld({ country: homeOf(product, country), agreement: "MCA" });
  const people = world.org.users(users, country);
  world.org.give("teams-phone-standard", people);
  const plan = world.org.give(product, people);
  world.org.command("payAsYouGo.set", { subscription: plan, on: true });
  world.fold.now += HOUR;
  return world;
}

/** CP-5: zone licences are not sold in the United States, but may be held there when bought elsewhere. */
function homeOf(product: string, country: string): string {
  return country === "US" && product.startsWith("calling-plan-payg-zone") ? "CA" : country;
}
