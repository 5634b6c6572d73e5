import type { Key } from "./hash.ts";

/** One day's closed legs as a blocked Bloom filter: 16 words (one cache line) per key, 8 bits set in it. May say yes wrongly, never no. */
export interface Bloom {
  /** Day of log time, days since 1970. */
  readonly day: number;
  readonly words: Uint32Array;
}

const BLOCK_WORDS = 16;
/** 20 bits a key: about one false "perhaps" in 5,000 per day asked. */
export const BITS_PER_KEY = 20;

export function createBloom(day: number, keys: number): Bloom {
  const blocks = Math.max(1, Math.ceil((keys * BITS_PER_KEY) / (BLOCK_WORDS * 32)));
  return { day, words: new Uint32Array(blocks * BLOCK_WORDS) };
}

export function addToBloom(bloom: Bloom, key: Key): void {
  const block = blockOf(bloom, key);
  let bits = key.b;
  let more = key.c;
  for (let i = 0; i < 8; i++) {
    const word = block + ((bits >>> 5) & 15);
    bloom.words[word] = (bloom.words[word] as number) | (1 << (bits & 31));
    bits = i === 2 ? key.d : bits >>> 9;
    if (i === 5) bits = more ^ (key.d >>> 27);
    more = Math.imul(more, 0x9e3779b1) >>> 0;
  }
}

export function isPerhapsIn(bloom: Bloom, key: Key): boolean {
  const block = blockOf(bloom, key);
  let bits = key.b;
  let more = key.c;
  for (let i = 0; i < 8; i++) {
    const word = bloom.words[block + ((bits >>> 5) & 15)] as number;
    if ((word & (1 << (bits & 31))) === 0) return false;
    bits = i === 2 ? key.d : bits >>> 9;
    if (i === 5) bits = more ^ (key.d >>> 27);
    more = Math.imul(more, 0x9e3779b1) >>> 0;
  }
  return true;
}

function blockOf(bloom: Bloom, key: Key): number {
  const blocks = bloom.words.length / BLOCK_WORDS;
  return Math.floor((key.a * blocks) / 4_294_967_296) * BLOCK_WORDS;
}
