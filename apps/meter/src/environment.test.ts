import { expect, test } from "vitest";
import { readEnvironment } from "./environment.ts";

test("nothing set: the one-machine installation", () => {
  const result = readEnvironment({});
  expect(result).toMatchObject({
    ok: true,
    config: { natsUrl: "nats://127.0.0.1:7422", partitions: 8, port: 7401, natsUser: "meter" },
  });
});

test("all faults at once, each saying what to do, no password repeated", () => {
  const result = readEnvironment({
    NATS_URL: "secret:password@nowhere",
    CLICKHOUSE_URL: "ftp://user:hidden@host",
    TOLLBOOK_PARTITIONS: "0",
    TOLLBOOK_METER_PORT: "http",
    TOLLBOOK_METER_BUFFER_MB: "1.5",
    TOLLBOOK_LOG_LEVEL: "loud",
  });
  expect(result.ok).toBe(false);
  const faults = result.ok ? [] : result.faults;
  expect(faults).toHaveLength(6);
  expect(faults.every((fault) => fault.includes("set it to"))).toBe(true);
  expect(faults.join()).not.toMatch(/password|hidden/);
});
