import { costGroupings, type CostGrouping } from "@tollbook/contracts/cost-answers.ts";
import { timeUs, US_PER_DAY, type TimeUs } from "@tollbook/contracts/units.ts";
import { isTimeDimension, type CostDimension, type CostFilter } from "@tollbook/warehouse/queries/cost-source.ts";
import * as z from "zod/mini";
import { ApiProblem } from "../problem.ts";
import type { People } from "../reports/people.ts";
import { dayOrTime, momentFrom, type ReportRange } from "../reports/report-range.ts";
import { afterSeq } from "../schemas.ts";

const text = z.string().check(z.maxLength(128));
const oneOrMore = z.optional(z.union([text, z.array(text).check(z.maxLength(50))]));

/** CM-6: every filter; a member that is given several times fits any of its values, an empty one stands for "none". */
export const costFilterQuery = {
  subscription: oneOrMore,
  usageLocation: oneOrMore,
  destinationCountry: oneOrMore,
  callType: oneOrMore,
  capability: oneOrMore,
  user: oneOrMore,
  department: oneOrMore,
  funding: oneOrMore,
  currency: oneOrMore,
  direction: oneOrMore,
  service: oneOrMore,
  /** Calls, licences and other charges, or both. */
  costs: z.optional(z.enum(["all", "usage", "charges"])),
  after: afterSeq,
};

export const costRanges = ["thisMonth", "lastMonth", "7d", "28d", "custom"] as const;
export const costRangeQuery = {
  /** `custom` when `from` is given; else this month. */
  range: z.optional(z.enum(costRanges)),
  from: z.optional(dayOrTime),
  to: z.optional(dayOrTime),
};

type Values = string | readonly string[] | undefined;
export interface CostValues {
  readonly subscription?: Values;
  readonly usageLocation?: Values;
  readonly destinationCountry?: Values;
  readonly callType?: Values;
  readonly capability?: Values;
  readonly user?: Values;
  readonly department?: Values;
  readonly funding?: Values;
  readonly currency?: Values;
  readonly direction?: Values;
  readonly service?: Values;
  readonly costs?: CostFilter["kinds"] | undefined;
}

export interface CostRangeValues {
  readonly range?: (typeof costRanges)[number] | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

const list = (values: Values): readonly string[] | undefined => (values === undefined ? undefined : [values].flat());

export function costFilter(query: CostValues, range: ReportRange, people: People): CostFilter {
  return {
    ...range,
    kinds: query.costs ?? "all",
    subscription: list(query.subscription),
    usageLocation: list(query.usageLocation),
    destinationCountry: list(query.destinationCountry),
    callType: list(query.callType),
    capability: list(query.capability),
    user: list(query.user)?.map((user) => (user === "" ? "" : people.storedId(user))),
    department: list(query.department),
    funding: list(query.funding),
    currency: list(query.currency),
    direction: list(query.direction),
    service: list(query.service),
  };
}

/** What is grouped by, in the order asked for: at most two, at most one of them time. */
export const groupByQuery = z.optional(
  z
    .string()
    .check(
      z.refine(
        (value) => groupingsFrom(value) !== null,
        `one or two of ${costGroupings.join(", ")}, separated by a comma; one of time at most`,
      ),
    ),
);

export function groupingsFrom(value: string): CostGrouping[] | null {
  const names = value.split(",");
  const known = names.flatMap((name) => costGroupings.find((grouping) => grouping === name) ?? []);
  const times = known.filter((name) => name !== "currency" && isTimeDimension(name)).length;
  return known.length !== names.length || names.length > 2 || new Set(names).size !== names.length || times > 1 ? null : known;
}

/** Money is never added across currencies: everything is grouped by them as it is. */
export function dimensionsOf(groupings: readonly CostGrouping[]): CostDimension[] {
  return groupings.filter((grouping) => grouping !== "currency");
}

/** Two years and a bit: what a comparison of two years needs. */
const MAX_DAYS = 800;

export function costRange({ range, from, to }: CostRangeValues, now: TimeUs): ReportRange {
  const today = Math.floor(now / US_PER_DAY);
  const kind = range ?? (from === undefined ? "thisMonth" : "custom");
  if (kind === "custom") return customRange(from, to, now);
  if (from !== undefined || to !== undefined) throw badRange(`range=${kind} has no from and to`);
  if (kind === "thisMonth") return { from: monthStart(now, 0), to: monthStart(now, 1) };
  if (kind === "lastMonth") return { from: monthStart(now, -1), to: monthStart(now, 0) };
  return { from: timeUs((today - (kind === "7d" ? 6 : 27)) * US_PER_DAY), to: timeUs((today + 1) * US_PER_DAY) };
}

function customRange(from: string | undefined, to: string | undefined, now: TimeUs): ReportRange {
  const first = momentFrom(from ?? "");
  if (first === null) throw badRange("from is missing");
  const last = to === undefined ? null : momentFrom(to);
  const end = last === null ? now + 1 : last.day ? last.at + US_PER_DAY : last.at;
  if (first.at >= end) throw badRange("from lies after to");
  if (end - first.at > MAX_DAYS * US_PER_DAY) throw badRange(`more than ${MAX_DAYS} days`);
  return { from: timeUs(first.at), to: timeUs(end) };
}

/** The UTC month of `time`, moved by months. */
export function monthStart(time: TimeUs, months: number): TimeUs {
  const date = new Date(time / 1000);
  return timeUs(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1) * 1000);
}

/** The period before: of whole months as many months, else the same length. */
export function previousRange({ from, to }: ReportRange): ReportRange {
  const months = monthsBetween(from, to);
  return months === null ? { from: timeUs(2 * from - to), to: from } : { from: monthStart(from, -months), to: from };
}

function monthsBetween(from: TimeUs, to: TimeUs): number | null {
  if (monthStart(from, 0) !== from || monthStart(to, 0) !== to) return null;
  const [first, last] = [new Date(from / 1000), new Date(to / 1000)];
  return (last.getUTCFullYear() - first.getUTCFullYear()) * 12 + last.getUTCMonth() - first.getUTCMonth();
}

function badRange(detail: string): ApiProblem {
  return new ApiProblem("invalidRequest", {
    detail: `range: ${detail}`,
    hint: "Give range=thisMonth, lastMonth, 7d or 28d, or from and to.",
  });
}
