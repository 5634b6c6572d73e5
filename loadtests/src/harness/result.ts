/** The file a run leaves behind: loadtests/results/<date>-<commit>.json. README.md says how to read it. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { dirname, join } from "node:path";
import type { CpuSeconds } from "./cpu-time.ts";
import { summarize, type Summary } from "./statistics.ts";

export interface BenchResult {
  readonly format: "tollbook-bench/1";
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly commit: string;
  /** True: files differed from the commit, so the figures belong to no commit. */
  readonly changed: boolean;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly durability: Readonly<Record<string, string | number | boolean>>;
  readonly config: Readonly<Record<string, string | number | boolean>>;
  /** Load of the machine in the minute before the first and after the last run: others' work spoils figures. */
  readonly loadAverage: { readonly before: number; readonly after: number };
  readonly figures: readonly Figure[];
  /** True when no figure with a goal missed it. */
  readonly pass: boolean;
  readonly reasons: readonly string[];
}

/** One number of the table: samples of interleaved runs, never a single best one. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly samples: readonly number[];
  readonly summary: Summary;
  /** CPU seconds of the measured stretch by process, one entry per sample. Empty where nothing was counted. */
  readonly cpuSeconds: readonly CpuSeconds[];
  readonly cpuMicrosPerEvent: number | null;
  readonly goal: Goal | null;
  /** Null: no goal. */
  readonly pass: boolean | null;
  /** What a reader has to know about this figure of this run. */
  readonly reasons: readonly string[];
}

export interface Goal {
  readonly atLeast?: number;
  readonly atMost?: number;
}

export interface FigureInput {
  readonly name: string;
  readonly unit: string;
  readonly samples: readonly number[];
  readonly cpuSeconds?: readonly CpuSeconds[];
  /** Events per sample, for CPU time per event. */
  readonly events?: readonly number[];
  readonly goal?: Goal;
  readonly reasons?: readonly string[];
}

/** Judges the median against the goal. */
export function figure({ name, unit, samples, cpuSeconds = [], events = [], goal, reasons = [] }: FigureInput): Figure {
  const summary = summarize(samples);
  const missed = goal === undefined ? [] : missedGoal(summary.median, goal);
  return {
    name,
    unit,
    samples: samples.map(rounded),
    summary: {
      median: rounded(summary.median),
      min: rounded(summary.min),
      max: rounded(summary.max),
      spread: rounded(summary.spread),
    },
    cpuSeconds,
    cpuMicrosPerEvent: microsPerEvent(cpuSeconds, events),
    goal: goal ?? null,
    pass: goal === undefined ? null : missed.length === 0,
    reasons: [...missed, ...reasons],
  };
}

function missedGoal(value: number, { atLeast, atMost }: Goal): string[] {
  const missed: string[] = [];
  if (atLeast !== undefined && value < atLeast) missed.push(`${rounded(value)} is below the goal of ${atLeast}`);
  if (atMost !== undefined && value > atMost) missed.push(`${rounded(value)} is above the goal of ${atMost}`);
  return missed;
}

/** All processes' CPU time together, over all samples together: a median of few hundredths would be noise. */
function microsPerEvent(cpuSeconds: readonly CpuSeconds[], events: readonly number[]): number | null {
  const all = events.reduce((sum, count) => sum + count, 0);
  if (all === 0 || cpuSeconds.length === 0) return null;
  const used = cpuSeconds.flatMap((sample) => Object.values(sample)).reduce((sum, seconds) => sum + seconds, 0);
  return rounded((used * 1e6) / all);
}

/** Four significant digits: more would claim more than was measured. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
}

export function describeMachine(): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${process.arch} ${release()}${virtualization()}`,
  };
}

function virtualization(): string {
  try {
    return /\bhypervisor\b/.test(readFileSync("/proc/cpuinfo", "utf8")) ? ", virtual" : "";
  } catch {
    // Not Linux.
    return "";
  }
}

export function loadNow(): number {
  return rounded(loadavg()[0] ?? 0);
}

/** Of the checkout that holds `folder`; "unknown" where there is no git, as in an unpacked archive. */
export function commitOf(folder: string): { readonly commit: string; readonly changed: boolean } {
  const git = (...args: string[]): string =>
    execFileSync("git", ["-C", folder, ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  try {
    // Results themselves are written into the checkout: a second run is of the same commit all the same.
    const changes = git("status", "--porcelain", "--untracked-files=no", "--", ".", ":(exclude)loadtests/results");
    return { commit: git("rev-parse", "--short=12", "HEAD"), changed: changes !== "" };
  } catch {
    return { commit: "unknown", changed: true };
  }
}

/** Writes the result and returns the file's path. */
export function writeResult(result: BenchResult, file: string | null): string {
  const quick = result.config["quick"] === true ? "-quick" : "";
  const name = `${result.startedAt.slice(0, 10)}-${result.commit}${quick}.json`;
  const path = file ?? join(import.meta.dirname, "../../results", name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(result, null, 1)}\n`);
  return path;
}
