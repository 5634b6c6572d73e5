/**
 * Rating kernel and prefix look-up, one thread, no I/O: `npm run bench -w @tollbook/tariffs`.
 * Prints one JSON object; figures are medians of RUNS interleaved runs, with the lowest and the highest.
 * Numbers are drawn anew from a fixed seed: a real prefix with random digits after it.
 */
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import type { Currency, E164, TimeUs } from "@tollbook/contracts/units.ts";
import { chargeLeg } from "../src/charge.ts";
import { countryOf } from "../src/country-of.ts";
import { compileDeck } from "../src/deck.ts";
import type { RateDeck } from "../src/deck.ts";
import { deckFromFiles } from "../src/deck-files.ts";
import { findRate } from "../src/find-rate.ts";
import { buildPrefixIndex, longestPrefix } from "../src/prefix-index.ts";
import type { Charge, RateQuery } from "../src/types.ts";

const RUNS = 7;
const NUMBERS = 200_000;
const PREFIXES = 60_000;
const START = 1_767_225_600_000_000; // 2026-01-01T00:00:00Z

const acs = loadDeck("acs-outbound-usd");
const inbound = loadDeck("inbound-usd");
const banded = withBands(acs);
const random = createRandom(20_260_101);
const prefixes = realPrefixes(acs, PREFIXES);
const numbers = Array.from({ length: NUMBERS }, () => numberIn(pick(prefixes)));
const calls = Array.from({ length: NUMBERS }, () => callTo(numberIn(pick(acs.rows).prefix)));
const index = buildPrefixIndex(prefixes);
const map = new Map(prefixes.map((prefix, id) => [prefix, id]));
const longest = Math.max(...prefixes.map((prefix) => prefix.length));

// Each task has a loop of its own: a shared one would call its body through a function that the engine cannot inline.
const tasks: Record<string, () => number> = {
  "prefix index": () => {
    let total = 0;
    for (const number of numbers) total += longestPrefix(index, number);
    return total;
  },
  "Map per length": () => {
    let total = 0;
    for (const number of numbers) total += probeMap(number);
    return total;
  },
  "country of": () => {
    let total = 0;
    for (const number of numbers) total += countryOf(number) === null ? 0 : 1;
    return total;
  },
  "rate and charge, one deck": () => rateAll([acs]),
  "rate and charge, two decks": () => rateAll([acs, inbound]),
  "rate and charge, time bands": () => rateAll([banded]),
};
const kept: Charge[] = [];
let keptCount = 0;
const nanoseconds = new Map(Object.keys(tasks).map((name) => [name, [] as number[]]));
for (let run = -2; run < RUNS; run++) {
  for (const [name, task] of Object.entries(tasks)) {
    const began = performance.now();
    const result = task();
    const took = ((performance.now() - began) * 1e6) / NUMBERS;
    if (!Number.isFinite(result)) throw new Error(`${name} gave ${result}`);
    // Two runs to warm up.
    if (run >= 0) nanoseconds.get(name)?.push(took);
  }
}
const wrong = numbers.filter((number) => longestPrefix(index, number) !== probeMap(number)).length;
if (wrong > 0) throw new Error(`${wrong} look-ups differ`);

const figures = [...nanoseconds].map(([name, took]) => {
  const sorted = took.sort((a, b) => a - b);
  const median = sorted.at(RUNS >> 1) ?? NaN;
  const low = Math.min(...sorted);
  const high = Math.max(...sorted);
  return { name, nsMedian: round(median), nsLow: round(low), nsHigh: round(high), perSecond: Math.round(1e9 / median) };
});
const ns = (name: string) => figures.find((figure) => figure.name === name)?.nsMedian ?? NaN;
const ratio = round(ns("Map per length") / ns("prefix index"));
console.log(
  JSON.stringify(
    { node: process.version, runs: RUNS, numbers: NUMBERS, prefixes: PREFIXES, figures, mapOverIndex: ratio },
    null,
    2,
  ),
);

interface Call {
  readonly query: RateQuery;
  readonly usedSeconds: number;
}

function rateAll(decks: readonly RateDeck[]): number {
  let total = 0;
  for (const call of calls) total += rate(decks, call);
  return total;
}

function rate(decks: readonly RateDeck[], call: Call): number {
  const match = findRate(decks, call.query);
  if (match === null) return 0;
  const charge = chargeLeg(match, { startAt: call.query.at, usedSeconds: call.usedSeconds, includedSeconds: 0 });
  // Keeping the charges makes the engine build every proof, as rating for real does.
  kept[keptCount++ & 1023] = charge;
  return charge.amountMicros;
}

function probeMap(number: string): number {
  for (let length = Math.min(longest, number.length); length > 0; length--) {
    const id = map.get(number.slice(0, length));
    if (id !== undefined) return id;
  }
  return -1;
}

function callTo(number: string): Call {
  const at = (START + Math.floor(random() * 30 * 86_400) * 1_000_000) as TimeUs;
  const query = {
    direction: "outbound",
    number: number as E164,
    numberClass: null,
    origin: null,
    currency: "USD" as Currency,
    at,
  } as const;
  return { query, usedSeconds: 1 + Math.floor(random() * 600) };
}

/** The real prefixes of the deck, then longer ones inside them, as large carrier cards have, until there are `count`. */
function realPrefixes(deck: RateDeck, count: number): string[] {
  const found = new Set(deck.rows.map((row) => row.prefix));
  const real = [...found];
  while (found.size < count) {
    const longer = pick(real) + String(Math.floor(random() * 100)).padStart(2, "0");
    if (longer.length <= 10) found.add(longer);
  }
  return [...found];
}

function numberIn(prefix: string): string {
  let number = prefix;
  const length = Math.max(10, prefix.length) + Math.floor(random() * 3);
  while (number.length < length) number += Math.floor(random() * 10);
  // Cutting a copy out of a buffer makes it a flat string, as decoding a message does.
  return Buffer.from(number).toString("latin1");
}

function withBands(deck: RateDeck): RateDeck {
  const rows = deck.rows.flatMap((row) => [row, { ...row, band: "peak" }]);
  const peak = {
    name: "peak",
    weekdays: ["mon", "tue", "wed", "thu", "fri"],
    fromSecond: 28_800,
    toSecond: 64_800,
    holidays: false,
  } as const;
  return compileDeck(rows, {
    deckId: "banded",
    name: "banded",
    timeZone: "Europe/Berlin",
    bandMode: "split",
    bands: [peak],
    holidays: ["12-25"],
  });
}

function loadDeck(name: string): RateDeck {
  const read = (extension: string) => readFileSync(new URL(`../decks/${name}.${extension}`, import.meta.url), "utf8");
  const result = deckFromFiles(name, read("csv"), read("json"));
  if (!result.ok) throw new Error(`${name} is not a valid deck`);
  return result.deck;
}

function pick<T>(items: readonly T[]): T {
  return items[Math.floor(random() * items.length)] as T;
}

/** Mulberry32. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
