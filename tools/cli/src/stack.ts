/** All of Tollbook on one machine: event log, report database, meter, API with the dashboard; started and stopped in order. */
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { connect as connectTcp } from "node:net";
import { join } from "node:path";
import { openDirectory } from "@tollbook/api/directory/directory.ts";
import { bootstrapOperator } from "@tollbook/api/directory/people.ts";
import type { AccountId, FeederId } from "@tollbook/contracts/units.ts";
import { type FeederCredentials, natsConfig } from "@tollbook/meter/nats-config.ts";
import { connectOperator } from "./connect.ts";
import { UserFacingError } from "./failure.ts";
import { type Installation, newSecret, root, saveSecrets } from "./installation.ts";
import {
  belongsTo,
  isAlive,
  readPid,
  requireFreePort,
  type Service,
  type ServiceConfig,
  startService,
  stopLeftovers,
} from "./processes.ts";
import { ensure, find, natsServer } from "./system-packages.ts";

export interface Stack {
  /** Address of the API and the dashboard. */
  readonly url: string;
  readonly services: readonly Service[];
  stop(): Promise<void>;
}

const ORDER = ["nats", "clickhouse", "meter", "api"] as const;
const supervisorPidFile = (folder: string): string => join(folder, "run", "tollbook.pid");

/** Starts everything and resolves when the API says it is ready. Whatever fails is stopped again and said in a sentence. */
export async function startStack(installation: Installation, say: (line: string) => void): Promise<Stack> {
  const { folder, ports } = installation;
  const runningPid = readPid(supervisorPidFile(folder));
  if (
    runningPid !== null &&
    runningPid !== process.pid &&
    isAlive(runningPid) &&
    existsSync(join(folder, "run", "api.pid")) &&
    isTollbook(runningPid)
  ) {
    throw new UserFacingError(
      `Tollbook is running already on ${folder} (process ${runningPid}). Open http://127.0.0.1:${ports.api}, or stop it first with Ctrl-C there.`,
    );
  }
  await stopLeftovers(folder, ORDER.toReversed(), say);
  await ensure([natsServer]);
  await requireFreePort(ports.api, "TOLLBOOK_API_PORT", "the dashboard and the API");
  await requireFreePort(ports.nats, "TOLLBOOK_NATS_PORT", "the event log (NATS)");
  await requireFreePort(ports.clickhouse, "TOLLBOOK_CLICKHOUSE_PORT", "the report database (ClickHouse)");
  await requireFreePort(ports.meter, "TOLLBOOK_METER_PORT", "the meter's health page");
  writeFileSync(supervisorPidFile(folder), `${process.pid}\n`);

  const services: Service[] = [];
  const stop = async (): Promise<void> => {
    // The API first, so that no new call comes in; the log last, so that the meter can settle what it has.
    for (const service of services.toReversed()) await service.stop();
    writeFileSync(supervisorPidFile(folder), "");
  };
  try {
    writeNatsConfig(installation);
    for (const config of serviceConfigs(installation)) {
      // Before the API reads the directory, so that whoever signs in at once is known.
      if (config.name === "api") await ensureOperator(installation);
      say(`Starting ${config.name} …`);
      services.push(await startService(folder, config, say));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `http://127.0.0.1:${ports.api}`,
    services,
    stop,
  };
}

export function natsConfigPath(folder: string): string {
  return join(folder, "nats.conf");
}

/** The person whose password the first start made can sign in. */
async function ensureOperator(installation: Installation): Promise<void> {
  const { operatorEmail, operatorPassword } = installation.secrets;
  const nats = await connectOperator(installation);
  try {
    const directory = await openDirectory(nats);
    if (directory.person(operatorEmail) !== null) return;
    await bootstrapOperator(directory, { email: operatorEmail, password: operatorPassword, displayName: "Operator" });
  } finally {
    await nats.close();
  }
}

/**
 * Gives a feeder of an account its own NATS user, with a new password unless it has one, and makes a running log server
 * read its users again.
 */
export function ensureFeeder(installation: Installation, account: AccountId, feeder: FeederId): FeederCredentials {
  const { folder, secrets } = installation;
  const known = secrets.feeders.find((one) => one.account === account && one.feeder === feeder);
  if (known !== undefined) return known;
  const added = { account, feeder, password: newSecret() };
  secrets.feeders.push(added);
  saveSecrets(join(folder, "secrets.json"), secrets);
  writeNatsConfig(installation);
  const pid = readPid(join(folder, "run", "nats.pid"));
  if (pid !== null && isAlive(pid)) process.kill(pid, "SIGHUP");
  return added;
}

/** Written anew at each start: users, the subject mapping, and the settings this version of the server knows. */
function writeNatsConfig({ folder, ports, partitions, secrets }: Installation): void {
  const text = natsConfig({
    host: "127.0.0.1",
    port: ports.nats,
    storeDir: join(folder, "nats"),
    partitions,
    serverVersion: natsServerVersion(),
    passwords: { operator: secrets.natsOperator, meter: secrets.natsMeter, api: secrets.natsApi },
    feeders: secrets.feeders,
  });
  writeFileSync(natsConfigPath(folder), text, { mode: 0o600 });
}

/** For example "2.9.10". */
export function natsServerVersion(): string {
  const path = find(natsServer);
  if (path === null) throw new UserFacingError("nats-server is missing.");
  return /v?(\d+\.\d+\.\d+)/.exec(execFileSync(path, ["--version"], { encoding: "utf8" }))?.[1] ?? "0.0.0";
}

function serviceConfigs({ folder, ports, partitions, secrets }: Installation): ServiceConfig[] {
  const node = process.execPath;
  const natsUrl = `nats://127.0.0.1:${ports.nats}`;
  const clickhouseUrl = `http://default:${secrets.clickhouse}@127.0.0.1:${ports.clickhouse}`;
  const environment = (own: Record<string, string>): NodeJS.ProcessEnv => ({
    ...process.env,
    TOLLBOOK_DATA: folder,
    NODE_ENV: "production",
    ...own,
  });
  const main = (path: string): string[] => [join(root, path)];
  return [
    {
      name: "nats",
      niceness: 0,
      command: find(natsServer) ?? "nats-server",
      args: ["-c", natsConfigPath(folder)],
      environment: environment({}),
      ready: () => answersTcp(ports.nats),
      readyWithinMs: 60_000,
      stopWithinMs: 15_000,
    },
    {
      name: "clickhouse",
      // Rows may come a little later; a decision on a call may not.
      niceness: 10,
      command: node,
      args: main("packages/clickhouse-embedded/src/main.ts"),
      environment: environment({
        TOLLBOOK_CLICKHOUSE_PORT: String(ports.clickhouse),
        TOLLBOOK_CLICKHOUSE_DATA: join(folder, "clickhouse"),
        TOLLBOOK_CLICKHOUSE_PASSWORD: secrets.clickhouse,
        UV_THREADPOOL_SIZE: "16",
      }),
      ready: () => answersOk(`http://127.0.0.1:${ports.clickhouse}/ping`),
      readyWithinMs: 120_000,
      stopWithinMs: 20_000,
    },
    {
      name: "meter",
      niceness: 0,
      command: node,
      args: main("apps/meter/src/main.ts"),
      environment: environment({
        NATS_URL: natsUrl,
        TOLLBOOK_NATS_USER: "meter",
        TOLLBOOK_NATS_PASSWORD: secrets.natsMeter,
        CLICKHOUSE_URL: clickhouseUrl,
        TOLLBOOK_PARTITIONS: String(partitions),
        TOLLBOOK_METER_PORT: String(ports.meter),
      }),
      ready: () => answersOk(`http://127.0.0.1:${ports.meter}/readyz`),
      readyWithinMs: 120_000,
      stopWithinMs: 20_000,
    },
    {
      name: "api",
      niceness: 2,
      command: node,
      args: main("apps/api/src/main.ts"),
      environment: environment({
        NATS_URL: natsUrl,
        TOLLBOOK_NATS_USER: "api",
        TOLLBOOK_NATS_PASSWORD: secrets.natsApi,
        CLICKHOUSE_URL: clickhouseUrl,
        TOLLBOOK_PARTITIONS: String(partitions),
        TOLLBOOK_API_HOST: process.env["TOLLBOOK_API_HOST"] ?? "127.0.0.1",
        TOLLBOOK_API_PORT: String(ports.api),
        TOLLBOOK_DASHBOARD: join(root, "apps/dashboard/dist"),
      }),
      ready: () => answersOk(`http://127.0.0.1:${ports.api}/readyz`),
      readyWithinMs: 60_000,
      stopWithinMs: 15_000,
    },
  ];
}

async function answersOk(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
}

async function answersTcp(port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const socket = connectTcp(port, "127.0.0.1", () => {
      socket.destroy();
      resolve();
    });
    socket.once("error", reject);
  });
}

/** A recycled process id is some other program. Where it cannot be told, the pid file is believed. */
function isTollbook(pid: number): boolean {
  return process.platform !== "linux" || belongsTo(pid, "tools/cli/src/main.ts");
}
