/**
 * A month of calls is imported into a whole installation while its meter, ClickHouse and NATS are killed at random. In the
 * end the stored charges must equal what an independent script makes of the same file, to the micro-unit.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { createClient } from "@clickhouse/client";
import type { ReconciliationView } from "@tollbook/contracts/views.ts";
import type { AccountId, FeederId } from "@tollbook/contracts/units.ts";
import { parseTime, type TimeUs } from "@tollbook/contracts/units.ts";
import { signIn, type ApiClient } from "../api-client.ts";
import { connectFeeder, connectOperator } from "../connect.ts";
import { activateDeck, readDeckFile } from "../deck-import.ts";
import { licences, type SampleCommand } from "../demo/organisations.ts";
import { createRandom } from "../demo/sample-calls.ts";
import { generateMonth } from "../generate-month.ts";
import { importCalls, readMappingFile } from "../import-calls.ts";
import { type Installation, openInstallation, root } from "../installation.ts";
import type { Service } from "../processes.ts";
import { ensureFeeder, startStack } from "../stack.ts";

export interface ImportCampaign {
  /** Null: a generated month of `calls` lines. */
  file: string | null;
  calls: number;
  direction: "outbound" | "tollfree";
  kills: { meter: number; clickhouse: number; nats: number };
  seed: number;
  say: (line: string) => void;
}

export interface ImportCampaignResult {
  kills: { meter: number; clickhouse: number; nats: number };
  independent: { legs: number; micros: number };
  stored: { rows: number; legs: number; micros: number };
  identitiesHold: boolean;
  /** Records that had an effect; what the importer sent again after a kill is a duplicate and has none. */
  appliedEvents: number;
  seconds: number;
}

const ACCOUNT = "callcentre" as AccountId;
const FEEDER = "import" as FeederId;
const DECKS_FROM = parseTime("2005-01-01T00:00:00Z") as TimeUs;
/** Between two kills at most: long enough that what was killed is at work again. */
const PAUSE_MS = 2_500;
const CATCH_UP_MS = 240_000;

export async function runImportCampaign(campaign: ImportCampaign): Promise<ImportCampaignResult> {
  const started = performance.now();
  const folder = mkdtempSync(join(tmpdir(), "tollbook-campaign-"));
  const installation = await freshInstallation(folder);
  const stack = await startStack(installation, campaign.say);
  try {
    const file = campaign.file ?? writeMonth(folder, campaign);
    const api = await signIn(stack.url, installation.secrets);
    await setUp(installation, api, file);
    const killing = new AbortController();
    const kills = killAtRandom(stack.services, campaign, killing.signal);
    const nats = await connectFeeder(installation, ensureFeeder(installation, ACCOUNT, FEEDER));
    const imported = await importCalls(nats, {
      file,
      mapping: readMappingFile(join(root, `tools/cli/mappings/callcentre-${campaign.direction}.json`)),
      account: ACCOUNT,
      feeder: FEEDER,
      shift: "endsNow",
      deckPrefixes: readDeckFile(deckPath("acs-outbound-usd")).deck.rows.map((row) => row.prefix),
      progressFile: null,
      onProgress: () => undefined,
      nowMs: Date.now,
    });
    campaign.say(`${imported.sent} records acknowledged by the log`);
    await kills;
    // Everything is acknowledged; a drain would ask a server that may just be gone.
    await nats.close();
    const reconciliation = await caughtUp(api, imported.sent);
    const stored = await allStored(installation, imported.sent);
    return {
      kills: campaign.kills,
      independent: independentSum(campaign.direction, file),
      stored,
      identitiesHold: reconciliation.holds,
      appliedEvents: reconciliation.total.events.applied,
      seconds: Math.round((performance.now() - started) / 1000),
    };
  } finally {
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Free ports and a folder of its own. */
export async function freshInstallation(folder: string): Promise<Installation> {
  const [api, meter, nats, clickhouse] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  return openInstallation({
    TOLLBOOK_DATA: folder,
    TOLLBOOK_API_PORT: String(api),
    TOLLBOOK_METER_PORT: String(meter),
    TOLLBOOK_NATS_PORT: String(nats),
    TOLLBOOK_CLICKHOUSE_PORT: String(clickhouse),
  });
}

async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

function writeMonth(folder: string, { seed, calls }: ImportCampaign): string {
  const file = join(folder, "month.csv");
  writeFileSync(file, `${[...generateMonth({ seed, calls, year: 2010, month: 8 })].join("\n")}\n`);
  return file;
}

/** Everything the file's calls need to be charged in full: overage after use, so that no balance runs out. */
async function setUp(installation: Installation, api: ApiClient, file: string): Promise<void> {
  const nats = await connectOperator(installation);
  for (const deck of ["acs-outbound-usd", "inbound-usd"]) await activateDeck(nats, readDeckFile(deckPath(deck)), DECKS_FROM);
  await nats.close();
  const agents = [...new Set(readFileSync(file, "utf8").match(/agent\d+/g) ?? [])].toSorted();
  // CP-5: pay-as-you-go plans are not sold in the United States, but may be held there when bought elsewhere.
  await api.createAccount(ACCOUNT, { name: "Call centre", country: "CA", currency: "USD", agreement: "MCA" });
  const commands: SampleCommand[] = [
    // Calls that no agent took have no user, so nobody's plan pays them: D1 charges them all the same.
    { type: "account.settings", data: { unfundedAs: "OVERAGE" } },
    ...agents.map((user): SampleCommand => ({ type: "user.set", data: { user, displayName: user, usageLocation: "US" } })),
    ...licences("phone", "teams-phone-standard", agents),
    ...licences("payg", "calling-plan-payg-zone-1", agents),
    { type: "payAsYouGo.set", data: { subscription: "payg", on: true } },
  ];
  for (const { type, data } of commands) {
    const answer = await api.command(ACCOUNT, type, data as never, "campaign");
    if (answer.outcome === "refused") throw new Error(`${type} was refused: ${answer.code} ${answer.detail ?? ""}`);
  }
}

async function killAtRandom(
  services: readonly Service[],
  { kills, seed, say }: ImportCampaign,
  stop: AbortSignal,
): Promise<void> {
  const random = createRandom(seed);
  const left = Object.entries(kills).flatMap(([name, count]) => Array.from({ length: count }, () => name));
  while (left.length > 0 && !stop.aborted) {
    await wait(200 + random() * PAUSE_MS);
    const [name] = left.splice(Math.floor(random() * left.length), 1);
    const pid = services.find((service) => service.name === name)?.pid();
    if (pid === undefined) {
      // It is being started again: it is killed later.
      left.push(name as string);
      continue;
    }
    process.kill(pid, "SIGKILL");
    say(`killed ${name} (process ${pid})`);
  }
}

async function caughtUp(api: ApiClient, events: number): Promise<ReconciliationView> {
  const deadline = performance.now() + CATCH_UP_MS;
  let lastFailure = "";
  for (;;) {
    const view = await api.get<ReconciliationView>(`/v1/accounts/${ACCOUNT}/reconciliation`).catch((error: unknown) => {
      // The meter may be on its way back; what is wrong for good is said at the deadline.
      lastFailure = (error as Error).message;
      return null;
    });
    // Not the accepted ones: among them are records that were sent again after a kill.
    if (view !== null && view.total.events.applied >= events) return view;
    if (performance.now() > deadline)
      throw new Error(
        `after ${CATCH_UP_MS / 1000} s only ${view?.total.events.applied ?? "no"} of ${events} events are applied. ${lastFailure}`,
      );
    await wait(500);
  }
}

function deckPath(name: string): string {
  return join(root, "packages/tariffs/decks", `${name}.csv`);
}

function independentSum(direction: string, file: string): { legs: number; micros: number } {
  const deck = deckPath(direction === "outbound" ? "acs-outbound-usd" : "inbound-usd");
  const { legs, micros } = JSON.parse(
    execFileSync("python3", [join(root, "tools/cli/src/independent-sum.py"), direction, file, deck], { encoding: "utf8" }),
  ) as { legs: number; micros: number };
  return { legs, micros };
}

/** The fold is ahead of what is stored: waits until as many rows are there, or says how many are. ClickHouse may just be on its way back. */
async function allStored(installation: Installation, rows: number): Promise<ImportCampaignResult["stored"]> {
  const deadline = performance.now() + CATCH_UP_MS;
  for (;;) {
    const late = performance.now() > deadline;
    const stored = await storedSum(installation).catch((error: unknown) => {
      if (late) throw error;
      return null;
    });
    if (stored !== null && (stored.rows >= rows || late)) return stored;
    await wait(250);
  }
}

async function storedSum({ ports, secrets }: Installation): Promise<{ rows: number; legs: number; micros: number }> {
  const client = createClient({ url: `http://127.0.0.1:${ports.clickhouse}`, username: "default", password: secrets.clickhouse });
  try {
    const answer = await client.query({
      query:
        "SELECT count() AS rows, uniqExact(usage_id) AS legs, sum(amount_micros) AS micros FROM rated_calls WHERE account = {account:String}",
      query_params: { account: ACCOUNT },
      format: "JSONEachRow",
    });
    const [row] = await answer.json<{ rows: string; legs: string; micros: string }>();
    return { rows: Number(row?.rows), legs: Number(row?.legs), micros: Number(row?.micros) };
  } finally {
    await client.close();
  }
}
