import { headers } from "@nats-io/transport-node";
import { partitionOf, REPLY_HEADER } from "@tollbook/contracts/subjects.ts";
import { expect, test } from "vitest";
import { decodeInstallFact, decodeMessage } from "./decode.ts";
import { decodeSlice, encodeSlice } from "./slice.ts";
import { account, endedEvent, feeder } from "./testing/events.ts";

const N = 8;
const p = partitionOf(account("acme"), N);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const subject = `meter.${p}.calls.acme.switch-1`;
const command = JSON.stringify({
  commandId: "c1",
  type: "account.block",
  actor: { kind: "system", id: "s", roles: [] },
  data: { blocked: true },
});

function replyOf(at: string, inbox: string, body = endedEvent("leg-1", 1)): string | null {
  const head = headers();
  head.set(REPLY_HEADER, inbox);
  const [entry] = decodeMessage({ subject: at, data: bytes(body), headers: head }, p, N);
  return entry !== undefined && "reply" in entry ? entry.reply : null;
}

test("a call is decoded with the account and feeder of its subject", () => {
  const [entry] = decodeMessage({ subject, data: bytes(endedEvent("leg-1", 61)) }, p, N);
  expect(entry).toMatchObject({
    kind: "call",
    reply: null,
    event: { account: "acme", feeder: "switch-1", usageId: "leg-1", usedMs: 61_000 },
  });
});

test("only inboxes of the sender's own are answered", () => {
  expect(replyOf(subject, "_INBOX_acme_switch-1.x.y")).toBe("_INBOX_acme_switch-1.x.y");
  expect(replyOf(subject, "_INBOX_api.x")).toBe("_INBOX_api.x");
  for (const inbox of [
    "_INBOX_acme_switch-2.x",
    "_INBOX_contoso_switch-1.x",
    "_INBOX_acme_switch-1",
    "_INBOX_acme_switch-1.",
    "_INBOX_acme_switch-1.>",
    "_INBOX_acme_switch-1.a b",
    "_INBOX_acme_switch-1..x",
    "_INBOX.x",
    "control.v1.acme",
    "$KV.settled.0",
    `_INBOX_acme_switch-1.${"x".repeat(300)}`,
  ]) {
    expect([inbox, replyOf(subject, inbox)]).toEqual([inbox, null]);
  }
});

test("a command is answered to the API only, whatever its header says", () => {
  expect(replyOf(`meter.${p}.commands.acme`, "_INBOX_api.x", command)).toBe("_INBOX_api.x");
  expect(replyOf(`meter.${p}.commands.acme`, "_INBOX_acme_switch-1.x", command)).toBeNull();
});

test("an account of another partition is quarantined, whole and without counting it to that account", () => {
  const wrong = (p + 1) % N;
  for (const what of ["calls.acme.switch-1", "commands.acme"]) {
    const [entry] = decodeMessage({ subject: `meter.${wrong}.${what}`, data: bytes("payload") }, wrong, N);
    expect(entry).toMatchObject({
      kind: "rejected",
      outcome: "quarantined",
      reason: "wrongAccount",
      account: null,
      payload: "payload",
    });
  }
});

test("commands: decoded, malformed, not JSON", () => {
  const decode = (body: string) => decodeMessage({ subject: `meter.${p}.commands.acme`, data: bytes(body) }, p, N)[0];
  expect(decode(command)).toMatchObject({ kind: "command", command: { commandId: "c1", data: { blocked: true } } });
  expect(decode(command.replace("true", '"yes"'))).toMatchObject({ kind: "badCommand", commandId: "c1" });
  expect(decode("{")).toEqual({ kind: "badCommand", account: "acme", commandId: null, detail: "not JSON", reply: null });
});

test("the owner's own messages: ticks, installation facts, anything else is kept as a dead letter", () => {
  const own = (what: string, body: string) => decodeMessage({ subject: `meter.${p}.own.${what}`, data: bytes(body) }, p, N);
  const activation = { deckId: "a".repeat(64), name: "outbound", currency: "USD", validFrom: 0, rows: 3 };
  expect(own("tick", '{"minute": 29874000}')).toEqual([{ kind: "tick", minute: 29_874_000 }]);
  expect(own("install", JSON.stringify({ type: "deck.activate", activation, installSeq: 4 }))).toEqual([
    { kind: "install", fact: { type: "deck.activate", activation, installSeq: 4 } },
  ]);
  for (const [what, body] of [
    ["tick", "{}"],
    ["install", "{}"],
    ["lookup", "[]"],
    ["slice", "not a slice"],
    ["other", "{}"],
  ] as const) {
    expect(own(what, body)).toMatchObject([{ kind: "rejected", outcome: "deadLettered", payload: body }]);
  }
  expect(decodeInstallFact({ type: "deck.activate", activation: { ...activation, deckId: "../x" } }, 1)).toBeNull();
});

test("a slice keeps every payload byte for byte, with the headers that say what form it has", () => {
  const binary = headers();
  binary.set("ce-id", "1");
  binary.set("Content-Type", "application/json");
  binary.set(REPLY_HEADER, "_INBOX_api.x");
  const parts = [
    { account: account("acme"), feeder: feeder("files"), data: bytes('{"a":1}\n{"b":2}'), headers: undefined },
    { account: account("acme"), feeder: feeder("files"), data: new Uint8Array([0x0a, 0x00, 0xff, 0x1e]), headers: binary },
    { account: account("contoso"), feeder: feeder("files"), data: new Uint8Array(), headers: undefined },
  ];
  const decoded = decodeSlice(encodeSlice(parts));
  expect(decoded?.map(({ data }) => [...data])).toEqual(parts.map(({ data }) => [...data]));
  expect(decoded?.[1]?.headers?.get("ce-id")).toBe("1");
  expect(decoded?.[1]?.headers?.get(REPLY_HEADER)).toBe("");
  for (const length of [1, 20, 60]) expect(decodeSlice(encodeSlice(parts).subarray(0, length))).toBeNull();
});

test("the events of a slice are decoded as if they had come one by one", () => {
  const own = { account: account("acme"), feeder: feeder("files"), headers: undefined };
  const slice = encodeSlice([
    { ...own, data: bytes(endedEvent("leg-1", 1)) },
    { ...own, data: bytes("not JSON") },
    { ...own, account: account("contoso"), data: bytes(endedEvent("leg-2", 1)) },
  ]);
  const kinds = decodeMessage({ subject: `meter.${p}.own.slice`, data: slice }, p, N).map((entry) =>
    entry.kind === "rejected" ? entry.outcome : entry.kind,
  );
  expect(kinds).toEqual(["call", "deadLettered", partitionOf(account("contoso"), N) === p ? "call" : "quarantined"]);
});
