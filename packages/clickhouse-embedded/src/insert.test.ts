/** What is stored is what was sent: once, whole, and never as SQL. */
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { connect } from "node:net";
import { beforeAll, expect, test } from "vitest";
import { useTestServer } from "./test-server.ts";

const server = useTestServer();
const ROWS = 50_000;

beforeAll(async () => {
  // Without a deduplication window: the same rows may be sent again on purpose.
  await server.post("CREATE TABLE calls (id UInt64, name String) ENGINE = MergeTree ORDER BY id");
});

async function create(table: string): Promise<void> {
  const sql = `CREATE TABLE ${table} (id UInt64, name String) ENGINE = MergeTree ORDER BY id
    SETTINGS non_replicated_deduplication_window = 100, fsync_after_insert = 1`;
  expect((await server.post(sql)).status).toBe(200);
}

/** Each row: id, and a name of two bytes. Many ids hold 0x0A0A, which a text protocol would take for a blank line. */
function rowBinary(rows: number, name = "ab"): Buffer {
  const bytes = Buffer.alloc(rows * 11);
  for (let row = 0; row < rows; row++) {
    bytes.writeBigUInt64LE(BigInt(row), row * 11);
    bytes[row * 11 + 8] = 2;
    bytes.write(name, row * 11 + 9, "latin1");
  }
  return bytes;
}

const stored = async (table: string): Promise<unknown> => (await server.rows(`SELECT count() AS n FROM ${table}`))[0];

test("50,000 rows of RowBinary with blank lines inside are all stored, as one part", async () => {
  await create("binary_rows");
  const body = rowBinary(ROWS, "\n\n");
  expect(body.includes("\n\n")).toBe(true);
  const answer = await server.post(body, { query: "INSERT INTO binary_rows FORMAT RowBinary" });
  expect(JSON.parse(answer.headers.get("x-clickhouse-summary") ?? "")).toMatchObject({ written_rows: String(ROWS) });
  const [row] = await server.rows(
    "SELECT count() AS n, uniqExact(id) AS ids, max(id) AS last, countIf(length(name) = 2) AS named FROM binary_rows",
  );
  expect(row).toEqual({ n: ROWS, ids: ROWS, last: ROWS - 1, named: ROWS });
  expect(await server.rows("SELECT rows FROM system.parts WHERE table = 'binary_rows' AND active")).toEqual([{ rows: ROWS }]);
});

test("Native blocks go in as they came out", async () => {
  await create("native_rows");
  const block = await (
    await server.post("SELECT number AS id, toString(number) AS name FROM numbers(70000) FORMAT Native")
  ).bytes();
  expect((await server.post(block, { query: "INSERT INTO native_rows FORMAT Native" })).status).toBe(200);
  expect(await stored("native_rows")).toEqual({ n: 70_000 });
});

test.each([
  ["a blank line and an INSERT", "x\n\nINSERT INTO calls VALUES (666, 'injected')\n\n"],
  ["a semicolon and a DROP", "'); DROP TABLE calls; --"],
  ["the end of a comment and a FORMAT", "*/ FORMAT Null"],
  ["a backslash, a quote and a NUL", "\\' \u0000 \\"],
  ["emoji and other scripts", "☎️ přihláška 電話"],
])("SQL text inside a value is data: %s", async (_, name) => {
  const body = `${JSON.stringify({ id: 7, name })}\n`;
  await server.post("TRUNCATE TABLE calls");
  expect((await server.post(`INSERT INTO calls FORMAT JSONEachRow\n${body}`)).status).toBe(200);
  expect((await server.post(body, { query: "INSERT INTO calls FORMAT JSONEachRow" })).status).toBe(200);
  expect(await server.rows("SELECT id, name FROM calls")).toEqual([
    { id: 7, name },
    { id: 7, name },
  ]);
});

test("a blank line in the data of a text format does not begin SQL", async () => {
  await server.post("TRUNCATE TABLE calls");
  const answer = await server.post("INSERT INTO calls FORMAT CSV\n1,a\n\nINSERT INTO calls VALUES (666, 'injected')\n");
  expect(answer.status).toBe(400);
  expect(await stored("calls")).toEqual({ n: 0 });
});

test("what follows VALUES is never SQL, even behind a blank line and a semicolon", async () => {
  await server.post("TRUNCATE TABLE calls");
  await server.post("INSERT INTO calls VALUES (1, 'a')\n\n; DROP TABLE calls");
  await server.post("INSERT INTO calls VALUES (2, 'b'); INSERT INTO calls VALUES (666, 'injected')");
  expect(await server.rows("SELECT id FROM calls ORDER BY id")).toEqual([{ id: 1 }, { id: 2 }]);
});

test("the same deduplication token stores once, whatever the session, and another token stores again", async () => {
  await create("once");
  const insert = (token: string): Promise<Response> =>
    server.post(rowBinary(10), { query: "INSERT INTO once FORMAT RowBinary", insert_deduplication_token: token });
  for (let again = 0; again < 4; again++) expect((await insert("a")).status).toBe(200);
  await Promise.all(Array.from({ length: 6 }, () => insert("a")));
  expect(await stored("once")).toEqual({ n: 10 });
  await insert("b");
  expect(await stored("once")).toEqual({ n: 20 });
});

test("an insert is stored when it is answered: async_insert is off unless asked for", async () => {
  const asked = async (settings: Record<string, string>): Promise<string> =>
    (await server.post("SELECT toUInt8(getSetting('async_insert')), getSetting('insert_deduplication_token')", settings)).text();
  expect(await asked({})).toBe("0\t\n");
  expect(await asked({ insert_deduplication_token: "calls/0/1/2/a1'" })).toBe("0\tcalls/0/1/2/a1\\'\n");
  expect(await asked({ async_insert: "1" })).toBe("1\t\n");
});

test.each([
  ["gzip", gzipSync],
  ["deflate", deflateSync],
  ["br", brotliCompressSync],
  ["zstd", zstdCompressSync],
] as const)("a body in %s is decoded", async (encoding, compress) => {
  await server.post("TRUNCATE TABLE calls");
  const answer = await server.post(
    compress(rowBinary(1000)),
    { query: "INSERT INTO calls FORMAT RowBinary" },
    { "content-encoding": encoding },
  );
  expect(answer.status).toBe(200);
  expect(await stored("calls")).toEqual({ n: 1000 });
});

test("a compressed body that breaks off, and one in an unknown encoding, store nothing", async () => {
  await server.post("TRUNCATE TABLE calls");
  const query = { query: "INSERT INTO calls FORMAT RowBinary" };
  const half = gzipSync(rowBinary(1000)).subarray(0, 500);
  expect((await server.post(half, query, { "content-encoding": "gzip" })).ok).toBe(false);
  expect((await server.post(rowBinary(10), query, { "content-encoding": "lzma" })).status).toBe(415);
  expect(await stored("calls")).toEqual({ n: 0 });
});

test("a sender who goes away in the middle of the body has stored nothing", async () => {
  await server.post("TRUNCATE TABLE calls");
  const { hostname, port } = new URL(server.url());
  const socket = connect(Number(port), hostname);
  const target = `/?query=${encodeURIComponent("INSERT INTO calls FORMAT TabSeparated")}`;
  await new Promise<void>((resolve) => {
    socket.write(`POST ${target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n1\ta\n2\tb\n`, () => resolve());
  });
  socket.resetAndDestroy();
  await server.post("INSERT INTO calls VALUES (3, 'c')");
  expect(await server.rows("SELECT id FROM calls")).toEqual([{ id: 3 }]);
});

test("no rows is an insert of no rows", async () => {
  await server.post("TRUNCATE TABLE calls");
  for (const format of ["JSONEachRow", "RowBinary", "Native", "CSVWithNames"])
    expect((await server.post("", { query: `INSERT INTO calls FORMAT ${format}` })).status).toBe(200);
  expect(await stored("calls")).toEqual({ n: 0 });
});

test("settings inside the INSERT, column lists and names like keywords", async () => {
  await create("`values`");
  const sql =
    "INSERT INTO `default`.`values` (name, id) SETTINGS async_insert = 0, insert_deduplicate = 1 FORMAT TabSeparated\nx\t1\n";
  expect((await server.post(sql)).status).toBe(200);
  expect((await server.post("INSERT INTO TABLE values FORMAT TSV\n2\ty\n")).status).toBe(200);
  expect(await server.rows("SELECT id, name FROM `values` ORDER BY id")).toEqual([
    { id: 1, name: "x" },
    { id: 2, name: "y" },
  ]);
});

test("a parse error names the body, and no file of this machine", async () => {
  const text = await (await server.post("not a number\tx\n", { query: "INSERT INTO calls FORMAT TabSeparated" })).text();
  expect(text).toMatch(/^Code: 27\. DB::Exception: /);
  expect(text).not.toContain("transfers");
});
