import { randomUUID } from "node:crypto";
import { problemCodes } from "@tollbook/contracts/codes.ts";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { parseTime, US_PER_DAY, type TimeUs } from "@tollbook/contracts/units.ts";
import { BucketUnavailable } from "../log/mirrored-bucket.ts";
import { ApiProblem } from "../problem.ts";

/** A JSON number with both of its decimals: 0.10, not 0.1 (`numeric(16,2)`). */
export class Amount {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toJSON(): string {
    return `${MARK}${this.text}${MARK}`;
  }
}

/** Drawn anew by every process: no value of anybody's can look like it. */
const MARK = `#${randomUUID()}#`;
const marked = new RegExp(`"${MARK}(-?\\d+\\.\\d{2})${MARK}"`, "g");

export function odataText(body: object): string {
  return JSON.stringify(body).replaceAll(marked, "$1");
}

/** `getPstnCalls(fromDateTime=2026-11-01,toDateTime=2026-12-01)`, with or without its namespace. */
export interface FunctionCall {
  readonly name: string;
  readonly from: TimeUs;
  readonly to: TimeUs;
  /** As it was written, for the address of the next page. */
  readonly text: string;
}

const MAX_RANGE_US = 90 * US_PER_DAY;

/** Rejects with ApiProblem what is no such call: unknown form, no time, the wrong order, more than 90 days. */
export function functionCallFrom(text: string): FunctionCall {
  const match = /^(?:microsoft\.graph\.callRecords\.)?([A-Za-z]+)\(([^()]*)\)$/.exec(text);
  if (match === null) throw new ApiProblem("notFound", { detail: `Resource not found for the segment '${text}'.` });
  const [, name = "", list = ""] = match;
  const given = new Map(list.split(",").map((pair) => [pair.split("=", 1)[0]?.trim() ?? "", pair.slice(pair.indexOf("=") + 1)]));
  const from = moment(given, "fromDateTime");
  const to = moment(given, "toDateTime");
  if (from > to) throw badRequest("fromDateTime must not be later than toDateTime.");
  if (to - from > MAX_RANGE_US)
    throw badRequest("The date range between fromDateTime and toDateTime cannot be more than 90 days.");
  return { name, from, to, text };
}

function moment(given: ReadonlyMap<string, string>, name: string): TimeUs {
  const text = given.get(name)?.trim().replaceAll("'", "") ?? "";
  const time = parseTime(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
  if (time === null) throw badRequest(`${name} must be a date, or a date and time in UTC, such as 2026-11-01T00:00:00Z.`);
  return time;
}

function badRequest(detail: string): ApiProblem {
  return new ApiProblem("invalidRequest", { detail });
}

/** Error codes as Microsoft Graph names them, by status. */
const graphCodes: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "InvalidAuthenticationToken",
  403: "Authorization_RequestDenied",
  404: "ResourceNotFound",
  413: "RequestEntityTooLarge",
  429: "TooManyRequests",
  503: "ServiceUnavailable",
};

/** Every failure of these routes as OData's `{ error: { code, message } }`. */
export function answerODataError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const { status, message, retryAfterSeconds } = described(error);
  if (status === 500) request.log.error({ err: error }, "a request failed");
  if (retryAfterSeconds !== undefined) reply.header("retry-after", String(retryAfterSeconds));
  const innerError = { date: new Date().toISOString().slice(0, 19), "request-id": request.id, "client-request-id": request.id };
  const body = { error: { code: graphCodes[status] ?? "InternalServerError", message, innerError } };
  reply
    .code(status)
    .type("application/json; charset=utf-8")
    .serializer((text: string) => text)
    .send(JSON.stringify(body));
}

function described(error: FastifyError): {
  readonly status: number;
  readonly message: string;
  readonly retryAfterSeconds?: number | undefined;
} {
  if (error instanceof ApiProblem) {
    const { detail, hint, retryAfterSeconds } = error.details;
    const { status, title } = problemCodes[error.problem];
    return { status, message: [detail ?? `${title}.`, hint].filter((text) => text !== undefined).join(" "), retryAfterSeconds };
  }
  if (error instanceof BucketUnavailable) return { status: 503, message: `${error.message}.`, retryAfterSeconds: 2 };
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500)
    return { status: error.statusCode, message: error.message };
  return { status: 500, message: "Something failed here; the request id helps to find it." };
}
