import { describe, expect, test } from "vitest";
import { createRecordMapper, drawnNumber, readImportMapping, type ImportContext, type ImportMapping } from "./import-mapping.ts";
import { formatTime, isE164, type AccountId, type FeederId, type TimeUs } from "./units.ts";

const context: ImportContext = {
  account: "acme" as AccountId,
  feeder: "import" as FeederId,
  fileHash: "0123456789abcdef".repeat(4),
  shiftUs: 0,
  deckPrefixes: ["93", "355", "39377810"],
};
const plain = {
  name: "plain",
  usageId: "{#file}-{#line}",
  callId: "{id}",
  start: "{start}",
  duration: "{seconds}",
  callType: "user_out",
  direction: "outbound",
  from: "{from}",
  to: "{to}",
};
const header = ["id", "start", "seconds", "from", "to"];

function mapping(value: unknown): ImportMapping {
  const read = readImportMapping(value);
  if (!read.ok) throw new Error(read.detail);
  return read.mapping;
}

function mapOne(value: unknown, columns: readonly string[], fields: readonly string[], line = 2, use = context) {
  const mapper = createRecordMapper(mapping(value), columns, use);
  if (!mapper.ok) throw new Error(mapper.detail);
  return mapper.map(fields, line);
}

const eventOf = (result: ReturnType<typeof mapOne>) => {
  if (!result.ok) throw new Error(result.detail);
  return result.event;
};

test("a record becomes one ended leg, named by file and line", () => {
  const event = eventOf(mapOne(plain, header, ["c1", "2026-08-31 9:05:00", "65.5", "+4930901820", "33140205050"], 17));
  expect(event).toMatchObject({
    type: "ended",
    id: "plain:17",
    source: "/imports/0123456789abcdef0123456789abcdef",
    usageId: "0123456789ab-17",
    callId: "c1",
    from: { raw: "+4930901820", e164: "4930901820" },
    to: { raw: "33140205050", e164: "33140205050" },
    usedMs: 65_500,
  });
  expect([event.answeredAt, event.endedAt].map((time) => formatTime(time as TimeUs))).toEqual([
    "2026-08-31T09:05:00.000000Z",
    "2026-08-31T09:06:05.500000Z",
  ]);
});

test("times are moved by the shift, and read in the mapping's zone, across its change of clocks", () => {
  const at = (start: string, shiftUs = 0) => {
    const event = eventOf(
      mapOne({ ...plain, timeZone: "Europe/Berlin" }, header, ["", start, "1", "", ""], 2, { ...context, shiftUs }),
    );
    return formatTime(event.answeredAt as TimeUs);
  };
  expect(at("2026-01-15 12:00:00")).toBe("2026-01-15T11:00:00.000000Z");
  expect(at("2026-07-15 12:00:00")).toBe("2026-07-15T10:00:00.000000Z");
  // Comes twice: the first. Does not exist: as if clocks had not jumped.
  expect(at("2026-10-25 02:30:00")).toBe("2026-10-25T00:30:00.000000Z");
  expect(at("2026-03-29 02:30:00")).toBe("2026-03-29T01:30:00.000000Z");
  expect(at("2026-03-29 03:30:00")).toBe("2026-03-29T01:30:00.000000Z");
  expect(at("2026-07-15T12:00:00+05:30")).toBe("2026-07-15T06:30:00.000000Z");
  expect(at("2026-01-15 12:00:00", 86_400_000_000)).toBe("2026-01-16T11:00:00.000000Z");
});

describe("the end as the latest of several times of day", () => {
  const stages = {
    ...plain,
    start: "{date} {in}",
    duration: undefined,
    end: { latestOf: ["{date} {menu}", { value: "{date} {agent}", skip: ["0:00:00"] }], nextDayAfterMidnight: true },
  };
  const columns = ["id", "date", "in", "menu", "agent", "from", "to"];
  const seconds = (entry: string, menu: string, agent: string) => {
    const result = mapOne(stages, columns, ["", "2010-08-02", entry, menu, agent, "", ""]);
    return result.ok ? (result.event.usedMs ?? 0) / 1000 : result.detail;
  };

  test.each([
    ["10:00:00", "10:00:05", "10:01:00", 60],
    ["10:00:00", "10:00:05", "0:00:00", 5],
    ["23:59:50", "23:59:55", "0:04:25", 275],
    ["23:59:50", "0:00:10", "0:00:00", 20],
    // A clock that lags: not the next day, and not the latest either.
    ["23:19:01", "23:14:22", "23:23:55", 294],
    ["12:04:42", "12:03:15", "0:00:00", "end: before the start"],
  ])("in %s, menu %s, agent %s: %s", (entry, menu, agent, expected) => {
    expect(seconds(entry, menu, agent)).toBe(expected);
  });
});

test("texts to skip are nothing, also a skipped part of a longer text", () => {
  const skipping = { ...plain, user: { value: "{id}", skip: ["NONE"] } };
  const user = (id: string) => eventOf(mapOne(skipping, header, [id, "2026-08-31 9:05:00", "1", "", ""])).user;
  expect([user("ada"), user("NONE"), user("")]).toEqual(["ada", null, null]);
});

test.each([
  ["start", ["", "31.8.2026", "1", "", ""], 'start: "31.8.2026" is no date and time'],
  ["an empty start", ["", "", "1", "", ""], "start:"],
  ["duration", ["", "2026-08-31 9:05:00", "-1", "", ""], "duration:"],
  ["a missing column at the end", ["", "2026-08-31 9:05:00"], "duration:"],
  ["from", ["", "2026-08-31 9:05:00", "1", "x".repeat(257), ""], "from: at most"],
])("a bad %s is said, not thrown", (_name, fields, detail) => {
  expect(mapOne(plain, header, fields)).toEqual({ ok: false, detail: expect.stringContaining(detail) as unknown });
});

test.each([
  [{ ...plain, name: "Plain" }, "name"],
  [{ ...plain, colour: "red" }, "colour"],
  [{ ...plain, callType: "user_sideways" }, "callType"],
  [{ ...plain, duration: undefined }, "either end or duration"],
  [null, "the mapping"],
])("a bad mapping is said: %#", (value, detail) => {
  expect(readImportMapping(value)).toEqual({ ok: false, detail: expect.stringContaining(detail) as unknown });
});

test.each([
  [{ ...plain, user: "{agent}" }, "the file has no column agent; it has id, start, seconds, from, to"],
  [{ ...plain, timeZone: "Mars/Olympus" }, "there is no zone Mars/Olympus"],
])("a mapping that does not fit the file is said: %#", (value, detail) => {
  expect(createRecordMapper(mapping(value), header, context)).toEqual({
    ok: false,
    detail: expect.stringContaining(detail) as unknown,
  });
});

describe("numbers drawn from the deck", () => {
  test("are full numbers with a prefix of the deck, and the same for the same line", () => {
    for (let line = 2; line < 2000; line++) {
      const number = drawnNumber(context.deckPrefixes, line);
      expect(isE164(number) && context.deckPrefixes.some((prefix) => number.startsWith(prefix))).toBe(true);
    }
    expect([2, 3, 42_079].map((line) => drawnNumber(context.deckPrefixes, line))).toEqual(
      [2, 3, 42_079].map((line) => drawnNumber(context.deckPrefixes, line)),
    );
    // FNV-1a of "2" is 0x370cabd5 = 923577301.
    expect(drawnNumber(["93"], 2)).toBe("93092357730");
  });

  test("need a deck", () => {
    const drawn = mapping({ ...plain, to: { drawnFromDeck: true } });
    expect(createRecordMapper(drawn, header, { ...context, deckPrefixes: [] })).toMatchObject({ ok: false });
    expect(
      eventOf(mapOne({ ...plain, to: { drawnFromDeck: true } }, header, ["", "2026-08-31 9:05:00", "1", "", ""])).to?.e164,
    ).toBe(drawnNumber(context.deckPrefixes, 2));
  });
});
