import * as z from "zod/mini";
import { callTypes } from "../call-event.ts";
import { country, money, name, text, userId } from "./fields.ts";

const anyOf = <T extends z.ZodMiniType>(member: T) => z.optional(z.array(member).check(z.minLength(1), z.maxLength(50)));

/** CM-6: what a budget looks at; within a member any value fits, and all members must. */
export const budgetFilter = z.strictObject({
  /** Who pays: the user, the meeting's organizer, the resource account. */
  user: anyOf(userId),
  department: anyOf(text),
  usageLocation: anyOf(country),
  destinationCountry: anyOf(country),
  callType: anyOf(z.enum(callTypes)),
  /** Service-plan code, as reports show it. */
  capability: anyOf(text),
  subscription: anyOf(name),
  fundingSource: z.optional(z.array(z.enum(["CREDITS", "OVERAGE"])).check(z.minLength(1), z.maxLength(2))),
});
export type BudgetFilter = z.infer<typeof budgetFilter>;

/** A person of the account, or an e-mail address. */
const recipient = z.string().check(z.regex(/^[A-Za-z0-9._@+-]{1,254}$/, "a user id or an e-mail address"));
const thresholdPercent = z.int().check(z.minimum(1), z.maximum(1000));

/** Cost management (CM-4 to CM-6): budgets tell, they never stop a call. */
export const costCommands = {
  "budget.set": z.strictObject({
    budget: name,
    name: text,
    amount: money,
    period: z.enum(["monthly", "quarterly", "annual"]),
    /** Monthly, of everything, told to its creator alone. */
    quick: z.optional(z.boolean()),
    /** Percent of the amount; 50, 80 and 100 when absent. */
    thresholds: z.optional(z.array(thresholdPercent).check(z.minLength(1), z.maxLength(10))),
    /** Percent of the amount that the projected spending reaches; 100 when absent, null: no forecast. */
    forecastThreshold: z.optional(z.nullable(thresholdPercent)),
    filter: z.optional(budgetFilter),
    /** `all` counts licences too, where the filter names no property of calls. `all` when that is so, else `usage`. */
    charges: z.optional(z.enum(["usage", "all"])),
    /** Told beside the creator. */
    recipients: z.optional(z.array(recipient).check(z.maxLength(50))),
  }),
  "budget.delete": z.strictObject({ budget: name }),
} as const;
