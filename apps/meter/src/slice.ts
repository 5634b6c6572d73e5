import { isAccountId, isFeederId, type AccountId, type FeederId } from "@tollbook/contracts/units.ts";
import type { LogHeaders } from "./log-message.ts";

/**
 * A slice: several messages of the bulk lane in one message of the log (architecture §3). Per part a line of JSON with the
 * length of the payload, then the payload as it came.
 */
export interface SlicePart {
  readonly account: AccountId;
  readonly feeder: FeederId;
  readonly data: Uint8Array;
  /** Only those that say in which form the events are. */
  readonly headers: LogHeaders | undefined;
}

interface Frame {
  account: string;
  feeder: string;
  bytes: number;
  headers?: [string, string][];
}

const NEWLINE = 0x0a;

export function encodeSlice(parts: readonly SlicePart[]): Uint8Array {
  const chunks: Uint8Array[] = [];
  for (const { account, feeder, data, headers } of parts) {
    const frame: Frame = { account, feeder, bytes: data.length };
    const kept = keptHeaders(headers);
    if (kept.length > 0) frame.headers = kept;
    chunks.push(Buffer.from(`${JSON.stringify(frame)}\n`), data);
  }
  return Buffer.concat(chunks);
}

/** Null when the bytes are no slice. */
export function decodeSlice(bytes: Uint8Array): SlicePart[] | null {
  const parts: SlicePart[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(NEWLINE, at);
    const frame = end < 0 ? null : readFrame(Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at).toString("utf8"));
    if (frame === null || end + 1 + frame.bytes > bytes.length) return null;
    at = end + 1 + frame.bytes;
    const { account, feeder } = frame;
    if (!isAccountId(account) || !isFeederId(feeder)) return null;
    parts.push({ account, feeder, data: bytes.subarray(end + 1, at), headers: sliceHeaders(frame.headers) });
  }
  return parts;
}

function readFrame(line: string): Frame | null {
  try {
    const frame = JSON.parse(line) as Frame;
    return Number.isSafeInteger(frame.bytes) && frame.bytes >= 0 ? frame : null;
  } catch {
    return null;
  }
}

function keptHeaders(headers: LogHeaders | undefined): [string, string][] {
  const kept: [string, string][] = [];
  for (const [name, values] of headers ?? []) {
    const key = name.toLowerCase();
    if (key !== "content-type" && !key.startsWith("ce-")) continue;
    kept.push([name, typeof values === "string" ? values : (values?.[0] ?? "")]);
  }
  return kept;
}

function sliceHeaders(pairs: [string, string][] | undefined): LogHeaders | undefined {
  if (!Array.isArray(pairs)) return undefined;
  const map = new Map(pairs);
  return { get: (name) => map.get(name) ?? "", [Symbol.iterator]: () => map[Symbol.iterator]() };
}
