import { Kvm, type KV } from "@nats-io/kv";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestNats, testPasswords, type TestNats } from "../../../meter/src/testing/nats-server.ts";
import { BucketUnavailable, MirroredBucket } from "./mirrored-bucket.ts";

let nats: TestNats;
let nc: NatsConnection;
let kv: KV;
beforeAll(async () => {
  nats = await startTestNats({ partitions: 1 });
  nc = await connect({ servers: nats.url, user: "operator", pass: testPasswords.operator });
  kv = await new Kvm(nc).create("directory", { history: 1 });
});
afterAll(async () => {
  await nc.close();
  await nats.close();
});

async function mirror(): Promise<MirroredBucket> {
  const bucket = new MirroredBucket();
  await bucket.follow(kv);
  return bucket;
}

it("is loaded at once when the bucket is empty, and holds everything when it is not", async () => {
  const first = await mirror();
  expect(first.loaded).toBe(true);
  await first.change("account.acme", () => "1");
  await first.change("account.globex", () => "2");
  const second = await mirror();
  expect([second.get("account.acme"), second.get("account.globex"), second.get("nothing")]).toEqual(["1", "2", null]);
  expect([...second.keys("account.")]).toEqual(["account.acme", "account.globex"]);
});

it("loses no change when several change the same key at the same time", async () => {
  const writers = await Promise.all([mirror(), mirror(), mirror()]);
  await Promise.all(
    writers.flatMap((bucket) =>
      Array.from({ length: 4 }, async () => await bucket.change("count", (text) => String(Number(text ?? 0) + 1))),
    ),
  );
  expect((await kv.get("count"))?.string()).toBe("12");
  for (const bucket of writers) await expect.poll(() => bucket.get("count")).toBe("12");
});

it("shows its own change at once, another's in a moment, and a deletion as nothing", async () => {
  const [mine, yours] = [await mirror(), await mirror()];
  const heard: (string | null)[] = [];
  const stop = yours.onChange((key, text) => {
    if (key === "session.1") heard.push(text);
  });
  await mine.change("session.1", () => "a");
  expect(mine.get("session.1")).toBe("a");
  await mine.change("session.1", () => null);
  expect(mine.get("session.1")).toBeNull();
  await expect.poll(() => heard).toEqual(["a", null]);
  stop();
  await yours.change("session.1", (text) => (text === null ? "b" : "never"));
  expect(yours.get("session.1")).toBe("b");
});

it("writes nothing when nothing is to change", async () => {
  const bucket = await mirror();
  await bucket.change("key.1", () => "x");
  const before = (await kv.get("key.1"))?.revision;
  await bucket.change("key.1", () => "x");
  await bucket.change("key.1", () => undefined);
  expect((await kv.get("key.1"))?.revision).toBe(before);
});

it("says so when NATS has never been there", async () => {
  await expect(new MirroredBucket().change("a", () => "b")).rejects.toThrow(BucketUnavailable);
});
