/**
 * The engine: chDB sessions in two lanes. A session runs one statement at a time, so a lane is a few sessions and a
 * bounded queue. The sink's lane is apart: no report, however slow, is ever in front of an insert.
 */
import { mkdirSync } from "node:fs";
import type { Session } from "chdb";
import { errorFromEngine, queryCancelled, unknownSetting, type ClickhouseError } from "./error.ts";
import { createLane, type Lane } from "./lane.ts";
import { quote } from "./sql.ts";

export type LaneName = "reads" | "sink";

export interface EngineStatement {
  readonly sql: string;
  readonly lane: LaneName;
  readonly database: string;
  readonly settings: ReadonlyMap<string, string>;
  /** Values of {name:Type}, escaped as ClickHouse's clients send them. */
  readonly params: ReadonlyMap<string, string>;
  /** The session is thrown away afterwards: the statement leaves something behind in it. */
  readonly changesSession: boolean;
  /** Aborting stops the statement in the engine, also while it waits for a session. */
  readonly signal: AbortSignal;
}

export interface EngineResult {
  readonly text: string;
  readonly rowsRead: number;
  readonly bytesRead: number;
}

export interface Engine {
  readonly version: string;
  readonly timezone: string;
  run(statement: EngineStatement): Promise<EngineResult>;
  /** Takes no more, stops what still runs at the deadline, releases the data. */
  close(deadlineMs: number): Promise<void>;
}

/** Four reports at once keep two cores busy; more only share them. Two partitions may be writing at the same moment. */
const SESSIONS: Record<LaneName, number> = { reads: 4, sink: 2 };
/** Threads of libuv: one for each session that can be running (control included), and some for files and compression. */
export const UV_THREADS = SESSIONS.reads + SESSIONS.sink + 1 + 9;
const QUEUE_LIMIT = 128;
const QUEUE_WAIT_MS = 30_000;
const KILL_AGAIN_MS = 200;

/**
 * What every statement gets unless it says otherwise. Time and memory are bounded (the result's size in result.ts); an insert is one block
 * that is stored when it is answered.
 */
const DEFAULTS: ReadonlyMap<string, string> = new Map([
  ["max_execution_time", "60"],
  ["max_memory_usage", String(2 * 1024 ** 3)],
  ["async_insert", "0"],
  // The engine would take a lone word for SELECT <word>; a server does not.
  ["implicit_select", "0"],
]);

/** Opens the data folder, which belongs to one process at a time; throws the engine's error if another one has it. */
export async function openEngine(dataFolder: string): Promise<Engine> {
  const chdb = await import("chdb");
  mkdirSync(dataFolder, { recursive: true });
  const openSlot = (): Slot => ({
    session: new chdb.Session(dataFolder),
    settings: new Map(),
    params: new Map(),
    database: "default",
  });
  const openLane = (name: LaneName): Lane<Slot> =>
    createLane({
      name,
      places: SESSIONS[name],
      queueLimit: QUEUE_LIMIT,
      waitMs: QUEUE_WAIT_MS,
      open: openSlot,
      discard: ({ session }) => session.close(),
    });
  const control = new chdb.Session(dataFolder);
  const facts = await control.queryAsync("SELECT version(), timezone()", { format: "TabSeparated" });
  const [version = "", timezone = ""] = facts.text().trim().split("\t");
  const lanes = { reads: openLane("reads"), sink: openLane("sink") };
  const running = new Set<AbortController>();
  let count = 0;
  let closing = false;

  const kill = (tag: string): Promise<unknown> =>
    control.queryAsync(`KILL QUERY WHERE query LIKE '/*${tag}*/%' ASYNC`, { format: "TabSeparated" });

  async function run(statement: EngineStatement): Promise<EngineResult> {
    if (closing) throw queryCancelled("The embedded ClickHouse is stopping");
    const stop = new AbortController();
    const { signal } = stop;
    const callerLeft = (): void => stop.abort();
    statement.signal.addEventListener("abort", callerLeft, { once: true });
    if (statement.signal.aborted) stop.abort();
    running.add(stop);
    const lane = lanes[statement.lane];
    try {
      let slot = await lane.take(signal);
      let reusable = false;
      try {
        if (remembersParameter(slot, statement)) {
          slot.session.close();
          slot = openSlot();
        }
        const done = await runOn(slot, { ...statement, signal }, `t${++count}`, kill);
        reusable = done.reusable;
        if ("error" in done) throw done.error;
        return done.result;
      } finally {
        lane.give(slot, reusable);
      }
    } finally {
      running.delete(stop);
      statement.signal.removeEventListener("abort", callerLeft);
    }
  }

  async function close(deadlineMs: number): Promise<void> {
    closing = true;
    const idle = async (): Promise<void> => {
      while (running.size > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    const timer = setTimeout(() => {
      for (const stop of running) stop.abort();
    }, deadlineMs);
    await idle();
    clearTimeout(timer);
    lanes.reads.close();
    lanes.sink.close();
    await chdb.drainPending();
    control.close();
  }

  return { version, timezone, run, close };
}

/** A session and what has been set in it, so that the next statement changes only the difference. */
interface Slot {
  readonly session: Session;
  readonly settings: Map<string, string>;
  readonly params: Map<string, string>;
  database: string;
}

type Done = { reusable: boolean } & ({ result: EngineResult } | { error: ClickhouseError });

async function runOn(
  slot: Slot,
  statement: EngineStatement,
  tag: string,
  kill: (tag: string) => Promise<unknown>,
): Promise<Done> {
  const { session } = slot;
  const { signal } = statement;
  try {
    for (const sql of alignment(slot, statement)) await session.queryAsync(sql, { format: "Null" });
  } catch (thrown) {
    // Some of the settings may have been applied: nobody can say which.
    return { reusable: false, error: errorFromEngine(thrown) };
  }
  const reusable = !statement.changesSession && !statement.settings.has("readonly");
  if (signal.aborted) return { reusable, error: queryCancelled("The query was cancelled") };
  // The mark is how another session finds the statement: its query_id cannot be chosen.
  const outcome = session.queryAsync(`/*${tag}*/ ${statement.sql}`, { format: "TabSeparated" });
  const stopKilling = killOnAbort(signal, () => kill(tag));
  try {
    const result = await outcome;
    return { reusable, result: { text: result.text(), rowsRead: result.rowsRead, bytesRead: result.bytesRead } };
  } catch (thrown) {
    // A session keeps a failed statement (its memory, its entry in system.processes) until its next one.
    return { reusable: false, error: errorFromEngine(thrown) };
  } finally {
    stopKilling();
  }
}

/** Repeats until told to stop: a statement that has not begun yet cannot be found, and is stopped at the next try. */
function killOnAbort(signal: AbortSignal, kill: () => Promise<unknown>): () => void {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const attempt = (): void => {
    // The statement ends by itself at max_execution_time if the engine refuses to look for it.
    kill().catch((thrown: unknown) => console.error(`A query could not be cancelled: ${errorFromEngine(thrown).message}`));
    if (!stopped) timer = setTimeout(attempt, KILL_AGAIN_MS);
  };
  signal.addEventListener("abort", attempt, { once: true });
  return () => {
    stopped = true;
    clearTimeout(timer);
    signal.removeEventListener("abort", attempt);
  };
}

/** A parameter cannot be unset, and a statement that forgot its own must get an error, not an earlier request's value. */
function remembersParameter(slot: Slot, { sql, params }: EngineStatement): boolean {
  return [...slot.params.keys()].some((name) => !params.has(name) && sql.includes(name));
}

/** The statements that bring a session from what it has to what this statement wants. Often there are none. */
function alignment(slot: Slot, statement: EngineStatement): string[] {
  const wanted = new Map([...DEFAULTS, ...statement.settings]);
  const changes: string[] = [];
  for (const name of slot.settings.keys()) if (!wanted.has(name)) changes.push(`${name} = DEFAULT`);
  for (const [name, value] of wanted) {
    if (!/^[A-Za-z_][\w.]*$/.test(name)) throw unknownSetting(`Unknown setting '${name}'`);
    if (slot.settings.get(name) !== value) changes.push(`${name} = ${quote(value)}`);
  }
  for (const [name, value] of statement.params) {
    if (!/^\w+$/.test(name)) throw unknownSetting(`Unusable name of a query parameter '${name}'`);
    if (slot.params.get(name) !== value) changes.push(`param_${name} = ${quote(value)}`);
  }
  slot.settings.clear();
  for (const [name, value] of wanted) slot.settings.set(name, value);
  for (const [name, value] of statement.params) slot.params.set(name, value);
  const sql = changes.length === 0 ? [] : [`SET ${changes.join(", ")}`];
  if (slot.database !== statement.database) sql.push(`USE \`${statement.database.replaceAll(/[\\`]/g, "\\$&")}\``);
  slot.database = statement.database;
  return sql;
}
