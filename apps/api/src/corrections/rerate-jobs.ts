import { createHash } from "node:crypto";
import type { Actor, CommandData } from "@tollbook/contracts/commands.ts";
import { formatTime, timeUs, type AccountId } from "@tollbook/contracts/units.ts";
import type { SummaryView } from "@tollbook/contracts/views.ts";
import { abandonedRerates, readRerate, type RerateAudit } from "@tollbook/warehouse/queries/rerate.ts";
import { askMeter } from "../ask-meter.ts";
import { acceptedOnly, sendCommand } from "../give-command.ts";
import { ApiProblem } from "../problem.ts";
import type { Services } from "../services.ts";
import { moneyText, planRerate, type PlannedCall, type ReratePlan } from "./rerate-plan.ts";
import type { RerateJob, RerateRequest } from "./rerate-schemas.ts";
import type { StoredDecks } from "./stored-decks.ts";

/**
 * Re-rate jobs (§12.17). A job is nothing but its commands in the account's log: one that says what is to be done, one per call, one
 * that says what came of it. So it can be gone on with by anybody at any time: whatever was done answers the same, and a call that has
 * its new price already is left alone. Nothing of a job is kept here but that it is running.
 */
export interface RerateJobs {
  plan(account: AccountId, request: RerateRequest): Promise<ReratePlan>;
  /** Resolves once the job is in the log; its calls follow. */
  start(account: AccountId, job: string, plan: ReratePlan, data: StartData, actor: Actor): Promise<void>;
  /** Null when nothing is known of it. */
  progress(account: AccountId, job: string): Promise<RerateJob | null>;
  close(): Promise<void>;
}

export type StartData = Pick<CommandData<"rerate.start">, "deckId" | "from" | "to" | "filter" | "freeCalls" | "reason">;

/** Answers come once the rows before are settled, some tenths of a second: so many are asked for together. */
const AT_ONCE = 128;
/** A meter that is being taken over answers again within seconds; the same command is then answered the same. */
const TRIES = 20;
const RETRY_MS = 1_000;
const SETTLED_MS = 60_000;
const STARTED_MS = 5_000;
/** A job that nobody has gone on with for so long is taken up. */
const QUIET_US = 60_000_000;
const LOOK_MS = 60_000;

const SYSTEM: Actor = { kind: "system", id: "rerate", roles: [] };

export function openRerateJobs(
  services: Services,
  decks: StoredDecks,
  warn: (fields: object, message: string) => void,
): RerateJobs {
  const { log, reports, clickhouse, settled } = services;
  const running = new Map<string, Promise<void>>();
  let closed = false;

  const plan = async (account: AccountId, request: RerateRequest): Promise<ReratePlan> => {
    const [deck, summary] = await Promise.all([decks.load(request.deckId), askMeter(log, account, { view: "summary" })]);
    const { currency } = summary as SummaryView;
    const dataUntil = reports.dataUntil(account);
    return await reports.read(
      account,
      async (client, scope) => await planRerate({ client, scope, currency, dataUntil, deck, request }),
    );
  };

  const send = async (account: AccountId, job: string, deckId: string, call: PlannedCall): Promise<number> => {
    const { usageId, version, differenceMicros } = call;
    const commandId = `rerate-${createHash("sha256")
      .update(JSON.stringify([job, usageId, version]))
      .digest("hex")}`;
    const data = { job, usageId, version, deckId, expected: moneyText(differenceMicros) };
    for (let attempt = 1; ; attempt++) {
      try {
        return (await sendCommand(log, account, commandId, "call.rerate", SYSTEM, data)).seq;
      } catch (error) {
        if (closed || attempt >= TRIES || !(error instanceof ApiProblem)) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  };

  /** All calls of the plan, and the audit of what came of them. */
  const run = async (account: AccountId, job: string, deckId: string, calls: readonly PlannedCall[]): Promise<void> => {
    let next = 0;
    let lastSeq = 0;
    const worker = async (): Promise<void> => {
      for (let call = calls[next++]; call !== undefined && !closed; call = calls[next++]) {
        lastSeq = Math.max(lastSeq, await send(account, job, deckId, call));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    if (closed) return;
    const { p } = settled.scope(account);
    if (!(await settled.wait(p, lastSeq, SETTLED_MS))) throw new Error("the calls are booked, but not settled yet");
    const audit = await reports.read(account, (client, scope) => readRerate(client, scope, job));
    if (audit === null || audit.finish !== "") return;
    const { expectedDifference } = JSON.parse(audit.start) as CommandData<"rerate.start">;
    const difference = moneyText(audit.differenceMicros);
    const asExpected = difference === expectedDifference && audit.deviations.length === 0;
    const data = { job, changed: audit.changed, refused: audit.refused, difference, asExpected };
    await sendCommand(log, account, finishId(job), "rerate.finish", SYSTEM, data);
  };

  const launch = (account: AccountId, job: string, work: () => Promise<void>): void => {
    const key = `${account}\n${job}`;
    if (closed || running.has(key)) return;
    const done = work()
      .catch((error: unknown) =>
        warn({ account, job, reason: (error as Error).message }, "a re-rate job waits to be gone on with"),
      )
      .finally(() => running.delete(key));
    running.set(key, done);
  };

  const goOn = (account: AccountId, job: string): void =>
    launch(account, job, async () => {
      const audit = await reports.read(account, (client, scope) => readRerate(client, scope, job));
      if (audit === null || audit.finish !== "") return;
      const { deckId, from, to, filter, freeCalls } = JSON.parse(audit.start) as CommandData<"rerate.start">;
      const { calls } = await plan(account, { deckId, from, to, filter: filter as RerateRequest["filter"], freeCalls });
      await run(account, job, deckId, calls);
    });

  const look = async (): Promise<void> => {
    for (let p = 0; p < settled.partitions; p++) {
      const settledBatch = settled.of(p)?.batch ?? 0;
      const found = await abandonedRerates(clickhouse, { p, settledBatch, quietUs: QUIET_US });
      for (const { account, job } of found) goOn(account, job);
    }
  };
  // What cannot be looked at now is looked at again.
  const timer = setInterval(() => void look().catch(() => undefined), LOOK_MS).unref();

  return {
    plan,
    async start(account, job, { calls, differenceMicros }, data, actor) {
      const start = { ...data, job, calls: calls.length, expectedDifference: moneyText(differenceMicros) };
      const { seq } = acceptedOnly(await sendCommand(log, account, startId(job), "rerate.start", actor, start));
      // From here on the job can be asked about. What is not settled in time is all the same in the log.
      await settled.wait(settled.scope(account).p, seq, STARTED_MS);
      launch(account, job, () => run(account, job, data.deckId, calls));
    },
    async progress(account, job) {
      const audit = await reports.read(account, (client, scope) => readRerate(client, scope, job));
      if (audit === null) return null;
      if (audit.finish === "") goOn(account, job);
      return jobFromAudit(audit);
    },
    async close() {
      closed = true;
      clearInterval(timer);
      await Promise.all(running.values());
    },
  };
}

const startId = (job: string): string => `rerate-start-${digestOf(job)}`;
const finishId = (job: string): string => `rerate-finish-${digestOf(job)}`;
const digestOf = (job: string): string => createHash("sha256").update(job).digest("hex");

function jobFromAudit(audit: RerateAudit): RerateJob {
  const { deckId, from, to, reason, calls, expectedDifference } = JSON.parse(audit.start) as CommandData<"rerate.start">;
  const finish = audit.finish === "" ? null : (JSON.parse(audit.finish) as CommandData<"rerate.finish">);
  return {
    job: audit.job,
    state: finish === null ? "running" : "finished",
    deckId,
    from,
    to,
    reason,
    startedAt: formatTime(timeUs(audit.startedAtUs)),
    startedBy: audit.startedBy,
    calls,
    changed: audit.changed,
    refused: audit.refused,
    expectedDifference,
    difference: moneyText(audit.differenceMicros),
    asExpected: finish?.asExpected ?? null,
    deviations: [...audit.deviations],
  };
}
