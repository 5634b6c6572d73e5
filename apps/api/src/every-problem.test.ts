import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { problemCodes, type ProblemCode } from "@tollbook/contracts/codes.ts";
import { createApi, type Api } from "./create-api.ts";
import { offlineConfig } from "./testing/offline-config.ts";
import { scriptedRules } from "./testing/scripted-rules.ts";
import { call, startTestApi, testConfig, until, type TestAnswer, type TestApi } from "./testing/start-test-api.ts";

/** Every problem code is met at a documented answer of a route: its status, its type, the request's id. */

let api: TestApi;
/** Neither NATS nor an identity provider, and one attempt at signing in a minute. */
let offline: Api;
/** All but ClickHouse. */
let withoutReports: Api;
let key: string;
let reader: string;

beforeAll(async () => {
  api = await startTestApi({
    rules: {
      ...scriptedRules,
      // An answer that is not of the documented form must not leave.
      view: (state, account, request) => (request.view === "pools" ? ({} as never) : scriptedRules.view(state, account, request)),
    },
  });
  await api.addAccount("acme");
  key = await api.key("acme", ["admin"]);
  reader = await api.key("acme", ["read"]);
  const oidc = {
    issuer: new URL("http://127.0.0.1:9"),
    clientId: "tollbook",
    clientSecret: "",
    scopes: "openid",
    publicUrl: new URL("http://127.0.0.1:7400"),
    roleClaim: null,
    mappedRoles: [],
  };
  offline = await createApi({ ...offlineConfig, oidc, limits: { ...offlineConfig.limits, signIn: 1 } });
  withoutReports = await createApi({ ...testConfig(api.stack), clickhouseUrl: "http://127.0.0.1:9" });
  await until(async () => (await call(withoutReports.url, "GET", "/v1/session", { key })).status === 200);
});
afterAll(async () => {
  await withoutReports.close();
  await offline.close();
  await api.close();
});

interface Met {
  /** As the description of the API names it. */
  readonly route: `${"GET" | "POST" | "PUT"} /${string}`;
  readonly ask: () => Promise<TestAnswer>;
}

const account = "/v1/accounts/{account}";
const at = (path: string): string => `/v1/accounts/acme/${path}`;
const topUp = async (amount: string, id?: string): Promise<TestAnswer> =>
  await api.call("POST", at("credits/top-ups"), {
    key,
    headers: id === undefined ? {} : { "idempotency-key": id },
    body: { amount },
  });
const events = async (contentType: string, body: string): Promise<TestAnswer> =>
  await api.call("POST", at("events"), { key, headers: { "content-type": contentType }, body });
const signIn = async (): Promise<TestAnswer> =>
  await call(offline.url, "POST", "/v1/session", { body: { email: "a@b.c", password: "x" } });

const met: Readonly<Record<Exclude<ProblemCode, keyof typeof notTried>, Met>> = {
  invalidRequest: { route: `POST ${account}/credits/top-ups`, ask: async () => await topUp("1e3", "odd") },
  idempotencyKeyMissing: { route: `POST ${account}/credits/top-ups`, ask: async () => await topUp("50.00") },
  unauthenticated: { route: `GET ${account}/summary`, ask: async () => await api.call("GET", at("summary")) },
  forbidden: {
    route: `PUT ${account}/users/{user}/block`,
    ask: async () => await api.call("PUT", at("users/ada/block"), { key: reader, body: { blocked: true } }),
  },
  notFound: {
    route: `GET ${account}/users/{user}`,
    ask: async () => await api.call("GET", at("users/nobody"), { key }),
  },
  refused: {
    route: `PUT ${account}/subscriptions/{subscription}/pay-as-you-go`,
    ask: async () => await api.call("PUT", at("subscriptions/refuse-me/pay-as-you-go"), { key, body: { on: true } }),
  },
  idempotencyMismatch: {
    route: `POST ${account}/credits/top-ups`,
    ask: async () => {
      await topUp("50.00", "once");
      return await topUp("60.00", "once");
    },
  },
  payloadTooLarge: {
    route: `POST ${account}/events`,
    ask: async () => await events("application/cloudevents-batch+json", `[${" ".repeat(17 << 20)}]`),
  },
  unsupportedMediaType: { route: `POST ${account}/events`, ask: async () => await events("application/xml", "<a/>") },
  tooManyRequests: {
    route: "POST /v1/session",
    ask: async () => {
      await signIn();
      return await signIn();
    },
  },
  meterUnreachable: {
    route: `POST ${account}/authorize`,
    ask: async () =>
      await api.call("POST", at("authorize"), {
        key: await api.key("acme", ["authorize"]),
        body: { usageId: "leg-1", direction: "outbound", to: "+4930901820", user: "silent" },
      }),
  },
  reportsUnreachable: {
    route: `GET ${account}/calls`,
    ask: async () => await call(withoutReports.url, "GET", at("calls"), { key }),
  },
  logUnreachable: { route: `GET ${account}/summary`, ask: async () => await call(offline.url, "GET", at("summary"), { key }) },
  identityProviderUnreachable: { route: "GET /v1/oidc/start", ask: async () => await call(offline.url, "GET", "/v1/oidc/start") },
  internal: { route: `GET ${account}/pools`, ask: async () => await api.call("GET", at("pools"), { key }) },
};

/** Documented, but not brought about here. */
const notTried = {
  outboxNotIdle: "the answer comes after a minute of waiting for a payment or an invoice",
} as const satisfies Partial<Record<ProblemCode, string>>;

interface Described {
  readonly responses: Readonly<Record<string, { readonly description: string } | undefined>>;
}

async function described(): Promise<ReadonlyMap<string, Described>> {
  const { body } = await call(offline.url, "GET", "/openapi.json");
  const paths = Object.entries(body["paths"] as unknown as Record<string, Record<string, Described>>);
  return new Map(
    paths.flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, route]) => [`${method.toUpperCase()} ${path}`, route] as const),
    ),
  );
}

describe("every problem code (RFC 9457)", () => {
  it.each(Object.entries(met))("%s is answered where it is documented", async (code, { route, ask }) => {
    const { status, title } = problemCodes[code as ProblemCode];
    const answer = await ask();
    expect([answer.status, answer.body["type"], answer.body["status"]]).toEqual([status, `/problems/${code}`, status]);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(answer.body["requestId"]).toBe(answer.headers.get("x-request-id"));
    expect((await described()).get(route)?.responses[status]?.description).toContain(`\`${code}\`: ${title}`);
    // What its type is an address of.
    expect((await api.call("GET", `/problems/${code}`)).body).toMatchObject({ code, status, title });
  });

  it("is documented by at least one route, also those that are not tried here", async () => {
    const descriptions = [...(await described()).values()].flatMap(({ responses }) =>
      Object.values(responses).map((response) => response?.description ?? ""),
    );
    for (const code of Object.keys(problemCodes)) expect(descriptions.join("\n")).toContain(`\`${code}\``);
  });
});
