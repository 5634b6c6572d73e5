import { describe, expect, test } from "vitest";
import { insertFromFile, parseStatement, readIntoFile } from "./sql.ts";

const INTO = "INTO OUTFILE '/f' COMPRESSION 'none'";

function fileOf(sql: string): string {
  const statement = parseStatement(sql);
  if (statement.kind !== "read") throw new Error(`${sql} is taken for ${statement.kind}`);
  return readIntoFile(statement, "/f", "TSV").replaceAll(/\s+/g, " ").trim();
}

function insertOf(sql: string): { sql: string; data: string } {
  const statement = parseStatement(sql);
  if (statement.kind !== "insert") throw new Error(`${sql} is taken for ${statement.kind}`);
  return { sql: insertFromFile(statement, "/f").replaceAll(/\s+/g, " "), data: sql.slice(statement.dataAt) };
}

test.each([
  ["SELECT 1", `SELECT 1 ${INTO} FORMAT TSV`],
  ["SELECT 1;", `SELECT 1 ${INTO} FORMAT TSV`],
  ["SELECT 1 FORMAT JSON", `SELECT 1 ${INTO} FORMAT JSON`],
  ["select 1 format JSON settings max_threads=1 ;;", `select 1 ${INTO} format JSON settings max_threads=1`],
  ["SELECT 1 SETTINGS max_threads=1 FORMAT JSON", `SELECT 1 SETTINGS max_threads=1 ${INTO} FORMAT JSON`],
  ["SELECT format FROM t", `SELECT format FROM t ${INTO} FORMAT TSV`],
  ["SELECT 'x FORMAT CSV'", `SELECT 'x FORMAT CSV' ${INTO} FORMAT TSV`],
  ["SELECT 1 -- FORMAT CSV", `SELECT 1 ${INTO} FORMAT TSV`],
  ["SELECT (SELECT 1 /* ; */)", `SELECT (SELECT 1 /* ; */) ${INTO} FORMAT TSV`],
  ["(SELECT 1) UNION ALL (SELECT 2) SETTINGS x=1", `(SELECT 1) UNION ALL (SELECT 2) ${INTO} FORMAT TSV SETTINGS x=1`],
  ["(SELECT 1) UNION ALL (SELECT 2) SETTINGS x=1 FORMAT CSV", `(SELECT 1) UNION ALL (SELECT 2) ${INTO} SETTINGS x=1 FORMAT CSV`],
  ["EXPLAIN SELECT 1", `EXPLAIN SELECT 1 ${INTO} FORMAT TSV`],
])("a result goes to a file: %s", (sql, expected) => {
  expect(fileOf(sql)).toBe(expected);
});

test.each([
  ["INSERT INTO t FORMAT TSV\n1\n", "INSERT INTO t FROM INFILE '/f' COMPRESSION 'none' FORMAT TSV", "1\n"],
  ["INSERT INTO t FORMAT TSV\n\n1\n", "INSERT INTO t FROM INFILE '/f' COMPRESSION 'none' FORMAT TSV", "\n1\n"],
  ["INSERT INTO t FORMAT TSV; 1", "INSERT INTO t FROM INFILE '/f' COMPRESSION 'none' FORMAT TSV", "1"],
  [
    "insert into d.t (a, b) settings x=1 format CSV 1,2",
    "insert into d.t (a, b) FROM INFILE '/f' COMPRESSION 'none' settings x=1 FORMAT CSV",
    "1,2",
  ],
  [
    "INSERT INTO t VALUES (';', 'never closed",
    "INSERT INTO t FROM INFILE '/f' COMPRESSION 'none' FORMAT Values",
    " (';', 'never closed",
  ],
  [
    "INSERT INTO FUNCTION null('a UInt8') FORMAT TSV\n",
    "INSERT INTO FUNCTION null('a UInt8') FROM INFILE '/f' COMPRESSION 'none' FORMAT TSV",
    "",
  ],
  ["INSERT INTO values VALUES (1)", "INSERT INTO values FROM INFILE '/f' COMPRESSION 'none' FORMAT Values", " (1)"],
  ["/* x */ INSERT INTO t FORMAT TSV\nINSERT", "/* x */ INSERT INTO t FROM INFILE '/f' COMPRESSION 'none' FORMAT TSV", "INSERT"],
])("an INSERT's data is not read as SQL: %j", (sql, expected, data) => {
  expect(insertOf(sql)).toEqual({ sql: expected, data });
});

test.each([
  ["CREATE TABLE t (a UInt8) ENGINE = Memory", false],
  ["INSERT INTO t SELECT 1", false],
  ["WITH 1 AS x INSERT INTO t SELECT x", false],
  ["SET max_threads = 1", true],
  ["USE d", true],
  ["CREATE OR REPLACE TEMPORARY TABLE t (a UInt8)", true],
])("%s is run as it is (changes the session: %s)", (sql, changesSession) => {
  expect(parseStatement(sql)).toEqual({ kind: "other", sql, changesSession });
});

describe("one statement in a request", () => {
  test.each([
    "SELECT 1; SELECT 2",
    "SELECT 1;;DROP TABLE t",
    "DROP TABLE t; SELECT 1",
    "INSERT INTO t SELECT 1; DROP TABLE t",
    "; SELECT 1",
  ])("%s", (sql) => {
    expect(() => parseStatement(sql)).toThrow(/SYNTAX_ERROR/);
  });
});
