/**
 * As much of ClickHouse's SQL as the front must see: where a statement ends, whether it reads, where an INSERT's
 * data begins, and where a result file or an input file is to be named. The engine parses everything else.
 */
import { notImplemented, syntaxError } from "./error.ts";

export type Statement =
  | { readonly kind: "read"; readonly sql: string; readonly format: string | null; readonly outfileAt: number }
  | {
      readonly kind: "insert";
      readonly head: string;
      readonly settings: string;
      readonly format: string;
      readonly dataAt: number;
    }
  | { readonly kind: "other"; readonly sql: string; readonly changesSession: boolean };

const READS = new Set(["SELECT", "WITH", "SHOW", "DESCRIBE", "DESC", "EXISTS", "EXPLAIN", "FROM"]);

/** Text up to an INSERT's data, or one whole statement. Everything after an INSERT's FORMAT or VALUES is data, never SQL. */
export function parseStatement(sql: string): Statement {
  const tokens: Token[] = [];
  const lexer = lex(sql);
  const first = lexer.next();
  if (first.done === true) throw syntaxError("Empty query");
  tokens.push(first.value);
  if (first.value.word === "INSERT") {
    const insert = parseInsert(sql, lexer, tokens);
    if (insert !== null) return insert;
  }
  for (const token of lexer) tokens.push(token);
  const end = tokens.findIndex((token) => token.text === ";");
  const body = end === -1 ? tokens : tokens.slice(0, end);
  if (end !== -1 && tokens.slice(end).some((token) => token.text !== ";"))
    throw syntaxError("Multi-statements are not allowed: send one statement in each request");
  const last = body.at(-1);
  if (last === undefined) throw syntaxError("Empty query");
  refuseHostFiles(body);
  const text = sql.slice(0, last.end);
  const keyword = firstWord(body);
  const writes = body.some((token) => token.depth === 0 && token.word === "INSERT");
  if (!READS.has(keyword) || writes) return { kind: "other", sql: text, changesSession: changesSession(body) };
  return { kind: "read", sql: text, ...outputClause(body, text.length) };
}

/** The same statement, its data read from a file: the only way in which the engine never takes data for SQL. */
export function insertFromFile(statement: Statement & { kind: "insert" }, file: string): string {
  const { head, settings, format } = statement;
  return `${head} FROM INFILE ${quote(file)} COMPRESSION 'none' ${settings} FORMAT ${format}`;
}

/** The same statement, its result written to a file in the format it asked for. */
export function readIntoFile(statement: Statement & { kind: "read" }, file: string, defaultFormat: string): string {
  const { sql, format, outfileAt } = statement;
  const clause = ` INTO OUTFILE ${quote(file)} COMPRESSION 'none' `;
  const tail = format === null ? `FORMAT ${defaultFormat} ${sql.slice(outfileAt)}` : sql.slice(outfileAt);
  return `${sql.slice(0, outfileAt)}${clause}${tail}`;
}

export function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

type Insert = Statement & { kind: "insert" };

/** Null when the INSERT brings no data of its own (INSERT … SELECT). Reads no token beyond FORMAT's name or VALUES. */
function parseInsert(sql: string, lexer: Iterator<Token>, tokens: Token[]): Insert | null {
  let settingsAt: number | null = null;
  let isName = false;
  for (let next = lexer.next(); next.done !== true; next = lexer.next()) {
    const token = next.value;
    const before = tokens.at(-1);
    tokens.push(token);
    // A table may be called like a keyword: what follows INTO, TABLE, FUNCTION or a dot is a name.
    isName = before?.text === "." || ["INTO", "TABLE", "FUNCTION"].includes(before?.word ?? "");
    if (isName && !["TABLE", "FUNCTION"].includes(token.word)) continue;
    if (token.depth > 0) continue;
    if (token.word === "SELECT" || token.word === "WITH" || token.text === ";") return null;
    if (token.word === "FROM")
      throw notImplemented("INSERT … FROM INFILE reads a file of this machine: send the data in the request");
    if (token.word === "SETTINGS") settingsAt = token.start;
    if (token.word === "VALUES") return insertOf(sql, settingsAt, token, "Values", token.end);
    if (token.word === "FORMAT") {
      const name = lexer.next();
      if (name.done === true || !/^\w+$/.test(name.value.text)) throw syntaxError("INSERT … FORMAT needs the name of a format");
      return insertOf(sql, settingsAt, token, name.value.text, dataStart(sql, name.value.end));
    }
  }
  throw syntaxError("INSERT needs FORMAT <name>, VALUES or SELECT");
}

function insertOf(sql: string, settingsAt: number | null, clause: Token, format: string, dataAt: number): Insert {
  const headEnd = settingsAt ?? clause.start;
  return { kind: "insert", head: sql.slice(0, headEnd), settings: sql.slice(headEnd, clause.start), format, dataAt };
}

/** ClickHouse skips blanks and one end of line (or a semicolon) after FORMAT's name; from there on every byte is data. */
function dataStart(sql: string, formatEnd: number): number {
  const skipped = /^[ \t\f]*;?[ \t\f]*\r?\n?/.exec(sql.slice(formatEnd, formatEnd + 4096));
  return formatEnd + (skipped?.[0].length ?? 0);
}

/** FORMAT at the very end (SETTINGS may follow it). A column called "format" is followed by something else. */
function outputClause(tokens: readonly Token[], length: number): { format: string | null; outfileAt: number } {
  const clause = tokens.findLastIndex((token, index) => {
    const after = tokens[index + 2];
    return (
      token.word === "FORMAT" &&
      token.depth === 0 &&
      index < tokens.length - 1 &&
      (after === undefined || after.word === "SETTINGS")
    );
  });
  const format = tokens[clause + 1]?.text ?? null;
  // SETTINGS behind brackets belong to the whole statement, and the file must be named before them.
  const settings = tokens.find(
    (token, index) => token.word === "SETTINGS" && token.depth === 0 && tokens[index - 1]?.text === ")",
  );
  if (tokens[0]?.text === "(" && settings !== undefined)
    return { format: clause === -1 ? null : format, outfileAt: settings.start };
  return clause === -1 ? { format: null, outfileAt: length } : { format, outfileAt: tokens[clause]?.start ?? length };
}

function firstWord(tokens: readonly Token[]): string {
  return tokens.find((token) => token.text !== "(")?.word ?? "";
}

/** Statements whose effect would otherwise stay in the engine session and meet the next request. */
function changesSession(tokens: readonly Token[]): boolean {
  const words = tokens.slice(0, 4).map((token) => token.word);
  return words[0] === "SET" || words[0] === "USE" || words.includes("TEMPORARY");
}

function refuseHostFiles(tokens: readonly Token[]): void {
  for (const [index, token] of tokens.entries()) {
    const next = tokens[index + 1]?.word;
    if ((token.word === "INTO" && next === "OUTFILE") || (token.word === "FROM" && next === "INFILE"))
      throw notImplemented(`${token.word} ${next} would use a file of this machine: the result comes in the response`);
    if (token.word === "INPUT" && tokens[index + 1]?.text === "(" && tokens[0]?.word === "INSERT")
      throw notImplemented("INSERT … SELECT FROM input(): send the data with INSERT … FORMAT");
  }
}

interface Token {
  readonly text: string;
  /** Upper case for a bare word, empty for anything else. */
  readonly word: string;
  readonly start: number;
  readonly end: number;
  /** Open brackets around it; an opening or closing bracket counts as outside. */
  readonly depth: number;
}

const TOKEN =
  /(?<skip>\s+|--[^\n]*|#[ !][^\n]*|\/\*[\s\S]*?\*\/)|(?<quoted>'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S]|"")*"|`(?:[^`\\]|\\[\s\S]|``)*`|\$(?<tag>\w*)\$[\s\S]*?\$\k<tag>\$)|(?<word>[A-Za-z_]\w*)|(?<number>\d\w*)|[\s\S]/y;

function* lex(sql: string): Generator<Token, undefined> {
  const pattern = new RegExp(TOKEN);
  let depth = 0;
  for (let start = 0; start < sql.length; start = pattern.lastIndex) {
    pattern.lastIndex = start;
    const match = pattern.exec(sql);
    if (match === null) throw syntaxError(`Unreadable text at position ${start + 1}`);
    if (match.groups?.skip !== undefined) continue;
    const text = match[0];
    if (/^['"`]$/.test(text)) throw syntaxError(`A quote opened at position ${start + 1} is never closed`);
    if (/^[)\]}]$/.test(text)) depth = Math.max(0, depth - 1);
    yield { text, word: match.groups?.word?.toUpperCase() ?? "", start, end: start + text.length, depth };
    if (/^[([{]$/.test(text)) depth++;
  }
  return undefined;
}
