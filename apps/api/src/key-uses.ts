import type { FastifyBaseLogger } from "fastify";
import type { Directory } from "./directory/directory.ts";

/** When a key was used is written at most this often: it is for people who look for unused keys. */
const FLUSH_MS = 60_000;

export interface KeyUses {
  note(keyId: string): void;
  flush(): Promise<void>;
}

export function noteKeyUses(directory: Directory, log: FastifyBaseLogger): KeyUses {
  let used = new Set<string>();
  let timer: NodeJS.Timeout | null = null;
  const flush = async (): Promise<void> => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const keyIds = used;
    used = new Set();
    const at = new Date().toISOString();
    for (const keyId of keyIds)
      await directory
        .noteKeyUse(keyId, at)
        .catch((error: unknown) => log.warn({ err: error }, "the last use of a key was not noted"));
  };
  return {
    note(keyId) {
      used.add(keyId);
      timer ??= setTimeout(() => void flush(), FLUSH_MS).unref();
    },
    flush,
  };
}
