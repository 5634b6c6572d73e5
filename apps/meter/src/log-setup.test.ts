import { jetstreamManager, RetentionPolicy } from "@nats-io/jetstream";
import { connect, nanos, type NatsConnection } from "@nats-io/transport-node";
import { meterStream } from "@tollbook/contracts/subjects.ts";
import { afterEach, expect, test } from "vitest";
import { LogRefused, setUpLog } from "./log-setup.ts";
import { startTestNats, testPasswords, type TestNats } from "./testing/nats-server.ts";

let nats: TestNats;
let nc: NatsConnection;
afterEach(async () => {
  await nc.close();
  await nats.close();
});

async function start(partitions: number, edit?: (config: string) => string): Promise<void> {
  nats = await startTestNats(edit === undefined ? { partitions } : { partitions, edit });
  nc = await connect({ servers: nats.url, user: "operator", pass: testPasswords.operator });
}

async function refusal(partitions: number): Promise<readonly string[]> {
  const outcome = await setUpLog(nc, { partitions, replicas: 1 }).then(
    () => null,
    (error: unknown) => error,
  );
  return outcome instanceof LogRefused ? outcome.faults : [String(outcome)];
}

test("streams, buckets and stores are created as architecture §3 wants them, and accepted the second time", async () => {
  await start(2);
  await Promise.all([setUpLog(nc, { partitions: 2, replicas: 1 }), setUpLog(nc, { partitions: 2, replicas: 1 })]);
  await setUpLog(nc, { partitions: 2, replicas: 1 });
  const { config } = await (await jetstreamManager(nc)).streams.info("METER-1");
  expect(config).toMatchObject({
    retention: "limits",
    discard: "new",
    max_age: nanos(35 * 86_400_000),
    duplicate_window: nanos(100),
    allow_rollup_hdrs: false,
    deny_delete: true,
    deny_purge: true,
    storage: "file",
  });
  const outbox = await (await jetstreamManager(nc)).streams.info("OUTBOX");
  expect(outbox.config).toMatchObject({
    subjects: ["outbox.v1.*"],
    retention: "limits",
    discard: "new",
    max_age: nanos(35 * 86_400_000),
    deny_delete: true,
    deny_purge: true,
  });
});

test("each setting that differs is one sentence, and the log is not used", async () => {
  await start(1);
  const jsm = await jetstreamManager(nc);
  await jsm.streams.add({
    name: meterStream(0),
    subjects: ["meter.0.>"],
    retention: RetentionPolicy.Limits,
    max_age: nanos(3_600_000),
    allow_rollup_hdrs: true,
  });
  const faults = await refusal(1);
  expect(faults).toHaveLength(6);
  expect(faults[0]).toMatch(/^The stream METER-0 has discard = "old", but it must be "new": change it/);
  expect(faults.join()).toContain("duplicate_window");
});

test("another number of partitions than the log was set up with is refused", async () => {
  await start(2);
  await setUpLog(nc, { partitions: 2, replicas: 1 });
  expect(await refusal(4)).toContain(
    "This log was set up with 2 partitions, but TOLLBOOK_PARTITIONS is 4: set it to 2. The number cannot be changed later.",
  );
});

test("a server without the mapping, or with another one, is refused", async () => {
  await start(2, (config) => config.replace(/mappings = \{[^}]*(\}\}[^}]*)*\n\}/, ""));
  expect((await refusal(2))[0]).toContain("does not map views.v1.<account> to a partition");
  await nc.close();
  await nats.close();
  await start(3, (config) => config.replaceAll("partition(3,1)", "partition(2,1)"));
  expect((await refusal(3))[0]).toContain("maps accounts to other partitions than this meter");
});
