import * as z from "zod/mini";
import { ApiProblem, problemFromResponse } from "./api-problem.ts";

/** Longer than the API's own 5 s wait for the meter, shorter than a reader's patience. */
const TIMEOUT_MS = 20_000;

let csrfToken = "";

/** The session says which token changes must carry (double submit); it lives as long as the page. */
export function rememberCsrfToken(token: string): void {
  csrfToken = token;
}

type Query = Readonly<Record<string, string | number | undefined>>;

interface Change {
  readonly method: "POST" | "PUT" | "DELETE";
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Reads one resource. Rejects with ApiProblem; the body is checked against the contract's schema. */
export async function read<Schema extends z.ZodMiniType>(
  path: string,
  schema: Schema,
  { query = {}, signal }: { query?: Query; signal?: AbortSignal } = {},
): Promise<z.infer<Schema>> {
  return bodyOf(schema, await send(path + queryText(query), { method: "GET" }, signal), path);
}

/** Makes one change. Never repeated by itself: who calls decides, with the same Idempotency-Key. */
export async function change<Schema extends z.ZodMiniType>(
  path: string,
  schema: Schema,
  { method, body, headers = {} }: Change,
): Promise<z.infer<Schema>> {
  const init: RequestInit = { method };
  const content = body === undefined ? {} : { "content-type": "application/json" };
  if (body !== undefined) init.body = JSON.stringify(body);
  init.headers = { ...headers, ...content, "x-csrf-token": csrfToken };
  return bodyOf(schema, await send(path, init), path);
}

export function queryText(query: Query): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== "") params.set(name, String(value));
  const text = params.toString();
  return text === "" ? "" : `?${text}`;
}

async function send(path: string, init: RequestInit, signal?: AbortSignal): Promise<Response> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  let response: Response;
  try {
    response = await fetch(path, {
      ...init,
      credentials: "same-origin",
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
  } catch (error) {
    // The page no longer wants the answer: not a failure to show.
    if (signal?.aborted === true) throw error;
    throw new ApiProblem({ status: 0, code: "unreachable", title: "No answer from the server" });
  }
  if (!response.ok) throw await problemFromResponse(response);
  return response;
}

async function bodyOf<Schema extends z.ZodMiniType>(schema: Schema, response: Response, path: string): Promise<z.infer<Schema>> {
  const body: unknown = response.status === 204 ? null : await response.json();
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ApiProblem({
    status: response.status,
    code: "unexpectedAnswer",
    title: "The answer does not have the documented form",
    detail: `${path}: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`.trim(),
    requestId: response.headers.get("x-request-id"),
  });
}
