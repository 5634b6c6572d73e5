/**
 * Longest destination prefix of a number in one to a few dependent loads (DIR-24-8 carried over to decimal digits): the first
 * digits of the number index a flat table, whose entry is the answer or an overflow node for the next digit. Answers of shorter
 * prefixes are pushed down at build time, so a look-up never walks back up. A node keeps each run of equal entries once and
 * finds the run of a digit by counting bits; 60,000 prefixes then fit the second-level cache, which decides the speed.
 */

/** Digits answered by the flat table: five keep it at 400 kB. */
const ROOT_DIGITS = 5;
const ROOT_SIZE = 10 ** ROOT_DIGITS;
const ZERO = 48;

/** Nine bits of a node say at which of the digits 1 to 9 a new run of equal entries begins. */
const RUN_BITS = 9;
const RUN_MASK = 511;
const ones = Uint8Array.from({ length: RUN_MASK + 1 }, (_, bits) => bits.toString(2).replaceAll("0", "").length);
/** What is left of 31 bits for the place of a node's first entry. */
const MOST_ENTRIES = 2 ** (31 - RUN_BITS);

/** An entry is 0 for nothing, n > 0 for the prefix with id n - 1, or ~(place << RUN_BITS | runs) for an overflow node. */
export interface PrefixIndex {
  /** The prefix of each id. */
  readonly prefixes: readonly string[];
  readonly root: Int32Array;
  /** Runs of all overflow nodes, each node before its children. */
  readonly entries: Int32Array;
  /** For each id the id of the next shorter prefix, -1 when there is none. */
  readonly shorter: Int32Array;
}

/** `id` of the longest prefix of `number` (digits only), -1 when none fits. */
export function longestPrefix(index: PrefixIndex, number: string): number {
  const length = number.length;
  if (length < ROOT_DIGITS) return longestPrefixOfShortNumber(index, number);
  const slot =
    (((number.charCodeAt(0) * 10 + number.charCodeAt(1)) * 10 + number.charCodeAt(2)) * 10 + number.charCodeAt(3)) * 10 +
    number.charCodeAt(4) -
    ZERO * 11_111;
  let entry = index.root[slot] as number;
  for (let at = ROOT_DIGITS; entry < 0; at++) {
    if (at === length) return longestPrefixOfShortNumber(index, number);
    entry = nextEntry(index, entry, number.charCodeAt(at) - ZERO);
  }
  return entry - 1;
}

/** `id` of the next shorter prefix that also fits, -1 when none does. */
export function shorterPrefix(index: PrefixIndex, id: number): number {
  return index.shorter[id] as number;
}

function nextEntry(index: PrefixIndex, entry: number, digit: number): number {
  const node = ~entry;
  return index.entries[(node >>> RUN_BITS) + (ones[node & RUN_MASK & ((1 << digit) - 1)] as number)] as number;
}

/** A number that ends before the answer is certain: go on with zeros, then back to a prefix that is not longer than it. */
function longestPrefixOfShortNumber(index: PrefixIndex, number: string): number {
  if (number.length === 0) return -1;
  let entry = index.root[Number(number.padEnd(ROOT_DIGITS, "0").slice(0, ROOT_DIGITS))] as number;
  for (let at = ROOT_DIGITS; entry < 0; at++)
    entry = nextEntry(index, entry, at < number.length ? number.charCodeAt(at) - ZERO : 0);
  let id = entry - 1;
  while (id >= 0 && (index.prefixes[id] as string).length > number.length) id = shorterPrefix(index, id);
  return id;
}

/** Builds the index. `prefixes` are distinct, not empty and digits only; the id of a prefix is its place in the list. */
export function buildPrefixIndex(prefixes: readonly string[]): PrefixIndex {
  const root = new Int32Array(ROOT_SIZE);
  const nodes: Int32Array[] = [];
  const shorter = new Int32Array(prefixes.length);
  // Shorter prefixes first: what a longer one replaces is then its next shorter prefix.
  for (const id of idsByLength(prefixes)) {
    const prefix = prefixes[id] as string;
    const width = Math.max(1, 10 ** (ROOT_DIGITS - prefix.length));
    let slots: Int32Array = root;
    let slot = Number(prefix.slice(0, ROOT_DIGITS)) * width;
    for (let at = ROOT_DIGITS; at < prefix.length; at++) {
      slots = openSlot(slots, slot, nodes);
      slot = prefix.charCodeAt(at) - ZERO;
    }
    shorter[id] = (slots[slot] as number) - 1;
    slots.fill(id + 1, slot, slot + width);
  }
  const packed: number[] = [];
  for (let slot = 0; slot < ROOT_SIZE; slot++) {
    const entry = root[slot] as number;
    if (entry < 0) root[slot] = packNode(entry, nodes, packed);
  }
  return { prefixes, root, entries: Int32Array.from(packed), shorter };
}

/** The node at a slot, while building ~(place in `nodes`); an answer becomes a node with the same answer for every next digit. */
function openSlot(slots: Int32Array, slot: number, nodes: Int32Array[]): Int32Array {
  const found = slots[slot] as number;
  if (found < 0) return nodes[~found] as Int32Array;
  const opened = new Int32Array(10).fill(found);
  slots[slot] = ~nodes.length;
  nodes.push(opened);
  return opened;
}

/** Appends the runs of a node, then its children; the final entry for it. */
function packNode(entry: number, nodes: readonly Int32Array[], packed: number[]): number {
  const slots = nodes[~entry] as Int32Array;
  const place = packed.length;
  let runs = 0;
  slots.forEach((slot, digit) => {
    if (digit > 0 && slot === slots[digit - 1]) return;
    if (digit > 0) runs |= 1 << (digit - 1);
    packed.push(slot);
  });
  const end = packed.length;
  if (end >= MOST_ENTRIES) throw new RangeError(`the index takes at most ${MOST_ENTRIES} entries`);
  for (let at = place; at < end; at++) {
    const child = packed[at] as number;
    if (child < 0) packed[at] = packNode(child, nodes, packed);
  }
  return ~((place << RUN_BITS) | runs);
}

function idsByLength(prefixes: readonly string[]): number[] {
  const ids = prefixes.map((_, id) => id);
  return ids.sort((a, b) => (prefixes[a] as string).length - (prefixes[b] as string).length);
}
