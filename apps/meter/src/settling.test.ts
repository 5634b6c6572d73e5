import { jetstreamManager } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { Objm } from "@nats-io/obj";
import { setTimeout as sleep } from "node:timers/promises";
import { meterStream, partitionOf } from "@tollbook/contracts/subjects.ts";
import { timeUs } from "@tollbook/contracts/units.ts";
import { insertRows, insertToken } from "@tollbook/warehouse/insert.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createBatcher, type Batch } from "./encode.ts";
import { OwnershipLost } from "./failures.ts";
import { createFence, nothingSettled, type Fence, type Intent } from "./intents.ts";
import { setUpLog } from "./log-setup.ts";
import { checkPosition, digestOf } from "./position.ts";
import { restore } from "./restore.ts";
import { settleBatch, type SinkOptions } from "./sink.ts";
import { createSnapshotStore } from "./snapshots.ts";
import { decodeMessage } from "./decode.ts";
import { account, endedEvent, publishCall, storedCalls } from "./testing/events.ts";
import { smallRules } from "./testing/small-rules.ts";
import { startTestStack, type TestStack } from "./testing/stack.ts";

/** Fence, sink, position and restore, one by one, on real servers. Each test has a partition of its own. */
let stack: TestStack;
let nextPartition = 0;
const PARTITIONS = 16;
beforeAll(async () => {
  stack = await startTestStack({ partitions: PARTITIONS });
  await setUpLog(stack.nc, { partitions: PARTITIONS, replicas: 1 });
});
afterAll(() => stack.close());

async function fenceOf(partition: number, owner: string): Promise<Fence> {
  const kv = await new Kvm(stack.nc).open("settled");
  return createFence({ nc: stack.nc, jsm: await jetstreamManager(stack.nc), settled: kv, partition, owner });
}

function batchOf(partition: number, legs: number, name = "leg"): Batch {
  const state = smallRules.createState(partition);
  const closed: Batch[] = [];
  const { batch, outSeq, position, logTime } = nothingSettled;
  const onBatch = (made: Batch): void => void closed.push(made);
  const batcher = createBatcher({
    partition,
    epoch: 1,
    streamCreated: "s",
    batch,
    outSeq,
    position,
    logTime,
    open: null,
    onBatch,
  });
  const now = Date.UTC(2026, 10, 24) * 1000;
  for (let i = 0; i < legs; i++) {
    const data = new TextEncoder().encode(endedEvent(`${name}-${partition}-${i}`, 60));
    const message = { subject: "meter.0.calls.acme.switch-1", data };
    batcher.beginMessage(now);
    const [entry] = decodeMessage(message, 0, 1);
    if (entry === undefined) throw new Error("no entry");
    for (const output of smallRules.apply(state, entry, { seq: i + 1, index: 0, time: timeUs(now) }, { get: () => undefined })) {
      if (output.kind === "call") batcher.add(output);
    }
    batcher.endMessage(message, i + 1);
  }
  batcher.close();
  return closed[0] as Batch;
}

const intentOf = (batch: Batch): Intent => ({
  epoch: 1,
  batch: 1,
  month: batch.month,
  logSeq: batch.position.seq,
  outFrom: batch.outFrom,
  outTo: batch.outTo,
  parts: batch.parts.map(({ bytes: _bytes, ...part }) => part),
  attempt: 1,
});

const quiet = (): void => undefined;

function sinkOptions(fence: Fence): SinkOptions {
  return {
    client: stack.client,
    fence,
    signal: AbortSignal.timeout(20_000),
    sleep: (ms, signal) => sleep(ms, undefined, { signal }),
    report: { foreign: quiet, held: quiet, burnt: quiet, resumed: quiet, settled: quiet },
  };
}

test("an owner that another has claimed from can announce, settle and insert nothing more", async () => {
  const partition = nextPartition++;
  const first = await fenceOf(partition, "first");
  expect(await first.claim()).toEqual({ intent: null, settled: nothingSettled });
  const batch = batchOf(partition, 3);
  await first.publishIntent(intentOf(batch));
  const second = await fenceOf(partition, "second");
  const found = await second.claim();
  expect(found.intent).toEqual(intentOf(batch));
  await expect(first.publishIntent({ ...intentOf(batch), batch: 2 })).rejects.toThrow(OwnershipLost);
  await expect(first.confirm()).rejects.toThrow(OwnershipLost);
  await expect(settleBatch(batch, sinkOptions(first))).rejects.toThrow(OwnershipLost);
  await second.settle({ ...nothingSettled, batch: 1, outSeq: 3 });
  await expect(first.settle({ ...nothingSettled, batch: 1, outSeq: 3, logSeq: 9 })).rejects.toThrow(OwnershipLost);
  await second.confirm();
});

test("of two that claim at the same time one goes on", async () => {
  const partition = nextPartition++;
  const fences = await Promise.all(["a", "b", "c"].map((owner) => fenceOf(partition, owner)));
  await Promise.allSettled(fences.map((fence) => fence.claim()));
  const confirmed = await Promise.allSettled(fences.map((fence) => fence.confirm()));
  expect(confirmed.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});

test("a batch that was inserted before the crash is found by read-back and not inserted again", async () => {
  const partition = nextPartition++;
  const before = await fenceOf(partition, "before");
  await before.claim();
  const batch = batchOf(partition, 5);
  await before.publishIntent(intentOf(batch));
  const [part] = batch.parts;
  if (part === undefined) throw new Error("no part");
  await insertRows(stack.client, part.table, part.bytes, insertToken(part.table, batch.key, 1));
  const after = await fenceOf(partition, "after");
  const { intent } = await after.claim();
  const rowsBefore = (await storedCalls(stack.client)).rows;
  const options = sinkOptions(after);
  const found: boolean[] = [];
  const report = { ...options.report, resumed: (_batch: Batch, is: boolean) => void found.push(is) };
  await settleBatch({ ...batch, resumed: intent }, { ...options, report });
  expect(found).toEqual([true]);
  expect((await storedCalls(stack.client)).rows).toBe(rowsBefore);
});

test("a batch that was announced and never inserted is inserted", async () => {
  const partition = nextPartition++;
  const fence = await fenceOf(partition, "after");
  await fence.claim();
  const batch = batchOf(partition, 5);
  const rowsBefore = (await storedCalls(stack.client)).rows;
  await settleBatch({ ...batch, resumed: intentOf(batch) }, sinkOptions(fence));
  expect((await storedCalls(stack.client)).rows).toBe(rowsBefore + 5);
});

test("other rows under the batch's name are never settled over: it waits until an operator has taken them away", async () => {
  const partition = nextPartition++;
  const fence = await fenceOf(partition, "owner");
  await fence.claim();
  const batch = batchOf(partition, 5);
  const [intruder] = batchOf(partition, 2, "intruder").parts;
  if (intruder === undefined) throw new Error("no part");
  await insertRows(stack.client, intruder.table, intruder.bytes, "somebody else's token");
  const problem = Promise.withResolvers<string>();
  const looked = Promise.withResolvers<void>();
  const options = sinkOptions(fence);
  const report = { ...options.report, foreign: (sentence: string) => problem.resolve(sentence) };
  const settling = settleBatch(batch, { ...options, report, sleep: () => looked.promise });
  expect(await problem.promise).toContain(`ClickHouse holds 7 rows (5 different) of batch 1 of partition ${partition}`);
  expect(await (await new Kvm(stack.nc).open("settled")).get(String(partition))).toBeNull();
  await stack.client.command({ query: "DELETE FROM rated_calls WHERE usage_id LIKE 'intruder-%'" });
  looked.resolve();
  expect(await settling).toMatchObject({ batch: 1, outSeq: 5 });
});

test("a mark is settled by read-back of what is stored: the mark names position, row and month's batch", async () => {
  const partition = nextPartition++;
  const fence = await fenceOf(partition, "owner");
  await fence.claim();
  const batch = batchOf(partition, 4);
  const settled = await settleBatch(batch, sinkOptions(fence));
  expect(settled).toMatchObject({ epoch: 1, batch: 1, outSeq: 4, logSeq: 4, position: batch.position });
  const again = await fenceOf(partition, "next");
  expect((await again.claim()).settled).toEqual(settled);
});

test("a log that is not the one we settled from is refused: made anew, shorter, or with other messages", async () => {
  const jsm = await jetstreamManager(stack.nc);
  const seq = await publishCall(stack.nc, "acme", endedEvent("leg-1", 60));
  const stream = meterStream(partitionOf(account("acme"), PARTITIONS));
  const stored = await jsm.streams.getMessage(stream, { seq });
  const streamCreated = (await jsm.streams.info(stream)).created;
  if (stored === null) throw new Error("not stored");
  const position = { streamCreated, seq, digest: digestOf(stored) };
  await checkPosition(jsm, stream, position);
  await expect(checkPosition(jsm, stream, { ...position, streamCreated: "2020-01-01T00:00:00Z" })).rejects.toThrow(
    "the stream was made at",
  );
  await expect(checkPosition(jsm, stream, { ...position, seq: seq + 1 })).rejects.toThrow(`the stream ends at ${seq}`);
  await expect(checkPosition(jsm, stream, { ...position, digest: "0" })).rejects.toThrow("another one than was settled");
  await expect(checkPosition(jsm, stream, { ...position, digest: "0" })).rejects.toThrow("put the NATS data folder back");
});

test("a damaged snapshot, one of another log and one newer than the settled mark are passed over", async () => {
  const jsm = await jetstreamManager(stack.nc);
  const objects = await new Objm(stack.nc).open("snapshots");
  const partition = nextPartition++;
  const store = createSnapshotStore(objects, partition);
  const stream = `METER-${partition}`;
  const streamCreated = (await jsm.streams.info(stream)).created;
  const state = smallRules.createState(partition);
  state.outSeq = 5;
  const snapshot = {
    epoch: 1,
    outSeq: 5,
    position: { streamCreated, seq: 0, digest: "" },
    pendingLookUps: [],
    state: smallRules.encodeState(state),
  };
  await store.save(snapshot);
  await store.save({ ...snapshot, position: { streamCreated: "2020-01-01T00:00:00Z", seq: 1, digest: "" } });
  await store.save({ ...snapshot, outSeq: 9, position: { ...snapshot.position, seq: 2 } });
  const bytes = await objects.getBlob(`p${partition}-0000000000000002`);
  if (bytes === null) throw new Error("not stored");
  const flipped = new Uint8Array(bytes);
  flipped[flipped.length - 3] = (flipped.at(-3) ?? 0) ^ 1;
  await objects.putBlob({ name: `p${partition}-0000000000000003` }, flipped);
  const unusable: string[] = [];
  const restored = await restore({
    jsm,
    stream,
    partition,
    settled: { ...nothingSettled, batch: 1, outSeq: 5 },
    intent: null,
    snapshots: store,
    rules: smallRules,
    onUnusable: (name, reason) => void unusable.push(`${name.slice(-1)}: ${reason}`),
  });
  expect(restored).toMatchObject({ snapshot: `p${partition}-0000000000000000`, from: 1, state: { outSeq: 5 } });
  expect(unusable).toHaveLength(3);
  expect(unusable[1]).toBe("2: it is newer than what is settled");
});

test("three snapshots are kept", async () => {
  const store = createSnapshotStore(await new Objm(stack.nc).open("snapshots"), 99);
  for (let seq = 1; seq <= 5; seq++) {
    const position = { streamCreated: "s", seq, digest: "" };
    await store.save({ epoch: 1, outSeq: seq, position, pendingLookUps: [], state: new TextEncoder().encode(`state ${seq}`) });
  }
  expect(await store.list()).toEqual(["p99-0000000000000005", "p99-0000000000000004", "p99-0000000000000003"]);
  expect(new TextDecoder().decode((await store.load("p99-0000000000000004")).state)).toBe("state 4");
});
