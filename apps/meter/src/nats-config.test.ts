import { jetstream } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { bulkSubject, callsSubject, meterCallsSubject, partitionOf, recordsSubject } from "@tollbook/contracts/subjects.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { setUpLog } from "./log-setup.ts";
import { API_INBOX_PREFIX, feederInboxPrefix, feederUser, METER_INBOX_PREFIX, natsConfig } from "./nats-config.ts";
import { account, endedEvent, feeder } from "./testing/events.ts";
import { startTestNats, testPasswords, type TestNats } from "./testing/nats-server.ts";

const PARTITIONS = 8;
const acme = { account: "acme", feeder: "switch-1", password: 'a "quoted" \\ pass' };
const contoso = { account: "contoso", feeder: "switch-1", password: "other" };
const options = {
  host: "127.0.0.1",
  port: 4222,
  storeDir: "store",
  partitions: PARTITIONS,
  passwords: testPasswords,
  feeders: [acme],
};

describe("the configuration's text", () => {
  test("sync_interval is set where the server knows it, and left out where it would stop the server", () => {
    expect(natsConfig({ ...options, serverVersion: "2.9.10" })).not.toContain("sync_interval");
    expect(natsConfig({ ...options, serverVersion: "2.10.0" })).toContain('sync_interval: "1s"');
    expect(natsConfig({ ...options, serverVersion: "2.12.3" })).toContain('sync_interval: "1s"');
  });

  test("names that are no subject tokens, and two users of one name, are refused", () => {
    expect(() => feederUser({ ...acme, feeder: "a.b" }, PARTITIONS)).toThrow('"a.b" is no feeder name');
    expect(() => feederUser({ ...acme, account: "*" }, PARTITIONS)).toThrow('"*" is no account name');
    expect(() => natsConfig({ ...options, serverVersion: "2.9.10", feeders: [acme, acme] })).toThrow("acme.switch-1");
  });
});

describe("on a real server", () => {
  let nats: TestNats;
  let meter: NatsConnection;
  let sender: NatsConnection;
  let errors: string[];

  beforeAll(async () => {
    nats = await startTestNats({ partitions: PARTITIONS, feeders: [acme, contoso] });
    meter = await connectAs("meter", testPasswords.meter, METER_INBOX_PREFIX);
    await setUpLog(meter, { partitions: PARTITIONS, replicas: 1 });
    sender = await connectAs("acme.switch-1", acme.password, feederInboxPrefix("acme", "switch-1"));
    errors = [];
    void (async () => {
      for await (const status of sender.status()) if (status.type === "error") errors.push(status.error.message);
    })();
  });
  afterAll(async () => {
    await sender.close();
    await meter.close();
    await nats.close();
  });

  const connectAs = (user: string, pass: string, inboxPrefix: string): Promise<NatsConnection> =>
    connect({ servers: nats.url, user, pass, inboxPrefix, reconnect: false });
  const partition = partitionOf(account("acme"), PARTITIONS);
  const elsewhere = partitionOf(account("contoso"), PARTITIONS);

  test("a feeder's live events and bulk records arrive in its account's partition", async () => {
    const js = jetstream(sender);
    const live = await js.publish(callsSubject(account("acme"), feeder("switch-1")), endedEvent("leg-1", 1));
    const bulk = await js.publish(recordsSubject(account("acme"), feeder("switch-1")), endedEvent("leg-2", 1));
    expect([live.stream, bulk.stream]).toEqual([`METER-${partition}`, `BULK-${partition}`]);
  });

  const denied: readonly [what: string, subject: string][] = [
    ["another account's events", callsSubject(account("contoso"), feeder("switch-1"))],
    ["another account's events, past the mapping", meterCallsSubject(elsewhere, account("contoso"), feeder("switch-1"))],
    ["another feeder's events", callsSubject(account("acme"), feeder("switch-2"))],
    [
      "its own account in a partition that is not its",
      meterCallsSubject((partition + 1) % PARTITIONS, account("acme"), feeder("switch-1")),
    ],
    ["another account's bulk records", bulkSubject(elsewhere, account("contoso"), feeder("switch-1"))],
    ["commands", "commands.v1.acme"],
    ["commands, past the mapping", `meter.${partition}.commands.acme`],
    ["ticks", `meter.${partition}.own.tick`],
    ["slices", `meter.${partition}.own.slice`],
    ["intents", `intent.${partition}`],
    ["installation facts", "install.deck.activate"],
    ["call control", "control.v1.acme"],
    ["payments and notices", "outbox.v1.acme"],
    ["webhook deliveries", "webhooks.v1.acme.x"],
    ["what was dealt with", "$KV.handled.x"],
    ["views", "views.v1.acme"],
    ["deleting a stream", `$JS.API.STREAM.DELETE.METER-${partition}`],
    ["purging a stream", `$JS.API.STREAM.PURGE.METER-${partition}`],
    ["reading a stream", `$JS.API.CONSUMER.CREATE.METER-${partition}`],
    ["the settled marks", `$KV.settled.${partition}`],
    ["the directory", "$KV.directory.acme"],
    ["snapshots", "$O.snapshots.C.x"],
    ["another's inbox", `${API_INBOX_PREFIX}.x`],
  ];

  test.each(denied)("a feeder may not publish %s", async (_what, subject) => {
    errors.length = 0;
    sender.publish(subject, "x");
    await sender.flush();
    await expect.poll(() => errors.join()).toContain("Permissions Violation");
  });

  test.each([
    ["everything", ">"],
    ["the log", `meter.${partition}.>`],
    ["the default inboxes", "_INBOX.>"],
    ["another's inbox", `${feederInboxPrefix("contoso", "switch-1")}.>`],
    ["live facts", "live.v1.*"],
  ])("a feeder may not listen to %s", async (_what, subject) => {
    errors.length = 0;
    sender.subscribe(subject, { callback: () => undefined });
    await sender.flush();
    await expect.poll(() => errors.join()).toContain("Permissions Violation");
  });

  test("the server's mapping is the partition function", async () => {
    const api = await connectAs("api", testPasswords.api, API_INBOX_PREFIX);
    const arrived = new Map<string, number>();
    const subscription = meter.subscribe("views.*.*", {
      callback: (_error, { subject }) => {
        const [, p, name = ""] = subject.split(".");
        arrived.set(name, Number(p));
      },
    });
    const names = Array.from({ length: 300 }, (_, i) => `a-${i}-${"xyz".repeat(i % 20)}`);
    await meter.flush();
    for (const name of names) api.publish(`views.v1.${name}`);
    await api.flush();
    await expect.poll(() => arrived.size).toBe(names.length);
    expect(names.filter((name) => arrived.get(name) !== partitionOf(account(name), PARTITIONS))).toEqual([]);
    subscription.unsubscribe();
    await api.close();
  });

  test("the API acts on the outbox, but cannot write into it: a payment is asked for by the fold alone", async () => {
    const api = await connectAs("api", testPasswords.api, API_INBOX_PREFIX);
    for (const subject of ["outbox.v1.acme", "$JS.API.STREAM.PURGE.OUTBOX", "$JS.API.STREAM.DELETE.OUTBOX", "intent.0"])
      await expect(api.request(subject, "{}", { timeout: 300 })).rejects.toThrow("Permissions Violation");
    const ack = await jetstream(api).publish("webhooks.v1.acme.x", "{}");
    expect(ack.stream).toBe("WEBHOOKS");
    await api.close();
  });

  test("not even the meter may take anything away from the log", async () => {
    for (const what of ["DELETE", "PURGE", "UPDATE"].flatMap((one) => [`${one}.METER-${partition}`, `${one}.OUTBOX`])) {
      const request = meter.request(`$JS.API.STREAM.${what}`, "{}", { timeout: 300 });
      await expect(request).rejects.toThrow("Permissions Violation");
    }
    const info = await (await jetstream(meter).jetstreamManager()).streams.info(`METER-${partition}`);
    expect(info.state.messages).toBeGreaterThan(0);
  });
});
