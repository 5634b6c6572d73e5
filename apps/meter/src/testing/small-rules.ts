import type { CallEvent } from "@tollbook/contracts/call-event.ts";
import { micros, seconds, timeUs, type TimeUs } from "@tollbook/contracts/units.ts";
import type { CallRow, DeadLetterRow, LogEntry, LogPosition, Output } from "@tollbook/domain/fold.ts";
import type { PartitionState } from "@tollbook/domain/state.ts";
import type { FoldRules } from "../rules.ts";

/** What the shell itself looks at. */
type Seen = Pick<PartitionState, "partition" | "now" | "lastSeq" | "outSeq">;

/**
 * The smallest fold that can be right or wrong: each ended leg is one row of 100 micro-units a billable second, an
 * occurrence seen before is counted and gives nothing. Drives the shell where the rules are not what is tested.
 */
export interface SmallState extends Seen {
  readonly seen: Set<string>;
  accepted: number;
  applied: number;
  duplicates: number;
  rejected: number;
  ticks: number;
  lastMinute: number;
  amount: number;
  /** Rows that look-ups found, in order; a `corrected` event asks. */
  readonly found: number[];
}

export const smallRules: FoldRules = {
  createState: (partition): PartitionState => {
    const state: SmallState = {
      partition,
      now: 0,
      lastSeq: 0,
      outSeq: 0,
      seen: new Set(),
      accepted: 0,
      applied: 0,
      duplicates: 0,
      rejected: 0,
      ticks: 0,
      lastMinute: 0,
      amount: 0,
      found: [],
    };
    return opaque(state);
  },
  apply: (partitionState, entry, at) => applySmall(ours(partitionState), entry, at),
  view: (partitionState) => {
    const { seen: _seen, ...figures } = ours(partitionState);
    return { error: "badRequest", detail: JSON.stringify(figures) };
  },
  encodeState: (state) => new TextEncoder().encode(JSON.stringify({ ...state, seen: [...ours(state).seen] })),
  decodeState: (bytes) => {
    const value = JSON.parse(new TextDecoder().decode(bytes)) as SmallState & { seen: string[] };
    return opaque({ ...value, seen: new Set(value.seen) });
  },
  deckIds: () => [],
  totals: (state) => {
    const { accepted, applied, duplicates, rejected } = ours(state);
    const none = { confirmed: 0, conflict: 0, quarantined: 0, refused: 0 };
    return {
      accounts: 0,
      frozenAccounts: 0,
      events: { accepted, applied, duplicate: duplicates, deadLettered: rejected, ...none },
      legs: { seen: applied, open: 0, rated: applied, denied: 0, abandoned: 0, voided: 0 },
    };
  },
};

/** The shell hands a state from one rule to the next and looks at four figures; whose it is, only the rules know. */
const opaque = (state: SmallState): PartitionState => state as unknown as PartitionState;
const ours = (state: PartitionState): SmallState => state as unknown as SmallState;

function applySmall(state: SmallState, entry: LogEntry, at: LogPosition): Output[] {
  state.now = Math.max(state.now, at.time);
  state.lastSeq = at.seq;
  switch (entry.kind) {
    case "call":
      return applyCall(state, entry.event, entry.reply, at);
    case "rejected":
      state.accepted++;
      state.rejected++;
      return [{ kind: "deadLetter", row: deadLetter(state, entry, at) }];
    case "tick":
      if (entry.minute > state.lastMinute) state.ticks++;
      state.lastMinute = Math.max(state.lastMinute, entry.minute);
      return [];
    case "command":
      return entry.reply === null ? [] : [{ kind: "reply", to: entry.reply, body: { seq: at.seq, outcome: "accepted" } }];
    case "lookedUp":
      state.found.push(entry.stored.length);
      return entry.reply === null ? [] : [{ kind: "reply", to: entry.reply, body: { seq: at.seq, outcome: "accepted" } }];
    case "badCommand":
    case "install":
      return [];
  }
}

function applyCall(state: SmallState, event: CallEvent, reply: string | null, at: LogPosition): Output[] {
  state.accepted++;
  const occurrence = `${event.account}|${event.source}|${event.id}`;
  if (state.seen.has(occurrence)) {
    state.duplicates++;
    return [];
  }
  state.seen.add(occurrence);
  state.applied++;
  const outputs: Output[] = [];
  if (event.type === "corrected") {
    const { account, usageId } = event;
    outputs.push({ kind: "lookUp", account, usageId, event, reply, outSeq: state.outSeq, deckId: null });
    return outputs;
  }
  if (event.type === "ended") outputs.push({ kind: "call", row: callRow(state, event, at) });
  if (reply !== null) outputs.push({ kind: "reply", to: reply, body: { seq: at.seq, outcome: "accepted" } });
  return outputs;
}

function callRow(state: SmallState, event: CallEvent, at: LogPosition): CallRow {
  const billableSeconds = seconds(Math.ceil((event.usedMs ?? 0) / 1000));
  const amountMicros = micros(billableSeconds * 100);
  state.amount += amountMicros;
  return {
    outSeq: ++state.outSeq,
    logSeq: at.seq,
    logIndex: at.index,
    logTime: state.now as TimeUs,
    account: event.account,
    usageId: event.usageId,
    version: 1,
    entry: "original",
    refersTo: 0,
    outcome: "rated",
    reason: null,
    callId: event.callId ?? "",
    legId: event.legId ?? "",
    parentLegId: "",
    linkedId: "",
    conferenceId: "",
    source: event.source,
    feeder: event.feeder,
    callType: event.callType ?? "user_out",
    direction: event.direction ?? "outbound",
    fromRaw: event.from?.raw ?? "",
    fromE164: event.from?.e164 ?? "",
    toRaw: event.to?.raw ?? "",
    toE164: event.to?.e164 ?? "",
    user: event.user ?? "",
    organizer: "",
    resourceAccount: "",
    department: "",
    serviceNumber: "",
    numberType: "",
    emergency: event.emergency,
    setupAt: timeUs(0),
    startAt: event.answeredAt ?? timeUs(state.now),
    answeredAt: event.answeredAt ?? timeUs(0),
    endedAt: event.endedAt ?? timeUs(0),
    usedMs: event.usedMs ?? 0,
    billableSeconds,
    reportedSeconds: -1,
    endedBy: "",
    q850: 0,
    sip: 0,
    poolMonth: 0,
    usageLocation: "",
    destinationCountry: "",
    destinationName: "",
    destinationContext: "",
    capability: "",
    subscription: "",
    currency: "EUR",
    amountMicros,
    connectFeeMicros: micros(0),
    poolMinutes: 0,
    chargedSeconds: billableSeconds,
    segments: [],
    postings: [],
    proof: "",
    invoice: "",
    invoiceLine: "",
  };
}

function deadLetter(state: SmallState, entry: Extract<LogEntry, { kind: "rejected" }>, at: LogPosition): DeadLetterRow {
  return {
    outSeq: ++state.outSeq,
    logSeq: at.seq,
    logIndex: at.index,
    logTime: state.now as TimeUs,
    account: entry.account ?? "",
    feeder: entry.feeder ?? "",
    outcome: entry.outcome,
    reason: entry.reason,
    detail: entry.detail,
    payload: entry.payload,
  };
}
