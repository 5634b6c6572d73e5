import { join } from "node:path";
import { createAdapter } from "@tollbook/kamailio/adapter.ts";
import { playRecording } from "@tollbook/kamailio/play.ts";
import { readRecording } from "@tollbook/kamailio/recording.ts";
import type { ReconciliationView, SummaryView } from "@tollbook/contracts/views.ts";
import {
  type AccountId,
  type Country,
  type FeederId,
  parseTime,
  type TimeUs,
  timeUs,
  US_PER_DAY,
} from "@tollbook/contracts/units.ts";
import { readFileSync } from "node:fs";
import { type ApiClient, signIn } from "../api-client.ts";
import { connectFeeder, connectOperator } from "../connect.ts";
import { buildDashboard } from "../dashboard-build.ts";
import { activateDeck, readDeckFile } from "../deck-import.ts";
import { tellHistory } from "../demo/history.ts";
import { type LiveTraffic, startLiveTraffic } from "../demo/live-traffic.ts";
import { type SampleOrganisation, sampleOrganisations } from "../demo/organisations.ts";
import { UserFacingError } from "../failure.ts";
import { type Installation, openInstallation, root } from "../installation.ts";
import { ensureFeeder, startStack } from "../stack.ts";
import { listenForStop } from "../until-stopped.ts";

/** The sample decks hold since long before the sample history begins. */
const DECKS_FROM = parseTime("2020-01-01T00:00:00Z") as TimeUs;
const HISTORY_DAYS = 13;
const CALLS_PER_DAY = 90;
const FEEDER = "sample-switch" as FeederId;
const KAMAILIO_FEEDER = "kamailio-1" as FeederId;

/** Everything on this machine, with two sample organisations, sample decks and live sample traffic. */
export async function demo(options: { for?: string }): Promise<void> {
  const forMs = options.for === undefined ? null : parseDuration(options.for);
  const installation = openInstallation({ TOLLBOOK_DATA: join(root, "data", "demo"), ...process.env });
  const stop = listenForStop();
  await buildDashboard(say);
  const stack = await startStack(installation, say);
  const live: LiveTraffic[] = [];
  const closing: (() => Promise<void>)[] = [];
  try {
    const api = await signIn(stack.url, installation.secrets);
    const operator = await connectOperator(installation);
    closing.push(() => operator.close());
    for (const deck of ["acs-outbound-usd", "inbound-usd"]) {
      await activateDeck(operator, readDeckFile(join(root, "packages/tariffs/decks", `${deck}.csv`)), DECKS_FROM);
    }
    for (const organisation of sampleOrganisations()) {
      say(`Setting up ${organisation.name} (${organisation.account}) …`);
      await setUp(api, organisation);
      live.push(await playCalls(installation, organisation, closing));
    }
    closing.push(await playKamailio(installation, "beacon" as AccountId));
    const { operatorEmail, operatorPassword } = installation.secrets;
    say(
      `\nTollbook is up, with live sample calls. Open ${stack.url}\nSign in as ${operatorEmail} with the password ${operatorPassword}`,
    );
    say(`Data: ${installation.folder}    Stop: Ctrl-C\n`);
    const stopped = await stop.within(forMs);
    say("Stopping …");
    for (const traffic of live) await traffic.stop();
    for (const close of closing.toReversed()) await close();
    if (stopped === "time") await summarise(api);
  } finally {
    await stack.stop();
  }
  say("Stopped. Start again with ./tollbook demo: it goes on where it was.");
}

async function setUp(api: ApiClient, organisation: SampleOrganisation): Promise<void> {
  const { account, name, country, agreement, commands } = organisation;
  await api.createAccount(account, { name, country, currency: "USD", agreement });
  for (const { type, data } of commands) {
    const answer = await api.command(account as AccountId, type, data as never, "demo");
    if (answer.outcome === "refused")
      throw new UserFacingError(`${account}: ${type} was refused (${answer.code}: ${answer.detail})`);
  }
}

async function playCalls(
  installation: Installation,
  organisation: SampleOrganisation,
  closing: (() => Promise<void>)[],
): Promise<LiveTraffic> {
  const account = organisation.account as AccountId;
  const nats = await connectFeeder(installation, ensureFeeder(installation, account, FEEDER));
  closing.push(() => nats.drain());
  const common = { nats, account, feeder: FEEDER, cast: organisation.cast };
  // Up to yesterday: today's calls are the live ones.
  const until = timeUs(Math.floor((Date.now() * 1000) / US_PER_DAY) * US_PER_DAY);
  const told = await tellHistory({ ...common, days: HISTORY_DAYS, callsPerDay: CALLS_PER_DAY, now: until });
  say(`  ${told} finished calls of the last two weeks`);
  return startLiveTraffic({ ...common, callsPerMinute: 40, durationScale: 0.1, now: Date.now });
}

/** The recording of a real Kamailio, shifted to now, through the adapter: 36 legs. */
async function playKamailio(installation: Installation, account: AccountId): Promise<() => Promise<void>> {
  const target = await connectFeeder(installation, ensureFeeder(installation, account, KAMAILIO_FEEDER));
  const source = await connectOperator(installation);
  const settings = { account, feeder: KAMAILIO_FEEDER, source: "/kamailio/recording", dialledFrom: "US" as Country };
  const adapter = await createAdapter({ source, target, settings, say });
  const recording = readRecording(readFileSync(join(root, "integrations/kamailio/fixtures/events.jsonl"), "utf8"));
  const stop = new AbortController();
  const played = playRecording(source, recording, { run: Date.now().toString(36), speed: 1, signal: stop.signal }).catch(
    (error: unknown) => {
      if (!stop.signal.aborted) throw error;
    },
  );
  return async () => {
    stop.abort();
    await played;
    await adapter.close();
    await source.close();
    await target.close();
  };
}

async function summarise(api: ApiClient): Promise<void> {
  for (const { account, name } of sampleOrganisations()) {
    const summary = await api.get<SummaryView>(`/v1/accounts/${account}/summary`);
    const { holds, total, openLegs } = await api.get<ReconciliationView>(`/v1/accounts/${account}/reconciliation`);
    const { legs, poolMinutes, charged, credits, overage } = summary.thisMonth;
    say(
      `${name}: ${legs} legs this month, ${poolMinutes} included minutes, ${charged} ${summary.currency} charged (credits ${credits}, overage ${overage}); ` +
        `${total.accepted} events accepted, ${total.events.duplicate} duplicates, ${openLegs} legs open; identities ${holds ? "hold" : "DO NOT HOLD"}`,
    );
    if (!holds) throw new UserFacingError(`the identities of ${account} do not hold; please report this with the folder's log.`);
  }
}

/** "60s", "5m", "1h" in milliseconds. */
function parseDuration(text: string): number {
  const match = /^(\d{1,5})(s|m|h)$/.exec(text);
  if (match === null) throw new UserFacingError(`--for must be a time such as 60s, 5m or 1h, not "${text}".`);
  return Number(match[1]) * { s: 1_000, m: 60_000, h: 3_600_000 }[match[2] as "s" | "m" | "h"];
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
