import * as z from "zod/mini";
import { country, money, name, number, text, userId, users } from "./fields.ts";

/** SS-5: why a subscription is cancelled; one of these must be given. */
export const cancellationReasons = [
  "tooExpensive",
  "missingFeatures",
  "switchingProduct",
  "noLongerNeeded",
  "technicalProblems",
  "boughtByMistake",
  "other",
] as const;
export type CancellationReason = (typeof cancellationReasons)[number];

/** SS-9: what members may buy for themselves, per product. */
export const selfServiceValues = ["Enabled", "Disabled", "OnlyTrialsWithoutPaymentMethod"] as const;
export type SelfServiceValue = (typeof selfServiceValues)[number];

/** NM-1. */
export const numberKinds = ["user", "toll", "tollFree"] as const;
export type NumberKind = (typeof numberKinds)[number];

const feedback = z.optional(z.string().check(z.maxLength(2000)));
const reason = z.enum(cancellationReasons);
const numbers = z.array(number).check(z.minLength(1), z.maxLength(200));

/** Products: subscriptions, licences, the pay-as-you-go option, self-service purchases, telephone numbers. */
export const productCommands = {
  "subscription.buy": z.strictObject({
    subscription: name,
    product: text,
    licences: z.int().check(z.minimum(1), z.maximum(1_000_000)),
    term: z.enum(["P1M", "P1Y", "P3Y"]),
    billingFrequency: z.enum(["monthly", "annual"]),
    /** Country whose plan it is, where the product differs by country. */
    country: z.optional(country),
    /** SB-3: a month without charge, pay-as-you-go stays Off. */
    trial: z.optional(z.boolean()),
    /** The billing profile that pays; "main" when absent, the buyer's own for a self-service purchase. */
    profile: z.optional(name),
    /** Per licence and month as agreed; the catalogue's list price when absent. */
    unitPrice: z.optional(money),
    /** Renewed at the end of the term, which is the default. */
    recurring: z.optional(z.boolean()),
    /** SS-1: a member who buys it for himself and his team, and pays for it; must be who gives the command. */
    buyer: z.optional(userId),
    /** SS-1: the buyer's own card, a payment method added before. */
    paymentMethod: z.optional(name),
    /** How it was bought; through a reseller or with a product key the number of licences is not changed here (SS-3). */
    channel: z.optional(z.enum(["direct", "reseller", "productKey"])),
    /** SS-3: a credit check is pending, two working days at most. */
    creditCheck: z.optional(z.boolean()),
  }),
  /** §7.3; for operators and tests. What brings a state about is the life cycle, or the commands below. */
  "subscription.setState": z.strictObject({ subscription: name, state: z.enum(["Active", "Expired", "Disabled", "Deleted"]) }),
  /** SS-5, SB-2: a reason is mandatory, feedback is not. */
  "subscription.cancel": z.strictObject({ subscription: name, reason, feedback }),
  /** SB-1: recurring billing; Off, it runs to the end of its term. */
  "subscription.setRecurring": z.strictObject({ subscription: name, on: z.boolean() }),
  /** §7.3: from Expired or Disabled; a new term begins and is charged. */
  "subscription.reactivate": z.strictObject({ subscription: name }),
  /** SB-1: skips Expired and Disabled. */
  "subscription.delete": z.strictObject({ subscription: name }),
  /** SS-3: the credit check is over before its two working days. */
  "subscription.creditChecked": z.strictObject({ subscription: name }),
  /** SB-3: a trial becomes a paid subscription now. */
  "trial.convert": z.strictObject({ subscription: name }),
  "licence.setTotal": z.strictObject({
    subscription: name,
    total: z.int().check(z.minimum(0), z.maximum(1_000_000)),
    /** From the next renewal on; may then be less than what is assigned (edge 9). */
    atRenewal: z.optional(z.boolean()),
  }),
  /** SS-4: 20 users at a time, 100 to unassign; more are refused as `tooManyUsers`. `dryRun`: changes nothing, answers per user. */
  "licence.assign": z.strictObject({ subscription: name, users: users(1000), dryRun: z.optional(z.boolean()) }),
  "licence.unassign": z.strictObject({ subscription: name, users: users(1000) }),
  "payAsYouGo.set": z.strictObject({ subscription: name, on: z.boolean() }),
  /** SS-9. */
  "selfService.setPolicy": z.strictObject({ product: text, value: z.enum(selfServiceValues) }),
  /** SS-8 a: its users move to another subscription of the product; the old one is Deleted. */
  "selfService.takeOver": z.strictObject({ subscription: name, to: name }),
  /** SS-8 b: its users lose access; it is Deleted. */
  "selfService.cancel": z.strictObject({ subscription: name, reason, feedback }),
  /** Edge 27: the organisation leaves. */
  "account.offboard": z.strictObject({ reason: text }),
  /** CP-14: held for ten minutes; then the order must have been placed. */
  "number.reserve": z.strictObject({ order: name, kind: z.enum(numberKinds), numbers }),
  "number.order": z.strictObject({ order: name }),
  /** Numbers brought along; they count towards no quota. */
  "number.port": z.strictObject({ kind: z.enum(numberKinds), numbers }),
  "number.release": z.strictObject({ numbers }),
  "number.assign": z.strictObject({
    number,
    to: z.enum(["user", "resourceAccount", "conferencing", "thirdPartyApp", "policy"]),
    /** Of a user or resource account. */
    user: z.optional(userId),
  }),
  "number.unassign": z.strictObject({ number }),
} as const;
