import { describe, expect, it } from "vitest";
import { startStopwatch } from "./stopwatch.ts";

describe("stopwatch", () => {
  it("counts from the beginning of the work to the report that all is done, whatever is reported in between", async () => {
    let clock = 0;
    const stopwatch = startStopwatch(
      1_000,
      () => ({}),
      () => clock,
    );
    clock = 5_000;
    stopwatch.begin(0);
    clock = 6_900;
    stopwatch.advance(999);
    clock = 7_000;
    stopwatch.advance(1_000);
    expect(await stopwatch.finished).toEqual({
      events: 1_000,
      seconds: 2,
      perSecond: 500,
      cpuSeconds: {},
      startUpIncluded: false,
    });
  });

  it("leaves out what was done before it began", async () => {
    let clock = 0;
    const stopwatch = startStopwatch(
      1_000,
      () => ({}),
      () => clock,
    );
    clock = 1_000;
    stopwatch.begin(400);
    // A second beginning changes nothing.
    stopwatch.begin(500);
    clock = 4_000;
    stopwatch.advance(1_000);
    expect(await stopwatch.finished).toMatchObject({ events: 600, seconds: 3, perSecond: 200 });
  });

  it("says so when all was done before anybody said that it began", async () => {
    let clock = 1_000;
    const stopwatch = startStopwatch(
      10,
      () => ({}),
      () => clock,
    );
    clock = 3_000;
    stopwatch.advance(10);
    expect(await stopwatch.finished).toMatchObject({ events: 10, seconds: 2, perSecond: 5, startUpIncluded: true });
  });

  it("counts the CPU time of the processes between both ends only", async () => {
    const stopwatch = startStopwatch(10, () => ({ self: process.pid }));
    stopwatch.begin(0);
    stopwatch.advance(10);
    const { cpuSeconds } = await stopwatch.finished;
    // The process has used far more since it began.
    expect(cpuSeconds["self"] ?? 0).toBeLessThan(0.2);
  });

  it.runIf(process.platform === "linux")("fails when a process is gone at the end", async () => {
    let pid = process.pid;
    const stopwatch = startStopwatch(10, () => ({ service: pid }));
    stopwatch.begin(0);
    pid = BEYOND_ALL_PIDS;
    stopwatch.advance(10);
    await expect(stopwatch.finished).rejects.toThrow(`service (${BEYOND_ALL_PIDS}) ended`);
  });
});

/** Linux gives out smaller ones only. */
const BEYOND_ALL_PIDS = 4_194_304;
