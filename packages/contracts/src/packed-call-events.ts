import type { CallEvent } from "./call-event.ts";
import { encodeCallEvent } from "./encode-call-event.ts";

/** The first character of a packed batch: ASCII record separator, with which no JSON text can begin. */
const MAGIC = "\u001e";

/** Many events of one account and feeder in one NATS message, for speed. Keep a message under the server's limit (1 MiB). */
export function packCallEvents(events: readonly CallEvent[]): Uint8Array {
  return utf8.encode(MAGIC + events.map(encodeCallEvent).join("\n"));
}

export function isPacked(text: string): boolean {
  return text.charCodeAt(0) === 0x1e;
}

/** The events of a packed batch, one text each. */
export function textsOfPack(text: string): string[] {
  return text.length === 1 ? [] : text.slice(1).split("\n");
}

/** A web standard present in every runtime of ours, but not in the language's own types. */
declare const TextEncoder: new () => { encode(text: string): Uint8Array };
const utf8 = new TextEncoder();
