import type { CallFields } from "./fields-from-message.ts";

/** A column of the target table with the bytes (RowBinary) it has in a row that the pipeline wrote. */
export interface StencilColumn {
  readonly name: string;
  readonly type: string;
  /** Base64, so that it can travel as JSON. */
  readonly sample: string;
}

export interface RowStencil {
  add(fields: CallFields, logSeq: number): void;
  rows(): number;
  /** The rows added since; the next ones go into a new buffer. */
  take(): { readonly bytes: Uint8Array; readonly rows: number };
}

/**
 * Writes rows of the pipeline's own shape without its work: what an event says itself is written, everything that rating
 * and funding would find out is copied from a sample row. So the bytes that go to ClickHouse are the same in kind and number.
 */
export function createRowStencil(columns: readonly StencilColumn[]): RowStencil {
  const parts = partsFrom(columns);
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
    reserve(value.length + 5);
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
      for (const part of parts) {
        if (part.kind === "text") text(part.of(fields));
        else if (part.kind === "integer") integer(part.of(fields, logSeq, outSeq));
        else {
          reserve(part.bytes.length);
          length += part.bytes.copy(buffer, length);
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

type Part =
  | { readonly kind: "copied"; readonly bytes: Buffer }
  | { readonly kind: "text"; of(fields: CallFields): string }
  | { readonly kind: "integer"; of(fields: CallFields, logSeq: number, outSeq: number): number };

/** Columns that differ from call to call; neighbours that do not are copied as one piece. */
function partsFrom(columns: readonly StencilColumn[]): Part[] {
  const parts: Part[] = [];
  let copied: Buffer[] = [];
  const endCopied = (): void => {
    if (copied.length > 0) parts.push({ kind: "copied", bytes: Buffer.concat(copied) });
    copied = [];
  };
  for (const { name, type, sample } of columns) {
    const text = texts[name];
    const integer = integers[name];
    if (text !== undefined && /String/.test(type)) {
      endCopied();
      parts.push({ kind: "text", of: text });
    } else if (integer !== undefined && /^(U?Int64|DateTime64)/.test(type)) {
      endCopied();
      parts.push({ kind: "integer", of: integer });
    } else copied.push(Buffer.from(sample, "base64"));
  }
  endCopied();
  return parts;
}

const texts: Readonly<Record<string, (fields: CallFields) => string>> = {
  account: ({ account }) => account,
  usage_id: ({ usageId }) => usageId,
  call_id: ({ usageId }) => usageId,
  user: ({ user }) => user,
  from_raw: ({ from }) => from,
  from_e164: ({ from }) => from.slice(1),
  to_raw: ({ to }) => to,
  to_e164: ({ to }) => to.slice(1),
};

const integers: Readonly<Record<string, (fields: CallFields, logSeq: number, outSeq: number) => number>> = {
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
