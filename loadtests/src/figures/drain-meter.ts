import type { Stretch } from "../harness/log.ts";
import { watchSettled } from "../harness/settled.ts";
import { createSteadyWindow, type SteadyRate } from "../harness/steady-window.ts";
import type { Prepared } from "./prepared.ts";

/** Slower than this is not a slow pipeline but a standing one. */
const LEAST_PER_SECOND = 500;

/**
 * Starts the meter on preloaded calls and measures until all of them are settled: folded, stored, read back and marked.
 * The meter runs afterwards.
 */
export async function drainMeter(
  { rig, nc }: Prepared,
  stretches: readonly Stretch[],
  eventsPerMessage: number,
): Promise<SteadyRate> {
  const beyond = Array.from({ length: rig.partitions }, (_, p) => {
    const stretch = stretches.find(({ partition }) => partition === p);
    // Where nothing was preloaded nothing counts, ticks neither.
    return stretch === undefined ? Number.MAX_SAFE_INTEGER : stretch.first - 1;
  });
  const messages = new Map(stretches.map((stretch) => [stretch.partition, stretch.messages]));
  const total = stretches.reduce((sum, stretch) => sum + stretch.messages, 0) * eventsPerMessage;
  const window = createSteadyWindow(total, rig.pids);
  const settled = await watchSettled(nc, beyond);
  const done = new Map<number, number>();
  settled.listen(({ partition, logSeq }) => {
    const most = messages.get(partition) ?? 0;
    // Ticks follow the calls; before them are the commands that set up the accounts.
    done.set(partition, Math.max(done.get(partition) ?? 0, Math.min(most, logSeq - (beyond[partition] ?? 0))));
    window.advance([...done.values()].reduce((sum, count) => sum + count, 0) * eventsPerMessage);
  });
  const limitMs = 60_000 + (total / LEAST_PER_SECOND) * 1_000;
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const count = [...done.values()].reduce((sum, n) => sum + n, 0) * eventsPerMessage;
    reject(new Error(`of ${total} preloaded calls only ${count} were settled within ${limitMs / 1_000} s`));
  }, limitMs);
  try {
    const [rate] = await Promise.race([Promise.all([window.finished, rig.start("meter")]), tooLate]);
    return rate;
  } finally {
    clearTimeout(timer);
    settled.close();
  }
}
