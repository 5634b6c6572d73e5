import { describe, expect, it } from "vitest";
import { createSteadyWindow } from "./steady-window.ts";

describe("steady window", () => {
  it("leaves out the warm-up tenth and everything before its first step", async () => {
    let clock = 0;
    const window = createSteadyWindow(
      1_000,
      () => ({}),
      () => clock,
    );
    for (const [at, done] of [
      [5_000, 50],
      [9_000, 200],
      [9_500, 600],
      [10_000, 1_000],
    ] as const) {
      clock = at;
      window.advance(done);
    }
    expect(await window.finished).toEqual({ events: 800, seconds: 1, perSecond: 800, cpuSeconds: {}, startUpIncluded: false });
  });

  it("says so when all came in one step and the start-up is in the figure", async () => {
    let clock = 1_000;
    const window = createSteadyWindow(
      10,
      () => ({}),
      () => clock,
    );
    clock = 3_000;
    window.advance(10);
    expect(await window.finished).toMatchObject({ events: 10, seconds: 2, perSecond: 5, startUpIncluded: true });
  });

  it("counts the CPU time of the processes between both ends only", async () => {
    const window = createSteadyWindow(10, () => ({ self: process.pid }));
    window.advance(1);
    window.advance(10);
    const { cpuSeconds } = await window.finished;
    // The process has used far more since it began.
    expect(cpuSeconds["self"] ?? 0).toBeLessThan(0.2);
  });

  it.runIf(process.platform === "linux")("fails when a process is gone at the end", async () => {
    let pid = process.pid;
    const window = createSteadyWindow(10, () => ({ service: pid }));
    window.advance(1);
    pid = BEYOND_ALL_PIDS;
    window.advance(10);
    await expect(window.finished).rejects.toThrow(`service (${BEYOND_ALL_PIDS}) ended`);
  });
});

/** Linux gives out smaller ones only. */
const BEYOND_ALL_PIDS = 4_194_304;
