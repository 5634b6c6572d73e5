import type { LogEntry, Output } from "@tollbook/domain/fold.ts";
import type { PartitionState } from "@tollbook/domain/state.ts";
import type { Decks } from "./decks.ts";
import { decodeMessage } from "./decode.ts";
import { asError } from "./failures.ts";
import type { Intake, LoggedMessage } from "./intake.ts";
import type { FoldRules } from "./rules.ts";
import type { Slices } from "./slices.ts";

/** Takes messages from the intake, in order, and folds them in slices of a millisecond. */
export interface Fold {
  wake(): void;
  /** Between two messages: the state is exactly what follows from the log so far. */
  readonly betweenMessages: boolean;
  /** Resolves when the message under way, if any, is folded; nothing is taken any more then. */
  finish(): Promise<void>;
  close(): void;
}

export interface FoldOptions {
  readonly partition: number;
  readonly partitions: number;
  readonly state: PartitionState;
  readonly rules: FoldRules;
  readonly decks: Decks;
  readonly slices: Slices;
  readonly take: Intake["take"];
  /** False: rows wait for ClickHouse, take no more. Woken again later. */
  readonly mayTake: () => boolean;
  readonly onMessage: (logged: LoggedMessage) => void;
  readonly onEntry: (entry: LogEntry) => void;
  readonly onOutput: (output: Output, logged: LoggedMessage) => void;
  /** All of it is folded. `quiet`: nothing but ticks. */
  readonly onFolded: (logged: LoggedMessage, quiet: boolean) => void;
  readonly onWaitingForDeck: (error: Error) => void;
  readonly onFailure: (error: unknown) => void;
}

/** The clock is asked once per so many entries. */
const ENTRIES_PER_LOOK = 8;
const DECK_RETRY_MS = 5_000;

export function createFold(options: FoldOptions): Fold {
  const { partition, partitions, state, decks, rules } = options;
  /** A packed message may take several slices. */
  let current: { readonly logged: LoggedMessage; readonly entries: readonly LogEntry[]; next: number } | null = null;
  let waitsForDeck = false;
  let finishing = false;
  let closed = false;
  const finished = Promise.withResolvers<void>();

  const next = (): boolean => {
    if (finishing) finished.resolve();
    if (finishing || !options.mayTake()) return false;
    const logged = options.take();
    if (logged === undefined) return false;
    current = { logged, entries: decodeMessage(logged.message, partition, partitions), next: 0 };
    options.onMessage(logged);
    return true;
  };

  const slice = (until: number): boolean => {
    let entries = 0;
    while (!waitsForDeck && !closed) {
      if (current === null && !next()) return false;
      if (current === null) return false;
      const { logged } = current;
      while (current.next < current.entries.length) {
        const entry = current.entries[current.next] as LogEntry;
        if (needsDeck(entry)) return false;
        const at = { seq: logged.seq, index: current.next, time: logged.time };
        options.onEntry(entry);
        for (const output of rules.apply(state, entry, at, decks)) options.onOutput(output, logged);
        current.next++;
        if (++entries % ENTRIES_PER_LOOK === 0 && performance.now() > until) return true;
      }
      const quiet = current.entries.every(({ kind }) => kind === "tick");
      current = null;
      options.onFolded(logged, quiet);
      if (performance.now() > until) return true;
    }
    return false;
  };

  /** A deck is loaded before the entry that names it is folded; until then the partition waits. */
  const needsDeck = (entry: LogEntry): boolean => {
    const deckId = deckNamedBy(entry);
    if (deckId === null || decks.get(deckId) !== undefined) return false;
    waitsForDeck = true;
    const again = (): void => {
      waitsForDeck = false;
      task.wake();
    };
    decks.load(deckId).then(again, (error: unknown) => {
      options.onWaitingForDeck(asError(error));
      setTimeout(again, DECK_RETRY_MS).unref();
    });
    return true;
  };

  const task = options.slices.add((until) => {
    try {
      return slice(until);
    } catch (error) {
      // Not a refusal: the state may be half changed, so it is thrown away and restored.
      closed = true;
      options.onFailure(error);
      return false;
    }
  });

  return {
    wake: () => task.wake(),
    get betweenMessages() {
      return current === null;
    },
    finish: () => {
      finishing = true;
      task.wake();
      return finished.promise;
    },
    close: () => {
      closed = true;
      task.close();
    },
  };
}

/** What an entry activates, or prices a call anew with. */
export function deckNamedBy(entry: LogEntry): string | null {
  if (entry.kind === "install") return entry.fact.activation.deckId;
  return entry.kind === "lookedUp" ? (entry.deckId ?? null) : null;
}
