/**
 * One thing that is done with messages of a stream: charge, verify, mail, deliver. Every message of the stream comes to every
 * stage at least once, to one of the API processes; a stage does what concerns it.
 */
export interface Stage<Message> {
  readonly name: StageName;
  readonly stream: string;
  /** Null: cannot be read; it is parked at once. */
  readonly decode: (body: unknown) => Message | null;
  /** False: nothing to do, and nothing to remember. */
  readonly wants: (message: Message) => boolean;
  /** The same whenever the same thing comes again: done for it once, it is not done again. */
  readonly idOf: (message: Message) => string;
  readonly accountOf: (message: Message) => string;
  /**
   * Safe to repeat, because the process may die after any step. What it throws is tried again; only a stage that gives up by
   * itself says so by `park`.
   */
  readonly handle: (message: Message, attempt: Attempt) => Promise<Verdict>;
  /** Waits before each further try; the last one is repeated. */
  readonly retryMs: readonly number[];
  /**
   * What it does shows outside each time it is done: one process at a time works on an id. False where the other side, or the
   * fold, recognises a repeat; then nothing waits for a process that died.
   */
  readonly exclusive: boolean;
  /** Handled at the same time by one process. */
  readonly concurrency: number;
}

export const stageNames = ["payments", "invoices", "mail", "webhooks", "deliveries"] as const;
export type StageName = (typeof stageNames)[number];

export interface Attempt {
  /** From 1; counts deliveries, also those that ended in a crash. */
  readonly number: number;
  /** Position in its stream. */
  readonly seq: number;
  /** Aborts when the process ends. */
  readonly signal: AbortSignal;
}

export type Verdict =
  /** `logSeq`: the position of the command that it gave, if any; its effects come after. */
  | { readonly kind: "done"; readonly outcome: string; readonly logSeq?: number }
  /** Not yet. `answered`: the first answer is there, and nobody need wait for the rest. */
  | { readonly kind: "again"; readonly reason: string; readonly afterMs?: number; readonly answered?: boolean }
  /** Nobody but a person can go on from here. */
  | { readonly kind: "park"; readonly reason: string };

export const done = (outcome: string, logSeq?: number): Verdict =>
  logSeq === undefined ? { kind: "done", outcome } : { kind: "done", outcome, logSeq };
