import type { CallEvent } from "./call-event.ts";
import type { RejectReason } from "./codes.ts";

/** `original` is the text of that one event as it came: what cannot be decoded is kept whole by the caller. */
export type DecodeResult =
  | { readonly ok: true; readonly event: CallEvent }
  | { readonly ok: false; readonly reason: RejectReason; readonly detail: string; readonly original: string };
