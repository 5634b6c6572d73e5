/** ClickHouse's HTTP interface in front of the engine, as far as `@clickhouse/client` uses it. */
import { createHash, randomUUID, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Engine, EngineResult } from "./engine.ts";
import { authenticationFailed, badArguments, errorFromEngine, httpStatusFromCode, type ClickhouseError } from "./error.ts";
import { insertData } from "./insert.ts";
import { readStatementRequest, type StatementRequest } from "./request.ts";
import { chosenEncoding, contentTypeOf, sendResult } from "./result.ts";
import { readIntoFile } from "./sql.ts";

export interface ServerOptions {
  readonly engine: Engine;
  /** For bodies and results while they are being moved; emptied at start. */
  readonly transferFolder: string;
  /** Null accepts everybody: the server listens on loopback only. */
  readonly password: string | null;
  readonly resultLimitBytes?: number;
}

/** Longer than any client keeps a connection idle (@clickhouse/client: 2.5 s), so that it is never the server who closes first. */
const KEEP_ALIVE_MS = 30_000;
const URL_LIMIT_BYTES = 1024 * 1024;
const REQUEST_LIMIT_MS = 600_000;

export function createClickhouseServer(options: ServerOptions): Server {
  const server = createServer({
    maxHeaderSize: URL_LIMIT_BYTES,
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: REQUEST_LIMIT_MS,
  });
  server.on("request", (request, response) => {
    answer(request, response, options).catch((thrown: unknown) => tellError(request, response, errorFromEngine(thrown)));
  });
  return server;
}

async function answer(request: IncomingMessage, response: ServerResponse, options: ServerOptions): Promise<void> {
  const url = new URL(request.url ?? "/", "http://localhost");
  refuseBrowsers(request);
  if (url.pathname === "/ping" || (url.pathname === "/" && request.method === "GET" && !url.searchParams.has("query"))) {
    response.end("Ok.\n");
    return;
  }
  if (url.pathname !== "/" || (request.method !== "GET" && request.method !== "POST")) {
    response.writeHead(404).end(`There is nothing at ${request.method} ${url.pathname}: send SQL to POST /, or GET /ping.\n`);
    return;
  }
  checkPassword(request, url, options.password);
  await runStatement(await readStatementRequest(request, url, randomUUID), request, response, url, options);
}

async function runStatement(
  asked: StatementRequest,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  { engine, transferFolder, resultLimitBytes }: ServerOptions,
): Promise<void> {
  const { statement, lane, database, settings, params } = asked;
  const began = process.hrtime.bigint();
  const path = join(transferFolder, randomUUID());
  const setHeaders = (): void => {
    response.setHeader("X-ClickHouse-Server-Display-Name", hostname());
    response.setHeader("X-ClickHouse-Query-Id", asked.queryId.replaceAll(/[^\x20-\x7e]/g, "?"));
    response.setHeader("X-ClickHouse-Timezone", engine.timezone);
  };
  const summarize = (result: EngineResult | null, rowsWritten: number): void => {
    response.setHeader("X-ClickHouse-Summary", summaryOf(result, rowsWritten, process.hrtime.bigint() - began));
  };
  setHeaders();
  const rest = { lane, database, settings, params };
  if (statement.kind === "insert") {
    // Not stopped when the sender goes away: whether it is stored must not hang on who is still listening.
    const result = await insertData(engine, statement, asked.data, path, { ...rest, signal: new AbortController().signal });
    summarize(result, result.rowsRead);
    response.end();
    return;
  }
  if (statement.kind === "other") {
    const result = await engine.run({ ...rest, ...statement, signal: new AbortController().signal });
    summarize(result, 0);
    response.setHeader("X-ClickHouse-Format", "TabSeparated");
    response.setHeader("Content-Type", contentTypeOf("TabSeparated"));
    response.end(result.text);
    return;
  }
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  if (response.destroyed) gone.abort();
  const format = statement.format ?? asked.defaultFormat;
  const exceptionTag = randomUUID().replaceAll("-", "").slice(0, 16);
  const encoding =
    url.searchParams.get("enable_http_compression") === "1" ? chosenEncoding(request.headers["accept-encoding"]) : null;
  const sql = readIntoFile(statement, path, asked.defaultFormat);
  const done = engine.run({ ...rest, sql, changesSession: false, signal: gone.signal });
  const begin = (result: EngineResult | null): void => {
    summarize(result, 0);
    response.setHeader("X-ClickHouse-Format", format);
    response.setHeader("X-ClickHouse-Exception-Tag", exceptionTag);
    response.setHeader("Content-Type", contentTypeOf(format));
    if (encoding !== null) response.setHeader("Content-Encoding", encoding);
  };
  const options = { encoding, exceptionTag, waitEndOfQuery: asked.waitEndOfQuery, resultLimitBytes, begin };
  await sendResult(response, { path, done, cancel: () => gone.abort() }, options);
}

/** Counters as strings, as ClickHouse sends them: 64 bits do not fit JSON's numbers. Before the end of a statement they are zero. */
function summaryOf(result: EngineResult | null, rowsWritten: number, elapsedNs: bigint): string {
  const read = { rows: String(result?.rowsRead ?? 0), bytes: String(result?.bytesRead ?? 0) };
  return JSON.stringify({
    read_rows: read.rows,
    read_bytes: read.bytes,
    written_rows: String(rowsWritten),
    written_bytes: rowsWritten > 0 ? read.bytes : "0",
    total_rows_to_read: "0",
    result_rows: String(rowsWritten),
    result_bytes: rowsWritten > 0 ? read.bytes : "0",
    elapsed_ns: String(elapsedNs),
  });
}

function tellError(request: IncomingMessage, response: ServerResponse, error: ClickhouseError): void {
  if (response.headersSent) {
    // The connection broke, or the file did, in the middle of an answer: a cut connection cannot be taken for its end.
    response.destroy();
    return;
  }
  // Whatever of the body nobody has read goes to nowhere, so that the sender comes to read the answer.
  request.unpipe();
  request.resume();
  response.setHeader("X-ClickHouse-Exception-Code", String(error.code));
  response.setHeader("Content-Type", "text/plain; charset=UTF-8");
  response.writeHead(httpStatusFromCode(error.code)).end(`${error.message}\n`);
}

/**
 * Without a password any page open in a browser on this machine could send SQL to loopback. Browsers name the page
 * (Origin, Sec-Fetch-Site) and the host they think they talk to; ClickHouse's clients send neither a page nor a foreign host.
 */
function refuseBrowsers(request: IncomingMessage): void {
  const site = request.headers["sec-fetch-site"];
  const host = (request.headers.host ?? "").replace(/:\d+$/, "");
  if (request.headers.origin !== undefined || (site !== undefined && site !== "none"))
    throw authenticationFailed("Requests from web pages are not answered");
  if (!["127.0.0.1", "localhost", "[::1]", ""].includes(host))
    throw authenticationFailed(`This server answers as localhost, not as ${host}`);
}

function checkPassword(request: IncomingMessage, url: URL, password: string | null): void {
  if (password === null) return;
  const given = credentialsOf(request, url);
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  if (given.user !== "default" || !timingSafeEqual(digest(given.password), digest(password)))
    throw authenticationFailed(`${given.user}: Authentication failed: password is incorrect, or there is no user with such name`);
}

function credentialsOf(request: IncomingMessage, url: URL): { user: string; password: string } {
  const { authorization } = request.headers;
  const user = request.headers["x-clickhouse-user"];
  const key = request.headers["x-clickhouse-key"];
  if (authorization?.startsWith("Basic ") === true) {
    const text = Buffer.from(authorization.slice("Basic ".length), "base64").toString();
    const colon = text.indexOf(":");
    if (colon === -1) throw badArguments('The Authorization header is not "Basic" with base64 of user:password');
    return { user: text.slice(0, colon) || "default", password: text.slice(colon + 1) };
  }
  if (user !== undefined || key !== undefined) return { user: String(user ?? "default"), password: String(key ?? "") };
  return { user: url.searchParams.get("user") ?? "default", password: url.searchParams.get("password") ?? "" };
}
