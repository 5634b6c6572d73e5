import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { callsSubject, meterCallsSubject, partitionOf } from "./subjects.ts";
import { isAccountId, type AccountId, type FeederId } from "./units.ts";

const partitions = [1, 8, 13];
const feeder = "berlin-1" as FeederId;
let server: ChildProcess;
let connection: NatsConnection;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tollbook-subjects-"));
  const mappings = partitions.map(
    (n) => `"${n}.calls.v1.*.*": "${n}.meter.{{partition(${n},1)}}.calls.{{wildcard(1)}}.{{wildcard(2)}}"`,
  );
  const port = await freePort();
  await writeFile(join(folder, "nats.conf"), `listen: "127.0.0.1:${port}"\nmappings { ${mappings.join("\n")} }\n`);
  server = spawn("nats-server", ["-c", join(folder, "nats.conf")], {
    stdio: "ignore",
    env: { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin` },
  });
  const failed = new Promise<never>((_, reject) => server.once("error", reject));
  connection = await Promise.race([
    connect({ servers: `127.0.0.1:${port}`, waitOnFirstConnect: true, reconnectTimeWait: 50 }),
    failed,
  ]);
});

afterAll(async () => {
  await connection?.close();
  server?.kill("SIGTERM");
  await rm(folder, { recursive: true, force: true });
});

test("partitionOf is the mapping of a real nats-server, for any account name", async () => {
  const accounts = Array.from({ length: 300 }, (_, i) => accountName(i));
  expect(accounts.every(isAccountId)).toBe(true);
  const wanted = partitions.flatMap((n) =>
    accounts.map((account) => `${n}.${meterCallsSubject(partitionOf(account, n), account, feeder)}`),
  );

  const subscription = connection.subscribe("*.meter.>", { max: wanted.length });
  for (const n of partitions) for (const account of accounts) connection.publish(`${n}.${callsSubject(account, feeder)}`);
  const mapped: string[] = [];
  for await (const message of subscription) mapped.push(message.subject);

  expect(mapped).toEqual(wanted);
  expect(new Set(accounts.map((account) => partitionOf(account, 8))).size).toBe(8);
});

/** The same names in every run: all lengths from 1 to 63, all characters that are allowed. */
function accountName(i: number): AccountId {
  const letters = "abcdefghijklmnopqrstuvwxyz0123456789-";
  let state = i + 1;
  let name = "";
  while (name.length < (i % 63) + 1) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
    name += letters[(state >>> 8) % letters.length];
  }
  return name as AccountId;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}
