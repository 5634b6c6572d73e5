import { describe, expect, test } from "vitest";
import { canonicalContent, sameContent } from "./call-event-canonical.ts";
import type { CallEvent } from "./call-event.ts";
import { decodeCallBody, decodeCallMessage, decodeCallText, MAX_EVENT_BYTES, type MessageHeaders } from "./decode-call-event.ts";
import type { DecodeResult } from "./decode-result.ts";
import { packCallEvents } from "./pack-call-events.ts";
import type { AccountId, FeederId } from "./units.ts";

const acme = "acme" as AccountId;
const feeder = "berlin-1" as FeederId;
const structuredJson = "application/cloudevents+json";

/** The example of contract §1, word for word. */
const data = {
  usageId: "9f2c",
  callId: "a84b4c76e66710",
  legId: "1",
  callType: "user_out",
  direction: "outbound",
  user: "ada",
  from: "+4930901820",
  to: "+33140205050",
  answeredAt: "2026-11-22T09:00:00.000Z",
  endedAt: "2026-11-22T09:04:10.125Z",
  usedMs: 250125,
  end: { by: "caller", q850: 16 },
};
const example = {
  specversion: "1.0",
  id: "9f2c:ended:1",
  source: "/switch/berlin-1",
  type: "telephony.call.ended.v1",
  time: "2026-11-22T09:04:10.125Z",
  account: "acme",
  data,
};
const decoded = {
  type: "ended",
  id: "9f2c:ended:1",
  source: "/switch/berlin-1",
  time: 1_795_338_250_125_000,
  account: "acme",
  feeder: "berlin-1",
  feedSeq: null,
  usageId: "9f2c",
  callId: "a84b4c76e66710",
  legId: "1",
  parentLegId: null,
  linkedId: null,
  conferenceId: null,
  callType: "user_out",
  direction: "outbound",
  from: { raw: "+4930901820", e164: "4930901820", name: null },
  to: { raw: "+33140205050", e164: "33140205050", name: null },
  user: "ada",
  organizer: null,
  resourceAccount: null,
  serviceNumber: null,
  numberType: null,
  setupAt: null,
  answeredAt: 1_795_338_000_000_000,
  endedAt: 1_795_338_250_125_000,
  usedMs: 250_125,
  reportedSeconds: null,
  emergency: false,
  end: { by: "caller", q850: 16, sip: null, text: null },
  sessionId: null,
  seq: null,
  requestedSeconds: null,
  provider: null,
  raw: null,
  dialledFrom: null,
};

const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
const message = (value: unknown, headers: MessageHeaders | null = null): DecodeResult[] =>
  decodeCallMessage(bytes(value), headers, acme, feeder);
const only = (results: DecodeResult[]): DecodeResult => {
  expect(results).toHaveLength(1);
  return results[0] as DecodeResult;
};
const eventOf = (result: DecodeResult): CallEvent => {
  if (!result.ok) throw new Error(`${result.reason}: ${result.detail}`);
  return result.event;
};
/** The example with other `data`, decoded. */
const withData = (change: Record<string, unknown>): CallEvent =>
  eventOf(only(message({ ...example, data: { ...data, ...change } })));

describe("every accepted form gives the same event (contract §1)", () => {
  test("plain JSON without headers, as Kamailio's module sends it", () => {
    expect(only(message(example))).toEqual({ ok: true, event: decoded });
  });

  test("NATS structured mode, with headers that are not about the event", () => {
    const headers = [
      ["Content-Type", ["application/cloudevents+json; charset=utf-8"]],
      ["Tollbook-Reply", ["_INBOX.x"]],
    ] as const;
    expect(only(message(example, headers))).toEqual({ ok: true, event: decoded });
  });

  test("NATS binary mode: attributes in ce- headers of any case, percent-encoded", () => {
    const headers = [
      ["ce-specversion", ["1.0"]],
      ["Ce-Id", ["9f2c%3Aended:1"]],
      ["ce-source", ["/switch/z%C3%BCrich"]],
      ["CE-Type", ["telephony.call.ended.v1"]],
      ["ce-time", ["2026-11-22T09:04:10.125Z"]],
      ["ce-account", ["acme"]],
      ["ce-feedseq", ["17"]],
      ["content-type", ["application/json"]],
    ] as const;
    expect(only(message(data, headers))).toEqual({ ok: true, event: { ...decoded, source: "/switch/zürich", feedSeq: 17 } });
  });

  test("a CloudEvents batch in one NATS message", () => {
    const results = message([example, { ...example, id: "other" }]);
    expect(results.map((result) => eventOf(result).id)).toEqual(["9f2c:ended:1", "other"]);
  });

  test("a packed batch, told by its first byte", () => {
    const events = [eventOf(only(message(example))), withData({ usageId: "second", to: "112", user: "ben" })];
    const packed = packCallEvents(events);
    expect(packed[0]).toBe(0x1e);
    expect(decodeCallMessage(packed, null, acme, feeder).map(eventOf)).toEqual(events);
  });

  test("HTTP structured, binary, batch and NDJSON; each piece keeps the text to publish", () => {
    const line = JSON.stringify(example);
    const other = JSON.stringify({ ...example, id: "other" });
    const body = (text: string, contentType: string) => decodeCallBody(text, [["content-type", contentType]], acme, feeder);
    expect(body(line, structuredJson)).toEqual([{ result: { ok: true, event: decoded }, text: line }]);
    expect(body(`[${line},${other}]`, "application/cloudevents-batch+json").map((piece) => piece.text)).toEqual([line, other]);
    const lines = body(`${line}\n\n${other}\r\n`, "application/x-ndjson");
    expect(lines.map((piece) => eventOf(piece.result).id)).toEqual(["9f2c:ended:1", "other"]);
    const { data: inner, ...attributes } = example;
    const headers = Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value] as const);
    const binary = decodeCallBody(JSON.stringify(inner), headers, acme, feeder);
    expect(binary.map((piece) => piece.result)).toEqual([{ ok: true, event: decoded }]);
    // What is published again decodes to the same event, without its headers.
    expect(decodeCallText(binary[0]?.text ?? "", acme, feeder)).toEqual({ ok: true, event: decoded });
  });

  test("in mixed batches the account comes from the attribute, or from subject", () => {
    const { account: _, ...anonymous } = example;
    const lines = [example, { ...anonymous, subject: "calls.v1.umbrella" }, anonymous].map((value) => JSON.stringify(value));
    const results = decodeCallBody(lines.join("\n"), [["content-type", "application/x-ndjson"]], null, feeder);
    expect(results.map(({ result }) => (result.ok ? result.event.account : result.reason))).toEqual([
      "acme",
      "umbrella",
      "badField",
    ]);
  });
});

describe("fields", () => {
  test("usageId is <source>|<callId>|<legId> by default", () => {
    expect(withData({ usageId: undefined }).usageId).toBe("/switch/berlin-1|a84b4c76e66710|1");
    expect(withData({ usageId: null, legId: undefined }).usageId).toBe("/switch/berlin-1|a84b4c76e66710|");
  });

  test("a party is a text or an object; what is no full number stays raw only", () => {
    const to = (value: unknown) => withData({ to: value }).to;
    expect(to("4930901820")).toEqual({ raw: "4930901820", e164: "4930901820", name: null });
    expect(to("112")).toEqual({ raw: "112", e164: null, name: null });
    expect(to("030901820")).toEqual({ raw: "030901820", e164: null, name: null });
    expect(to("anonymous")).toEqual({ raw: "anonymous", e164: null, name: null });
    expect(to({ raw: "sip:ada@acme.example" })).toEqual({ raw: "sip:ada@acme.example", e164: null, name: null });
    expect(to({ raw: "901820", e164: "+4930901820", name: "Ada" })).toEqual({ raw: "901820", e164: "4930901820", name: "Ada" });
    expect(to({ raw: "+4930901820", e164: null })).toEqual({ raw: "+4930901820", e164: null, name: null });
    expect(to("")).toBeNull();
  });

  test("times are kept to the microsecond, in any offset", () => {
    expect(withData({ answeredAt: "2026-11-22T10:00:00.000001+01:00" }).answeredAt).toBe(1_795_338_000_000_001);
    expect(withData({ answeredAt: "2026-11-22T09:00:00Z" }).answeredAt).toBe(1_795_338_000_000_000);
  });

  test("emergency, end, provider, session and the original record are kept", () => {
    const event = withData({
      emergency: true,
      provider: { cost: "-0.20012", currency: "USD", billedSeconds: 60 },
      raw: { CallSid: "CA1", Price: "-0.20012" },
      sessionId: "s1",
      seq: 3,
      requestedSeconds: 60,
      dialledFrom: "DE",
    });
    expect(event).toMatchObject({
      emergency: true,
      provider: { cost: -200_120, currency: "USD", billedSeconds: 60 },
      raw: '{"CallSid":"CA1","Price":"-0.20012"}',
      sessionId: "s1",
      seq: 3,
      requestedSeconds: 60,
      dialledFrom: "DE",
    });
    expect(withData({ end: {} }).end).toBeNull();
  });

  test("an original record over 16 KiB is left to the log, and the charge is not lost for it", () => {
    expect(withData({ raw: { text: "x".repeat(17_000) } }).raw).toBe('{"omitted":"raw","characters":17011}');
  });
});

describe("every reason to reject, with the original kept", () => {
  const cases: [name: string, value: unknown, reason: string, detail: RegExp][] = [
    ["no JSON", '{"specversion":', "notJson", /not JSON/],
    ["no object", '"ended"', "notCloudEvent", /JSON object/],
    ["no specversion", { ...example, specversion: undefined }, "notCloudEvent", /specversion/],
    ["another specversion", { ...example, specversion: "0.3" }, "notCloudEvent", /specversion/],
    ["no id", { ...example, id: "" }, "notCloudEvent", /id and source/],
    ["no source", { ...example, source: undefined }, "notCloudEvent", /id and source/],
    ["no type", { ...example, type: 1 }, "notCloudEvent", /type/],
    ["a foreign type", { ...example, type: "com.example.ended" }, "unknownType", /com\.example\.ended/],
    ["an unknown kind", { ...example, type: "telephony.call.paused.v1" }, "unknownType", /paused/],
    ["a later version", { ...example, type: "telephony.call.ended.v2" }, "unknownVersion", /v2/],
    ["another account", { ...example, account: "umbrella" }, "wrongAccount", /umbrella.*acme/],
    ["another account in subject", { ...example, subject: "calls.v1.umbrella.x" }, "wrongAccount", /umbrella/],
    ["a malformed account", { ...example, account: "ACME!" }, "badField", /account/],
    ["no data", { ...example, data: undefined }, "badField", /data/],
    ["data as text", { ...example, data: "{}" }, "badField", /data/],
    ["a malformed time", { ...example, time: "yesterday" }, "badField", /^time/],
    ["an over-large event", { ...example, data: { ...data, raw: { text: "ü".repeat(32 * 1024) } } }, "tooLarge", /65536/],
    ["a fractional feedseq", { ...example, feedseq: 1.5 }, "badField", /feedseq/],
  ];
  test.each(cases)("%s", (_name, value, reason, detail) => {
    const result = only(message(value));
    const original = typeof value === "string" ? value : JSON.stringify(value);
    expect(result).toEqual({ ok: false, reason, detail: expect.stringMatching(detail) as unknown, original });
  });

  const badData: [field: string, value: unknown][] = [
    ["usageId", "x".repeat(129)],
    ["usageId", ""],
    ["usageId", 7],
    ["callId", "x".repeat(257)],
    ["legId", {}],
    ["callType", "user_sideways"],
    ["direction", "up"],
    ["from", 4930901820],
    ["to", { e164: "+4930901820" }],
    ["to", { raw: "1", e164: "112" }],
    ["to", ["+4930901820"]],
    ["serviceNumber", "0800"],
    ["numberType", "free"],
    ["setupAt", 1_795_338_000_000],
    ["answeredAt", "2026-11-31T09:00:00Z"],
    ["endedAt", "0001-01-01T00:00:00Z"],
    ["usedMs", 1.5],
    ["usedMs", -1],
    ["usedMs", "250125"],
    ["reportedSeconds", 1e300],
    ["emergency", "true"],
    ["end", "caller"],
    ["end", { q850: 128 }],
    ["provider", { cost: 0.2, currency: "USD" }],
    ["provider", { cost: "0.2" }],
    ["provider", { cost: "0.2", currency: "Dollar" }],
    ["raw", "text"],
    ["dialledFrom", "de"],
  ];
  test.each(badData)("data.%s = %j", (field, value) => {
    const event = { ...example, data: { ...data, [field]: value } };
    const result = only(message(event));
    expect(result).toMatchObject({ ok: false, reason: "badField", original: JSON.stringify(event) });
    expect(result.ok ? "" : result.detail).toMatch(new RegExp(`^${field}`));
  });

  test("a default usageId over 128 characters asks for one", () => {
    const event = { ...example, data: { ...data, usageId: undefined, callId: "x".repeat(120) } };
    expect(only(message(event))).toMatchObject({
      ok: false,
      reason: "badField",
      detail: expect.stringContaining("send one") as unknown,
    });
  });

  test("one bad event of a batch never takes the others with it", () => {
    const bad = { ...example, type: "other" };
    const results = message([example, bad, example]);
    expect(results.map((result) => result.ok)).toEqual([true, false, true]);
    expect(results[1]).toMatchObject({ reason: "unknownType", original: JSON.stringify(bad) });
    const lines = [example, bad, example].map((value) => JSON.stringify(value)).join("\n");
    const fromLines = message(`${lines}\n{`, [["content-type", "application/x-ndjson"]]);
    expect(fromLines.map((result) => (result.ok ? "ok" : result.reason))).toEqual(["ok", "unknownType", "ok", "notJson"]);
  });

  test("an event at the limit passes, in a batch too; one byte more does not", () => {
    const sized = (bytesWanted: number) => {
      const text = (fill: number) => JSON.stringify({ ...example, data: { ...data, raw: { text: "x".repeat(fill) } } });
      return text(bytesWanted - text(0).length);
    };
    expect(only(message(sized(MAX_EVENT_BYTES))).ok).toBe(true);
    expect(only(message(sized(MAX_EVENT_BYTES + 1)))).toMatchObject({ reason: "tooLarge" });
    const batch = message(`[${sized(MAX_EVENT_BYTES)},${sized(MAX_EVENT_BYTES + 1)}]`);
    expect(batch.map((result) => (result.ok ? "ok" : result.reason))).toEqual(["ok", "tooLarge"]);
  });
});

describe("canonical content", () => {
  const event = eventOf(only(message(example)));

  test("the way an event came, and how a number was written, are no difference", () => {
    const again = {
      ...event,
      feeder: "other" as FeederId,
      feedSeq: 4,
      raw: "{}",
      to: { raw: "33140205050", e164: event.to?.e164 ?? null, name: null },
    };
    expect(sameContent(event, again)).toBe(true);
    const reordered = Object.fromEntries(Object.entries(data).toReversed());
    expect(canonicalContent(eventOf(only(message({ ...example, data: reordered, time: "2026-11-22T10:04:10.125+01:00" }))))).toBe(
      canonicalContent(event),
    );
  });

  test.each([
    { endedAt: "2026-11-22T09:04:10.126Z" },
    { to: "+33140205051" },
    { end: { by: "callee", q850: 16 } },
    { provider: { cost: "0.1", currency: "EUR" } },
    { emergency: true },
  ])("a changed field is a difference: %j", (change) => {
    expect(sameContent(event, withData(change))).toBe(false);
  });
});
