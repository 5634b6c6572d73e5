/** Question: how long does telephony wait for allow or deny, with nothing else going on and while calls pour in? */
import type { AuthorizeReport, AuthorizeSetting } from "../authorize-calls.ts";
import { startChild } from "../harness/child.ts";
import { type CpuSeconds, cpuBetween, cpuSecondsOfAll } from "../harness/cpu-time.ts";
import { logAccess } from "../harness/log.ts";
import { figure, type Figure } from "../harness/result.ts";
import { type LatencySummary, summarizeLatency } from "../harness/statistics.ts";
import { type Bench, type Prepared, startPublisher } from "./prepared.ts";

export interface AuthorizeSample {
  readonly fromPlan: LatencySummary;
  readonly fromSend: LatencySummary;
  readonly unanswered: number;
  readonly decisions: Readonly<Record<string, number>>;
  readonly cpuSeconds: CpuSeconds;
}

/** One run of authorise requests through the log, at a fixed rate. `ingestPerSecond` null: with nothing else going on. */
export async function measureAuthorize(
  prepared: Prepared,
  run: string,
  ingestPerSecond: number | null,
  { seconds, authorizePerSecond }: Bench["knobs"],
): Promise<AuthorizeSample> {
  const calls = prepared.calls(run);
  const load =
    ingestPerSecond === null
      ? null
      : startPublisher(prepared, prepared.calls(`${run}i`), {
          // Longer than the asking takes: it begins when the load runs, and is ended after it.
          count: ingestPerSecond * (seconds + 3),
          eventsPerMessage: 1,
          pace: { kind: "rate", perSecond: ingestPerSecond },
        });
  try {
    if (load !== null) await new Promise((resolve) => setTimeout(resolve, LOAD_FIRST_MS));
    const setting: AuthorizeSetting = {
      log: logAccess(prepared.rig, "api"),
      calls,
      count: seconds * authorizePerSecond,
      perSecond: authorizePerSecond,
    };
    const child = startChild<AuthorizeReport>("authorize-calls", setting);
    const pids = (): Record<string, number> => ({
      ...prepared.rig.pids(),
      sender: child.pid,
      ...(load === null ? {} : { publisher: load.pid }),
    });
    const before = cpuSecondsOfAll(pids());
    try {
      const { fromPlanMs, fromSendMs, unanswered, decisions } = await child.next(() => true);
      const cpuSeconds = cpuBetween(before, cpuSecondsOfAll(pids()));
      return {
        fromPlan: summarizeLatency(fromPlanMs),
        fromSend: summarizeLatency(fromSendMs),
        unanswered,
        decisions,
        cpuSeconds,
      };
    } finally {
      await child.end();
    }
  } finally {
    await load?.end();
  }
}

/** Until the load's process has compiled its loop and the pipeline is busy. */
const LOAD_FIRST_MS = 1_000;

export function authorizeFigures(
  idle: readonly AuthorizeSample[],
  busy: readonly AuthorizeSample[],
  ingestPerSecond: number,
): Figure[] {
  const figures: Figure[] = [];
  const reasons = unexpected([...idle, ...busy]);
  for (const [name, samples] of [
    ["idle", idle],
    [`under ${ingestPerSecond} events/s`, busy],
  ] as const) {
    if (samples.length === 0) continue;
    const add = (what: string, pick: (sample: AuthorizeSample) => number, goal?: { atMost: number }): void => {
      const cpuSeconds = samples.map((sample) => sample.cpuSeconds);
      const input = { name: `authorise, ${name}, ${what}`, unit: "ms", samples: samples.map(pick), cpuSeconds, reasons };
      figures.push(figure(goal === undefined ? input : { ...input, goal }));
    };
    add("p50", ({ fromPlan }) => fromPlan.p50);
    add("p99", ({ fromPlan }) => fromPlan.p99, { atMost: 5 });
    add("p99.9", ({ fromPlan }) => fromPlan.p999);
    add("p99 from sending", ({ fromSend }) => fromSend.p99);
  }
  if (idle.length > 0 && busy.length > 0) {
    const ratios = busy.map(({ fromPlan }, run) => fromPlan.p99 / (idle[run] ?? (idle[0] as AuthorizeSample)).fromPlan.p99);
    figures.push(figure({ name: "authorise, p99 under ingest / idle", unit: "×", samples: ratios, goal: { atMost: 3 } }));
  }
  return figures;
}

/** Latencies of denials, or of those that answered only, would be figures of something else. */
function unexpected(samples: readonly AuthorizeSample[]): string[] {
  const reasons: string[] = [];
  const unanswered = samples.reduce((sum, sample) => sum + sample.unanswered, 0);
  if (unanswered > 0) reasons.push(`${unanswered} requests were not answered`);
  const denied = new Set(samples.flatMap(({ decisions }) => Object.keys(decisions)).filter((decision) => decision !== "allow"));
  if (denied.size > 0) reasons.push(`some were answered ${[...denied].join(", ")}`);
  return reasons;
}
