import type { ClickHouseClient } from "@clickhouse/client";
import type { Output } from "@tollbook/domain/fold.ts";
import { hashOfRow, readStoredRows, type MeterRow, type StoredMeterRow } from "@tollbook/warehouse/queries/stored-rows.ts";
import { RowWriter } from "@tollbook/warehouse/row-writer.ts";
import { tables, type Table } from "@tollbook/warehouse/tables.ts";

/** Compares rows that the log gives again with those that are stored, some thousands at a time, in order of out_seq. */
export interface RowComparison {
  add(output: Extract<Output, { kind: "call" | "accountEvent" | "deadLetter" }>): void;
  /** True when so many wait that they should be compared before more are made. */
  readonly isFull: boolean;
  compare(): Promise<void>;
  readonly counts: Readonly<Record<Table, number>>;
  readonly batches: number;
  readonly differences: number;
  /** Null while everything is the same. */
  readonly first: RowDifference | null;
}

export interface RowDifference {
  readonly table: Table;
  readonly outSeq: number;
  readonly batch: number | null;
  readonly what: "missing in ClickHouse" | "not in the log" | "stored twice" | "changed";
  /** The call, command or payload that the row is about. */
  readonly about: string;
  /** Which columns differ: what the log gives, and what is stored. */
  readonly columns: readonly { readonly column: string; readonly log: string; readonly stored: string }[];
}

interface Expected {
  readonly table: Table;
  readonly row: MeterRow;
}

const WINDOW_ROWS = 20_000;
/** Personal data of older rows are gone (domain §8.2): their columns cannot give the hash any more, the stored one stands for them. */
const COLUMNS_KEPT_US = 395 * 86_400_000_000;

export function createRowComparison(
  client: ClickHouseClient,
  { p, settledBatch, nowUs }: { readonly p: number; readonly settledBatch: number; readonly nowUs: number },
): RowComparison {
  const writer = new RowWriter();
  const counts: Record<Table, number> = { rated_calls: 0, account_events: 0, dead_letters: 0 };
  const batches = new Set<number>();
  let waiting: Expected[] = [];
  let differences = 0;
  let first: RowDifference | null = null;

  const differ = (difference: RowDifference): void => {
    differences++;
    if (first === null || difference.outSeq < first.outSeq) first = difference;
  };

  const compareOne = (expected: Expected | undefined, found: StoredMeterRow): void => {
    const { table, outSeq, batch } = found;
    batches.add(batch);
    const base = { table, outSeq, batch, about: aboutOf(found.row) };
    if (expected === undefined || expected.table !== table) return differ({ ...base, what: "not in the log", columns: [] });
    const hash = hashOfRow(table, expected.row, writer);
    const whole = found.row.logTime > nowUs - COLUMNS_KEPT_US;
    if (hash === found.storedHash && (!whole || hash === found.hash)) return;
    differ({ ...base, what: "changed", columns: differingColumns(expected.row, found.row) });
  };

  return {
    add: ({ kind, row }) => {
      const table = kind === "call" ? "rated_calls" : kind === "accountEvent" ? "account_events" : "dead_letters";
      counts[table]++;
      waiting.push({ table, row });
    },
    get isFull() {
      return waiting.length >= WINDOW_ROWS;
    },
    compare: async () => {
      const [start] = waiting;
      const end = waiting.at(-1);
      if (start === undefined || end === undefined) return;
      const range = { from: start.row.outSeq, to: end.row.outSeq, logFrom: start.row.logTime, logTo: end.row.logTime };
      const stored: StoredMeterRow[] = [];
      for (const table of tables) stored.push(...(await readStoredRows(client, table, { p, settledBatch, ...range }, writer)));
      const seen = new Set<number>();
      for (const found of stored) {
        const { table, outSeq, batch } = found;
        if (seen.has(outSeq)) differ({ table, outSeq, batch, about: aboutOf(found.row), what: "stored twice", columns: [] });
        else compareOne(waiting[outSeq - range.from], found);
        seen.add(outSeq);
      }
      for (const { table, row } of waiting) {
        if (!seen.has(row.outSeq))
          differ({ table, outSeq: row.outSeq, batch: null, about: aboutOf(row), what: "missing in ClickHouse", columns: [] });
      }
      waiting = [];
    },
    get counts() {
      return counts;
    },
    get batches() {
      return batches.size;
    },
    get differences() {
      return differences;
    },
    get first() {
      return first;
    },
  };
}

function aboutOf(row: MeterRow): string {
  if ("usageId" in row) return `call ${row.usageId} of ${row.account}, version ${row.version}`;
  return "type" in row ? `${row.type} ${row.subject} of ${row.account}` : `${row.reason} of ${row.account}`;
}

/** At most a handful: enough to see what happened. */
const COLUMNS_SHOWN = 5;

function differingColumns(log: MeterRow, stored: MeterRow): RowDifference["columns"] {
  const columns: { column: string; log: string; stored: string }[] = [];
  for (const [column, value] of Object.entries(log)) {
    const was = JSON.stringify(value);
    const is = JSON.stringify((stored as unknown as Record<string, unknown>)[column]);
    if (was !== is && columns.length < COLUMNS_SHOWN) columns.push({ column, log: was, stored: is });
  }
  return columns;
}
