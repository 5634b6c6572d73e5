import { type CpuSeconds, cpuBetween, cpuSecondsOfAll } from "./cpu-time.ts";

/** Throughput and CPU time of a known amount of work. */
export interface Rate {
  readonly events: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly cpuSeconds: CpuSeconds;
  /** True when all was done before the process was known to be ready, so that its start is in the figure. */
  readonly startUpIncluded: boolean;
}

export interface Stopwatch {
  /** The work begins now, with so many events done already; what came before does not count. */
  begin(done: number): void;
  /** How far the work has come, in events. */
  advance(done: number): void;
  readonly finished: Promise<Rate>;
}

/**
 * Measures from `begin` to the report that all is done. Both ends matter: a pipeline may read and rate everything long
 * before it has stored the first call, so a stretch in the middle would count only a part of the work on each.
 */
export function startStopwatch(
  total: number,
  pids: () => Readonly<Record<string, number>>,
  now: () => number = () => performance.now(),
): Stopwatch {
  const look = (done: number) => ({ done, at: now(), cpu: cpuSecondsOfAll(pids()) });
  const created = look(0);
  let begun: typeof created | null = null;
  const { promise, resolve, reject } = Promise.withResolvers<Rate>();
  // Whoever created it awaits it; until then a failure must not count as unhandled.
  promise.catch(() => undefined);
  const guarded = (act: () => void): void => {
    try {
      act();
    } catch (error) {
      reject(error);
    }
  };
  return {
    begin: (done) => guarded(() => (begun ??= look(done))),
    advance: (done) =>
      guarded(() => {
        if (done < total) return;
        const from = begun ?? created;
        const seconds = (now() - from.at) / 1_000;
        const events = total - from.done;
        const cpuSeconds = cpuBetween(from.cpu, cpuSecondsOfAll(pids()));
        resolve({ events, seconds, perSecond: events / seconds, cpuSeconds, startUpIncluded: begun === null });
      }),
    finished: promise,
  };
}
