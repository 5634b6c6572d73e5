import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { accountCommands } from "@tollbook/loadtests/sample/account.ts";
import { userName } from "@tollbook/loadtests/sample/calls.ts";
import { parseTime, type TimeUs } from "@tollbook/contracts/units.ts";
import { type ApiClient, signIn } from "../api-client.ts";
import { connectOperator } from "../connect.ts";
import { activateDeck, readDeckFile } from "../deck-import.ts";
import { UserFacingError } from "../failure.ts";
import { openInstallation, root } from "../installation.ts";
import { startStack } from "../stack.ts";
import { freePorts } from "./bench-rig.ts";
import { runScenario, scenarios, type Target } from "./load-scenario.ts";

/** As commander hands them over: texts, and absent where not given. */
export interface LoadCommandOptions {
  url?: string;
  apiKey?: string;
  account?: string;
  users?: string;
  rate?: string;
  batch?: string;
  duration?: string;
}

const ACCOUNT = "load";
const USERS = 20;

/**
 * Runs the k6 scenarios for real: against an installation of its own, or against a running one. Exit code 1 when a
 * threshold was missed.
 */
export async function load(scenario: string | undefined, options: LoadCommandOptions): Promise<void> {
  const chosen = scenario === undefined ? scenarios : scenarios.filter((one) => one === scenario);
  if (chosen.length === 0) throw new UserFacingError(`there is no scenario "${scenario}"; there are ${scenarios.join(" and ")}.`);
  const settings = {
    RATE: wholeNumber(options, "rate"),
    BATCH: wholeNumber(options, "batch"),
    DURATION: duration(options.duration),
  };
  const run = async (target: Target): Promise<void> => {
    const missed: string[] = [];
    for (const one of chosen) {
      say(`\n${one}: loadtests/k6/${one}.ts against ${target.url}`);
      if (!(await runScenario(one, target, settings))) missed.push(one);
    }
    if (missed.length > 0) throw new UserFacingError(`thresholds were missed: ${missed.join(", ")}.`);
    say("\nAll thresholds were kept.");
  };
  if (options.url !== undefined) return await run(givenTarget(options.url, options));
  await withOwnStack(run);
}

function givenTarget(url: string, { apiKey, account, users }: LoadCommandOptions): Target {
  if (!URL.canParse(url)) throw new UserFacingError(`--url is "${url}", but must be an address such as http://127.0.0.1:7400.`);
  if (apiKey === undefined || account === undefined)
    throw new UserFacingError("with --url also give --api-key (scopes ingest and authorize) and --account.");
  return { url: url.replace(/\/$/, ""), apiKey, account, users: users?.split(",") ?? ["load-1"] };
}

/** An installation in a folder of its own, on free ports, with one account; all of it is gone afterwards. */
async function withOwnStack(run: (target: Target) => Promise<void>): Promise<void> {
  const parent = resolve(process.env["TOLLBOOK_DATA"] ?? join(root, "data"));
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, "load-"));
  const [api = 0, nats = 0, clickhouse = 0, meter = 0] = await freePorts(4);
  const installation = openInstallation({
    TOLLBOOK_DATA: folder,
    TOLLBOOK_API_PORT: String(api),
    TOLLBOOK_NATS_PORT: String(nats),
    TOLLBOOK_CLICKHOUSE_PORT: String(clickhouse),
    TOLLBOOK_METER_PORT: String(meter),
  });
  const stack = await startStack(installation, say);
  const close = async (): Promise<void> => {
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  // Ctrl-C reaches k6 by itself; the services run in groups of their own.
  const interrupted = (): void => void close().finally(() => process.exit(130));
  process.once("SIGINT", interrupted);
  process.once("SIGTERM", interrupted);
  try {
    const operator = await connectOperator(installation);
    try {
      const deck = readDeckFile(join(root, "packages/tariffs/decks/acs-outbound-usd.csv"));
      await activateDeck(operator, deck, parseTime("2020-01-01T00:00:00Z") as TimeUs);
    } finally {
      await operator.close();
    }
    const apiKey = await setUpAccount(await signIn(stack.url, installation.secrets));
    await run({ url: stack.url, apiKey, account: ACCOUNT, users: Array.from({ length: USERS }, (_, n) => userName(n)) });
  } finally {
    process.off("SIGINT", interrupted);
    process.off("SIGTERM", interrupted);
    await close();
  }
}

/** Through the API as anybody would; resolves with the key's secret. */
async function setUpAccount(api: ApiClient): Promise<string> {
  for (const { type, data } of accountCommands(0, USERS)) {
    if (type === "account.create") {
      await api.send("POST", "/v1/accounts", { account: ACCOUNT, ...data });
      continue;
    }
    const answer = await api.command(ACCOUNT, type, data, "load");
    if (answer.outcome === "refused") throw new UserFacingError(`${type} was refused (${answer.code}: ${answer.detail}).`);
  }
  const key = { name: "load test", feeder: "load", scopes: ["ingest", "authorize"] };
  return (await api.send<{ secret: string }>("POST", `/v1/accounts/${ACCOUNT}/api-keys`, key)).secret;
}

function wholeNumber(options: LoadCommandOptions, name: "rate" | "batch"): string | undefined {
  const text = options[name];
  if (text !== undefined && !/^[1-9]\d{0,5}$/.test(text))
    throw new UserFacingError(`--${name} is "${text}", but must be a whole number above 0.`);
  return text;
}

function duration(text: string | undefined): string | undefined {
  if (text !== undefined && !/^[1-9]\d{0,4}[smh]$/.test(text))
    throw new UserFacingError(`--duration is "${text}", but must be a length of time such as 30s or 5m.`);
  return text;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
