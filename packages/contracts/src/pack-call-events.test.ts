import { expect, test } from "vitest";
import type { CallEvent } from "./call-event.ts";
import { decodeCallMessage, decodeCallText } from "./decode-call-event.ts";
import { MAX_PACKED_EVENTS, packCallEvents } from "./pack-call-events.ts";
import type { AccountId, FeederId } from "./units.ts";

const acme = "acme" as AccountId;
const feeder = "berlin-1" as FeederId;

function event(id: string, change: Partial<CallEvent> = {}): CallEvent {
  const text = `{"specversion":"1.0","id":"${id}","source":"/s","type":"telephony.call.ended.v1","data":{"usageId":"${id}","to":"+33140205050"}}`;
  const result = decodeCallText(text, acme, feeder);
  if (!result.ok) throw new Error(result.detail);
  return { ...result.event, ...change };
}

const unpack = (pack: unknown) =>
  decodeCallMessage(new TextEncoder().encode(`\u001e${JSON.stringify(pack)}`), null, acme, feeder);
const columns = { type: "ended", id: ["a", "b", "c"], source: "/s", usageId: ["a", "b", "c"], endedAt: [0, 1, 2] };
const pack = { v: 1, account: "acme", count: 3, base: 1_795_338_250_125_000, columns };

test("the format is what its page says: a packed batch written by hand is read", () => {
  const results = unpack({ ...pack, columns: { ...columns, user: { of: ["ada", "ben"], at: [0, 0, 1] } } });
  expect(
    results.map((result) => (result.ok ? [result.event.id, result.event.user, result.event.endedAt] : result.detail)),
  ).toEqual([
    ["a", "ada", 1_795_338_250_125_000],
    ["b", "ada", 1_795_338_250_125_001],
    ["c", "ben", 1_795_338_250_125_002],
  ]);
});

test("one bad value of a column rejects its own event only, and keeps it", () => {
  const results = unpack({ ...pack, columns: { ...columns, usedMs: [1, "two", 3] } });
  expect(results.map((result) => result.ok)).toEqual([true, false, true]);
  expect(results[1]).toMatchObject({
    reason: "badField",
    original: JSON.stringify({
      account: "acme",
      base: pack.base,
      type: "ended",
      id: "b",
      source: "/s",
      usageId: "b",
      endedAt: 1,
      usedMs: "two",
    }),
  });
});

test.each([
  ["another account", { ...pack, account: "umbrella" }, "wrongAccount"],
  ["another version", { ...pack, v: 2 }, "badField"],
  ["a column of another length", { ...pack, columns: { ...columns, user: ["ada"] } }, "badField"],
  ["more events than a batch may have", { ...pack, count: MAX_PACKED_EVENTS + 1, columns: { type: "ended" } }, "badField"],
  ["no columns", { ...pack, columns: null }, "badField"],
])("%s rejects the batch as a whole", (_name, value, reason) => {
  expect(unpack(value)).toEqual([{ ok: false, reason, detail: expect.any(String) as unknown, original: JSON.stringify(value) }]);
});

test("an index without a value rejects its event", () => {
  const results = unpack({ ...pack, columns: { ...columns, user: { of: ["ada"], at: [0, 1, -1] } } });
  expect(results.map((result) => result.ok)).toEqual([true, false, false]);
});

test("packing refuses no events, too many, and events of two accounts", () => {
  expect(() => packCallEvents([])).toThrow(RangeError);
  expect(() => packCallEvents(Array.from({ length: MAX_PACKED_EVENTS + 1 }, () => event("a")))).toThrow(RangeError);
  expect(() => packCallEvents([event("a"), event("b", { account: "umbrella" as AccountId })])).toThrow(RangeError);
});

test("a usual batch takes less than 130 bytes per event", () => {
  const events = Array.from({ length: 200 }, (_, i) =>
    event(`call-${i}`, { answeredAt: (1_795_338_000_000_000 + i) as CallEvent["answeredAt"] }),
  );
  expect(packCallEvents(events).length / 200).toBeLessThan(130);
});
