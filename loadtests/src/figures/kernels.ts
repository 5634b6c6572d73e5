/** Question: how fast are rating, prefix look-up and fold alone, without any process around them? */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { figure, type Figure, type Goal } from "../harness/result.ts";
import type { Bench } from "./prepared.ts";

const root = join(import.meta.dirname, "../../..");
/** The packages measure themselves: what they are made of is not ours to import. */
const scripts = [
  { package: "tariffs", script: "packages/tariffs/bench/bench.ts" },
  { package: "domain", script: "packages/domain/bench/bench.ts" },
];

/** What such a script prints. Its runs are interleaved among its own tasks already. */
interface KernelReport {
  readonly figures: readonly {
    readonly name: string;
    readonly nsMedian: number;
    readonly nsLow: number;
    readonly nsHigh: number;
  }[];
}

/** Their samples stay with them. */
const OF_ITS_OWN = "kernels: lowest, median and highest of the package's own interleaved runs";

const goals: Readonly<Record<string, Goal>> = {
  "prefix index": { atMost: 60 },
  // 3 million a second.
  "rate and charge, one deck": { atMost: 333 },
};

export function kernelFigures({ say }: Bench): Figure[] {
  const figures: Figure[] = [];
  for (const { package: name, script } of scripts) {
    if (!existsSync(join(root, script))) continue;
    say(`kernels: packages/${name} measures itself …`);
    const { figures: measured } = runScript(script);
    const median = new Map(measured.map((one) => [one.name, one.nsMedian]));
    for (const one of measured) {
      const goal = goals[one.name];
      const input = {
        name: `${name}: ${one.name}`,
        unit: "ns",
        samples: [one.nsLow, one.nsMedian, one.nsHigh],
        reasons: [OF_ITS_OWN],
      };
      figures.push(figure(goal === undefined ? input : { ...input, goal }));
    }
    const [index, map] = [median.get("prefix index"), median.get("Map per length")];
    if (index !== undefined && map !== undefined)
      figures.push(
        figure({ name: "tariffs: Map per length / prefix index", unit: "×", samples: [map / index], goal: { atLeast: 5 } }),
      );
  }
  return figures;
}

function runScript(script: string): KernelReport {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, script)], { encoding: "utf8", cwd: root });
  if (status !== 0) throw new Error(`${script} failed: ${stderr.trim().slice(-1_000)}`);
  return JSON.parse(stdout) as KernelReport;
}
