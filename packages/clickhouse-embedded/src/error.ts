/**
 * What goes wrong, in ClickHouse's own words: a number, a name and a text the client can parse.
 * Codes and statuses are those of ClickHouse's HTTP interface.
 */
export class ClickhouseError extends Error {
  override readonly name = "ClickhouseError";
  readonly code: number;

  /** `text` is the message without its `Code: …` prefix; `type` is the upper-case name, added when the text lacks it. */
  constructor(code: number, text: string, type?: string) {
    super(`Code: ${code}. DB::Exception: ${text}${type === undefined ? "" : ` (${type})`}`);
    this.code = code;
  }
}

const refuse =
  (code: number, type: string) =>
  (text: string): ClickhouseError =>
    new ClickhouseError(code, text, type);

export const badArguments = refuse(36, "BAD_ARGUMENTS");
export const notImplemented = refuse(48, "NOT_IMPLEMENTED");
export const syntaxError = refuse(62, "SYNTAX_ERROR");
export const unknownSetting = refuse(115, "UNKNOWN_SETTING");
export const queryTooLarge = refuse(229, "QUERY_IS_TOO_LARGE");
export const tooManyQueries = refuse(202, "TOO_MANY_SIMULTANEOUS_QUERIES");
export const queryCancelled = refuse(394, "QUERY_WAS_CANCELLED");
export const resultTooLarge = refuse(396, "TOO_MANY_ROWS_OR_BYTES");
export const authenticationFailed = refuse(516, "AUTHENTICATION_FAILED");
export const unsupportedEncoding = refuse(779, "UNSUPPORTED_MEDIA_TYPE");

const CODE_PREFIX = /^(?:Query failed: )?(?:Code: (\d+)\. DB::Exception: )+/;

/** The engine's exception. Its number is in the text: the driver's own field for it is not always set. */
export function errorFromEngine(thrown: unknown): ClickhouseError {
  if (thrown instanceof ClickhouseError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const match = CODE_PREFIX.exec(message);
  if (match === null) return new ClickhouseError(1001, message, "STD_EXCEPTION");
  return new ClickhouseError(Number(match[1]), message.slice(match[0].length).trimEnd());
}

const STATUS_BY_CODE: ReadonlyMap<number, number> = new Map([
  ...codes(400, 6, 8, 15, 25, 26, 27, 36, 37, 38, 41, 44, 53, 62, 72, 117, 123, 167, 168, 223, 321, 376, 427, 441, 675),
  ...codes(400, 676),
  ...codes(401, 194),
  ...codes(403, 192, 193, 497, 512, 516),
  ...codes(404, 46, 47, 50, 56, 60, 63, 73, 78, 81, 115, 152, 336, 511),
  ...codes(408, 159),
  ...codes(411, 381),
  ...codes(413, 229),
  ...codes(415, 779),
  ...codes(501, 48),
  ...codes(503, 76, 209, 439),
]);

function codes(status: number, ...list: number[]): [number, number][] {
  return list.map((code) => [code, status]);
}

/** The status that ClickHouse's HTTP interface gives to an exception code; 500 where it has no rule. */
export function httpStatusFromCode(code: number): number {
  return STATUS_BY_CODE.get(code) ?? 500;
}

/**
 * How an exception is told once the first bytes of a result have gone: ClickHouse's block at the end of the body,
 * between two markers that hold the tag which the response's header announced.
 */
export function exceptionBlock(error: ClickhouseError, tag: string): Buffer {
  const message = `${error.message}\n`;
  return Buffer.from(`\r\n__exception__\r\n${tag}\r\n${message}${Buffer.byteLength(message)} ${tag}\r\n__exception__\r\n`);
}
