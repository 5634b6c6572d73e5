import * as z from "zod/mini";
import { country, money, text, userId } from "./fields.ts";

/** Users, their numbers and policies. */
export const userCommands = {
  "user.set": z.strictObject({
    user: userId,
    displayName: text,
    userPrincipalName: z.optional(text),
    kind: z.optional(z.enum(["user", "resourceAccount"])),
    usageLocation: country,
    department: z.optional(text),
    /** E.164 numbers assigned to the user, digits with or without plus. */
    numbers: z.optional(z.array(z.string().check(z.regex(/^\+?[1-9]\d{6,14}$/))).check(z.maxLength(10))),
  }),
  "user.block": z.strictObject({
    user: userId,
    blocked: z.boolean(),
    reason: z.optional(z.enum(["adminBlock", "fraudSuspected"])),
  }),
  "user.remove": z.strictObject({ user: userId }),
  "policy.set": z.strictObject({
    /** Absent: the organisation's global policy. */
    user: z.optional(userId),
    /** One of the twelve of OP-2, with or without `tag:`; null takes the user's own away. */
    dialOutPolicy: z.optional(z.nullable(text)),
    allowTollFree: z.optional(z.boolean()),
    /** SL-1: most a user may spend on outgoing calls a month; null: no limit. */
    spendLimit: z.optional(z.nullable(money)),
  }),
} as const;
