import * as z from "zod/mini";
import { CallListItem } from "./http.ts";

/** What stands behind one line of an invoice: the settled rows that sum to its exact amount. Money and time as everywhere. */

const money = z.string();
const time = z.string();

/** A version of a leg: a reversal takes off the line what an earlier version had put on. */
export const InvoiceLineCall = z.extend(CallListItem, {
  entry: z.enum(["original", "reversal", "replacement"]),
  /** The part of the charge that stands on the line; the rest was paid by credits. */
  invoiced: money,
});
export const InvoiceLineCalls = z.object({
  calls: z.array(InvoiceLineCall),
  next: z.nullable(z.string()),
  dataUntil: z.nullable(time),
});

/** What is no call: licences of a period, proration, credits bought, discounts, settled debt. */
export const InvoiceLineEvents = z.object({
  events: z.array(z.object({ outSeq: z.int(), time, type: z.string(), subject: z.string(), amount: money })),
  next: z.nullable(z.string()),
  dataUntil: z.nullable(time),
});
