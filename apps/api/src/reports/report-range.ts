import { formatTime, parseTime, timeUs, US_PER_DAY, type TimeUs } from "@tollbook/contracts/units.ts";
import type { CallFamily } from "@tollbook/warehouse/queries/report-calls.ts";
import * as z from "zod/mini";
import { ApiProblem } from "../problem.ts";

/** The three ranges of §8.1 and §8.7: whole UTC days, today's included; or from one day or time to another. */
export const reportRanges = ["7d", "28d", "custom"] as const;

export const dayOrTime = z
  .string()
  .check(z.refine((text) => momentFrom(text) !== null, "a day such as 2026-11-22, or an RFC 3339 time"));

export const rangeQuery = {
  /** `custom` when `from` is given; else 7 days. */
  range: z.optional(z.enum(reportRanges)),
  /** A day, or a time; inclusive. */
  from: z.optional(dayOrTime),
  /** A day, inclusive; or a time, exclusive. Now, when absent. */
  to: z.optional(dayOrTime),
};

export interface RangeValues {
  readonly range?: (typeof reportRanges)[number] | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** `[from, to)`. */
export interface ReportRange {
  readonly from: TimeUs;
  readonly to: TimeUs;
}

/** Rejects what contradicts itself; what lies before `earliest` is not in the report (retention, §8.2). */
export function rangeFromQuery({ range, from, to }: RangeValues, now: TimeUs, earliest: TimeUs): ReportRange {
  const kind = range ?? (from === undefined ? "7d" : "custom");
  if (kind !== "custom") {
    if (from !== undefined || to !== undefined) throw badRange(`range=${kind} has no from and to`);
    const days = kind === "7d" ? 7 : 28;
    return within({ from: timeUs((dayOf(now) - days + 1) * US_PER_DAY), to: timeUs((dayOf(now) + 1) * US_PER_DAY) }, earliest);
  }
  const first = momentFrom(from ?? "");
  if (first === null) throw badRange("from is missing");
  const last = to === undefined ? { at: now + 1, day: false } : momentFrom(to);
  const end = last === null ? now + 1 : last.day ? last.at + US_PER_DAY : last.at;
  if (first.at > end) throw badRange("from lies after to");
  return within({ from: timeUs(first.at), to: timeUs(end) }, earliest);
}

/** How far back a report reaches: 12 months of calling plans, 150 days of Direct Routing (§8.2). */
export function earliestOf(family: CallFamily, now: TimeUs): TimeUs {
  if (family === "directRouting") return timeUs(now - 150 * US_PER_DAY);
  const date = new Date(now / 1000);
  const month = new Date(Date.UTC(date.getUTCFullYear() - 1, date.getUTCMonth() + 1, 0));
  const day = Math.min(date.getUTCDate(), month.getUTCDate());
  const sinceMidnight = now - dayOf(now) * US_PER_DAY;
  return timeUs(Date.UTC(month.getUTCFullYear(), month.getUTCMonth(), day) * 1000 + sinceMidnight);
}

export const rangeText = ({ from, to }: ReportRange): { readonly from: string; readonly to: string } => ({
  from: formatTime(from),
  to: formatTime(to),
});

/** Every UTC day of a range that has begun, as `2026-11-22`: a chart shows days without calls too. */
export function daysOf({ from, to }: ReportRange, now: TimeUs): string[] {
  const days: string[] = [];
  for (let day = dayOf(from); day * US_PER_DAY < to && day <= dayOf(now); day++) days.push(dateOf(timeUs(day * US_PER_DAY)));
  return days;
}

export const dateOf = (time: TimeUs): string => formatTime(time).slice(0, 10);

const dayOf = (time: number): number => Math.floor(time / US_PER_DAY);

function within({ from, to }: ReportRange, earliest: TimeUs): ReportRange {
  const start = from < earliest ? earliest : from;
  return { from: start, to: to < start ? start : to };
}

/** A UTC day's beginning, or a time; null: neither. */
export function momentFrom(text: string): { readonly at: number; readonly day: boolean } | null {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const at = parseTime(day ? `${text}T00:00:00Z` : text);
  return at === null ? null : { at, day };
}

function badRange(detail: string): ApiProblem {
  return new ApiProblem("invalidRequest", { detail: `range: ${detail}`, hint: "Give range=7d or 28d, or from and to." });
}
