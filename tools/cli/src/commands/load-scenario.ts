/** One k6 scenario as a child process; where there is no k6, authorise at least with autocannon, which npm brought. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { confirm, isCancel } from "@clack/prompts";
import { startChild } from "@tollbook/loadtests/harness/child.ts";
import type { HttpLoadReport, HttpLoadSetting } from "@tollbook/loadtests/http-load.ts";
import { UserFacingError } from "../failure.ts";
import { root } from "../installation.ts";
import { find } from "../system-packages.ts";

export const scenarios = ["ingest", "authorize"] as const;
export type Scenario = (typeof scenarios)[number];

/** Where the load goes. */
export interface Target {
  readonly url: string;
  readonly apiKey: string;
  readonly account: string;
  readonly users: readonly string[];
}

export type ScenarioSettings = Readonly<Record<"RATE" | "BATCH" | "DURATION", string | undefined>>;

/** True when all thresholds were kept. */
export async function runScenario(scenario: Scenario, target: Target, settings: ScenarioSettings): Promise<boolean> {
  const k6 = await findK6();
  if (k6 !== null) return await runK6(k6, scenario, target, settings);
  if (scenario === "authorize") return await runAutocannon(target, settings);
  throw new UserFacingError(
    "k6 is missing, and so is Go to build it with. Install k6 (https://grafana.com/docs/k6/latest/set-up/install-k6/), put it on the PATH, and run this again.",
  );
}

const k6Package = { program: "k6", debianPackages: ["k6"], places: [], neededFor: "the load tests" };
const K6_MODULE = "go.k6.io/k6@latest";

/** On the PATH, or where Go puts what it builds; built with Go where that is here: asks on a terminal, goes ahead without one. */
async function findK6(): Promise<string | null> {
  const onPath = find(k6Package);
  if (onPath !== null) return onPath;
  const go = find({ ...k6Package, program: "go" });
  if (go === null) return null;
  const built = join(spawnSync(go, ["env", "GOPATH"], { encoding: "utf8" }).stdout.trim(), "bin/k6");
  const place = { ...k6Package, places: [built] };
  if (find(place) !== null) return built;
  if (process.stdin.isTTY && process.stdout.isTTY) {
    const yes = await confirm({ message: `k6 is missing. Build it with Go now (go install ${K6_MODULE}, some minutes)?` });
    if (isCancel(yes) || !yes) return null;
  }
  process.stderr.write(`Building k6: go install ${K6_MODULE} …\n`);
  const { status, stderr } = spawnSync(go, ["install", K6_MODULE], { stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" });
  if (status !== 0 || find(place) === null)
    throw new UserFacingError(
      `k6 could not be built: ${stderr.trim().split("\n").at(-1) ?? ""}. Is the network there? Install k6 by hand and put it on the PATH.`,
    );
  return built;
}

/** k6 ends with 99 when a threshold was missed; with anything else but 0 it did not run. */
const THRESHOLD_MISSED = 99;

async function runK6(k6: string, scenario: Scenario, target: Target, settings: ScenarioSettings): Promise<boolean> {
  // By the environment, not by -e: arguments can be read by every user of the machine.
  const environment = {
    ...process.env,
    BASE_URL: target.url,
    API_KEY: target.apiKey,
    ACCOUNT: target.account,
    USERS: target.users.join(","),
    ...Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)),
  };
  const script = join(root, `loadtests/k6/${scenario}.ts`);
  const child = spawn(k6, ["run", "--quiet", "--no-usage-report", "--include-system-env-vars", script], {
    stdio: ["ignore", "inherit", "inherit"],
    env: environment,
  });
  const [code] = (await once(child, "exit")) as [number | null];
  if (code === 0) return true;
  if (code === THRESHOLD_MISSED) return false;
  throw new UserFacingError(`k6 could not run the scenario ${scenario} (exit code ${code}); it says why above.`);
}

/** What it cannot do is end the calls again, and count what it could not send in time. */
async function runAutocannon({ url, apiKey, account, users }: Target, { RATE, DURATION }: ScenarioSettings): Promise<boolean> {
  process.stdout.write("k6 is missing, and so is Go to build it with: asking with autocannon instead.\n");
  const usageId = `a-${Date.now()}-[<id>]`;
  const setting: HttpLoadSetting = {
    url: `${url}/v1/accounts/${account}/authorize`,
    headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({
      usageId,
      callType: "user_out",
      direction: "outbound",
      user: users[0],
      from: "+4930901820",
      to: "+33140205050",
    }),
    connections: 20,
    seconds: secondsOf(DURATION ?? "30s"),
    perSecond: Number(RATE ?? "100"),
  };
  const child = startChild<HttpLoadReport>("http-load", setting);
  try {
    const { answered, refused, failed, latencyMs } = await child.next(() => true);
    const { p50, p99, p999, max } = latencyMs;
    process.stdout.write(
      `${answered} answers; ms: p50 ${p50}, p99 ${p99}, p99.9 ${p999}, max ${max}; ${refused} refused, ${failed} failed\n`,
    );
    return refused === 0 && failed === 0 && answered > 0;
  } finally {
    await child.end();
  }
}

function secondsOf(text: string): number {
  const unit = { s: 1, m: 60, h: 3_600 }[text.at(-1) ?? "s"] ?? 1;
  return Number(text.slice(0, -1)) * unit;
}
