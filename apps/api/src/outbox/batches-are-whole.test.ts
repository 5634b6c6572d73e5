import type { StoredPart } from "@tollbook/warehouse/queries/invoice-proof.ts";
import { expect, it } from "vitest";
import { faultsOfBatches } from "./batches-are-whole.ts";

const part = (batch: number, minOutSeq: number, maxOutSeq: number, more: Partial<StoredPart> = {}): StoredPart => ({
  table: "rated_calls",
  epoch: 1,
  batch,
  rows: maxOutSeq - minOutSeq + 1,
  distinct: maxOutSeq - minOutSeq + 1,
  minOutSeq,
  maxOutSeq,
  xor: `${batch}a`,
  ...more,
});
const whole = [
  part(1, 1, 10),
  // A batch's rows lie in several tables, and are numbered through all of them.
  part(2, 11, 20, { rows: 6, distinct: 6 }),
  part(2, 12, 18, { table: "account_events", rows: 4, distinct: 4, xor: "2b" }),
  part(3, 21, 30),
];
const nothingAnnounced = new Map();

it("P5: batches that follow each other without a hole are whole, whether or not their intents are still known", () => {
  expect(faultsOfBatches(whole, nothingAnnounced)).toEqual([]);
  const announced = new Map([
    ["1/2", whole.slice(1, 3)],
    ["1/3", whole.slice(3)],
  ]);
  expect(faultsOfBatches(whole, announced)).toEqual([]);
  expect(faultsOfBatches([], nothingAnnounced)).toEqual([]);
});

it.each<[what: string, parts: StoredPart[], fault: string]>([
  ["a row that was lost inside a batch", [part(1, 1, 10, { rows: 9, distinct: 9 })], "batch 1/1 lacks 1 rows of 1 to 10"],
  ["a row that is there twice", [part(1, 1, 10, { rows: 11 })], "batch 1/1 holds 1 rows twice"],
  ["a batch that was lost whole", [part(1, 1, 10), part(3, 21, 30)], "rows 11 to 20 are missing before batch 1/3"],
])("P5: %s shows without an intent", (_what, parts, fault) => {
  expect(faultsOfBatches(parts, nothingAnnounced)).toEqual([fault]);
});

it.each<[what: string, announced: StoredPart[]]>([
  ["another hash", [part(3, 21, 30, { xor: "ff" })]],
  ["another number of rows", [part(3, 21, 31)]],
  ["a table that was announced and is empty", [part(3, 21, 30), part(3, 31, 31, { table: "dead_letters" })]],
])("P9: %s than the intent announced", (_what, announced) => {
  expect(faultsOfBatches(whole, new Map([["1/3", announced]]))).toEqual(["batch 1/3 holds other rows than were announced"]);
});
