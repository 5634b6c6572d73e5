import { outboxStream, type OutboxMessage } from "@tollbook/contracts/outbox.ts";
import { decodeOutboxMessage } from "../outbox/outbox-message.ts";
import { done, type Stage } from "../outbox/stage.ts";
import { factFromMessage, isTold } from "./delivery.ts";
import { queueFact, type QueueOptions } from "./queue-fact.ts";

/** What is in the outbox, for the endpoints of its account. */
export function webhooksStage(options: QueueOptions): Stage<OutboxMessage> {
  return {
    name: "webhooks",
    stream: outboxStream,
    decode: decodeOutboxMessage,
    // Most accounts have no endpoint: nothing needs to be remembered then.
    wants: (message) => isTold(message) && options.endpoints.of(message.account).some(({ enabled }) => enabled),
    idOf: ({ id }) => id,
    accountOf: ({ account }) => account,
    handle: async (message) => {
      await queueFact(options, factFromMessage(message));
      return done("queued");
    },
    retryMs: [500, 2_000, 10_000, 60_000],
    exclusive: true,
    concurrency: 8,
  };
}
