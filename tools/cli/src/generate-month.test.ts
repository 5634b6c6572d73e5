import { expect, test } from "vitest";
import { generateMonth } from "./generate-month.ts";

const month = (seed: number, calls = 42_000) => [...generateMonth({ seed, calls, year: 2026, month: 8 })];
const rows = (lines: string[]) => lines.slice(1).map((line) => line.split(","));
const second = (clock = ""): number => clock.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);

test("the same seed gives the same month, another seed another one", () => {
  expect(month(1, 500)).toEqual(month(1, 500));
  expect(month(1, 500)).not.toEqual(month(2, 500));
});

test("it has the traits of a real month: size, days in order, hang-ups, repeated ids, midnight, clocks that lag", () => {
  const calls = rows(month(1));
  expect(Math.abs(calls.length - 42_000)).toBeLessThan(100);
  const dates = calls.map((call) => call[5] ?? "");
  expect(dates).toEqual(dates.toSorted());
  expect(new Set(dates).size).toBe(31);
  const share = (count: number) => count / calls.length;
  expect(share(calls.filter((call) => call[12] === "HANG").length)).toBeGreaterThan(0.2);
  expect(new Set(calls.map((call) => call[1])).size).toBeLessThan(calls.length / 2);
  const acrossMidnight = calls.filter((call) => call[14] !== "0:00:00" && second(call[14]) < second(call[6]) - 43_200);
  expect(acrossMidnight.length).toBeGreaterThan(20);
  expect(calls.filter((call) => Number(call[8]) < 0).length).toBeGreaterThan(0);
});

test("every row has the header's columns, and lengths that fit its times", () => {
  const [header = "", ...lines] = month(3, 2000);
  for (const line of lines) {
    const call = line.split(",");
    expect(call).toHaveLength(header.split(",").length);
    expect(call[16] === "NO_SERVER").toBe(call[13] === "0:00:00" && call[14] === "0:00:00");
  }
});
