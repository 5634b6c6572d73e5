import type { CommandData, CommandType } from "@tollbook/contracts/commands.ts";

/**
 * A year in the life of an organisation, as a list of what happens when: purchases, calls, recharges, a declined card, credits and
 * a card that expire, a plan change, a move to billing after use, a call that is void after its invoice. The same list is played
 * to the fold alone and to a whole installation; `year-book.ts` works out what it must come to, in its own way.
 */
export type YearStep =
  | { readonly at: string; readonly do: "command"; readonly command: YearCommand }
  | { readonly at: string; readonly do: "call"; readonly call: YearCall };

export type YearCommand = { [T in CommandType]: { readonly type: T; readonly data: CommandData<T> } }[CommandType];

/** A finished call that ended at the step's time. */
export interface YearCall {
  readonly usageId: string;
  readonly user: string;
  readonly to: string;
  readonly seconds: number;
}

/** The account begins half a year earlier, so that its first credits expire within the year. */
export const YEAR_BEGINS = "2025-07-01T00:00:00Z";
export const YEAR_ENDS = "2027-01-04T12:00:00Z";
export const yearAccount = { name: "Year", country: "DE", currency: "USD", agreement: "MOSA" } as const;

/** Per licence and month, as agreed with this organisation. */
export const agreedPrices = { phone: "8.00", small: "6.00", large: "24.00", payg: "0.00", credits: "0.00" } as const;

const card = { provider: "test", brand: "Visa", last4: "4242", holder: "Year", country: "DE" } as const;
/** What is called, with its rate of the sample deck in micro-units a minute. */
export const destinations = [
  { number: "+4930901820", country: "DE", price: 15_000n },
  { number: "+33140205050", country: "FR", price: 16_000n },
  { number: "+12015550100", country: "US", price: 13_000n },
] as const;

function command<T extends CommandType>(at: string, type: T, data: CommandData<T>): YearStep {
  // Type and data belong together by this function's own signature.
  return { at, do: "command", command: { type, data } as unknown as YearCommand };
}

/**
 * In order of time. So few calls in the first half of 2026 that credits are left to expire, so many in the second that those
 * bought later are used up.
 */
export function yearScript(seed: number, { quiet, busy }: { quiet: number; busy: number }): YearStep[] {
  const steps = [...beginning(), ...changes(), ...calls(seed, quiet, busy)];
  return steps.toSorted((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));
}

function beginning(): YearStep[] {
  const buy = (subscription: keyof typeof agreedPrices, product: string, licences: number): YearStep =>
    command("2026-01-01T00:10:00Z", "subscription.buy", {
      subscription,
      product,
      licences,
      term: "P1Y",
      billingFrequency: "monthly",
      unitPrice: agreedPrices[subscription],
    });
  const assign = (subscription: string, users: string[]): YearStep =>
    command("2026-01-01T00:20:00Z", "licence.assign", { subscription, users });
  return [
    command("2025-07-01T00:00:00Z", "billingProfile.set", { profile: "main", tax: { label: "VAT", percent: "19" } }),
    command("2025-07-01T00:01:00Z", "paymentMethod.add", { method: "first", token: "test_ok", expires: "2026-10", ...card }),
    command("2025-07-01T00:02:00Z", "billingProfile.setPaymentMethod", { profile: "main", method: "first" }),
    command("2025-07-01T00:03:00Z", "credits.topUp", { amount: "50.00" }),
    ...["u1", "u2", "u3"].map((user) =>
      command("2025-07-01T00:04:00Z", "user.set", { user, displayName: user, usageLocation: "DE" }),
    ),
    buy("phone", "teams-phone-standard", 3),
    buy("small", "calling-plan-domestic-120", 2),
    buy("payg", "calling-plan-payg-zone-2", 1),
    buy("credits", "communications-credits", 3),
    assign("phone", ["u1", "u2", "u3"]),
    assign("small", ["u1", "u2"]),
    assign("payg", ["u3"]),
    assign("credits", ["u1", "u2", "u3"]),
  ];
}

function changes(): YearStep[] {
  return [
    command("2026-02-10T09:00:00Z", "licence.setTotal", { subscription: "phone", total: 5 }),
    command("2026-02-24T09:00:00Z", "licence.setTotal", { subscription: "phone", total: 4 }),
    command("2026-03-01T00:00:30Z", "credits.autoRecharge", { on: true, trigger: "2.00", recharge: "50.00" }),
    // A plan change: what u1 used stays in the old pool, the new one is full.
    command("2026-04-15T12:00:00Z", "licence.unassign", { subscription: "small", users: ["u1"] }),
    command("2026-04-15T12:01:00Z", "subscription.buy", {
      subscription: "large",
      product: "calling-plan-international",
      licences: 1,
      term: "P1Y",
      billingFrequency: "monthly",
      unitPrice: agreedPrices.large,
    }),
    command("2026-04-15T12:02:00Z", "licence.assign", { subscription: "large", users: ["u1"] }),
    command("2026-05-20T09:00:00Z", "credits.goodwill", { amount: "5.00", reason: "an outage" }),
    // The card is declined from now on; it is mended in August, a day before the grace is over, which pays what waited.
    command("2026-06-30T12:00:00Z", "paymentMethod.edit", { method: "first", token: "test_declined" }),
    command("2026-08-02T10:00:00Z", "paymentMethod.edit", { method: "first", token: "test_ok" }),
    // The move to billing after use (CC-12): the option first, then auto-recharge off; credits are drained before.
    command("2026-09-01T08:00:00Z", "account.settings", { agreement: "MCA" }),
    ...["small", "payg", "large"].map((subscription) =>
      command("2026-09-01T08:01:00Z", "payAsYouGo.set", { subscription, on: true }),
    ),
    command("2026-09-01T08:02:00Z", "credits.autoRecharge", { on: false }),
    command("2026-10-20T09:00:00Z", "paymentMethod.add", { method: "second", token: "test_ok", expires: "2029-10", ...card }),
    command("2026-10-20T09:01:00Z", "paymentMethod.replace", { method: "first", by: "second" }),
    ...VOID_AFTER_INVOICE.map((usageId) => command("2026-12-10T09:00:00Z", "call.void", { usageId, reason: "wrong number" })),
  ];
}

/** Calls of October and November, whose invoices are issued before: credits paid the one, overage the other. */
export const VOID_AFTER_INVOICE = ["y-2026-10-0", "y-2026-11-0"];

function calls(seed: number, quiet: number, busy: number): YearStep[] {
  const random = mulberry(seed);
  const steps: YearStep[] = [];
  for (let month = 1; month <= 12; month++) {
    for (let call = 0; call < (month <= 6 ? quiet : busy); call++) {
      // A few days a month: a test clock need not stop on every one.
      const day = 2 + 4 * Math.floor(random() * 6);
      const minute = Math.floor(random() * 600) + 480;
      const destination = destinations[Math.floor(random() * destinations.length)] ?? destinations[0];
      const at = `2026-${two(month)}-${two(day)}T${two(Math.floor(minute / 60))}:${two(minute % 60)}:${two(call % 60)}Z`;
      const usageId = `y-2026-${two(month)}-${call}`;
      // Those that will be void are certainly paid for: the pay-as-you-go user's.
      const user = VOID_AFTER_INVOICE.includes(usageId) ? "u3" : `u${1 + Math.floor(random() * 3)}`;
      steps.push({ at, do: "call", call: { usageId, user, to: destination.number, seconds: 1 + Math.floor(random() * 1200) } });
    }
  }
  return steps;
}

const two = (value: number): string => String(value).padStart(2, "0");

/** Repeatable: the same seed draws the same year. */
function mulberry(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
