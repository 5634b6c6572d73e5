import * as z from "zod/mini";
import { eventOutcomes } from "./codes.ts";
import { commandTypes } from "./commands.ts";

/**
 * What the meter answers from its state, at once (architecture §4): balances, pools, one user, live calls.
 * The API passes these bodies on unchanged. Money is a decimal string, time RFC 3339, at most 200 rows.
 * Requests go to `views.v1.<account>` as JSON; an unknown account answers `{ "error": "unknownAccount" }`.
 */

const money = z.string();
const time = z.string();

/** `asOf` of every view: how far the log has been folded. */
export const AsOf = z.object({ partition: z.int(), seq: z.int(), time });

export const viewRequest = z.discriminatedUnion("view", [
  z.object({ view: z.literal("summary") }),
  z.object({ view: z.literal("pools"), user: z.optional(z.string()) }),
  z.object({ view: z.literal("credits") }),
  z.object({ view: z.literal("subscriptions") }),
  z.object({
    view: z.literal("users"),
    after: z.optional(z.string()),
    limit: z.optional(z.int().check(z.minimum(1), z.maximum(200))),
  }),
  z.object({ view: z.literal("user"), user: z.string() }),
  z.object({ view: z.literal("liveCalls") }),
  z.object({ view: z.literal("leg"), usageId: z.string() }),
  z.object({ view: z.literal("reconciliation"), hours: z.optional(z.int().check(z.minimum(1), z.maximum(200))) }),
]);
export type ViewRequest = z.infer<typeof viewRequest>;

export const PoolView = z.object({
  pool: z.string(),
  capability: z.string(),
  description: z.string(),
  usageLocation: z.string(),
  user: z.nullable(z.string()),
  /** domestic, international or zoneA. */
  kind: z.enum(["domestic", "international", "zoneA"]),
  /** Year * 100 + month. */
  month: z.int(),
  totalMinutes: z.int(),
  usedMinutes: z.int(),
  reservedMinutes: z.int(),
  availableMinutes: z.int(),
  state: z.enum(["OPEN", "WARN80", "EXHAUSTED"]),
});

export const LotView = z.object({
  lot: z.string(),
  kind: z.enum(["topUp", "recharge", "goodwill"]),
  amount: money,
  remaining: money,
  purchasedAt: time,
  expiresAt: time,
  state: z.enum(["OPEN", "DEPLETED", "EXPIRED"]),
});

export const CreditsView = z.object({
  asOf: AsOf,
  currency: z.string(),
  mode: z.enum(["NONE", "PREPAID", "DRAINING", "POSTPAID", "STUCK_PREPAID", "UNFUNDED"]),
  state: z.enum(["NONE", "ACTIVE", "LOW", "ZERO"]),
  balance: money,
  reserved: money,
  available: money,
  /** Sum of what expires within 30 days. */
  expiringSoon: money,
  spentThisMonth: money,
  autoRecharge: z.object({
    on: z.boolean(),
    trigger: money,
    recharge: money,
    status: z.enum(["IDLE", "PENDING", "FAILED", "RETRYING", "SUSPENDED"]),
  }),
  canBuy: z.boolean(),
  /** Why credits cannot be bought, a refusal code. */
  cannotBuyReason: z.nullable(z.string()),
  lots: z.array(LotView),
});

export const SubscriptionView = z.object({
  subscription: z.string(),
  product: z.string(),
  productName: z.string(),
  serviceCode: z.string(),
  country: z.string(),
  state: z.enum(["Active", "Expired", "Disabled", "Deleted"]),
  trial: z.boolean(),
  term: z.string(),
  billingFrequency: z.string(),
  licences: z.int(),
  assigned: z.int(),
  startedAt: time,
  renewsAt: z.nullable(time),
  includedMinutes: z.nullable(z.int()),
  tags: z.array(z.string()),
  payAsYouGo: z.enum(["UNAVAILABLE", "OFF", "ON"]),
  /** Why the option is unavailable, in one sentence; null when it can be switched. */
  payAsYouGoReason: z.nullable(z.string()),
  overageThisMonth: money,
  currency: z.string(),
  assignedUsers: z.array(z.string()),
});
export const SubscriptionsView = z.object({ asOf: AsOf, subscriptions: z.array(SubscriptionView) });

export const PoolsView = z.object({ asOf: AsOf, pools: z.array(PoolView) });

export const UserView = z.object({
  user: z.string(),
  displayName: z.string(),
  userPrincipalName: z.string(),
  kind: z.enum(["user", "resourceAccount"]),
  usageLocation: z.string(),
  department: z.string(),
  blocked: z.boolean(),
  dialOutPolicy: z.string(),
  licences: z.array(z.object({ subscription: z.string(), product: z.string(), serviceCode: z.string() })),
  spentThisMonth: money,
});
export const UsersView = z.object({ asOf: AsOf, users: z.array(UserView), next: z.nullable(z.string()) });

export const LiveCall = z.object({
  usageId: z.string(),
  callType: z.string(),
  user: z.string(),
  to: z.string(),
  destination: z.string(),
  startedAt: z.nullable(time),
  answeredAt: z.nullable(time),
  usedSeconds: z.int(),
  grantedSeconds: z.nullable(z.int()),
  reserved: money,
});
export const LiveCallsView = z.object({ asOf: AsOf, total: z.int(), calls: z.array(LiveCall) });

export const SummaryView = z.object({
  asOf: AsOf,
  account: z.string(),
  name: z.string(),
  country: z.string(),
  currency: z.string(),
  agreement: z.string(),
  frozen: z.boolean(),
  balance: money,
  available: money,
  reserved: money,
  creditMode: z.string(),
  activeCalls: z.int(),
  today: z.object({ legs: z.int(), billableSeconds: z.int(), poolMinutes: z.int(), charged: money, denied: z.int() }),
  thisMonth: z.object({
    legs: z.int(),
    billableSeconds: z.int(),
    poolMinutes: z.int(),
    charged: money,
    credits: money,
    overage: money,
    unfundedLegs: z.int(),
    denied: z.int(),
  }),
  pools: z.array(PoolView),
});

/** The live state of one leg, rated or not. */
export const LegView = z.object({
  asOf: AsOf,
  usageId: z.string(),
  state: z.string(),
  version: z.int(),
  usedMs: z.int(),
  grantedSeconds: z.nullable(z.int()),
  reserved: money,
  amount: z.nullable(money),
});

const outcomeCounts = z.object(
  Object.fromEntries(eventOutcomes.map((outcome) => [outcome, z.int()])) as Record<(typeof eventOutcomes)[number], z.ZodMiniInt>,
);
const hourly = z.object({
  /** Start of the hour of log time. */
  hour: time,
  accepted: z.int(),
  events: outcomeCounts,
  legs: z.object({ seen: z.int(), rated: z.int(), denied: z.int(), abandoned: z.int(), voided: z.int() }),
});
/** D20: both identities, by hour of log time and in total; `holds` is computed, never assumed. */
export const ReconciliationView = z.object({
  asOf: AsOf,
  hours: z.array(hourly),
  total: hourly,
  openLegs: z.int(),
  /** Money out of pools, credits and overage equals the sum over segments, per currency. */
  money: z.array(z.object({ currency: z.string(), segments: money, credits: money, overage: money })),
  poolMinutes: z.object({ segments: z.int(), pools: z.int() }),
  holds: z.boolean(),
});

export type PoolView = z.infer<typeof PoolView>;
export type LotView = z.infer<typeof LotView>;
export type CreditsView = z.infer<typeof CreditsView>;
export type SubscriptionView = z.infer<typeof SubscriptionView>;
export type SubscriptionsView = z.infer<typeof SubscriptionsView>;
export type PoolsView = z.infer<typeof PoolsView>;
export type UserView = z.infer<typeof UserView>;
export type UsersView = z.infer<typeof UsersView>;
export type LiveCall = z.infer<typeof LiveCall>;
export type LiveCallsView = z.infer<typeof LiveCallsView>;
export type SummaryView = z.infer<typeof SummaryView>;
export type LegView = z.infer<typeof LegView>;
export type ReconciliationView = z.infer<typeof ReconciliationView>;

/** The answer to each view request; `error` where there is none. */
export type ViewAnswer =
  | SummaryView
  | PoolsView
  | CreditsView
  | SubscriptionsView
  | UsersView
  | UserView
  | LiveCallsView
  | LegView
  | ReconciliationView
  | { error: "unknownAccount" | "unknownUser" | "unknownCall" | "badRequest"; detail: string };

/** Command types an outsider may send over HTTP. */
export const publicCommandTypes = commandTypes.filter(
  (type) => type !== "payment.result" && type !== "invoice.verified" && type !== "subscription.setState",
);
