/**
 * A result on its way out. The engine writes it to a file, in the format asked for, on a thread of its own; the front
 * sends the file while it grows. The driver's own streaming is not used: it plans (and runs scalar subqueries) on the
 * event loop, which would make every other request wait, and repeats headers and footers in each chunk.
 */
import { open, readFile, rm, stat } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { Readable, type Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createBrotliCompress, createDeflate, createGzip, createZstdCompress } from "node:zlib";
import type { EngineResult } from "./engine.ts";
import { errorFromEngine, exceptionBlock, resultTooLarge, type ClickhouseError } from "./error.ts";

export interface ResultFile {
  readonly path: string;
  /** Settles when the engine has written the last byte, or has failed. */
  readonly done: Promise<EngineResult>;
  /** Stops the engine's writing. */
  readonly cancel: () => void;
}

export interface ResultOptions {
  readonly encoding: Encoding | null;
  readonly exceptionTag: string;
  readonly waitEndOfQuery: boolean;
  readonly resultLimitBytes?: number | undefined;
  /** Writes the status and headers; the result is null while the statement still runs. */
  readonly begin: (result: EngineResult | null) => void;
}

export type Encoding = "gzip" | "deflate" | "br" | "zstd";

/** Up to here an answer waits for its end: the status can still tell of a failure, and the summary is complete. */
const STREAM_FROM_BYTES = 1024 * 1024;
const LOOK_AGAIN_MS = 20;
/** A result waits on disk for a slow client, and must not fill it. */
const RESULT_LIMIT_BYTES = 4 * 1024 ** 3;
const MEASURE_EVERY_MS = 200;
const CHUNK_BYTES = 256 * 1024;

/** Rejects with the engine's error as long as nothing has been sent; afterwards the error is told in the body. */
export async function sendResult(
  response: ServerResponse,
  { path, done, cancel }: ResultFile,
  options: ResultOptions,
): Promise<void> {
  const { encoding, exceptionTag, waitEndOfQuery, begin, resultLimitBytes = RESULT_LIMIT_BYTES } = options;
  let result: EngineResult | null = null;
  let failure: ClickhouseError | null = null;
  let tooLarge: ClickhouseError | null = null;
  const settled = done.then(
    (value) => {
      result = value;
    },
    (thrown: unknown) => {
      failure = tooLarge ?? errorFromEngine(thrown);
    },
  );
  const measuring = setInterval(() => {
    const measure = async (): Promise<void> => {
      if (tooLarge !== null || (await sizeOf(path)) <= resultLimitBytes) return;
      tooLarge = resultTooLarge(`The result is longer than ${resultLimitBytes} bytes: ask for it in parts`);
      cancel();
    };
    // A file that cannot be measured cannot be sent either, and the sender says so.
    measure().catch(cancel);
  }, MEASURE_EVERY_MS);
  const ended = (): boolean => result !== null || failure !== null;
  try {
    while (!ended() && (waitEndOfQuery || (await sizeOf(path)) < STREAM_FROM_BYTES))
      await eitherOr(settled, waitEndOfQuery ? null : LOOK_AGAIN_MS);
    if (failure !== null) throw failure;
    const encoder = encoding === null ? [] : [encoderOf(encoding)];
    begin(result);
    if (result !== null && encoding === null && (await sizeOf(path)) < STREAM_FROM_BYTES) {
      response.end(await readWhole(path));
      return;
    }
    const chunks = follow(path, settled, ended, () => failure && exceptionBlock(failure, exceptionTag));
    await pipeline([Readable.from(chunks, { objectMode: false }), ...encoder, response]);
  } finally {
    await settled;
    clearInterval(measuring);
    await rm(path, { force: true });
  }
}

/** The bytes of a file that is still being written, up to its last one; then what there is to say about its end. */
async function* follow(
  path: string,
  settled: Promise<void>,
  ended: () => boolean,
  epilogue: () => Buffer | null,
): AsyncGenerator<Buffer> {
  const file = await open(path, "r").catch(missing);
  if (file === null) return;
  try {
    for (let position = 0; ;) {
      const last = ended();
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, position);
      position += bytesRead;
      if (bytesRead > 0) yield buffer.subarray(0, bytesRead);
      else if (last) break;
      else await eitherOr(settled, LOOK_AGAIN_MS);
    }
    const words = epilogue();
    if (words !== null) yield words;
  } finally {
    await file.close();
  }
}

async function eitherOr(settled: Promise<void>, waitMs: number | null): Promise<void> {
  if (waitMs === null) return settled;
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([settled, new Promise<void>((resolve) => (timer = setTimeout(resolve, waitMs)))]);
  clearTimeout(timer);
}

/** FORMAT Null and statements without a result leave no file. */
const readWhole = async (path: string): Promise<Buffer> => (await readFile(path).catch(missing)) ?? Buffer.alloc(0);
const sizeOf = async (path: string): Promise<number> => (await stat(path).catch(missing))?.size ?? 0;

function missing(thrown: NodeJS.ErrnoException): null {
  if (thrown.code === "ENOENT") return null;
  throw thrown;
}

function encoderOf(encoding: Encoding): Transform {
  if (encoding === "gzip") return createGzip({ level: 3 });
  if (encoding === "deflate") return createDeflate({ level: 3 });
  if (encoding === "zstd") return createZstdCompress();
  return createBrotliCompress({ params: { 1: 3 } });
}

/** The first encoding of ours that the client accepts, in ClickHouse's order of preference. */
export function chosenEncoding(accept: string | undefined): Encoding | null {
  const accepted = new Set((accept ?? "").split(",").map((part) => part.split(";")[0]?.trim().toLowerCase()));
  return (["br", "zstd", "gzip", "deflate"] as const).find((encoding) => accepted.has(encoding)) ?? null;
}

const CONTENT_TYPES: readonly (readonly [RegExp, string])[] = [
  [/^JSON(Compact)?(Strings)?EachRow|^JSONLines|^NDJSON/i, "application/x-ndjson; charset=UTF-8"],
  [/^JSON/i, "application/json; charset=UTF-8"],
  [/^CSV/i, "text/csv; charset=UTF-8"],
  [/^(TSV|TabSeparated)/i, "text/tab-separated-values; charset=UTF-8"],
  [/^(Pretty|Vertical|Values|Markdown|SQLInsert|XML)/i, "text/plain; charset=UTF-8"],
];

export function contentTypeOf(format: string): string {
  return CONTENT_TYPES.find(([pattern]) => pattern.test(format))?.[1] ?? "application/octet-stream";
}
