import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Group, groups, runBench } from "@tollbook/loadtests/bench.ts";
import { UserFacingError } from "../failure.ts";
import { natsServerVersion } from "../stack.ts";
import { ensure, natsServer } from "../system-packages.ts";
import { createRigFactory } from "./bench-rig.ts";

/** As commander hands them over: texts, and absent where not given. */
export interface BenchCommandOptions {
  quick?: boolean;
  runs?: string;
  events?: string;
  only?: string;
  partitions?: string;
  out?: string;
}

/** Measures installations of its own, prints a table and writes a file. What it measured is deleted. */
export async function bench(options: BenchCommandOptions): Promise<void> {
  const quick = options.quick === true;
  const faults: string[] = [];
  const number = (name: "runs" | "events" | "partitions", fallback: number, most: number): number => {
    const text = options[name];
    if (text === undefined) return fallback;
    if (/^\d{1,9}$/.test(text) && Number(text) >= 1 && Number(text) <= most) return Number(text);
    faults.push(`--${name} is "${text}", but must be a whole number from 1 to ${most}`);
    return fallback;
  };
  const runs = number("runs", quick ? 1 : 5, 100);
  const events = number("events", quick ? 2_000 : 200_000, 100_000_000);
  const partitions = number("partitions", 1, 256);
  const only = options.only ?? null;
  if (only !== null && !isGroup(only)) faults.push(`--only is "${only}", but must be one of ${groups.join(", ")}`);
  if (faults.length > 0) throw new UserFacingError(`${faults.join("; ")}.`);
  await ensure([natsServer]);

  const rigs = createRigFactory(partitions);
  const stop = (): void => void rigs.closeAll().finally(() => process.exit(130));
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  try {
    const { result, file } = await runBench({
      openRig: rigs.open,
      only: only !== null && isGroup(only) ? only : null,
      runs,
      events,
      quick,
      out: options.out ?? null,
      versions: versions(),
      durability: durability(),
      say,
    });
    if (quick) say("A quick run shows that all of it works; its figures mean nothing.");
    else for (const reason of result.reasons) say(`missed: ${reason}`);
    say(`Result: ${file}`);
  } finally {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
    await rigs.closeAll();
  }
}

function isGroup(text: string): text is Group {
  return (groups as readonly string[]).includes(text);
}

function versions(): Record<string, string> {
  const manifest = createRequire(import.meta.url).resolve("chdb/package.json");
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  return { natsServer: natsServerVersion(), chdb: version, kernel: execFileSync("uname", ["-r"], { encoding: "utf8" }).trim() };
}

/** What "stored" meant: a figure without it cannot be compared. */
function durability(): Record<string, string | number | boolean> {
  const [major = 0, minor = 0] = natsServerVersion().split(".").map(Number);
  return {
    natsStorage: "file",
    natsReplicas: 1,
    natsSyncInterval: major > 2 || minor >= 10 ? "1s" : "2m (this version's own)",
    publisherWaitsForAcknowledgement: false,
    clickhouseAsyncInsert: 0,
    clickhouseFsyncAfterInsert: true,
    meterReadsBack: true,
  };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
