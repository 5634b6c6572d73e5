import { minorDigitsOf } from "@tollbook/contracts/invoice.ts";
import * as z from "zod/mini";
import type { Charge, ChargeAnswer, PaymentProvider } from "./payment-provider.ts";

/** Of a PaymentIntent, what decides. */
const Intent = z.object({
  id: z.string(),
  status: z.string(),
  last_payment_error: z.optional(
    z.nullable(z.object({ code: z.optional(z.string()), decline_code: z.optional(z.string()), message: z.optional(z.string()) })),
  ),
});
const Failure = z.object({
  error: z.object({
    type: z.optional(z.string()),
    code: z.optional(z.string()),
    decline_code: z.optional(z.string()),
    message: z.optional(z.string()),
    payment_intent: z.optional(z.object({ id: z.string() })),
  }),
});

/** Stripe answers within seconds; a charge of a slow bank takes up to half a minute. */
const ANSWER_MS = 40_000;
/** The form of its answers that this was written for. */
const API_VERSION = "2024-06-20";

/** Which payment intent an attempt has; kept for good, because Stripe forgets an idempotency key after a day. */
export interface StripeIntents {
  get(attempt: string): Promise<string | null>;
  set(attempt: string, intent: string): Promise<void>;
}

/**
 * Stripe by its HTTP interface. An attempt is one PaymentIntent: made first, which charges nothing, and noted; then confirmed
 * without the cardholder. An intent is charged at most once, however often and however late it is confirmed. The method's token is a
 * PaymentMethod (`pm_…`), or with the customer that it is attached to `pm_…-cus_…`.
 */
export function createStripeProvider({
  key,
  url,
  intents,
}: {
  readonly key: string;
  readonly url: string;
  readonly intents: StripeIntents;
}): PaymentProvider {
  const call = async (
    method: "GET" | "POST",
    path: string,
    { form, idempotencyKey, signal }: { readonly form?: object; readonly idempotencyKey?: string; readonly signal: AbortSignal },
  ): Promise<Answered> => {
    const response = await fetch(`${url.replace(/\/$/, "")}/v1/payment_intents${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        "stripe-version": API_VERSION,
        ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
      },
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
      redirect: "error",
      ...(form === undefined ? {} : { body: new URLSearchParams({ ...form }) }),
    });
    return { status: response.status, body: await response.json().catch(() => null) };
  };

  const intentOf = async (charge: Charge, signal: AbortSignal): Promise<string | ChargeAnswer> => {
    const known = await intents.get(charge.idempotencyKey);
    if (known !== null) return known;
    const [paymentMethod = "", customer] = charge.token.split("-");
    const form = {
      amount: String(minorUnits(charge)),
      currency: charge.currency.toLowerCase(),
      payment_method: paymentMethod,
      ...(customer === undefined ? {} : { customer }),
      "payment_method_types[0]": "card",
      "metadata[account]": charge.account,
      "metadata[payment]": charge.payment,
      "metadata[attempt]": String(charge.attempt),
    };
    const made = await call("POST", "", { form, idempotencyKey: `tollbook/${charge.idempotencyKey}/create`, signal });
    if (made.status !== 200) return answerFrom(made);
    const { id } = Intent.parse(made.body);
    await intents.set(charge.idempotencyKey, id);
    return id;
  };

  const stateOf = async (intent: string, signal: AbortSignal): Promise<ChargeAnswer> =>
    answerFrom(await call("GET", `/${encodeURIComponent(intent)}`, { signal }));

  /** What may be done in some states only: in another, how it stands is the answer. */
  const act = async (intent: string, what: "confirm" | "cancel", form: object, charge: Charge, signal: AbortSignal) => {
    const idempotencyKey = `tollbook/${charge.idempotencyKey}/${what}`;
    const answered = await call("POST", `/${encodeURIComponent(intent)}/${what}`, { form, idempotencyKey, signal });
    const failure = Failure.safeParse(answered.body);
    if (failure.success && failure.data.error.code === "payment_intent_unexpected_state") return await stateOf(intent, signal);
    return answerFrom(answered);
  };

  return {
    name: "stripe",
    async charge(charge, signal) {
      const intent = await intentOf(charge, signal);
      return typeof intent === "string" ? await act(intent, "confirm", { off_session: "true" }, charge, signal) : intent;
    },
    async lookUp(charge, signal) {
      const intent = await intentOf(charge, signal);
      return typeof intent === "string" ? await stateOf(intent, signal) : intent;
    },
    async cancel(charge, signal) {
      const intent = await intentOf(charge, signal);
      return typeof intent === "string" ? await act(intent, "cancel", {}, charge, signal) : intent;
    },
  };
}

interface Answered {
  readonly status: number;
  readonly body: unknown;
}

/** Throws where nobody knows yet: then the same is asked again under the same key. */
function answerFrom({ status, body }: Answered): ChargeAnswer {
  if (status === 200) {
    const intent = Intent.parse(body);
    switch (intent.status) {
      case "succeeded":
        return { outcome: "succeeded", reference: intent.id };
      case "requires_action":
      case "requires_confirmation":
        return { outcome: "needsConfirmation", reference: intent.id, detail: "the bank wants a confirmation" };
      case "requires_payment_method":
      case "canceled":
        return { ...refusalFrom(intent.last_payment_error ?? {}), reference: intent.id };
      default:
        throw new Error(`the payment intent ${intent.id} is ${intent.status}`);
    }
  }
  const failure = Failure.safeParse(body);
  const error = failure.success ? failure.data.error : {};
  const reference = "payment_intent" in error && error.payment_intent !== undefined ? { reference: error.payment_intent.id } : {};
  if (status === 402) return { ...refusalFrom(error), ...reference };
  // What was asked for can never be done, e.g. there is no such payment method.
  if (status === 400 || status === 404)
    return { outcome: "failed", detail: error.message ?? `Stripe answered ${status}`, ...reference };
  // 401 and 403 are the installation's fault, 409, 429 and 5xx pass: none of them says that the card failed.
  throw new Error(`Stripe answered ${status}: ${error.message ?? "no message"}`);
}

function refusalFrom({
  code,
  decline_code: declineCode,
  message,
}: {
  readonly code?: string | undefined;
  readonly decline_code?: string | undefined;
  readonly message?: string | undefined;
}): ChargeAnswer {
  const detail = message ?? declineCode ?? code ?? "declined";
  if (code === "authentication_required" || declineCode === "authentication_required")
    return { outcome: "needsConfirmation", detail };
  return { outcome: code === "expired_card" ? "expired" : "declined", detail };
}

/** Stripe counts in the currency's minor unit; an amount to be paid is one, by the fold. */
function minorUnits({ amountMicros, currency }: Charge): number {
  const unit = 10 ** (6 - minorDigitsOf(currency));
  if (amountMicros <= 0 || amountMicros % unit !== 0) throw new Error(`${amountMicros} micros are no amount in ${currency}`);
  return amountMicros / unit;
}
