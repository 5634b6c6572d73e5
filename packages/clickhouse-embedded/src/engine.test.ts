/** Who waits for whom, and what stops when nobody waits any more. */
import { expect, test } from "vitest";
import { useTestServer } from "./test-server.ts";

const server = useTestServer();
/** Runs until it is stopped. */
const ENDLESS = "SELECT count() FROM numbers(1000000000000000) SETTINGS max_threads = 1";

async function running(): Promise<number> {
  const answer = await server.post(
    "SELECT count() FROM system.processes WHERE query LIKE '%1000000000000000%' AND query NOT LIKE '%processes%'",
    {},
    { "x-tollbook-lane": "sink" },
  );
  return Number(await answer.text());
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Requests that only end when they are aborted. */
function occupy(count: number): { readonly ended: Promise<unknown>; readonly abort: () => void } {
  const stop = new AbortController();
  const requests = Array.from({ length: count }, () =>
    fetch(server.url(), { method: "POST", body: ENDLESS, signal: stop.signal }).catch(() => null),
  );
  return { ended: Promise.all(requests), abort: () => stop.abort() };
}

test("a query whose client goes away stops", async () => {
  const query = occupy(1);
  await until(async () => (await running()) === 1);
  query.abort();
  await until(async () => (await running()) === 0);
  expect(await query.ended).toEqual([null]);
});

test("a query aborted by the client library stops, also in the middle of its result", async () => {
  const stop = new AbortController();
  const result = await server.client(true).query({
    query: "SELECT number FROM numbers(1000000000000000)",
    format: "JSONEachRow",
    abort_signal: stop.signal,
  });
  let seen = 0;
  for await (const rows of result.stream()) {
    seen += rows.length;
    if (seen > 0) break;
  }
  expect(await running()).toBe(1);
  stop.abort();
  result.close();
  await until(async () => (await running()) === 0);
});

test("while every session for reports is busy and more wait, the sink inserts and reads back", async () => {
  await server.post(
    "CREATE TABLE sunk (a UInt64) ENGINE = MergeTree ORDER BY a SETTINGS non_replicated_deduplication_window = 100",
  );
  const reports = occupy(20);
  await until(async () => (await running()) === 4);
  for (let batch = 0; batch < 20; batch++) {
    const insert = await server.post(`${batch}\n`, {
      query: "INSERT INTO sunk FORMAT TSV",
      insert_deduplication_token: `b${batch}`,
    });
    expect(insert.status).toBe(200);
    const back = await server.post(`SELECT count() FROM sunk WHERE a = ${batch}`, {}, { "x-tollbook-lane": "sink" });
    expect(await back.text()).toBe("1\n");
  }
  expect(await running()).toBe(4);
  reports.abort();
  await reports.ended;
  await until(async () => (await running()) === 0);
  expect(await (await server.post("SELECT count() FROM sunk")).text()).toBe("20\n");
});

test("a scalar subquery that takes long delays nobody else", async () => {
  const slow = fetch(server.url(), {
    method: "POST",
    body: "SELECT (SELECT count() FROM numbers(1000000000000000)) SETTINGS max_execution_time = 2",
  });
  await until(async () => (await running()) === 1);
  for (let other = 0; other < 20; other++) expect((await server.post("SELECT 1")).status).toBe(200);
  expect(await running()).toBe(1);
  expect((await slow).status).toBe(408);
});

test("when the queue is full the answer says so", async () => {
  const many = occupy(4 + 128);
  await until(async () => (await running()) === 4);
  let answer: Response | undefined;
  await until(async () => {
    answer = await fetch(server.url(), { method: "POST", body: "SELECT 1", signal: AbortSignal.timeout(1000) }).catch(
      () => undefined,
    );
    return answer !== undefined;
  });
  expect(answer?.headers.get("x-clickhouse-exception-code")).toBe("202");
  expect(await answer?.text()).toContain("send fewer at once");
  many.abort();
  await many.ended;
  await until(async () => (await running()) === 0);
  expect((await server.post("SELECT 1")).status).toBe(200);
});
