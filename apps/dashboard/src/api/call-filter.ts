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

/** The API's filter for a search as it stands at `now`: presets become times, in the reader's own time zone. */
export function filterFromSearch(search: CallSearch, now: Date): CallFilter {
  const { range: _range, from: _from, to: _to, sort: _sort, paused: _paused, ...rest } = search;
  const { first, last } = daysOf(search, now);
  const filter: Record<string, string | undefined> = {
    ...rest,
    from: first?.toISOString(),
    to: last === null ? undefined : daysFrom(last, 1).toISOString(),
  };
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as CallFilter;
}

/** Midnights that begin the first and the last day, both inclusive; null is open. */
export function daysOf(search: CallSearch, now: Date): { first: Date | null; last: Date | null } {
  if (search.range === undefined && (search.from !== undefined || search.to !== undefined))
    return { first: dayFromText(search.from), last: dayFromText(search.to) };
  const today = daysFrom(now, 0);
  const month = (offset: number): Date => new Date(now.getFullYear(), now.getMonth() + offset, 1);
  switch (search.range ?? DEFAULT_RANGE) {
    case "today":
      return { first: today, last: null };
    case "yesterday":
      return { first: daysFrom(now, -1), last: daysFrom(now, -1) };
    case "last7":
      return { first: daysFrom(now, -6), last: null };
    case "last30":
      return { first: daysFrom(now, -29), last: null };
    case "thisMonth":
      return { first: month(0), last: null };
    case "lastMonth":
      return { first: month(-1), last: daysFrom(month(0), -1) };
    case "all":
      return { first: null, last: null };
  }
}

/** Midnight of the day that lies `days` after the one of `date`: a calendar day, also where a day has 23 or 25 hours. */
export function daysFrom(date: Date, days: number): Date {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days);
}

/** A date written by hand into the address may not exist: the 31st of February is then no bound. */
function dayFromText(text: string | undefined): Date | null {
  if (text === undefined) return null;
  const [year = 0, month = 0, day = 0] = text.split("-").map(Number);
  const date = new Date(year, month - 1, day);
  return date.getMonth() === month - 1 && date.getDate() === day ? date : null;
}
