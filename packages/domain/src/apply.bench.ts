/**
 * What `apply` costs per entry, without decoding and encoding. Run: node packages/domain/src/apply.bench.ts
 * Question: an `ended` of a simple leg, rated and funded, in at most 3 µs. Model: one partition, one account of 200 users, events
 * built beforehand, rounds alternate the mixes; the median of the rounds is quoted, with their spread.
 */
import { decodeState, encodeState, hashState } from "./state.ts";
import type { CallEvent } from "@tollbook/contracts/call-event.ts";
import { timeUs } from "@tollbook/contracts/units.ts";
import { apply } from "./apply.ts";
import type { LogEntry } from "./fold.ts";
import { memoryBytes } from "./ids/id-memory.ts";
import { createOrganisation } from "./testing/organisation.ts";
import { sampleDecks } from "./testing/sample-decks.ts";
import { createTestFold, makeCallEvent } from "./testing/test-fold.ts";
import type { CallFields } from "./testing/test-fold.ts";

const LEGS = 50_000;
const SLICE = 1000;
const ROUNDS = 9;
const decks = sampleDecks();
const source = new Map(decks.map((deck) => [deck.deckId, deck]));
const fold = createTestFold(decks, "2026-11-02T08:00:00Z");
const org = createOrganisation(fold);
const users = org.users(200, "DE");
org.give("teams-phone-standard", users);
org.give("calling-plan-domestic", users);
org.give("communications-credits", users);
for (let i = 0; i < 10; i++) org.command("credits.topUp", { amount: "10000" });

let seq = 1000;
let nextLeg = 0;

const mixes: Record<string, (usageId: string, at: number) => CallEvent[]> = {
  endedPool: (usageId, at) => [ended(usageId, at, { to: "+4930901820" })],
  endedCredits: (usageId, at) => [ended(usageId, at, { to: "+33140205050" })],
  endedFreeInbound: (usageId, at) => [ended(usageId, at, { callType: "user_in", direction: "inbound" })],
  startedAnsweredEnded: (usageId, at) => [
    report("started", usageId, at, { setupAt: at }),
    report("answered", usageId, at, { answeredAt: at }),
    ended(usageId, at, { to: "+33140205050" }),
  ],
  authorizeProgressEnded: (usageId, at) => [
    report("authorize", usageId, at, { setupAt: at }),
    report("progress", usageId, at, { answeredAt: at, usedMs: 60_000 }),
    ended(usageId, at, { to: "+33140205050" }),
  ],
};

const results: Record<string, number[]> = {};
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, make] of Object.entries(mixes)) {
    let micros = 0;
    // In slices as the meter gets them: events that live long would be moved about by the collector, at our cost.
    for (let slice = 0; slice < LEGS; slice += SLICE) {
      const entries: LogEntry[] = [];
      for (let i = 0; i < SLICE; i++) {
        for (const event of make(`9f2c-${nextLeg++}`, fold.now + i * 20)) entries.push({ kind: "call", event, reply: null });
      }
      // CPU time of the process, so that neighbours on the machine do not count; collecting garbage on other threads does.
      const start = process.cpuUsage();
      for (let i = 0; i < entries.length; i++) {
        apply(fold.state, entries[i] as LogEntry, { seq: ++seq, index: 0, time: timeUs(fold.now + i * 10) }, source);
      }
      const used = process.cpuUsage(start);
      micros += used.user + used.system;
      fold.now += SLICE * 30;
    }
    (results[name] ??= []).push(micros / LEGS);
    fold.now = Math.ceil(fold.now / 60_000_000 + 1) * 60_000_000;
    fold.tick();
  }
}
/** One step of multiply and xor: about 1.4 ns on an idle core of 3 GHz. Tells how fast this machine was just now. */
function referenceNs(): number {
  const steps = 50_000_000;
  const start = process.cpuUsage();
  let x = 1;
  for (let i = 0; i < steps; i++) x = Math.imul(x ^ i, 0x85ebca6b);
  const used = process.cpuUsage(start);
  return Math.round(((used.user + used.system) * 1e5) / steps + (x === 0.5 ? 1 : 0)) / 100;
}

const started = performance.now();
const bytes = encodeState(fold.state);
const encodeMs = performance.now() - started;
const decodeStarted = performance.now();
decodeState(bytes);
const decodeMs = performance.now() - decodeStarted;
const hashStarted = performance.now();
hashState(fold.state);
const ids = fold.state.ids.tables.reduce((sum, { table }) => sum + table.count, 0);
console.log(
  JSON.stringify(
    {
      node: process.version,
      referenceNs: referenceNs(),
      cpuMicrosecondsPerLeg: Object.fromEntries(
        Object.entries(results).map(([name, times]) => {
          const sorted = times.toSorted((a, b) => a - b).map((value) => Math.round(value * 100) / 100);
          return [name, { median: sorted[ROUNDS >> 1], least: sorted[0], most: sorted.at(-1) }];
        }),
      ),
      ids,
      idBytes: memoryBytes(fold.state.ids),
      snapshot: {
        bytes: bytes.length,
        encodeMs: Math.round(encodeMs),
        decodeMs: Math.round(decodeMs),
        hashMs: Math.round(performance.now() - hashStarted - encodeMs),
      },
    },
    null,
    2,
  ),
);

function report(
  type: "started" | "answered" | "authorize" | "progress",
  usageId: string,
  at: number,
  fields: Partial<CallFields>,
): CallEvent {
  return makeCallEvent("acme", type, {
    usageId,
    user: users[at % 199] ?? "u1",
    from: "+4930901821",
    to: "+33140205050",
    setupAt: at,
    ...fields,
  });
}

function ended(usageId: string, at: number, fields: Partial<CallFields>): CallEvent {
  const end = { by: "caller", q850: 16, sip: null, text: null };
  return makeCallEvent("acme", "ended", {
    usageId,
    user: users[at % 199] ?? "u1",
    from: "+4930901821",
    answeredAt: at - 250_125_000,
    endedAt: at,
    usedMs: 250_125,
    end,
    ...fields,
  });
}
