import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ClickHouseClient } from "@clickhouse/client";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { startEmbeddedClickhouse, type EmbeddedClickhouse } from "@tollbook/clickhouse-embedded/start.ts";
import { migrate } from "@tollbook/warehouse/migrate.ts";
import { openWarehouse } from "@tollbook/warehouse/open-warehouse.ts";
import type { MeterConfig } from "../environment.ts";
import { createMeter, type Meter, type MeterOptions } from "../meter.ts";
import type { FeederCredentials } from "../nats-config.ts";
import type { PartitionLog } from "../partition.ts";
import { smallRules } from "./small-rules.ts";
import { startTestNats, testPasswords, type TestNats } from "./nats-server.ts";

/** Real NATS and real ClickHouse, with as many meters as a test starts. `close` ends all of it. */
export interface TestStack {
  readonly nats: TestNats;
  readonly config: MeterConfig;
  /** As the NATS operator: may do everything. */
  readonly nc: NatsConnection;
  readonly client: ClickHouseClient;
  readonly clickhouse: () => EmbeddedClickhouse;
  /** SIGKILL, and the same again on the same data and port. */
  restartClickhouse(): Promise<void>;
  startMeter(options?: Partial<MeterOptions>): Promise<Meter>;
  close(): Promise<void>;
}

export async function startTestStack({
  partitions = 2,
  feeders = [],
}: { readonly partitions?: number; readonly feeders?: readonly FeederCredentials[] } = {}): Promise<TestStack> {
  const folder = mkdtempSync(join(tmpdir(), "tollbook-meter-"));
  const [nats, first] = await Promise.all([
    startTestNats({ partitions, feeders }),
    startEmbeddedClickhouse({ dataFolder: join(folder, "clickhouse"), port: 0 }),
  ]);
  let clickhouse = first;
  const url = clickhouse.url;
  const nc = await connect({
    servers: nats.url,
    user: "operator",
    pass: testPasswords.operator,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 50,
  });
  const client = openWarehouse({ url });
  await migrate(client);
  const meters: Meter[] = [];
  const config: MeterConfig = {
    natsUrl: nats.url,
    natsUser: "meter",
    natsPassword: testPasswords.meter,
    natsReplicas: 1,
    clickhouseUrl: url,
    partitions,
    port: 0,
    bufferBytes: 64 * 1024 * 1024,
    logLevel: "silent",
  };
  return {
    nats,
    config,
    nc,
    client,
    clickhouse: () => clickhouse,
    restartClickhouse: async () => {
      // No waiting for an orderly end; one that is dead already stays so.
      await clickhouse.stop(0);
      clickhouse = await startEmbeddedClickhouse({ dataFolder: join(folder, "clickhouse"), port: Number(new URL(url).port) });
    },
    startMeter: async (options = {}) => {
      const meter = await createMeter({ config, log: quietLog, rules: smallRules, ...options });
      meters.push(meter);
      return meter;
    },
    close: async () => {
      for (const meter of meters) await meter.close(5_000);
      await client.close();
      await nc.close();
      await clickhouse.stop(2_000);
      await nats.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** TOLLBOOK_TEST_LOG=1 shows what the meter says. */
const quietLog: PartitionLog =
  process.env["TOLLBOOK_TEST_LOG"] === "1"
    ? { info: say, warn: say, error: say }
    : { info: () => undefined, warn: () => undefined, error: () => undefined };

function say(fields: object, message: string): void {
  process.stderr.write(`${message} ${JSON.stringify(fields)}\n`);
}
