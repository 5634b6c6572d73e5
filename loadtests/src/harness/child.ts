import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** The processes in this folder that do a part of the work on their own, so that their CPU time is counted apart. */
export type MeasuringProcess =
  | "consume-only"
  | "pass-through"
  | "insert-only"
  | "publish-calls"
  | "authorize-calls"
  | "http-load"
  | "no-op-route";

export interface Child<Report> {
  readonly name: MeasuringProcess;
  readonly pid: number;
  /** Resolves with the first report that the test accepts; rejects when the process ends before. */
  next(accept: (report: Report) => boolean): Promise<Report>;
  /** Called for every report, as it comes. */
  listen(listener: (report: Report) => void): void;
  /** Ends it: it may finish, then it is killed. */
  end(): Promise<void>;
}

const END_WITHIN_MS = 5_000;

/**
 * Starts one. It takes its setting as JSON from the environment (which, unlike arguments, other users cannot read) and
 * reports in lines of JSON. It lives until its standard input closes, so that its CPU time can be read after its last report.
 */
export function startChild<Report>(name: MeasuringProcess, setting: object): Child<Report> {
  const script = join(import.meta.dirname, "..", `${name}.ts`);
  const child = spawn(process.execPath, ["--max-semi-space-size=64", script], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, TOLLBOOK_BENCH_SETTING: JSON.stringify(setting) },
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} cannot be started`);
  const listeners = new Set<(report: Report) => void>();
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint = (complaint + text).slice(-4_000)));
  createInterface({ input: child.stdout }).on("line", (line) => {
    const report = JSON.parse(line) as Report;
    for (const listener of listeners) listener(report);
  });
  const ended = once(child, "exit");
  return {
    name,
    pid,
    listen: (listener) => void listeners.add(listener),
    next: (accept) =>
      nextReport(
        listeners,
        accept,
        ended.then(() => new Error(`${name} ended early: ${complaint.trim() || "it said nothing"}`)),
      ),
    end: () => endChild(child, ended),
  };
}

function nextReport<Report>(
  listeners: Set<(report: Report) => void>,
  accept: (report: Report) => boolean,
  ended: Promise<Error>,
): Promise<Report> {
  return new Promise((resolve, reject) => {
    const listener = (report: Report): void => {
      if (!accept(report)) return;
      listeners.delete(listener);
      resolve(report);
    };
    listeners.add(listener);
    ended.then(reject, reject);
  });
}

async function endChild(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.stdin?.end();
  const timer = setTimeout(() => child.kill("SIGKILL"), END_WITHIN_MS);
  await ended;
  clearTimeout(timer);
}

/** In the child: its setting. */
export function readSetting<Setting>(): Setting {
  const text = process.env["TOLLBOOK_BENCH_SETTING"];
  if (text === undefined) throw new Error("this process belongs to the benchmark: run ./tollbook bench");
  return JSON.parse(text) as Setting;
}

/** In the child: one report to the harness. */
export function report(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** In the child: resolves when the harness has read the CPU time and lets it go. */
export async function untilReleased(): Promise<void> {
  process.stdin.resume();
  await once(process.stdin, "end");
}
