/** What is wrong on one line of a deck file (or in its side file, line 0), for the person who has to mend it. */
export interface DeckError {
  /** Line of the CSV file, from 1; 0: the side file. */
  readonly line: number;
  /** The column, or the place in the side file; null when it is the whole line. */
  readonly column: string | null;
  readonly code: DeckErrorCode;
  /** What is wrong: half a sentence in English, without the line number. */
  readonly problem: string;
  /** What to do about it. */
  readonly fix: string;
}

export type DeckErrorCode =
  | "empty"
  | "header"
  | "fieldCount"
  | "missing"
  | "value"
  | "price"
  | "range"
  | "unknown"
  | "duplicate"
  | "lateOption"
  | "sideFile"
  | "quoteNotClosed"
  | "textAfterQuote"
  | "recordTooLong";

/** One line of text per error: "line 7, connect_fee: … — …". */
export function describeDeckError(error: DeckError): string {
  const where = [error.line === 0 ? "side file" : `line ${error.line}`, ...(error.column === null ? [] : [error.column])].join(
    ", ",
  );
  return `${where}: ${error.problem}; ${error.fix}`;
}

export type AddDeckError = (error: DeckError) => void;

/** Keeps the first `limit` errors and counts all. */
export function createErrorList(limit: number): { add: AddDeckError; list(): readonly DeckError[]; count(): number } {
  const kept: DeckError[] = [];
  let count = 0;
  return {
    add(error) {
      count++;
      if (kept.length < limit) kept.push(error);
    },
    list: () => kept,
    count: () => count,
  };
}
