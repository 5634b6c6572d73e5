/** Finished sample calls of the last weeks, through the bulk lane, so that reports are not empty. A second time adds nothing. */
import { jetstream } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import type { CallEvent } from "@tollbook/contracts/call-event.ts";
import { decodeCallText } from "@tollbook/contracts/decode-call-event.ts";
import { packCallEvents } from "@tollbook/contracts/pack-call-events.ts";
import { recordsSubject } from "@tollbook/contracts/subjects.ts";
import { type AccountId, type FeederId, type TimeUs, US_PER_DAY } from "@tollbook/contracts/units.ts";
import { callsOfDay, cloudEvent, type SampleCast } from "./sample-calls.ts";

const EVENTS_PER_MESSAGE = 200;

export interface HistoryConfig {
  nats: NatsConnection;
  account: AccountId;
  feeder: FeederId;
  cast: SampleCast;
  days: number;
  callsPerDay: number;
  now: TimeUs;
}

/** Resolves, once the log has acknowledged all of them, with the number of calls told. */
export async function tellHistory(config: HistoryConfig): Promise<number> {
  const js = jetstream(config.nats);
  const today = Math.floor(config.now / US_PER_DAY);
  let told = 0;
  for (let day = today - config.days; day <= today; day++) {
    const finished = callsOfDay(day, config.callsPerDay, config.cast).filter((call) => call.endedAt < config.now);
    const events = finished.map((call) => decoded(JSON.stringify(cloudEvent(call, "ended", "/sample/history")), config));
    for (let from = 0; from < events.length; from += EVENTS_PER_MESSAGE) {
      await js.publish(
        recordsSubject(config.account, config.feeder),
        packCallEvents(events.slice(from, from + EVENTS_PER_MESSAGE)),
      );
    }
    told += events.length;
  }
  return told;
}

/** The packed form is made from decoded events, so a sample that breaks the contract fails here, not in the log. */
function decoded(text: string, { account, feeder }: HistoryConfig): CallEvent {
  const result = decodeCallText(text, account, feeder);
  if (!result.ok) throw new Error(`a sample call breaks the contract: ${result.reason} ${result.detail}`);
  return result.event;
}
