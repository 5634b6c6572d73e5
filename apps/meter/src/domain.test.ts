import { createHash } from "node:crypto";
import { jetstream } from "@nats-io/jetstream";
import { Objm } from "@nats-io/obj";
import { connect, headers, type NatsConnection } from "@nats-io/transport-node";
import type { CommandAnswer } from "@tollbook/contracts/answers.ts";
import { commandsSubject, installSubject, REPLY_HEADER } from "@tollbook/contracts/subjects.ts";
import type { ReconciliationView } from "@tollbook/contracts/views.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { API_INBOX_PREFIX } from "./nats-config.ts";
import { domainRules } from "./rules.ts";
import { account, endedEvent, eventually, publishCall, storedCalls } from "./testing/events.ts";
import { testPasswords } from "./testing/nats-server.ts";
import { startTestStack, type TestStack } from "./testing/stack.ts";

/** The shell with the rules it is made for. */
let stack: TestStack;
let api: NatsConnection;
beforeAll(async () => {
  stack = await startTestStack({ partitions: 2 });
  api = await connect({ servers: stack.nats.url, user: "api", pass: testPasswords.api, inboxPrefix: API_INBOX_PREFIX });
});
afterAll(async () => {
  await api.close();
  await stack.close();
});

let commands = 0;
async function command(who: string, type: string, data: object): Promise<CommandAnswer> {
  const inbox = `${API_INBOX_PREFIX}.command-${++commands}`;
  const answered = Promise.withResolvers<CommandAnswer>();
  api.subscribe(inbox, { max: 1, callback: (_error, message) => answered.resolve(message.json()) });
  const head = headers();
  head.set(REPLY_HEADER, inbox);
  const body = JSON.stringify({
    commandId: `c-${commands}`,
    type,
    actor: { kind: "system", id: "test", roles: ["owner"] },
    data,
  });
  await jetstream(api).publish(commandsSubject(account(who)), body, { headers: head });
  return await answered.promise;
}

const deck = `# name=outbound
# currency=EUR
prefix,destination,country,price_per_minute
33,France,FR,0.06
`;

test("a rated call, its view and both identities: live, stored, and the same after a restart", async () => {
  const first = await stack.startMeter({ rules: domainRules });
  await first.serving(20_000);
  const deckId = createHash("sha256").update(deck).digest("hex");
  const decks = await new Objm(stack.nc).open("decks");
  await decks.putBlob({ name: deckId }, new TextEncoder().encode(JSON.stringify({ csv: deck, side: null })));
  const activation = { deckId, name: "outbound", currency: "EUR", validFrom: 0, rows: 1 };
  await jetstream(api).publish(installSubject("deck.activate"), JSON.stringify({ type: "deck.activate", activation }));

  await publishCall(stack.nc, "acme", endedEvent("too-early", 60));
  const created = await command("acme", "account.create", { name: "Acme", country: "DE", currency: "EUR", agreement: "MOSA" });
  expect(created).toMatchObject({ outcome: "accepted" });
  expect(
    await command("acme", "account.create", { name: "Acme", country: "DE", currency: "EUR", agreement: "MOSA" }),
  ).toMatchObject({
    outcome: "refused",
    code: "accountExists",
  });
  expect(await command("acme", "user.set", { user: "ada", displayName: "Ada", usageLocation: "DE" })).toMatchObject({
    outcome: "accepted",
  });
  await publishCall(stack.nc, "acme", endedEvent("leg-1", 61));
  await publishCall(stack.nc, "acme", endedEvent("leg-1", 61));
  await eventually(
    () => storedCalls(stack.client),
    ({ rows }) => rows >= 1,
  );
  const before = await reconciliation();
  expect(before).toMatchObject({
    holds: true,
    total: { accepted: expect.any(Number) as number, events: { applied: 1, duplicate: 1 } },
  });

  await first.close(10_000);
  const second = await stack.startMeter({ rules: domainRules });
  await second.serving(20_000);
  const { asOf: _before, ...figures } = before;
  const { asOf: _after, ...again } = await reconciliation();
  expect(again).toEqual(figures);
  const text = await (await fetch(`http://127.0.0.1:${second.port}/metrics`)).text();
  expect(text).toMatch(/tollbook_events\{partition="\d",outcome="duplicate"\} 1/);
});

async function reconciliation(): Promise<ReconciliationView> {
  const reply = await api.request("views.v1.acme", JSON.stringify({ view: "reconciliation" }), { timeout: 2_000 });
  return reply.json();
}
