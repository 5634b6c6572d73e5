import { monthOf, timeUs } from "@tollbook/contracts/units.ts";
import type { AccountEventRow, CallRow, DeadLetterRow, Output } from "@tollbook/domain/fold.ts";
import {
  encodeAccountEventRows,
  encodeCallRows,
  encodeDeadLetterRows,
  type BatchKey,
  type EncodedRows,
} from "@tollbook/warehouse/encode-rows.ts";
import { RowWriter } from "@tollbook/warehouse/row-writer.ts";
import type { Table } from "@tollbook/warehouse/tables.ts";
import { PartitionRefused } from "./failures.ts";
import type { Intent, IntentPart } from "./intents.ts";
import { digestOf, type Position } from "./position.ts";
import type { LogMessage } from "./log-message.ts";

/** Rows of one month of log time on their way to ClickHouse, encoded; no row objects are kept. */
export interface Batch {
  readonly key: BatchKey;
  readonly month: number;
  readonly outFrom: number;
  readonly outTo: number;
  readonly rows: number;
  readonly bytes: number;
  readonly parts: readonly BatchPart[];
  /** The last entry of the log that is in it as a whole, and the one that the settled mark will name. */
  readonly position: Position;
  readonly logTime: number;
  /** Read back before it is inserted: its intent was found open at start. */
  readonly resumed: Intent | null;
  /** What the outbox is told once the rows are verified, before the settled mark goes on. */
  readonly afterSettling: readonly Notice[];
}

/** `id` derives from the log position, so that it is the same when a crash makes it leave twice. */
export interface Notice {
  readonly id: string;
  readonly seq: number;
  readonly output: Extract<Output, { kind: "notice" | "invoiceClosed" }>;
}

export interface BatchPart extends IntentPart {
  readonly bytes: Uint8Array;
}

/** Cut at the end of a message, so that the position is a sequence. */
export const FLUSH_ROWS = 10_000;
/** One message can have more results than a batch may hold (a tick that closes every leg): then the cut is within it. */
const MAX_ROWS = 40_000;
const MAX_BYTES = 32 * 1024 * 1024;
/** Rows are encoded some at a time: encoding a whole batch at once would stop everything for 50 ms. */
const ENCODE_ROWS = 64;

export interface Batcher {
  /** Rows already settled before a restart are recomputed, and fall away here. */
  add(output: Extract<Output, { kind: "call" | "accountEvent" | "deadLetter" }>): void;
  afterSettling(notice: Notice): void;
  /** Call before a message is folded: closes the batch when the log enters another month. */
  beginMessage(time: number): void;
  /** Call when all of a message is folded. */
  endMessage(message: LogMessage, seq: number): void;
  /** Rows, or entries, that no closed batch has yet. */
  readonly openRows: number;
  readonly openMessages: number;
  readonly openBytes: number;
  /** Closes what is open, if anything. Only between messages. */
  close(): void;
  /** The same; where nothing is open a mark that repeats the last one, so that a snapshot can go with it. */
  closeWithMark(): void;
  /** What the batch that was open before a restart still lacks; null when it is complete, or there was none. */
  missing(): Intent | null;
}

export interface BatcherOptions {
  readonly partition: number;
  readonly epoch: number;
  readonly streamCreated: string;
  /** The newest settled batch and row. */
  readonly batch: number;
  readonly outSeq: number;
  readonly position: Position;
  readonly logTime: number;
  readonly open: Intent | null;
  /** `boundary`: the state is exactly what follows from the log up to the batch's position. */
  readonly onBatch: (batch: Batch, boundary: boolean) => void;
}

interface Part {
  table: Table;
  chunks: Uint8Array[];
  bytes: number;
  rows: number;
  minOutSeq: number;
  maxOutSeq: number;
  xor: bigint;
}

export function createBatcher(options: BatcherOptions): Batcher {
  const writer = new RowWriter();
  let batch = options.batch + 1;
  let outSeq = options.outSeq;
  let outFrom = outSeq + 1;
  let resumed = options.open;
  let month = 0;
  let position = options.position;
  let logTime = options.logTime;
  let lastMessage: LogMessage | null = null;
  let lastSeq = position.seq;
  let openMessages = 0;
  let parts = new Map<Table, Part>();
  let after: Notice[] = [];
  let calls: CallRow[] = [];
  let accountEvents: AccountEventRow[] = [];
  let deadLetters: DeadLetterRow[] = [];
  let openBytes = 0;

  const key = (): BatchKey => ({ p: options.partition, epoch: options.epoch, batch });

  const keep = (table: Table, encoded: EncodedRows): void => {
    let part = parts.get(table);
    if (part === undefined) {
      part = { table, chunks: [], bytes: 0, rows: 0, minOutSeq: encoded.minOutSeq, maxOutSeq: 0, xor: 0n };
      parts.set(table, part);
    }
    // The writer's buffer is used again for the next rows.
    part.chunks.push(new Uint8Array(encoded.bytes));
    part.bytes += encoded.bytes.length;
    part.rows += encoded.count;
    part.maxOutSeq = encoded.maxOutSeq;
    part.xor ^= encoded.xor;
    openBytes += encoded.bytes.length;
  };

  const encode = (): void => {
    if (calls.length > 0) keep("rated_calls", encodeCallRows(calls, key(), writer));
    if (accountEvents.length > 0) keep("account_events", encodeAccountEventRows(accountEvents, key(), writer));
    if (deadLetters.length > 0) keep("dead_letters", encodeDeadLetterRows(deadLetters, key(), writer));
    calls = [];
    accountEvents = [];
    deadLetters = [];
  };

  const close = (boundary: boolean, always = false): void => {
    const rows = outSeq - outFrom + 1;
    if (rows === 0 && openMessages === 0 && !always) return;
    encode();
    if (lastMessage !== null) {
      position = { streamCreated: options.streamCreated, seq: lastSeq, digest: digestOf(lastMessage) };
    }
    const closed: Batch = {
      key: rows === 0 ? { ...key(), batch: batch - 1 } : key(),
      month,
      outFrom,
      outTo: outSeq,
      rows,
      bytes: openBytes,
      parts: [...parts.values()].map(partOf),
      position,
      logTime,
      resumed,
      afterSettling: after,
    };
    if (resumed !== null) checkResumed(closed, resumed);
    if (rows > 0) batch++;
    outFrom = outSeq + 1;
    resumed = null;
    openMessages = 0;
    parts = new Map();
    after = [];
    openBytes = 0;
    options.onBatch(closed, boundary);
  };

  return {
    add: ({ kind, row }) => {
      if (row.outSeq <= outSeq) return;
      if (row.outSeq !== outSeq + 1) throw new Error(`out_seq ${row.outSeq} follows ${outSeq}: the fold skipped a row`);
      outSeq = row.outSeq;
      if (kind === "call") calls.push(row);
      else if (kind === "accountEvent") accountEvents.push(row);
      else deadLetters.push(row);
      if (calls.length + accountEvents.length + deadLetters.length >= ENCODE_ROWS) encode();
      if (resumed !== null ? outSeq === resumed.outTo : outSeq - outFrom >= MAX_ROWS || openBytes > MAX_BYTES) close(false);
    },
    afterSettling: (notice) => void after.push(notice),
    beginMessage: (time) => {
      // The fold's clock is max(last, time), and so are the rows' log times.
      logTime = Math.max(logTime, time);
      const next = monthOf(timeUs(logTime));
      if (next !== month && outSeq >= outFrom && resumed === null) close(true);
      month = next;
    },
    endMessage: (message, seq) => {
      // Settled before a restart: folded again only for its effect on the state.
      if (seq <= options.position.seq) return;
      lastMessage = message;
      lastSeq = seq;
      openMessages++;
      if (resumed === null && outSeq - outFrom + 1 >= FLUSH_ROWS) close(true);
    },
    get openRows() {
      return outSeq - outFrom + 1;
    },
    get openMessages() {
      return openMessages;
    },
    get openBytes() {
      return openBytes;
    },
    close: () => {
      if (resumed === null) close(true);
    },
    closeWithMark: () => {
      if (resumed === null && lastMessage !== null) close(true, true);
    },
    missing: () => resumed,
  };
}

function partOf({ table, chunks, rows, minOutSeq, maxOutSeq, xor }: Part): BatchPart {
  return { table, rows, minOutSeq, maxOutSeq, xor: xor.toString(16), bytes: Buffer.concat(chunks) };
}

/** Rows rebuilt from the log must be those that were announced: else code, deck or log changed under an open batch. */
function checkResumed(batch: Batch, intent: Intent): void {
  const rebuilt = JSON.stringify(batch.parts.map(({ bytes: _bytes, ...part }) => part));
  const announced = JSON.stringify(
    intent.parts.map(({ table, rows, minOutSeq, maxOutSeq, xor }) => ({ table, rows, minOutSeq, maxOutSeq, xor })),
  );
  if (rebuilt === announced && batch.key.batch === intent.batch && batch.outFrom === intent.outFrom) return;
  throw new PartitionRefused(
    `Batch ${intent.batch} of partition ${batch.key.p} was announced before the restart, but the log now gives other rows ` +
      `(announced ${announced}, rebuilt ${rebuilt}). Start the release that announced it, let it settle, and update then.`,
  );
}
