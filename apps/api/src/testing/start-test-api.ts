import { connect } from "@nats-io/transport-node";
import type { AccountId } from "@tollbook/contracts/units.ts";
// oxlint-disable-next-line no-restricted-imports -- tests run the API beside the real log and the real meter
import { testPasswords } from "../../../meter/src/testing/nats-server.ts";
// oxlint-disable-next-line no-restricted-imports -- as above
import { startTestStack, type TestStack } from "../../../meter/src/testing/stack.ts";
// oxlint-disable-next-line no-restricted-imports -- as above
import type { Meter } from "../../../meter/src/meter.ts";
// oxlint-disable-next-line no-restricted-imports -- as above
import { domainRules, type FoldRules } from "../../../meter/src/rules.ts";
import { createApi, type Api } from "../create-api.ts";
import { createApiKey, type KeyScope } from "../directory/api-keys.ts";
import { openDirectory, type Directory } from "../directory/directory.ts";
import { bootstrapOperator } from "../directory/people.ts";
import type { ApiConfig } from "../environment.ts";

export const operator = { email: "operator@tollbook.test", password: "correct horse battery" };

/** The API with real NATS, real ClickHouse and the real meter. */
export interface TestApi {
  readonly url: string;
  readonly api: Api;
  readonly stack: TestStack;
  readonly meter: Meter;
  readonly directory: Directory;
  /** A key's secret. */
  key(
    account: string,
    scopes: readonly KeyScope[],
    more?: { readonly feeder?: string; readonly expiresAt?: string },
  ): Promise<string>;
  /** An entry of the directory only: the meter knows nothing of it. */
  addAccount(account: string): Promise<void>;
  /** With an API key, or without. */
  call(method: string, path: string, options?: CallOptions): Promise<TestAnswer>;
  close(): Promise<void>;
}

export interface CallOptions {
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Objects are sent as JSON, text as it is. */
  readonly body?: unknown;
}

export interface TestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed, where the answer is JSON. */
  readonly body: Record<string, never> & Record<string, unknown>;
}

export async function startTestApi({
  rules = domainRules,
  config = {},
}: { readonly rules?: FoldRules; readonly config?: Partial<ApiConfig> } = {}): Promise<TestApi> {
  const stack = await startTestStack({ partitions: 2 });
  const meter = await stack.startMeter({ rules });
  await meter.serving(20_000);
  const api = await createApi({ ...testConfig(stack), ...config });
  const nc = await connect({ servers: stack.nats.url, user: "operator", pass: testPasswords.operator });
  const directory = await openDirectory(nc);
  await bootstrapOperator(directory, operator);
  await ready(api.url);
  return {
    url: api.url,
    api,
    stack,
    meter,
    directory,
    async key(account, scopes, { feeder = "sbc-1", expiresAt = null as string | null } = {}) {
      const name = `${account} ${scopes.join(" ")}`;
      const created = await createApiKey(directory, "test", { name, account, feeder, scopes, expiresAt }, new Date());
      await visible(() => fetch(`${api.url}/v1/session`, { headers: { authorization: `Bearer ${created.secret}` } }), expiresAt);
      return created.secret;
    },
    async addAccount(account) {
      await directory.changeAccount(account as AccountId, () => ({
        account,
        name: account,
        createdAt: new Date().toISOString(),
        onUnreachable: "reject",
        maxUnsupervisedSeconds: 900,
      }));
    },
    call: async (method, path, options) => await call(api.url, method, path, options),
    async close() {
      await api.close();
      await nc.close();
      await stack.close();
    },
  };
}

export function testConfig(stack: Pick<TestStack, "nats" | "config">): ApiConfig {
  return {
    host: "127.0.0.1",
    port: 0,
    natsUrl: stack.nats.url,
    natsUser: "api",
    natsPassword: testPasswords.api,
    clickhouseUrl: stack.config.clickhouseUrl,
    secureCookies: false,
    keyEnvironment: "test",
    dashboardFolder: null,
    limits: { key: 1_000_000, person: 1_000_000, address: 1_000_000, signIn: 1_000_000 },
    oidc: null,
    outbox: { smtpUrl: null, mailFrom: "", stripe: null, testProvider: true, webhooksAnywhere: true },
    seller: null,
    logLevel: process.env["TOLLBOOK_TEST_LOG"] === "1" ? "debug" : "silent",
  };
}

export async function call(
  url: string,
  method: string,
  path: string,
  { key, headers = {}, body }: CallOptions = {},
): Promise<TestAnswer> {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined || typeof body === "string" ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  const json = /json/.test(answer.headers.get("content-type") ?? "") && text !== "";
  return { status: answer.status, headers: answer.headers, text, body: json ? (JSON.parse(text) as TestAnswer["body"]) : {} };
}

const READY_MS = 15_000;
const POLL_MS = 20;

async function ready(url: string): Promise<void> {
  await until(async () => (await fetch(`${url}/readyz`)).status === 200);
}

/** The API sees a key through its watch, some milliseconds after it was written. */
async function visible(ask: () => Promise<Response>, expiresAt: string | null): Promise<void> {
  if (expiresAt !== null && Date.parse(expiresAt) <= Date.now()) return;
  await until(async () => (await ask()).status === 200);
}

/** Resolves when the condition holds; rejects when it does not in time. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + READY_MS;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error("it did not come about in time");
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
