import { execFileSync, spawn } from "node:child_process";
import { createServer, connect, type AddressInfo } from "node:net";
import { mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { natsConfig, type FeederCredentials } from "../nats-config.ts";

/** A real nats-server with the shipped configuration, on a port and in a folder of its own. */
export interface TestNats {
  readonly url: string;
  readonly pid: () => number;
  /** SIGKILL, and the same again on the same data. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Ends it and removes its data. */
  close(): Promise<void>;
}

export const testPasswords = { operator: "operator-secret", meter: "meter-secret", api: "api-secret" };

const START_MS = 20_000;

export async function startTestNats({
  partitions,
  feeders = [],
  edit = (text) => text,
}: {
  readonly partitions: number;
  readonly feeders?: readonly FeederCredentials[];
  readonly edit?: (config: string) => string;
}): Promise<TestNats> {
  const folder = mkdtempSync(join(tmpdir(), "tollbook-nats-"));
  const port = await freePort();
  const config = join(folder, "nats.conf");
  const text = natsConfig({
    host: "127.0.0.1",
    port,
    storeDir: join(folder, "store"),
    partitions,
    serverVersion: natsServerVersion(),
    passwords: testPasswords,
    feeders,
  });
  writeFileSync(config, edit(text), { mode: 0o600 });
  let child = spawn("nats-server", ["-c", config], { stdio: "ignore" });
  let exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await answers(port);
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await exited;
  };
  return {
    url: `nats://127.0.0.1:${port}`,
    pid: () => child.pid ?? 0,
    kill: () => kill("SIGKILL"),
    start: async () => {
      child = spawn("nats-server", ["-c", config], { stdio: "ignore" });
      exited = new Promise((resolve) => child.once("exit", () => resolve()));
      await answers(port);
    },
    close: async () => {
      await kill("SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function natsServerVersion(): string {
  return /v?(\d+\.\d+\.\d+)/.exec(execFileSync("nats-server", ["--version"], { encoding: "utf8" }))?.[1] ?? "0.0.0";
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answers(port: number): Promise<void> {
  const deadline = performance.now() + START_MS;
  for (;;) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1");
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
      socket.once("close", () => socket.destroy());
      socket.unref();
    });
    if (open) return;
    if (performance.now() > deadline) throw new Error(`nats-server does not answer on port ${port}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
