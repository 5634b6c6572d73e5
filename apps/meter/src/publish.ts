import { setTimeout as sleep } from "node:timers/promises";
import { jetstream } from "@nats-io/jetstream";
import type { KV } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import { gapKey, outboxStream, outboxSubject, type LogGap } from "@tollbook/contracts/outbox.ts";
import { controlSubject, liveSubject } from "@tollbook/contracts/subjects.ts";
import type { AccountId } from "@tollbook/contracts/units.ts";
import type { Output } from "@tollbook/domain/fold.ts";
import type { Notice } from "./encode.ts";
import { asError } from "./failures.ts";

/** Sends what leaves the fold besides rows (architecture §4, "Outputs leave at the right moment"). */
export interface Publisher {
  /** Replies and call control: with the decision. */
  reply(output: Extract<Output, { kind: "reply" }>): void;
  control(output: Extract<Output, { kind: "control" }>): void;
  /** Into the outbox at once: the event that asked for it is durable. */
  payment(output: Extract<Output, { kind: "payment" }>, seq: number): void;
  /**
   * Resolves once the outbox has these notices, and every payment asked for up to `seq`: only then may the settled mark go there,
   * because the next owner repeats what lies beyond it and nothing else. Rejects when the signal aborts.
   */
  confirm(notices: readonly Notice[], seq: number): Promise<void>;
  /** The log lacks these messages: noted for those who verify invoices, before anything after them is settled. */
  gap(from: number, to: number): void;
  /** Something of this account was committed. Screens hear of it at most once a second. */
  touched(account: AccountId, seq: number, time: number): void;
  close(): void;
}

export interface PublisherOptions {
  readonly nc: NatsConnection;
  /** The bucket in which gaps of the log are noted. */
  readonly notes: KV;
  readonly partition: number;
  readonly epoch: number;
  /** Aborts when nothing may be written any more. */
  readonly signal: AbortSignal;
  /** The outbox did not acknowledge: tried again for as long as it takes. */
  readonly onHeld: (error: Error) => void;
}

const LIVE_EVERY_MS = 1_000;
const ACKNOWLEDGE_MS = 5_000;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;
/** Notices on their way at the same time: their order is kept, and none waits for each other's round trip. */
const WINDOW = 64;

export function createPublisher({ nc, notes, partition, epoch, signal, onHeld }: PublisherOptions): Publisher {
  const js = jetstream(nc, { timeout: ACKNOWLEDGE_MS });
  const changed = new Map<AccountId, { seq: number; time: number; facts: number }>();
  /** What is not acknowledged yet, in the order of the log. */
  const open: { readonly seq: number; readonly stored: Promise<void> }[] = [];
  let timer: NodeJS.Timeout | null = null;
  const publish = (subject: string, body: unknown): void => {
    // While the connection is broken the client buffers; when it is closed there is nobody to tell.
    if (!nc.isClosed()) nc.publish(subject, JSON.stringify(body));
  };
  /** For as long as it takes. */
  const persist = async (write: () => Promise<unknown>): Promise<void> => {
    for (let attempt = 0; ; attempt++) {
      signal.throwIfAborted();
      try {
        await write();
        return;
      } catch (error) {
        signal.throwIfAborted();
        onHeld(asError(error));
        await sleep(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt), undefined, { signal });
      }
    }
  };
  const store = async (
    id: string,
    seq: number,
    output: Extract<Output, { kind: "payment" }> | Notice["output"],
  ): Promise<void> => {
    const body = JSON.stringify({ id, position: { partition, epoch, seq }, ...output });
    const subject = outboxSubject(output.account);
    await persist(async () => await js.publish(subject, body, { expect: { streamName: outboxStream } }));
  };
  const remember = (seq: number, stored: Promise<void>): void => {
    // Whoever confirms hears of a failure; nobody else has to.
    stored.catch(() => undefined);
    open.push({ seq, stored });
  };
  const flush = (): void => {
    timer = null;
    for (const [account, { seq, time, facts }] of changed) publish(liveSubject(account), { partition, seq, time, facts });
    changed.clear();
  };
  return {
    reply: ({ to, body }) => publish(to, body),
    control: ({ account, body }) => publish(controlSubject(account), body),
    payment: (output, seq) => remember(seq, store(`${output.account}/${output.payment}/${output.attempt}`, seq, output)),
    gap: (from, to) => {
      const gap: LogGap = { partition, from, to, at: new Date().toISOString(), waivers: [] };
      const key = gapKey(partition, from);
      // One that is known keeps what people have said about it.
      remember(
        to,
        persist(async () => (await notes.get(key)) ?? (await notes.create(key, JSON.stringify(gap)))),
      );
    },
    confirm: async (notices, seq) => {
      for (let first = 0; first < notices.length; first += WINDOW) {
        await Promise.all(notices.slice(first, first + WINDOW).map((notice) => store(notice.id, notice.seq, notice.output)));
      }
      for (let next = open[0]; next !== undefined && next.seq <= seq; next = open[0]) {
        await next.stored;
        open.shift();
      }
    },
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
