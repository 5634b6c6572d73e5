/** Installations for `./tollbook bench`: started in a folder of their own, on free ports, deleted afterwards. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { connect } from "@nats-io/transport-node";
import type { TimeUs } from "@tollbook/contracts/units.ts";
import { openDirectory } from "@tollbook/api/directory/directory.ts";
import { bootstrapOperator } from "@tollbook/api/directory/people.ts";
import type { OpenRig, Rig, ServiceName } from "@tollbook/loadtests/harness/rig.ts";
import { natsConfig } from "@tollbook/meter/nats-config.ts";
import { signIn } from "../api-client.ts";
import { activateDeck, readDeckFile } from "../deck-import.ts";
import { UserFacingError } from "../failure.ts";
import { newSecret, root, type Secrets } from "../installation.ts";
import { belongsTo, readPid, type Service, type ServiceConfig, startService } from "../processes.ts";
import { natsServerVersion } from "../stack.ts";
import { find, natsServer } from "../system-packages.ts";

export interface RigFactory {
  readonly open: OpenRig;
  /** Stops and deletes every rig that is still open: after a failure, or on Ctrl-C. */
  closeAll(): Promise<void>;
}

const decks = ["acs-outbound-usd", "inbound-usd"].map((name) => join(root, `packages/tariffs/decks/${name}.csv`));
/** In force since long before any call of the benchmark. */
const DECKS_VALID_FROM = 1_577_836_800_000_000 as TimeUs;

export function createRigFactory(partitions: number): RigFactory {
  const open = new Set<Rig>();
  return {
    open: async () => {
      const rig = await openRig(partitions);
      open.add(rig);
      return {
        ...rig,
        close: async () => {
          open.delete(rig);
          await rig.close();
        },
      };
    },
    closeAll: async () => {
      for (const rig of open) await rig.close();
      open.clear();
    },
  };
}

async function openRig(partitions: number): Promise<Rig> {
  const folder = newFolder();
  const [nats = 0, clickhouse = 0, meter = 0, api = 0] = await freePorts(4);
  const secrets = newSecrets();
  const natsUrl = `nats://127.0.0.1:${nats}`;
  const configFile = join(folder, "nats.conf");
  const passwords = { operator: secrets.natsOperator, meter: secrets.natsMeter, api: secrets.natsApi };
  writeFileSync(
    configFile,
    natsConfig({
      host: "127.0.0.1",
      port: nats,
      storeDir: join(folder, "nats"),
      partitions,
      serverVersion: natsServerVersion(),
      passwords,
      feeders: [],
    }),
    { mode: 0o600 },
  );
  const configs = serviceConfigs({ folder, configFile, natsUrl, ports: { clickhouse, meter, api }, secrets, partitions });
  const running = new Map<ServiceName, { service: Service | null; pid: number | null }>();

  const start = async (name: ServiceName): Promise<void> => {
    const entry = { service: null, pid: null };
    running.set(name, entry);
    const service = await startService(folder, configs[name], () => undefined);
    Object.assign(entry, { service, pid: service.pid() ?? null });
  };
  const stop = async (name: ServiceName): Promise<void> => {
    const found = running.get(name);
    running.delete(name);
    if (found === undefined) return;
    if (found.service !== null) return await found.service.stop();
    // Interrupted while it was starting: its supervisor does not have it in hand yet.
    const pid = readPid(join(folder, "run", `${name}.pid`));
    if (pid !== null && belongsTo(pid, folder)) process.kill(pid, "SIGKILL");
  };
  return {
    natsUrl,
    logins: {
      operator: { user: "operator", password: secrets.natsOperator },
      meter: { user: "meter", password: secrets.natsMeter },
      api: { user: "api", password: secrets.natsApi },
    },
    clickhouse: { url: local(clickhouse), user: "default", password: secrets.clickhouse },
    apiUrl: local(api),
    partitions,
    folder,
    start,
    stop,
    activateSampleDecks: async () => {
      const nc = await connect({ servers: natsUrl, user: "operator", pass: secrets.natsOperator, reconnect: false });
      try {
        for (const path of decks) await activateDeck(nc, readDeckFile(path), DECKS_VALID_FROM);
      } finally {
        await nc.close();
      }
    },
    createApiKey: (account) => createApiKey(natsUrl, secrets, local(api), account),
    pids: () => {
      const pids: Record<string, number> = {};
      for (const [name, { service, pid }] of running) {
        // While it is still starting, its CPU time counts already.
        const now = service === null ? readPid(join(folder, "run", `${name}.pid`)) : service.pid();
        // The supervisor starts it again; a measurement across a crash is none.
        if (service !== null && now !== pid)
          throw new Error(`${name} ended by itself while it was measured. Its log: ${join(folder, "logs", `${name}.log`)}`);
        if (now !== null && now !== undefined) pids[name] = now;
      }
      return pids;
    },
    close: async () => {
      for (const name of ["api", "meter", "clickhouse", "nats"] as const) await stop(name);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Setting {
  folder: string;
  configFile: string;
  natsUrl: string;
  ports: { clickhouse: number; meter: number; api: number };
  secrets: Secrets;
  partitions: number;
}

/** As in `./tollbook up`, without the dashboard. */
function serviceConfigs({
  folder,
  configFile,
  natsUrl,
  ports,
  secrets,
  partitions,
}: Setting): Record<ServiceName, ServiceConfig> {
  const environment = (own: Record<string, string>): NodeJS.ProcessEnv => ({
    ...process.env,
    TOLLBOOK_DATA: folder,
    NODE_ENV: "production",
    TOLLBOOK_PARTITIONS: String(partitions),
    NATS_URL: natsUrl,
    CLICKHOUSE_URL: `http://default:${secrets.clickhouse}@127.0.0.1:${ports.clickhouse}`,
    ...own,
  });
  const service = (name: ServiceName, path: string, ready: string, own: Record<string, string>): ServiceConfig => ({
    name,
    command: process.execPath,
    args: [join(root, path)],
    environment: environment(own),
    ready: () => answersOk(ready),
    readyWithinMs: 60_000,
    niceness: 0,
    stopWithinMs: 20_000,
  });
  return {
    nats: {
      name: "nats",
      command: find(natsServer) ?? natsServer.program,
      args: ["-c", configFile],
      environment: environment({}),
      ready: async () => (await connect({ servers: natsUrl, user: "meter", pass: secrets.natsMeter, timeout: 1_000 })).close(),
      readyWithinMs: 30_000,
      niceness: 0,
      stopWithinMs: 15_000,
    },
    clickhouse: service("clickhouse", "packages/clickhouse-embedded/src/main.ts", `${local(ports.clickhouse)}/ping`, {
      TOLLBOOK_CLICKHOUSE_PORT: String(ports.clickhouse),
      TOLLBOOK_CLICKHOUSE_DATA: join(folder, "clickhouse"),
      TOLLBOOK_CLICKHOUSE_PASSWORD: secrets.clickhouse,
      UV_THREADPOOL_SIZE: "16",
    }),
    meter: service("meter", "apps/meter/src/main.ts", `${local(ports.meter)}/readyz`, {
      TOLLBOOK_NATS_USER: "meter",
      TOLLBOOK_NATS_PASSWORD: secrets.natsMeter,
      TOLLBOOK_METER_PORT: String(ports.meter),
    }),
    api: service("api", "apps/api/src/main.ts", `${local(ports.api)}/readyz`, {
      TOLLBOOK_NATS_USER: "api",
      TOLLBOOK_NATS_PASSWORD: secrets.natsApi,
      TOLLBOOK_API_HOST: "127.0.0.1",
      TOLLBOOK_API_PORT: String(ports.api),
      // The benchmark asks for what the API can do, not for what it grants to one key.
      TOLLBOOK_LIMIT_KEY: "100000000",
    }),
  };
}

const local = (port: number): string => `http://127.0.0.1:${port}`;

/** Of an account that the log has and the API does not know yet: made known, and a key made, as its operator would. */
async function createApiKey(natsUrl: string, secrets: Secrets, url: string, account: string): Promise<string> {
  const nc = await connect({ servers: natsUrl, user: "operator", pass: secrets.natsOperator, reconnect: false });
  try {
    await bootstrapOperator(await openDirectory(nc), { email: secrets.operatorEmail, password: secrets.operatorPassword });
  } finally {
    await nc.close();
  }
  const operator = await signIn(url, secrets);
  const known = { account, name: account, country: "DE", currency: "USD", agreement: "MCA" };
  await operator.send("POST", "/v1/accounts", known);
  const key = { name: "bench", feeder: "bench", scopes: ["authorize"] };
  const { secret } = await operator.send<{ secret: string }>("POST", `/v1/accounts/${account}/api-keys`, key);
  return secret;
}

function newSecrets(): Secrets {
  return {
    natsOperator: newSecret(),
    natsMeter: newSecret(),
    natsApi: newSecret(),
    clickhouse: newSecret(),
    operatorEmail: "bench@tollbook.localhost",
    operatorPassword: newSecret(),
    feeders: [],
  };
}

async function answersOk(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
}

/** Beside the data of an installation, so that the disk under test is the one that is used later. */
function newFolder(): string {
  const parent = resolve(process.env["TOLLBOOK_DATA"] ?? join(root, "data"));
  try {
    mkdirSync(parent, { recursive: true });
    const folder = mkdtempSync(join(parent, "bench-"));
    for (const part of ["nats", "clickhouse", "logs", "run"]) mkdirSync(join(folder, part));
    return folder;
  } catch (error) {
    throw new UserFacingError(`cannot write to ${parent} (${(error as Error).message}). Set TOLLBOOK_DATA to a folder of yours.`);
  }
}

/** All are held at once, so that no two are the same; another program may still take one before it is used. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}
