import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, headers, type NatsConnection } from "@nats-io/transport-node";
import { callsSubject, meterStream, partitionOf, recordsSubject, REPLY_HEADER } from "@tollbook/contracts/subjects.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startMeterProcess } from "./campaign/kills.ts";
import { feederInboxPrefix } from "./nats-config.ts";
import { account, endedEvent, eventually, feeder, publishCall, storedCalls, totals } from "./testing/events.ts";
import { startTestStack, type TestStack } from "./testing/stack.ts";

/** The whole meter on real servers, with the smallest fold. */
let stack: TestStack;
beforeEach(async () => {
  stack = await startTestStack({ feeders: [{ account: "acme", feeder: "switch-1", password: "feeder-secret" }] });
});
afterEach(() => stack.close());

const rowsStored = (rows: number): Promise<unknown> =>
  eventually(
    () => storedCalls(stack.client),
    (stored) => stored.rows >= rows,
    30_000,
  );

test("an event on the outer subject becomes one settled row, also when it is sent twice", async () => {
  const meter = await stack.startMeter();
  await meter.serving(30_000);
  await publishCall(stack.nc, "acme", endedEvent("leg-1", 61));
  await publishCall(stack.nc, "acme", endedEvent("leg-1", 61));
  await publishCall(stack.nc, "contoso", endedEvent("leg-1", 30));
  await rowsStored(2);
  expect(await storedCalls(stack.client)).toEqual({ rows: 2, legs: 2, micros: 9_100 });
  const [acme] = await totals(stack.nc, ["acme"]);
  expect(acme).toMatchObject({ accepted: 2, applied: 1, duplicates: 1, amount: 6_100 });
});

test("what cannot be decoded is kept whole as a dead letter, and the events around it are rated", async () => {
  const meter = await stack.startMeter();
  await meter.serving(30_000);
  await publishCall(stack.nc, "acme", endedEvent("leg-1", 10));
  await publishCall(stack.nc, "acme", "this is not JSON");
  await publishCall(stack.nc, "acme", endedEvent("leg-2", 10));
  await rowsStored(2);
  const query = "SELECT account, reason, payload FROM dead_letters";
  const letters = await eventually(
    async () => await (await stack.client.query({ query, format: "JSONEachRow" })).json(),
    (found) => found.length > 0,
  );
  expect(letters).toEqual([{ account: "acme", reason: "notJson", payload: "this is not JSON" }]);
});

test("only one of two meters owns a partition, and they share", async () => {
  const [first, second] = await Promise.all([stack.startMeter(), stack.startMeter()]);
  await eventually(
    () => [Object.keys(first.health().partitions), Object.keys(second.health().partitions)],
    ([a = [], b = []]) => a.length === 1 && b.length === 1 && first.health().ready && second.health().ready,
    40_000,
  );
  const owned = [...Object.keys(first.health().partitions), ...Object.keys(second.health().partitions)];
  expect(owned.toSorted()).toEqual(["0", "1"]);
});

test("a partition whose meter was killed is taken over within the lease, and nothing is counted twice", async () => {
  const killed = startMeterProcess(stack);
  await killed.started;
  for (let i = 0; i < 50; i++) await publishCall(stack.nc, "acme", endedEvent(`leg-${i}`, 60));
  killed.child.kill("SIGKILL");
  await killed.ended;
  const started = performance.now();
  for (let i = 50; i < 60; i++) await publishCall(stack.nc, "acme", endedEvent(`leg-${i}`, 60));
  const meter = await stack.startMeter();
  await rowsStored(60);
  expect(performance.now() - started).toBeLessThan(15_000);
  expect(await storedCalls(stack.client)).toEqual({ rows: 60, legs: 60, micros: 360_000 });
  await meter.serving(10_000);
});

test("a restored meter goes on from its snapshot, not from the first event", async () => {
  const first = await stack.startMeter({ snapshotEveryMs: 0 });
  await first.serving(30_000);
  for (let i = 0; i < 20; i++) await publishCall(stack.nc, "acme", endedEvent(`leg-${i}`, 60));
  await rowsStored(20);
  await first.close(5_000);
  const lines: object[] = [];
  const keep = (fields: object): void => void lines.push(fields);
  const second = await stack.startMeter({ log: { info: keep, warn: keep, error: keep } });
  await second.serving(10_000);
  const partition = partitionOf(account("acme"), 2);
  const taken = lines.find((line) => "snapshot" in line && "partition" in line && line.partition === partition);
  expect(taken).toMatchObject({ from: expect.any(Number) as number, snapshot: expect.stringMatching(/^p\d-\d{16}$/) as string });
  expect((taken as { from: number }).from).toBeGreaterThan(20);
  // The occurrence was seen before the restart, so it is still a duplicate.
  await publishCall(stack.nc, "acme", endedEvent("leg-7", 60));
  await publishCall(stack.nc, "acme", endedEvent("leg-20", 60));
  await rowsStored(21);
  expect(await storedCalls(stack.client)).toEqual({ rows: 21, legs: 21, micros: 126_000 });
  const [acme] = await totals(stack.nc, ["acme"]);
  expect(acme).toMatchObject({ accepted: 22, applied: 21, duplicates: 1 });
});

test("an orderly stop settles what is open, stores a snapshot and hands the partition over at once", async () => {
  const first = await stack.startMeter();
  await first.serving(30_000);
  await publishCall(stack.nc, "acme", endedEvent("leg-1", 60));
  await eventually(
    async () => (await totals(stack.nc, ["acme"]))[0]?.applied,
    (applied) => applied === 1,
  );
  await first.close(10_000);
  expect((await storedCalls(stack.client)).rows).toBe(1);
  const taken: object[] = [];
  const keep = (fields: object): void => void taken.push(fields);
  const second = await stack.startMeter({ log: { info: keep, warn: keep, error: keep } });
  const started = performance.now();
  await second.serving(10_000);
  const partition = partitionOf(account("acme"), 2);
  expect(taken).toContainEqual(expect.objectContaining({ partition, snapshot: expect.stringMatching(/^p/) as string }));
  expect(performance.now() - started).toBeLessThan(3_000);
});

test("the fold's answer goes to the sender's own inbox, and to no other", async () => {
  const meter = await stack.startMeter();
  await meter.serving(30_000);
  const nc = await connectAs("acme.switch-1", "feeder-secret", feederInboxPrefix("acme", "switch-1"));
  const heard: string[] = [];
  stack.nc.subscribe("_INBOX_other.>", { callback: (_error, message) => void heard.push(message.subject) });
  const answered = Promise.withResolvers<unknown>();
  const own = `${feederInboxPrefix("acme", "switch-1")}.answer`;
  nc.subscribe(own, { callback: (_error, message) => answered.resolve(message.json()) });
  await nc.flush();
  await ask(nc, endedEvent("leg-1", 1, "authorize"), "_INBOX_other.stolen");
  await ask(nc, endedEvent("leg-2", 1, "authorize"), `${feederInboxPrefix("acme", "switch-2")}.stolen`);
  await ask(nc, endedEvent("leg-3", 1, "authorize"), own);
  expect(await answered.promise).toMatchObject({ outcome: "accepted", seq: expect.any(Number) as number });
  expect(heard).toEqual([]);
  await nc.close();
});

test(
  "while ClickHouse is away answers go on, memory is bounded, and every row is there afterwards",
  { timeout: 120_000 },
  async () => {
    const overflowed = Promise.withResolvers<void>();
    const listen = (_fields: object, message: string): void => {
      if (message.includes("memory for waiting rows is full")) overflowed.resolve();
    };
    const quiet = (): void => undefined;
    const log = { info: quiet, warn: quiet, error: listen };
    const meter = await stack.startMeter({ config: { ...stack.config, bufferBytes: 200_000 }, log });
    await meter.serving(30_000);
    const nc = await connectAs("acme.switch-1", "feeder-secret", feederInboxPrefix("acme", "switch-1"));
    const inbox = `${feederInboxPrefix("acme", "switch-1")}.answers`;
    let answers = 0;
    nc.subscribe(inbox, { callback: () => void answers++ });
    await publishCall(stack.nc, "acme", endedEvent("leg-0", 60));
    await rowsStored(1);
    await stack.clickhouse().stop(0);
    // Some 250 bytes a row: far more than may wait.
    let sent = 1;
    for (let i = 0; i < 25; i++) {
      await Promise.all(Array.from({ length: 200 }, () => publishCall(stack.nc, "acme", endedEvent(`leg-${sent++}`, 60))));
    }
    await overflowed.promise;
    await ask(nc, endedEvent("leg-a", 1, "authorize"), inbox);
    await eventually(
      () => answers,
      (count) => count === 1,
      10_000,
    );
    const buffered = await meter.metrics.registry.getSingleMetric("tollbook_meter_buffered_bytes")?.get();
    for (const { value } of buffered?.values ?? []) expect(value).toBeLessThan(1_000_000);
    await stack.restartClickhouse();
    await rowsStored(sent);
    expect(await storedCalls(stack.client)).toEqual({ rows: sent, legs: sent, micros: sent * 6_000 });
    await meter.serving(20_000);
    const [acme] = await totals(stack.nc, ["acme"]);
    expect(acme).toMatchObject({ applied: sent + 1, amount: sent * 6_000 });
    await nc.close();
  },
);

test("records in bulk reach the log in slices, each account in its turn, and are rated once", async () => {
  const js = jetstream(stack.nc);
  const send = async (who: string, count: number): Promise<void> => {
    const publish = (i: number) => js.publish(recordsSubject(account(who), feeder("files")), endedEvent(`leg-${i}`, 10));
    await Promise.all(Array.from({ length: count }, (_, i) => publish(i)));
  };
  // Two accounts of one partition: the second must not wait for all of the first.
  const names = ["acme", "contoso", "fabrikam", "wingtip", "tailspin"];
  const partition = partitionOf(account("acme"), 2);
  const other = names.find((name) => name !== "acme" && partitionOf(account(name), 2) === partition) ?? "";
  const meter = await stack.startMeter();
  await meter.serving(30_000);
  await send("acme", 3_000);
  await send(other, 10);
  await rowsStored(3_010);
  expect(await storedCalls(stack.client)).toEqual({ rows: 3_010, legs: 3_010, micros: 3_010_000 });
  const stream = await (await jetstreamManager(stack.nc)).streams.info(meterStream(partition));
  // Packed: far fewer messages than records.
  expect(stream.state.messages).toBeLessThan(200);
});

test("a look-up is answered from ClickHouse, through the log", async () => {
  const meter = await stack.startMeter();
  await meter.serving(30_000);
  await publishCall(stack.nc, "acme", endedEvent("leg-1", 60));
  // Rows of batches that are not settled yet are no answer.
  await eventually(
    async () => await meter.metrics.registry.metrics(),
    (text) => /settled_rows_total\{[^}]*\} 1/.test(text),
  );
  await publishCall(stack.nc, "acme", endedEvent("leg-1", 61, "corrected"));
  await publishCall(stack.nc, "acme", endedEvent("leg-2", 61, "corrected"));
  await eventually(
    async () => (await totals(stack.nc, ["acme"]))[0]?.found,
    (found) => found?.length === 2,
  );
  expect((await totals(stack.nc, ["acme"]))[0]?.found.toSorted()).toEqual([0, 1]);
});

test("health says which partitions are served, and metrics name no account", async () => {
  const meter = await stack.startMeter();
  await meter.serving(30_000);
  await publishCall(stack.nc, "acme", endedEvent("leg-1", 60));
  await rowsStored(1);
  const get = async (path: string): Promise<string> => await (await fetch(`http://127.0.0.1:${meter.port}${path}`)).text();
  expect(await get("/healthz")).toBe("alive\n");
  expect(JSON.parse(await get("/readyz"))).toEqual({ ready: true, problems: [], partitions: { 0: "serving", 1: "serving" } });
  const text = await get("/metrics");
  expect(text).toContain('tollbook_meter_settled_rows_total{partition="');
  expect(text).not.toContain("acme");
});

const connectAs = (user: string, pass: string, inboxPrefix: string): Promise<NatsConnection> =>
  connect({ servers: stack.nats.url, user, pass, inboxPrefix });

async function ask(nc: NatsConnection, body: string, inbox: string): Promise<void> {
  const head = headers();
  head.set(REPLY_HEADER, inbox);
  await jetstream(nc).publish(callsSubject(account("acme"), feeder("switch-1")), body, { headers: head });
}
