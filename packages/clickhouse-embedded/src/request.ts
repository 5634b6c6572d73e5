/** What a request asks for: one statement, its settings and parameters, and the bytes that are an INSERT's data. */
import type { IncomingMessage } from "node:http";
import { pipeline, type Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";
import type { LaneName } from "./engine.ts";
import { badArguments, notImplemented, queryTooLarge, unsupportedEncoding } from "./error.ts";
import { parseStatement, type Statement } from "./sql.ts";

export interface StatementRequest {
  readonly statement: Statement;
  readonly queryId: string;
  readonly database: string;
  readonly defaultFormat: string;
  readonly settings: ReadonlyMap<string, string>;
  readonly params: ReadonlyMap<string, string>;
  readonly lane: LaneName;
  /** Answer only when the statement has ended, so that its failure still decides the status. */
  readonly waitEndOfQuery: boolean;
  /** An INSERT's data, decoded; empty for any other statement. To be read once. */
  readonly data: AsyncIterable<Buffer>;
}

/** The longest SQL, and the part of a body in which an INSERT's FORMAT or VALUES must appear. */
const SQL_LIMIT_BYTES = 1024 * 1024;
const MULTIPART_LIMIT_BYTES = 16 * 1024 * 1024;
export const BODY_LIMIT_BYTES = 2 * 1024 ** 3;

/** Names in the query string that are about HTTP, not settings of the engine. */
const HTTP_NAMES = new Set(
  `query query_id database default_format user password quota_key stacktrace wait_end_of_query buffer_size compress decompress
  enable_http_compression http_zlib_compression_level session_timeout session_check close_session client_protocol_version`.split(
    /\s+/,
  ),
);
const NOT_ANSWERED = new Map([
  ["session_id", "Sessions over HTTP: send settings with each request, and use tables that are not temporary"],
  ["role", "Roles: the embedded ClickHouse has one user"],
]);

/** Reads the body as far as the SQL goes; an INSERT's data is left to be streamed. */
export async function readStatementRequest(request: IncomingMessage, url: URL, freshId: () => string): Promise<StatementRequest> {
  const query = url.searchParams;
  refuseUnanswered(query);
  const readonly = request.method === "GET";
  const settings = new Map<string, string>();
  const params = new Map<string, string>();
  for (const [name, value] of query) {
    if (name.startsWith("param_")) params.set(name.slice("param_".length), value);
    else if (!HTTP_NAMES.has(name)) settings.set(name, value);
  }
  if (readonly) settings.set("readonly", "2");
  const body = decoded(request);
  let sql = query.get("query") ?? "";
  let split: { statement: Statement; data: AsyncIterable<Buffer> };
  const contentType = request.headers["content-type"] ?? "";
  if (contentType.startsWith("multipart/form-data")) {
    const parts = await readMultipart(body, contentType);
    for (const [name, value] of parts) {
      if (name === "query") sql += value;
      else if (name.startsWith("param_")) params.set(name.slice("param_".length), value);
      else throw notImplemented(`The part "${name}" of the form: tables of external data are not answered`);
    }
    split = { statement: parseStatement(sql), data: nothing() };
  } else split = await splitBody(sql, body);
  return {
    ...split,
    queryId: query.get("query_id") || freshId(),
    database: query.get("database") ?? header(request, "x-clickhouse-database") ?? "default",
    defaultFormat: formatName(query.get("default_format") ?? header(request, "x-clickhouse-format") ?? "TabSeparated"),
    settings,
    params,
    lane: laneOf(request, settings),
    waitEndOfQuery: query.get("wait_end_of_query") === "1",
  };
}

/**
 * The sink's lane is for whoever says so in a header, and for every insert with a deduplication token: only the sink
 * sends those, and a real ClickHouse ignores the header.
 */
function laneOf(request: IncomingMessage, settings: ReadonlyMap<string, string>): LaneName {
  const asked = header(request, "x-tollbook-lane");
  return asked === "sink" || settings.has("insert_deduplication_token") ? "sink" : "reads";
}

/** As ClickHouse does: the SQL is what `?query=` says, continued by the body; after an INSERT's head all is data. */
async function splitBody(
  queryText: string,
  body: AsyncIterable<Buffer>,
): Promise<{ statement: Statement; data: AsyncIterable<Buffer> }> {
  if (queryText !== "" && beginsInsert(queryText)) {
    const statement = parseStatement(queryText);
    if (statement.kind !== "insert") return { statement, data: nothing() };
    const inline = queryText.slice(statement.dataAt);
    return { statement, data: joined(inline.trim() === "" ? [] : [Buffer.from(`${inline}\n`)], limited(body)) };
  }
  const chunks = limited(body);
  const head: Buffer[] = queryText === "" ? [] : [Buffer.from(`${queryText}\n`)];
  let length = 0;
  let next = await chunks.next();
  for (; next.done !== true; next = await chunks.next()) {
    head.push(next.value);
    length += next.value.length;
    if (length >= SQL_LIMIT_BYTES) break;
  }
  const bytes = Buffer.concat(head);
  // Latin-1 keeps one character for each byte, so that positions in the text are positions in the data.
  const raw = bytes.toString("latin1");
  const found = beginsInsert(raw) ? parseStatement(raw) : null;
  if (found?.kind === "insert") {
    const statement = { ...found, head: utf8(found.head), settings: utf8(found.settings) };
    return { statement, data: joined([bytes.subarray(found.dataAt)], chunks) };
  }
  if (next.done !== true) {
    await chunks.return(undefined);
    throw queryTooLarge(`The SQL is longer than ${SQL_LIMIT_BYTES} bytes`);
  }
  return { statement: parseStatement(bytes.toString()), data: nothing() };
}

const beginsInsert = (sql: string): boolean => /^(?:\s+|--[^\n]*\n|\/\*[\s\S]*?\*\/)*INSERT\b/i.test(sql);
const utf8 = (latin1: string): string => Buffer.from(latin1, "latin1").toString();

async function* nothing(): AsyncGenerator<Buffer> {}

async function* joined(first: Iterable<Buffer>, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* first;
  yield* rest;
}

async function* limited(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > BODY_LIMIT_BYTES)
      throw queryTooLarge(`The body is longer than ${BODY_LIMIT_BYTES} bytes: send it in several inserts`);
    yield chunk;
  }
}

/**
 * The body without its Content-Encoding. A body that breaks off fails the iteration, so that half of it is never stored.
 * Whoever stops reading leaves the connection open: there is an answer to send.
 */
function decoded(request: IncomingMessage): AsyncIterable<Buffer> {
  const encoding = header(request, "content-encoding") ?? "identity";
  if (encoding === "identity") return request.iterator({ destroyOnReturn: false });
  const decoder = decoderOf(encoding);
  if (decoder === null) throw unsupportedEncoding(`Content-Encoding "${encoding}": send gzip, deflate, br, zstd or none`);
  // An error reaches the reader through the decoder, which the pipeline destroys with it.
  pipeline(request, decoder, () => {});
  return decoder.iterator({ destroyOnReturn: false });
}

function decoderOf(encoding: string): Transform | null {
  if (encoding === "gzip" || encoding === "x-gzip") return createGunzip();
  if (encoding === "deflate") return createInflate();
  if (encoding === "br") return createBrotliDecompress();
  if (encoding === "zstd") return createZstdDecompress();
  return null;
}

async function readMultipart(body: AsyncIterable<Buffer>, contentType: string): Promise<Map<string, string>> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > MULTIPART_LIMIT_BYTES) throw queryTooLarge(`The form is longer than ${MULTIPART_LIMIT_BYTES} bytes`);
    chunks.push(chunk);
  }
  const response = new Response(Buffer.concat(chunks), { headers: { "content-type": contentType } });
  const form = await response.formData().catch((cause: unknown) => {
    throw badArguments(`The form cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`);
  });
  const parts = new Map<string, string>();
  for (const [name, value] of form) {
    if (typeof value !== "string")
      throw notImplemented(`The file "${name}" in the form: tables of external data are not answered`);
    parts.set(name, value);
  }
  return parts;
}

function refuseUnanswered(query: URLSearchParams): void {
  for (const [name, instead] of NOT_ANSWERED) if (query.has(name)) throw notImplemented(instead);
  for (const name of ["compress", "decompress"])
    if ((query.get(name) ?? "0") !== "0")
      throw notImplemented(`${name}=1, ClickHouse's own block compression: use Content-Encoding and Accept-Encoding`);
}

function formatName(name: string): string {
  if (!/^\w+$/.test(name)) throw badArguments(`"${name}" is not the name of a format`);
  return name;
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
