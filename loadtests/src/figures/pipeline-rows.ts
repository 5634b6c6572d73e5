import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { InsertSetting } from "../insert-only.ts";
import type { Clickhouse } from "../harness/clickhouse.ts";
import { lastSequences } from "../harness/settled.ts";
import { isWritten, type StencilPart } from "../sample/row-stencil.ts";
import { prepare, preload, type Bench, type Prepared } from "./prepared.ts";
import { drainMeter, measureIdleStart } from "./drain-meter.ts";

/** What the pipeline wrote for some calls, kept so that the controls can write the same. */
export interface PipelineRows {
  /** How to write rows like those in `rated_calls` from events alone: JSON of `StencilPart[]`. */
  readonly stencilFile: string;
  /** Prebuilt blocks of every table that the calls left rows in. */
  readonly blocks: Readonly<Record<InsertSetting["format"], InsertSetting["blocks"]>>;
  readonly eventsPerBlock: number;
  readonly bytesPerEvent: number;
}

/** One batch of the meter's. */
const BLOCK_EVENTS = 10_000;
const TABLES = ["rated_calls", "account_events", "dead_letters"];

/** Runs some calls through the pipeline and takes copies of their rows. `folder` must outlive the use of the blocks. */
export async function learnPipelineRows(bench: Bench, folder: string): Promise<PipelineRows> {
  const prepared = await prepare(bench);
  try {
    await prepared.rig.stop("meter");
    const idleStart = await measureIdleStart(prepared);
    const before = await lastSequences(prepared.nc, prepared.rig.partitions);
    const count = Math.min(bench.knobs.events, BLOCK_EVENTS);
    const stretches = await preload(prepared, prepared.calls("learn"), count, 1);
    await drainMeter(prepared, stretches, 1, idleStart);
    return await copyRows(prepared, before, count, folder);
  } finally {
    await prepared.close();
  }
}

async function copyRows(
  { clickhouse }: Prepared,
  before: readonly number[],
  count: number,
  folder: string,
): Promise<PipelineRows> {
  // Only what the calls left, not what setting up the accounts did.
  const own = `(${before.map((last, p) => `(p = ${p} AND log_seq > ${last})`).join(" OR ")})`;
  const blocks: Record<InsertSetting["format"], { table: string; columns: string; file: string }[]> = {
    RowBinary: [],
    Native: [],
  };
  let bytes = 0;
  for (const table of TABLES) {
    const [rows = "0"] = await clickhouse.row(`SELECT count() FROM ${table} WHERE ${own}`);
    if (rows === "0") continue;
    const columns = (await columnsOf(clickhouse, table)).map(({ name }) => `\`${name}\``).join(", ");
    for (const format of ["RowBinary", "Native"] as const) {
      const block = await clickhouse.query(`SELECT ${columns} FROM ${table} WHERE ${own} ORDER BY p, out_seq FORMAT ${format}`);
      const file = join(folder, `${table}.${format}`);
      writeFileSync(file, block);
      blocks[format].push({ table: `${table}_copy`, columns, file });
      if (format === "RowBinary") bytes += block.byteLength;
    }
  }
  const [rated = "0"] = await clickhouse.row(`SELECT count() FROM rated_calls WHERE ${own} AND outcome = 'rated'`);
  if (Number(rated) !== count) throw new Error(`${count} calls went in, ${rated} were rated: ${await whyNot(clickhouse, own)}`);
  const stencilFile = join(folder, "stencil.json");
  writeFileSync(stencilFile, JSON.stringify(await readStencil(clickhouse, own)));
  return { stencilFile, blocks, eventsPerBlock: count, bytesPerEvent: Math.round(bytes / count) };
}

/** Rows that lend what is copied; so many that they compress as all of them do. */
const SAMPLE_ROWS = 1_000;

async function readStencil(clickhouse: Clickhouse, own: string): Promise<StencilPart[]> {
  const groups: { written: boolean; columns: string[] }[] = [];
  for (const { name, type } of await columnsOf(clickhouse, "rated_calls")) {
    const written = isWritten(name, type);
    const last = groups.at(-1);
    if (last === undefined || last.written || written) groups.push({ written, columns: [name] });
    else last.columns.push(name);
  }
  const copied = groups.filter(({ written }) => !written);
  const asBytes = copied.map(
    ({ columns }) => `base64Encode(formatRow('RowBinary', ${columns.map((name) => `\`${name}\``).join(", ")}))`,
  );
  const text = await clickhouse.query(
    `SELECT ${asBytes.join(", ")} FROM rated_calls WHERE ${own} ORDER BY p, out_seq LIMIT ${SAMPLE_ROWS} FORMAT TabSeparatedRaw`,
  );
  const rows = text
    .toString("utf8")
    .trimEnd()
    .split("\n")
    .map((line) => line.split("\t"));
  return groups.map(({ written, columns }) => {
    if (written) return { kind: "written", column: columns[0] as string };
    const place = copied.findIndex((group) => group.columns === columns);
    return { kind: "copied", columns, samples: rows.map((row) => row[place] as string) };
  });
}

async function columnsOf(clickhouse: Clickhouse, table: string): Promise<{ name: string; type: string }[]> {
  const text = await clickhouse.query(
    `SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = '${table}' ORDER BY position FORMAT TabSeparatedRaw`,
  );
  return text
    .toString("utf8")
    .trim()
    .split("\n")
    .map((line) => {
      const [name = "", type = ""] = line.split("\t");
      return { name, type };
    });
}

/** The reasons that the pipeline itself gives, most frequent first. */
async function whyNot(clickhouse: Clickhouse, own: string): Promise<string> {
  const [denied, dead] = await Promise.all([
    clickhouse.query(
      `SELECT outcome, reason, count() AS n FROM rated_calls WHERE ${own} GROUP BY 1, 2 ORDER BY n DESC LIMIT 5 FORMAT TabSeparated`,
    ),
    clickhouse.query(
      `SELECT outcome, reason, any(detail), count() AS n FROM dead_letters WHERE ${own} GROUP BY 1, 2 ORDER BY n DESC LIMIT 5 FORMAT TabSeparated`,
    ),
  ]);
  return (
    `${denied.toString("utf8")}${dead.toString("utf8")}`.trim().replaceAll("\n", "; ").replaceAll("\t", " ") || "no rows at all"
  );
}
