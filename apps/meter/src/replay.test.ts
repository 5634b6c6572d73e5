import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { Objm } from "@nats-io/obj";
import { connect, headers, type NatsConnection } from "@nats-io/transport-node";
import type { CommandAnswer } from "@tollbook/contracts/answers.ts";
import type { CommandData, CommandType } from "@tollbook/contracts/commands.ts";
import { commandsSubject, installSubject, REPLY_HEADER } from "@tollbook/contracts/subjects.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { API_INBOX_PREFIX } from "./nats-config.ts";
import { replayPartition, type ReplayOptions, type ReplayReport } from "./replay.ts";
import { domainRules } from "./rules.ts";
import { account, endedEvent, eventually, publishCall, storedCalls } from "./testing/events.ts";
import { testPasswords } from "./testing/nats-server.ts";
import { startTestStack, type TestStack } from "./testing/stack.ts";

/** Replay proof (architecture §1, quality §3): the log alone gives every row and the state, bit by bit; whatever is changed is found. */
let stack: TestStack;
let api: NatsConnection;
let dearer: string;
/** The log's position of the call that is lost in one of the tests. */
let lostSeq = 0;

beforeAll(async () => {
  stack = await startTestStack({ partitions: 1 });
  api = await connect({ servers: stack.nats.url, user: "api", pass: testPasswords.api, inboxPrefix: API_INBOX_PREFIX });
  const meter = await stack.startMeter({ rules: domainRules, snapshotEveryMs: 200 });
  await meter.serving(20_000);
  await activate(await storeDeck("0.06"));
  dearer = await storeDeck("0.08");
  await publishCall(stack.nc, "acme", endedEvent("too-early", 60));
  await command("account.create", { name: "Acme", country: "DE", currency: "EUR", agreement: "MOSA" });
  await command("user.set", { user: "ada", displayName: "Ada", usageLocation: "DE" });
  for (const [subscription, product] of [
    ["phone", "teams-phone-standard"],
    ["plan", "calling-plan-payg-zone-2"],
    ["credits", "communications-credits"],
  ] as const) {
    await command("subscription.buy", { subscription, product, licences: 1, term: "P1Y", billingFrequency: "monthly" });
    await command("licence.assign", { subscription, users: ["ada"] });
  }
  await command("credits.goodwill", { amount: "50.00", reason: "start" });
  for (let at = 1; at <= 40; at++) {
    const seq = await publishCall(stack.nc, "acme", endedEvent(`leg-${at}`, 59 + at));
    if (at === 20) lostSeq = seq;
  }
  await command("call.void", { usageId: "leg-3", reason: "r" });
  await command("call.amend", { usageId: "leg-4", changes: { to: "+33140205051" }, reason: "r" });
  await command("call.rerate", { usageId: "leg-5", version: 1, job: "j", deckId: dearer, expected: "0.04" });
  await eventually(
    () => storedCalls(stack.client),
    ({ rows }) => rows >= 44,
  );
  // A snapshot lies behind it all once the meter has stopped; another one serves on while the tests read.
  await meter.close(10_000);
  await (await stack.startMeter({ rules: domainRules })).serving(20_000);
}, 90_000);
afterAll(async () => {
  await api.close();
  await stack.close();
});

let commands = 0;
async function command<T extends CommandType>(type: T, data: CommandData<T>): Promise<void> {
  const inbox = `${API_INBOX_PREFIX}.command-${++commands}`;
  const answered = Promise.withResolvers<CommandAnswer>();
  api.subscribe(inbox, { max: 1, callback: (_error, message) => answered.resolve(message.json()) });
  const head = headers();
  head.set(REPLY_HEADER, inbox);
  const actor = { kind: "system", id: "test", roles: ["owner"] };
  const body = JSON.stringify({ commandId: `c-${commands}`, type, actor, data });
  await jetstream(api).publish(commandsSubject(account("acme")), body, { headers: head });
  expect(await answered.promise).toMatchObject({ outcome: "accepted" });
}

async function storeDeck(price: string): Promise<string> {
  const csv = `# name=outbound\n# currency=EUR\nprefix,destination,country,price_per_minute\n33,France,FR,${price}\n`;
  const deckId = createHash("sha256").update(csv).digest("hex");
  const store = await new Objm(stack.nc).open("decks");
  await store.putBlob({ name: deckId }, new TextEncoder().encode(JSON.stringify({ csv, side: null })));
  return deckId;
}

async function activate(deckId: string): Promise<void> {
  const activation = { deckId, name: "outbound", currency: "EUR", validFrom: 0, rows: 1 };
  await jetstream(api).publish(installSubject("deck.activate"), JSON.stringify({ type: "deck.activate", activation }));
}

const replay = (extra: Partial<ReplayOptions> = {}): Promise<ReplayReport> =>
  replayPartition({
    nc: stack.nc,
    clickhouseUrl: stack.config.clickhouseUrl,
    partition: 0,
    partitions: 1,
    rules: domainRules,
    nowUs: Date.now() * 1000,
    ...extra,
  });

const run = promisify(execFile);

describe("replay", () => {
  test("a deck that is stored only prices a call anew: 0.16 instead of 0.12, through the log (§12.17)", async () => {
    const result = await stack.client.query({
      query: "SELECT version, amount_micros FROM rated_calls WHERE usage_id = 'leg-5' AND entry != 'reversal' ORDER BY out_seq",
      format: "JSONCompactEachRow",
    });
    expect((await result.json<[number, string]>()).map((row) => row.map(Number))).toEqual([
      [1, 120_000],
      [2, 160_000],
    ]);
  });

  test("F3, I8: from the first entry it gives every settled row and the state of every snapshot, while the meter runs", async () => {
    const report = await replay();
    expect(report).toMatchObject({ from: 1, snapshot: null, faults: [], gaps: [], differences: 0, first: null });
    // 40 legs; a void is one more row, an amendment and a re-rate are two each. One event came before its account.
    expect(report.rows).toMatchObject({ rated_calls: 45, dead_letters: 1 });
    expect(report.snapshots.length).toBeGreaterThan(0);
    expect(report.snapshots.every(({ same }) => same)).toBe(true);
    expect(report.to).toBeGreaterThan(lostSeq);
  });

  test("two processes of their own give the same hash, bit by bit", async () => {
    const script = fileURLToPath(new URL("testing/replay-process.ts", import.meta.url));
    const settings = JSON.stringify({ nats: stack.nats.url, clickhouse: stack.config.clickhouseUrl, until: lostSeq });
    const once = (): Promise<{ stdout: string }> => run(process.execPath, [script, settings]);
    const [first, second] = [await once(), await once()];
    const { stateHash } = await replay({ until: lostSeq });
    expect(stateHash).toMatch(/^[0-9a-f]{64}$/);
    expect([first.stdout.trim(), second.stdout.trim()]).toEqual([stateHash, stateHash]);
  }, 60_000);

  test("sabotage: an entry that the log has lost is noticed, and the call that is not in it is named", async () => {
    const report = await replay({ sabotage: { lostSeq } });
    expect(report.faults.length).toBeGreaterThan(0);
    expect(report.first).toMatchObject({ what: "changed", about: expect.stringContaining("leg-20") as unknown });
    expect(report.snapshots.some(({ same }) => !same)).toBe(true);
  });

  test("sabotage: a stored row that was changed, and one that is gone, are found and named", async () => {
    const alter = (query: string): Promise<unknown> =>
      stack.client.command({ query, clickhouse_settings: { mutations_sync: "2" } });
    await alter("ALTER TABLE rated_calls UPDATE amount_micros = amount_micros + 1 WHERE usage_id = 'leg-7'");
    const changed = await replay();
    expect(changed).toMatchObject({ differences: 1 });
    expect(changed.first).toMatchObject({
      table: "rated_calls",
      what: "changed",
      about: "call leg-7 of acme, version 1",
      columns: [{ column: "amountMicros", log: "120000", stored: "120001" }],
    });
    await alter("ALTER TABLE rated_calls DELETE WHERE usage_id = 'leg-6'");
    const gone = await replay();
    expect(gone).toMatchObject({ differences: 2 });
    expect(gone.first).toMatchObject({ what: "missing in ClickHouse", about: "call leg-6 of acme, version 1" });
    expect(gone.faults).toEqual([expect.stringContaining("leg-6")]);
  });

  test("where the beginning of the log is gone by age it goes on from the oldest snapshot kept, and says so", async () => {
    const [oldest] = (await replay()).snapshots;
    if (oldest === undefined) throw new Error("no snapshot was kept");
    const jsm = await jetstreamManager(stack.nc);
    const { state } = await jsm.streams.info("METER-0");
    // As if the retention had taken them; some entries more stay than the snapshot needs.
    await jsm.streams.update("METER-0", { max_msgs: state.last_seq - oldest.seq + 5 });
    const report = await replay();
    expect(report.snapshot).not.toBeNull();
    expect(report.from).toBeGreaterThan(oldest.seq);
    // The rows changed above came before it: what is compared is what the log still gives.
    expect(report).toMatchObject({ faults: [], differences: 0 });
  });
});
