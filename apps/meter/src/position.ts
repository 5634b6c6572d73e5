import { createHash } from "node:crypto";
import { JetStreamApiError, type JetStreamManager } from "@nats-io/jetstream";
import { PartitionRefused } from "./failures.ts";

/**
 * A place in a partition's log: never a bare sequence, because NATS can lose an unsynced tail that it had acknowledged and
 * give the same numbers to other messages (architecture §4, measured).
 */
export interface Position {
  /** When the stream was made, as the server says: another stream of the same name has another log. */
  readonly streamCreated: string;
  /** 0: before the first message. */
  readonly seq: number;
  /** SHA-256 over subject and payload of that message; empty at 0. */
  readonly digest: string;
}

export function digestOf(message: { readonly subject: string; readonly data: Uint8Array }): string {
  return createHash("sha256").update(message.subject).update("\n").update(message.data).digest("hex");
}

export interface LogBounds {
  readonly streamCreated: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
}

export async function readBounds(jsm: JetStreamManager, stream: string): Promise<LogBounds> {
  const info = await jsm.streams.info(stream);
  return { streamCreated: info.created, firstSeq: info.state.first_seq, lastSeq: info.state.last_seq };
}

/** Null when the log still holds what we have seen of it; else one sentence that says what is different. */
export async function differenceFrom(
  jsm: JetStreamManager,
  stream: string,
  position: Position,
  bounds: LogBounds,
): Promise<string | null> {
  if (position.seq === 0) return null;
  if (position.streamCreated !== bounds.streamCreated) {
    return `the stream was made at ${bounds.streamCreated}, the one we settled from at ${position.streamCreated}`;
  }
  if (bounds.lastSeq < position.seq) return `the stream ends at ${bounds.lastSeq}, but ${position.seq} was settled`;
  // Gone by age, which is as it should be.
  if (position.seq < bounds.firstSeq) return null;
  try {
    const stored = await jsm.streams.getMessage(stream, { seq: position.seq });
    if (stored !== null && digestOf(stored) === position.digest) return null;
    return `message ${position.seq} is another one than was settled`;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.status === 404) return `message ${position.seq} is missing`;
    throw error;
  }
}

/** Log regression: re-publishing from the archive what was settled beyond the log's end comes with a later release. */
export async function checkPosition(jsm: JetStreamManager, stream: string, position: Position): Promise<LogBounds> {
  const bounds = await readBounds(jsm, stream);
  const difference = await differenceFrom(jsm, stream, position, bounds);
  if (difference === null) return bounds;
  throw new PartitionRefused(
    `The log ${stream} is not the one that was settled: ${difference}. Nothing was charged twice and nothing is lost from ` +
      "ClickHouse, but this partition cannot go on by itself. Stop the meter and put the NATS data folder back as it was before " +
      "it was restored or lost; if that is impossible, keep both folders and ask for help before you send new calls.",
  );
}
