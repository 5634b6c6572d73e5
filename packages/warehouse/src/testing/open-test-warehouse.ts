import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedClickhouse } from "@tollbook/clickhouse-embedded/start.ts";
import type { ClickHouseClient } from "@clickhouse/client";
import { openWarehouse } from "../open-warehouse.ts";

export interface TestWarehouse {
  readonly url: string;
  readonly client: ClickHouseClient;
  close(): Promise<void>;
}

/** A real embedded ClickHouse of its own with an empty database; `close` leaves nothing behind. */
export async function openTestWarehouse(): Promise<TestWarehouse> {
  const dataFolder = mkdtempSync(join(tmpdir(), "tollbook-warehouse-"));
  const clickhouse = await startEmbeddedClickhouse({ dataFolder, port: 0 });
  const client = openWarehouse({ url: clickhouse.url });
  return {
    url: clickhouse.url,
    client,
    async close() {
      await client.close();
      await clickhouse.stop(5000);
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}
