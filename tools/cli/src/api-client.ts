/** The command's own use of the HTTP API, signed in as the installation's operator: no back doors. */
import { createHash } from "node:crypto";
import type { CommandResult, Session } from "@tollbook/contracts/http.ts";
import type { CommandData, CommandType } from "@tollbook/contracts/commands.ts";
import { UserFacingError } from "./failure.ts";
import type { Secrets } from "./installation.ts";

export interface ApiClient {
  get<Body>(path: string): Promise<Body>;
  /** What is no single JSON document: an export. */
  getText(path: string): Promise<string>;
  send<Body>(method: "POST" | "PUT" | "DELETE", path: string, body: unknown, idempotencyKey?: string): Promise<Body>;
  /** An account and its entry in the directory; one that is there already is left as it is. */
  createAccount(account: string, profile: CommandData<"account.create">): Promise<void>;
  /** A command with a key made of its content and `scope`: sent twice it is the same command. Refusals are answers. */
  command<Type extends CommandType>(account: string, type: Type, data: CommandData<Type>, scope: string): Promise<CommandResult>;
}

interface Problem {
  code?: string;
  title?: string;
  detail?: string;
}

export async function signIn(url: string, { operatorEmail, operatorPassword }: Secrets): Promise<ApiClient> {
  const response = await fetch(`${url}/v1/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: operatorEmail, password: operatorPassword }),
  });
  if (!response.ok)
    throw new UserFacingError(`the API at ${url} does not let ${operatorEmail} in: ${await problemText(response)}`);
  const { csrfToken } = (await response.json()) as Session;
  const cookie = response.headers
    .getSetCookie()
    .map((one) => one.split(";")[0])
    .join("; ");

  const request = async (method: string, path: string, body: unknown, idempotencyKey?: string): Promise<Response> =>
    await fetch(`${url}${path}`, {
      method,
      headers: {
        cookie,
        ...(method === "GET" ? {} : { "x-csrf-token": csrfToken, "content-type": "application/json" }),
        ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const answer = async <Body>(response: Response): Promise<Body> => {
    if (!response.ok) throw new UserFacingError(`${new URL(response.url).pathname}: ${await problemText(response)}`);
    return (response.status === 204 ? undefined : await response.json()) as Body;
  };
  /** The API answers a refusal as a problem of status 422: here it is the fold's answer again. */
  const give = async (path: string, body: unknown, key: string): Promise<CommandResult> => {
    const response = await request("POST", path, body, key);
    if (response.status !== 422) return await answer(response);
    const problem = (await response.json()) as Problem;
    return {
      seq: 0,
      outcome: "refused",
      code: problem.code ?? "refused",
      detail: problem.detail ?? problem.title ?? "",
    };
  };
  return {
    get: async (path) => await answer(await request("GET", path, undefined)),
    getText: async (path) => {
      const response = await request("GET", path, undefined);
      if (!response.ok) throw new UserFacingError(`${path}: ${await problemText(response)}`);
      return await response.text();
    },
    send: async (method, path, body, idempotencyKey) => await answer(await request(method, path, body, idempotencyKey)),
    createAccount: async (account, profile) => {
      const { outcome, code, detail } = await give("/v1/accounts", { account, ...profile }, keyOf(["account", account]));
      if (outcome === "refused" && code !== "accountExists") throw new UserFacingError(`${account}: ${detail ?? code}`);
    },
    command: async (account, type, data, scope) =>
      await give(`/v1/accounts/${account}/commands`, { type, data }, keyOf([scope, account, type, data])),
  };
}

function keyOf(content: unknown): string {
  return createHash("sha256").update(JSON.stringify(content)).digest("hex").slice(0, 32);
}

async function problemText(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const { title, detail } = JSON.parse(text) as Problem;
    return [title, detail].filter((part) => part !== undefined).join(": ");
  } catch {
    // Not one of our problems: a proxy's page, or an empty body.
    return `${response.status} ${text.slice(0, 200)}`;
  }
}
