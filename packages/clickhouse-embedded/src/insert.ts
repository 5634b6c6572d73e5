/** An INSERT with data: the body goes to a file of its own, whole, and the engine reads that file. */
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Engine, EngineResult, EngineStatement } from "./engine.ts";
import { ClickhouseError, errorFromEngine } from "./error.ts";
import { insertFromFile, type Statement } from "./sql.ts";

/**
 * Resolves when the rows are stored; `rowsRead` counts them. The body is complete before the engine hears of it: a
 * sender who breaks off has stored nothing.
 */
export async function insertData(
  engine: Engine,
  statement: Statement & { kind: "insert" },
  data: AsyncIterable<Buffer>,
  file: string,
  rest: Omit<EngineStatement, "sql" | "changesSession">,
): Promise<EngineResult> {
  try {
    await pipeline(Readable.from(data, { objectMode: false }), createWriteStream(file, { flags: "wx" }));
    return await engine.run({ ...rest, sql: insertFromFile(statement, file), changesSession: false });
  } catch (thrown) {
    throw withoutFile(errorFromEngine(thrown), file);
  } finally {
    await rm(file, { force: true });
  }
}

/** The sender sent a body and knows of no file. */
function withoutFile(error: ClickhouseError, file: string): ClickhouseError {
  if (!error.message.includes(file)) return error;
  const text = error.message.slice(error.message.indexOf("DB::Exception: ") + "DB::Exception: ".length);
  return new ClickhouseError(error.code, text.replaceAll(`(in file/uri ${file}): `, "").replaceAll(file, "the body"));
}
