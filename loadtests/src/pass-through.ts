/**
 * Control: the pipeline without rating and state. Reads the same messages, parses them, writes the event's own fields
 * into copies of rows that the pipeline wrote for such calls, and inserts the rows with the meter's settings.
 * What it leaves out: identity, funding, intent, read-back and settling.
 */
import { readFileSync } from "node:fs";
import { readSetting, report, untilReleased } from "./harness/child.ts";
import { connectClickhouse } from "./harness/clickhouse.ts";
import { connectLog, type LogAccess, readStretches, type Stretch } from "./harness/log.ts";
import type { Progress } from "./consume-only.ts";
import type { Rig } from "./harness/rig.ts";
import { createRowStencil, type StencilPart } from "./sample/row-stencil.ts";
import { fieldsFromMessage } from "./sample/fields-from-message.ts";

export interface PassThroughSetting {
  readonly log: LogAccess;
  readonly clickhouse: Rig["clickhouse"];
  readonly stretches: readonly Stretch[];
  readonly table: string;
  /** JSON of `StencilPart[]`. */
  readonly stencilFile: string;
}

/** As the meter begins with (architecture §4). */
const BATCH_ROWS = 10_000;
const BATCH_MS = 250;

const { log, clickhouse: server, stretches, table, stencilFile } = readSetting<PassThroughSetting>();
const nc = await connectLog(log);
const clickhouse = connectClickhouse(server);
const parts = JSON.parse(readFileSync(stencilFile, "utf8")) as StencilPart[];
const names = parts
  .flatMap((part) => (part.kind === "written" ? [part.column] : part.columns))
  .map((name) => `\`${name}\``)
  .join(", ");
const stencil = createRowStencil(parts);

let batch = 0;
let stored = 0;
let begun = performance.now();
/** One insert at a time; what comes meanwhile waits in memory, at most the whole preloaded run. */
let inserting: Promise<void> = Promise.resolve();
const flush = (): void => {
  const { bytes, rows } = stencil.take();
  begun = performance.now();
  if (rows === 0) return;
  const token = `pass-through/${process.pid}/${batch++}`;
  inserting = inserting.then(async () => {
    await clickhouse.insert(table, names, "RowBinary", bytes, token);
    stored += rows;
    report({ done: stored } satisfies Progress);
  });
};
report({ done: 0 } satisfies Progress);
await readStretches(nc, stretches, (payload, seq) => {
  for (const fields of fieldsFromMessage(payload)) {
    stencil.add(fields, seq);
    if (stencil.rows() >= BATCH_ROWS) flush();
  }
  if (performance.now() - begun >= BATCH_MS) flush();
});
flush();
await inserting;
await untilReleased();
clickhouse.close();
await nc.close();
