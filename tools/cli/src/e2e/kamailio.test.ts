import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createClient, type ClickHouseClient } from "@clickhouse/client";
import { jetstream } from "@nats-io/jetstream";
import { encodeCallEvent } from "@tollbook/contracts/encode-call-event.ts";
import { callsSubject } from "@tollbook/contracts/subjects.ts";
import { type AccountId, type FeederId, parseTime, type TimeUs } from "@tollbook/contracts/units.ts";
import type { ReconciliationView } from "@tollbook/contracts/views.ts";
import { callEventFromKamailio } from "@tollbook/kamailio/adapt.ts";
import { readRecording, shiftRecording } from "@tollbook/kamailio/recording.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiClient, signIn } from "../api-client.ts";
import { connectFeeder, connectOperator } from "../connect.ts";
import { activateDeck, readDeckFile } from "../deck-import.ts";
import { createRandom } from "../demo/sample-calls.ts";
import { root } from "../installation.ts";
import { ensureFeeder } from "../stack.ts";
import { eventually, startTestInstallation, type TestInstallation } from "./installation.ts";

/** What a real Kamailio published for 40 real calls, through the whole of Tollbook, held against sipp's own times. */
let tollbook: TestInstallation;
let api: ApiClient;
let clickhouse: ClickHouseClient;
const feeder = "kamailio-1" as FeederId;
const fixture = (name: string): string => readFileSync(join(root, "integrations/kamailio/fixtures", name), "utf8");

beforeAll(async () => {
  tollbook = await startTestInstallation();
  const { installation, stack } = tollbook;
  api = await signIn(stack.url, installation.secrets);
  const nats = await connectOperator(installation);
  await activateDeck(
    nats,
    readDeckFile(join(root, "packages/tariffs/decks/acs-outbound-usd.csv")),
    parseTime("2020-01-01T00:00:00Z") as TimeUs,
  );
  await nats.close();
  clickhouse = createClient({
    url: `http://127.0.0.1:${installation.ports.clickhouse}`,
    username: "default",
    password: installation.secrets.clickhouse,
  });
});

afterAll(async () => {
  await clickhouse.close();
  await tollbook.close();
});

test.each([
  ["in the order they were received", 0],
  ["in reverse", -1],
  ["shuffled", 11],
  ["shuffled otherwise", 12],
])("36 legs, once each, within 50 ms of sipp's trace: %s, each event sent twice", async (_order, seed) => {
  const account = `order${seed}`.replace("-", "m") as AccountId;
  await prepare(account);
  const events = eventsOf("events.jsonl", account, "trace");
  const sent = seed === 0 ? events : seed < 0 ? events.toReversed() : shuffled(events, seed);
  await publish(account, [...sent, ...sent]);
  const truth = new Map(
    fixture("sipp-trace.csv")
      .trimEnd()
      .split("\n")
      .slice(1)
      .map((line) => line.split(","))
      .filter((fields) => fields[7] === "200")
      .map((fields) => [`trace-${fields[0]}`, Number(fields[8]) * 1_000_000]),
  );
  const view = await eventually(
    () => reconciliation(account),
    ({ total }) => total.accepted === 2 * events.length,
  );
  expect(view.holds).toBe(true);
  expect(view.openLegs).toBe(0);
  const isRight = ({ callId, connectedUs }: { callId: string; connectedUs: number }): boolean =>
    Math.abs(connectedUs - (truth.get(callId) ?? Number.NaN)) <= 50_000;
  // The fold is ahead of what is stored, and a leg whose end came first is corrected by its answer.
  const legs = await eventually(
    () => currentLegs(account),
    (rows) => rows.length === 36 && rows.every(isRight),
  );
  expect(legs.map((leg) => leg.callId).toSorted()).toEqual([...truth.keys()].toSorted());
  // One row, or a reversal and a replacement more.
  expect(legs.every(({ rows }) => rows === 1 || rows === 3)).toBe(true);
  expect((await reconciliation(account)).total.legs.rated).toBe(36);
});

test("a 5 s outage of the log server: late, reordered, and not one of its events lost", async () => {
  const account = "outage" as AccountId;
  await prepare(account);
  const events = eventsOf("events-nats-outage.jsonl", account, "outage");
  await publish(account, events);
  const view = await eventually(
    () => reconciliation(account),
    ({ total }) => total.accepted === events.length,
  );
  expect(view.holds).toBe(true);
  expect(view.openLegs).toBe(0);
  expect(view.total.events.deadLettered + view.total.events.quarantined + view.total.events.refused).toBe(0);
  expect(
    await eventually(
      () => currentLegs(account),
      (rows) => rows.length === 20,
    ),
  ).toHaveLength(20);
});

async function prepare(account: AccountId): Promise<void> {
  await api.createAccount(account, { name: account, country: "US", currency: "USD", agreement: "MCA" });
  const settings = await api.command(account, "account.settings", { unfundedAs: "OVERAGE" }, "test");
  expect(settings.outcome).toBe("accepted");
}

function eventsOf(recording: string, account: AccountId, run: string): string[] {
  const settings = { account, feeder, source: "/kamailio/test", dialledFrom: null };
  return shiftRecording(readRecording(fixture(recording)), Math.floor(Date.now() / 1000) - 60, run).flatMap(({ payload }) => {
    const adapted = callEventFromKamailio(JSON.stringify(payload), settings);
    if (adapted.kind === "unreadable") throw new Error(adapted.why);
    return adapted.kind === "event" ? [encodeCallEvent(adapted.event)] : [];
  });
}

async function publish(account: AccountId, events: readonly string[]): Promise<void> {
  const nats = await connectFeeder(tollbook.installation, ensureFeeder(tollbook.installation, account, feeder));
  const js = jetstream(nats);
  for (const event of events) await js.publish(callsSubject(account, feeder), event);
  await nats.close();
}

async function reconciliation(account: AccountId): Promise<ReconciliationView> {
  return await api.get<ReconciliationView>(`/v1/accounts/${account}/reconciliation`);
}

/** The newest version of each leg, and how many rows it has: one, or a reversal and a replacement more per correction. */
async function currentLegs(account: AccountId): Promise<{ callId: string; connectedUs: number; rows: number }[]> {
  const answer = await clickhouse.query({
    query: `SELECT argMax(call_id, out_seq) AS callId, count() AS rows,
              argMax(toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(answered_at), out_seq) AS connectedUs
            FROM rated_calls WHERE account = {account:String} GROUP BY usage_id`,
    query_params: { account },
    format: "JSONEachRow",
  });
  const rows = await answer.json<{ callId: string; connectedUs: string; rows: string }>();
  return rows.map((row) => ({ callId: row.callId, connectedUs: Number(row.connectedUs), rows: Number(row.rows) }));
}

function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const random = createRandom(seed);
  return items
    .map((item) => ({ item, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
