import { US_PER_DAY, US_PER_HOUR } from "@tollbook/contracts/units.ts";
import { addToBloom, BITS_PER_KEY, createBloom, isPerhapsIn } from "./bloom.ts";
import type { Bloom } from "./bloom.ts";
import type { Key } from "./hash.ts";
import { createIdTable, eachKey, findSlot, partOf, putSlot, tableBytes } from "./id-table.ts";
import type { IdTable } from "./id-table.ts";

/**
 * Which legs and occurrences were seen (architecture §4). Exact for at least 72 h of log time, in tables of 24 h each;
 * then one Bloom filter per day for the legs, up to 400 days.
 *
 * A leg cannot be reported before it starts. So a leg that started within the exact 72 h and is not in the tables is
 * certainly new; an older one is new only when no filter since the day of its start knows it.
 */
export interface IdMemory {
  /** The newest first; each covers one day of log time. */
  readonly tables: { readonly day: number; readonly table: IdTable }[];
  /** The newest first. */
  readonly blooms: Bloom[];
}

export const EXACT_US = 72 * US_PER_HOUR;
export const BLOOM_DAYS = 400;
/** The newest table and three whole days before it. */
const TABLES = 4;
/** A feeder's clock may be ahead of the log's by this much (D4). */
const AHEAD_US = 300_000_000;

/** What a table says of a closed leg. */
export interface Remembered {
  /** Connected milliseconds of the accepted end, at most 2^32 - 1 (49 days). */
  connectedMs: number;
  /** 32 bits of the accepted end's occurrence key. */
  mark: number;
  /** Packed by `leg/closed-leg.ts`; never 0. */
  meta: number;
}

export function createIdMemory(): IdMemory {
  return { tables: [], blooms: [] };
}

/** Looks the key up in the exact tables and fills `into`; false when it is in none of them. */
export function recall(memory: IdMemory, key: Key, into: Remembered): boolean {
  for (const { table } of memory.tables) {
    const part = partOf(table, key);
    const at = findSlot(part, key);
    if (at < 0) continue;
    into.connectedMs = part.words[at + 4] as number;
    into.mark = part.words[at + 5] as number;
    into.meta = part.words[at + 6] as number;
    return true;
  }
  return false;
}

export function remember(memory: IdMemory, now: number, key: Key, connectedMs: number, mark: number, meta: number): void {
  const newest = memory.tables[0];
  const day = Math.floor(now / US_PER_DAY);
  if (newest === undefined || newest.day < day) memory.tables.unshift({ day, table: createIdTable() });
  const { table } = memory.tables[0] as { table: IdTable };
  putSlot(table, key, connectedMs, mark, meta);
}

/** For a leg that is in no table and started at `startAt`: may it have been seen before? */
export function isPerhapsSeen(memory: IdMemory, key: Key, now: number, startAt: number): boolean {
  if (startAt >= now - EXACT_US + AHEAD_US) return false;
  const firstDay = Math.floor((startAt - AHEAD_US) / US_PER_DAY);
  for (const bloom of memory.blooms) {
    if (bloom.day < firstDay) return false;
    if (isPerhapsIn(bloom, key)) return true;
  }
  return false;
}

/** On ticks: turns tables that have left the exact time into filters, and drops filters older than 400 days. */
export function ageIds(memory: IdMemory, now: number, isLegKey: (meta: number) => boolean): void {
  const day = Math.floor(now / US_PER_DAY);
  for (;;) {
    const oldest = memory.tables.at(-1);
    if (oldest === undefined || oldest.day > day - TABLES) break;
    memory.tables.pop();
    const bloom = createBloom(oldest.day, oldest.table.count);
    eachKey(oldest.table, (key, meta) => {
      if (isLegKey(meta)) addToBloom(bloom, key);
    });
    memory.blooms.unshift(bloom);
  }
  while ((memory.blooms.at(-1)?.day ?? day) < day - BLOOM_DAYS) memory.blooms.pop();
}

export function memoryBytes(memory: IdMemory): number {
  const tables = memory.tables.reduce((sum, { table }) => sum + tableBytes(table), 0);
  return tables + memory.blooms.reduce((sum, bloom) => sum + bloom.words.byteLength, 0);
}

/**
 * How many ids fit into `bytes`: exact ones, at 28 bytes a slot and two thirds mean load, and legs a day over 400 days of filters.
 * An `ended` alone is one id; every other report of a leg is one more.
 */
export function capacityOf(bytes: number): { exactIds: number; legsPerDayInFilters: number } {
  return {
    exactIds: Math.floor((bytes * 2) / 3 / 28),
    legsPerDayInFilters: Math.floor((bytes * 8) / BITS_PER_KEY / BLOOM_DAYS),
  };
}
