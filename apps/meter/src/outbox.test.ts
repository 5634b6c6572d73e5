import { spawn } from "node:child_process";
import { join } from "node:path";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { gapKey, outboxStream, outboxSubject, type LogGap, type OutboxMessage } from "@tollbook/contracts/outbox.ts";
import { commandsSubject } from "@tollbook/contracts/subjects.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { setUpLog } from "./log-setup.ts";
import { createPublisher } from "./publish.ts";
import { account, eventually } from "./testing/events.ts";
import { startTestStack, type TestStack } from "./testing/stack.ts";

/** The outbox across the death of a meter, with the real rules: what the fold had to tell is told, whatever is killed and when. */
let stack: TestStack;
beforeEach(async () => {
  stack = await startTestStack({ partitions: 1 });
});
afterEach(() => stack.close());

/** A meter of its own process, to be killed. */
function startMeterProcess(): { kill: () => Promise<void> } {
  const child = spawn(process.execPath, [join(import.meta.dirname, "main.ts")], {
    stdio: ["ignore", "ignore", process.env["TOLLBOOK_TEST_LOG"] === "1" ? "inherit" : "ignore"],
    env: {
      ...process.env,
      NATS_URL: stack.nats.url,
      TOLLBOOK_NATS_PASSWORD: stack.config.natsPassword,
      CLICKHOUSE_URL: stack.config.clickhouseUrl,
      TOLLBOOK_PARTITIONS: "1",
      TOLLBOOK_METER_PORT: "0",
    },
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

let commands = 0;
async function command(type: string, data: object): Promise<number> {
  const actor = { kind: "person", id: "ada", roles: ["owner"] };
  const body = JSON.stringify({ commandId: `c${++commands}`, type, actor, data });
  // The first meter sets the log up; until then nobody takes it.
  return await eventually(
    async () =>
      await jetstream(stack.nc)
        .publish(commandsSubject(account("acme")), body)
        .then(
          ({ seq }) => seq,
          () => 0,
        ),
    (seq) => seq > 0,
    60_000,
  );
}

async function buyWithCard(): Promise<void> {
  const card = { brand: "Visa", last4: "4242", expires: "2031-05", holder: "Ada", country: "DE" };
  await command("account.create", { name: "Acme", country: "DE", currency: "EUR", agreement: "MOSA" });
  await command("paymentMethod.add", { method: "card", provider: "test", token: "test_ok", ...card });
  await command("billingProfile.setPaymentMethod", { profile: "main", method: "card" });
}

async function outbox(): Promise<OutboxMessage[]> {
  const jsm = await jetstreamManager(stack.nc);
  const { state } = await jsm.streams.info(outboxStream);
  const found: OutboxMessage[] = [];
  for (let seq = state.first_seq; state.messages > 0 && seq <= state.last_seq; seq++) {
    const stored = await jsm.streams.getMessage(outboxStream, { seq });
    if (stored !== null && stored.subject === outboxSubject(account("acme"))) found.push(stored.json<OutboxMessage>());
  }
  return found;
}

const rowsOf = async (type: string): Promise<number> => {
  const query = `SELECT count() AS rows FROM account_events WHERE type = '${type}'`;
  const [row] = await (await stack.client.query({ query, format: "JSONEachRow" })).json<{ rows: number | string }>();
  return Number(row?.rows);
};

const settledSeq = async (): Promise<number> => {
  const entry = await (await jetstreamManager(stack.nc)).streams.getMessage("KV_settled", { last_by_subj: "$KV.settled.0" });
  return entry === null ? 0 : entry.json<{ logSeq: number }>().logSeq;
};

test("PM-3: a payment and a notice whose rows are stored, but which the outbox never took, are told by the next meter under the same ids", async () => {
  const first = startMeterProcess();
  await buyWithCard();
  await eventually(
    () => rowsOf("command.billingProfile.setPaymentMethod").catch(() => 0),
    (rows) => rows === 1,
    60_000,
  );
  // From here on nothing that is published there is acknowledged: exactly the moment between storing and telling.
  const jsm = await jetstreamManager(stack.nc);
  await jsm.streams.delete(outboxStream);
  const topUp = await command("credits.topUp", { amount: "50.00" });
  const result = { payment: "p1", attempt: 1, outcome: "declined" };
  const declined = await command("payment.result", result);
  await eventually(
    () => rowsOf("notice.payment.failed"),
    (rows) => rows === 1,
  );
  expect(await settledSeq()).toBeLessThan(topUp);
  await first.kill();

  const second = startMeterProcess();
  const told = await eventually(
    () => outbox().catch(() => []),
    (messages) => messages.some(({ kind }) => kind === "notice"),
    60_000,
  );
  await eventually(settledSeq, (seq) => seq >= declined);
  await second.kill();
  const payments = told.filter(({ kind }) => kind === "payment");
  expect(payments).toMatchObject([{ id: "acme/p1/1", amountMicros: 50_000_000, currency: "EUR", method: { token: "test_ok" } }]);
  expect(told.filter(({ kind }) => kind === "notice")).toMatchObject([
    { id: `0-1-${declined}-0`, notice: "payment.failed", position: { partition: 0, epoch: 1, seq: declined } },
  ]);
}, 120_000);

test("P5: a gap of the log is noted before anything after it is settled, once, and keeps what people have said about it", async () => {
  const { notes } = await setUpLog(stack.nc, { partitions: 1, replicas: 1 });
  const publisher = createPublisher({
    nc: stack.nc,
    notes,
    partition: 0,
    epoch: 1,
    signal: AbortSignal.timeout(20_000),
    onHeld: () => undefined,
  });
  publisher.gap(7, 9);
  await publisher.confirm([], 9);
  const noted = (await notes.get(gapKey(0, 7)))?.json<LogGap>();
  expect(noted).toMatchObject({ partition: 0, from: 7, to: 9, waivers: [] });
  const waivers = [{ by: "ada", reason: "test calls", at: "2027-01-01T00:00:00Z" }];
  await notes.put(gapKey(0, 7), JSON.stringify({ ...noted, waivers }));
  // Found again by the next owner, who folds the same stretch.
  publisher.gap(7, 9);
  await publisher.confirm([], 9);
  expect((await notes.get(gapKey(0, 7)))?.json<LogGap>().waivers).toEqual(waivers);
  publisher.close();
});

test("killed at any moment, a meter leaves no payment untold, and a repeated one has the same id", async () => {
  let meter = startMeterProcess();
  await buyWithCard();
  const wanted: string[] = [];
  for (let round = 1; round <= 3; round++) {
    for (let i = 0; i < 5; i++) {
      await command("credits.topUp", { amount: "50.00" });
      wanted.push(`acme/p${wanted.length + 1}/1`);
    }
    // The first time while it starts, later while it folds what has just come.
    await eventually(
      () => outbox().catch(() => []),
      (messages) => messages.length >= (round - 1) * 5 + Math.min(round - 1, 2),
      60_000,
    );
    await meter.kill();
    meter = startMeterProcess();
  }
  const all = await eventually(
    async () => new Set((await outbox().catch(() => [])).map(({ id }) => id)),
    (ids) => ids.size >= wanted.length,
    60_000,
  );
  await meter.kill();
  expect([...all].toSorted()).toEqual(wanted.toSorted());
}, 180_000);
