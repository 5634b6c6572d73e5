import { describe, expect, it } from "vitest";
import { forecastDays, LEAST_HISTORY_DAYS, usedUpOn } from "./forecast.ts";

/** A Monday; 1970-01-01 was a Thursday. */
const monday = 20_419;
/** Of one week from Monday on. */
const week = [700_000, 800_000, 750_000, 820_000, 900_000, 40_000, 10_000];

/** Numbers by a rule of their own (a linear congruence), so that the test is the same everywhere and on every day. */
function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

describe("the forecast of a period (CM-6)", () => {
  it("CM-6: says nothing below 14 whole days, and something from the fourteenth on", () => {
    const days = [...week, ...week];
    expect(LEAST_HISTORY_DAYS).toBe(14);
    expect(forecastDays(days.slice(1), monday, monday + 6, 0)).toBeNull();
    expect(forecastDays(days, monday, monday + 6, 0)).toHaveLength(7);
  });

  it("CM-6: where every week is the same, the forecast is that week to the micro-unit, without any band", () => {
    const days = forecastDays([...week, ...week, ...week], monday, monday + 13, 0);
    expect(days?.map(({ expected }) => expected)).toEqual([...week, ...week]);
    const total = 2 * week.reduce((sum, value) => sum + value, 0);
    expect(days?.at(-1)).toEqual({ day: monday + 13, expected: 10_000, sum: total, low: total, high: total });
  });

  it("CM-6: the band by hand: Mondays of 90 and 110 and nothing else make the next Monday 100 ± 1.2816 · √(200/7 · 1.5)", () => {
    const history = [90, 0, 0, 0, 0, 0, 0, 110, 0, 0, 0, 0, 0, 0];
    expect(forecastDays(history, monday, monday, 0)).toEqual([{ day: monday, expected: 100, sum: 100, low: 92, high: 108 }]);
  });

  it("CM-6: today ends at no less than it has come to", () => {
    const [today] = forecastDays([...week, ...week], monday, monday + 1, 2_000_000) ?? [];
    expect(today).toMatchObject({ expected: 2_000_000, low: 2_000_000 });
  });

  it("CM-6: back-tested over 240 months: about four of five end in the band, half of them on either side of the middle", () => {
    const random = chance(7);
    let inside = 0;
    let above = 0;
    let error = 0;
    let months = 0;
    for (let series = 0; series < 40; series++) {
      // A year of days: weekday pattern, level of its own, spread of a third.
      const level = 0.2 + 3 * random();
      const days = Array.from({ length: 364 }, (_, at) => {
        const bell = random() + random() + random() + random() - 2;
        return Math.max(0, Math.round((week[at % 7] ?? 0) * level * (1 + 0.55 * bell)));
      });
      for (let start = 84; start + 30 <= 84 + 6 * 30; start += 30) {
        const known = 10;
        const actual = days.slice(start + known, start + 30).reduce((sum, value) => sum + value, 0);
        const forecast = forecastDays(days.slice(0, start + known), monday + start + known, monday + start + 29, 0)?.at(-1);
        if (forecast === undefined) throw new Error("there is enough history");
        months++;
        if (actual >= forecast.low && actual <= forecast.high) inside++;
        if (actual > forecast.sum) above++;
        error += Math.abs(actual - forecast.sum) / actual;
      }
    }
    expect(months).toBe(240);
    expect(inside / months).toBeGreaterThan(0.7);
    expect(inside / months).toBeLessThan(0.9);
    expect(above / months).toBeGreaterThan(0.4);
    expect(above / months).toBeLessThan(0.6);
    expect(error / months).toBeLessThan(0.1);
  });

  it("a pool runs out on the day its minutes are expected to be used up, and not on the day before", () => {
    const days = forecastDays(
      Array.from({ length: 21 }, () => 10),
      monday,
      monday + 9,
      4,
    );
    // Ten a day; four of today's ten are used: 6 + 10 + 10 remain until the third day's end.
    expect(usedUpOn(days ?? [], 26, 4)).toBe(monday + 2);
    expect(usedUpOn(days ?? [], 27, 4)).toBe(monday + 3);
    expect(usedUpOn(days ?? [], 97, 4)).toBeNull();
  });
});
