import * as z from "zod/mini";

/** The forms that members of commands have. Money comes as decimal strings ("50.00"), never as a JSON number. */
export const name = z.string().check(z.regex(/^[a-z0-9-]{1,63}$/, "1 to 63 of a-z, 0-9 and -"));
export const text = z.string().check(z.minLength(1), z.maxLength(256));
export const country = z.string().check(z.regex(/^[A-Z]{2}$/, "an ISO 3166-1 alpha-2 code"));
export const currency = z.string().check(z.regex(/^[A-Z]{3}$/, "an ISO 4217 code"));
export const money = z.string().check(z.regex(/^-?\d{1,10}(\.\d{1,6})?$/, "a decimal amount with at most six decimals"));
export const percent = z.string().check(z.regex(/^\d{1,2}(\.\d{1,2})?$/, "a percentage below 100 with at most two decimals"));
export const time = z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z$/, "RFC 3339 in UTC"));
export const userId = z.string().check(z.regex(/^[A-Za-z0-9._@+-]{1,128}$/, "1 to 128 of letters, digits and ._@+-"));
export const users = (most: number) => z.array(userId).check(z.minLength(1), z.maxLength(most));
/** E.164, digits with or without plus. */
export const number = z.string().check(z.regex(/^\+?[1-9]\d{6,14}$/, "a full international number"));
export const address = z.strictObject({
  name: text,
  line1: text,
  line2: z.optional(text),
  city: text,
  postalCode: z.optional(z.string().check(z.maxLength(16))),
  region: z.optional(text),
  country,
  /** VAT or other tax number of who is billed. */
  taxNumber: z.optional(z.string().check(z.maxLength(32))),
  email: z.optional(z.string().check(z.regex(/^[^\s@]{1,64}@[^\s@]{1,190}$/, "an e-mail address"))),
});
export type Address = z.infer<typeof address>;
