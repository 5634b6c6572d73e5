import type { FastifyBaseLogger } from "fastify";
import type { Directory } from "./directory.ts";

/** Sessions last hours and invitations days: more often would find nothing. */
const EVERY_MS = 3_600_000;

export interface Sweep {
  close(): void;
}

/** Takes what has ended out of the directory, so that it does not grow with every sign-in. Any number of APIs may do it at once. */
export function sweepDirectory(directory: Directory, now: () => Date, log: FastifyBaseLogger): Sweep {
  const sweep = (): void => {
    directory
      .removeEnded(now().toISOString())
      .catch((error: unknown) => log.warn({ err: error }, "ended sessions were not removed"));
  };
  const timer = setInterval(sweep, EVERY_MS).unref();
  return { close: () => clearInterval(timer) };
}
