/**
 * Finished call records from a CSV file into the bulk lane: read as a stream, mapped line by line, packed, acknowledged.
 * Event ids come from the file's hash and the line number, so a run that was broken off, or is made twice, charges
 * nothing twice; the progress file only spares it the work.
 */
import { createHash } from "node:crypto";
import { createReadStream, existsSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { jetstream } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import type { CallEvent } from "@tollbook/contracts/call-event.ts";
import {
  createRecordMapper,
  readImportMapping,
  type ImportMapping,
  type RecordMapper,
} from "@tollbook/contracts/import-mapping.ts";
import { packCallEvents } from "@tollbook/contracts/pack-call-events.ts";
import { recordsSubject } from "@tollbook/contracts/subjects.ts";
import { US_PER_DAY, US_PER_SECOND, type AccountId, type FeederId } from "@tollbook/contracts/units.ts";
import { parse } from "csv-parse";
import { UserFacingError } from "./failure.ts";

/**
 * Some 10 kB a message: a decision on a call waits behind what is ahead of it in the log. With 256 records a message the
 * slowest hundredth of the decisions took 145 ms during an import, with 100 it took 23 ms.
 */
const RECORDS_PER_MESSAGE = 100;
/** Messages on their way at once. */
const WINDOW = 16;
const ATTEMPTS = 6;
const RETRY_MS = 500;
const ACK_TIMEOUT_MS = 10_000;
/** Named in full; the rest is counted. */
const FAULTS_KEPT = 100;

export interface ImportOptions {
  readonly file: string;
  readonly mapping: ImportMapping;
  readonly account: AccountId;
  readonly feeder: FeederId;
  /** Days added to every time; "endsNow": whole seconds, so that the last record ends now. */
  readonly shift: number | "endsNow";
  readonly deckPrefixes: readonly string[];
  /** Where to remember how far the import came; null: nowhere. */
  readonly progressFile: string | null;
  readonly onProgress: (progress: ImportProgress) => void;
  readonly nowMs: () => number;
}

export interface ImportProgress {
  readonly records: number;
  /** Records the log has acknowledged, in this run or an earlier one. */
  readonly acknowledged: number;
}

export interface ImportResult {
  readonly fileHash: string;
  readonly shiftUs: number;
  readonly records: number;
  /** Sent and acknowledged in this run. */
  readonly sent: number;
  /** Acknowledged in an earlier run. */
  readonly skipped: number;
  readonly faults: readonly { line: number; detail: string }[];
  readonly faultCount: number;
}

/**
 * Reads the file first to know its hash, every fault and its last end, then to send what has no fault. Throws UserFacingError with a sentence when it cannot be done.
 */
export async function importCalls(nats: NatsConnection, options: ImportOptions): Promise<ImportResult> {
  if (!existsSync(options.file)) throw new UserFacingError(`there is no file ${options.file}.`);
  const fileHash = await hashOf(options.file);
  const survey = await surveyFile(options, fileHash);
  const remembered = readProgress(options, fileHash);
  const shiftUs = remembered?.shiftUs ?? shiftOf(options, survey.lastEndUs);
  const skipTo = remembered?.acknowledgedLine ?? 0;

  const log = jetstream(nats);
  const subject = recordsSubject(options.account, options.feeder);
  const sender = createWindow(WINDOW);
  let batch: { line: number; event: CallEvent }[] = [];
  let skipped = 0;
  let sent = 0;
  const flush = async (): Promise<void> => {
    const lastLine = batch.at(-1)?.line;
    if (lastLine === undefined) return;
    const payload = packCallEvents(batch.map(({ event }) => event));
    const count = batch.length;
    batch = [];
    await sender.run(
      () => publishSurely(() => log.publish(subject, payload, { timeout: ACK_TIMEOUT_MS }), subject),
      () => {
        sent += count;
        writeProgress(options, { fileHash, shiftUs, acknowledgedLine: lastLine });
        options.onProgress({ records: survey.records, acknowledged: skipped + sent });
      },
    );
  };
  for await (const { line, result } of mappedRecords(options, fileHash, shiftUs)) {
    if (!result.ok) continue;
    if (line <= skipTo) {
      skipped += 1;
      continue;
    }
    batch.push({ line, event: result.event });
    if (batch.length === RECORDS_PER_MESSAGE) await flush();
  }
  await flush();
  await sender.drain();
  return { fileHash, shiftUs, records: survey.records, sent, skipped, faults: survey.faults, faultCount: survey.faultCount };
}

/** Reads a mapping file; throws UserFacingError naming what is wrong in it. */
export function readMappingFile(path: string): ImportMapping {
  if (!existsSync(path)) throw new UserFacingError(`there is no mapping ${path}.`);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new UserFacingError(`the mapping ${path} is not JSON (${(error as Error).message}).`);
  }
  const read = readImportMapping(value);
  if (!read.ok) throw new UserFacingError(`the mapping ${path} cannot be used: ${read.detail}.`);
  return read.mapping;
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

interface Survey {
  readonly records: number;
  readonly lastEndUs: number;
  readonly faults: { line: number; detail: string }[];
  readonly faultCount: number;
}

async function surveyFile(options: ImportOptions, fileHash: string): Promise<Survey> {
  let records = 0;
  let lastEndUs = Number.NEGATIVE_INFINITY;
  let faultCount = 0;
  const faults: { line: number; detail: string }[] = [];
  for await (const { line, result } of mappedRecords(options, fileHash, 0)) {
    records += 1;
    if (result.ok) lastEndUs = Math.max(lastEndUs, result.event.endedAt ?? Number.NEGATIVE_INFINITY);
    else {
      faultCount += 1;
      if (faults.length < FAULTS_KEPT) faults.push({ line, detail: result.detail });
    }
  }
  if (records === faultCount) {
    const first = faults[0] === undefined ? "it has no records" : `line ${faults[0].line}: ${faults[0].detail}`;
    throw new UserFacingError(`nothing in ${options.file} can be imported: ${first}.`);
  }
  return { records, lastEndUs, faults, faultCount };
}

function shiftOf(options: ImportOptions, lastEndUs: number): number {
  if (options.shift !== "endsNow") return options.shift * US_PER_DAY;
  return Math.floor((options.nowMs() * 1000 - lastEndUs) / US_PER_SECOND) * US_PER_SECOND;
}

async function* mappedRecords(options: ImportOptions, fileHash: string, shiftUs: number) {
  const parser = createReadStream(options.file).pipe(
    parse({ bom: true, info: true, relax_column_count: true, skip_empty_lines: true }),
  );
  let map: RecordMapper | null = null;
  try {
    for await (const entry of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      const { record, info } = entry;
      if (map !== null) {
        yield { line: info.lines, result: map(record, info.lines) };
        continue;
      }
      const { account, feeder, deckPrefixes } = options;
      const mapper = createRecordMapper(options.mapping, record, { account, feeder, fileHash, shiftUs, deckPrefixes });
      if (!mapper.ok)
        throw new UserFacingError(`the mapping ${options.mapping.name} does not fit ${options.file}: ${mapper.detail}.`);
      map = mapper.map;
    }
  } catch (error) {
    if (error instanceof UserFacingError) throw error;
    throw new UserFacingError(`${options.file} cannot be read as CSV (${(error as Error).message}).`);
  }
}

/** A repeated message is harmless, a missing one is not. */
async function publishSurely(publish: () => Promise<unknown>, subject: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await publish();
      return;
    } catch (error) {
      if (attempt === ATTEMPTS) {
        throw new UserFacingError(
          `the log does not take records on ${subject} (${(error as Error).message}). Is Tollbook running, and may this feeder speak for that account? Run the import again: it goes on where it stopped.`,
        );
      }
      // A log server that is being restarted answers again in a moment.
      await wait(RETRY_MS * attempt);
    }
  }
}

/** Runs up to `size` tasks at once, and reports them done in the order they were given, so that "up to here" is a true mark. */
function createWindow(size: number) {
  const open: { task: Promise<void>; done: () => void }[] = [];
  const settleFirst = async (): Promise<void> => {
    const first = open.shift();
    if (first === undefined) return;
    await first.task;
    first.done();
  };
  return {
    async run(start: () => Promise<void>, done: () => void): Promise<void> {
      const task = start();
      // Its failure is thrown when its turn comes; until then it is nobody's unhandled rejection.
      task.catch(() => undefined);
      open.push({ task, done });
      if (open.length >= size) await settleFirst();
    },
    async drain(): Promise<void> {
      while (open.length > 0) await settleFirst();
    },
  };
}

interface Progress {
  readonly fileHash: string;
  readonly shiftUs: number;
  readonly acknowledgedLine: number;
}

/** The mapping, account and feeder belong to the progress: another one is another import. */
function progressKey({ mapping, account, feeder }: ImportOptions): string {
  return createHash("sha256")
    .update(JSON.stringify([mapping, account, feeder]))
    .digest("hex");
}

function readProgress(options: ImportOptions, fileHash: string): Progress | null {
  if (options.progressFile === null || !existsSync(options.progressFile)) return null;
  const stored = JSON.parse(readFileSync(options.progressFile, "utf8")) as Progress & { key: string };
  return stored.key === progressKey(options) && stored.fileHash === fileHash ? stored : null;
}

function writeProgress(options: ImportOptions, progress: Progress): void {
  if (options.progressFile === null) return;
  writeFileSync(options.progressFile, `${JSON.stringify({ key: progressKey(options), ...progress })}\n`);
}
