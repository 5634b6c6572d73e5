import { ClickHouseLogLevel, createClient, type ClickHouseClient } from "@clickhouse/client";

/** Above what the longest permitted query takes, below what a person waits for. */
const REQUEST_TIMEOUT_MS = 60_000;

/** A client with the settings that every reader and writer of ours relies on. `close()` it. */
export function openWarehouse({
  url,
  connections = 8,
}: {
  readonly url: string;
  readonly connections?: number;
}): ClickHouseClient {
  return createClient({
    url,
    request_timeout: REQUEST_TIMEOUT_MS,
    max_open_connections: connections,
    // On one machine compression costs more than the loopback interface gains.
    compression: { request: false, response: false },
    // Every failure is thrown as well; what is done about it, the caller says.
    log: { level: ClickHouseLogLevel.OFF },
    clickhouse_settings: { date_time_output_format: "iso" },
  });
}
