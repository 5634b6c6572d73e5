import type { KV } from "@nats-io/kv";

/**
 * A key-value bucket, watched and held in memory, so that reading it needs no network and works while NATS is away.
 * What this process writes is visible to it at once; what others write, within milliseconds.
 */
export class MirroredBucket {
  private readonly entries = new Map<string, { readonly text: string | null; readonly revision: number }>();
  private readonly listeners = new Set<(key: string, text: string | null) => void>();
  private kv: KV | null = null;
  private complete = false;

  /** True once everything that stood in the bucket when watching began is here. */
  get loaded(): boolean {
    return this.complete;
  }

  /** Null: no such key. */
  get(key: string): string | null {
    return this.entries.get(key)?.text ?? null;
  }

  onChange(listener: (key: string, text: string | null) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Watches until the connection closes. Resolves when the bucket is loaded. */
  async follow(kv: KV): Promise<void> {
    this.kv = kv;
    const { messages } = (await kv.status()).streamInfo.state;
    const watch = await kv.watch();
    const loaded = Promise.withResolvers<void>();
    if (messages === 0) loaded.resolve();
    void (async () => {
      for await (const entry of watch) {
        this.set(entry.key, entry.operation === "PUT" ? entry.string() : null, entry.revision);
        if (entry.delta === 0) loaded.resolve();
      }
    })();
    await loaded.promise;
    this.complete = true;
  }

  /**
   * Changes one key by compare-and-set: `change` is called with what stands there now, again when somebody else was faster,
   * and returns what is to stand there (null deletes) or undefined to leave it. Resolves with what stands there afterwards.
   */
  async change(key: string, change: (current: string | null) => string | null | undefined): Promise<string | null> {
    const { kv } = this;
    if (kv === null) throw new BucketUnavailable("the directory is not there yet");
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const entry = await kv.get(key).catch((error: unknown) => {
        throw new BucketUnavailable("the directory cannot be read", { cause: error });
      });
      const current = entry !== null && entry.operation === "PUT" ? entry.string() : null;
      const next = change(current);
      if (next === undefined || next === current) return current;
      try {
        if (next === null) {
          await kv.delete(key, { previousSeq: entry?.revision ?? 0 });
          this.set(key, null, (entry?.revision ?? 0) + 1);
        } else {
          const revision = entry === null ? await kv.create(key, next) : await kv.update(key, next, entry.revision);
          this.set(key, next, revision);
        }
        return next;
      } catch (error) {
        if (!isStale(error)) throw new BucketUnavailable("the directory cannot be written", { cause: error });
      }
    }
    throw new Error(`the directory entry ${key} changes too fast`);
  }

  private set(key: string, text: string | null, revision: number): void {
    // The watch may deliver what this process wrote itself, or something older, after `change` has put it here.
    if ((this.entries.get(key)?.revision ?? 0) >= revision) return;
    this.entries.set(key, { text, revision });
    for (const listener of this.listeners) listener(key, text);
  }

  *keys(prefix: string): Generator<string> {
    for (const [key, { text }] of this.entries) if (text !== null && key.startsWith(prefix)) yield key;
  }
}

const MAX_ATTEMPTS = 20;

/** NATS does not answer: nothing was changed, or nobody knows. */
export class BucketUnavailable extends Error {}

/** "Wrong last sequence": somebody else was faster. */
function isStale(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === 10071;
}
