import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BenchResult } from "@tollbook/loadtests/harness/result.ts";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { bench } from "./bench.ts";

const folder = mkdtempSync(join(tmpdir(), "tollbook-bench-test-"));
beforeAll(() => void vi.stubEnv("TOLLBOOK_DATA", folder));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

describe("./tollbook bench --quick", () => {
  it("measures every figure on real servers, writes the file that the README describes, and leaves nothing behind", async () => {
    const file = join(folder, "result.json");
    const said: string[] = [];
    const stdout = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      said.push(String(text));
      return true;
    });
    await bench({ quick: true, out: file }).finally(() => stdout.mockRestore());

    const result = JSON.parse(readFileSync(file, "utf8")) as BenchResult;
    expect(result).toMatchObject({
      format: "tollbook-bench/1",
      machine: { cores: expect.any(Number), cpu: expect.any(String) },
      versions: { node: process.versions.node, natsServer: expect.stringMatching(/^\d+\.\d+\.\d+$/), chdb: expect.any(String) },
      durability: { natsStorage: "file", clickhouseFsyncAfterInsert: true, clickhouseAsyncInsert: 0 },
      config: { runs: 1, events: 2_000, quick: true },
    });
    expect(result.commit).toMatch(/^([0-9a-f]{12}|unknown)$/);
    const names = result.figures.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(FIGURES));
    expect(result.figures.filter(({ samples, summary }) => samples.length === 0 || !(summary.median > 0))).toEqual([]);
    expect(result.figures.filter(({ goal, pass }) => (pass === null) !== (goal === null))).toEqual([]);
    // What cannot be refused must not have been: these are figures of decisions, not of errors.
    expect(
      result.figures.flatMap(({ reasons }) => reasons).filter((reason) => /not answered|were answered/.test(reason)),
    ).toEqual([]);
    const drain = result.figures.find(({ name }) => name === "pipeline, drain, single");
    // Elsewhere the system does not say.
    const counted = process.platform === "linux" ? ["clickhouse", "meter", "nats"] : [];
    expect(Object.keys(drain?.cpuSeconds[0] ?? {}).toSorted()).toEqual(counted);
    expect(said.join("")).toContain("pipeline, drain, single");
    expect(readdirSync(folder)).toEqual(["result.json"]);
  }, 300_000);
});

const FIGURES = [
  "tariffs: prefix index",
  "pipeline, drain, single",
  "pipeline, drain, packed",
  "pass-through, single",
  "consume only, packed",
  "insert only, RowBinary",
  "insert only, Native",
  "pipeline / bound, single",
  "pipeline, packed / pass-through, single",
  "pipeline, live maximum, single",
  "published → in reports, p99 at 70 %",
  "authorise, idle, p99",
  "authorise, p99 under ingest / idle",
  "authorise over HTTP / nothing",
];

describe("./tollbook bench, wrongly asked", () => {
  it("names every fault at once, and starts nothing", async () => {
    await expect(bench({ runs: "0", events: "many", only: "all" })).rejects.toThrow(
      '--runs is "0", but must be a whole number from 1 to 100; --events is "many", but must be a whole number from 1 to 100000000; ' +
        '--only is "all", but must be one of kernels, drain, live, authorize, http.',
    );
    expect(existsSync(join(folder, "nats"))).toBe(false);
  });
});
