import { readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { readRecording, shiftRecording, type RecordedMessage } from "./recording.ts";

/**
 * Publishes a recording as if it happened now, as Kamailio did: no headers, no acknowledgement. `speed` 2 is twice as
 * fast, Infinity all at once (the calls keep their lengths). Resolves when the server has received everything.
 */
export async function playRecording(
  connection: NatsConnection,
  messages: readonly RecordedMessage[],
  options: { readonly run: string; readonly speed: number; readonly signal?: AbortSignal },
): Promise<void> {
  const startMs = Date.now();
  for (const message of shiftRecording(messages, startMs / 1000, options.run)) {
    const dueMs = startMs + (message.atSeconds * 1000) / options.speed;
    const delayMs = dueMs - Date.now();
    if (delayMs > 0) await wait(delayMs, undefined, options.signal === undefined ? {} : { signal: options.signal });
    connection.publish(message.subject, JSON.stringify(message.payload));
  }
  await connection.flush();
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      speed: { type: "string", default: "1" },
      times: { type: "string", default: "1" },
      nats: { type: "string", default: process.env["TOLLBOOK_KAMAILIO_NATS_URL"] ?? "nats://127.0.0.1:7422" },
      user: { type: "string" },
      password: { type: "string" },
    },
  });
  const path = positionals[0] ?? new URL("../fixtures/events.jsonl", import.meta.url);
  const messages = readRecording(await readFile(path, "utf8"));
  const login = values.user === undefined ? {} : { user: values.user, pass: values.password ?? "" };
  const connection = await connect({ servers: values.nats, ...login });
  for (let i = 1; i <= Number(values.times); i++) {
    await playRecording(connection, messages, { run: `${Date.now().toString(36)}${i}`, speed: Number(values.speed) });
    console.log(`Played ${messages.length} messages (${i} of ${values.times}).`);
  }
  await connection.close();
}
