import { webhookStream } from "@tollbook/contracts/outbox.ts";
import type { LogClient } from "../log/log-client.ts";
import type { OutboxStore } from "../outbox/outbox-store.ts";
import { done, type Attempt, type Stage, type Verdict } from "../outbox/stage.ts";
import { decodeDelivery, type Delivery } from "./delivery.ts";
import { logTry, type Try } from "./delivery-log.ts";
import type { WebhookEndpoints } from "./endpoints.ts";
import { sendWebhook } from "./send-webhook.ts";

export interface DeliveriesOptions {
  readonly log: LogClient;
  readonly endpoints: WebhookEndpoints;
  readonly store: OutboxStore;
  readonly anywhere: boolean;
  readonly now: () => Date;
  /** Waits before each further try; tests are not patient. */
  readonly retryMs?: readonly number[] | undefined;
  readonly disableAfterMs?: number | undefined;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** Standard Webhooks' own schedule: ten tries in three days. */
const RETRY_MS = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
/** An endpoint that has taken nothing for so long, in at least so many tries, is switched off. */
const DISABLE_AFTER_MS = 72 * HOUR;
const DISABLE_AFTER_TRIES = 10;
/** "Gone": it does not want to hear from us any more. */
const GONE = 410;

/** How an endpoint has been doing since it last took something. */
interface Failing {
  readonly since: string;
  readonly tries: number;
}

export function deliveriesStage(options: DeliveriesOptions): Stage<Delivery> {
  const { log, endpoints, store, anywhere, now, retryMs = RETRY_MS, disableAfterMs = DISABLE_AFTER_MS } = options;

  const deliver = async (delivery: Delivery, { number, seq }: Attempt): Promise<Verdict> => {
    const { account, endpoint: id, event, type, body } = delivery;
    const endpoint = endpoints.get(account, id);
    if (endpoint === null) return done("endpointDeleted");
    const at = now();
    const facts = { delivery: delivery.delivery, event, type, seq, at: at.toISOString(), attempt: number };
    const note = async (rest: Omit<Try, keyof typeof facts>): Promise<void> =>
      await logTry(log.connection(), delivery, { ...facts, ...rest });
    if (!endpoint.enabled) {
      await note({ outcome: "endpointDisabled", status: null, error: endpoint.disabledReason, ms: 0, nextAt: null });
      return done("endpointDisabled");
    }
    const { status, error, ms } = await sendWebhook(endpoint, { id: event, body, now: at, anywhere });
    if (error === null) {
      await store.facts.change(failingKey(account, id), (text) => (text === null ? undefined : null));
      await note({ outcome: "delivered", status, error, ms, nextAt: null });
      return done("delivered");
    }
    await failed(account, id, status, at);
    const wait = retryMs[number - 1];
    const nextAt = wait === undefined ? null : new Date(at.getTime() + wait).toISOString();
    await note({ outcome: wait === undefined ? "gaveUp" : "failed", status, error, ms, nextAt });
    return wait === undefined ? done("gaveUp") : { kind: "again", reason: error, afterMs: wait };
  };

  /** Notes it, and switches the endpoint off when it has been enough. */
  const failed = async (account: string, endpoint: string, status: number | null, at: Date): Promise<void> => {
    const text = await store.facts.change(failingKey(account, endpoint), (current) => {
      const before = current === null ? { since: at.toISOString(), tries: 0 } : (JSON.parse(current) as Failing);
      return JSON.stringify({ ...before, tries: before.tries + 1 });
    });
    const { since, tries } = JSON.parse(text ?? "{}") as Failing;
    const tooLong = tries >= DISABLE_AFTER_TRIES && at.getTime() - Date.parse(since) >= disableAfterMs;
    if (status !== GONE && !tooLong) return;
    const disabledReason = status === GONE ? "it answered 410 Gone" : `all of ${tries} tries since ${since} have failed`;
    await endpoints.change(account, endpoint, (current) =>
      current === null || !current.enabled ? undefined : { ...current, enabled: false, disabledReason },
    );
  };

  return {
    name: "deliveries",
    stream: webhookStream,
    decode: decodeDelivery,
    wants: () => true,
    idOf: ({ delivery }) => delivery,
    accountOf: ({ account }) => account,
    handle: deliver,
    retryMs,
    exclusive: true,
    concurrency: 16,
  };
}

export const failingKey = (account: string, endpoint: string): string => `failing.${account}.${endpoint}`;
