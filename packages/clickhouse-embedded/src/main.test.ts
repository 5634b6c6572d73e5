/** The process: how it begins, how it ends, and what outlives a kill. */
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { startEmbeddedClickhouse, type EmbeddedClickhouse } from "./start.ts";
import { scratchFolder, STOP_MS } from "./test-server.ts";

const servers: EmbeddedClickhouse[] = [];
const folders: string[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop(STOP_MS)));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folder(): string {
  const made = scratchFolder();
  folders.push(made);
  return made;
}

async function start(dataFolder: string, port = 0): Promise<EmbeddedClickhouse> {
  const server = await startEmbeddedClickhouse({ dataFolder, port });
  servers.push(server);
  return server;
}

async function post(server: EmbeddedClickhouse, body: string, query: Record<string, string> = {}): Promise<string> {
  const answer = await fetch(`${server.url}/?${new URLSearchParams(query).toString()}`, { method: "POST", body });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text;
}

/** The process as a user starts it, without what start.ts sets for it. */
function run(env: NodeJS.ProcessEnv, ...nodeOptions: string[]): Promise<{ code: number | null; errors: string }> {
  const { UV_THREADPOOL_SIZE: _, ...inherited } = process.env;
  const child = spawn(process.execPath, [...nodeOptions, join(import.meta.dirname, "main.ts")], {
    env: { ...inherited, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, errors })));
}

test("every fault of the settings is said at once", async () => {
  const { code, errors } = await run({ TOLLBOOK_CLICKHOUSE_PORT: "http", TOLLBOOK_CLICKHOUSE_DATA: "" });
  expect(code).toBe(1);
  expect(errors.trim().split("\n")).toEqual([
    'TOLLBOOK_CLICKHOUSE_PORT is "http": set it to a port number from 1 to 65535 (0 takes a free one).',
    "TOLLBOOK_CLICKHOUSE_DATA is not set: name the folder for the data.",
  ]);
});

test("a second process on the same data ends with one sentence, and the first goes on", async () => {
  const data = folder();
  const first = await start(data);
  const second = await run({ TOLLBOOK_CLICKHOUSE_PORT: "0", TOLLBOOK_CLICKHOUSE_DATA: data });
  expect(second).toEqual({
    code: 1,
    errors: `Process ${first.pid} has the data in ${data} open: stop it, or set TOLLBOOK_CLICKHOUSE_DATA to another folder.\n`,
  });
  expect(await post(first, "SELECT 1")).toBe("1\n");
});

test("a taken port ends it with one sentence", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => other.once("listening", resolve));
  const { port } = other.address() as AddressInfo;
  const { code, errors } = await run({ TOLLBOOK_CLICKHOUSE_PORT: String(port), TOLLBOOK_CLICKHOUSE_DATA: folder() });
  other.close();
  expect({ code, errors }).toEqual({
    code: 1,
    errors: `Port ${port} on 127.0.0.1 is taken: stop what uses it, or set TOLLBOOK_CLICKHOUSE_PORT to another one.\n`,
  });
});

test("data that is not a folder is named", async () => {
  const file = join(folder(), "file");
  writeFileSync(file, "");
  const { code, errors } = await run({ TOLLBOOK_CLICKHOUSE_PORT: "0", TOLLBOOK_CLICKHOUSE_DATA: file });
  expect(code).toBe(1);
  expect(errors).toMatch(/^The data in .+ cannot be opened: .+\. Check that the folder can be written .+\n$/);
});

test("on a machine for which there is no engine, it says what to do instead", async () => {
  const pretend = "data:text/javascript,Object.defineProperty(process,'arch',{value:'riscv64'})";
  const env = { TOLLBOOK_CLICKHOUSE_PORT: "0", TOLLBOOK_CLICKHOUSE_DATA: folder() };
  const { code, errors } = await run(env, "--import", pretend);
  expect(code).toBe(1);
  expect(errors).toMatch(/^The embedded ClickHouse has no build that runs on linux-riscv64: .*CLICKHOUSE_URL.*\n$/);
});

test("it ends when the process that started it is killed", async () => {
  const script = `
    import { startEmbeddedClickhouse } from ${JSON.stringify(join(import.meta.dirname, "start.ts"))};
    const { url } = await startEmbeddedClickhouse({ dataFolder: ${JSON.stringify(folder())}, port: 0 });
    console.log(url);
    setInterval(() => {}, 1000);`;
  const starter = spawn(process.execPath, ["--input-type=module-typescript", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await new Promise<string>((resolve) =>
    starter.stdout.once("data", (text: Buffer) => resolve(text.toString().trim())),
  );
  const answers = (): Promise<boolean> =>
    fetch(`${url}/ping`).then(
      (answer) => answer.ok,
      () => false,
    );
  expect(await answers()).toBe(true);
  starter.kill("SIGKILL");
  while (await answers()) await new Promise((resolve) => setTimeout(resolve, 20));
});

test("startEmbeddedClickhouse rejects with the sentence of the process", async () => {
  await expect(start("")).rejects.toThrow("TOLLBOOK_CLICKHOUSE_DATA is not set: name the folder for the data.");
});

test("SIGTERM lets a running statement finish, then ends with code 0", async () => {
  const server = await start(folder());
  const slow = post(server, "SELECT sleepEachRow(0.1) FROM numbers(10) SETTINGS max_block_size = 1 FORMAT Null");
  while ((await post(server, "SELECT count() FROM system.processes WHERE query LIKE '%sleepEachRow%'")) !== "2\n");
  await server.stop(STOP_MS);
  expect(await slow).toBe("");
  expect(await server.exited).toEqual({ code: 0, signal: null });
});

test("what an earlier process left half-way is cleared away", async () => {
  const data = folder();
  mkdirSync(join(data, "transfers"));
  writeFileSync(join(data, "transfers", "half"), "x");
  await start(data);
  expect(readdirSync(join(data, "transfers"))).toEqual([]);
});

test("kill -9 during inserts: after a restart every acknowledged batch is there, whole, once", async () => {
  const data = folder();
  let server = await start(data);
  await post(
    server,
    `CREATE TABLE batches (batch UInt32, row UInt32) ENGINE = MergeTree ORDER BY (batch, row)
    SETTINGS fsync_after_insert = 1, non_replicated_deduplication_window = 1000`,
  );
  const rows = (batch: number): string => Array.from({ length: 1000 }, (_, row) => `${batch}\t${row}\n`).join("");
  const acknowledged: number[] = [];
  let batch = 0;
  for (let kills = 0; kills < 3; kills++) {
    const enough = acknowledged.length + 8;
    let broken = false;
    while (!broken) {
      const mine = batch++;
      const insert = post(server, rows(mine), {
        query: "INSERT INTO batches FORMAT TSV",
        insert_deduplication_token: `b${mine}`,
      });
      // The kill falls into a batch that is on its way.
      if (acknowledged.length >= enough) process.kill(server.pid, "SIGKILL");
      await insert.then(
        () => acknowledged.push(mine),
        () => (broken = true),
      );
    }
    expect((await server.exited).signal).toBe("SIGKILL");
    server = await start(data);
  }
  const counts = await post(server, "SELECT batch, count(), uniqExact(row) FROM batches GROUP BY batch ORDER BY batch");
  const stored = new Map(
    counts
      .trim()
      .split("\n")
      .map((line) => [Number(line.split("\t")[0]), line]),
  );
  for (const mine of acknowledged) expect(stored.get(mine)).toBe(`${mine}\t1000\t1000`);
  for (const line of stored.values()) expect(line).toMatch(/^\d+\t1000\t1000$/);
});
