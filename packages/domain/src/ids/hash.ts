/**
 * 128-bit keys from text: four 32-bit lanes, mixed per pair of UTF-16 units. Not cryptographic: a feeder is signed in, and
 * could only collide with legs of its own account. Two different ids of 10 million meet with a probability below 1e-24.
 */
export interface Key {
  a: number;
  b: number;
  c: number;
  d: number;
}

/** Goes into every leg key and every occurrence key, so that the two kinds never meet. */
export const LEG = 1;
export const OCCURRENCE = 2;

/** The key of (kind, first, second), written into `key`. */
export function hashInto(key: Key, kind: number, first: string, second: string): void {
  let a = 0x9e3779b9 ^ kind;
  let b = 0x85ebca6b ^ (first.length << 8);
  let c = 0xc2b2ae35 ^ second.length;
  let d = 0x27d4eb2f;
  for (let pass = 0; pass < 2; pass++) {
    const text = pass === 0 ? first : second;
    const { length } = text;
    let at = 0;
    for (; at + 1 < length; at += 2) {
      const unit = text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16);
      a = Math.imul(a ^ unit, 0x85ebca6b);
      b = Math.imul(b + unit, 0xc2b2ae35);
      c = Math.imul(c ^ (unit + (a >>> 15)), 0x27d4eb2f);
      d = Math.imul(d + (unit ^ (b >>> 13)), 0x165667b1);
      a ^= d >>> 11;
      b = (b << 7) | (b >>> 25);
    }
    if (at < length) {
      const unit = text.charCodeAt(at);
      a = Math.imul(a ^ unit, 0x85ebca6b);
      b = Math.imul(b + unit, 0xc2b2ae35);
      c = Math.imul(c ^ (unit + (a >>> 15)), 0x27d4eb2f);
      d = Math.imul(d + (unit ^ (b >>> 13)), 0x165667b1);
    }
    // Separates the two texts, so that ("ab", "c") and ("a", "bc") differ.
    a = Math.imul(a ^ 0x5bd1e995, 0x85ebca6b);
    c = Math.imul(c + 0x2545f491, 0x27d4eb2f);
  }
  a = finish(a ^ (b >>> 3));
  b = finish(b ^ c);
  c = finish(c ^ d);
  d = finish(d ^ a);
  key.a = (a ^ c) >>> 0;
  key.b = (b + d) >>> 0;
  key.c = (c + a) >>> 0;
  key.d = (d ^ b) >>> 0;
}

function finish(lane: number): number {
  let value = Math.imul(lane ^ (lane >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return value ^ (value >>> 16);
}
