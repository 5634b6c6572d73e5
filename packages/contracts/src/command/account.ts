import * as z from "zod/mini";
import { country, currency, money, text, time } from "./fields.ts";

/** Each is a most; absent: not looked at. Counted over what the user's calls of the last minutes came to. */
const fraudRules = z.strictObject({
  callsPer10Minutes: z.optional(z.int().check(z.minimum(1), z.maximum(10_000))),
  /** Abroad, or to premium numbers; whole minutes as billed. */
  internationalMinutesPerHour: z.optional(z.int().check(z.minimum(1), z.maximum(100_000))),
  /** Out of credits and overage. */
  spendPerHour: z.optional(money),
});

/** The organisation itself: settings, block. */
export const accountCommands = {
  "account.create": z.strictObject({
    name: text,
    country,
    currency,
    /** MOSA: may buy credits; MCA: post-usage billing (CC-12). */
    agreement: z.enum(["MOSA", "MPSA", "MCA", "EA"]),
    /** IANA zone of the pool month; UTC when absent (CP-10). */
    timeZone: z.optional(text),
    /** A clock of its own, for trying out a year in a minute: the account's time at its beginning; moved by `clock.advance`. */
    testClock: z.optional(time),
  }),
  "account.settings": z.strictObject({
    agreement: z.optional(z.enum(["MOSA", "MPSA", "MCA", "EA"])),
    /** D21: at a balance of zero running calls complete (down to the floor) or are cut. */
    atZero: z.optional(z.enum(["complete", "cut"])),
    /** §12.10: what a switched-off pay-as-you-go option does to running calls. */
    cutoff: z.optional(z.enum(["complete", "disconnect"])),
    /** D9, D21: how far below zero running calls may take the balance; decimal, not negative. */
    overdraftCap: z.optional(money),
    /** D1, D32. */
    unfundedAs: z.optional(z.enum(["UNFUNDED", "OVERAGE"])),
    onUnreachable: z.optional(z.enum(["reject", "continue", "continue_capped"])),
    maxUnsupervisedSeconds: z.optional(z.int().check(z.minimum(0), z.maximum(86_400))),
    allowPremium: z.optional(z.boolean()),
    dialOutPolicy: z.optional(text),
    allowTollFree: z.optional(z.boolean()),
    /** A goodwill credit above this needs a second person. */
    goodwillLimit: z.optional(money),
    /** §10 [R]: reports show people under stable pseudonyms. */
    pseudonymiseUsers: z.optional(z.boolean()),
    /** CP-10: the pool month's IANA zone, from the end of the running month on. */
    timeZone: z.optional(text),
    /** Edge 30: what a user's own calls may come to before fraud is suspected and the user blocked; null: no such rules. */
    fraudRules: z.optional(z.nullable(fraudRules)),
  }),
  /** Edge 25: open invoice periods end, new ones begin in the new currency. */
  "account.currency": z.strictObject({ currency }),
  /** Moves the account's test clock; whatever falls due meanwhile happens at its time. */
  "clock.advance": z.strictObject({ seconds: z.int().check(z.minimum(1), z.maximum(86_400)) }),
  /**
   * Audit of what changed in the directory, which is not in the log (architecture §3): members and their roles, API keys, who
   * has billing-account access. Roles as text; null: there was, there is none.
   */
  "directory.changed": z.strictObject({
    what: z.enum(["member", "apiKey", "billingAccess"]),
    /** The member's e-mail, the key's id, or the account. */
    subject: text,
    before: z.nullable(z.array(z.string().check(z.maxLength(256))).check(z.maxLength(200))),
    after: z.nullable(z.array(z.string().check(z.maxLength(256))).check(z.maxLength(200))),
  }),
  "account.block": z.strictObject({ blocked: z.boolean(), reason: z.optional(text) }),
} as const;
