import type { CpuSeconds } from "../harness/cpu-time.ts";
import type { Stretch } from "../harness/log.ts";
import { watchSettled } from "../harness/settled.ts";
import { type Rate, startStopwatch } from "../harness/stopwatch.ts";
import type { Prepared } from "./prepared.ts";

/** What starting the meter takes when there is nothing to do. */
export interface IdleStart {
  readonly seconds: number;
  readonly cpuSeconds: CpuSeconds;
}

/** Starts and stops a meter that has folded everything. */
export async function measureIdleStart({ rig }: Prepared): Promise<IdleStart> {
  const stopwatch = startStopwatch(1, rig.pids);
  stopwatch.begin(0);
  await rig.start("meter");
  stopwatch.advance(1);
  const { seconds, cpuSeconds } = await stopwatch.finished;
  await rig.stop("meter");
  return { seconds, cpuSeconds };
}

/** Slower than this is not a slow pipeline but a standing one. */
const LEAST_PER_SECOND = 500;

/**
 * Starts the meter on preloaded calls and measures until all of them are settled: folded, stored, read back and marked.
 * The meter runs afterwards. From outside nobody sees when it begins to fold, so the clock starts with the process, and
 * what an idle start takes is taken off.
 */
export async function drainMeter(
  { rig, nc }: Prepared,
  stretches: readonly Stretch[],
  eventsPerMessage: number,
  idleStart: IdleStart,
): Promise<Rate> {
  const beyond = Array.from({ length: rig.partitions }, (_, p) => {
    const stretch = stretches.find(({ partition }) => partition === p);
    // Where nothing was preloaded nothing counts, ticks neither.
    return stretch === undefined ? Number.MAX_SAFE_INTEGER : stretch.first - 1;
  });
  const messages = new Map(stretches.map((stretch) => [stretch.partition, stretch.messages]));
  const total = stretches.reduce((sum, stretch) => sum + stretch.messages, 0) * eventsPerMessage;
  const settled = await watchSettled(nc, beyond);
  const done = new Map<number, number>();
  const settledEvents = (): number => [...done.values()].reduce((sum, count) => sum + count, 0) * eventsPerMessage;
  const stopwatch = startStopwatch(total, rig.pids);
  stopwatch.begin(0);
  settled.listen(({ partition, logSeq }) => {
    const most = messages.get(partition) ?? 0;
    // Ticks follow the calls; before them are the commands that set up the accounts.
    done.set(partition, Math.max(done.get(partition) ?? 0, Math.min(most, logSeq - (beyond[partition] ?? 0))));
    stopwatch.advance(settledEvents());
  });
  const limitMs = 60_000 + (total / LEAST_PER_SECOND) * 1_000;
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`of ${total} preloaded calls only ${settledEvents()} were settled within ${limitMs / 1_000} s`)),
    limitMs,
  );
  try {
    const [rate] = await Promise.race([Promise.all([stopwatch.finished, rig.start("meter")]), tooLate]);
    return withoutStart(rate, idleStart);
  } finally {
    clearTimeout(timer);
    settled.close();
  }
}

/** Where the start is the better part of the run, taking it off would leave chance: then it stays in, and is named. */
const MOST_START_SHARE = 0.5;

export function withoutStart(rate: Rate, idleStart: IdleStart): Rate {
  if (idleStart.seconds > rate.seconds * MOST_START_SHARE) return { ...rate, startUpIncluded: true };
  const seconds = rate.seconds - idleStart.seconds;
  const cpuSeconds = Object.fromEntries(
    Object.entries(rate.cpuSeconds).map(([name, used]) => [
      name,
      Math.max(0, Math.round((used - (idleStart.cpuSeconds[name] ?? 0)) * 100) / 100),
    ]),
  );
  return { ...rate, seconds, perSecond: rate.events / seconds, cpuSeconds };
}
