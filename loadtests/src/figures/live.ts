/** Question: how many calls a second can come in while they are being stored, and how soon is a call in the reports? */
import { cpuBetween, cpuSecondsOfAll } from "../harness/cpu-time.ts";
import { figure, type Figure } from "../harness/result.ts";
import { lastSequences, type Mark, watchSettled } from "../harness/settled.ts";
import { quantile } from "../harness/statistics.ts";
import { type Rate, startStopwatch } from "../harness/stopwatch.ts";
import { type Bench, type Prepared, startPublisher } from "./prepared.ts";

/** Of the live maximum: the load at which latencies are told. */
const SHARE = 0.7;

/** Events per second at which `SHARE` of the maximum is reached, for those who load the pipeline while they measure. */
export function loadRate(maximum: number): number {
  return Math.max(100, Math.floor(maximum * SHARE));
}

/**
 * The most that is settled per second while a publisher on the same machine keeps the log filled, but never more than a
 * window ahead. Its CPU time is counted apart: on two cores it takes a good part of what there is.
 */
export async function measureLiveMaximum(prepared: Prepared, run: number, { events, liveWindow }: Bench["knobs"]): Promise<Rate> {
  const { nc, rig } = prepared;
  const settled = await watchSettled(nc, await lastSequences(nc, rig.partitions));
  const publisher = startPublisher(prepared, prepared.calls(`m${run}`), {
    count: events,
    eventsPerMessage: 1,
    pace: { kind: "window", events: liveWindow },
  });
  const stopwatch = startStopwatch(events, () => ({ ...rig.pids(), publisher: publisher.pid }));
  // A tick a minute is counted as a call: one in hundreds of thousands.
  settled.listen(() => {
    const done = Math.min(events, settled.messages());
    // From the first batch on the publisher runs, and the pipeline is full.
    if (done > 0 && done < events) stopwatch.begin(done);
    stopwatch.advance(done);
  });
  try {
    return await stopwatch.finished;
  } finally {
    settled.close();
    await publisher.end();
  }
}

export interface VisibleAfter {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly sentLateMs: number;
  readonly cpuSeconds: Record<string, number>;
  readonly events: number;
}

/**
 * From a call's planned time to the settled mark that lets reports show it. Planned, not sent: a publisher that falls behind
 * does not make the pipeline look faster.
 */
export async function measureVisible(prepared: Prepared, run: string, perSecond: number, seconds: number): Promise<VisibleAfter> {
  const { nc, rig, clickhouse } = prepared;
  const count = Math.max(1, Math.floor(perSecond * seconds));
  const marks: Mark[] = [];
  const settled = await watchSettled(nc, await lastSequences(nc, rig.partitions));
  const allSettled = new Promise<void>((resolve) => {
    settled.listen((mark) => {
      marks.push(mark);
      if (settled.messages() >= count) resolve();
    });
  });
  const publisher = startPublisher(prepared, prepared.calls(run), {
    count,
    eventsPerMessage: 1,
    pace: { kind: "rate", perSecond },
  });
  const pids = (): Record<string, number> => ({ ...rig.pids(), publisher: publisher.pid });
  const before = cpuSecondsOfAll(pids());
  try {
    const { startedAtUs, latestMs } = await publisher.next(({ done }) => done === count);
    await allSettled;
    const cpuSeconds = cpuBetween(before, cpuSecondsOfAll(pids()));
    const rows = await clickhouse.query(
      `SELECT p, log_seq, toUInt64(substring(usage_id, ${run.length + 2})) FROM rated_calls WHERE startsWith(usage_id, '${run}-') FORMAT TabSeparated`,
    );
    const latencies = latenciesFrom(rows.toString("utf8"), marks, startedAtUs, perSecond);
    if (latencies.length !== count)
      throw new Error(`${count} calls were published at a rate, ${latencies.length} are in the reports`);
    const [p50Ms, p99Ms, maxMs] = [0.5, 0.99, 1].map((p) => quantile(latencies, p)) as [number, number, number];
    return { perSecond, p50Ms, p99Ms, maxMs, sentLateMs: latestMs, cpuSeconds, events: count };
  } finally {
    settled.close();
    await publisher.end();
  }
}

/** Each row: partition, sequence in the log, number of the call. The first mark at or beyond the sequence made it visible. */
export function latenciesFrom(rows: string, marks: readonly Mark[], startedAtUs: number, perSecond: number): number[] {
  const byPartition = Map.groupBy(marks, ({ partition }) => partition);
  const latencies: number[] = [];
  for (const line of rows.split("\n")) {
    if (line === "") continue;
    const [partition, seq, n] = line.split("\t").map(Number) as [number, number, number];
    const seen = firstAtOrBeyond(byPartition.get(partition) ?? [], seq);
    if (seen !== null) latencies.push((seen.seenAtUs - startedAtUs) / 1_000 - (n * 1_000) / perSecond);
  }
  return latencies.sort((a, b) => a - b);
}

/** Marks only grow. */
function firstAtOrBeyond(marks: readonly Mark[], seq: number): Mark | null {
  let low = 0;
  let high = marks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((marks[middle] as Mark).logSeq >= seq) high = middle;
    else low = middle + 1;
  }
  return marks[low] ?? null;
}

export function liveFigures(maxima: readonly Rate[], visible: readonly VisibleAfter[]): Figure[] {
  const late = Math.max(0, ...visible.map(({ sentLateMs }) => sentLateMs));
  const rate = visible[0]?.perSecond ?? 0;
  const reasons = [`at ${rate} events/s, the publisher on the same machine, at most ${Math.round(late)} ms behind its plan`];
  const figures = [
    figure({
      name: "pipeline, live maximum, single",
      unit: "events/s",
      samples: maxima.map(({ perSecond }) => perSecond),
      cpuSeconds: maxima.map(({ cpuSeconds }) => cpuSeconds),
      events: maxima.map(({ events }) => events),
      reasons: maxima.some(({ startUpIncluded }) => startUpIncluded)
        ? ["too few calls: the start of the publisher is in it"]
        : [],
    }),
  ];
  if (visible.length === 0) return figures;
  const cpuSeconds = visible.map((sample) => sample.cpuSeconds);
  const events = visible.map((sample) => sample.events);
  return [
    ...figures,
    figure({
      name: "published → in reports, p50 at 70 %",
      unit: "ms",
      samples: visible.map(({ p50Ms }) => p50Ms),
      cpuSeconds,
      events,
      reasons,
    }),
    figure({
      name: "published → in reports, p99 at 70 %",
      unit: "ms",
      samples: visible.map(({ p99Ms }) => p99Ms),
      goal: { atMost: 2_000 },
      reasons,
    }),
  ];
}
