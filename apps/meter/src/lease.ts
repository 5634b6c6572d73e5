import { JetStreamApiError } from "@nats-io/jetstream";
import type { KV } from "@nats-io/kv";
import { LEASE_MS } from "./log-setup.ts";

/**
 * Who owns which partition: one key per partition in a bucket whose entries live five seconds, taken and renewed by
 * compare-and-set. Members announce themselves in the same bucket, and each takes its share. What a lease cannot give
 * (a paused process does not notice its end), the fence in `intents.ts` does.
 */
export interface Leases {
  /** Hands back the partition's key at once, so that another can take it. The caller has stopped writing. */
  release(partition: number): Promise<void>;
  /** Takes no more, forgets this member; what is still held counts as lost, and runs out by itself. */
  close(): Promise<void>;
}

export interface LeaseOptions {
  readonly kv: KV;
  readonly owner: string;
  readonly partitions: number;
  /** The partition is ours until `lost` aborts. */
  readonly onAcquired: (partition: number, lost: AbortSignal) => void;
  /** More members came: give this one back when it is convenient, and release it. */
  readonly onSurplus: (partition: number) => void;
  readonly onError: (error: unknown) => void;
}

export const RENEW_MS = 1_500;
/** Stop this long before the server may forget us. */
const MARGIN_MS = 500;

interface Held {
  revision: number;
  /** performance.now() up to which nobody else can have it. */
  until: number;
  readonly lost: AbortController;
  surplus: boolean;
}

export async function openLeases(options: LeaseOptions): Promise<Leases> {
  const { kv, owner, partitions, onAcquired, onSurplus, onError } = options;
  const held = new Map<number, Held>();
  /** Keys of others, and when we last saw them renewed. */
  const seen = new Map<string, number>();
  const memberKey = `member.${owner}`;
  let closed = false;

  const watcher = await kv.watch();
  const watching = (async () => {
    for await (const entry of watcher) {
      if (entry.operation === "PUT") seen.set(entry.key, performance.now());
      else seen.delete(entry.key);
    }
  })().catch(onError);

  const isAlive = (key: string): boolean =>
    performance.now() - (seen.get(key) ?? Number.NEGATIVE_INFINITY) < LEASE_MS + MARGIN_MS;

  const lose = (partition: number, lease: Held): void => {
    if (held.get(partition) !== lease) return;
    held.delete(partition);
    lease.lost.abort(new Error(`the lease of partition ${partition} has ended`));
  };

  const renew = async (partition: number, lease: Held): Promise<void> => {
    const sentAt = performance.now();
    try {
      lease.revision = await kv.put(keyOf(partition), owner, { previousSeq: lease.revision });
      lease.until = sentAt + LEASE_MS - MARGIN_MS;
    } catch (error) {
      // Any other error leaves the time that is left; then the cycle below ends it.
      if (isWrongRevision(error)) lose(partition, lease);
    }
  };

  const acquire = async (partition: number): Promise<void> => {
    const sentAt = performance.now();
    try {
      const revision = await kv.create(keyOf(partition), owner);
      const lease: Held = { revision, until: sentAt + LEASE_MS - MARGIN_MS, lost: new AbortController(), surplus: false };
      held.set(partition, lease);
      onAcquired(partition, lease.lost.signal);
    } catch (error) {
      if (isWrongRevision(error)) seen.set(keyOf(partition), performance.now());
      else onError(error);
    }
  };

  const expire = (): void => {
    for (const [partition, lease] of held) if (performance.now() >= lease.until) lose(partition, lease);
  };

  const cycle = async (): Promise<void> => {
    const renewals = [...held].map(([partition, lease]) => renew(partition, lease));
    await Promise.all([...renewals, kv.put(memberKey, owner).catch(onError)]);
    if (closed) return;
    const others = [...seen.keys()].filter((key) => key.startsWith("member.") && key !== memberKey && isAlive(key)).length;
    const share = Math.ceil(partitions / (others + 1));
    for (let p = 0; p < partitions && held.size < share && !closed; p++) {
      if (!held.has(p) && !isAlive(keyOf(p))) await acquire(p);
    }
    const surplus = [...held]
      .filter(([, lease]) => !lease.surplus)
      .slice(share - [...held].filter(([, lease]) => lease.surplus).length);
    for (const [partition, lease] of held.size > share ? surplus.slice(0, 1) : []) {
      lease.surplus = true;
      onSurplus(partition);
    }
  };

  let running: Promise<void> = Promise.resolve();
  let busy = false;
  const tick = (): void => {
    expire();
    if (busy || closed) return;
    busy = true;
    running = cycle()
      .catch(onError)
      .finally(() => (busy = false));
  };
  const expiring = setInterval(expire, 100);
  const renewing = setInterval(tick, RENEW_MS);
  tick();
  await running;

  return {
    release: async (partition) => {
      const lease = held.get(partition);
      if (lease === undefined) return;
      held.delete(partition);
      // Failing, it ends by itself within five seconds.
      await kv.delete(keyOf(partition), { previousSeq: lease.revision }).catch(onError);
    },
    close: async () => {
      closed = true;
      clearInterval(renewing);
      await running;
      clearInterval(expiring);
      // What its holder has not handed back in time it must not touch any more.
      for (const [partition, lease] of held) lose(partition, lease);
      watcher.stop();
      await watching;
      await kv.delete(memberKey).catch(onError);
    },
  };
}

const keyOf = (partition: number): string => `partition.${partition}`;

const WRONG_LAST_SEQUENCE = 10071;

function isWrongRevision(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === WRONG_LAST_SEQUENCE;
}
