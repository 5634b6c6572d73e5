import type { CallFields } from "./fields-from-message.ts";

/**
 * A row's columns in their order, in parts: those an event says itself are written, the others are copied as one piece
 * each from rows that the pipeline wrote (RowBinary, base64), which take turns.
 */
export type StencilPart =
  | { readonly kind: "written"; readonly column: string }
  | { readonly kind: "copied"; readonly columns: readonly string[]; readonly samples: readonly string[] };

export interface RowStencil {
  add(fields: CallFields, logSeq: number): void;
  rows(): number;
  /** The rows added since; the next ones go into a new buffer. */
  take(): { readonly bytes: Uint8Array; readonly rows: number };
}

/** Whether a column of this name and ClickHouse type can be written from an event. */
export function isWritten(column: string, type: string): boolean {
  return (column in texts && /String/.test(type)) || (column in integers && /^(U?Int64|DateTime64)/.test(type));
}

/**
 * Writes rows of the pipeline's own shape without its work: everything that rating and funding would find out is copied
 * from its rows. So what ClickHouse gets is the same in kind, in number and in variety.
 */
export function createRowStencil(parts: readonly StencilPart[]): RowStencil {
  const steps = parts.map(stepFromPart);
  let outSeq = 0;
  let buffer = Buffer.allocUnsafe(FIRST_BYTES);
  let length = 0;
  let rows = 0;
  const reserve = (bytes: number): void => {
    if (length + bytes <= buffer.length) return;
    const larger = Buffer.allocUnsafe(buffer.length * 2 + bytes);
    buffer.copy(larger, 0, 0, length);
    buffer = larger;
  };
  const text = (value: string): void => {
    reserve(value.length + 1);
    // All sample texts are ASCII, so characters are bytes.
    if (value.length > 127) throw new RangeError("a sample text of more than 127 characters");
    buffer[length++] = value.length;
    length += buffer.write(value, length, "latin1");
  };
  const integer = (value: number): void => {
    reserve(8);
    buffer.writeUInt32LE(value % 2 ** 32, length);
    buffer.writeUInt32LE(Math.floor(value / 2 ** 32), length + 4);
    length += 8;
  };
  return {
    add: (fields, logSeq) => {
      outSeq++;
      for (const step of steps) {
        if (step.kind === "text") text(step.of(fields));
        else if (step.kind === "integer") integer(step.of(fields, logSeq, outSeq));
        else {
          const bytes = step.samples[outSeq % step.samples.length] as Buffer;
          reserve(bytes.length);
          length += bytes.copy(buffer, length);
        }
      }
      rows++;
    },
    rows: () => rows,
    take: () => {
      const taken = { bytes: buffer.subarray(0, length), rows };
      buffer = Buffer.allocUnsafe(Math.max(FIRST_BYTES, length + (length >> 3)));
      length = 0;
      rows = 0;
      return taken;
    },
  };
}

const FIRST_BYTES = 64 * 1024;

type Text = (fields: CallFields) => string;
type Integer = (fields: CallFields, logSeq: number, outSeq: number) => number;
type Step =
  | { readonly kind: "copied"; readonly samples: readonly Buffer[] }
  | { readonly kind: "text"; readonly of: Text }
  | { readonly kind: "integer"; readonly of: Integer };

function stepFromPart(part: StencilPart): Step {
  if (part.kind === "copied") return { kind: "copied", samples: part.samples.map((sample) => Buffer.from(sample, "base64")) };
  const text = texts[part.column];
  if (text !== undefined) return { kind: "text", of: text };
  const integer = integers[part.column];
  if (integer !== undefined) return { kind: "integer", of: integer };
  throw new Error(`the column ${part.column} cannot be written from an event`);
}

const texts: Readonly<Record<string, Text>> = {
  account: ({ account }) => account,
  usage_id: ({ usageId }) => usageId,
  call_id: ({ usageId }) => usageId,
  user: ({ user }) => user,
  from_raw: ({ from }) => from,
  from_e164: ({ from }) => from.slice(1),
  to_raw: ({ to }) => to,
  to_e164: ({ to }) => to.slice(1),
};

const integers: Readonly<Record<string, Integer>> = {
  // Stands for the row's hash: as hard to compress.
  row_hash: ({ endedAt }, logSeq) => (Math.imul(logSeq, 0x9e3779b1) >>> 0) * 1_048_573 + (endedAt % 1_000_003),
  out_seq: (_fields, _logSeq, outSeq) => outSeq,
  log_seq: (_fields, logSeq) => logSeq,
  start_at: ({ answeredAt }) => answeredAt,
  answered_at: ({ answeredAt }) => answeredAt,
  ended_at: ({ endedAt }) => endedAt,
  used_ms: ({ answeredAt, endedAt }) => Math.floor((endedAt - answeredAt) / 1_000),
  billable_seconds: ({ answeredAt, endedAt }) => Math.ceil((endedAt - answeredAt) / 1_000_000),
};
