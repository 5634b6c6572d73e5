import * as z from "zod/mini";
import { AsOf } from "./as-of.ts";
import type { BillingView, InvoicesView, InvoiceView } from "./billing-views.ts";
import { callTypes } from "./call-event.ts";
import { eventOutcomes } from "./codes.ts";
import { budgetFilter } from "./command/cost.ts";
import { commandTypes } from "./commands.ts";
import { orderReviewRequest } from "./product-views.ts";
import type { CatalogueView, NumbersView, OrderReview, SelfServiceView, SubscriptionDetails, WhyView } from "./product-views.ts";

/**
 * What the meter answers from its state, at once (architecture §4): balances, pools, one user, live calls.
 * The API passes these bodies on unchanged. Money is a decimal string, time RFC 3339, at most 200 rows.
 * Requests go to `views.v1.<account>` as JSON; an unknown account answers `{ "error": "unknownAccount" }`.
 */

const money = z.string();
const time = z.string();

export const viewRequest = z.discriminatedUnion("view", [
  z.object({ view: z.literal("summary") }),
  /** `summed`: pools of single users (CP-8, MCOPSTN8) as one per plan and usage location, naming nobody. */
  z.object({ view: z.literal("pools"), user: z.optional(z.string()), summed: z.optional(z.boolean()) }),
  z.object({ view: z.literal("credits") }),
  /** `buyer`: only what he bought for himself; `selfService`: only what members bought (SS-2). */
  z.object({ view: z.literal("subscriptions"), selfService: z.optional(z.boolean()), buyer: z.optional(z.string()) }),
  z.object({ view: z.literal("subscription"), subscription: z.string() }),
  z.object({ view: z.literal("catalogue") }),
  orderReviewRequest,
  z.object({ view: z.literal("selfService"), buyer: z.optional(z.string()) }),
  z.object({ view: z.literal("numbers"), after: z.optional(z.string()) }),
  z.object({ view: z.literal("why"), user: z.string(), to: z.string(), callType: z.optional(z.enum(callTypes)) }),
  z.object({
    view: z.literal("users"),
    after: z.optional(z.string()),
    limit: z.optional(z.int().check(z.minimum(1), z.maximum(200))),
  }),
  z.object({ view: z.literal("user"), user: z.string() }),
  z.object({ view: z.literal("budgets") }),
  z.object({ view: z.literal("settings") }),
  z.object({
    view: z.literal("belongs"),
    kind: z.enum(["subscription", "invoice", "payment", "billingProfile", "billingAccount"]),
    id: z.string(),
  }),
  z.object({ view: z.literal("liveCalls") }),
  z.object({ view: z.literal("leg"), usageId: z.string() }),
  z.object({ view: z.literal("billing") }),
  /** Without dates: the last so many months (IN-1: 3 or 6). Dates are inclusive. */
  z.object({
    view: z.literal("invoices"),
    months: z.optional(z.int().check(z.minimum(1), z.maximum(24))),
    from: z.optional(z.string()),
    to: z.optional(z.string()),
  }),
  /** `after`: so many lines of a draft were read before. */
  z.object({ view: z.literal("invoice"), invoice: z.string(), after: z.optional(z.int().check(z.minimum(0))) }),
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
    /** Most in a calendar month (UTC); null: no cap. */
    monthlyCap: z.optional(z.nullable(money)),
    /** Recharged, or under way, in the running calendar month. */
    rechargedThisMonth: z.optional(money),
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
  /** SS-2: the member who bought it for himself; null: the organisation. */
  buyer: z.optional(z.nullable(z.string())),
  /** Edge 9: holders beyond what was bought, without effect. */
  overAssigned: z.optional(z.int()),
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
  /** Own numbers, digits only. */
  numbers: z.optional(z.array(z.string())),
  blocked: z.boolean(),
  dialOutPolicy: z.string(),
  licences: z.array(z.object({ subscription: z.string(), product: z.string(), serviceCode: z.string() })),
  spentThisMonth: money,
  /** Why the user is blocked; null: is not. */
  blockReason: z.optional(z.nullable(z.enum(["adminBlock", "fraudSuspected", "userBlocked"]))),
  /** SL-1; null: no limit. */
  spendLimit: z.optional(z.nullable(money)),
  /** Paid calls are refused until the month ends. */
  spendLimitReached: z.optional(z.boolean()),
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
  /** §10 [R]: reports show people under pseudonyms. */
  pseudonymiseUsers: z.optional(z.boolean()),
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

/** Whose something is, for roles that hold in one billing account or profile only, and for self-service buyers. */
export const BelongsView = z.object({
  asOf: AsOf,
  /** Empty: the organisation as a whole. */
  billingProfile: z.string(),
  billingAccount: z.string(),
  /** Who bought the subscription for himself, as the command named him; empty: nobody. */
  buyer: z.string(),
  /** Of the user of that name, where there is one. */
  buyerPrincipalName: z.string(),
});
export type BelongsView = z.infer<typeof BelongsView>;

/** One period of a budget: `period` is 2026-03, 2026-Q1 or 2026. */
const budgetPeriod = z.object({
  period: z.string(),
  from: time,
  /** The reset date: exclusive. */
  to: time,
  /** Charges before this are not in `spent`: the budget, or this way of counting, is younger than the period. */
  countedFrom: time,
  spent: money,
  /** Whole percent of the amount, rounded down. */
  percent: z.int(),
  /** Percentages reached, ascending: each is told once a period. */
  thresholdsReached: z.array(z.int()),
  forecastReached: z.boolean(),
});

export const BudgetView = z.object({
  budget: z.string(),
  name: z.string(),
  amount: money,
  currency: z.string(),
  period: z.enum(["monthly", "quarterly", "annual"]),
  quick: z.boolean(),
  thresholds: z.array(z.int()),
  forecastThreshold: z.nullable(z.int()),
  filter: budgetFilter,
  charges: z.enum(["usage", "all"]),
  recipients: z.array(z.string()),
  createdBy: z.string(),
  current: budgetPeriod,
  /** What the period comes to if it goes on as so far; null while less than three days were counted. */
  forecast: z.nullable(money),
  /** Periods before this one, newest first. */
  earlier: z.array(budgetPeriod),
});
export const BudgetsView = z.object({ asOf: AsOf, budgets: z.array(BudgetView) });

/** The organisation's settings as they stand now. */
export const SettingsView = z.object({
  asOf: AsOf,
  agreement: z.enum(["MOSA", "MPSA", "MCA", "EA"]),
  blocked: z.boolean(),
  /** CP-10: of the pool month; a change waits for the month's end. */
  timeZone: z.string(),
  nextTimeZone: z.nullable(z.object({ timeZone: z.string(), from: time })),
  atZero: z.enum(["complete", "cut"]),
  cutoff: z.enum(["complete", "disconnect"]),
  overdraftCap: money,
  unfundedAs: z.enum(["UNFUNDED", "OVERAGE"]),
  onUnreachable: z.nullable(z.enum(["reject", "continue", "continue_capped"])),
  maxUnsupervisedSeconds: z.nullable(z.int()),
  allowPremium: z.boolean(),
  dialOutPolicy: z.string(),
  allowTollFree: z.boolean(),
  goodwillLimit: money,
  /** Edge 30; null: off. */
  fraudRules: z.nullable(
    z.object({
      callsPer10Minutes: z.nullable(z.int()),
      internationalMinutesPerHour: z.nullable(z.int()),
      spendPerHour: z.nullable(money),
    }),
  ),
});
export type SettingsView = z.infer<typeof SettingsView>;
export type BudgetView = z.infer<typeof BudgetView>;
export type BudgetsView = z.infer<typeof BudgetsView>;

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
  | BudgetsView
  | SettingsView
  | BelongsView
  | LiveCallsView
  | LegView
  | ReconciliationView
  | BillingView
  | InvoicesView
  | InvoiceView
  | CatalogueView
  | OrderReview
  | SelfServiceView
  | NumbersView
  | WhyView
  | SubscriptionDetails
  | {
      error:
        | "unknownAccount"
        | "unknownUser"
        | "unknownCall"
        | "unknownInvoice"
        | "unknownSubject"
        | "unknownSubscription"
        | "badRequest";
      detail: string;
    };

/** Command types an outsider may send over HTTP. */
export const publicCommandTypes = commandTypes.filter(
  (type) =>
    type !== "directory.changed" &&
    type !== "payment.result" &&
    type !== "invoice.verified" &&
    type !== "subscription.setState" &&
    type !== "subscription.creditChecked" &&
    type !== "call.rerate" &&
    type !== "call.release" &&
    type !== "rerate.start" &&
    type !== "rerate.finish",
);
