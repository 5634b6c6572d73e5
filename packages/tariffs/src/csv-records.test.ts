import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCsvReader } from "./csv-records.ts";

function read(chunks: readonly string[]): unknown[] {
  const found: unknown[] = [];
  const reader = createCsvReader({
    record: (fields, line) => found.push([line, ...fields]),
    comment: (text, line) => found.push([line, `#${text}`]),
    broken: (problem, line) => found.push([line, problem]),
  });
  for (const chunk of chunks) reader.push(chunk);
  reader.end();
  return found;
}

describe("CSV records", () => {
  it("reads LF and CRLF, a byte order mark, a last line without an end, and skips empty lines", () => {
    expect(read(["\uFEFFa,b\r\n1,2\n\n\r\n3,4"])).toEqual([
      [1, "a", "b"],
      [2, "1", "2"],
      [5, "3", "4"],
    ]);
    expect(read([""])).toEqual([]);
    expect(read(["a,\n,\n"])).toEqual([
      [1, "a", ""],
      [2, "", ""],
    ]);
  });

  it("reads quoted fields with commas, quotation marks and line ends, and counts their lines", () => {
    expect(read(['"a,1","b ""x""",c\n"two\nlines",d\nlast,"q"'])).toEqual([
      [1, "a,1", 'b "x"', "c"],
      [2, "two\nlines", "d"],
      [4, "last", "q"],
    ]);
    expect(read(['"",""'])).toEqual([[1, "", ""]]);
  });

  it("hands over comments apart", () => {
    expect(read(["# timeZone=Europe/Berlin\na,b\n"])).toEqual([
      [1, "#timeZone=Europe/Berlin"],
      [2, "a", "b"],
    ]);
  });

  it("reports a quotation mark that is never closed, and text after one", () => {
    expect(read(['a\n"open,1\nb,2\n'])).toEqual([
      [1, "a"],
      [2, "quoteNotClosed"],
    ]);
    expect(read(['"a"x,1\nb,2\n'])).toEqual([
      [1, "textAfterQuote"],
      [2, "b", "2"],
    ]);
    expect(read([`"${"x".repeat(70_000)}\nb\n`])[0]).toEqual([1, "quoteNotClosed"]);
    expect(read([`${"x".repeat(70_000)}\nb\n`])).toEqual([
      [1, "recordTooLong"],
      [2, "b"],
    ]);
  });

  it("reads the same records however the text is cut into chunks", () => {
    const field = fc.string({ unit: fc.constantFrom("a", "1", ",", '"', "\n", "é", " "), maxLength: 6 });
    const rows = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(rows, fc.constantFrom("\n", "\r\n"), fc.array(fc.nat(60), { maxLength: 10 }), (records, end, cuts) => {
        const text = records.map((fields) => fields.map((each) => `"${each.replaceAll('"', '""')}"`).join(",")).join(end);
        const places = [0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b), text.length];
        const chunks = places.slice(1).map((place, before) => text.slice(places[before], place));
        const found = read(chunks);
        expect(found).toEqual(read([text]));
        expect(found.map((record) => (record as unknown[]).slice(1))).toEqual(records);
      }),
      { numRuns: 300 },
    );
  });
});
