import type { Key } from "./hash.ts";

/**
 * An exact set of 128-bit keys with three words each, in typed arrays: open addressing in 64 parts that grow one by one,
 * so that growing never stops the fold for long. 28 bytes a slot at 50 to 80 % load.
 */
export interface IdTable {
  readonly parts: IdPart[];
  count: number;
}

export interface IdPart {
  /** SLOT_WORDS per slot; a slot whose last word is 0 is free. */
  words: Uint32Array;
  count: number;
}

export const SLOT_WORDS = 7;
const PARTS = 64;
const FIRST_SLOTS = 16;
const MOST_LOAD = 0.8;
const GROWTH = 1.6;

export function createIdTable(): IdTable {
  return {
    parts: Array.from({ length: PARTS }, () => ({ words: new Uint32Array(FIRST_SLOTS * SLOT_WORDS), count: 0 })),
    count: 0,
  };
}

/** Where the key's slot begins in its part's words; -1 when it is not there. */
export function findSlot(part: IdPart, key: Key): number {
  const { words } = part;
  const { length } = words;
  let at = firstWord(key, length);
  for (;;) {
    if (words[at + 6] === 0) return -1;
    if (words[at] === key.a && words[at + 1] === key.b && words[at + 2] === key.c && words[at + 3] === key.d) return at;
    at += SLOT_WORDS;
    if (at === length) at = 0;
  }
}

export function partOf(table: IdTable, key: Key): IdPart {
  return table.parts[key.b & (PARTS - 1)] as IdPart;
}

/** Adds a key that is not there yet, or overwrites its words. `meta` is never 0. */
export function putSlot(table: IdTable, key: Key, used: number, mark: number, meta: number): void {
  const part = partOf(table, key);
  let at = findSlot(part, key);
  if (at < 0) {
    if (part.count + 1 > (part.words.length / SLOT_WORDS) * MOST_LOAD) grow(part);
    at = freeSlot(part.words, key);
    part.words[at] = key.a;
    part.words[at + 1] = key.b;
    part.words[at + 2] = key.c;
    part.words[at + 3] = key.d;
    part.count++;
    table.count++;
  }
  part.words[at + 4] = used;
  part.words[at + 5] = mark;
  part.words[at + 6] = meta;
}

/** Calls `visit` for every key, in the order of the slots. */
export function eachKey(table: IdTable, visit: (key: Key, meta: number) => void): void {
  const key: Key = { a: 0, b: 0, c: 0, d: 0 };
  for (const { words } of table.parts) {
    for (let at = 0; at < words.length; at += SLOT_WORDS) {
      const meta = words[at + 6] as number;
      if (meta === 0) continue;
      key.a = words[at] as number;
      key.b = words[at + 1] as number;
      key.c = words[at + 2] as number;
      key.d = words[at + 3] as number;
      visit(key, meta);
    }
  }
}

export function tableBytes(table: IdTable): number {
  return table.parts.reduce((sum, part) => sum + part.words.byteLength, 0);
}

function firstWord(key: Key, length: number): number {
  // Multiplying and shifting spreads the key over any number of slots, without a division.
  const slots = length / SLOT_WORDS;
  return Math.floor((key.a * slots) / 4_294_967_296) * SLOT_WORDS;
}

function freeSlot(words: Uint32Array, key: Key): number {
  let at = firstWord(key, words.length);
  while (words[at + 6] !== 0) {
    at += SLOT_WORDS;
    if (at === words.length) at = 0;
  }
  return at;
}

function grow(part: IdPart): void {
  const old = part.words;
  const larger = new Uint32Array(Math.ceil((old.length / SLOT_WORDS) * GROWTH) * SLOT_WORDS);
  const key: Key = { a: 0, b: 0, c: 0, d: 0 };
  for (let at = 0; at < old.length; at += SLOT_WORDS) {
    if (old[at + 6] === 0) continue;
    key.a = old[at] as number;
    const to = freeSlot(larger, key);
    for (let word = 0; word < SLOT_WORDS; word++) larger[to + word] = old[at + word] as number;
  }
  part.words = larger;
}
