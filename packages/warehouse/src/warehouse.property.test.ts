import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accountEventColumns, accountEventRowFromRow } from "./account-events.ts";
import { deadLetterColumns, deadLetterRowFromRow } from "./dead-letters.ts";
import { encodeAccountEventRows, encodeCallRows, encodeDeadLetterRows, type BatchKey, type EncodedRows } from "./encode-rows.ts";
import { insertRows, insertToken } from "./insert.ts";
import { migrate } from "./migrate.ts";
import { callColumns, callRowFromRow } from "./rated-calls.ts";
import { isExactly, readBack } from "./read-back.ts";
import { batchColumns, readRows, selectList, type Column, type StoredRow, type Table } from "./tables.ts";
import { arbitraryBatches } from "./testing/arbitrary-rows.ts";
import { openTestWarehouse, type TestWarehouse } from "./testing/open-test-warehouse.ts";

let warehouse: TestWarehouse;
let nextBatch = 1;

beforeAll(async () => {
  warehouse = await openTestWarehouse();
  await migrate(warehouse.client);
});
afterAll(async () => await warehouse.close());

interface TableCase {
  readonly table: Table;
  readonly columns: readonly Column[];
  readonly rows: fc.Arbitrary<{ readonly outSeq: number }[]>;
  readonly encode: (rows: never, key: BatchKey) => EncodedRows;
  readonly fromRow: (row: StoredRow) => { readonly outSeq: number };
}

const cases: readonly TableCase[] = [
  {
    table: "rated_calls",
    columns: callColumns,
    rows: arbitraryBatches.rated_calls,
    encode: encodeCallRows,
    fromRow: callRowFromRow,
  },
  {
    table: "account_events",
    columns: accountEventColumns,
    rows: arbitraryBatches.account_events,
    encode: encodeAccountEventRows,
    fromRow: accountEventRowFromRow,
  },
  {
    table: "dead_letters",
    columns: deadLetterColumns,
    rows: arbitraryBatches.dead_letters,
    encode: encodeDeadLetterRows,
    fromRow: deadLetterRowFromRow,
  },
];

describe.each(cases)("$table", ({ table, columns, rows, encode, fromRow }) => {
  it("gives every row back as it was encoded, and the batch's figures as the intent records them", async () => {
    await fc.assert(
      fc.asyncProperty(rows, async (batchRows) => {
        const key: BatchKey = { p: 3, epoch: 7, batch: nextBatch++ };
        const encoded = encode(batchRows as never, key);
        await insertRows(warehouse.client, table, encoded.bytes, insertToken(table, key, 1));
        const stored = await readBack(warehouse.client, table, key);
        expect(isExactly(stored, encoded)).toBe(true);
        const found = await readRows<StoredRow>(
          warehouse.client,
          `SELECT ${selectList(columns)} FROM ${table} WHERE batch = {batch:UInt64} ORDER BY out_seq`,
          { batch: key.batch },
        );
        expect(found.map(fromRow)).toEqual(batchRows.toSorted((a, b) => a.outSeq - b.outSeq));
      }),
      { numRuns: 40 },
    );
  });

  it("has exactly the columns that the encoder writes, in their order", async () => {
    const stored = await readRows<{ name: string }>(
      warehouse.client,
      "SELECT name FROM system.columns WHERE database = currentDatabase() AND table = {table:String} ORDER BY position",
      { table },
    );
    expect(stored.map(({ name }) => name)).toEqual([...batchColumns, ...columns.map(({ name }) => name)]);
  });

  it("hashes a row the same in every batch and epoch, and differently when any field differs", () => {
    fc.assert(
      fc.property(rows, fc.nat(1000), (batchRows, epoch) => {
        const one = encode(batchRows.slice(0, 1) as never, { p: 1, epoch, batch: 1 });
        const again = encode(batchRows.slice(0, 1) as never, { p: 2, epoch: epoch + 1, batch: 9 });
        expect(again.xor).toBe(one.xor);
        const first = batchRows[0];
        for (const [field, value] of Object.entries<unknown>({ ...first })) {
          const changed =
            typeof value === "number" ? value + (value > 0 ? -1 : 1) : typeof value === "string" ? `${value}x` : null;
          if (changed === null) continue;
          expect(encode([{ ...first, [field]: changed }] as never, { p: 1, epoch, batch: 1 }).xor).not.toBe(one.xor);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("stores a batch once when the same insert is sent again with the same token", async () => {
    const [batchRows] = fc.sample(rows, 1);
    const key: BatchKey = { p: 3, epoch: 7, batch: nextBatch++ };
    const encoded = encode(batchRows as never, key);
    const token = insertToken(table, key, 1);
    await insertRows(warehouse.client, table, encoded.bytes, token);
    await insertRows(warehouse.client, table, encoded.bytes, token);
    expect(isExactly(await readBack(warehouse.client, table, key), encoded)).toBe(true);
  });
});
