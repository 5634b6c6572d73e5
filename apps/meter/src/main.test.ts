import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "./testing/events.ts";
import { freePort } from "./testing/nats-server.ts";
import { startTestStack, type TestStack } from "./testing/stack.ts";

/** The process as it is started: each failure a user can meet is a sentence that says what to do. */
let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack({ partitions: 2 });
});
afterAll(() => stack.close());

function start(environment: Record<string, string>) {
  const child = spawn(process.execPath, [join(import.meta.dirname, "main.ts")], {
    env: {
      ...process.env,
      NATS_URL: stack.nats.url,
      TOLLBOOK_NATS_PASSWORD: stack.config.natsPassword,
      CLICKHOUSE_URL: stack.config.clickhouseUrl,
      TOLLBOOK_PARTITIONS: "2",
      TOLLBOOK_METER_PORT: "0",
      ...environment,
    },
  });
  let said = "";
  child.stdout.on("data", (text: Buffer) => (said += text.toString()));
  child.stderr.on("data", (text: Buffer) => (said += text.toString()));
  const exited = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  return { child, exited, said: () => said };
}

async function failure(environment: Record<string, string>): Promise<string> {
  const { exited, said } = start(environment);
  expect(await exited).toBe(1);
  return said();
}

test("NATS away or the password wrong", async () => {
  const port = await freePort();
  expect(await failure({ NATS_URL: `nats://127.0.0.1:${port}` })).toContain(`NATS at 127.0.0.1:${port} cannot be used`);
  expect(await failure({ TOLLBOOK_NATS_PASSWORD: "wrong" })).toMatch(
    /cannot be used .*set NATS_URL, TOLLBOOK_NATS_USER and TOLLBOOK_NATS_PASSWORD/,
  );
});

test("settings that are no settings, all at once", async () => {
  const said = await failure({ TOLLBOOK_PARTITIONS: "many", TOLLBOOK_METER_PORT: "-1" });
  expect(said).toContain('TOLLBOOK_PARTITIONS is "many"');
  expect(said).toContain('TOLLBOOK_METER_PORT is "-1"');
});

test("the port of the health page is taken", async () => {
  const server = createServer();
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  expect(await failure({ TOLLBOOK_METER_PORT: String(port) })).toContain(`Port ${port} is taken: end what uses it`);
  server.close();
});

test("ClickHouse away: the meter serves, and says so on its health page; SIGTERM ends it", async () => {
  const port = await freePort();
  const { child, exited } = start({
    CLICKHOUSE_URL: `http://127.0.0.1:${await freePort()}`,
    TOLLBOOK_METER_PORT: String(port),
  });
  const health = await eventually(
    () =>
      fetch(`http://127.0.0.1:${port}/readyz`).then(
        (answer) => answer.json() as Promise<{ ready: boolean; problems: string[] }>,
        () => null,
      ),
    (now) => now?.ready === true && now.problems.some((problem) => problem.includes("does not answer or refuses")),
    30_000,
  );
  expect(health?.problems[0]).toMatch(/calls are decided meanwhile, their rows wait. Start it, or set CLICKHOUSE_URL\.$/);
  child.kill("SIGTERM");
  expect(await exited).toBe(0);
});

test("another number of partitions than the log has", async () => {
  const first = await stack.startMeter();
  await first.serving(20_000);
  expect(await failure({ TOLLBOOK_PARTITIONS: "3" })).toContain(
    "This log was set up with 2 partitions, but TOLLBOOK_PARTITIONS is 3: set it to 2.",
  );
});
