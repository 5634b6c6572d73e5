import { Readable } from "node:stream";
import type { ClickHouseClient } from "@clickhouse/client";
import { accountEventColumns } from "./account-events.ts";
import { deadLetterColumns } from "./dead-letters.ts";
import type { BatchKey } from "./encode-rows.ts";
import { callColumns } from "./rated-calls.ts";
import { insertList, type Table } from "./tables.ts";

const columnsOf = { rated_calls: callColumns, account_events: accountEventColumns, dead_letters: deadLetterColumns } as const;

/** A batch must arrive as one block, or it is neither atomic nor deduplicated as one. */
export const MAX_BATCH_ROWS = 50_000;
export const MAX_BATCH_BYTES = 64 << 20;

/** `<table>/<p>/<epoch>/<batch>/a<attempt>`: the same token is stored at most once; a burnt one needs the next attempt. */
export function insertToken(table: Table, { p, epoch, batch }: BatchKey, attempt: number): string {
  return `${table}/${p}/${epoch}/${batch}/a${attempt}`;
}

/**
 * Inserts encoded rows as one block. Resolves when ClickHouse says they are stored, which is not yet proof (architecture
 * §4): read the batch back. Rejects with ClickHouse's error, or the transport's when nobody knows whether it happened.
 */
export async function insertRows(
  client: ClickHouseClient,
  table: Table,
  bytes: Uint8Array,
  token: string,
  signal?: AbortSignal,
): Promise<void> {
  const { stream } = await client.exec({
    query: `INSERT INTO ${table} (${insertList(columnsOf[table])}) FORMAT RowBinary`,
    // An iterable of one buffer: a Uint8Array itself would be iterated byte by byte.
    values: Readable.from([bytes], { objectMode: false }),
    clickhouse_settings: {
      // On by default: then the answer would come before the rows are stored.
      async_insert: 0,
      insert_deduplication_token: token,
      // One block: the limits lie above every batch.
      max_insert_block_size: String(MAX_BATCH_ROWS * 2),
      input_format_parallel_parsing: 0,
      max_insert_threads: "1",
    },
    ...(signal === undefined ? {} : { abort_signal: signal }),
  });
  // The answer is empty, but it must be read, or the connection does not become free again.
  for await (const chunk of stream) if (chunk.length > 0) continue;
}
