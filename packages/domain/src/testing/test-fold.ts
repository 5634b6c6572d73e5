import type { AuthorizeAnswer, CommandAnswer } from "@tollbook/contracts/answers.ts";
import type { CallEvent, CallEventType } from "@tollbook/contracts/call-event.ts";
import type { CommandData, CommandType } from "@tollbook/contracts/commands.ts";
import { seconds, timeUs } from "@tollbook/contracts/units.ts";
import type { AccountId, Currency, E164, FeederId, UsageId } from "@tollbook/contracts/units.ts";
import { parseTime } from "@tollbook/contracts/units.ts";
import type { RateDeck } from "@tollbook/tariffs/deck.ts";
import { apply } from "../apply.ts";
import { deckForAnswer } from "../command/answered-call.ts";
import type { AccountEventRow, CallRow, DeadLetterRow, LogEntry, Output } from "../fold.ts";
import { createState } from "../state.ts";
import type { PartitionState } from "../state.ts";

/** A partition with a clock of its own, for tests: gives commands and events, keeps what comes out. */
export interface TestFold {
  state: PartitionState;
  /** Microseconds; set it, or let it run on by `at`. */
  now: number;
  readonly outputs: Output[];
  readonly rows: CallRow[];
  readonly events: AccountEventRow[];
  readonly deadLetters: DeadLetterRow[];
  /** Applies one entry at `now`; look-ups are answered at once from the rows so far, as the shell would. */
  apply(entry: LogEntry): Output[];
  /** False: the test answers look-ups itself, in the order it wants. */
  answersLookUps: boolean;
  /** What the shell would log now. */
  answerTo(lookUp: Extract<Output, { kind: "lookUp" }>): LogEntry;
  at(time: string): TestFold;
  command<T extends CommandType>(account: string, type: T, data: CommandData<T>, commandId?: string): CommandAnswer;
  call(account: string, type: CallEventType, fields: CallFields): Output[];
  /** `authorize` or `progress` with a reply; the answer. */
  ask(account: string, type: "authorize" | "progress", fields: CallFields): AuthorizeAnswer;
  tick(): Output[];
}

/** Fields of a call event in a handy form: numbers with or without plus, times as text or microseconds. */
export interface CallFields extends Partial<
  Omit<
    CallEvent,
    | "from"
    | "to"
    | "usageId"
    | "setupAt"
    | "answeredAt"
    | "endedAt"
    | "requestedSeconds"
    | "serviceNumber"
    | "reportedSeconds"
    | "feeder"
  >
> {
  usageId: string;
  from?: string;
  to?: string;
  feeder?: string;
  serviceNumber?: string;
  setupAt?: string | number;
  answeredAt?: string | number;
  endedAt?: string | number;
  requestedSeconds?: number;
  reportedSeconds?: number;
}

let nextId = 1;

export function makeCallEvent(account: string, type: CallEventType, fields: CallFields): CallEvent {
  const { from, to, usageId, setupAt, answeredAt, endedAt, requestedSeconds, reportedSeconds, serviceNumber, feeder, ...rest } =
    fields;
  return {
    type,
    id: `e${nextId++}`,
    source: "/switch/test",
    time: null,
    account: account as AccountId,
    feeder: (feeder ?? "test") as FeederId,
    feedSeq: null,
    usageId: usageId as UsageId,
    callId: usageId,
    legId: "1",
    parentLegId: null,
    linkedId: null,
    conferenceId: null,
    callType: "user_out",
    direction: null,
    from: party(from),
    to: party(to),
    user: null,
    organizer: null,
    resourceAccount: null,
    serviceNumber: serviceNumber === undefined ? null : (digits(serviceNumber) as E164),
    numberType: null,
    setupAt: moment(setupAt),
    answeredAt: moment(answeredAt),
    endedAt: moment(endedAt),
    usedMs: null,
    reportedSeconds: reportedSeconds === undefined ? null : seconds(reportedSeconds),
    emergency: false,
    end: null,
    sessionId: null,
    seq: null,
    requestedSeconds: requestedSeconds === undefined ? null : seconds(requestedSeconds),
    provider: null,
    raw: null,
    dialledFrom: null,
    ...rest,
  };
}

function party(number: string | undefined): CallEvent["to"] {
  if (number === undefined) return null;
  const full = digits(number);
  return { raw: number, e164: full.length >= 7 ? (full as E164) : null, name: null };
}

function digits(number: string): string {
  return number.replace(/[^0-9]/g, "");
}

function moment(value: string | number | undefined): ReturnType<typeof timeUs> | null {
  if (value === undefined) return null;
  if (typeof value === "number") return timeUs(value);
  const time = parseTime(value);
  if (time === null) throw new RangeError(`no time: ${value}`);
  return time;
}

/** `stored`: decks that are not in force, for re-rating. */
export function createTestFold(
  decks: readonly RateDeck[],
  start: string,
  currency = "USD",
  stored: readonly RateDeck[] = [],
): TestFold {
  const source = new Map([...decks, ...stored].map((deck) => [deck.deckId, deck]));
  const fold: TestFold = {
    answersLookUps: true,
    answerTo({ event, reply, account, usageId, deckId: asked }) {
      const found = fold.rows.filter((row) => row.account === account && row.usageId === usageId);
      const deckId = deckForAnswer({ deckId: asked }, found);
      return { kind: "lookedUp", event, stored: found, reply, deckId: deckId !== null && source.has(deckId) ? deckId : null };
    },
    state: createState(0),
    now: moment(start) ?? 0,
    outputs: [],
    rows: [],
    events: [],
    deadLetters: [],
    apply(entry) {
      const outputs = apply(fold.state, entry, { seq: ++seq, index: 0, time: timeUs(fold.now) }, source);
      fold.outputs.push(...outputs);
      for (const output of outputs) {
        if (output.kind === "call") fold.rows.push(output.row);
        if (output.kind === "accountEvent") fold.events.push(output.row);
        if (output.kind === "deadLetter") fold.deadLetters.push(output.row);
      }
      const answered: Output[] = [];
      for (const output of outputs) {
        if (output.kind !== "lookUp" || !fold.answersLookUps) continue;
        answered.push(...fold.apply(fold.answerTo(output)));
      }
      return [...outputs, ...answered];
    },
    at(time) {
      fold.now = moment(time) ?? 0;
      return fold;
    },
    command(account, type, data, commandId = `c${seq + 1}`) {
      const actor = { kind: "person" as const, id: "admin", roles: ["billingAdmin"] };
      // Type and data belong together by this method's own signature.
      const command = { commandId, type, actor, data } as unknown as Extract<LogEntry, { kind: "command" }>["command"];
      return replyOf(fold.apply({ kind: "command", account: account as AccountId, command, reply: "inbox" })) as CommandAnswer;
    },
    call: (account, type, fields) => fold.apply({ kind: "call", event: makeCallEvent(account, type, fields), reply: null }),
    ask: (account, type, fields) =>
      replyOf(fold.apply({ kind: "call", event: makeCallEvent(account, type, fields), reply: "inbox" })) as AuthorizeAnswer,
    tick: () => fold.apply({ kind: "tick", minute: Math.floor(fold.now / 60_000_000) }),
  };
  let seq = 0;
  for (const [at, deck] of decks.entries()) {
    const activation = {
      deckId: deck.deckId,
      name: deck.name,
      currency: currency as Currency,
      validFrom: timeUs(0),
      rows: deck.rows.length,
    };
    fold.apply({ kind: "install", fact: { type: "deck.activate", activation, installSeq: at + 1 } });
  }
  return fold;
}

function replyOf(outputs: readonly Output[]): AuthorizeAnswer | CommandAnswer {
  const reply = outputs.findLast((output) => output.kind === "reply");
  if (reply === undefined) throw new Error("no reply came");
  return reply.body;
}
