import { callTypes } from "@tollbook/contracts/call-event.ts";
import { parseTime } from "@tollbook/contracts/units.ts";
import { repriceRefusals } from "@tollbook/domain/leg/reprice.ts";
import * as z from "zod/mini";

const time = z.string().check(z.refine((text) => parseTime(text) !== null, "an RFC 3339 time, such as 2026-11-22T00:00:00Z"));
const money = z.string().check(z.regex(/^-?\d{1,10}(\.\d{1,6})?$/, "a decimal amount with at most six decimals"));

/** Which calls, and with which deck. Times select by start of the call, `from` inclusive, `to` exclusive. */
export const rerateRequest = {
  deckId: z.string().check(z.regex(/^[0-9a-f]{64}$/, "the SHA-256 of a stored deck")),
  from: time,
  to: time,
  filter: z.optional(
    z.strictObject({
      user: z.optional(z.string().check(z.minLength(1), z.maxLength(128))),
      callType: z.optional(z.enum(callTypes)),
      direction: z.optional(z.enum(["inbound", "outbound"])),
      country: z.optional(z.string().check(z.regex(/^[A-Z]{2}$/, "an ISO 3166-1 alpha-2 code"))),
    }),
  ),
  /** Also charge calls that had no price, while their period accrues (RT-7). */
  freeCalls: z.optional(z.boolean()),
};
export const RerateRequest = z.strictObject(rerateRequest);
export type RerateRequest = z.infer<typeof RerateRequest>;

export const rerateCommit = z.strictObject({
  ...rerateRequest,
  /** The dry run's: when it is another one by now, nothing is changed. */
  expectedDifference: money,
  reason: z.string().check(z.minLength(1), z.maxLength(256)),
});

const figures = { calls: z.int(), changed: z.int(), old: money, new: money, difference: money };
const Figures = z.object(figures);

/** Why a call keeps its price: those of the pricing itself, and one of the account. */
export const skipReasons = {
  ...repriceRefusals,
  otherCurrency: "It was charged in the account's former currency (edge 25).",
  freeCall: "It had no price. It is charged only when freeCalls says so, and while its period accrues (RT-7).",
} as const;
export type SkipReason = keyof typeof skipReasons;

export const RerateReport = z.object({
  account: z.string(),
  deckId: z.string(),
  deckName: z.string(),
  from: time,
  to: time,
  currency: z.string(),
  /** Log time up to which every call is in it. */
  dataUntil: z.nullable(z.string()),
  total: Figures,
  /** By largest difference; at most 1,000 each. */
  byDestination: z.array(z.object({ country: z.string(), destination: z.string(), ...figures })),
  byUser: z.array(z.object({ user: z.string(), ...figures })),
  /** Calls without a price, and what they would cost: never in the total unless freeCalls says so. */
  freeCalls: z.object({ calls: z.int(), wouldCost: money }),
  notRerated: z.array(z.object({ why: z.string(), meaning: z.string(), calls: z.int() })),
  largest: z.array(
    z.object({
      usageId: z.string(),
      version: z.int(),
      startAt: z.string(),
      user: z.string(),
      destination: z.string(),
      old: money,
      new: money,
      difference: money,
    }),
  ),
});
export type RerateReport = z.infer<typeof RerateReport>;

export const RerateJob = z.object({
  job: z.string(),
  state: z.enum(["running", "finished"]),
  deckId: z.string(),
  from: z.string(),
  to: z.string(),
  reason: z.string(),
  startedAt: z.string(),
  startedBy: z.string(),
  calls: z.int(),
  changed: z.int(),
  refused: z.int(),
  expectedDifference: money,
  difference: money,
  /** Null while it runs. True: booked is to the micro-unit what the dry run said. */
  asExpected: z.nullable(z.boolean()),
  /** Calls that came out otherwise, and why; at most 200. */
  deviations: z.array(
    z.object({
      usageId: z.string(),
      version: z.int(),
      expected: z.string(),
      difference: z.string(),
      code: z.string(),
      detail: z.string(),
    }),
  ),
});
export type RerateJob = z.infer<typeof RerateJob>;
