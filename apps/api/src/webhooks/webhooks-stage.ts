import { outboxStream, type OutboxMessage } from "@tollbook/contracts/outbox.ts";
import type { LogClient } from "../log/log-client.ts";
import { decodeOutboxMessage } from "../outbox/outbox-message.ts";
import { done, type Stage } from "../outbox/stage.ts";
import { deliveryId, eventFromMessage, isTold } from "./delivery.ts";
import { queueDelivery } from "./delivery-log.ts";
import type { WebhookEndpoints } from "./endpoints.ts";

/** One message of the outbox becomes one delivery for each endpoint that wants it; from then on each is on its own. */
export function webhooksStage({
  log,
  endpoints,
  now,
}: {
  readonly log: LogClient;
  readonly endpoints: WebhookEndpoints;
  readonly now: () => Date;
}): Stage<OutboxMessage> {
  return {
    name: "webhooks",
    stream: outboxStream,
    decode: decodeOutboxMessage,
    // Most accounts have no endpoint: nothing needs to be remembered then.
    wants: (message) => isTold(message) && endpoints.of(message.account).some(({ enabled }) => enabled),
    idOf: ({ id }) => id,
    accountOf: ({ account }) => account,
    handle: async (message) => {
      const { event, type, body } = eventFromMessage(message);
      const { account } = message;
      const wanting = endpoints
        .of(account)
        .filter(({ enabled, events }) => enabled && (events.length === 0 || events.includes(type)));
      for (const { endpoint } of wanting) {
        const delivery = deliveryId(message.id, endpoint);
        await queueDelivery(log.connection(), { delivery, account, endpoint, event, type, body, createdAt: now().toISOString() });
      }
      return done("queued");
    },
    retryMs: [500, 2_000, 10_000, 60_000],
    exclusive: true,
    concurrency: 8,
  };
}
