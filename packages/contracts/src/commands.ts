import * as z from "zod/mini";

/**
 * Commands as they stand in the log (contract §3). The API sets `actor`; nothing else may publish them.
 * Money comes as decimal strings ("50.00"), never as a JSON number.
 */

const name = z.string().check(z.regex(/^[a-z0-9-]{1,63}$/, "1 to 63 of a-z, 0-9 and -"));
const text = z.string().check(z.minLength(1), z.maxLength(256));
const country = z.string().check(z.regex(/^[A-Z]{2}$/, "an ISO 3166-1 alpha-2 code"));
const currency = z.string().check(z.regex(/^[A-Z]{3}$/, "an ISO 4217 code"));
const money = z.string().check(z.regex(/^-?\d{1,10}(\.\d{1,6})?$/, "a decimal amount with at most six decimals"));
const userId = z.string().check(z.regex(/^[A-Za-z0-9._@+-]{1,128}$/, "1 to 128 of letters, digits and ._@+-"));
const users = (most: number) => z.array(userId).check(z.minLength(1), z.maxLength(most));

/** The data of each command type. */
export const commandData = {
  "account.create": z.strictObject({
    name: text,
    country,
    currency,
    /** MOSA: may buy credits; MCA: post-usage billing (CC-12). */
    agreement: z.enum(["MOSA", "MPSA", "MCA", "EA"]),
    /** IANA zone of the pool month; UTC when absent (CP-10). */
    timeZone: z.optional(text),
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
  }),
  "account.block": z.strictObject({ blocked: z.boolean(), reason: z.optional(text) }),
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
  "subscription.buy": z.strictObject({
    subscription: name,
    product: text,
    licences: z.int().check(z.minimum(1), z.maximum(1_000_000)),
    term: z.enum(["P1M", "P1Y", "P3Y"]),
    billingFrequency: z.enum(["monthly", "annual"]),
    /** Country whose plan it is, where the product differs by country. */
    country: z.optional(country),
    trial: z.optional(z.boolean()),
  }),
  /** §7.3; what brings it about (expiry, cancellation) comes with the subscription life cycle. */
  "subscription.setState": z.strictObject({ subscription: name, state: z.enum(["Active", "Expired", "Disabled", "Deleted"]) }),
  "licence.setTotal": z.strictObject({ subscription: name, total: z.int().check(z.minimum(0), z.maximum(1_000_000)) }),
  "licence.assign": z.strictObject({ subscription: name, users: users(20) }),
  "licence.unassign": z.strictObject({ subscription: name, users: users(100) }),
  "payAsYouGo.set": z.strictObject({ subscription: name, on: z.boolean() }),
  "credits.topUp": z.strictObject({ amount: money, reference: z.optional(text) }),
  "credits.autoRecharge": z.strictObject({ on: z.boolean(), trigger: z.optional(money), recharge: z.optional(money) }),
  /** The payment port's word on a recharge it was asked for. */
  "credits.rechargeResult": z.strictObject({ recharge: text, succeeded: z.boolean(), detail: z.optional(text) }),
  "credits.goodwill": z.strictObject({ amount: money, reason: text }),
  "call.void": z.strictObject({ usageId: text, reason: text }),
} as const;

export type CommandType = keyof typeof commandData;
export const commandTypes = Object.keys(commandData) as CommandType[];
export type CommandData<T extends CommandType> = z.infer<(typeof commandData)[T]>;

/** Who gave a command: set by the API, kept in the audit. */
export interface Actor {
  kind: "person" | "key" | "system";
  id: string;
  roles: string[];
}

/** A command whose data were checked against its schema. */
export type Command = {
  [T in CommandType]: { commandId: string; type: T; actor: Actor; data: CommandData<T> };
}[CommandType];

const envelope = z.object({
  commandId: z.string().check(z.minLength(1), z.maxLength(128)),
  type: z.enum(commandTypes as [CommandType, ...CommandType[]]),
  actor: z.object({ kind: z.enum(["person", "key", "system"]), id: z.string(), roles: z.array(z.string()) }),
  data: z.unknown(),
});

/** Checks a parsed JSON value; the detail names the first field that is wrong. */
export function decodeCommand(
  value: unknown,
): { ok: true; command: Command } | { ok: false; commandId: string | null; detail: string } {
  const outer = envelope.safeParse(value);
  if (!outer.success) return { ok: false, commandId: null, detail: firstIssue(outer.error.issues) };
  const { commandId, type, actor, data } = outer.data;
  const inner = commandData[type].safeParse(data);
  if (!inner.success) return { ok: false, commandId, detail: firstIssue(inner.error.issues) };
  // The schema chosen by `type` has just accepted `data`, which the type system cannot follow through the index.
  return { ok: true, command: { commandId, type, actor, data: inner.data } as Command };
}

function firstIssue(issues: readonly { path: PropertyKey[]; message: string }[]): string {
  const issue = issues[0];
  if (issue === undefined) return "malformed";
  return `${issue.path.length > 0 ? issue.path.join(".") : "command"}: ${issue.message}`;
}
