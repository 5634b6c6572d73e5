/** A recorded message of Kamailio (fixtures/README.md). */
export interface RecordedMessage {
  /** Seconds after the recording's first message. */
  readonly atSeconds: number;
  readonly subject: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

export function readRecording(jsonl: string): RecordedMessage[] {
  const lines = jsonl
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { recv: number; subject: string; payload: Record<string, unknown> });
  const first = lines[0]?.recv ?? 0;
  return lines.map(({ recv, subject, payload }) => ({ atSeconds: recv - first, subject, payload }));
}

/**
 * The same calls at another time, under other Call-IDs: the recording's first message is at `startSeconds`. The shift
 * is by whole seconds, because `startTs` has only those; every time keeps its microseconds and every call its length.
 */
export function shiftRecording(messages: readonly RecordedMessage[], startSeconds: number, run: string): RecordedMessage[] {
  const first = messages[0];
  const origin = first === undefined ? 0 : Math.floor(Number(first.payload["time"] ?? first.payload["end_time"]));
  const shift = Math.floor(startSeconds) - origin;
  return messages.map((message) => ({ ...message, payload: shiftPayload(message.payload, shift, run) }));
}

const timeFields = new Set(["time", "setupTime", "answeredTime", "startTs", "start_time", "end_time"]);

function shiftPayload(payload: Readonly<Record<string, unknown>>, shift: number, run: string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(payload).map(([name, value]) => {
      if (timeFields.has(name)) return [name, shiftTime(value, shift)];
      if (name === "callId" || name === "callid") return [name, `${run}-${String(value)}`];
      return [name, value];
    }),
  );
}

/** Text stays text, so that not a microsecond goes through a float; numbers (startTs, the accounting of transactions) stay numbers. */
function shiftTime(value: unknown, shift: number): unknown {
  if (typeof value === "number") return value + shift;
  const [whole = "", fraction] = String(value).split(".");
  return fraction === undefined ? String(Number(whole) + shift) : `${Number(whole) + shift}.${fraction}`;
}
