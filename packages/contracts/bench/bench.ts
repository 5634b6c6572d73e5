import type { CallEvent } from "../src/call-event.ts";
import { decodeCallMessage } from "../src/decode-call-event.ts";
import { packCallEvents } from "../src/pack-call-events.ts";
import type { AccountId, FeederId } from "../src/units.ts";

/** Nanoseconds to decode a usual `ended`, in a message of its own and in a pack: `node packages/contracts/bench/bench.ts`. */
const COUNT = 256;
const account = "acme" as AccountId;
const feeder = "berlin-1" as FeederId;
const two = (value: number): string => String(value).padStart(2, "0");
const messages = Array.from({ length: COUNT }, (_, i) =>
  new TextEncoder().encode(
    JSON.stringify({
      specversion: "1.0",
      id: `call-${i}:ended:1`,
      source: "/switch/berlin-1",
      type: "telephony.call.ended.v1",
      time: `2026-11-22T09:05:${two(i % 60)}.125Z`,
      account,
      data: {
        usageId: `call-${i}`,
        callId: `a84b4c76e66710-${i}`,
        legId: "1",
        callType: "user_out",
        direction: "outbound",
        user: `user-${i % 20}`,
        from: "+4930901820",
        to: `+331402${10_000 + i}`,
        answeredAt: `2026-11-22T09:00:${two(i % 60)}.000Z`,
        endedAt: `2026-11-22T09:05:${two(i % 60)}.125Z`,
        usedMs: 300_125,
        end: { by: "caller", q850: 16 },
      },
    }),
  ),
);
const decode = (message: Uint8Array): CallEvent[] =>
  decodeCallMessage(message, null, account, feeder).flatMap((result) => (result.ok ? [result.event] : []));
const pack = packCallEvents(messages.flatMap(decode));

/** The fastest of many rounds: what the machine can do when nothing else runs on it. */
function nanosecondsPerEvent(work: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 200; round++) {
    const start = performance.now();
    work();
    best = Math.min(best, performance.now() - start);
  }
  return Math.round((best * 1e6) / COUNT);
}

const single = nanosecondsPerEvent(() => {
  for (const message of messages) decode(message);
});
const packed = nanosecondsPerEvent(() => {
  decode(pack);
});
const events = decode(pack);
const packing = nanosecondsPerEvent(() => {
  packCallEvents(events);
});
console.log(
  JSON.stringify({ node: process.version, single, packed, packing, bytesPerPackedEvent: Math.round(pack.length / COUNT) }),
);
