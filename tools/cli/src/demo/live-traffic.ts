/** Sample calls as they happen: a new one every second or so, told over NATS like a switch would, until stopped. */
import { jetstream, type JetStreamClient } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { callsSubject } from "@tollbook/contracts/subjects.ts";
import { type AccountId, type FeederId, timeUs, US_PER_SECOND } from "@tollbook/contracts/units.ts";
import { cloudEvent, createRandom, type SampleCall, type SampleCast, sampleCall } from "./sample-calls.ts";

export interface LiveTraffic {
  /** Calls told to their end so far. */
  ended(): number;
  /** Hangs up what is still going on and waits until the log has acknowledged everything. */
  stop(): Promise<void>;
}

export interface LiveTrafficConfig {
  nats: NatsConnection;
  account: AccountId;
  feeder: FeederId;
  cast: SampleCast;
  callsPerMinute: number;
  /** The demo's calls go by faster than real ones, so that there is something to see: 0.2 makes five minutes one. */
  durationScale: number;
  now(): number;
}

const SOURCE = "/sample/switch-1";

export function startLiveTraffic(config: LiveTrafficConfig): LiveTraffic {
  const js: JetStreamClient = jetstream(config.nats);
  const random = createRandom(config.now());
  const run = config.now().toString(36);
  const timers = new Set<NodeJS.Timeout>();
  const going = new Map<string, SampleCall>();
  const publishing = new Set<Promise<unknown>>();
  let count = 0;
  let ended = 0;
  let failure: Error | null = null;

  const at = (delayMs: number, action: () => void): void => {
    const timer = setTimeout(
      () => {
        timers.delete(timer);
        action();
      },
      Math.max(0, delayMs),
    );
    timers.add(timer);
  };
  const tell = (call: SampleCall, type: "started" | "answered" | "ended"): void => {
    const published = js
      .publish(callsSubject(config.account, config.feeder), JSON.stringify(cloudEvent(call, type, SOURCE)))
      .catch((error: unknown) => {
        // A real feeder keeps and repeats; the demo says at its end that some were not told.
        failure = error instanceof Error ? error : new Error(String(error));
      })
      .finally(() => publishing.delete(published));
    publishing.add(published);
  };
  const end = (call: SampleCall): void => {
    going.delete(call.usageId);
    tell(call, "ended");
    ended++;
  };
  const begin = (): void => {
    const setupAt = timeUs(config.now() * 1000);
    const drawn = sampleCall(`live-${run}-${count++}`, setupAt, config.cast, random);
    const scaled = (time: number) => timeUs(setupAt + Math.round((time - setupAt) * config.durationScale));
    const call = {
      ...drawn,
      answeredAt: drawn.answeredAt === null ? null : scaled(drawn.answeredAt),
      endedAt: scaled(drawn.endedAt),
    };
    going.set(call.usageId, call);
    tell(call, "started");
    if (call.answeredAt !== null) at((call.answeredAt - setupAt) / 1000, () => tell(call, "answered"));
    at((call.endedAt - setupAt) / 1000, () => end(call));
    at((60_000 / config.callsPerMinute) * (0.5 + random()), begin);
  };
  begin();

  return {
    ended: () => ended,
    stop: async () => {
      for (const timer of timers) clearTimeout(timer);
      const now = timeUs(config.now() * 1000);
      for (const call of going.values()) {
        const answeredAt = call.answeredAt !== null && call.answeredAt < now ? call.answeredAt : null;
        end({ ...call, answeredAt, endedAt: timeUs(Math.max(now, (answeredAt ?? call.setupAt) + US_PER_SECOND)) });
      }
      await Promise.all(publishing);
      if (failure !== null) throw failure;
    },
  };
}
