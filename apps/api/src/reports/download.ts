import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import * as z from "zod/mini";
import { actorOf } from "../access/principal.ts";
import { problems } from "../schemas.ts";
import { problemFromQuery } from "../reports.ts";
import { BYTE_ORDER_MARK, csvLanguages, csvLine, type CsvCell, type CsvLanguage } from "../csv-cells.ts";

/** What a download is asked for with: the language of its spreadsheet, and whether a byte order mark begins it. */
export const csvQuery = {
  language: z.optional(z.enum(csvLanguages)),
  /** `1`: Excel then knows that it is UTF-8; programs often do not expect it. */
  bom: z.optional(z.enum(["0", "1"])),
};

export interface CsvStyle {
  readonly language: CsvLanguage;
  readonly mark: boolean;
}

export const csvStyle = ({
  language = "en",
  bom = "0",
}: {
  readonly language?: CsvLanguage | undefined;
  readonly bom?: "0" | "1" | undefined;
}): CsvStyle => ({ language, mark: bom === "1" });

export const csvAnswer = {
  200: { description: "CSV", content: { "text/csv": { schema: z.string() } } },
  ...problems("reportsUnreachable", "meterUnreachable"),
};

/** What a report's table shows where a column does not apply (§8.1). */
export const NO_DATA = "No data";
export const orNoData = (text: string | null): string => text ?? NO_DATA;

export interface CsvColumn<Row> {
  readonly name: string;
  readonly cell: (row: Row) => CsvCell;
}

/** Header and rows of RFC 4180, page by page. */
export async function* csvText<Row>(
  columns: readonly CsvColumn<Row>[],
  pages: AsyncIterable<readonly Row[]>,
  { language, mark }: CsvStyle,
): AsyncGenerator<string> {
  const names = columns.map(({ name }) => name);
  let text = (mark ? BYTE_ORDER_MARK : "") + csvLine(names, language);
  for await (const page of pages) {
    for (const row of page)
      text += csvLine(
        columns.map(({ cell }) => cell(row)),
        language,
      );
    yield text;
    text = "";
  }
  if (text !== "") yield text;
}

/** Streams a file. The first chunk decides whether this is an answer or a problem; after it, a failure breaks the connection off. */
export async function sendFile(
  reply: FastifyReply,
  { type, name }: { readonly type: string; readonly name: string },
  chunks: AsyncGenerator<string | Buffer>,
): Promise<string> {
  const first = await chunks.next().catch((error: unknown) => {
    throw problemFromQuery(error);
  });
  async function* all(): AsyncGenerator<string | Buffer> {
    if (first.done !== true) yield first.value;
    yield* chunks;
  }
  const { request } = reply;
  request.log.info({ audit: "report.exported", file: name, actor: actorOf(request).id }, "a report was exported");
  reply.type(type).header("content-disposition", `attachment; filename="${name}"`);
  // A stream goes out as it is; the route's schema describes what it carries.
  return reply.send(Readable.from(all())) as unknown as string;
}

export const CSV_TYPE = "text/csv; charset=utf-8; header=present";
