import type { LogClient } from "../log/log-client.ts";
import { deliveryId, eventId, type Fact } from "./delivery.ts";
import { queueDelivery } from "./delivery-log.ts";
import type { WebhookEndpoints } from "./endpoints.ts";

export interface QueueOptions {
  readonly log: LogClient;
  readonly endpoints: WebhookEndpoints;
  readonly now: () => Date;
}

/** One delivery for each endpoint of the account that wants the fact; from then on each is on its own. Safe to repeat. */
export async function queueFact({ log, endpoints, now }: QueueOptions, { id, account, type, body }: Fact): Promise<void> {
  const wanting = endpoints
    .of(account)
    .filter(({ enabled, events }) => enabled && (events.length === 0 || events.includes(type)));
  for (const { endpoint } of wanting) {
    const delivery = deliveryId(id, endpoint);
    await queueDelivery(log.connection(), {
      delivery,
      account,
      endpoint,
      event: eventId(id),
      type,
      body,
      createdAt: now().toISOString(),
    });
  }
}
