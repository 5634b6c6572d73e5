import { jetstreamManager, JetStreamApiError } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { outboxStream, outboxSubject, type OutboxMessage } from "@tollbook/contracts/outbox.ts";
import type { AccountId } from "@tollbook/contracts/units.ts";
import type { LogClient } from "../log/log-client.ts";
import type { SettledMarks } from "../log/settled-marks.ts";
import { decodeOutboxMessage } from "./outbox-message.ts";
import type { Mark, OutboxStore } from "./outbox-store.ts";
import type { StageName } from "./stage.ts";

/**
 * Idle is: everything up to a position of the account's log is settled, so all that it had to tell is in the outbox; every
 * message of the account there has had its first answer from each stage that deals with its kind; and the commands which those
 * stages gave are settled in turn, without having told anything new. A card that waits for its holder, a mail server that is
 * away and a closed webhook do not keep it from being idle; an invoice that does not agree does.
 */
export interface Idle {
  /** Null when it has become idle; else what it still waits for, in a sentence. */
  wait(account: AccountId, logSeq: number, ms: number): Promise<string | null>;
}

const stagesOf: Readonly<Record<OutboxMessage["kind"], readonly StageName[]>> = {
  payment: ["payments"],
  invoiceClosed: ["invoices"],
  notice: [],
};
const POLL_MS = 10;

export function createIdle({
  log,
  settled,
  store,
}: {
  readonly log: LogClient;
  readonly settled: SettledMarks;
  readonly store: OutboxStore;
}): Idle {
  /** Up to here everything of the account has been dealt with. */
  const checked = new Map<AccountId, number>();

  return {
    async wait(account, logSeq, ms) {
      const deadline = performance.now() + ms;
      const left = (): number => deadline - performance.now();
      const { p } = settled.scope(account);
      let target = logSeq;
      for (;;) {
        if (!(await settled.wait(p, target, Math.max(1, left())))) return `position ${target} is not settled`;
        const next = await nextOf(log.connection(), account, (checked.get(account) ?? 0) + 1);
        if (next === null) return null;
        for (const stage of next.message === null ? [] : stagesOf[next.message.kind]) {
          const mark = await markOf(stage, next.id, left);
          if (mark === null) return `${stage} has not dealt with ${next.id}`;
          target = Math.max(target, mark.logSeq);
        }
        checked.set(account, next.seq);
      }
    },
  };

  async function markOf(stage: StageName, id: string, left: () => number): Promise<Mark | null> {
    for (;;) {
      const mark = await store.mark(stage, id);
      if (mark !== null || left() <= 0) return mark;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}

async function nextOf(
  nc: NatsConnection,
  account: AccountId,
  seq: number,
): Promise<{ readonly seq: number; readonly id: string; readonly message: OutboxMessage | null } | null> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  try {
    // Servers answer this from 2.9 on; the client's type knows it of direct requests only.
    const query = { seq, next_by_subj: outboxSubject(account) };
    const stored = await jsm.streams.getMessage(outboxStream, query);
    if (stored === null) return null;
    const message = decodeOutboxMessage(stored.json());
    return { seq: stored.seq, id: message?.id ?? "", message };
  } catch (error) {
    if (error instanceof JetStreamApiError && error.status === 404) return null;
    throw error;
  }
}
