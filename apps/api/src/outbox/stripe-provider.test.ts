import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Charge } from "./payment-provider.ts";
import { createStripeProvider, type StripeIntents } from "./stripe-provider.ts";

/**
 * Against a stand-in that answers as Stripe documents: the real one cannot be reached from here (docs/untested.md). It keeps
 * intents, repeats answers by Idempotency-Key, and charges an intent at most once.
 */
interface StandInIntent {
  readonly id: string;
  readonly form: URLSearchParams;
  status: string;
  charged: number;
}

let server: Server;
let url: string;
let intents: Map<string, StandInIntent>;
let answers: Map<string, { status: number; body: object }>;
let requests: { method: string; path: string; key: string | undefined; authorization: string | undefined }[];
/** Cuts the connection after the work of this path is done, once. */
let breakAfter: string | null;

const cardError = (intent: StandInIntent, code: string, message: string): { status: number; body: object } => {
  intent.status = "requires_payment_method";
  return { status: 402, body: { error: { type: "card_error", code, message, payment_intent: { id: intent.id } } } };
};

function confirm(intent: StandInIntent): { status: number; body: object } {
  if (intent.status === "succeeded" || intent.status === "canceled")
    return {
      status: 400,
      body: { error: { type: "invalid_request_error", code: "payment_intent_unexpected_state", message: "no" } },
    };
  switch (intent.form.get("payment_method") ?? "") {
    case "pm_declined":
      return cardError(intent, "card_declined", "Your card was declined.");
    case "pm_expired":
      return cardError(intent, "expired_card", "Your card has expired.");
    case "pm_auth":
      intent.status = "requires_action";
      return { status: 200, body: { id: intent.id, status: intent.status } };
    case "pm_processing":
      intent.status = "processing";
      return { status: 200, body: { id: intent.id, status: intent.status } };
    default:
      intent.status = "succeeded";
      intent.charged++;
      return { status: 200, body: { id: intent.id, status: intent.status } };
  }
}

function work(method: string, path: string, form: URLSearchParams): { status: number; body: object } {
  const [, id, what] = /^\/v1\/payment_intents(?:\/(\w+))?(?:\/(\w+))?$/.exec(path) ?? [];
  if (id === undefined) {
    if (form.get("payment_method") === "pm_unknown")
      return {
        status: 400,
        body: { error: { type: "invalid_request_error", code: "resource_missing", message: "No such PaymentMethod" } },
      };
    const intent = { id: `pi_${intents.size + 1}`, form, status: "requires_confirmation", charged: 0 };
    intents.set(intent.id, intent);
    return { status: 200, body: { id: intent.id, status: intent.status } };
  }
  const intent = intents.get(id);
  if (intent === undefined) return { status: 404, body: { error: { message: "No such intent" } } };
  if (what === "confirm") return confirm(intent);
  if (what === "cancel" && intent.status !== "succeeded") intent.status = "canceled";
  return { status: 200, body: { id: intent.id, status: intent.status } };
}

beforeEach(async () => {
  intents = new Map();
  answers = new Map();
  requests = [];
  breakAfter = null;
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const { method = "", url: path = "", headers } = request;
      const key = headers["idempotency-key"]?.toString();
      requests.push({ method, path, key, authorization: headers.authorization });
      if (headers.authorization !== "Bearer sk_test_1")
        return void response.writeHead(401).end(JSON.stringify({ error: { message: "Invalid API Key" } }));
      const answer = (key === undefined ? undefined : answers.get(key)) ?? work(method, path, new URLSearchParams(body));
      if (key !== undefined) answers.set(key, answer);
      if (breakAfter !== null && path.endsWith(breakAfter)) {
        breakAfter = null;
        return void request.socket.destroy();
      }
      return void response.writeHead(answer.status, { "content-type": "application/json" }).end(JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => server.close());

const signal = new AbortController().signal;
const chargeOf = (token: string, more: Partial<Charge> = {}): Charge => ({
  account: "acme",
  payment: "p1",
  attempt: 1,
  token,
  amountMicros: 50_000_000,
  currency: "EUR",
  idempotencyKey: "acme/p1/1",
  ...more,
});

function memory(): StripeIntents {
  const known = new Map<string, string>();
  return { get: async (attempt) => known.get(attempt) ?? null, set: async (attempt, intent) => void known.set(attempt, intent) };
}
const provider = (key = "sk_test_1", kept = memory()) => createStripeProvider({ key, url, intents: kept });
const charged = (): number => [...intents.values()].reduce((sum, intent) => sum + intent.charged, 0);

it("charges in minor units, without the cardholder, under keys that name account, payment and attempt", async () => {
  expect(await provider().charge(chargeOf("pm_ok-cus_1"), signal)).toEqual({ outcome: "succeeded", reference: "pi_1" });
  expect(Object.fromEntries(intents.get("pi_1")?.form ?? [])).toEqual({
    amount: "5000",
    currency: "eur",
    payment_method: "pm_ok",
    customer: "cus_1",
    "payment_method_types[0]": "card",
    "metadata[account]": "acme",
    "metadata[payment]": "p1",
    "metadata[attempt]": "1",
  });
  expect(requests.map(({ path, key }) => [path, key])).toEqual([
    ["/v1/payment_intents", "tollbook/acme/p1/1/create"],
    ["/v1/payment_intents/pi_1/confirm", "tollbook/acme/p1/1/confirm"],
  ]);
});

it.each([
  ["JPY", 500_000_000, "500"],
  ["EUR", 10_000, "1"],
  ["USD", 1_234_560_000, "123456"],
])("%s: %i micros are %s minor units", async (currency, amountMicros, amount) => {
  await provider().charge(chargeOf("pm_ok", { currency, amountMicros }), signal);
  expect(intents.get("pi_1")?.form.get("amount")).toBe(amount);
});

it("an amount below the minor unit is never rounded: nothing is asked for", async () => {
  await expect(provider().charge(chargeOf("pm_ok", { amountMicros: 1 }), signal)).rejects.toThrow(
    "1 micros are no amount in EUR",
  );
  expect(requests).toEqual([]);
});

it.each([
  ["pm_declined", { outcome: "declined", detail: "Your card was declined.", reference: "pi_1" }],
  ["pm_expired", { outcome: "expired", detail: "Your card has expired.", reference: "pi_1" }],
  ["pm_auth", { outcome: "needsConfirmation", detail: "the bank wants a confirmation", reference: "pi_1" }],
  ["pm_unknown", { outcome: "failed", detail: "No such PaymentMethod" }],
])("%s: Stripe's answer in the fold's words", async (token, answer) => {
  expect(await provider().charge(chargeOf(token), signal)).toEqual(answer);
  expect(charged()).toBe(0);
});

it.each(["/payment_intents", "/confirm"])(
  "edge 13: when the connection breaks after %s has been done, the same again charges once",
  async (path) => {
    const stripe = provider();
    breakAfter = path;
    await expect(stripe.charge(chargeOf("pm_ok"), signal)).rejects.toThrow("fetch failed");
    expect(await stripe.charge(chargeOf("pm_ok"), signal)).toEqual({ outcome: "succeeded", reference: "pi_1" });
    expect(charged()).toBe(1);
  },
);

it("edge 13: charged once also when Stripe has forgotten the idempotency keys meanwhile", async () => {
  const kept = memory();
  breakAfter = "/confirm";
  await expect(provider("sk_test_1", kept).charge(chargeOf("pm_ok"), signal)).rejects.toThrow("fetch failed");
  answers.clear();
  expect(await provider("sk_test_1", kept).charge(chargeOf("pm_ok"), signal)).toEqual({
    outcome: "succeeded",
    reference: "pi_1",
  });
  expect(charged()).toBe(1);
});

it("what says nothing about the card is no answer: a wrong key, a charge that is still processed", async () => {
  await expect(provider("sk_wrong").charge(chargeOf("pm_ok"), signal)).rejects.toThrow("Stripe answered 401: Invalid API Key");
  await expect(provider().charge(chargeOf("pm_processing"), signal)).rejects.toThrow("the payment intent pi_1 is processing");
});

it("a confirmation is looked up, and cancelled when nobody gives it; who was faster has paid", async () => {
  const stripe = provider();
  const charge = chargeOf("pm_auth");
  await stripe.charge(charge, signal);
  expect(await stripe.lookUp?.(charge, signal)).toMatchObject({ outcome: "needsConfirmation" });
  const intent = intents.get("pi_1") as StandInIntent;
  intent.status = "succeeded";
  expect(await stripe.cancel?.(charge, signal)).toEqual({ outcome: "succeeded", reference: "pi_1" });
  const second = chargeOf("pm_auth", { attempt: 2, idempotencyKey: "acme/p1/2" });
  await stripe.charge(second, signal);
  expect(await stripe.cancel?.(second, signal)).toMatchObject({ outcome: "declined", reference: "pi_2" });
  expect(intents.get("pi_2")?.status).toBe("canceled");
});
