import type { NatsConnection } from "@nats-io/transport-node";
import { controlSubject, liveSubject } from "@tollbook/contracts/subjects.ts";
import type { AccountId } from "@tollbook/contracts/units.ts";
import type { Output } from "@tollbook/domain/fold.ts";

/** Sends what leaves the fold besides rows (architecture §4, "Outputs leave at the right moment"). */
export interface Publisher {
  /** Replies and call control: with the decision. */
  reply(output: Extract<Output, { kind: "reply" }>): void;
  control(output: Extract<Output, { kind: "control" }>): void;
  /** Payments when the event is durable in the log, notices after settling; `id` is the same whenever it is sent again. */
  outbox(output: Extract<Output, { kind: "payment" | "notice" | "invoiceClosed" }>, id: string): void;
  /** Something of this account was committed. Screens hear of it at most once a second. */
  touched(account: AccountId, seq: number, time: number): void;
  close(): void;
}

/** Mail, webhooks and payments listen here; durable delivery is their own business. */
export const outboxSubject = (account: AccountId): string => `outbox.v1.${account}`;

const LIVE_EVERY_MS = 1_000;

export function createPublisher(nc: NatsConnection, partition: number): Publisher {
  const changed = new Map<AccountId, { seq: number; time: number; facts: number }>();
  let timer: NodeJS.Timeout | null = null;
  const publish = (subject: string, body: unknown): void => {
    // While the connection is broken the client buffers; when it is closed there is nobody to tell.
    if (!nc.isClosed()) nc.publish(subject, JSON.stringify(body));
  };
  const flush = (): void => {
    timer = null;
    for (const [account, { seq, time, facts }] of changed) publish(liveSubject(account), { partition, seq, time, facts });
    changed.clear();
  };
  return {
    reply: ({ to, body }) => publish(to, body),
    control: ({ account, body }) => publish(controlSubject(account), body),
    outbox: (output, id) => publish(outboxSubject(output.account), { id, ...output }),
    touched: (account, seq, time) => {
      const known = changed.get(account);
      if (known === undefined) changed.set(account, { seq, time, facts: 1 });
      else {
        known.seq = seq;
        known.time = time;
        known.facts++;
      }
      timer ??= setTimeout(flush, LIVE_EVERY_MS);
    },
    close: () => {
      if (timer !== null) clearTimeout(timer);
    },
  };
}
