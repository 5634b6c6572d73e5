import type { Problem } from "@tollbook/contracts/http.ts";
import { http, HttpResponse, type HttpHandler } from "msw/http";
import * as sample from "./sample-account.ts";

/**
 * A stand-in of the API for tests in the browser: the sample organisation, changed by the commands it accepts. It keeps every
 * request, so that a test can say what the page asked; a test overrides single answers with `worker.use(...)`.
 */
export interface StandInApi {
  readonly handlers: readonly HttpHandler[];
  readonly requests: SeenRequest[];
  /** `method path` answers this problem: `times` times, or until `recover`. */
  readonly fail: (method: string, path: string, problem: Partial<Problem>, times?: number) => void;
  readonly recover: () => void;
  signedIn: boolean;
  payAsYouGoOn: boolean;
  calls: ReturnType<typeof sample.sampleCalls>;
  balance: string;
}

interface Failure {
  readonly problem: Partial<Problem>;
  times: number;
}

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly body: unknown;
}

const PAGE = 100;

export function createStandInApi(): StandInApi {
  const failures = new Map<string, Failure>();
  const api: StandInApi = {
    handlers: [http.all("/v1/*", async ({ request }) => await answer(api, failures, await seen(request, api.requests)))],
    requests: [],
    fail: (method, path, details, times = Infinity) => failures.set(`${method} ${path}`, { problem: details, times }),
    recover: () => failures.clear(),
    signedIn: true,
    payAsYouGoOn: false,
    calls: sample.sampleCalls(250),
    balance: sample.credits.balance,
  };
  return api;
}

async function seen(request: Request, requests: SeenRequest[]): Promise<SeenRequest> {
  const { pathname, searchParams } = new URL(request.url);
  const text = await request.text();
  const body: unknown = text === "" ? null : JSON.parse(text);
  const entry = { method: request.method, path: pathname, query: searchParams, headers: request.headers, body };
  requests.push(entry);
  return entry;
}

async function answer(api: StandInApi, failures: Map<string, Failure>, request: SeenRequest): Promise<Response> {
  const { method, path } = request;
  const failure = failures.get(`${method} ${path}`);
  if (failure !== undefined && failure.times-- > 0) return problem(failure.problem);
  if (path === "/v1/session") return answerSession(api, request);
  if (!api.signedIn) return problem({ status: 401, code: "unauthenticated", title: "Sign in, or send a valid API key" });
  if (method !== "GET" && request.headers.get("x-csrf-token") !== sample.session.csrfToken)
    return problem({ status: 403, code: "forbidden", title: "Your roles do not allow this" });
  const [, account = "", rest = ""] = /^\/v1\/accounts\/([^/]+)\/(.+)$/.exec(path) ?? [];
  const answered =
    method === "GET" ? answerRead(api, account, rest, request.query) : answerChange(api, method, rest, request.body);
  return answered ?? problem({ status: 404, code: "notFound", title: "There is no such thing here" });
}

function answerSession(api: StandInApi, { method, body }: SeenRequest): Response {
  if (method === "DELETE") {
    api.signedIn = false;
    return new HttpResponse(null, { status: 204 });
  }
  if (method === "POST") {
    if ((body as { password: string }).password !== "right")
      return problem({ status: 401, code: "unauthenticated", title: "Sign in" });
    api.signedIn = true;
    return HttpResponse.json(sample.session, { status: 201 });
  }
  if (!api.signedIn) return problem({ status: 401, code: "unauthenticated", title: "Sign in, or send a valid API key" });
  return HttpResponse.json(sample.session);
}

function answerRead(api: StandInApi, account: string, rest: string, query: URLSearchParams): Response | null {
  const payAsYouGo = api.payAsYouGoOn ? "ON" : "OFF";
  switch (rest) {
    case "summary":
      return HttpResponse.json({ ...sample.summary, account, balance: api.balance });
    case "pools":
      return HttpResponse.json({ asOf: sample.summary.asOf, pools: sample.pools });
    case "credits":
      return HttpResponse.json({ ...sample.credits, balance: api.balance });
    case "subscriptions": {
      const [plan, ...others] = sample.subscriptions.subscriptions;
      return HttpResponse.json({ ...sample.subscriptions, subscriptions: [{ ...plan, payAsYouGo }, ...others] });
    }
    case "subscriptions/plan-de/pay-as-you-go":
      return HttpResponse.json({ ...sample.payAsYouGo, state: payAsYouGo });
    case "live-calls":
      return HttpResponse.json(sample.liveCalls);
    case "live":
      return liveEvents(api, account);
    case "users":
      return HttpResponse.json({ asOf: sample.summary.asOf, users: [], next: null });
    case "calls":
      return callsPage(api, query);
    case "credits/ledger":
      return HttpResponse.json(sample.ledger);
    case "usage-series":
      return HttpResponse.json(sample.usageSeries(query.get("bucket") === "hour" ? "hour" : "day"));
    default:
      return rest === "calls/leg-3/explanation" ? HttpResponse.json(sample.explanation) : null;
  }
}

function answerChange(api: StandInApi, method: string, rest: string, body: unknown): Response | null {
  const accepted = (result: Record<string, unknown>): Response => HttpResponse.json({ seq: 48_300, outcome: "accepted", result });
  switch (`${method} ${rest}`) {
    case "PUT subscriptions/plan-de/pay-as-you-go":
      api.payAsYouGoOn = (body as { on: boolean }).on;
      return accepted({ state: api.payAsYouGoOn ? "ON" : "OFF" });
    case "POST credits/top-ups":
      return accepted({ lot: "lot-4", balance: "1284.5" });
    case "PUT credits/auto-recharge":
      return accepted({});
    default:
      return null;
  }
}

/** Filters as the API does where the tests look; the cursor is the place to go on. */
function callsPage(api: StandInApi, query: URLSearchParams): Response {
  const wanted = api.calls.filter(
    (call) =>
      (query.get("outcome") ?? call.outcome) === call.outcome &&
      (query.get("direction") ?? call.direction) === call.direction &&
      (query.get("country") ?? call.destinationCountry) === call.destinationCountry,
  );
  const sort = query.get("sort") ?? "-startAt";
  const by = sort.replace("-", "") as "startAt" | "charge" | "durationSeconds";
  const value = (call: (typeof wanted)[number]): number => (by === "startAt" ? Date.parse(call.startAt) : Number(call[by]));
  const sorted = wanted.toSorted((a, b) => (sort.startsWith("-") ? value(b) - value(a) : value(a) - value(b)));
  const from = Number(query.get("cursor") ?? 0);
  const next = from + PAGE < sorted.length ? String(from + PAGE) : null;
  return HttpResponse.json({
    calls: sorted.slice(from, from + PAGE),
    next,
    dataUntil: sample.NOW,
    totals: [{ currency: "EUR", calls: sorted.length, billableSeconds: 12_345, poolMinutes: 678, charge: "1234.5678" }],
  });
}

/** One look, then silence with the connection open, as a quiet account's. */
function liveEvents(api: StandInApi, account: string): Response {
  const summary = { ...sample.summary, account, balance: api.balance };
  const text =
    `event: summary\ndata: ${JSON.stringify(summary)}\n\n` +
    `event: fresh\ndata: ${JSON.stringify({ dataUntil: sample.NOW, meter: true })}\n\n`;
  const stream = new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode(text)) });
  return new HttpResponse(stream, { headers: { "content-type": "text/event-stream" } });
}

function problem(details: Partial<Problem>): Response {
  const { status = 500, code = "internal", title = "Something failed here" } = details;
  const body = { type: `/problems/${code}`, requestId: "req-stand-in", ...details, status, code, title };
  return HttpResponse.json(body, { status, headers: { "content-type": "application/problem+json" } });
}
