import { appendFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { EngineResult } from "./engine.ts";
import { syntaxError } from "./error.ts";
import { sendResult, type ResultFile } from "./result.ts";

const servers: Server[] = [];
const folders: string[] = [];
const RESULT: EngineResult = { text: "", rowsRead: 1, bytesRead: 1 };
const MIB = "x".repeat(1024 * 1024);

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A server whose only answer is this file; errors before the first byte are status 500. */
async function serve(file: ResultFile, resultLimitBytes?: number): Promise<string> {
  file.done.catch(() => {});
  const server = createServer((_, response) => {
    const options = { encoding: null, exceptionTag: "TAG", waitEndOfQuery: false, resultLimitBytes, begin: () => {} };
    sendResult(response, file, options).catch((error: Error) => response.writeHead(500).end(error.message));
  }).listen(0, "127.0.0.1");
  servers.push(server);
  await new Promise((resolve) => server.once("listening", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

function path(): string {
  const folder = mkdtempSync(join(tmpdir(), "tollbook-result-"));
  folders.push(folder);
  return join(folder, "result");
}

test("a long result is sent while it is still being written, to the last byte, and its file is removed", async () => {
  const file = path();
  const { promise: done, resolve } = Promise.withResolvers<EngineResult>();
  writeFileSync(file, MIB);
  const response = await fetch(await serve({ path: file, done, cancel: () => {} }));
  appendFileSync(file, "the end");
  resolve(RESULT);
  const text = await response.text();
  expect(text.length).toBe(MIB.length + 7);
  expect(text.endsWith("the end")).toBe(true);
  while (existsSync(file)) await new Promise((again) => setTimeout(again, 5));
});

test("a failure before the first megabyte is a failure of the request", async () => {
  const file = path();
  writeFileSync(file, "a few rows");
  const { promise: done, reject } = Promise.withResolvers<EngineResult>();
  const answer = fetch(await serve({ path: file, done, cancel: () => {} }));
  reject(syntaxError("no"));
  const response = await answer;
  expect({ status: response.status, text: await response.text() }).toEqual({
    status: 500,
    text: "Code: 62. DB::Exception: no (SYNTAX_ERROR)",
  });
});

test("a failure behind it is told between two markers at the end of the body", async () => {
  const file = path();
  const { promise: done, reject } = Promise.withResolvers<EngineResult>();
  writeFileSync(file, MIB);
  const response = await fetch(await serve({ path: file, done, cancel: () => {} }));
  reject(syntaxError("no"));
  const message = "Code: 62. DB::Exception: no (SYNTAX_ERROR)\n";
  expect((await response.text()).slice(MIB.length)).toBe(
    `\r\n__exception__\r\nTAG\r\n${message}${message.length} TAG\r\n__exception__\r\n`,
  );
});

test("a result that outgrows the limit is stopped and says so, also when the client does not read", async () => {
  const file = path();
  const { promise: done, reject } = Promise.withResolvers<EngineResult>();
  writeFileSync(file, MIB + MIB);
  const response = await fetch(await serve({ path: file, done, cancel: () => reject(new Error("killed")) }, 1_500_000));
  expect(await response.text()).toContain("Code: 396. DB::Exception: The result is longer than 1500000 bytes");
});
