import * as z from "zod/mini";
import { country, money, name, text, users } from "./fields.ts";

/** Products: subscriptions, licences, the pay-as-you-go option. */
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
    /** The billing profile that pays; "main" when absent. */
    profile: z.optional(name),
    /** Per licence and month as agreed; the catalogue's list price when absent. */
    unitPrice: z.optional(money),
    /** Renewed at the end of the term, which is the default. */
    recurring: z.optional(z.boolean()),
  }),
  /** §7.3; what brings it about (expiry, cancellation) comes with the subscription life cycle. */
  "subscription.setState": z.strictObject({ subscription: name, state: z.enum(["Active", "Expired", "Disabled", "Deleted"]) }),
  "licence.setTotal": z.strictObject({ subscription: name, total: z.int().check(z.minimum(0), z.maximum(1_000_000)) }),
  "licence.assign": z.strictObject({ subscription: name, users: users(20) }),
  "licence.unassign": z.strictObject({ subscription: name, users: users(100) }),
  "payAsYouGo.set": z.strictObject({ subscription: name, on: z.boolean() }),
} as const;
