import * as z from "zod/mini";
import { address, country, money, name, percent, text } from "./fields.ts";

const cardMonth = z.string().check(z.regex(/^20\d{2}-(0[1-9]|1[0-2])$/, "year and month, as on the card: 2027-05"));

/** Money in: Communications Credits, payments, billing accounts, invoices. */
export const moneyCommands = {
  "credits.topUp": z.strictObject({ amount: money, reference: z.optional(text) }),
  "credits.autoRecharge": z.strictObject({
    on: z.boolean(),
    trigger: z.optional(money),
    recharge: z.optional(money),
    /** The most that is recharged in a calendar month (UTC); null: no cap. */
    monthlyCap: z.optional(z.nullable(money)),
  }),
  /** A goodwill credit; above the account's limit it waits for a second person. */
  "credits.goodwill": z.strictObject({ amount: money, reason: text }),
  "credits.approveGoodwill": z.strictObject({ proposal: text, approve: z.boolean() }),
  "billingAccount.set": z.strictObject({
    billingAccount: name,
    displayName: z.optional(text),
    soldTo: z.optional(z.nullable(address)),
    /** In front of invoice numbers; fixed once one was given. */
    numberPrefix: z.optional(z.string().check(z.regex(/^[A-Z0-9-]{1,16}$/, "1 to 16 of A-Z, 0-9 and -"))),
  }),
  "billingProfile.set": z.strictObject({
    profile: name,
    billingAccount: z.optional(name),
    displayName: z.optional(text),
    billTo: z.optional(z.nullable(address)),
    purchaseOrder: z.optional(z.string().check(z.maxLength(64))),
    /** Day of month on which a billing period begins. */
    anchorDay: z.optional(z.int().check(z.minimum(1), z.maximum(28))),
    timeZone: z.optional(text),
    netDays: z.optional(z.int().check(z.minimum(0), z.maximum(180))),
    emailPdf: z.optional(z.boolean()),
    tax: z.optional(z.nullable(z.strictObject({ label: text, percent, inclusive: z.optional(z.boolean()) }))),
    discount: z.optional(z.nullable(z.strictObject({ label: text, percent, on: z.enum(["licences", "usage", "all"]) }))),
  }),
  "billingProfile.setPaymentMethod": z.strictObject({ profile: name, method: z.nullable(name) }),
  "paymentMethod.add": z.strictObject({
    method: name,
    /** Of the payment port: "test" is built in. */
    provider: z.enum(["test", "stripe"]),
    /** As the provider gave it; a card number never comes here. */
    token: z.string().check(z.regex(/^[A-Za-z0-9_-]{1,128}$/, "a token of the payment provider")),
    brand: z.string().check(z.minLength(1), z.maxLength(32)),
    last4: z.string().check(z.regex(/^\d{4}$/, "four digits")),
    expires: cardMonth,
    holder: text,
    country,
    address: z.optional(address),
  }),
  "paymentMethod.edit": z.strictObject({
    method: name,
    /** A new one of the same card, after a new security code. */
    token: z.optional(z.string().check(z.regex(/^[A-Za-z0-9_-]{1,128}$/, "a token of the payment provider"))),
    expires: z.optional(cardMonth),
    holder: z.optional(text),
    address: z.optional(address),
  }),
  /** PM-2: everything that uses `method` uses `by` from now on. */
  "paymentMethod.replace": z.strictObject({ method: name, by: name }),
  "paymentMethod.delete": z.strictObject({ method: name }),
  /** The payment port's word on a payment it was asked for. */
  "payment.result": z.strictObject({
    payment: text,
    attempt: z.int().check(z.minimum(1)),
    outcome: z.enum(["succeeded", "declined", "expired", "needsConfirmation", "failed"]),
    detail: z.optional(text),
    /** The provider's own id of the charge. */
    reference: z.optional(text),
  }),
  /** PM-3: now instead of by plan, perhaps with another card. */
  "payment.retry": z.strictObject({ payment: text, method: z.optional(name) }),
  /** Architecture §5: the stored rows were compared with the totals of the hash. */
  "invoice.verified": z.strictObject({
    invoice: text,
    hash: z.string().check(z.regex(/^[0-9a-f]{64}$/, "SHA-256, hexadecimal")),
  }),
  "invoice.pay": z.strictObject({ invoice: text, amount: z.optional(money), reference: text }),
  "invoice.creditNote": z.strictObject({ invoice: text, net: money, reason: text }),
  "invoice.void": z.strictObject({ invoice: text, reason: text }),
} as const;
