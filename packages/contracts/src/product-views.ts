import * as z from "zod/mini";
import { AsOf } from "./as-of.ts";
import { cancellationReasons, numberKinds, selfServiceValues } from "./command/product.ts";
import { country, money as moneyText, text, userId } from "./command/fields.ts";

/** The meter's answers about what can be bought, was bought, and who may call with it. Forms as in `views.ts`. */

const money = z.string();
const time = z.string();
const hindrance = z.nullable(z.object({ code: z.string(), detail: z.string() }));

/** A product that is to be ordered, as in `subscription.buy`. */
export const orderReviewRequest = z.object({
  view: z.literal("orderReview"),
  product: text,
  licences: z.int().check(z.minimum(1), z.maximum(1_000_000)),
  term: z.enum(["P1M", "P1Y", "P3Y"]),
  billingFrequency: z.enum(["monthly", "annual"]),
  country: z.optional(country),
  trial: z.optional(z.boolean()),
  profile: z.optional(text),
  unitPrice: z.optional(moneyText),
  recurring: z.optional(z.boolean()),
  buyer: z.optional(userId),
  paymentMethod: z.optional(text),
});

/** One plan of the catalogue. */
export const CataloguePlan = z.object({
  product: z.string(),
  name: z.string(),
  description: z.string(),
  serviceCode: z.string(),
  kind: z.string(),
  /** PG-2: the tag of a plan that can go beyond its minutes. */
  tags: z.array(z.enum(["PAY-AS-YOU-GO"])),
  /** Per licence and month, by currency; empty: no list price, the price is agreed. */
  prices: z.array(z.object({ currency: z.string(), price: money })),
  /** Included minutes of a licence and calendar month, by usage location. */
  minutes: z.array(z.object({ country: z.string(), domestic: z.int(), international: z.int() })),
  /** AC-2. */
  dialOutMinutes: z.int(),
  pooled: z.boolean(),
  /** Usage locations in which it can be held; null: everywhere. */
  usableIn: z.nullable(z.array(z.string())),
  /** Organisations of these countries cannot buy it (CP-5). */
  notSoldIn: z.array(z.string()),
  /** Agreements under which it is sold; empty: all (AC-8). */
  agreements: z.array(z.string()),
  /** Products of which a user must hold one before (CP-2). */
  needsOneOf: z.array(z.string()),
  selfService: z.boolean(),
  trial: z.boolean(),
});

const family = <Plan extends z.ZodMiniType>(plan: Plan) =>
  z.object({
    family: z.string(),
    name: z.string(),
    /** PG-2: the tag of a product with such a plan. */
    tags: z.array(z.enum(["PAY-AS-YOU-GO AVAILABLE"])),
    plans: z.array(plan),
  });

export const Catalogue = z.object({ families: z.array(family(CataloguePlan)) });

/** What this account may do with it, and why not. */
export const AccountPlan = z.extend(CataloguePlan, {
  canBuy: z.boolean(),
  whyNot: hindrance,
  canTry: z.boolean(),
  whyNoTrial: hindrance,
  selfServicePolicy: z.enum(selfServiceValues),
  licences: z.int(),
  assigned: z.int(),
});
export const CatalogueView = z.object({
  asOf: AsOf,
  country: z.string(),
  currency: z.string(),
  agreement: z.string(),
  families: z.array(family(AccountPlan)),
});

/** PG-2: the order before it is placed. */
export const OrderReview = z.object({
  asOf: AsOf,
  /** Null: it can be placed. */
  hindrance,
  product: z.string(),
  productName: z.string(),
  licences: z.int(),
  term: z.string(),
  billingFrequency: z.string(),
  trial: z.boolean(),
  country: z.string(),
  /** Null: a billing profile of the buyer's own is made. */
  billingProfile: z.nullable(z.string()),
  currency: z.string(),
  unitPrice: money,
  /** `none`: neither a list price nor an agreed one, so nothing is charged. */
  priceSource: z.enum(["list", "agreed", "none"]),
  /** Charged now, on the next invoice, for `[from, to)`. */
  chargedNow: z.object({ amount: money, from: time, to: time }),
  nextCharge: z.nullable(z.object({ amount: money, at: time })),
  termEndsAt: time,
  renews: z.boolean(),
  /** RT-4. */
  tax: z.object({ label: z.string(), percent: z.string(), inclusive: z.boolean(), amount: money, note: z.string() }),
  /** What is offered once the order is placed. */
  next: z.array(z.enum(["enablePayAsYouGo"])),
});

/** SS-7: one purchase of a member. */
const purchase = z.object({
  subscription: z.string(),
  buyer: z.string(),
  buyerName: z.string(),
  buyerLeft: z.boolean(),
  state: z.string(),
  trial: z.boolean(),
  licences: z.int(),
  available: z.int(),
  expiresAt: z.nullable(time),
  /** Per licence and month. */
  price: money,
  currency: z.string(),
  assignedUsers: z.array(z.string()),
  orders: z.array(
    z.object({
      at: time,
      kind: z.enum(["bought", "licences", "renewed", "converted", "reactivated"]),
      licences: z.int(),
      price: money,
    }),
  ),
});
export const SelfServiceView = z.object({
  asOf: AsOf,
  /** Several purchases of one product are shown once. */
  products: z.array(
    z.object({
      product: z.string(),
      productName: z.string(),
      policy: z.enum(selfServiceValues),
      subscriptionsBought: z.int(),
      licences: z.int(),
      available: z.int(),
      purchases: z.array(purchase),
      /** Its users, by buyer. */
      users: z.array(z.object({ buyer: z.string(), buyerName: z.string(), users: z.array(z.string()) })),
    }),
  ),
  /** Every product that members may buy, with the organisation's policy (SS-9). */
  policies: z.array(z.object({ product: z.string(), productName: z.string(), policy: z.enum(selfServiceValues) })),
});

const assignmentStatuses = [
  "Unassigned",
  "UserAssigned",
  "ConferenceAssigned",
  "VoiceApplicationAssigned",
  "ThirdPartyAppAssigned",
  "PolicyAssigned",
] as const;

/** CP-14, RA-1, NM-1. */
export const NumbersView = z.object({
  asOf: AsOf,
  quotas: z.array(z.object({ kind: z.enum(numberKinds), quota: z.int(), used: z.int(), left: z.int() })),
  resourceAccounts: z.object({ quota: z.int(), used: z.int(), left: z.int() }),
  total: z.int(),
  numbers: z.array(
    z.object({
      number: z.string(),
      kind: z.enum(numberKinds),
      country: z.string(),
      ported: z.boolean(),
      status: z.enum(assignmentStatuses),
      assignedTo: z.nullable(z.string()),
      /** Of a reservation; null: the organisation's. */
      reservedUntil: z.nullable(time),
      order: z.nullable(z.string()),
    }),
  ),
  next: z.nullable(z.string()),
});

/** One check of the authorisation, in its order. */
const check = z.object({
  check: z.string(),
  result: z.enum(["passed", "failed", "notReached"]),
  /** The deny code when it failed. */
  reason: z.nullable(z.string()),
  text: z.string(),
  /** What would let it pass; null: nothing is needed. */
  fix: z.nullable(
    z.object({
      text: z.string(),
      /** A feature of `GET /v1/catalogue/features`; null: no licence helps. */
      feature: z.nullable(z.string()),
      /** Products of which one would do. */
      products: z.array(z.string()),
      /** Who can do it. */
      roles: z.array(z.string()),
    }),
  ),
});

/** "Why can't this user call?": the checks that an authorisation would make now; nothing is reserved. */
export const WhyView = z.object({
  asOf: AsOf,
  user: z.string(),
  to: z.string(),
  callType: z.string(),
  decision: z.enum(["allow", "deny"]),
  reason: z.string(),
  checks: z.array(check),
  usageLocation: z.string(),
  dialOutPolicy: z.string(),
  destination: z.object({ country: z.string(), name: z.string(), context: z.enum(["Domestic", "International", ""]) }),
  plan: z.nullable(z.object({ subscription: z.string(), product: z.string(), productName: z.string(), serviceCode: z.string() })),
  pool: z.nullable(
    z.object({ pool: z.string(), month: z.int(), totalMinutes: z.int(), usedMinutes: z.int(), availableMinutes: z.int() }),
  ),
  /** CP-6: the other half of an international plan. */
  coupledPool: z.nullable(z.object({ pool: z.string(), availableMinutes: z.int() })),
  credits: z.object({ mayUse: z.boolean(), balance: money, available: money }),
  payAsYouGo: z.object({ exists: z.boolean(), on: z.boolean(), subscription: z.nullable(z.string()) }),
  spend: z.object({ limit: z.nullable(money), spent: money }),
  currency: z.string(),
  pricePerMinute: z.nullable(money),
  connectFee: z.nullable(money),
  /** How the first minute would be paid. */
  funding: z.array(z.object({ source: z.string(), ref: z.nullable(z.string()) })),
});

/** Details of a subscription that its card has no room for. */
export const SubscriptionDetails = z.object({
  asOf: AsOf,
  subscription: z.string(),
  billingProfile: z.string(),
  buyer: z.nullable(z.string()),
  channel: z.enum(["direct", "reseller", "productKey"]),
  unitPrice: money,
  currency: z.string(),
  recurring: z.boolean(),
  termFrom: time,
  termEndsAt: time,
  chargedUntil: time,
  /** When Expired or Disabled ends; null: neither. */
  stageEndsAt: z.nullable(time),
  nextStage: z.nullable(z.enum(["Disabled", "Deleted"])),
  /** SS-3: why the number of licences is not changed here; null: it can be. */
  licencesFixed: z.nullable(z.enum(["trial", "creditCheck", "productKey", "reseller", "automatic"])),
  renewalTotal: z.nullable(z.int()),
  /** Edge 9: holders without effect. */
  overAssigned: z.array(z.string()),
  /** SB-2: what a cancellation would do now; null: there is nothing to cancel. */
  cancellation: z.nullable(z.object({ effect: z.enum(["atOnce", "atEndOfTerm", "reduceFirst"]), credited: money })),
  cancelled: z.nullable(z.object({ at: time, reason: z.enum(cancellationReasons), feedback: z.string(), by: z.string() })),
  /** The unpaid invoice it is Disabled for. */
  suspendedFor: z.nullable(z.string()),
  orders: purchase.shape.orders,
});

export type CataloguePlan = z.infer<typeof CataloguePlan>;
export type Catalogue = z.infer<typeof Catalogue>;
export type CatalogueView = z.infer<typeof CatalogueView>;
export type OrderReviewRequest = z.infer<typeof orderReviewRequest>;
export type OrderReview = z.infer<typeof OrderReview>;
export type SelfServiceView = z.infer<typeof SelfServiceView>;
export type NumbersView = z.infer<typeof NumbersView>;
export type WhyView = z.infer<typeof WhyView>;
export type SubscriptionDetails = z.infer<typeof SubscriptionDetails>;
