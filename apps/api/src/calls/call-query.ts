import { createHash } from "node:crypto";
import { fundingSources } from "@tollbook/contracts/answers.ts";
import type { CallQuery } from "@tollbook/contracts/http.ts";
import { parseTime, type TimeUs } from "@tollbook/contracts/units.ts";
import type { CallFilter } from "@tollbook/warehouse/queries/call-filter.ts";
import { callSorts, type CallCursor, type CallSort } from "@tollbook/warehouse/queries/calls.ts";
import * as z from "zod/mini";
import { ApiProblem } from "../problem.ts";
import type { People } from "../reports/people.ts";
import { afterSeq } from "../schemas.ts";

const time = z.string().check(z.refine((text) => parseTime(text) !== null, "an RFC 3339 time, such as 2026-11-22T00:00:00Z"));
const text = z.string().check(z.minLength(1), z.maxLength(128));

/** The filter, shared by the list, the export and the chart: the same query string means the same calls. */
export const callFilterQuery = {
  from: z.optional(time),
  to: z.optional(time),
  user: z.optional(text),
  callType: z.optional(text),
  direction: z.optional(z.enum(["inbound", "outbound"])),
  country: z.optional(z.string().check(z.regex(/^[A-Z]{2}$/, "an ISO 3166-1 alpha-2 code"))),
  funding: z.optional(z.enum(fundingSources)),
  outcome: z.optional(z.enum(["rated", "denied", "abandoned", "voided"])),
  search: z.optional(text),
  after: afterSeq,
} satisfies Record<string, z.ZodMiniType>;

export const callListQuery = z.strictObject({
  ...callFilterQuery,
  sort: z.optional(z.enum(callSorts)),
  cursor: z.optional(z.string().check(z.maxLength(512))),
  limit: z.optional(z.string().check(z.regex(/^\d{1,3}$/))),
});

export type CallFilterValues = Omit<CallQuery, "sort" | "cursor" | "limit">;

export function filterFromQuery(query: CallFilterValues, people: People): CallFilter {
  return {
    from: timeFromText(query.from),
    to: timeFromText(query.to),
    user: query.user === undefined ? undefined : people.storedId(query.user),
    callType: query.callType,
    direction: query.direction,
    country: query.country,
    funding: query.funding,
    outcome: query.outcome,
    search: query.search,
    hiddenDigits: people.hiddenDigits,
    hidesPeople: people.pseudonymised,
  };
}

function timeFromText(text: string | undefined): TimeUs | undefined {
  return text === undefined ? undefined : (parseTime(text) ?? undefined);
}

const MAX_LIMIT = 200;
const DEFAULT_LIMIT = 100;

export function limitFromText(text: string | undefined): number {
  return Math.min(Math.max(Number(text ?? DEFAULT_LIMIT), 1), MAX_LIMIT);
}

/** A cursor belongs to the filter and order it came from: with another it would skip or repeat calls silently. */
export function encodeCursor({ value, outSeq }: CallCursor, binding: string): string {
  return Buffer.from(JSON.stringify([value, outSeq, binding])).toString("base64url");
}

export function decodeCursor(text: string | undefined, binding: string): CallCursor | null {
  if (text === undefined) return null;
  const [value, outSeq, bound] = parseCursor(text);
  if (bound !== binding || !Number.isSafeInteger(value) || !Number.isSafeInteger(outSeq))
    throw new ApiProblem("invalidRequest", {
      detail: "cursor: it does not belong to this filter and order",
      hint: "Begin again without a cursor.",
    });
  return { value: value as number, outSeq: outSeq as number };
}

function parseCursor(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, "base64url").toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

export function cursorBinding(account: string, sort: CallSort, filter: CallFilter): string {
  return createHash("sha256")
    .update(JSON.stringify([account, sort, filter]))
    .digest("base64url")
    .slice(0, 16);
}
