import { Problem } from "@tollbook/contracts/http.ts";

/** What the API, or the way to it, refused: always with a title, where known with the reason, a way out and the request's id. */
export class ApiProblem extends Error {
  readonly status: number;
  /** The API's code (`docs/errors.md`); `unreachable` when no answer came, `unexpectedAnswer` when it was no problem document. */
  readonly code: string;
  readonly title: string;
  readonly detail: string | null;
  readonly hint: string | null;
  readonly requestId: string | null;

  constructor(problem: {
    status: number;
    code: string;
    title: string;
    detail?: string | undefined;
    hint?: string | undefined;
    requestId?: string | null | undefined;
  }) {
    super(`${problem.code}: ${problem.detail ?? problem.title}`);
    this.name = "ApiProblem";
    this.status = problem.status;
    this.code = problem.code;
    this.title = problem.title;
    this.detail = problem.detail ?? null;
    this.hint = problem.hint ?? null;
    this.requestId = problem.requestId ?? null;
  }

  /** Trying again may help: nobody said no. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** Reads the answer to a failed request. */
export async function problemFromResponse(response: Response): Promise<ApiProblem> {
  const text = await response.text();
  const parsed = Problem.safeParse(parseJson(text));
  if (parsed.success) return new ApiProblem(parsed.data);
  return new ApiProblem({
    status: response.status,
    code: "unexpectedAnswer",
    title: `HTTP ${response.status} ${response.statusText}`.trim(),
    requestId: response.headers.get("x-request-id"),
  });
}

/** A proxy's error page is not JSON: then there is nothing to read. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
