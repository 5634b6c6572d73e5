/** The process: the embedded ClickHouse on 127.0.0.1, until SIGTERM or SIGINT. */
import { mkdirSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from "node:fs";
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { openEngine, UV_THREADS, type Engine } from "./engine.ts";
import { createClickhouseServer } from "./server.ts";
import { readSettings, type Settings } from "./settings.ts";

const HOST = "127.0.0.1";
/** What runs at the end may finish for this long; then it is stopped, and its answer has this long to get away. */
const DRAIN_MS = 3000;

const settings = readSettings(process.env);
if ("faults" in settings) fail(...settings.faults);
else if (Number(process.env.UV_THREADPOOL_SIZE ?? 0) < UV_THREADS) beginAgainWithThreads();
else await serve(settings);

async function serve({ port, dataFolder, password, endWithStdin }: Settings): Promise<void> {
  const folder = join(dataFolder, "engine");
  // Asked before the engine is, which would add lines of its own.
  const holder = processHolding(folder);
  if (holder !== null) fail(whyNotOurs(`Process ${holder}`, dataFolder));
  const engine = await openEngine(folder).catch((thrown: unknown) => fail(whyNotOpened(thrown, dataFolder)));
  // Only now is the folder ours: what an earlier process left half-way may go.
  const transferFolder = join(dataFolder, "transfers");
  rmSync(transferFolder, { recursive: true, force: true });
  mkdirSync(transferFolder, { recursive: true });
  const server = createClickhouseServer({ engine, transferFolder, password });
  server.once("error", (error: NodeJS.ErrnoException) => fail(whyNotListening(error, port)));
  server.listen(port, HOST, () => {
    const address = server.address() as AddressInfo;
    console.log(
      `Embedded ClickHouse ${engine.version} answers on http://${HOST}:${address.port}, data in ${dataFolder}, process ${process.pid}`,
    );
  });
  const stop = (): void => void shutDown(server, engine);
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  if (endWithStdin) process.stdin.resume().once("end", stop);
}

let stopping = false;
async function shutDown(server: Server, engine: Engine): Promise<void> {
  if (stopping) return;
  stopping = true;
  // A statement that cannot even be stopped must not keep the process: what was answered is stored.
  setTimeout(() => process.kill(process.pid, "SIGKILL"), 3 * DRAIN_MS).unref();
  const answered = once(server.close(), "close");
  await engine.close(DRAIN_MS);
  // A connection that was busy when the server closed is kept alive by its client, not by an answer.
  setInterval(() => server.closeIdleConnections(), 20).unref();
  setTimeout(() => server.closeAllConnections(), DRAIN_MS).unref();
  await answered;
  process.exit(0);
}

/** Queries sit in libuv's threads, and their number is read from the environment when the process begins. */
function beginAgainWithThreads(): never {
  process.execve?.(process.execPath, [process.execPath, ...process.execArgv, ...process.argv.slice(1)], {
    ...process.env,
    UV_THREADPOOL_SIZE: String(UV_THREADS),
  });
  return fail(`UV_THREADPOOL_SIZE is too small: set it to ${UV_THREADS} in the environment.`);
}

/** The engine notes its process in a file, and keeps that file open as long as it lives. Null where nobody does, or /proc cannot tell. */
function processHolding(folder: string): number | null {
  const status = join(folder, "status");
  try {
    const pid = Number(/^PID: (\d+)/.exec(readFileSync(status, "utf8"))?.[1]);
    const open = readdirSync(`/proc/${pid}/fd`);
    return open.some((fd) => linkOf(`/proc/${pid}/fd/${fd}`) === realpathSync(status)) ? pid : null;
  } catch {
    // No data yet, an earlier process that is gone, or a system without /proc: the engine has its own lock, and decides.
    return null;
  }
}

/** Null for a file that was closed a moment ago. */
function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

function whyNotOurs(who: string, dataFolder: string): string {
  return `${who} has the data in ${dataFolder} open: stop it, or set TOLLBOOK_CLICKHOUSE_DATA to another folder.`;
}

function whyNotOpened(thrown: unknown, dataFolder: string): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (/Cannot lock file|another server instance/i.test(message)) return whyNotOurs("Another process", dataFolder);
  if (/CHDB_(PLATFORM|ABI)|native|\.node\b|dlopen|Cannot find package/i.test(`${codeOf(thrown)} ${message}`))
    return `The embedded ClickHouse has no build that runs on ${process.platform}-${process.arch}: install clickhouse-server, or set CLICKHOUSE_URL to one. (${firstLine(message)})`;
  return `The data in ${dataFolder} cannot be opened: ${firstLine(message)}. Check that the folder can be written and that the disk is not full.`;
}

function whyNotListening(error: NodeJS.ErrnoException, port: number): string {
  if (error.code === "EADDRINUSE")
    return `Port ${port} on ${HOST} is taken: stop what uses it, or set TOLLBOOK_CLICKHOUSE_PORT to another one.`;
  if (error.code === "EACCES")
    return `Port ${port} may not be opened by this user: set TOLLBOOK_CLICKHOUSE_PORT to one above 1023.`;
  return `Port ${port} on ${HOST} cannot be opened: ${error.message}.`;
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
}

function firstLine(text: string): string {
  return (text.split("\n")[0] ?? "").replace(/\.$/, "");
}

function fail(...sentences: string[]): never {
  for (const sentence of sentences) console.error(sentence);
  process.exit(1);
}
