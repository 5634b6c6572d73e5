/** Every kind of call of an unmodified @clickhouse/client, plain and compressed. */
import { Readable } from "node:stream";
import { TupleParam, type ClickHouseClient } from "@clickhouse/client";
import { beforeAll, describe, expect, test } from "vitest";
import { useTestServer } from "./test-server.ts";

const server = useTestServer();
const BIG = "18446744073709551615";

async function all(client: ClickHouseClient, query: string, params?: Record<string, unknown>): Promise<unknown[]> {
  const result = await client.query({ query, format: "JSONEachRow", ...(params && { query_params: params }) });
  return result.json();
}

describe.each([false, true])("with compression %s", (compression) => {
  const table = `calls_${compression}`;
  let client: ClickHouseClient;
  beforeAll(async () => {
    client = server.client(compression);
    await client.command({ query: `CREATE TABLE ${table} (id UInt64, name String) ENGINE = MergeTree ORDER BY id` });
  });

  test("ping", async () => {
    expect(await client.ping()).toEqual({ success: true });
  });

  test("ping with a SELECT, which is a GET", async () => {
    expect(await client.ping({ select: true })).toEqual({ success: true });
  });

  test("query with the default format JSON has meta, data and rows", async () => {
    const answer = await (await client.query({ query: "SELECT 1 AS one" })).json();
    expect(answer).toMatchObject({ meta: [{ name: "one", type: "UInt8" }], data: [{ one: 1 }], rows: 1 });
  });

  test.each([
    ["CSV", '1,"a"\n'],
    ["TabSeparatedWithNames", "n\ts\n1\ta\n"],
    ["JSONCompactEachRowWithNamesAndTypes", '["n", "s"]\n["UInt8", "String"]\n[1, "a"]\n'],
  ] as const)("query as %s", async (format, text) => {
    const result = await client.query({ query: "SELECT 1 AS n, 'a' AS s", format });
    expect((await result.text()).replaceAll(',"a"]', ', "a"]').replaceAll('","', '", "')).toBe(text);
  });

  test("query ending in a semicolon, with FORMAT words inside names and strings", async () => {
    expect(await all(client, "SELECT 'FORMAT CSV' AS format, 1 AS settings;")).toEqual([{ format: "FORMAT CSV", settings: 1 }]);
  });

  test("a result larger than one network chunk arrives whole, as a stream of rows", async () => {
    const result = await client.query({ query: "SELECT number FROM numbers(400000)", format: "JSONCompactEachRow" });
    let count = 0;
    for await (const rows of result.stream()) count += rows.length;
    expect(count).toBe(400_000);
  });

  test("a large result of a format with header and footer arrives as one document", async () => {
    const result = await client.query({ query: "SELECT number AS n FROM numbers(300000)", format: "JSON" });
    const answer = await result.json<{ n: number }>();
    expect(answer.rows).toBe(300_000);
    expect(answer.data).toHaveLength(300_000);
  });

  test("an empty result", async () => {
    expect(await all(client, "SELECT 1 AS n WHERE 0")).toEqual([]);
  });

  test("64-bit numbers keep every digit with output_format_json_quote_64bit_integers=1", async () => {
    const settings = { output_format_json_quote_64bit_integers: 1 } as const;
    const result = await client.query({ query: `SELECT ${BIG} AS n`, format: "JSONEachRow", clickhouse_settings: settings });
    expect(await result.json()).toEqual([{ n: BIG }]);
  });

  test("bound parameters of every shape, quotes and newlines included", async () => {
    const text = 'it\'s a "test" \\ with\ttabs\nand lines; DROP TABLE x -- {b:String}';
    const query =
      "SELECT {a:String} AS a, {b:UInt64} AS b, {c:Array(String)} AS c, {d:Nullable(String)} AS d, {e:Bool} AS e, {f:Tuple(UInt8, String)} AS f, {g:Map(String, UInt8)} AS g";
    const params = { a: text, b: 42n, c: [text, ""], d: null, e: true, f: new TupleParam([1, "'"]), g: new Map([["k", 1]]) };
    expect(await all(client, query, params)).toEqual([
      { a: text, b: 42, c: [text, ""], d: null, e: true, f: [1, "'"], g: { k: 1 } },
    ]);
  });

  test("a date and a table name as parameters", async () => {
    const params = { at: new Date("2026-03-01T12:00:00.250Z"), t: "one" };
    const [row] = await all(client, "SELECT toString({at:DateTime64(3, 'UTC')}) AS at FROM system.{t:Identifier}", params);
    expect(row).toEqual({ at: "2026-03-01 12:00:00.250" });
  });

  test("parameters in a multipart form", async () => {
    const names = Array.from({ length: 500 }, (_, index) => `na'me\r\n${index}`);
    const result = await client.query({
      query: "SELECT length({names:Array(String)}) AS n, {names:Array(String)}[500] AS last",
      query_params: { names },
      use_multipart_params: true,
      format: "JSONEachRow",
    });
    expect(await result.json()).toEqual([{ n: 500, last: "na'me\r\n499" }]);
  });

  test("settings by name reach the engine, and only this statement", async () => {
    const query = "SELECT toUInt32(getSetting('max_threads')) AS n";
    const result = await client.query({ query, format: "JSONEachRow", clickhouse_settings: { max_threads: 7 } });
    expect(await result.json()).toEqual([{ n: 7 }]);
    for (let session = 0; session < 5; session++) expect(await all(client, query)).not.toEqual([{ n: 7 }]);
  });

  test("insert of objects tells the rows written", async () => {
    const { executed, summary } = await client.insert({
      table,
      values: [
        { id: 1, name: "a" },
        { id: BIG, name: "b" },
      ],
      format: "JSONEachRow",
    });
    expect({ executed, written: summary?.written_rows }).toEqual({ executed: true, written: "2" });
    expect(await all(client, `SELECT toString(id) AS id FROM ${table} WHERE name = 'b'`)).toEqual([{ id: BIG }]);
  });

  test("insert with chosen columns, and with all but some", async () => {
    await client.insert({ table, values: [[20]], columns: ["id"] });
    await client.insert({ table, values: [["twenty-one"]], columns: { except: ["id"] } });
    expect(await all(client, `SELECT count() > 0 AS yes FROM ${table} WHERE id = 20 AND name = ''`)).toEqual([{ yes: 1 }]);
    expect(await all(client, `SELECT count() AS n FROM ${table} WHERE name = 'twenty-one'`)).toEqual([{ n: 1 }]);
  });

  test("insert of a stream of rows", async () => {
    const values = Readable.from(Array.from({ length: 1000 }, (_, index) => [1000 + index, "streamed"]));
    await client.insert({ table, values, format: "JSONCompactEachRow" });
    expect(await all(client, `SELECT count() AS n FROM ${table} WHERE name = 'streamed'`)).toEqual([{ n: 1000 }]);
  });

  test("insert of raw CSV", async () => {
    await client.insert({
      table,
      values: Readable.from(['30,"a, ""quoted"" one"\n', "31,plain\n"], { objectMode: false }),
      format: "CSV",
    });
    expect(await all(client, `SELECT name FROM ${table} WHERE id = 30`)).toEqual([{ name: 'a, "quoted" one' }]);
  });

  test("insert into a table of another database, named and as the client default", async () => {
    await client.command({ query: `CREATE DATABASE IF NOT EXISTS other_${compression}` });
    await client.command({ query: `CREATE TABLE other_${compression}.t (id UInt8) ENGINE = Memory` });
    await client.insert({ table: `other_${compression}.t`, values: [[1]] });
    const answer = await server.post("SELECT count() FROM t", { database: `other_${compression}` });
    expect(await answer.text()).toBe("1\n");
  });

  test("command with inline VALUES and expressions", async () => {
    await client.command({ query: `INSERT INTO ${table} (id, name) VALUES (40, concat('x', 'y')), (41, 'it''s; fine')` });
    expect(await all(client, `SELECT name FROM ${table} WHERE id IN (40, 41) ORDER BY id`)).toEqual([
      { name: "xy" },
      { name: "it's; fine" },
    ]);
  });

  test("command with INSERT … SELECT", async () => {
    await client.command({ query: `INSERT INTO ${table} SELECT number + 500, 'selected' FROM numbers(5)` });
    expect(await all(client, `SELECT count() AS n FROM ${table} WHERE name = 'selected'`)).toEqual([{ n: 5 }]);
  });

  test("command tells its query id and summary", async () => {
    const { query_id, summary } = await client.command({
      query: `OPTIMIZE TABLE ${table} FINAL`,
      query_id: `mine-${compression}`,
    });
    expect(query_id).toBe(`mine-${compression}`);
    expect(Number(summary?.elapsed_ns)).toBeGreaterThan(0);
  });

  test("exec hands over the raw stream", async () => {
    const { stream } = await client.exec({ query: "SELECT 1 AS n FORMAT CSVWithNames" });
    expect(Buffer.concat(await stream.toArray()).toString()).toBe('"n"\n1\n');
  });

  test("exec with values", async () => {
    const values = Readable.from(['{"id":50,"name":"exec"}\n'], { objectMode: false });
    const { stream, summary } = await client.exec({ query: `INSERT INTO ${table} FORMAT JSONEachRow`, values });
    await stream
      .resume()
      .toArray()
      .catch(() => []);
    expect(summary?.written_rows).toBe("1");
  });

  test("SHOW, DESCRIBE, EXISTS and EXPLAIN are queries too", async () => {
    expect(await all(client, `SHOW TABLES LIKE '${table}'`)).toEqual([{ name: table }]);
    expect(await all(client, `DESCRIBE TABLE ${table}`)).toMatchObject([{ name: "id", type: "UInt64" }, { name: "name" }]);
    expect(await all(client, `EXISTS TABLE ${table}`)).toEqual([{ result: 1 }]);
    expect((await all(client, "EXPLAIN SELECT 1")).length).toBeGreaterThan(0);
  });

  test("WITH, UNION ALL and brackets around the whole", async () => {
    expect(await all(client, "(WITH 1 AS x SELECT x AS n) UNION ALL (SELECT 2) SETTINGS max_threads = 1")).toHaveLength(2);
  });

  test("an exception has its code and type", async () => {
    await expect(client.query({ query: "SELECT * FROM absent" })).rejects.toMatchObject({ code: "60", type: "UNKNOWN_TABLE" });
    await expect(client.query({ query: "SELEC 1" })).rejects.toMatchObject({ code: "62" });
    await expect(client.insert({ table: "absent", values: [[1]] })).rejects.toMatchObject({ code: "60" });
    await expect(client.command({ query: "DROP TABLE absent" })).rejects.toMatchObject({ code: "60" });
  });

  test("an exception after the first rows have gone reaches the reader with its code", async () => {
    const query = "SELECT number, throwIf(number = 3000000) FROM numbers(4000000) SETTINGS max_threads = 1";
    const result = await client.query({ query, format: "JSONEachRow" });
    let seen = 0;
    const read = async (): Promise<void> => {
      for await (const rows of result.stream()) seen += rows.length;
    };
    await expect(read()).rejects.toMatchObject({ code: "395", type: "FUNCTION_THROW_IF_VALUE_IS_NON_ZERO" });
    expect(seen).toBeGreaterThan(0);
  });

  test("bad rows are refused with their place, and none of them is stored", async () => {
    const values = [
      { id: 60, name: "ok" },
      { id: "not a number", name: "" },
    ];
    const insert = client.insert({ table, values, format: "JSONEachRow" });
    await expect(insert).rejects.toThrow(/at row 2/);
    expect(await all(client, `SELECT count() AS n FROM ${table} WHERE id = 60`)).toEqual([{ n: 0 }]);
  });
});
