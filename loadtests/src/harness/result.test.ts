import { describe, expect, it } from "vitest";
import { figure } from "./result.ts";
import { figureTable } from "./table.ts";

describe("a figure", () => {
  it("judges the median, not the best sample, and says by what it missed", () => {
    const missed = figure({ name: "ratio", unit: "×", samples: [0.9, 0.5, 0.7], goal: { atLeast: 0.8 } });
    expect(missed).toMatchObject({
      pass: false,
      reasons: ["0.7 is below the goal of 0.8"],
      summary: { median: 0.7, min: 0.5, max: 0.9 },
    });
    expect(figure({ name: "p99", unit: "ms", samples: [4, 5, 6], goal: { atMost: 5 } })).toMatchObject({
      pass: true,
      reasons: [],
    });
    expect(figure({ name: "rate", unit: "/s", samples: [1] }).pass).toBeNull();
  });

  it("spreads all processes' CPU time over all events", () => {
    const { cpuMicrosPerEvent } = figure({
      name: "rate",
      unit: "events/s",
      samples: [1, 1],
      cpuSeconds: [
        { nats: 0.5, meter: 1 },
        { nats: 0.5, meter: 2 },
      ],
      events: [100_000, 300_000],
    });
    expect(cpuMicrosPerEvent).toBe(10);
  });

  it("prints one line each, with the goal and the verdict", () => {
    const text = figureTable([
      figure({ name: "pipeline", unit: "events/s", samples: [90_000, 100_000, 110_000] }),
      figure({ name: "pipeline / bound", unit: "×", samples: [0.5], goal: { atLeast: 0.8 }, reasons: [] }),
    ]);
    expect(text.split("\n").map((line) => line.replaceAll(/ {2,}/g, " | ").trim())).toEqual([
      "figure | median | unit | spread | n | CPU µs/event | goal",
      "pipeline | 100,000 | events/s | ±10 % | 3",
      "pipeline / bound | 0.5 | × | 1 | ≥ 0.8 | MISSED",
    ]);
  });
});
