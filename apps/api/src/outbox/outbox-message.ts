import { OutboxMessage } from "@tollbook/contracts/outbox.ts";

/** Null: not of a form that this release knows. */
export function decodeOutboxMessage(body: unknown): OutboxMessage | null {
  const parsed = OutboxMessage.safeParse(body);
  return parsed.success ? parsed.data : null;
}
