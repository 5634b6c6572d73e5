/**
 * Longest destination prefix of a number, in one to a few dependent loads (DIR-24-8 carried over to decimal digits):
 * the first digits of the number index a flat table, whose entry is the answer or the address of a ten-way overflow node
 * for the next digit. Answers of shorter prefixes are pushed down at build time, so a look-up never walks back up.
 */

/** Digits answered by the flat table. Five keep it at 400 kB, inside the second-level cache (bench.ts compares). */
const ROOT_DIGITS = 5;
const ROOT_SIZE = 10 ** ROOT_DIGITS;
const ZERO = 48;

/** Entries of `root` and `nodes`: 0 nothing, n > 0 the prefix with id n - 1, n < 0 the overflow node -n - 1. */
export interface PrefixIndex {
  /** The prefix of each id. */
  readonly prefixes: readonly string[];
  readonly root: Int32Array;
  /** Ten entries per overflow node. */
  readonly nodes: Int32Array;
  /** The answer of each overflow node for a number that ends there. */
  readonly nodeBest: Int32Array;
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
    const node = -entry - 1;
    if (at === length) return (index.nodeBest[node] as number) - 1;
    entry = index.nodes[node * 10 + number.charCodeAt(at) - ZERO] as number;
  }
  return entry - 1;
}

/** `id` of the next shorter prefix that also fits, -1 when none does. */
export function shorterPrefix(index: PrefixIndex, id: number): number {
  return index.shorter[id] as number;
}

/** Builds the index. `prefixes` are distinct, not empty and digits only; the id of a prefix is its place in the list. */
export function buildPrefixIndex(prefixes: readonly string[]): PrefixIndex {
  const root = new Int32Array(ROOT_SIZE);
  const shorter = new Int32Array(prefixes.length).fill(-1);
  let nodes = new Int32Array(1024 * 10);
  let nodeBest = new Int32Array(1024);
  let nodeCount = 0;

  /** Turns an answer into a node that gives the same answer for every next digit. */
  const grow = (answer: number): number => {
    if (nodeCount === nodeBest.length) {
      nodes = enlarged(nodes);
      nodeBest = enlarged(nodeBest);
    }
    nodes.fill(answer, nodeCount * 10, nodeCount * 10 + 10);
    nodeBest[nodeCount] = answer;
    nodeCount++;
    return -nodeCount;
  };

  // Shorter prefixes first: what a longer one replaces is then its next shorter prefix.
  for (const id of idsByLength(prefixes)) {
    const prefix = prefixes[id] as string;
    if (prefix.length <= ROOT_DIGITS) {
      const width = 10 ** (ROOT_DIGITS - prefix.length);
      const first = Number(prefix) * width;
      shorter[id] = (root[first] as number) - 1;
      root.fill(id + 1, first, first + width);
      continue;
    }
    let table = root;
    let slot = Number(prefix.slice(0, ROOT_DIGITS));
    for (let at = ROOT_DIGITS; at < prefix.length; at++) {
      let entry = table[slot] as number;
      if (entry >= 0) {
        const before = nodes;
        entry = grow(entry);
        // Growing may have moved the nodes; the slot to change lies in the array that is now in use.
        if (table === before) table = nodes;
        table[slot] = entry;
      }
      table = nodes;
      slot = (-entry - 1) * 10 + prefix.charCodeAt(at) - ZERO;
    }
    shorter[id] = (table[slot] as number) - 1;
    table[slot] = id + 1;
  }
  return { prefixes, root, nodes: nodes.slice(0, nodeCount * 10), nodeBest: nodeBest.slice(0, nodeCount), shorter };
}

/** A number shorter than the flat table is wide: filled up with zeros, then back to a prefix that is not longer than it. */
function longestPrefixOfShortNumber(index: PrefixIndex, number: string): number {
  if (number.length === 0) return -1;
  const entry = index.root[Number(number.padEnd(ROOT_DIGITS, "0"))] as number;
  let id = (entry < 0 ? (index.nodeBest[-entry - 1] as number) : entry) - 1;
  while (id >= 0 && (index.prefixes[id] as string).length > number.length) id = shorterPrefix(index, id);
  return id;
}

function idsByLength(prefixes: readonly string[]): number[] {
  const ids = prefixes.map((_, id) => id);
  return ids.sort((a, b) => (prefixes[a] as string).length - (prefixes[b] as string).length);
}

function enlarged(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
