import type { CallEvent } from "@tollbook/contracts/call-event.ts";
import { timeUs, US_PER_DAY } from "@tollbook/contracts/units.ts";
import type { RateDeck } from "@tollbook/tariffs/deck.ts";
import type { CallRow, DeckSource, LogEntry, LogPosition, Output } from "./fold.ts";
import type { Account } from "./account/account.ts";
import { forAccount } from "./account/clock.ts";
import { poolMonthAt } from "./account/pool-month.ts";
import { ShellFault } from "./assert.ts";
import { applyBadCommand, applyCommand } from "./command/apply-command.ts";
import { addTally, clearTally, countOutcome, countRow, createTally } from "./counters.ts";
import { deadLetter } from "./dead-letters.ts";
import { activateDeck } from "./decks.ts";
import type { Fold, NewlySeen } from "./fold-context.ts";
import { remember } from "./ids/id-memory.ts";
import { applyLookedUp } from "./leg/looked-up.ts";
import { frozenAnswer } from "./leg/answer.ts";
import { applyCallEvent } from "./leg/call-event.ts";
import type { PartitionState } from "./state.ts";
import { applyTick } from "./tick.ts";
import { createUndo, rollBack } from "./undo.ts";

/** Emptied at the start of every entry; only its arrays are kept, so that noting allocates nothing. */
const undo = createUndo();
const tally = createTally();

/** Tests only: the write to an account at which the next entries fail; -1: none. Proves that a failure anywhere can be rolled back. */
export function failNextAt(write: number): void {
  undo.failAt = write;
}

/**
 * The fold: one log entry in, outputs out, `state` changed in place. Deterministic: same state, entry, position and
 * decks give the same outputs, byte for byte. Refusals are outputs; a broken invariant rolls the one account back,
 * freezes it, and its further events go to quarantine while the partition goes on.
 */
export function apply(state: PartitionState, entry: LogEntry, at: LogPosition, decks: DeckSource): Output[] {
  state.now = Math.max(state.now, at.time);
  state.lastSeq = at.seq;
  const fold: Fold = {
    state,
    at,
    now: state.now,
    logNow: state.now,
    decks,
    rerateDeck: rerateDeckOf(entry, decks),
    outputs: [],
    undo,
    tally,
    afterwards: [],
  };
  switch (entry.kind) {
    case "call":
      applyCall(fold, entry.event, entry.reply, null);
      break;
    case "lookedUp":
      applyCall(fold, entry.event, entry.reply, entry.stored);
      break;
    case "command":
      applyCommand(fold, entry.account, entry.command, entry.reply, guarded);
      break;
    case "badCommand":
      applyBadCommand(fold, entry);
      break;
    case "rejected":
      applyRejected(fold, entry);
      break;
    case "tick":
      applyTick(fold, entry.minute, guarded);
      break;
    case "install":
      if (entry.fact.installSeq <= state.lastInstallSeq) break;
      state.lastInstallSeq = entry.fact.installSeq;
      activateDeck(state.decks, entry.fact.activation, fold.now);
      state.deckActivations++;
      break;
  }
  return fold.outputs;
}

function rerateDeckOf(entry: LogEntry, decks: DeckSource): RateDeck | null {
  if (entry.kind !== "lookedUp" || entry.deckId === undefined || entry.deckId === null) return null;
  const deck = decks.get(entry.deckId);
  if (deck === undefined) throw new ShellFault(`rate deck ${entry.deckId} is named by a look-up but was not handed over`);
  return deck;
}

function applyCall(fold: Fold, event: CallEvent, reply: string | null, stored: readonly CallRow[] | null): void {
  const account = fold.state.accounts.get(event.account);
  if (account === undefined) {
    deadLetter(fold, event.account, event.feeder, "quarantined", "unknownAccount", event.usageId, JSON.stringify(event));
    countOutcome(fold.state.nobody, fold.now, "quarantined");
    return;
  }
  if (account.frozen !== "") return callOfFrozen(fold, account, event, reply);
  const own = forAccount(fold, account);
  guarded(own, account, () => {
    if (stored === null) applyCallEvent(own, account, event, reply, null);
    else applyLookedUp(own, account, event, reply, stored);
  });
}

/**
 * Runs `work` on one account. When it throws, every write it made to the account is taken back, its outputs are dropped, the
 * account is frozen and an alarm is raised: nothing but a freeze can be seen of it. True when it went well.
 */
function guarded(fold: Fold, account: Account, work: () => void): boolean {
  const { state, outputs } = fold;
  const { outSeq } = state;
  const outputsBefore = outputs.length;
  fold.undo.length = 0;
  fold.afterwards.length = 0;
  clearTally(fold.tally);
  try {
    work();
  } catch (error) {
    if (error instanceof ShellFault) throw error;
    rollBack(fold.undo);
    state.outSeq = outSeq;
    outputs.length = outputsBefore;
    freeze(fold, account, error instanceof Error ? `${error.name}: ${error.message}` : "unknown fault");
    return false;
  }
  commit(fold, account, outputsBefore);
  return true;
}

/** Additions that cannot fail: ids into their memory, counts into their hour. */
function commit(fold: Fold, account: Account, outputsBefore: number): void {
  const { state, now, logNow, outputs } = fold;
  for (let i = 0; i < fold.afterwards.length; i++) {
    const seen = fold.afterwards[i] as NewlySeen;
    remember(state.ids, logNow, seen, seen.connectedMs, seen.mark, seen.meta);
  }
  addTally(account.counters, logNow, fold.tally);
  for (let i = outputsBefore; i < outputs.length; i++) {
    const output = outputs[i] as Output;
    if (output.kind === "call") countRow(account.counters, output.row, Math.floor(now / US_PER_DAY), poolMonthAt(account, now));
  }
}

function freeze(fold: Fold, account: Account, reason: string): void {
  account.frozen = reason;
  fold.outputs.push({
    kind: "notice",
    account: account.id,
    notice: "account.frozen",
    key: `account.frozen/${fold.at.seq}/${fold.at.index}`,
    people: [],
    data: { reason },
    at: timeUs(fold.now),
  });
}

/** A frozen account's events wait for an operator; telephony does as the account has set for "we are unreachable". */
function callOfFrozen(fold: Fold, account: Account, event: CallEvent, reply: string | null): void {
  deadLetter(fold, account.id, event.feeder, "quarantined", "accountFrozen", event.usageId, JSON.stringify(event));
  countOutcome(account.counters, fold.now, "quarantined");
  if (reply !== null) fold.outputs.push({ kind: "reply", to: reply, body: frozenAnswer(account, event) });
}

/** Contract §1: what the shell could not use is counted and kept whole. */
function applyRejected(fold: Fold, entry: Extract<LogEntry, { kind: "rejected" }>): void {
  const account = entry.account === null ? undefined : fold.state.accounts.get(entry.account);
  deadLetter(fold, entry.account ?? "", entry.feeder ?? "", entry.outcome, entry.reason, entry.detail, entry.payload);
  countOutcome(account?.counters ?? fold.state.nobody, fold.now, entry.outcome);
}
