import fc from "fast-check";
import { expect, test } from "vitest";
import { sameContent } from "./call-event-canonical.ts";
import { callEventTypes, callTypes, numberTypes, type CallEvent, type Party } from "./call-event.ts";
import { decodeCallBody, decodeCallMessage, decodeCallText } from "./decode-call-event.ts";
import { encodeCallEvent } from "./encode-call-event.ts";
import { packCallEvents } from "./pack-call-events.ts";
import type { AccountId, Country, Currency, E164, FeederId, Micros, Seconds, TimeUs, UsageId } from "./units.ts";

const acme = "acme" as AccountId;
const feeder = "berlin-1" as FeederId;
const maybe = <Value>(values: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> => fc.option(values, { nil: null });

/** Any characters at all, also quotes, separators and half surrogate pairs. */
const text = fc.string({
  unit: fc.oneof(fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }), fc.constantFrom("\n", "\u001e", '"')),
  minLength: 1,
  maxLength: 20,
});
const count = (max: number) => fc.nat({ max });
const seconds = count(9_007_199_254) as fc.Arbitrary<Seconds>;
const time = fc.integer({ min: -9_000_000_000_000_000, max: 9_000_000_000_000_000 }) as fc.Arbitrary<TimeUs>;
const digits = fc.stringMatching(/^[1-9][0-9]{6,14}$/) as fc.Arbitrary<E164>;
const party: fc.Arbitrary<Party> = fc.record({ raw: fc.oneof(text, digits), e164: maybe(digits), name: maybe(text) });
const end = fc
  .record({ by: maybe(text), q850: maybe(count(127)), sip: maybe(count(699)), text: maybe(text) })
  .filter((value) => Object.values(value).some((member) => member !== null));

const callEvent: fc.Arbitrary<CallEvent> = fc.record({
  type: fc.constantFrom(...callEventTypes),
  id: text,
  source: text,
  time: maybe(time),
  account: fc.constant(acme),
  feeder: fc.constant(feeder),
  feedSeq: maybe(fc.maxSafeNat()),
  usageId: text as fc.Arbitrary<string> as fc.Arbitrary<UsageId>,
  callId: maybe(text),
  legId: maybe(text),
  parentLegId: maybe(text),
  linkedId: maybe(text),
  conferenceId: maybe(text),
  callType: maybe(fc.constantFrom(...callTypes)),
  direction: maybe(fc.constantFrom("inbound", "outbound")),
  from: maybe(party),
  to: maybe(party),
  user: maybe(text),
  organizer: maybe(text),
  resourceAccount: maybe(text),
  serviceNumber: maybe(digits),
  numberType: maybe(fc.constantFrom(...numberTypes)),
  setupAt: maybe(time),
  answeredAt: maybe(time),
  endedAt: maybe(time),
  usedMs: maybe(count(9_007_199_254_740)),
  reportedSeconds: maybe(seconds),
  emergency: fc.boolean(),
  end: maybe(end),
  sessionId: maybe(text),
  seq: maybe(fc.maxSafeNat()),
  requestedSeconds: maybe(seconds),
  provider: maybe(
    fc.record({
      cost: fc.integer({ min: -9_000_000_000_000_000, max: 9_000_000_000_000_000 }) as fc.Arbitrary<Micros>,
      currency: fc.constantFrom("EUR", "USD") as fc.Arbitrary<string> as fc.Arbitrary<Currency>,
      billedSeconds: maybe(seconds),
    }),
  ),
  raw: maybe(fc.dictionary(text, fc.jsonValue()).map((value) => JSON.stringify(value))),
  dialledFrom: maybe(fc.constantFrom("DE", "DK") as fc.Arbitrary<string> as fc.Arbitrary<Country>),
});

/** JSON that is nearly an event: some fields right, some of any form, some of a nasty one. */
const nasty = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom("__proto__", "", "9999-12-31T23:59:60Z", "2026-02-30T00:00:00Z", 1e300, -0, "+", "\ud800", {
    of: [1],
    at: [0, 7],
  }),
);
const nearlyEvent = fc
  .tuple(
    callEvent,
    fc.dictionary(fc.constantFrom("id", "source", "type", "time", "account", "subject", "feedseq", "data"), nasty),
    fc.dictionary(text, nasty),
    fc.boolean(),
  )
  .map(([event, outer, inner, replaceData]) => {
    const value = JSON.parse(encodeCallEvent(event)) as { data: Record<string, unknown> };
    const names = Object.keys(value.data);
    for (const [i, member] of Object.values(inner).entries()) value.data[names[(i * 7) % names.length] ?? "usageId"] = member;
    if (replaceData) Object.assign(value, outer);
    return value;
  });

test("decoding an encoded event gives the event back", () => {
  fc.assert(
    fc.property(callEvent, (event) => {
      const result = decodeCallText(encodeCallEvent(event), acme, feeder);
      expect(result).toEqual({ ok: true, event: { ...event, feeder } });
    }),
    { numRuns: 500 },
  );
});

test("a packed batch of any events gives them back in order, in the same shape as one by one", () => {
  fc.assert(
    fc.property(fc.array(callEvent, { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 5 }), (events, times) => {
      // Repeating them makes the columns of few values that the encoder writes as an index.
      const many = Array.from({ length: times }, () => events).flat();
      const results = decodeCallMessage(packCallEvents(many), null, acme, feeder);
      expect(results).toEqual(many.map((event) => ({ ok: true, event })));
      const keys = results.map((result) => (result.ok ? Object.keys(result.event).join() : ""));
      expect(new Set(keys)).toEqual(new Set([Object.keys(events[0] ?? {}).join()]));
    }),
    { numRuns: 200 },
  );
});

test("content is equal to itself after any trip over the wire", () => {
  fc.assert(
    fc.property(callEvent, (event) => {
      const result = decodeCallText(encodeCallEvent(event), acme, "another" as FeederId);
      expect(result.ok && sameContent(result.event, event)).toBe(true);
    }),
  );
});

test("nothing throws: any bytes, under any headers", () => {
  const contentTypes = fc.constantFrom(
    "",
    "application/json",
    "application/cloudevents+json",
    "application/cloudevents-batch+json",
    "application/x-ndjson",
  );
  const headers = maybe(
    fc.array(
      fc.tuple(
        fc.constantFrom("content-type", "ce-id", "ce-type", "ce-source", "Ce-specversion", "ce-data", "x"),
        fc.oneof(contentTypes, text, fc.constant("%E0%A4%A")),
      ),
    ),
  );
  const payload = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Uint8Array.of(0x1e, ...bytes)),
    fc.json().map((json) => new TextEncoder().encode(json)),
  );
  fc.assert(
    fc.property(payload, headers, (bytes, entries) => {
      expect(decodeCallMessage(bytes, entries, acme, feeder).every((result) => !result.ok)).toBe(true);
      decodeCallBody(new TextDecoder().decode(bytes), entries ?? [], null, feeder);
    }),
    { numRuns: 1000 },
  );
});

test("nothing throws: events with wrong fields are rejected for one known reason, or decoded in full shape", () => {
  fc.assert(
    fc.property(nearlyEvent, (value) => {
      const result = decodeCallText(JSON.stringify(value), acme, feeder);
      const whole = result.ok
        ? Object.keys(result.event).length === 35
        : result.detail !== "" && result.original === JSON.stringify(value);
      expect(whole).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test("nothing throws: a packed batch with wrong columns rejects events one by one, or as a whole", () => {
  const packed = fc
    .tuple(
      fc.array(callEvent, { minLength: 1, maxLength: 6 }),
      fc.dictionary(fc.constantFrom("usageId", "endedAt", "to", "type", "raw"), nasty),
    )
    .map(([events, columns]) => {
      const pack = JSON.parse(new TextDecoder().decode(packCallEvents(events)).slice(1)) as { columns: object };
      Object.assign(pack.columns, columns);
      return { count: events.length, bytes: new TextEncoder().encode(`\u001e${JSON.stringify(pack)}`) };
    });
  fc.assert(
    fc.property(packed, ({ count: events, bytes }) => {
      const results = decodeCallMessage(bytes, null, acme, feeder);
      expect(results.length === events || (results.length === 1 && results[0]?.ok === false)).toBe(true);
    }),
    { numRuns: 500 },
  );
});
