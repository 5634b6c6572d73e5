import { jetstream } from "@nats-io/jetstream";
import type { ClickHouseClient } from "@clickhouse/client";
import type { NatsConnection } from "@nats-io/transport-node";
import { callsSubject } from "@tollbook/contracts/subjects.ts";
import type { AccountId, FeederId } from "@tollbook/contracts/units.ts";
import type { SmallState } from "./small-rules.ts";

export const account = (name: string): AccountId => name as AccountId;
export const feeder = (name: string): FeederId => name as FeederId;

/** An hour ago: neither in the log's future nor in another month of its own. The same whenever an event is made again. */
const ANSWERED_MS = Math.floor(Date.now() / 1000) * 1000 - 3_600_000;

/** One finished leg of `seconds`, as a structured CloudEvent. */
export function endedEvent(id: string, usedSeconds: number, type = "ended"): string {
  const answered = ANSWERED_MS;
  return JSON.stringify({
    specversion: "1.0",
    id: `${id}:${type}`,
    source: "/test/switch",
    type: `telephony.call.${type}.v1`,
    data: {
      usageId: id,
      callId: id,
      legId: "1",
      callType: "user_out",
      direction: "outbound",
      user: "ada",
      from: "+4930901820",
      to: "+33140205050",
      answeredAt: new Date(answered).toISOString(),
      endedAt: new Date(answered + usedSeconds * 1000).toISOString(),
      usedMs: usedSeconds * 1000,
    },
  });
}

/** Publishes on the outer subject, as a feeder does, and waits for the log's acknowledgement. */
export async function publishCall(nc: NatsConnection, who: string, body: string): Promise<number> {
  const ack = await jetstream(nc).publish(callsSubject(account(who), feeder("switch-1")), body);
  return ack.seq;
}

/** What the small fold has counted, over all partitions. */
export async function totals(nc: NatsConnection, accounts: readonly string[]): Promise<Omit<SmallState, "seen">[]> {
  const answers: Omit<SmallState, "seen">[] = [];
  for (const name of accounts) {
    const reply = await nc.request(`views.v1.${name}`, JSON.stringify({ view: "summary" }), { timeout: 5_000 });
    answers.push(JSON.parse(reply.json<{ detail: string }>().detail) as Omit<SmallState, "seen">);
  }
  return answers;
}

export interface Stored {
  readonly rows: number;
  readonly legs: number;
  readonly micros: number;
}

export async function storedCalls(client: ClickHouseClient): Promise<Stored> {
  const result = await client.query({
    query: "SELECT count() AS rows, uniqExact(account, usage_id) AS legs, sum(amount_micros) AS micros FROM rated_calls",
    format: "JSONEachRow",
  });
  const row = (await result.json<Record<string, string | number>>())[0] ?? {};
  return { rows: Number(row["rows"]), legs: Number(row["legs"]), micros: Number(row["micros"]) };
}

/** Waits for a condition by asking again; throws with the last answer after the deadline. */
export async function eventually<T>(ask: () => Promise<T> | T, is: (answer: T) => boolean, deadlineMs = 20_000): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const answer = await ask();
    if (is(answer)) return answer;
    if (performance.now() > deadline) throw new Error(`still ${JSON.stringify(answer)} after ${deadlineMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
