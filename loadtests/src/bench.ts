/**
 * The benchmark from outside: starts installations of its own, loads them, measures, prints a table and writes a file.
 * README.md explains each figure. `./tollbook bench` calls this with the installation to measure.
 */
import { type AuthorizeSample, authorizeFigures, measureAuthorize } from "./figures/authorize.ts";
import { drainFigures } from "./figures/drain.ts";
import { httpFigures } from "./figures/http.ts";
import { kernelFigures } from "./figures/kernels.ts";
import { liveFigures, loadRate, measureLiveMaximum, measureVisible, type VisibleAfter } from "./figures/live.ts";
import { type Bench, type Knobs, prepare } from "./figures/prepared.ts";
import { type BenchResult, commitOf, describeMachine, type Figure, loadNow, writeResult } from "./harness/result.ts";
import type { OpenRig } from "./harness/rig.ts";
import type { Rate } from "./harness/stopwatch.ts";
import { figureTable } from "./harness/table.ts";

export const groups = ["kernels", "drain", "live", "authorize", "http"] as const;
export type Group = (typeof groups)[number];

export interface BenchOptions {
  readonly openRig: OpenRig;
  /** Null: all. */
  readonly only: Group | null;
  readonly runs: number;
  readonly events: number;
  /** Short and meaningless: shows that all of it works. */
  readonly quick: boolean;
  /** Null: loadtests/results/<date>-<commit>.json. */
  readonly out: string | null;
  /** What the figures depend on beyond the commit: versions, and how durable the stores are set. */
  readonly versions: Readonly<Record<string, string>>;
  readonly durability: BenchResult["durability"];
  readonly say: (line: string) => void;
}

/** Resolves with the result and the path of its file. */
export async function runBench(options: BenchOptions): Promise<{ result: BenchResult; file: string }> {
  const { openRig, only, say, versions, durability, out } = options;
  const knobs = knobsFrom(options);
  const bench: Bench = { openRig, knobs, say };
  const startedAt = new Date().toISOString();
  const before = loadNow();
  const wanted = (group: Group): boolean => only === null || only === group;
  const figures: Figure[] = [];
  if (wanted("kernels")) figures.push(...kernelFigures(bench));
  if (wanted("drain")) figures.push(...(await drainFigures(bench)));
  if (wanted("live") || wanted("authorize")) figures.push(...(await loadedFigures(bench, wanted("live"), wanted("authorize"))));
  if (wanted("http")) figures.push(...(await httpFigures(bench)));
  const missed = figures.filter(({ pass }) => pass === false);
  const result: BenchResult = {
    format: "tollbook-bench/1",
    startedAt,
    finishedAt: new Date().toISOString(),
    ...commitOf(import.meta.dirname),
    machine: describeMachine(),
    versions: { node: process.versions.node, ...versions },
    durability,
    config: { ...knobs, only: only ?? "all", quick: options.quick },
    loadAverage: { before, after: loadNow() },
    figures,
    pass: missed.length === 0,
    reasons: missed.map(({ name, reasons }) => `${name}: ${reasons[0]}`),
  };
  say(`\n${figureTable(figures)}\n`);
  for (const note of new Set(figures.flatMap((one) => notesOf(one)))) say(`note: ${note}`);
  return { result, file: writeResult(result, out) };
}

/** What a reader has to know beside the number; that a goal was missed stands in the table. */
function notesOf({ pass, reasons }: Figure): readonly string[] {
  return pass === false ? reasons.slice(1) : reasons;
}

function knobsFrom({ runs, events, quick }: BenchOptions): Knobs {
  const packSize = quick ? 100 : 250;
  return {
    runs,
    // Whole packs only.
    events: Math.max(packSize, Math.floor(events / packSize) * packSize),
    packSize,
    accounts: 10,
    usersPerAccount: 40,
    seconds: quick ? 1 : 10,
    authorizePerSecond: quick ? 100 : 200,
    liveWindow: 40_000,
  };
}

/** Live and authorise runs share an installation, and the live maximum, of which their load is a share. */
async function loadedFigures(bench: Bench, live: boolean, authorize: boolean): Promise<Figure[]> {
  const { knobs, say } = bench;
  const maxima: Rate[] = [];
  const visible: VisibleAfter[] = [];
  const idle: AuthorizeSample[] = [];
  const busy: AuthorizeSample[] = [];
  const prepared = await prepare(bench);
  let rate = 0;
  try {
    for (let run = 0; run < knobs.runs; run++) {
      // The maximum is found first: the load of all runs must be the same.
      if (live || run === 0) {
        say(`live: run ${run + 1} of ${knobs.runs}, maximum …`);
        maxima.push(await measureLiveMaximum(prepared, run, knobs));
        rate ||= loadRate(maxima[0]?.perSecond ?? 0);
      }
      if (authorize) {
        say(`authorise: run ${run + 1} of ${knobs.runs}, idle …`);
        idle.push(await measureAuthorize(prepared, `a${run}`, null, knobs));
      }
      if (live) {
        say(`live: run ${run + 1} of ${knobs.runs}, at ${rate} events/s …`);
        visible.push(await measureVisible(prepared, `v${run}`, rate, knobs.seconds));
      }
      if (authorize) {
        say(`authorise: run ${run + 1} of ${knobs.runs}, under ${rate} events/s …`);
        busy.push(await measureAuthorize(prepared, `b${run}`, rate, knobs));
      }
    }
  } finally {
    await prepared.close();
  }
  return [...(live ? liveFigures(maxima, visible) : []), ...authorizeFigures(idle, busy, rate)];
}
