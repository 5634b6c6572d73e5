/** The HTTP interface itself: addresses, statuses, headers, compression, refusals. */
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from "node:zlib";
import { get } from "node:http";
import { describe, expect, test } from "vitest";
import { useTestServer } from "./test-server.ts";

const server = useTestServer();

/** fetch sets headers of its own; this sends exactly what it is told. */
function rawGet(
  path: string,
  headers: Record<string, string>,
): Promise<{ status: number; body: Buffer; headers: NodeJS.Dict<string | string[]> }> {
  return new Promise((resolve, reject) => {
    get(`${server.url()}${path}`, { headers }, (response) => {
      response.toArray().then((chunks: Buffer[]) => {
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks), headers: response.headers });
      }, reject);
    }).once("error", reject);
  });
}

const select = (sql: string, rest = ""): string => `/?query=${encodeURIComponent(sql)}${rest}`;

test("/ping and / answer Ok without asking who", async () => {
  expect((await rawGet("/ping", {})).body.toString()).toBe("Ok.\n");
  expect((await rawGet("/", {})).body.toString()).toBe("Ok.\n");
});

test("another address is told where to go", async () => {
  const answer = await rawGet("/play", {});
  expect(answer.status).toBe(404);
  expect(answer.body.toString()).toContain("POST /");
});

test("GET reads, and only reads", async () => {
  expect((await rawGet(select("SELECT 1"), {})).body.toString()).toBe("1\n");
  const refused = await rawGet(select("CREATE TABLE got (a UInt8) ENGINE = Memory"), {});
  expect({ status: refused.status, code: refused.headers["x-clickhouse-exception-code"] }).toEqual({ status: 500, code: "164" });
  expect((await server.post("CREATE TABLE posted (a UInt8) ENGINE = Memory")).status).toBe(200);
});

test("the answer names query, format, time zone, server and summary", async () => {
  const { headers } = await server.post("SELECT 1 FORMAT JSONEachRow", { query_id: "q-1" });
  expect(headers.get("x-clickhouse-query-id")).toBe("q-1");
  expect(headers.get("x-clickhouse-format")).toBe("JSONEachRow");
  expect(headers.get("x-clickhouse-timezone")).toMatch(/\w/);
  expect(headers.get("x-clickhouse-server-display-name")).toMatch(/\w/);
  expect(headers.get("content-type")).toBe("application/x-ndjson; charset=UTF-8");
  expect(JSON.parse(headers.get("x-clickhouse-summary") ?? "")).toMatchObject({ read_rows: "1", written_rows: "0" });
});

test("without FORMAT the answer is tab-separated, or what default_format says", async () => {
  expect(await (await server.post("SELECT 1, 2")).text()).toBe("1\t2\n");
  expect(await (await server.post("SELECT 1, 2", { default_format: "CSV" })).text()).toBe("1,2\n");
  expect(await (await server.post("SELECT 1, 2", {}, { "x-clickhouse-format": "CSV" })).text()).toBe("1,2\n");
});

test("?query= is continued by the body", async () => {
  expect(await (await server.post(" + 1", { query: "SELECT 1" })).text()).toBe("2\n");
});

test("with wait_end_of_query=1 a late failure still decides the status", async () => {
  const sql = "SELECT number, throwIf(number = 3000000) FROM numbers(4000000) SETTINGS max_threads = 1";
  const answer = await server.post(sql, { wait_end_of_query: "1" });
  expect({ status: answer.status, code: answer.headers.get("x-clickhouse-exception-code") }).toEqual({
    status: 500,
    code: "395",
  });
  expect((await answer.text()).startsWith("Code: 395. DB::Exception: ")).toBe(true);
});

describe("compression of answers", () => {
  const sql = "SELECT repeat(toString(number), 20) FROM numbers(200000)";
  test.each([
    ["gzip", gunzipSync],
    ["deflate", inflateSync],
    ["br", brotliDecompressSync],
    ["zstd", zstdDecompressSync],
  ] as const)("%s, when asked for in both ways", async (encoding, decompress) => {
    const plain = await rawGet(select(sql), { "accept-encoding": encoding });
    const packed = await rawGet(select(sql, "&enable_http_compression=1"), { "accept-encoding": encoding });
    expect(plain.headers["content-encoding"]).toBeUndefined();
    expect(packed.headers["content-encoding"]).toBe(encoding);
    expect(decompress(packed.body).equals(plain.body)).toBe(true);
  });
});

describe("refusals have the code, the name and the status that ClickHouse gives them", () => {
  test.each([
    ["SELEC", {}, 400, 62],
    ["", {}, 400, 62],
    ["SELECT 1; SELECT 2", {}, 400, 62],
    ["SELECT 'never closed", {}, 400, 62],
    ["SELECT * FROM absent", {}, 404, 60],
    ["SELECT absent", {}, 404, 47],
    ["SELECT 1 FORMAT Absent", {}, 404, 73],
    ["SELECT 1", { no_such_setting: "1" }, 404, 115],
    ["SELECT 1", { "bad name": "1" }, 404, 115],
    ["SELECT 1", { database: "absent" }, 404, 81],
    ["SELECT {x:UInt8}", {}, 500, 456],
    ["SELECT count() FROM numbers(1000000000000)", { max_execution_time: "0.2" }, 408, 159],
    ["SELECT number FROM numbers(30000000) ORDER BY rand()", { max_memory_usage: "20000000" }, 500, 241],
    ["SELECT 1 INTO OUTFILE 'result.tsv'", {}, 501, 48],
    ["INSERT INTO t FROM INFILE 'rows.csv' FORMAT CSV", {}, 501, 48],
    ["SELECT 1", { session_id: "s" }, 501, 48],
    ["SELECT 1", { role: "r" }, 501, 48],
    ["SELECT 1", { compress: "1" }, 501, 48],
  ] as const)("%s %o", async (sql, query, status, code) => {
    const answer = await server.post(sql, query);
    const text = await answer.text();
    expect({ status: answer.status, code: answer.headers.get("x-clickhouse-exception-code") }).toEqual({
      status,
      code: String(code),
    });
    expect(text).toMatch(new RegExp(`^Code: ${code}\\. DB::Exception: [^]*\\([A-Z_]+\\)\n$`));
  });
});

test("SQL longer than the limit is refused, the same length of data is not", async () => {
  await server.post("CREATE TABLE long (s String) ENGINE = Memory");
  const long = "x".repeat(2_000_000);
  expect((await server.post(`SELECT '${long}'`)).status).toBe(413);
  expect((await server.post(`INSERT INTO long FORMAT TSV\n${long}\n`)).status).toBe(200);
  expect(await (await server.post("SELECT length(s) FROM long")).text()).toBe("2000000\n");
});

test("SET, USE and temporary tables end with their request", async () => {
  await server.post("CREATE DATABASE elsewhere");
  for (let session = 0; session < 5; session++) {
    await server.post("SET max_threads = 3");
    await server.post("USE elsewhere");
    await server.post("CREATE TEMPORARY TABLE passing (a UInt8)");
  }
  for (let session = 0; session < 5; session++) {
    expect(await (await server.post("SELECT toUInt32(getSetting('max_threads')) = 3, currentDatabase()")).text()).toBe(
      "0\tdefault\n",
    );
    expect((await server.post("SELECT * FROM passing")).status).toBe(404);
  }
});

test("a parameter of an earlier request is not seen by one that forgot its own", async () => {
  for (let session = 0; session < 5; session++)
    await server.post("SELECT {secret:String}", { param_secret: "of another account" });
  for (let session = 0; session < 5; session++) expect((await server.post("SELECT {secret:String}")).status).toBe(500);
});

describe("who may ask", () => {
  const guarded = useTestServer({ TOLLBOOK_CLICKHOUSE_PASSWORD: "open sesame" });
  const ask = async (headers: Record<string, string>, query: Record<string, string> = {}): Promise<number> =>
    (await guarded.post("SELECT 1", query, headers)).status;
  const basic = (text: string): Record<string, string> => ({ authorization: `Basic ${Buffer.from(text).toString("base64")}` });

  test("with a password set, only who knows it: basic authentication, headers or query string", async () => {
    expect(await ask(basic("default:open sesame"))).toBe(200);
    expect(await ask({ "x-clickhouse-user": "default", "x-clickhouse-key": "open sesame" })).toBe(200);
    expect(await ask({}, { password: "open sesame" })).toBe(200);
    expect(await ask({})).toBe(403);
    expect(await ask(basic("default:wrong"))).toBe(403);
    expect(await ask(basic("someone:open sesame"))).toBe(403);
    expect(await ask(basic("no colon"))).toBe(400);
  });

  test("a refusal is code 516 and /ping still answers", async () => {
    const refused = await guarded.post("SELECT 1");
    expect(refused.headers.get("x-clickhouse-exception-code")).toBe("516");
    expect((await fetch(`${guarded.url()}/ping`)).status).toBe(200);
  });

  test("a web page may not, with or without a password", async () => {
    expect((await server.post("SELECT 1", {}, { origin: "https://example.org" })).status).toBe(403);
    expect((await rawGet(select("SELECT 1"), { "sec-fetch-site": "cross-site" })).status).toBe(403);
    expect((await rawGet(select("SELECT 1"), { host: "rebound.example.org:8123" })).status).toBe(403);
  });
});
