import type { CallRow } from "@tollbook/domain/fold.ts";
import { timeUs } from "@tollbook/contracts/units.ts";
import { describe, expect, test } from "vitest";
import { createBatcher, FLUSH_ROWS, type Batch, type Batcher, type BatcherOptions } from "./encode.ts";
import { PartitionRefused } from "./failures.ts";
import { nothingSettled, type Intent } from "./intents.ts";
import { decodeMessage } from "./decode.ts";
import { smallRules } from "./testing/small-rules.ts";
import { endedEvent } from "./testing/events.ts";

const NOVEMBER = Date.UTC(2026, 10, 30, 23, 59) * 1000;
const DECEMBER = Date.UTC(2026, 11, 1) * 1000;
const message = { subject: "meter.0.calls.acme.switch-1", data: new TextEncoder().encode("x") };

/** Real rows, as the small fold gives them. */
function rows(count: number, from = 1): CallRow[] {
  const state = smallRules.createState(0);
  state.outSeq = from - 1;
  return Array.from({ length: count }, (_, i) => {
    const data = new TextEncoder().encode(endedEvent(`leg-${from + i}`, 60));
    const [entry] = decodeMessage({ subject: message.subject, data }, 0, 1);
    if (entry === undefined) throw new Error("no entry");
    const [output] = smallRules.apply(state, entry, { seq: 1, index: i, time: timeUs(NOVEMBER) }, { get: () => undefined });
    if (output?.kind !== "call") throw new Error("no row");
    return output.row;
  });
}

function open(options: Partial<BatcherOptions> = {}): { batcher: Batcher; closed: { batch: Batch; boundary: boolean }[] } {
  const closed: { batch: Batch; boundary: boolean }[] = [];
  const { batch, outSeq, position, logTime } = nothingSettled;
  const batcher = createBatcher({
    partition: 0,
    epoch: 1,
    streamCreated: "now",
    batch,
    outSeq,
    position,
    logTime,
    open: null,
    onBatch: (closing, boundary) => void closed.push({ batch: closing, boundary }),
    ...options,
  });
  return { batcher, closed };
}

function fold(batcher: Batcher, seq: number, given: readonly CallRow[], time = NOVEMBER): void {
  batcher.beginMessage(time);
  for (const row of given) batcher.add({ kind: "call", row });
  batcher.endMessage(message, seq);
}

describe("where a batch is cut", () => {
  test("at the end of a message once it is large, at a position that is a sequence with its digest", () => {
    const { batcher, closed } = open();
    const all = rows(FLUSH_ROWS + 5);
    fold(batcher, 1, all.slice(0, FLUSH_ROWS - 1));
    expect(closed).toEqual([]);
    fold(batcher, 2, all.slice(FLUSH_ROWS - 1));
    expect(closed).toHaveLength(1);
    expect(closed[0]).toMatchObject({ boundary: true, batch: { rows: FLUSH_ROWS + 5, outFrom: 1, outTo: FLUSH_ROWS + 5 } });
    expect(closed[0]?.batch.position).toMatchObject({
      streamCreated: "now",
      seq: 2,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
  });

  test("where the log enters another month: a batch has one month, or its insert would be two parts", () => {
    const { batcher, closed } = open();
    const all = rows(3);
    fold(batcher, 1, all.slice(0, 2));
    fold(batcher, 2, all.slice(2), DECEMBER);
    // The fold's clock does not go back, so neither does the month.
    fold(batcher, 3, [], NOVEMBER);
    batcher.close();
    expect(closed.map(({ batch }) => [batch.month, batch.outFrom, batch.outTo, batch.key.batch])).toEqual([
      [202_611, 1, 2, 1],
      [202_612, 3, 3, 2],
    ]);
  });

  test("entries without rows move the mark and take no batch number", () => {
    const { batcher, closed } = open();
    fold(batcher, 1, []);
    batcher.close();
    batcher.close();
    fold(batcher, 2, rows(1));
    batcher.close();
    expect(closed.map(({ batch }) => [batch.rows, batch.key.batch, batch.position.seq])).toEqual([
      [0, 0, 1],
      [1, 1, 2],
    ]);
  });

  test("a single message with more rows than a batch may have is cut within it, at the message before", () => {
    const { batcher, closed } = open();
    const all = rows(45_001);
    fold(batcher, 1, all.slice(0, 1));
    fold(batcher, 2, all.slice(1));
    expect(closed.map(({ batch, boundary }) => [batch.rows, batch.position.seq, boundary])).toEqual([[40_001, 1, false]]);
    batcher.close();
    expect(closed[1]).toMatchObject({ boundary: true, batch: { rows: 5_000, position: { seq: 2 } } });
  });
});

describe("after a restart", () => {
  const settled = { ...nothingSettled, batch: 4, outSeq: 10, position: { streamCreated: "now", seq: 7, digest: "d" } };

  test("rows settled before fall away, and the mark never goes back", () => {
    const { batcher, closed } = open(settled);
    const all = rows(12);
    fold(batcher, 6, all.slice(0, 5));
    fold(batcher, 7, all.slice(5, 10));
    batcher.close();
    expect(closed).toEqual([]);
    fold(batcher, 8, all.slice(10));
    batcher.close();
    expect(closed[0]?.batch).toMatchObject({ rows: 2, outFrom: 11, outTo: 12, key: { batch: 5 }, position: { seq: 8 } });
  });

  const intentOf = (batch: Batch): Intent => ({
    epoch: 1,
    batch: batch.key.batch,
    month: batch.month,
    logSeq: batch.position.seq,
    outFrom: batch.outFrom,
    outTo: batch.outTo,
    parts: batch.parts.map(({ bytes: _bytes, ...part }) => part),
    attempt: 3,
  });

  test("the batch that was open gets exactly the rows that were announced, whatever size or clock would say", () => {
    const all = rows(30);
    const before = open(settled);
    fold(before.batcher, 8, all.slice(10, 15));
    fold(before.batcher, 9, all.slice(15, 20));
    before.batcher.close();
    const announced = before.closed[0]?.batch as Batch;
    const after = open({ ...settled, open: intentOf(announced) });
    fold(after.batcher, 8, all.slice(10, 15));
    after.batcher.close();
    expect(after.batcher.missing()).not.toBeNull();
    fold(after.batcher, 9, all.slice(15, 20));
    expect(after.batcher.missing()).toBeNull();
    fold(after.batcher, 10, all.slice(20));
    after.batcher.close();
    expect(after.closed.map(({ batch }) => [batch.key.batch, batch.outFrom, batch.outTo, batch.resumed?.attempt])).toEqual([
      [5, 11, 20, 3],
      [6, 21, 30, undefined],
    ]);
    expect(after.closed[0]?.batch.parts[0]?.bytes).toEqual(announced.parts[0]?.bytes);
  });

  test("other rows than were announced are refused: another release, or another log", () => {
    const all = rows(12);
    const before = open(settled);
    fold(before.batcher, 8, all.slice(10, 12));
    before.batcher.close();
    const intent = intentOf(before.closed[0]?.batch as Batch);
    const after = open({ ...settled, open: intent });
    const [first, second] = all.slice(10) as [CallRow, CallRow];
    after.batcher.beginMessage(NOVEMBER);
    after.batcher.add({ kind: "call", row: first });
    const changed = { kind: "call" as const, row: { ...second, amountMicros: first.amountMicros, usageId: first.usageId } };
    expect(() => after.batcher.add(changed)).toThrow(PartitionRefused);
  });
});

test("a row that is skipped, or given twice, stops the partition instead of being stored", () => {
  const { batcher } = open();
  const [first, , third] = rows(3) as [CallRow, CallRow, CallRow];
  batcher.beginMessage(NOVEMBER);
  batcher.add({ kind: "call", row: first });
  expect(() => batcher.add({ kind: "call", row: third })).toThrow("out_seq 3 follows 1");
});
