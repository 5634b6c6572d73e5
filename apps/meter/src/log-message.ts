import type { MessageHeaders } from "@tollbook/contracts/decode-call-event.ts";
import { timeUs, type TimeUs } from "@tollbook/contracts/units.ts";

/** A message of the log as the decoder sees it; a NATS client's `Msg` is one. */
export interface LogMessage {
  readonly subject: string;
  readonly data: Uint8Array;
  readonly headers?: LogHeaders | undefined;
}

/** The part of the NATS client's headers that is used here. */
export interface LogHeaders extends MessageHeaders {
  get(name: string): string;
}

/** Where the server says a delivered message stands. */
export interface Delivery {
  readonly seq: number;
  readonly time: TimeUs;
}

const DOT = 0x2e;

/**
 * Reads sequence and time from the acknowledgement subject, in the hot path: once per message, without splitting it.
 * `$JS.ACK.<stream>.<consumer>.<delivered>.<seq>.<consumer seq>.<ns>.<pending>`, or with a domain and an account hash
 * before the stream and a random token at the end. Null when it is neither: then the message is none of a stream's.
 */
export function readDelivery(ackSubject: string): Delivery | null {
  let dots = 0;
  for (let i = 0; i < ackSubject.length; i++) if (ackSubject.charCodeAt(i) === DOT) dots++;
  const seqToken = dots === 8 ? 5 : dots >= 10 ? 7 : -1;
  if (seqToken < 0 || !ackSubject.startsWith("$JS.ACK.")) return null;
  let at = 0;
  for (let token = 0; token < seqToken; token++) at = ackSubject.indexOf(".", at) + 1;
  const seqEnd = ackSubject.indexOf(".", at);
  const seq = Number(ackSubject.slice(at, seqEnd));
  const nsStart = ackSubject.indexOf(".", seqEnd + 1) + 1;
  // Nanoseconds have 19 digits, more than a number holds: the last three are cut, not rounded.
  const time = Number(ackSubject.slice(nsStart, ackSubject.indexOf(".", nsStart) - 3));
  return Number.isSafeInteger(seq) && Number.isSafeInteger(time) ? { seq, time: timeUs(time) } : null;
}
