import { createCsvReader } from "./csv-records.ts";
import { createErrorList } from "./deck-errors.ts";
import type { DeckError } from "./deck-errors.ts";
import { rowFromFields, columnsFromHeader } from "./deck-row.ts";
import type { DeckColumns } from "./deck-row.ts";
import { completeSettings } from "./side-file.ts";
import type { DeckSettings, SideFile } from "./side-file.ts";
import type { RateRow } from "./types.ts";

/** A deck file read to its end: all rows, or every error up to the limit and how many more there were. */
export type DeckReading =
  | { readonly ok: true; readonly rows: readonly RateRow[]; readonly settings: DeckSettings }
  | { readonly ok: false; readonly errors: readonly DeckError[]; readonly unreported: number };

export interface DeckCsvReader {
  /** Text of the file, cut anywhere. */
  push(chunk: string): void;
  end(): DeckReading;
}

/**
 * Reads a rate deck from CSV text (D16): our own columns or the header of the ACS price list. Options may stand in comment
 * lines before the header (`# timeZone=Europe/Berlin`); what the side file says comes first.
 */
export function createDeckCsvReader(sideFile: SideFile, errorLimit = 100): DeckCsvReader {
  const errors = createErrorList(errorLimit);
  const rows: RateRow[] = [];
  const options = new Map<string, string>();
  const firstLineOfKey = new Map<string, number>();
  let columns: DeckColumns | null = null;
  let headerFailed = false;
  let settings: DeckSettings | null = null;

  const reader = createCsvReader({
    record(fields, line) {
      if (headerFailed) return;
      if (columns === null || settings === null) {
        columns = columnsFromHeader(fields, line, errors.add);
        settings = completeSettings(sideFile, options, line, errors.add);
        headerFailed = columns === null || settings === null;
        return;
      }
      const row = rowFromFields(columns, fields, line, settings, errors.add);
      if (row === null) return;
      const earlier = firstLineOfKey.get(keyOf(row));
      if (earlier === undefined) {
        firstLineOfKey.set(keyOf(row), line);
        rows.push(row);
        return;
      }
      errors.add({
        line,
        column: "prefix",
        code: "duplicate",
        problem: `prefix ${row.prefix} has the same direction, class, origin, currency, band and valid_from as line ${earlier}`,
        fix: "remove one of the two lines, or give them different valid_from dates",
      });
    },
    comment(text, line) {
      const option = /^([A-Za-z]+)\s*=\s*(.*)$/.exec(text);
      if (option !== null && columns === null) options.set(option[1] as string, (option[2] as string).trim());
      else if (option !== null) errors.add(lateOption(option[1] as string, line));
    },
    broken(problem, line) {
      errors.add({ line, column: null, code: problem, ...BROKEN[problem] });
    },
  });

  return {
    push: (chunk) => reader.push(chunk),
    end() {
      reader.end();
      if (columns === null && !headerFailed) errors.add(EMPTY_FILE);
      else if (rows.length === 0 && errors.count() === 0) errors.add(NO_ROWS);
      if (errors.count() === 0 && settings !== null) return { ok: true, rows, settings };
      return { ok: false, errors: errors.list(), unreported: errors.count() - errors.list().length };
    },
  };
}

/** Rows with the same key would be equal candidates for a call. */
function keyOf(row: RateRow): string {
  return `${row.prefix}|${row.originPrefix}|${row.direction}|${row.numberClass}|${row.currency}|${row.band}|${row.validFrom ?? ""}`;
}

function lateOption(name: string, line: number): DeckError {
  return {
    line,
    column: null,
    code: "lateOption",
    problem: `the option ${name} stands after the header`,
    fix: "move it above the line with the column names, or into the side file",
  };
}

const BROKEN = {
  quoteNotClosed: {
    problem: "a quotation mark is not closed",
    fix: 'close it with "; a quotation mark inside a field is written ""',
  },
  textAfterQuote: {
    problem: "there is text after a closing quotation mark",
    fix: 'put a comma after it; a quotation mark inside a field is written ""',
  },
  recordTooLong: { problem: "the line is longer than 65,536 characters", fix: "check that the file is a rate deck" },
} as const;

const EMPTY_FILE: DeckError = {
  line: 1,
  column: null,
  code: "empty",
  problem: "the file is empty",
  fix: "begin it with a line of column names: prefix,destination,price_per_minute and as many of the others as you need",
};

const NO_ROWS: DeckError = {
  line: 2,
  column: null,
  code: "empty",
  problem: "the file has column names but no prices",
  fix: "add one line per destination prefix",
};
