import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TimeUs } from "@tollbook/contracts/units.ts";
import { time } from "./rows-for-tests.ts";
import { bandAt, bandRun, compileCalendar, parseHoliday, weekdays } from "./time-bands.ts";
import type { BandSpec, Calendar, Weekday } from "./time-bands.ts";
import { loadZone } from "./zone-offsets.ts";
import type { ZoneOffsets } from "./zone-offsets.ts";

const workdays: Weekday[] = ["mon", "tue", "wed", "thu", "fri"];
const hour = 3600;

function band(name: string, days: readonly Weekday[], from: number, to: number, holidays = false): BandSpec {
  return { name, weekdays: days, fromSecond: from * hour, toSecond: to * hour, holidays };
}

function calendar(timeZone: string, bands: readonly BandSpec[], holidays: readonly string[] = []): Calendar {
  return compileCalendar(loadZone(timeZone) as ZoneOffsets, bands, holidays);
}

function nameAt(cal: Calendar, text: string): string {
  return cal.bands[bandAt(cal, time(text))]?.name ?? "default";
}

/** The rule told anew with Temporal: the wall clock, today's bands, and yesterday's that go past midnight. */
function naiveBand(timeZone: string, bands: readonly BandSpec[], holidays: readonly string[], at: TimeUs): number {
  const local = Temporal.Instant.fromEpochMilliseconds(Math.floor(at / 1000)).toZonedDateTimeISO(timeZone);
  const second = local.hour * 3600 + local.minute * 60 + local.second;
  const begins = (spec: BandSpec, date: Temporal.PlainDate) => {
    const text = date.toString();
    if (holidays.includes(text) || holidays.includes(text.slice(5))) return spec.holidays;
    return spec.weekdays.includes(weekdays[date.dayOfWeek - 1] as Weekday);
  };
  const today = local.toPlainDate();
  return bands.findIndex((spec) => {
    const overMidnight = spec.toSecond <= spec.fromSecond;
    const end = overMidnight ? 86_400 : spec.toSecond;
    if (begins(spec, today) && second >= spec.fromSecond && second < end) return true;
    return overMidnight && begins(spec, today.subtract({ days: 1 })) && second < spec.toSecond;
  });
}

describe("time bands", () => {
  const berlin = calendar("Europe/Berlin", [band("peak", workdays, 8, 18)]);

  it("reads the wall clock of the deck's time zone, also in summer time", () => {
    expect(nameAt(berlin, "2026-01-05T06:59:59Z")).toBe("default");
    expect(nameAt(berlin, "2026-01-05T07:00:00Z")).toBe("peak");
    expect(nameAt(berlin, "2026-01-05T16:59:59.999999Z")).toBe("peak");
    expect(nameAt(berlin, "2026-01-05T17:00:00Z")).toBe("default");
    expect(nameAt(berlin, "2026-07-06T06:00:00Z")).toBe("peak");
    expect(nameAt(berlin, "2026-07-05T06:00:00Z")).toBe("default");
  });

  it("counts a band across midnight to the day on which it begins", () => {
    const night = calendar("Europe/Berlin", [band("night", ["fri"], 20, 8)]);
    expect(nameAt(night, "2026-01-09T18:59:59Z")).toBe("default");
    expect(nameAt(night, "2026-01-09T19:00:00Z")).toBe("night");
    expect(nameAt(night, "2026-01-10T06:59:59Z")).toBe("night");
    expect(nameAt(night, "2026-01-10T07:00:00Z")).toBe("default");
    expect(nameAt(night, "2026-01-10T19:00:00Z")).toBe("default");
  });

  it("treats a holiday as a kind of day of its own, dated or yearly", () => {
    const bands = [band("peak", workdays, 8, 18), band("calm", ["sat", "sun"], 0, 24, true)];
    const cal = calendar("Europe/Berlin", bands, ["2026-04-03", "12-25"]);
    expect(nameAt(cal, "2026-04-02T10:00:00Z")).toBe("peak");
    expect(nameAt(cal, "2026-04-03T10:00:00Z")).toBe("calm");
    expect(nameAt(cal, "2025-04-03T10:00:00Z")).toBe("peak");
    expect(nameAt(cal, "2026-12-25T10:00:00Z")).toBe("calm");
    expect(nameAt(cal, "2029-12-25T10:00:00Z")).toBe("calm");
  });

  it("lets the band that is named first win where two hold together", () => {
    const cal = calendar("UTC", [band("lunch", workdays, 12, 13), band("day", workdays, 8, 18)]);
    expect(nameAt(cal, "2026-01-05T12:30:00Z")).toBe("lunch");
    expect(nameAt(cal, "2026-01-05T13:00:00Z")).toBe("day");
  });

  it("skips the missing hour of the day of 23 hours and repeats the doubled one of the day of 25 (D10)", () => {
    const cal = calendar("Europe/Berlin", [band("two", ["sun"], 2, 3)]);
    expect(nameAt(cal, "2026-03-29T00:59:59Z")).toBe("default");
    expect(nameAt(cal, "2026-03-29T01:00:00Z")).toBe("default");
    expect(nameAt(cal, "2026-10-25T00:30:00Z")).toBe("two");
    expect(nameAt(cal, "2026-10-25T01:30:00Z")).toBe("two");
    expect(nameAt(cal, "2026-10-25T02:00:00Z")).toBe("default");
  });

  it("ends a run where the clock is put back, although the wall clock has not reached the edge", () => {
    const cal = calendar("Europe/Berlin", [band("early", ["sun"], 0, 3)]);
    expect(bandRun(cal, time("2026-10-25T00:30:00Z"))).toEqual({ band: 0, untilUs: time("2026-10-25T01:00:00Z") });
    expect(bandRun(cal, time("2026-10-25T01:00:00Z"))).toEqual({ band: 0, untilUs: time("2026-10-25T02:00:00Z") });
  });

  it("accepts dates that exist and refuses others", () => {
    expect(parseHoliday("2026-02-28")).toEqual({ year: 2026, month: 2, day: 28 });
    expect(parseHoliday("02-29")).toEqual({ year: null, month: 2, day: 29 });
    for (const text of ["2026-02-29", "13-01", "1-1", "2026-1-1", ""]) expect(parseHoliday(text)).toBeNull();
  });

  const zones = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/St_Johns",
    "Pacific/Apia",
  ];
  const specs = fc.array(
    fc
      .tuple(fc.subarray([...weekdays]), fc.boolean(), fc.integer({ min: 0, max: 95 }), fc.integer({ min: 1, max: 96 }))
      .filter(([, , from, to]) => from !== to)
      .map(([days, holidays, from, to]): BandSpec => {
        return { name: "band", weekdays: days, fromSecond: from * 900, toSecond: to * 900, holidays };
      }),
    { maxLength: 4 },
  );
  // Whole years of the table, and the hours around changes of the clock in 2026 in which errors hide.
  const instants = fc.oneof(
    fc.integer({ min: 1_500_000_000, max: 1_900_000_000 }),
    fc
      .tuple(
        fc.constantFrom("2026-03-08T07:00:00Z", "2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z", "2026-10-03T15:30:00Z"),
        fc.integer({ min: -7200, max: 7200 }),
      )
      .map(([change, shift]) => time(change) / 1_000_000 + shift),
  );

  it("agrees with the rule written in Temporal at random instants, zones, bands and holidays", () => {
    const holidays = ["2026-03-29", "10-25", "2027-01-01"];
    fc.assert(
      fc.property(fc.constantFrom(...zones), specs, fc.array(instants, { minLength: 1, maxLength: 20 }), (zone, bands, times) => {
        const cal = calendar(zone, bands, holidays);
        for (const second of times) {
          const at = (second * 1_000_000) as TimeUs;
          const run = bandRun(cal, at);
          expect(run.band).toBe(naiveBand(zone, bands, holidays, at));
          expect(run.untilUs).toBeGreaterThan(at);
          const inside = (at + Math.floor((run.untilUs - at) / 2)) as TimeUs;
          const last = (run.untilUs - 1) as TimeUs;
          expect([naiveBand(zone, bands, holidays, inside), naiveBand(zone, bands, holidays, last)]).toEqual([
            run.band,
            run.band,
          ]);
        }
      }),
      { numRuns: 100 },
    );
  });
});
