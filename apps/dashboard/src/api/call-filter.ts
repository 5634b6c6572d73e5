import { CallQuery } from "@tollbook/contracts/http.ts";
import * as z from "zod/mini";

/** The calls filter as the API takes it. */
export type CallFilter = Omit<CallQuery, "sort" | "cursor" | "limit" | "after">;
export type CallSort = NonNullable<CallQuery["sort"]>;

export const datePresets = ["today", "yesterday", "last7", "last30", "thisMonth", "lastMonth", "all"] as const;
export type DatePreset = (typeof datePresets)[number];

const text = z.catch(z.optional(z.string().check(z.minLength(1), z.maxLength(128))), undefined);
const day = z.catch(z.optional(z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/))), undefined);
const { direction, funding, outcome, sort } = CallQuery.shape;

/**
 * What the address of the calls page holds: all of the filter, the order and whether the list follows new calls, so that a link
 * shows what its sender saw. Values that make no sense are left out rather than refused.
 */
export const CallSearch = z.object({
  range: z.catch(z.optional(z.enum(datePresets)), undefined),
  /** Calendar days of the reader's zone, both inclusive; only without `range`. */
  from: day,
  to: day,
  user: text,
  callType: text,
  direction: z.catch(direction, undefined),
  country: z.catch(z.optional(z.string().check(z.regex(/^[A-Z]{2}$/))), undefined),
  funding: z.catch(funding, undefined),
  outcome: z.catch(outcome, undefined),
  search: text,
  sort: z.catch(sort, undefined),
  paused: z.catch(z.optional(z.boolean()), undefined),
});
export type CallSearch = z.infer<typeof CallSearch>;

export const DEFAULT_RANGE: DatePreset = "last7";

/** The API's filter for a search as it stands today: presets become times, in the zone given (IANA). */
export function filterFromSearch(search: CallSearch, today: Temporal.PlainDate, zone: string): CallFilter {
  const { range: _range, from: _from, to: _to, sort: _sort, paused: _paused, ...rest } = search;
  const [first, last] = daysOf(search, today);
  const start = (date: Temporal.PlainDate | null): string | undefined => date?.toZonedDateTime(zone).toInstant().toString();
  const filter: Record<string, string | undefined> = { ...rest, from: start(first), to: start(last?.add({ days: 1 }) ?? null) };
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as CallFilter;
}

/** First and last day, both inclusive; null is open. */
export function daysOf(search: CallSearch, today: Temporal.PlainDate): [Temporal.PlainDate | null, Temporal.PlainDate | null] {
  if (search.range === undefined && (search.from !== undefined || search.to !== undefined))
    return [dateOf(search.from), dateOf(search.to)];
  switch (search.range ?? DEFAULT_RANGE) {
    case "today":
      return [today, null];
    case "yesterday":
      return [today.subtract({ days: 1 }), today.subtract({ days: 1 })];
    case "last7":
      return [today.subtract({ days: 6 }), null];
    case "last30":
      return [today.subtract({ days: 29 }), null];
    case "thisMonth":
      return [today.with({ day: 1 }), null];
    case "lastMonth": {
      const first = today.with({ day: 1 });
      return [first.subtract({ months: 1 }), first.subtract({ days: 1 })];
    }
    case "all":
      return [null, null];
  }
}

/** A date written by hand into the address may not exist. */
function dateOf(text: string | undefined): Temporal.PlainDate | null {
  if (text === undefined) return null;
  try {
    return Temporal.PlainDate.from(text);
  } catch {
    return null;
  }
}
