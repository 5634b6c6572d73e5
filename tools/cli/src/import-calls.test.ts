import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import type { CallEvent } from "@tollbook/contracts/call-event.ts";
import { decodeCallMessage } from "@tollbook/contracts/decode-call-event.ts";
import { bulkSubject, partitionOf } from "@tollbook/contracts/subjects.ts";
import { timeUs, type AccountId, type Currency, type FeederId } from "@tollbook/contracts/units.ts";
import { quoteCall } from "@tollbook/tariffs/quote.ts";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readDeckFile } from "./deck-import.ts";
import { generateMonth } from "./generate-month.ts";
import { importCalls, readMappingFile, type ImportOptions, type ImportProgress } from "./import-calls.ts";
import { root } from "./installation.ts";

const account = "acme" as AccountId;
const feeder = "import" as FeederId;
const mappingPath = (name: string): string => join(root, "tools/cli/mappings", `${name}.json`);
const deckPath = (name: string): string => join(root, "packages/tariffs/decks", `${name}.csv`);
const folder = mkdtempSync(join(tmpdir(), "tollbook-import-"));
const month = join(folder, "month.csv");
const CALLS = 3000;
const now = Date.UTC(2026, 10, 24, 12, 0, 0);
let server: ChildProcess;
let nats: NatsConnection;
let records = 0;

beforeAll(async () => {
  const lines = [...generateMonth({ seed: 7, calls: CALLS, year: 2026, month: 8 })];
  records = lines.length - 1;
  writeFileSync(month, `${lines.join("\n")}\n`);
  const port = await freePort();
  const mapping = '"records.v1.*.*": "bulk.{{partition(8,1)}}.{{wildcard(1)}}.{{wildcard(2)}}"';
  writeFileSync(
    join(folder, "nats.conf"),
    `listen: "127.0.0.1:${port}"\njetstream { store_dir: "${folder}/nats" }\nmappings { ${mapping} }\n`,
  );
  server = spawn("nats-server", ["-c", join(folder, "nats.conf")], {
    stdio: "ignore",
    env: { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin` },
  });
  const failed = new Promise<never>((_, reject) => server.once("error", reject));
  nats = await Promise.race([connect({ servers: `127.0.0.1:${port}`, waitOnFirstConnect: true, reconnectTimeWait: 50 }), failed]);
});

afterAll(async () => {
  await nats?.close();
  server?.kill("SIGTERM");
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

beforeEach(async () => {
  const manager = await jetstreamManager(nats);
  if (await manager.streams.find("bulk.0.a.b").catch(() => null)) await manager.streams.delete("BULK");
  await manager.streams.add({ name: "BULK", subjects: ["bulk.>"] });
});

const prefixes = readFileSync(deckPath("acs-outbound-usd"), "utf8")
  .trimEnd()
  .split("\n")
  .slice(1)
  .map((line) => line.split(",").at(-2) ?? "");

const options = (name: string, more: Partial<ImportOptions> = {}): ImportOptions => ({
  file: month,
  mapping: readMappingFile(mappingPath(name)),
  account,
  feeder,
  shift: "endsNow",
  deckPrefixes: prefixes,
  progressFile: null,
  onProgress: () => undefined,
  nowMs: () => now,
  ...more,
});

/** All events of the bulk lane, decoded as the meter does. */
async function bulk(): Promise<CallEvent[]> {
  const manager = await jetstreamManager(nats);
  const { state } = await manager.streams.info("BULK");
  const events: CallEvent[] = [];
  if (state.messages === 0) return events;
  const consumer = await jetstream(nats).consumers.get("BULK");
  for await (const message of await consumer.consume()) {
    expect(message.subject).toBe(bulkSubject(partitionOf(account, 8), account, feeder));
    for (const result of decodeCallMessage(message.data, message.headers ?? null, account, feeder)) {
      if (!result.ok) throw new Error(result.detail);
      events.push(result.event);
    }
    if (message.seq === state.last_seq) break;
  }
  return events;
}

const python = spawnSync("python3", ["--version"]).status === 0;

describe.each([
  ["callcentre-outbound", "acs-outbound-usd", "outbound"],
  ["callcentre-tollfree", "inbound-usd", "tollfree"],
] as const)("%s", (name, deckName, direction) => {
  test("every record arrives as one ended leg, named by its line, the last of them ending now", async () => {
    const progress: ImportProgress[] = [];
    const result = await importCalls(nats, options(name, { onProgress: (step) => progress.push(step) }));
    const events = await bulk();
    expect(result).toMatchObject({ records, sent: records, skipped: 0, faultCount: 0 });
    expect(events.map((event) => event.id)).toEqual(Array.from({ length: records }, (_, i) => `${name}:${i + 2}`));
    expect(new Set(events.map((event) => event.usageId)).size).toBe(records);
    expect(Math.max(...events.map((event) => event.endedAt ?? 0))).toBe(now * 1000);
    expect(progress.at(-1)).toEqual({ records, acknowledged: records });
    expect(progress.map((step) => step.acknowledged)).toEqual(
      progress.map((step) => step.acknowledged).toSorted((a, b) => a - b),
    );
  });

  test.skipIf(!python)("rated by our deck, the sum is that of the independent script to the micro-unit", async () => {
    await importCalls(nats, options(name));
    const { deck } = readDeckFile(deckPath(deckName));
    let sum = 0;
    for (const event of await bulk()) {
      const number = direction === "outbound" ? event.to?.e164 : event.serviceNumber;
      if (number === null || number === undefined || event.answeredAt === null || event.endedAt === null)
        throw new Error("no number");
      const quote = quoteCall([deck], {
        from: null,
        to: number,
        direction: direction === "outbound" ? "outbound" : "inbound",
        numberClass: direction === "outbound" ? null : "tollFree",
        at: timeUs(event.answeredAt),
        usedSeconds: Math.ceil((event.endedAt - event.answeredAt) / 1_000_000),
        currency: "USD" as Currency,
      });
      if (!quote.ok) throw new Error(`no rate for ${number}`);
      sum += quote.amountMicros;
    }
    const script = join(root, "tools/cli/src/independent-sum.py");
    const { stdout } = spawnSync("python3", [script, direction, month, deckPath(deckName)], { encoding: "utf8" });
    expect(JSON.parse(stdout)).toMatchObject({ legs: records, unrated: 0, micros: sum });
  });
});

test("run twice, the same events come with the same ids and the same content, when it is moved by days", async () => {
  await importCalls(nats, options("callcentre-outbound", { shift: 3 }));
  const first = await bulk();
  await importCalls(nats, options("callcentre-outbound", { shift: 3 }));
  const both = await bulk();
  expect(both).toHaveLength(2 * records);
  expect(both.slice(records)).toEqual(first);
});

test("with a progress file a broken import goes on where the log stopped, with its first shift, and a finished one sends nothing", async () => {
  const progressFile = join(folder, "progress.json");
  const broken = importCalls(
    nats,
    options("callcentre-outbound", {
      progressFile,
      onProgress: ({ acknowledged }) => {
        if (acknowledged >= 1000) throw new Error("broken off");
      },
    }),
  );
  await expect(broken).rejects.toThrow("broken off");
  const later = { progressFile, nowMs: () => now + 3_600_000 };
  const second = await importCalls(nats, options("callcentre-outbound", later));
  expect(second.skipped).toBeGreaterThanOrEqual(1000);
  expect(second.sent + second.skipped).toBe(records);
  const events = await bulk();
  expect(new Set(events.map((event) => event.id)).size).toBe(records);
  expect(Math.max(...events.map((event) => event.endedAt ?? 0))).toBe(now * 1000);
  expect(await importCalls(nats, options("callcentre-outbound", later))).toMatchObject({ sent: 0, skipped: records });
});

describe("failures a user can meet are sentences", () => {
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const [header = "", good = ""] = [...generateMonth({ seed: 1, calls: 100, year: 2026, month: 8 })];

  test("bad lines are named, and the others still imported", async () => {
    const path = file("bad-lines.csv", `${header}\n${good}\n${good.replace(/\d{4}-\d\d-\d\d/, "yesterday")}\n\n${good}\n`);
    const result = await importCalls(nats, options("callcentre-outbound", { file: path }));
    expect(result).toMatchObject({
      sent: 2,
      faultCount: 1,
      faults: [{ line: 3, detail: expect.stringMatching(/^start: "yesterday/) as unknown }],
    });
    expect((await bulk()).map((event) => event.id)).toEqual(["callcentre-outbound:2", "callcentre-outbound:5"]);
  });

  test.each([
    ["no file", "/nowhere/calls.csv", /there is no file/],
    ["another file", file("other.csv", "a,b\n1,2\n"), /does not fit .*no column/],
    ["an empty file", file("empty.csv", ""), /no records/],
    ["a broken quote", file("quote.csv", `${header}\n"x\n`), /cannot be read as CSV|nothing in/],
  ])("%s", async (_name, path, sentence) => {
    await expect(importCalls(nats, options("callcentre-outbound", { file: path }))).rejects.toThrow(sentence);
  });

  test("a log that does not take the records", async () => {
    await (await jetstreamManager(nats)).streams.delete("BULK");
    await expect(importCalls(nats, options("callcentre-outbound"))).rejects.toThrow(
      /does not take records on records\.v1\.acme\.import .*Run the import again/,
    );
  });

  test("mappings that are missing, no JSON, or wrong", () => {
    expect(() => readMappingFile("/nowhere.json")).toThrow(/no mapping/);
    expect(() => readMappingFile(file("m1.json", "{"))).toThrow(/not JSON/);
    expect(() => readMappingFile(file("m2.json", '{"name":"x"}'))).toThrow(/cannot be used: usageId/);
  });
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}
