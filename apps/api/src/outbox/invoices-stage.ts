import { outboxStream, type OutboxInvoiceClosed, type OutboxMessage } from "@tollbook/contracts/outbox.ts";
import type { AccountId } from "@tollbook/contracts/units.ts";
import type { ReconciliationView } from "@tollbook/contracts/views.ts";
import { batchesOfInvoice, storedLines, storedParts, type StoredLine } from "@tollbook/warehouse/queries/invoice-proof.ts";
import { askMeter } from "../ask-meter.ts";
import { sendCommand } from "../give-command.ts";
import type { LogClient } from "../log/log-client.ts";
import type { SettledMarks } from "../log/settled-marks.ts";
import type { Reports } from "../reports.ts";
import type { OutboxStore } from "./outbox-store.ts";
import { decodeOutboxMessage } from "./outbox-message.ts";
import { done, type Stage, type Verdict } from "./stage.ts";
import type { WorkerLog } from "./worker.ts";
import { announcedBatches } from "./announced-batches.ts";
import { faultsOfBatches } from "./batches-are-whole.ts";

export interface InvoicesOptions {
  readonly log: LogClient;
  readonly settled: SettledMarks;
  readonly reports: Reports;
  readonly store: OutboxStore;
  readonly say: WorkerLog;
  readonly now: () => Date;
}

const SETTLED_MS = 10_000;
/** Batches whose intents are compared: the newest; the others are checked for holes and doubles only. */
const COMPARED_BATCHES = 20_000;
/** Of a long list of faults, what a person needs to begin. */
const MOST_REASONS = 10;

/**
 * Architecture §5, P5: a closed invoice is issued only once the rows that are stored, settled and whole, say line by line what the
 * fold closed with, and nothing of the account is open. While they do not, it is tried again, an alarm is shown, and nothing is
 * issued.
 */
export function invoicesStage(options: InvoicesOptions): Stage<OutboxMessage> {
  return {
    name: "invoices",
    stream: outboxStream,
    decode: decodeOutboxMessage,
    wants: ({ kind }) => kind === "invoiceClosed",
    idOf: ({ id }) => id,
    accountOf: ({ account }) => account,
    handle: async (message) => (message.kind === "invoiceClosed" ? await verify(message, options) : done("ignored")),
    retryMs: [1_000, 2_000, 5_000, 15_000, 60_000, 300_000],
    exclusive: false,
    concurrency: 2,
  };
}

async function verify(message: OutboxInvoiceClosed, options: InvoicesOptions): Promise<Verdict> {
  const { log, settled, store, say, now } = options;
  const { invoice, hash, position } = message;
  const account = message.account as AccountId;
  const { p } = settled.scope(account);
  if (p !== position.partition)
    return { kind: "park", reason: `account ${account} is in partition ${p}, not ${position.partition}` };
  if (!(await settled.wait(p, position.seq, SETTLED_MS)))
    return { kind: "again", reason: `position ${position.seq} of partition ${p} is not settled yet` };
  const reasons = await reasonsAgainst(account, message, options);
  if (reasons.length > 0) {
    const shown = reasons.slice(0, MOST_REASONS);
    say.error({ account, invoice, reasons: shown }, "an invoice is not issued: what is stored is not what the fold has");
    await store.setAlarm({ account, invoice, reasons: shown, since: now().toISOString() });
    return { kind: "again", reason: shown.join("; ") };
  }
  const { seq, outcome, code } = await sendCommand(
    log,
    account,
    `invoice.verified/${invoice}/${hash.slice(0, 16)}`,
    "invoice.verified",
    { kind: "system", id: "invoices", roles: [] },
    { invoice, hash },
  );
  if (code === "accountFrozen") return { kind: "again", reason: "the account is frozen" };
  if (outcome === "refused") return { kind: "park", reason: `invoice.verified was refused: ${code ?? "unknown"}` };
  await store.clearAlarm(account, invoice);
  return done("verified", seq);
}

/** Why it may not be issued, in sentences. */
async function reasonsAgainst(
  account: AccountId,
  message: OutboxInvoiceClosed,
  { log, reports, store }: InvoicesOptions,
): Promise<string[]> {
  const reasons: string[] = [];
  const { invoice } = message;
  const { holds } = (await askMeter(log, account, { view: "reconciliation", hours: 1 })) as ReconciliationView;
  if (!holds) reasons.push("the account's own identities do not hold (D20): an event or a leg is unaccounted for");
  for (const { from, to } of store.openGaps(message.position.partition))
    reasons.push(`the log lacks messages ${from} to ${to}: ask their senders to repeat them, or have two people waive it`);
  const lines = await reports.read(account, async (client, scope) => await storedLines(client, scope, invoice));
  reasons.push(...differences(message.lines, lines));
  const range = await reports.read(account, async (client, scope) => await batchesOfInvoice(client, scope, invoice));
  if (range === null) return reasons;
  const from = Math.max(range.from, range.to - COMPARED_BATCHES);
  const { parts, p } = await reports.read(account, async (client, scope) => ({
    parts: await storedParts(client, scope.p, { from, to: range.to }),
    p: scope.p,
  }));
  reasons.push(...faultsOfBatches(parts, await announcedBatches(log.connection(), p, range.since)));
  return reasons;
}

/** Line by line, both ways: amounts and numbers of rows. */
export function differences(closed: OutboxInvoiceClosed["lines"], stored: readonly StoredLine[]): string[] {
  const found = new Map(stored.map((line) => [line.line, line]));
  const reasons: string[] = [];
  for (const { line, amountMicros, rows } of closed) {
    const there = found.get(line);
    found.delete(line);
    if (there === undefined) reasons.push(`line ${line}: ${rows} rows of ${amountMicros} micros are not stored`);
    else if (there.amountMicros !== BigInt(amountMicros) || there.rows !== rows)
      reasons.push(
        `line ${line}: ${there.rows} rows of ${there.amountMicros} micros are stored, but it has ${rows} of ${amountMicros}`,
      );
  }
  for (const { line, rows } of found.values())
    reasons.push(`line ${line}: ${rows} rows are stored that the invoice does not have`);
  return reasons;
}
