import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { cpuBetween, cpuSecondsOf, cpuSecondsOfAll, ticksFromStat, totalCpu } from "./cpu-time.ts";

describe("CPU time", () => {
  it("reads the four times after a name that holds blanks and brackets", () => {
    const stat = "77 (a (odd) name) S 1 77 77 0 -1 4194560 900 100 0 0 250 50 7 3 20 0 1 0 12345 1000000 500";
    expect(ticksFromStat(stat)).toBe(310);
    expect(() => ticksFromStat("77 (x) S 1")).toThrow("not a process's stat");
  });

  it.runIf(process.platform === "linux")("counts what a child burns, of a living process", async () => {
    const burn =
      "const end = process.cpuUsage().user + 300_000; while (process.cpuUsage().user < end); console.log('burnt'); process.stdin.resume()";
    const child = spawn(process.execPath, ["-e", burn], { stdio: ["pipe", "pipe", "inherit"] });
    await once(child.stdout, "data");
    const used = cpuSecondsOf(child.pid as number);
    child.stdin.end();
    await once(child, "exit");
    expect(used).toBeGreaterThanOrEqual(0.28);
    expect(used).toBeLessThan(60);
  });

  it.runIf(process.platform === "linux")("fails when a measured process is gone", async () => {
    const child = spawn(process.execPath, ["-e", ""]);
    await once(child, "exit");
    expect(() => cpuSecondsOfAll({ gone: child.pid as number })).toThrow("ended while it was measured");
  });

  it("subtracts in hundredths", () => {
    const used = cpuBetween({ a: 0.1 }, { a: 0.4, b: 0.2 });
    expect(used).toEqual({ a: 0.3, b: 0.2 });
    expect(totalCpu(used)).toBeCloseTo(0.5, 9);
  });
});
