import { type CpuSeconds, cpuBetween, cpuSecondsOfAll } from "./cpu-time.ts";

/** Throughput and CPU time of the steady part of a run: start-up and warm-up are left out. */
export interface SteadyRate {
  readonly events: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly cpuSeconds: CpuSeconds;
  /** True when all was done in one step, so that the clock had to start with the window itself. */
  readonly startUpIncluded: boolean;
}

export interface SteadyWindow {
  /** How far the work has come, in events. */
  advance(done: number): void;
  readonly finished: Promise<SteadyRate>;
}

/** The first tenth warms up: compiling the hot path, first blocks, first insert. */
const WARM_UP_SHARE = 0.1;

/**
 * Watches work of a known size: the clock starts with the first report at or after a tenth, and stops with the report
 * that all is done. Work is reported in steps (a batch settled), so both ends lie on a step and nothing is guessed.
 */
export function createSteadyWindow(
  total: number,
  pids: () => Readonly<Record<string, number>>,
  now: () => number = () => performance.now(),
): SteadyWindow {
  const opened = { done: 0, at: now(), cpu: cpuSecondsOfAll(pids()) };
  let start: typeof opened | null = null;
  const { promise, resolve, reject } = Promise.withResolvers<SteadyRate>();
  // Whoever created the window awaits it; until then a failure must not count as unhandled.
  promise.catch(() => undefined);
  const advance = (done: number): void => {
    try {
      if (done >= total) {
        const from = start ?? opened;
        const seconds = (now() - from.at) / 1_000;
        const events = total - from.done;
        const cpuSeconds = cpuBetween(from.cpu, cpuSecondsOfAll(pids()));
        resolve({ events, seconds, perSecond: events / seconds, cpuSeconds, startUpIncluded: start === null });
      } else if (start === null && done >= total * WARM_UP_SHARE) start = { done, at: now(), cpu: cpuSecondsOfAll(pids()) };
    } catch (error) {
      reject(error);
    }
  };
  return { advance, finished: promise };
}
