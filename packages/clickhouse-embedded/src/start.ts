/** Starts the embedded ClickHouse as a child process: for tests, the `tollbook` command and crash campaigns. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { UV_THREADS } from "./engine.ts";

export interface EmbeddedClickhouse {
  readonly url: string;
  readonly pid: number;
  /** Asks the process to end, and ends it with SIGKILL when it has not within the deadline. */
  stop(deadlineMs: number): Promise<void>;
  /** Resolves when the process is gone, however it ended; never rejects. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

export interface StartOptions {
  readonly dataFolder: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly env?: NodeJS.ProcessEnv;
}

const START_LIMIT_MS = 60_000;

/**
 * Resolves when /ping answers; rejects with the process's own sentences if it ends before. The child ends by itself when
 * this process does, even by SIGKILL: its standard input is a pipe that closes.
 */
export async function startEmbeddedClickhouse({ dataFolder, port, env }: StartOptions): Promise<EmbeddedClickhouse> {
  const child = spawn(nodeBinary(), [join(import.meta.dirname, "main.ts")], {
    stdio: ["pipe", "pipe", "pipe"],
    env: {
      ...process.env,
      UV_THREADPOOL_SIZE: String(UV_THREADS),
      ...env,
      TOLLBOOK_CLICKHOUSE_PORT: String(port),
      TOLLBOOK_CLICKHOUSE_DATA: dataFolder,
      TOLLBOOK_CLICKHOUSE_END_WITH_STDIN: "1",
    },
  });
  const { pid } = child;
  let said = "";
  let complained = "";
  const exited: EmbeddedClickhouse["exited"] = new Promise((resolve) => {
    child.once("error", () => resolve({ code: null, signal: null }));
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  const ready = new Promise<string>((resolve) => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      const url = /answers on (http:\S+),/.exec(said)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complained = `${complained}${text}`.slice(-8192)));
  const stop = async (deadlineMs: number): Promise<void> => {
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), deadlineMs);
    await exited;
    clearTimeout(timer);
  };
  const url = await Promise.race([ready, exited.then(() => null), after(START_LIMIT_MS)]);
  if (url === null || pid === undefined) {
    await stop(0);
    throw new Error(complained.trim() || `The embedded ClickHouse did not answer within ${START_LIMIT_MS / 1000} s.`);
  }
  const ping = await fetch(`${url}/ping`);
  if (!ping.ok) throw new Error(`The embedded ClickHouse answers /ping with ${ping.status}.`);
  return { url, pid, stop, exited };
}

function after(ms: number): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), ms).unref());
}

/** This process's Node where it can run TypeScript, else the project's own. */
function nodeBinary(): string {
  if (Number(process.versions.node.split(".")[0]) >= 26) return process.execPath;
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const binary = join(folder, "node_modules/.bin/node");
    if (existsSync(binary)) return binary;
  }
  throw new Error("Node 26 is not installed: run npm install in the project.");
}
