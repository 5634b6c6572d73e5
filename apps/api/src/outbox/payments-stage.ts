import { outboxStream, type OutboxMessage, type OutboxPayment } from "@tollbook/contracts/outbox.ts";
import type { AccountId } from "@tollbook/contracts/units.ts";
import { sendCommand } from "../give-command.ts";
import type { OutboxMetrics } from "./outbox-metrics.ts";
import { decodeOutboxMessage } from "./outbox-message.ts";
import { done, type Attempt, type Stage, type Verdict } from "./stage.ts";
import { queueFact, type QueueOptions } from "../webhooks/queue-fact.ts";
import type { Charge, ChargeAnswer, PaymentProvider } from "./payment-provider.ts";

export interface PaymentsOptions extends QueueOptions {
  /** By the name that a payment method carries. */
  readonly providers: ReadonlyMap<string, PaymentProvider>;
  readonly metrics: OutboxMetrics;
}

/** Whether the cardholder has confirmed is asked so often, for a day; then the payment has failed. */
const CONFIRMATION_EVERY_MS = 60_000;
const CONFIRMATION_ASKED = 1_440;

/** Charges what the fold asks for and gives the provider's word back as the command `payment.result` (PM-3, edge 13). */
export function paymentsStage(options: PaymentsOptions): Stage<OutboxMessage> {
  const { providers, metrics } = options;
  const charge = async (message: OutboxPayment, { number, signal }: Attempt): Promise<Verdict> => {
    if (message.method === null) return await giveResult(options, message, { outcome: "failed", detail: "noPaymentMethod" });
    const provider = providers.get(message.method.provider);
    // Not the card's fault: it waits until the installation has been set up for it.
    if (provider === undefined)
      return { kind: "again", reason: `the payment provider ${message.method.provider} is not configured here` };
    const asked: Charge = {
      account: message.account,
      payment: message.payment,
      attempt: message.attempt,
      token: message.method.token,
      amountMicros: message.amountMicros,
      currency: message.currency,
      idempotencyKey: message.id,
    };
    const answer = await answerTo(provider, asked, number, signal);
    metrics.payments.inc({ provider: provider.name, outcome: answer.outcome });
    const verdict = await giveResult(options, message, answer);
    if (answer.outcome !== "needsConfirmation" || verdict.kind !== "done" || provider.lookUp === undefined) return verdict;
    return { kind: "again", reason: "it waits for the cardholder", afterMs: CONFIRMATION_EVERY_MS, answered: true };
  };
  return {
    name: "payments",
    stream: outboxStream,
    decode: decodeOutboxMessage,
    wants: ({ kind }) => kind === "payment",
    idOf: ({ id }) => id,
    accountOf: ({ account }) => account,
    handle: async (message, attempt) => (message.kind === "payment" ? await charge(message, attempt) : done("ignored")),
    retryMs: [500, 1_000, 2_000, 5_000, 15_000, 60_000, 300_000],
    exclusive: false,
    concurrency: 8,
  };
}

async function answerTo(provider: PaymentProvider, asked: Charge, number: number, signal: AbortSignal): Promise<ChargeAnswer> {
  const answer = await provider.charge(asked, signal);
  if (answer.outcome !== "needsConfirmation" || provider.lookUp === undefined) return answer;
  // Asked again, a provider may repeat its first answer: how the confirmation went is another question.
  const now = await provider.lookUp(asked, signal);
  if (now.outcome !== "needsConfirmation" || number < CONFIRMATION_ASKED || provider.cancel === undefined) return now;
  const last = await provider.cancel(asked, signal);
  return last.outcome === "succeeded" ? last : { ...last, outcome: "failed", detail: "nobody confirmed it within a day" };
}

/** To the fold, and to the endpoints of the account. The id of the command derives from what it says: repeating it changes nothing. */
export async function giveResult(
  options: QueueOptions,
  { account, payment, attempt }: Pick<OutboxPayment, "account" | "payment" | "attempt">,
  { outcome, detail, reference }: ChargeAnswer,
): Promise<Verdict> {
  const {
    seq,
    outcome: word,
    code,
  } = await sendCommand(
    options.log,
    account as AccountId,
    `payment/${payment}/${attempt}/${outcome}`,
    "payment.result",
    { kind: "system", id: "payments", roles: [] },
    {
      payment,
      attempt,
      outcome,
      ...(detail === undefined ? {} : { detail: detail.slice(0, 256) }),
      ...(reference === undefined ? {} : { reference: reference.slice(0, 256) }),
    },
  );
  // Said before, perhaps by a process that died then. Money that the fold was not waiting for is another matter.
  const before = code === "idempotencyMismatch" || (code === "paymentNotOpen" && outcome !== "succeeded");
  if (word === "accepted" || before) {
    const type = "payment.result";
    const data = { account, payment, attempt, outcome, detail: detail ?? null, reference: reference ?? null };
    await queueFact(options, {
      id: `${account}/${payment}/${attempt}/${outcome}`,
      account,
      type,
      body: JSON.stringify({ type, timestamp: options.now().toISOString(), data }),
    });
    return done(outcome, seq);
  }
  if (code === "accountFrozen") return { kind: "again", reason: `the account is frozen; the charge is ${outcome}` };
  return { kind: "park", reason: `the provider says ${outcome}, but the result was refused: ${code ?? "unknown"}` };
}
