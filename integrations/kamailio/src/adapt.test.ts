import { readFileSync } from "node:fs";
import { decodeCallText } from "@tollbook/contracts/decode-call-event.ts";
import { encodeCallEvent } from "@tollbook/contracts/encode-call-event.ts";
import type { CallEvent } from "@tollbook/contracts/call-event.ts";
import type { AccountId, FeederId } from "@tollbook/contracts/units.ts";
import { describe, expect, test } from "vitest";
import { callEventFromKamailio, type KamailioSettings } from "./adapt.ts";

const settings: KamailioSettings = {
  account: "acme" as AccountId,
  feeder: "kamailio" as FeederId,
  source: "/kamailio/berlin-1",
  dialledFrom: null,
};

const recording = (name: string): { subject: string; payload: object }[] =>
  readFileSync(new URL(`../fixtures/${name}`, import.meta.url), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { subject: string; payload: object });

function adapted(payload: object): CallEvent[] {
  const result = callEventFromKamailio(JSON.stringify(payload), settings);
  if (result.kind === "unreadable") throw new Error(result.why);
  return result.kind === "event" ? [result.event] : [];
}

const eventsOf = (name: string): CallEvent[] => recording(name).flatMap(({ payload }) => adapted(payload));

/** A leg as reports combine into it (contract §1): each occurrence once, earliest answer, first end. */
interface Leg {
  answeredAt: number;
  endedAt: number;
  ends: number;
}

function legsOf(events: readonly CallEvent[]): Map<string, Leg> {
  const legs = new Map<string, Leg>();
  const seen = new Set<string>();
  for (const event of events) {
    if (seen.has(event.id)) continue;
    seen.add(event.id);
    const leg = legs.get(event.usageId) ?? { answeredAt: Number.POSITIVE_INFINITY, endedAt: Number.NaN, ends: 0 };
    leg.answeredAt = Math.min(leg.answeredAt, event.answeredAt ?? Number.POSITIVE_INFINITY);
    if (event.type === "ended") {
      leg.ends += 1;
      leg.endedAt = event.endedAt ?? Number.NaN;
    }
    legs.set(event.usageId, leg);
  }
  return legs;
}

/** sipp's own times for the answered calls: call id and talk time in milliseconds. */
const truth = readFileSync(new URL("../fixtures/sipp-trace.csv", import.meta.url), "utf8")
  .trimEnd()
  .split("\n")
  .slice(1)
  .map((line) => line.split(","))
  .filter((fields) => fields[7] === "200")
  .map((fields) => ({ callId: fields[0] ?? "", talkMs: Number(fields[8]) * 1000 }));

/** The same order for the same seed. */
function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const result = [...items];
  let state = seed;
  for (let i = result.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const j = state % (i + 1);
    [result[i], result[j]] = [result[j] as Item, result[i] as Item];
  }
  return result;
}

describe("the first recording", () => {
  const events = eventsOf("events.jsonl");

  test("36 legs, with one ended each, last as long as sipp's own trace says, within 50 ms", () => {
    const legs = [...legsOf(events).entries()];
    expect(legs).toHaveLength(36);
    expect(truth).toHaveLength(36);
    const differences = truth.map(({ callId, talkMs }) => {
      const [, leg] = legs.find(([usageId]) => usageId.startsWith(`${callId};`)) ?? [];
      return Math.abs(((leg?.endedAt ?? Number.NaN) - (leg?.answeredAt ?? Number.NaN)) / 1000 - talkMs);
    });
    expect(Math.max(...differences)).toBeLessThan(50);
    expect(legs.every(([, leg]) => leg.ends === 1)).toBe(true);
  });

  test("any order, and everything twice, gives the same legs", () => {
    const byName = (all: readonly CallEvent[]) => [...legsOf(all).entries()].toSorted(([one], [other]) => (one < other ? -1 : 1));
    for (let seed = 1; seed <= 20; seed++) expect(byName(shuffled([...events, ...events], seed))).toEqual(byName(events));
    expect(byName(events.toReversed())).toEqual(byName(events));
  });

  test("without the CDRs, and with the CDRs alone instead of the answers, durations stay within 50 ms", () => {
    for (const left of ["cdr", "call.answered"]) {
      const legs = legsOf(events.filter((event) => !event.id.includes(`;${left};`)));
      const differences = truth.map(({ callId, talkMs }) => {
        const leg = [...legs].find(([usageId]) => usageId.startsWith(`${callId};`))?.[1];
        return Math.abs(((leg?.endedAt ?? Number.NaN) - (leg?.answeredAt ?? Number.NaN)) / 1000 - talkMs);
      });
      expect(Math.max(...differences)).toBeLessThan(50);
    }
  });

  test("an ended that comes first says at least how long the leg lasted, to the second", () => {
    const legs = legsOf(events);
    const slack = events
      .filter((event) => event.type === "ended")
      .map((event) => {
        const leg = legs.get(event.usageId);
        return ((leg?.endedAt ?? Number.NaN) - (leg?.answeredAt ?? Number.NaN)) / 1000 - (event.usedMs ?? Number.NaN);
      });
    expect(slack).toHaveLength(36);
    expect(Math.min(...slack)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...slack)).toBeLessThanOrEqual(1000);
  });

  test("what is sent decodes to the same event, at the meter's end", () => {
    for (const event of events) {
      expect(decodeCallText(encodeCallEvent(event), settings.account, settings.feeder)).toEqual({ ok: true, event });
    }
  });
});

test("across the NATS outage none of the 20 legs is lost or doubled, late and reordered as it came", () => {
  const legs = [...legsOf(eventsOf("events-nats-outage.jsonl")).values()];
  expect(legs).toHaveLength(20);
  expect(legs.every((leg) => leg.ends === 1 && leg.endedAt > leg.answeredAt)).toBe(true);
});

describe("one message", () => {
  const ended = {
    type: "call.ended",
    callId: "a@b",
    fromTag: "t1",
    toTag: "t2",
    account: "bob",
    destination: "51955955501",
    startTs: 1795317901,
    time: "1795317904.024735",
    method: "BYE",
    endedBy: "bob",
  };

  test("the calling user is the user, not the account; the destination is a full number", () => {
    const [event] = adapted(ended);
    expect(event).toMatchObject({
      account: "acme",
      user: "bob",
      from: { raw: "bob", e164: null },
      to: { raw: "51955955501", e164: "51955955501" },
      usageId: "a@b;t1",
      id: "a@b;t1;call.ended;1795317904024735",
      endedAt: 1_795_317_904_024_735,
      usedMs: 2024,
      end: { by: "bob", text: "BYE" },
    });
  });

  test("an ended that knows its answer, as our configuration sends it, needs no bound", () => {
    const [event] = adapted({ ...ended, answeredTime: "1795317901.715844" });
    expect(event).toMatchObject({ answeredAt: 1_795_317_901_715_844, usedMs: null });
  });

  test("progress tells the whole usage so far, and needs the answer for it", () => {
    const progress = { ...ended, type: "call.progress", answeredTime: "1795317901.000001", sessionId: "s1" };
    expect(adapted(progress)).toMatchObject([{ type: "progress", usedMs: 3024, sessionId: "s1", endedAt: null }]);
    expect(callEventFromKamailio(JSON.stringify({ ...progress, answeredTime: "<null>" }), settings).kind).toBe("unreadable");
  });

  test("a call that nobody answered ends at once and unanswered; a refused one is rejected", () => {
    const failed = { ...ended, type: "call.failed", code: 486, reason: "Busy here" };
    expect(adapted(failed)).toMatchObject([{ type: "ended", answeredAt: null, usedMs: 0, end: { sip: 486, text: "Busy here" } }]);
    const rejected = { ...ended, type: "call.rejected", code: 402, reason: "creditsExhausted" };
    expect(adapted(rejected)).toMatchObject([{ type: "rejected", end: { sip: 402, text: "creditsExhausted" } }]);
  });

  test("a Call-ID too long for a usageId gives a shorter name, the same each time", () => {
    const long = { ...ended, callId: "x".repeat(150) };
    expect(adapted(long)[0]?.usageId).toMatch(/^[0-9a-f]{64}$/);
    expect(adapted(long)).toEqual(adapted(long));
  });

  test("the accounting of one transaction is ignored", () => {
    expect(callEventFromKamailio('{"method":"BYE","callid":"a@b","from_tag":"t1"}', settings).kind).toBe("ignored");
  });

  test.each([
    "",
    "{",
    "[]",
    "null",
    '{"type":"call.ended"}',
    '{"type":"call.sung","callId":"a","fromTag":"b","time":"1.0"}',
    '{"callid":"a"}',
  ])("%j is unreadable, and said so", (payload) => {
    expect(callEventFromKamailio(payload, settings)).toMatchObject({ kind: "unreadable", why: expect.any(String) as unknown });
  });
});
