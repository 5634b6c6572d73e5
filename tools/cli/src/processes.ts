/** Child processes of a one-machine installation: started in order, restarted when they die, stopped by process id. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { setPriority } from "node:os";
import { join } from "node:path";
import { UserFacingError } from "./failure.ts";

export interface ServiceConfig {
  name: string;
  command: string;
  args: string[];
  environment: NodeJS.ProcessEnv;
  /** Resolves when the service answers; rejects while it does not yet. Tried until `readyWithinMs` is over. */
  ready(): Promise<void>;
  readyWithinMs: number;
  /** 0 to 19: who waits when all want a core. */
  niceness: number;
  /** How long it may take to finish after SIGTERM before it is killed. */
  stopWithinMs: number;
}

export interface Service {
  readonly name: string;
  pid(): number | undefined;
  stop(): Promise<void>;
}

const RESTART_DELAYS_MS = [200, 500, 1_000, 2_000, 5_000];
/** Whoever ran so long before it ended is started again at once: the delays are for what cannot start. */
const HEALTHY_MS = 2_000;

/** Starts a service and resolves once it is ready. From then on it is restarted whenever it ends by itself. */
export async function startService(folder: string, config: ServiceConfig, say: (line: string) => void): Promise<Service> {
  const logFile = join(folder, "logs", `${config.name}.log`);
  const pidFile = join(folder, "run", `${config.name}.pid`);
  let child: ChildProcess | null = null;
  let stopping = false;
  let isUp = false;
  let failures = 0;
  let exited: Promise<void> = Promise.resolve();
  let restart: NodeJS.Timeout | null = null;

  const launch = (): void => {
    const launchedAt = performance.now();
    const log = openSync(logFile, "a");
    // A process group of its own: Ctrl-C reaches only the command, which then stops all in order.
    const started = spawn(config.command, config.args, { env: config.environment, stdio: ["ignore", log, log], detached: true });
    closeSync(log);
    child = started;
    if (started.pid !== undefined) {
      writeFileSync(pidFile, `${started.pid}\n`);
      setPriority(started.pid, config.niceness);
    }
    exited = new Promise((resolve) => {
      started.once("error", (error) => {
        say(`${config.name} cannot be started: ${error.message}`);
        resolve();
      });
      started.once("exit", (code, signal) => {
        resolve();
        child = null;
        if (stopping || !isUp) return;
        if (performance.now() - launchedAt > HEALTHY_MS) failures = 0;
        const delay = RESTART_DELAYS_MS[Math.min(failures++, RESTART_DELAYS_MS.length - 1)] ?? 0;
        say(`${config.name} ended (${signal ?? `exit code ${code}`}); starting it again. Its log: ${logFile}`);
        restart = setTimeout(launch, delay);
      });
    });
  };

  const stop = async (): Promise<void> => {
    stopping = true;
    if (restart !== null) clearTimeout(restart);
    const running = child;
    if (running?.pid !== undefined) {
      running.kill("SIGTERM");
      const kill = setTimeout(() => running.kill("SIGKILL"), config.stopWithinMs);
      await exited;
      clearTimeout(kill);
    }
    rmSync(pidFile, { force: true });
  };

  const logStart = sizeOf(logFile);
  launch();
  const deadline = Date.now() + config.readyWithinMs;
  for (;;) {
    const failure = await config.ready().then(
      () => null,
      (error: unknown) => error,
    );
    if (failure === null) break;
    if (child === null || Date.now() > deadline) {
      await stop();
      const last = readFileSync(logFile).subarray(logStart).toString("utf8").trim().split("\n").slice(-3).join("\n  ");
      throw new UserFacingError(`${config.name} did not start. It said:\n  ${last}\nIts whole log: ${logFile}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  isUp = true;
  return { name: config.name, pid: () => child?.pid, stop };
}

/** Throws a sentence when something listens there already. */
export async function requireFreePort(port: number, setting: string, what: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => {
      const why = error.code === "EADDRINUSE" ? "is taken by another program" : `cannot be used (${error.message})`;
      reject(
        new UserFacingError(`port ${port}, wanted for ${what}, ${why}. Stop that program, or set ${setting} to a free port.`),
      );
    });
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve()));
  });
}

/**
 * What an earlier run left behind: its command was killed, its services go on. They are stopped by process id, and only
 * when the id still belongs to a program that names this data folder.
 */
export async function stopLeftovers(folder: string, names: readonly string[], say: (line: string) => void): Promise<void> {
  for (const name of names) {
    const pidFile = join(folder, "run", `${name}.pid`);
    const pid = readPid(pidFile);
    if (pid === null) continue;
    if (belongsTo(pid, folder)) {
      say(`Stopping ${name} of an earlier run (process ${pid}).`);
      process.kill(pid, "SIGTERM");
      for (let waited = 0; waited < 200 && isAlive(pid); waited++) await new Promise((resolve) => setTimeout(resolve, 50));
      if (isAlive(pid)) process.kill(pid, "SIGKILL");
    }
    rmSync(pidFile, { force: true });
  }
}

export function readPid(file: string): number | null {
  try {
    const pid = Number(readFileSync(file, "utf8").trim());
    return Number.isSafeInteger(pid) && pid > 1 ? pid : null;
  } catch {
    // No such file: nothing was left behind.
    return null;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Linux only: elsewhere a recycled process id cannot be told apart, so nothing is stopped. */
export function belongsTo(pid: number, folder: string): boolean {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
    const environment = readFileSync(`/proc/${pid}/environ`, "utf8");
    return command.includes(folder) || environment.includes(`TOLLBOOK_DATA=${folder}`);
  } catch {
    // The process is gone, or is not ours to look at.
    return false;
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
