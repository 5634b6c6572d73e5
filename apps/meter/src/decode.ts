import { decodeCommand } from "@tollbook/contracts/commands.ts";
import { decodeCallMessage } from "@tollbook/contracts/decode-call-event.ts";
import type { DeckActivation } from "@tollbook/contracts/deck.ts";
import type { DecodeResult } from "@tollbook/contracts/decode-result.ts";
import { partitionOf, REPLY_HEADER } from "@tollbook/contracts/subjects.ts";
import { isAccountId, isCurrency, isFeederId, timeUs, type AccountId, type FeederId } from "@tollbook/contracts/units.ts";
import type { InstallFact, LogEntry } from "@tollbook/domain/fold.ts";
import { API_INBOX_PREFIX, feederInboxPrefix } from "./nats-config.ts";
import type { LogMessage } from "./log-message.ts";
import { decodeSlice } from "./slice.ts";

/**
 * One message of a partition's log to the entries it holds, in order. Never throws: what cannot be read is an entry of
 * kind `rejected`, so that one bad message never stops or delays the others.
 */
export function decodeMessage(message: LogMessage, partition: number, partitions: number): LogEntry[] {
  const [, , kind = "", first = "", second = ""] = message.subject.split(".");
  switch (kind) {
    case "calls":
      return decodeCalls(message, first, second, partition, partitions);
    case "commands":
      return [decodeCommandMessage(message, first, partition, partitions)];
    case "own":
      return decodeOwn(message, first, partition, partitions);
    default:
      return [rejected("deadLettered", "unknownType", `subject ${message.subject}`, null, null, textOf(message.data))];
  }
}

function decodeCalls(message: LogMessage, account: string, feeder: string, partition: number, partitions: number): LogEntry[] {
  if (!isAccountId(account) || !isFeederId(feeder) || partitionOf(account, partitions) !== partition) {
    const detail = `${message.subject} is not the partition of ${account}`;
    return [rejected("quarantined", "wrongAccount", detail, null, null, textOf(message.data))];
  }
  const results = decodeCallMessage(message.data, message.headers ?? null, account, feeder);
  // One inbox cannot tell several answers apart.
  const reply = results.length === 1 ? replyOf(message, [feederInboxPrefix(account, feeder), API_INBOX_PREFIX]) : null;
  return results.map((result) => callEntry(result, account, feeder, reply));
}

function callEntry(result: DecodeResult, account: AccountId, feeder: FeederId, reply: string | null): LogEntry {
  if (result.ok) return { kind: "call", event: result.event, reply };
  return rejected("deadLettered", result.reason, result.detail, account, feeder, result.original);
}

function decodeCommandMessage(message: LogMessage, account: string, partition: number, partitions: number): LogEntry {
  if (!isAccountId(account) || partitionOf(account, partitions) !== partition) {
    const detail = `${message.subject} is not the partition of ${account}`;
    return rejected("quarantined", "wrongAccount", detail, null, null, textOf(message.data));
  }
  const reply = replyOf(message, [API_INBOX_PREFIX]);
  const value = jsonOf(message.data);
  if (value === undefined) return { kind: "badCommand", account, commandId: null, detail: "not JSON", reply };
  const decoded = decodeCommand(value);
  if (decoded.ok) return { kind: "command", account, command: decoded.command, reply };
  return { kind: "badCommand", account, commandId: decoded.commandId, detail: decoded.detail, reply };
}

/** Written by partition owners only: the server lets nobody else publish here. */
function decodeOwn(message: LogMessage, what: string, partition: number, partitions: number): LogEntry[] {
  if (what === "slice") {
    const parts = decodeSlice(message.data);
    if (parts !== null) {
      return parts.flatMap(({ account, feeder, data, headers }) => {
        const subject = `meter.${partition}.calls.${account}.${feeder}`;
        return decodeCalls({ subject, data, headers }, account, feeder, partition, partitions);
      });
    }
  }
  const value = jsonOf(message.data);
  const entry =
    what === "tick"
      ? tickEntry(value)
      : what === "install"
        ? installEntry(value)
        : what === "lookup"
          ? lookedUpEntry(value)
          : null;
  return [entry ?? rejected("deadLettered", "badField", `not a ${what}`, null, null, textOf(message.data))];
}

function tickEntry(value: unknown): LogEntry | null {
  if (!isObject(value) || !Number.isSafeInteger(value["minute"])) return null;
  return { kind: "tick", minute: value["minute"] as number };
}

function installEntry(value: unknown): LogEntry | null {
  if (!isObject(value) || !Number.isSafeInteger(value["installSeq"])) return null;
  const fact = decodeInstallFact(value, value["installSeq"] as number);
  return fact === null ? null : { kind: "install", fact };
}

/** What the shell itself wrote from typed values a moment ago: only its frame is checked. */
function lookedUpEntry(value: unknown): LogEntry | null {
  if (!isObject(value) || !isObject(value["event"]) || !Array.isArray(value["stored"])) return null;
  const { event, stored, reply, deckId = null } = value as unknown as Extract<LogEntry, { kind: "lookedUp" }>;
  return { kind: "lookedUp", event, stored, reply, deckId };
}

/** A fact of the stream INSTALL: `{"type": "deck.activate", "activation": {…}}`; null when it is none. */
export function decodeInstallFact(value: unknown, installSeq: number): InstallFact | null {
  if (!isObject(value) || value["type"] !== "deck.activate" || !isObject(value["activation"])) return null;
  const { deckId, name, currency, validFrom, rows } = value["activation"];
  if (typeof deckId !== "string" || !/^[0-9a-f]{64}$/.test(deckId)) return null;
  if (typeof name !== "string" || name === "" || typeof currency !== "string" || !isCurrency(currency)) return null;
  if (!Number.isSafeInteger(validFrom) || !Number.isSafeInteger(rows)) return null;
  const activation: DeckActivation = { deckId, name, currency, validFrom: timeUs(validFrom as number), rows: rows as number };
  return { type: "deck.activate", activation, installSeq };
}

/** Only an inbox of the sender's own is honoured; the server lets nobody else listen there. */
function replyOf(message: LogMessage, prefixes: readonly string[]): string | null {
  const inbox = message.headers?.get(REPLY_HEADER) ?? "";
  if (inbox === "" || inbox.length > MAX_INBOX_LENGTH || !INBOX.test(inbox)) return null;
  return prefixes.some((prefix) => inbox.startsWith(`${prefix}.`)) ? inbox : null;
}

const MAX_INBOX_LENGTH = 256;
/** Tokens without wildcards, empty tokens or spaces: anything else would be no subject to publish on. */
const INBOX = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+$/;

function rejected(
  outcome: "deadLettered" | "quarantined",
  reason: Extract<LogEntry, { kind: "rejected" }>["reason"],
  detail: string,
  account: AccountId | null,
  feeder: FeederId | null,
  payload: string,
): LogEntry {
  return { kind: "rejected", outcome, reason, detail, account, feeder, payload };
}

const utf8 = new TextDecoder();
const textOf = (data: Uint8Array): string => utf8.decode(data);

/** Undefined where it is no JSON, which no JSON text can be. */
function jsonOf(data: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(data)) as unknown;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
