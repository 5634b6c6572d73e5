/** Control: inserts prebuilt blocks of the rows that the pipeline wrote. The other half of the bound. */
import { readFileSync } from "node:fs";
import { readSetting, report, untilReleased } from "./harness/child.ts";
import { connectClickhouse } from "./harness/clickhouse.ts";
import type { Progress } from "./consume-only.ts";
import type { Rig } from "./harness/rig.ts";

export interface InsertSetting {
  readonly clickhouse: Rig["clickhouse"];
  readonly format: "RowBinary" | "Native";
  /** One file per table that the pipeline writes, each with the rows of the same stretch of the log. */
  readonly blocks: readonly { readonly table: string; readonly columns: string; readonly file: string }[];
  /** How many events the rows of one block came from. */
  readonly eventsPerBlock: number;
  readonly rounds: number;
}

const { clickhouse: server, format, blocks, eventsPerBlock, rounds } = readSetting<InsertSetting>();
const clickhouse = connectClickhouse(server);
const loaded = blocks.map((block) => ({ ...block, bytes: readFileSync(block.file) }));
report({ done: 0 } satisfies Progress);
for (let round = 1; round <= rounds; round++) {
  for (const { table, columns, bytes } of loaded)
    await clickhouse.insert(table, columns, format, bytes, `insert-only/${process.pid}/${table}/${round}`);
  report({ done: round * eventsPerBlock } satisfies Progress);
}
await untilReleased();
clickhouse.close();
