import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import type { CallEvent } from "@tollbook/contracts/call-event.ts";
import { decodeCallMessage } from "@tollbook/contracts/decode-call-event.ts";
import { meterCallsSubject, partitionOf } from "@tollbook/contracts/subjects.ts";
import { timeUs, type AccountId, type FeederId } from "@tollbook/contracts/units.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createAdapter } from "./adapter.ts";
import { playRecording } from "./play.ts";
import { readRecording, shiftRecording } from "./recording.ts";

const account = "acme" as AccountId;
const feeder = "kamailio" as FeederId;
const settings = { account, feeder, source: "/kamailio/test", dialledFrom: null };
let folder: string;
let server: ChildProcess;
let nats: NatsConnection;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tollbook-kamailio-"));
  const port = await freePort();
  const mapping = '"calls.v1.*.*": "meter.{{partition(8,1)}}.calls.{{wildcard(1)}}.{{wildcard(2)}}"';
  await writeFile(
    join(folder, "nats.conf"),
    `listen: "127.0.0.1:${port}"\njetstream { store_dir: "${folder}/data" }\nmappings { ${mapping} }\n`,
  );
  server = spawn("nats-server", ["-c", join(folder, "nats.conf")], {
    stdio: "ignore",
    env: { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin` },
  });
  const failed = new Promise<never>((_, reject) => server.once("error", reject));
  nats = await Promise.race([connect({ servers: `127.0.0.1:${port}`, waitOnFirstConnect: true, reconnectTimeWait: 50 }), failed]);
});

afterEach(async () => {
  await nats?.close();
  server?.kill("SIGTERM");
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

const fixture = async (name: string) => readRecording(await readFile(new URL(`../fixtures/${name}`, import.meta.url), "utf8"));

async function createLog(): Promise<void> {
  await (await jetstreamManager(nats)).streams.add({ name: "METER", subjects: ["meter.>"] });
}

/** The next `count` events of the log, decoded as the meter does. */
async function logged(count: number): Promise<CallEvent[]> {
  const consumer = await jetstream(nats).consumers.get("METER");
  const events: CallEvent[] = [];
  for await (const message of await consumer.consume()) {
    expect(message.subject).toBe(meterCallsSubject(partitionOf(account, 8), account, feeder));
    for (const result of decodeCallMessage(message.data, message.headers ?? null, account, feeder)) {
      if (!result.ok) throw new Error(result.detail);
      events.push(result.event);
    }
    if (events.length >= count) break;
  }
  return events;
}

test("a recording played now reaches the log as four reports of each of 36 legs, at today's times", async () => {
  await createLog();
  const adapter = await createAdapter({ source: nats, target: nats, settings, say: () => undefined });
  await playRecording(nats, await fixture("events.jsonl"), { run: "r1", speed: Number.POSITIVE_INFINITY });
  const events = await logged(144);
  await adapter.close();

  expect(adapter.counts).toEqual({ sent: 144, ignored: 72, unreadable: 0, failed: 0 });
  expect(new Set(events.map((event) => event.usageId)).size).toBe(36);
  expect(events.filter((event) => event.type === "ended")).toHaveLength(36);
  const now = timeUs(Date.now() * 1000);
  expect(events.every((event) => Math.abs((event.time ?? 0) - now) < 60_000_000)).toBe(true);
});

test("what Kamailio published while the log, or the adapter, was away arrives afterwards, each event once or again with the same id", async () => {
  const said: string[] = [];
  const first = await createAdapter({ source: nats, target: nats, settings, say: (sentence) => said.push(sentence) });
  const recording = await fixture("events-nats-outage.jsonl");
  await playRecording(nats, recording.slice(0, 1), { run: "r1", speed: Number.POSITIVE_INFINITY });
  await expect.poll(() => first.counts.failed, { timeout: 20_000 }).toBeGreaterThan(0);
  await first.close();
  expect(said[0]).toMatch(/sent again/);

  await playRecording(nats, recording.slice(1), { run: "r1", speed: Number.POSITIVE_INFINITY });
  await createLog();
  const second = await createAdapter({ source: nats, target: nats, settings, say: () => undefined });
  const events = await logged(80);
  await second.close();
  expect(new Set(events.map((event) => event.id)).size).toBe(80);
});

test("what is not Kamailio's is passed over and said, and stops nothing", async () => {
  await createLog();
  const said: string[] = [];
  const adapter = await createAdapter({ source: nats, target: nats, settings, say: (sentence) => said.push(sentence) });
  nats.publish("calls.kamailio.other", "not json");
  await playRecording(nats, (await fixture("events.jsonl")).slice(0, 1), { run: "r1", speed: Number.POSITIVE_INFINITY });
  await logged(1);
  await adapter.close();
  expect(adapter.counts).toMatchObject({ sent: 1, unreadable: 1 });
  expect(said).toEqual(["Message 1 of calls.kamailio.other is not as configured: not JSON."]);
});

test("a command to end a call reaches Kamailio under the name its configuration listens to", async () => {
  const adapter = await createAdapter({ source: nats, target: nats, settings, say: () => undefined });
  const heard = nats.subscribe("kamailio-control", { max: 1 });
  nats.publish("control.v1.acme", '{"action":"terminate","callId":"a@b","legId":"t1"}');
  for await (const message of heard) expect(message.json()).toMatchObject({ callId: "a@b", legId: "t1" });
  await adapter.close();
});

test("shifting keeps every length and every microsecond, and names the calls anew", async () => {
  const recording = await fixture("events.jsonl");
  const [first] = shiftRecording(recording, 1_900_000_000.9, "run");
  expect(first?.payload).toMatchObject({ callId: "run-2-32634@127.0.0.1", time: "1900000000.358121" });
  const ended = shiftRecording(recording, 1_900_000_000, "run").find((message) => message.subject.endsWith(".ended"));
  expect(ended?.payload).toMatchObject({ startTs: 1_900_000_000, time: "1900000001.024735" });
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}
