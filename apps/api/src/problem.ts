import { problemCodes, type ProblemCode } from "@tollbook/contracts/codes.ts";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { BucketUnavailable } from "./log/mirrored-bucket.ts";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";

export const PROBLEM_TYPE = "application/problem+json";

export interface ProblemDetails {
  /** One sentence: what exactly. */
  readonly detail?: string | undefined;
  /** One sentence: what the reader can do. */
  readonly hint?: string | undefined;
  /** Overrides the code shown, where a narrower documented one exists (a refusal's). */
  readonly code?: string | undefined;
  readonly title?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
  /** Further members of the body (RFC 9457 §3.2). */
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
}

/** Thrown by handlers; answered as RFC 9457 problem with the documented status and title of its code. */
export class ApiProblem extends Error {
  readonly problem: ProblemCode;
  readonly details: ProblemDetails;
  constructor(problem: ProblemCode, details: ProblemDetails = {}) {
    super(`${problem}: ${details.detail ?? problemCodes[problem].title}`);
    this.name = "ApiProblem";
    this.problem = problem;
    this.details = details;
  }
}

/** Fastify's error handler: everything thrown becomes a problem; what is not expected is logged and says nothing about itself. */
export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const problem = problemFromError(error);
  if (problem.problem === "internal") request.log.error({ err: error }, "a request failed");
  sendProblem(request, reply, problem);
}

export function sendProblem(request: FastifyRequest, reply: FastifyReply, { problem, details }: ApiProblem): void {
  const { status, title } = problemCodes[problem];
  if (details.retryAfterSeconds !== undefined) reply.header("retry-after", String(details.retryAfterSeconds));
  // Sent as text, so that no response schema of the route takes a member away.
  reply
    .code(status)
    .type(PROBLEM_TYPE)
    .serializer((body: string) => body)
    .send(
      JSON.stringify({
        type: `/problems/${problem}`,
        title: details.title ?? title,
        status,
        code: details.code ?? problem,
        ...(details.detail === undefined ? {} : { detail: details.detail }),
        requestId: request.id,
        ...(details.hint === undefined ? {} : { hint: details.hint }),
        ...details.extra,
      }),
    );
}

function problemFromError(error: FastifyError): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (error instanceof BucketUnavailable)
    return new ApiProblem("logUnreachable", {
      detail: `${error.message}.`,
      hint: "Try again in a moment.",
      retryAfterSeconds: 2,
    });
  if (hasZodFastifySchemaValidationErrors(error)) {
    const [first] = error.validation;
    const where = [error.validationContext, ...(first?.instancePath ?? "").split("/").filter((part) => part !== "")].join(".");
    return new ApiProblem("invalidRequest", { detail: `${where}: ${first?.message ?? "malformed"}`, hint: seeReference });
  }
  const known = fastifyProblems[error.code];
  if (known !== undefined) return known;
  // Whatever else Fastify refuses with a 4xx is the request's fault.
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500)
    return new ApiProblem("invalidRequest", { detail: error.message, hint: seeReference });
  return new ApiProblem("internal", { hint: "Try again; when it stays, give the request id to the operator." });
}

const seeReference = "See the reference at /docs.";

const fastifyProblems: Readonly<Record<string, ApiProblem>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: new ApiProblem("unsupportedMediaType", { hint: seeReference }),
  FST_ERR_CTP_BODY_TOO_LARGE: new ApiProblem("payloadTooLarge", { hint: "Send smaller batches." }),
  FST_ERR_CTP_INVALID_JSON_BODY: new ApiProblem("invalidRequest", { detail: "The body is not JSON.", hint: seeReference }),
  FST_ERR_CTP_EMPTY_JSON_BODY: new ApiProblem("invalidRequest", { detail: "The body is empty.", hint: seeReference }),
  FST_ERR_HANDLER_TIMEOUT: new ApiProblem("internal", { detail: "The request took too long.", hint: "Try again." }),
};

export function notFound(detail?: string): ApiProblem {
  return new ApiProblem("notFound", { detail, hint: "Check the address and whether your sign-in or key is for this account." });
}
