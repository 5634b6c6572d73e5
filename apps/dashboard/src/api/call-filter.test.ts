import { describe, expect, test } from "vitest";
import { CallSearch, daysFrom, daysOf, filterFromSearch } from "./call-filter.ts";

// The browser of these tests lives in Europe/Copenhagen (vitest.browser.config.ts).
const tuesday = new Date("2026-11-24T13:03:07Z");
const search = (values: Record<string, unknown>): CallSearch => CallSearch.parse(values);

describe("the range of a search", () => {
  test("without any is the last seven days, today included, open towards now", () => {
    expect(filterFromSearch(search({}), tuesday)).toEqual({ from: "2026-11-17T23:00:00.000Z" });
  });

  test("of yesterday ends where today begins", () => {
    expect(filterFromSearch(search({ range: "yesterday" }), tuesday)).toEqual({
      from: "2026-11-22T23:00:00.000Z",
      to: "2026-11-23T23:00:00.000Z",
    });
  });

  test("of last month is that month in the reader's zone, also across the change of clocks", () => {
    expect(filterFromSearch(search({ range: "lastMonth" }), tuesday)).toEqual({
      from: "2026-09-30T22:00:00.000Z",
      to: "2026-10-31T23:00:00.000Z",
    });
  });

  test("of its own dates includes both days", () => {
    expect(filterFromSearch(search({ from: "2026-10-25", to: "2026-10-25" }), tuesday)).toEqual({
      from: "2026-10-24T22:00:00.000Z",
      to: "2026-10-25T23:00:00.000Z",
    });
  });

  test("all is no bound at all", () => {
    expect(filterFromSearch(search({ range: "all" }), tuesday)).toEqual({});
  });
});

describe("an address written by hand", () => {
  test("loses only what makes no sense", () => {
    const parsed = search({ outcome: "denied", direction: "sideways", country: "germany", sort: "price", from: "soon" });
    expect(filterFromSearch(parsed, tuesday)).toEqual({ outcome: "denied", from: "2026-11-17T23:00:00.000Z" });
  });

  test("with a day that does not exist has no bound there", () => {
    expect(daysOf(search({ from: "2026-02-31", to: "2026-03-01" }), tuesday).first).toBeNull();
  });
});

test("a day further is a calendar day, also where it has 25 hours", () => {
  const before = new Date(2026, 9, 25);
  expect(daysFrom(before, 1).getTime() - before.getTime()).toBe(25 * 3_600_000);
});
