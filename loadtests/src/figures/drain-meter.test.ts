import { describe, expect, it } from "vitest";
import { withoutStart } from "./drain-meter.ts";

const idle = { seconds: 1, cpuSeconds: { meter: 0.7, nats: 0.01 } };

describe("the pipeline's drain", () => {
  it("does not count what an idle start takes, neither as time nor as CPU time", () => {
    const rate = {
      events: 8_000,
      seconds: 5,
      perSecond: 1_600,
      cpuSeconds: { meter: 3, nats: 0.5, clickhouse: 2 },
      startUpIncluded: false,
    };
    expect(withoutStart(rate, idle)).toEqual({
      ...rate,
      seconds: 4,
      perSecond: 2_000,
      cpuSeconds: { meter: 2.3, nats: 0.49, clickhouse: 2 },
    });
  });

  it("leaves it in, and says so, where it is the better part of the run", () => {
    const rate = { events: 100, seconds: 1.5, perSecond: 67, cpuSeconds: { meter: 1 }, startUpIncluded: false };
    expect(withoutStart(rate, idle)).toEqual({ ...rate, startUpIncluded: true });
  });
});
