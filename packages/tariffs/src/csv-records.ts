/**
 * RFC 4180 records from chunks of text, whatever way the text is cut into chunks. Also accepted: a byte order mark,
 * line ends of LF or CRLF, empty lines (skipped) and lines that begin with # (handed over as comments).
 */

/** A record longer than this is no rate row; a quote that is never closed would otherwise swallow the file. */
const LONGEST_RECORD = 65_536;

export interface CsvHandler {
  /** `line` is the line of the file on which the record begins, from 1. */
  record(fields: readonly string[], line: number): void;
  comment(text: string, line: number): void;
  broken(problem: "quoteNotClosed" | "textAfterQuote" | "recordTooLong", line: number): void;
}

export interface CsvReader {
  push(chunk: string): void;
  /** No more chunks: hands over what is left. */
  end(): void;
}

export function createCsvReader(handler: CsvHandler): CsvReader {
  let rest = "";
  let line = 1;
  let begun = false;

  /** Takes whole lines off `text`; what may go on in the next chunk stays in `rest`. */
  const consume = (text: string, last: boolean): void => {
    let from = 0;
    while (from < text.length) {
      let end = text.indexOf("\n", from);
      if (end < 0) {
        if (!last) break;
        end = text.length;
      }
      let lines = 1;
      // A quoted field may hold line ends: go on until the quotes are even.
      while (end < text.length && end - from <= LONGEST_RECORD && hasOpenQuote(text.slice(from, end))) {
        const further = text.indexOf("\n", end + 1);
        if (further < 0 && !last) {
          rest = text.slice(from);
          return;
        }
        end = further < 0 ? text.length : further;
        lines++;
      }
      handOver(text.slice(from, text[end - 1] === "\r" ? end - 1 : end), line, handler);
      line += lines;
      from = end + 1;
    }
    rest = text.slice(from);
  };

  return {
    push(chunk) {
      const text = begun ? chunk : chunk.replace(/^\uFEFF/, "");
      if (chunk !== "") begun = true;
      consume(rest + text, false);
    },
    end() {
      consume(rest, true);
      rest = "";
    },
  };
}

function handOver(record: string, line: number, handler: CsvHandler): void {
  if (record.trim() === "") return;
  if (record.startsWith("#")) return handler.comment(record.slice(1).trim(), line);
  if (record.length > LONGEST_RECORD) return handler.broken(hasOpenQuote(record) ? "quoteNotClosed" : "recordTooLong", line);
  if (!record.includes('"')) return handler.record(record.split(","), line);
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (record[at] !== '"') {
      const comma = record.indexOf(",", at);
      fields.push(record.slice(at, comma < 0 ? record.length : comma));
      if (comma < 0) break;
      at = comma + 1;
      continue;
    }
    const close = closingQuote(record, at + 1);
    if (close < 0) return handler.broken("quoteNotClosed", line);
    fields.push(record.slice(at + 1, close).replaceAll('""', '"'));
    if (close + 1 === record.length) break;
    if (record[close + 1] !== ",") return handler.broken("textAfterQuote", line);
    at = close + 2;
  }
  handler.record(fields, line);
}

function closingQuote(record: string, from: number): number {
  let at = record.indexOf('"', from);
  while (at >= 0 && record[at + 1] === '"') at = record.indexOf('"', at + 2);
  return at;
}

function hasOpenQuote(record: string): boolean {
  let open = false;
  for (let at = record.indexOf('"'); at >= 0; at = record.indexOf('"', at + 1)) open = !open;
  return open;
}
