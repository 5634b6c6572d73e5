import type { KV } from "@nats-io/kv";
import type { Charge, ChargeAnswer, ChargeOutcome, PaymentProvider } from "./payment-provider.ts";

/**
 * The built-in provider for trying things out: its tokens behave as their names say, and no money moves. What it charged stands in
 * a bucket, one entry per idempotency key, so that "charged once" can be looked at, also after a restart.
 */
export interface TestProvider extends PaymentProvider {
  /** Of one account, in no order. */
  charges(account: string): Promise<TestCharge[]>;
  /** The cardholder's word on a charge that waits for it; null: there is none that waits. */
  confirm(account: string, payment: string, attempt: number, yes: boolean): Promise<ChargeAnswer | null>;
}

export interface TestCharge {
  readonly reference: string;
  readonly account: string;
  readonly payment: string;
  readonly attempt: number;
  readonly token: string;
  readonly amountMicros: number;
  readonly currency: string;
  readonly outcome: ChargeOutcome;
  /** How often it was asked for. */
  readonly requests: number;
  readonly chargedAt: string;
}

const outcomes: Readonly<Record<string, { readonly outcome: ChargeOutcome; readonly detail?: string }>> = {
  test_ok: { outcome: "succeeded" },
  /** Charges, and does not answer the first time. */
  test_timeout: { outcome: "succeeded" },
  test_declined: { outcome: "declined", detail: "the card was declined" },
  test_expired: { outcome: "expired", detail: "the card has expired" },
  test_confirm: { outcome: "needsConfirmation", detail: "the bank wants a confirmation" },
};

export function createTestProvider(bucket: () => KV, now: () => Date): TestProvider {
  const keyOf = (account: string, payment: string, attempt: number): string => `charge.${account}.${payment}.${attempt}`;

  /** By compare-and-set: two processes that ask at the same time make one charge. */
  const change = async (key: string, next: (current: TestCharge | null) => TestCharge | null): Promise<TestCharge | null> => {
    for (;;) {
      const entry = await bucket().get(key);
      const made = next(entry === null ? null : entry.json<TestCharge>());
      if (made === null) return null;
      try {
        if (entry === null) await bucket().create(key, JSON.stringify(made));
        else await bucket().update(key, JSON.stringify(made), entry.revision);
        return made;
      } catch (error) {
        // Somebody else was faster: look again at what stands there.
        if ((error as { code?: number }).code !== 10071) throw error;
      }
    }
  };

  return {
    name: "test",
    async charge({ account, payment, attempt, token, amountMicros, currency, idempotencyKey }: Charge): Promise<ChargeAnswer> {
      const behaviour = outcomes[token];
      if (behaviour === undefined) return { outcome: "failed", detail: `the test provider knows no token ${token}` };
      const { outcome } = behaviour;
      const entry = await change(keyOf(account, payment, attempt), (current) =>
        current === null
          ? {
              reference: `test-${idempotencyKey}`,
              account,
              payment,
              attempt,
              token,
              amountMicros,
              currency,
              outcome,
              requests: 1,
              chargedAt: now().toISOString(),
            }
          : { ...current, requests: current.requests + 1 },
      );
      if (entry === null) throw new Error("a charge was neither made nor found");
      if (token === "test_timeout" && entry.requests === 1) throw new Error("the test provider did not answer in time");
      return answerOf(entry);
    },
    async charges(account) {
      const found: TestCharge[] = [];
      for await (const key of await bucket().keys(`charge.${account}.>`)) {
        const entry = await bucket().get(key);
        if (entry !== null) found.push(entry.json<TestCharge>());
      }
      return found;
    },
    async confirm(account, payment, attempt, yes) {
      const entry = await change(keyOf(account, payment, attempt), (current) =>
        current === null || current.outcome !== "needsConfirmation"
          ? null
          : { ...current, outcome: yes ? "succeeded" : "declined", chargedAt: now().toISOString() },
      );
      return entry === null ? null : answerOf(entry);
    },
  };
}

function answerOf({ outcome, reference, token }: TestCharge): ChargeAnswer {
  const behaviour = outcomes[token];
  const detail = behaviour?.outcome === outcome ? behaviour.detail : undefined;
  return detail === undefined ? { outcome, reference } : { outcome, reference, detail };
}
