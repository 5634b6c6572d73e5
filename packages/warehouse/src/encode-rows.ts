import type { AccountEventRow, CallRow, DeadLetterRow } from "@tollbook/domain/fold.ts";
import { writeAccountEventRow } from "./account-events.ts";
import { writeDeadLetterRow } from "./dead-letters.ts";
import { writeCallRow } from "./rated-calls.ts";
import { RowWriter } from "./row-writer.ts";

/** Which insert the rows belong to. The attempt is not part of it: a repeated insert must carry the same bytes. */
export interface BatchKey {
  readonly p: number;
  readonly epoch: number;
  readonly batch: number;
}

export interface EncodedRows {
  /** RowBinary. Lies in the writer's buffer: valid until the next rows are encoded with the same writer. */
  readonly bytes: Uint8Array;
  readonly count: number;
  /** All row hashes, xor-ed: what the batch's intent records and read-back compares. */
  readonly xor: bigint;
  /** 0 when there are no rows. */
  readonly minOutSeq: number;
  readonly maxOutSeq: number;
}

/**
 * Rows to RowBinary, ready for `insertRows`. The hash of a row covers its own columns only, not the batch's, so that the
 * same row folded again after a crash has the same hash. A writer passed in is cleared first and reused.
 */
export function encodeCallRows(rows: readonly CallRow[], key: BatchKey, writer = new RowWriter()): EncodedRows {
  return encodeRows(rows, key, writer, writeCallRow);
}

export function encodeAccountEventRows(rows: readonly AccountEventRow[], key: BatchKey, writer = new RowWriter()): EncodedRows {
  return encodeRows(rows, key, writer, writeAccountEventRow);
}

export function encodeDeadLetterRows(rows: readonly DeadLetterRow[], key: BatchKey, writer = new RowWriter()): EncodedRows {
  return encodeRows(rows, key, writer, writeDeadLetterRow);
}

function encodeRows<Row extends { readonly outSeq: number }>(
  rows: readonly Row[],
  { p, epoch, batch }: BatchKey,
  writer: RowWriter,
  writeRow: (writer: RowWriter, row: Row) => void,
): EncodedRows {
  writer.clear();
  let xorLow = 0;
  let xorHigh = 0;
  let minOutSeq = 0;
  let maxOutSeq = 0;
  for (const row of rows) {
    writer.reserve(22);
    writer.u16(p);
    writer.u32(epoch);
    writer.i64(batch);
    const place = writer.skip8();
    writeRow(writer, row);
    writer.hash(place);
    xorLow ^= writer.hashLow;
    xorHigh ^= writer.hashHigh;
    if (minOutSeq === 0 || row.outSeq < minOutSeq) minOutSeq = row.outSeq;
    if (row.outSeq > maxOutSeq) maxOutSeq = row.outSeq;
  }
  const xor = (BigInt(xorHigh >>> 0) << 32n) | BigInt(xorLow >>> 0);
  return { bytes: writer.bytes(), count: rows.length, xor, minOutSeq, maxOutSeq };
}
