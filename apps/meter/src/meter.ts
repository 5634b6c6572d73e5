import { setTimeout as sleep } from "node:timers/promises";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { migrate } from "@tollbook/warehouse/migrate.ts";
import { openWarehouse } from "@tollbook/warehouse/open-warehouse.ts";
import { randomUUID } from "node:crypto";
import { createDecks } from "./decks.ts";
import type { MeterConfig } from "./environment.ts";
import { asError } from "./failures.ts";
import { openHealthServer, type Health } from "./health.ts";
import { createHost } from "./host.ts";
import { openInstallFacts } from "./install.ts";
import { openLeases } from "./lease.ts";
import { setUpLog } from "./log-setup.ts";
import { createMetrics, type MeterMetrics } from "./metrics.ts";
import { METER_INBOX_PREFIX } from "./nats-config.ts";
import type { PartitionLog, PartitionOptions } from "./partition.ts";
import { domainRules, type FoldRules } from "./rules.ts";
import { createSlices } from "./slices.ts";
import { createSnapshotStore } from "./snapshots.ts";

/** The stream host: owns partitions of the log, folds them, stores what comes out, verified and once. */
export interface Meter {
  /** Of the health page. */
  readonly port: number;
  readonly owner: string;
  readonly metrics: MeterMetrics;
  health(): Health;
  /** Resolves when every partition this meter owns is served; rejects after the deadline with what is missing. */
  serving(deadlineMs: number): Promise<void>;
  /** Settles what is open, stores a snapshot, gives the partitions back. After the deadline it lets go as it is. */
  close(deadlineMs: number): Promise<void>;
}

export interface MeterOptions {
  readonly config: MeterConfig;
  readonly log: PartitionLog;
  /** The domain's where nothing else is given. */
  readonly rules?: FoldRules;
  /** Tests only: see sink.ts. */
  readonly sabotage?: PartitionOptions["sabotage"];
  readonly snapshotEveryMs?: number;
}

const MIGRATE_RETRY_MS = 2_000;
/** Throws sentences: NATS cannot be reached, the log is set up otherwise, the port is taken. ClickHouse may come later. */
export async function createMeter({ config, log, rules = domainRules, sabotage, snapshotEveryMs }: MeterOptions): Promise<Meter> {
  const owner = `meter-${process.pid}-${randomUUID().slice(0, 8)}`;
  const nc = await connectLog(config, log);
  const closing = new AbortController();
  try {
    const eventLog = await setUpLog(nc, { partitions: config.partitions, replicas: config.natsReplicas });
    const client = openWarehouse({ url: config.clickhouseUrl, connections: config.partitions + 4 });
    const metrics = createMetrics();
    const slices = createSlices();
    const decks = createDecks(eventLog.decks);
    const installFacts = await openInstallFacts(nc, decks, (error) => log.error({ reason: error.message }, "installation facts"));
    let clickhouse = `ClickHouse at ${hostOf(config.clickhouseUrl)} has not answered yet.`;
    const schema = migratePatiently();

    const health = (): Health => {
      const { stages, problems } = host.status();
      const all = [
        ...problems,
        ...(clickhouse === "" ? [] : [clickhouse]),
        ...(nc.isClosed() ? ["The connection to NATS is closed."] : []),
      ];
      const ready = [...stages.values()].every((stage) => stage === "serving") && !nc.isClosed();
      return { ready, problems: all, partitions: Object.fromEntries(stages) };
    };
    let closed: Promise<void> | null = null;
    const server = await openHealthServer(config.port, { health, registry: metrics.registry });

    async function migratePatiently(): Promise<void> {
      while (!closing.signal.aborted) {
        try {
          const applied = await migrate(client);
          if (applied.length > 0) log.info({ applied }, "ClickHouse has the tables of this release now");
          clickhouse = "";
          return;
        } catch (error) {
          clickhouse = `ClickHouse at ${hostOf(config.clickhouseUrl)} does not answer or refuses (${asError(error).message}): calls are decided meanwhile, their rows wait. Start it, or set CLICKHOUSE_URL.`;
          log.warn({}, clickhouse);
          await sleep(MIGRATE_RETRY_MS, undefined, { signal: closing.signal }).catch(() => undefined);
        }
      }
    }

    const host = createHost({
      common: {
        partitions: config.partitions,
        owner,
        nc,
        jsm: eventLog.jsm,
        settledMarks: eventLog.settled,
        notes: eventLog.notes,
        rules,
        decks,
        installFacts,
        client,
        slices,
        bufferBytes: Math.floor(config.bufferBytes / config.partitions),
        log,
        ...(sabotage === undefined ? {} : { sabotage }),
        ...(snapshotEveryMs === undefined ? {} : { snapshotEveryMs }),
      },
      snapshotsOf: (partition) => createSnapshotStore(eventLog.snapshots, partition),
      metrics,
      log,
      closing: closing.signal,
      release: (partition) => leases.release(partition),
    });
    const leases = await openLeases({
      kv: eventLog.leases,
      owner,
      partitions: config.partitions,
      onAcquired: (partition, lost) => host.take(partition, lost),
      onSurplus: (partition) => host.giveBack(partition),
      onError: (error) => log.warn({ reason: asError(error).message }, "leases"),
    });

    return {
      port: server.port,
      owner,
      metrics,
      health,
      serving: async (deadlineMs) => {
        const deadline = performance.now() + deadlineMs;
        while (!health().ready || host.status().stages.size === 0) {
          if (performance.now() > deadline) throw new Error(`not served after ${deadlineMs} ms: ${JSON.stringify(health())}`);
          await sleep(20);
        }
      },
      close: (deadlineMs) => (closed ??= close(deadlineMs)),
    };
    async function close(deadlineMs: number): Promise<void> {
      closing.abort();
      await Promise.race([host.ended(), sleep(deadlineMs, undefined, { ref: false })]);
      await leases.close();
      await host.ended();
      await server.close();
      await installFacts.close();
      await schema;
      await client.close();
      await nc.close();
    }
  } catch (error) {
    closing.abort();
    await nc.close();
    throw error;
  }
}

async function connectLog(config: MeterConfig, log: PartitionLog): Promise<NatsConnection> {
  try {
    const nc = await connect({
      servers: config.natsUrl,
      user: config.natsUser,
      pass: config.natsPassword,
      name: "tollbook meter",
      inboxPrefix: METER_INBOX_PREFIX,
      noAsyncTraces: true,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 250,
      pingInterval: 10_000,
      maxPingOut: 2,
    });
    void (async () => {
      for await (const status of nc.status()) {
        if (status.type === "disconnect" || status.type === "reconnect" || status.type === "error")
          log.warn({ status: status.type }, "NATS connection");
      }
    })();
    return nc;
  } catch (error) {
    throw new Error(
      `NATS at ${hostOf(config.natsUrl)} cannot be used (${asError(error).message}): start nats-server with the nats.conf that Tollbook ` +
        "writes, or set NATS_URL, TOLLBOOK_NATS_USER and TOLLBOOK_NATS_PASSWORD.",
      { cause: error },
    );
  }
}

/** Addresses can carry passwords. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "an unreadable address";
}
