import { AckPolicy, jetstream, jetstreamManager, RetentionPolicy, type JsMsg } from "@nats-io/jetstream";
import { nanos, type NatsConnection } from "@nats-io/transport-node";
import { encodeCallEvent } from "@tollbook/contracts/encode-call-event.ts";
import { callsSubject, controlSubject } from "@tollbook/contracts/subjects.ts";
import { callEventFromKamailio, type KamailioSettings } from "./adapt.ts";

/** Kamailio publishes without acknowledgement, so a stream takes its messages down at once, whether the adapter runs or not. */
export const kamailioSubjects = "calls.kamailio.>";
const streamName = "KAMAILIO";
const consumerName = "tollbook";
/** Kamailio names an event route after the subject, and such a name holds no dots. */
export const kamailioControlSubject = "kamailio-control";
/** What the adapter could not pass on within this time is lost; the log keeps its own for longer. */
const KEPT_MS = 7 * 86_400_000;
/** Events on their way to the log at once: enough to hide its latency, little to repeat after a crash. */
const IN_FLIGHT = 256;
const RETRY_MS = 1000;

export interface Adapter {
  readonly counts: { sent: number; ignored: number; unreadable: number; failed: number };
  /** Resolves when the messages in hand are done. */
  close(): Promise<void>;
}

/**
 * Passes Kamailio's messages on to the log. A message is acknowledged when the log has stored its event; whatever
 * happens before that, it comes again, with the same event id. The other way, it passes on the commands to end a call;
 * these are not kept: the meter repeats them until the leg has ended. `source` and `target` may be one connection.
 */
export async function createAdapter(options: {
  readonly source: NatsConnection;
  readonly target: NatsConnection;
  readonly settings: KamailioSettings;
  readonly say: (sentence: string) => void;
}): Promise<Adapter> {
  const { source, target, settings, say } = options;
  const manager = await jetstreamManager(source);
  await manager.streams.add({
    name: streamName,
    subjects: [kamailioSubjects],
    retention: RetentionPolicy.Limits,
    max_age: nanos(KEPT_MS),
  });
  await manager.consumers.add(streamName, {
    durable_name: consumerName,
    ack_policy: AckPolicy.Explicit,
    max_ack_pending: IN_FLIGHT,
  });
  const consumer = await jetstream(source).consumers.get(streamName, consumerName);
  const log = jetstream(target);
  const subject = callsSubject(settings.account, settings.feeder);
  const counts = { sent: 0, ignored: 0, unreadable: 0, failed: 0 };
  const open = new Set<Promise<void>>();

  async function handle(message: JsMsg): Promise<void> {
    const adapted = callEventFromKamailio(message.string(), settings);
    if (adapted.kind === "event") {
      await log.publish(subject, encodeCallEvent(adapted.event));
      counts.sent += 1;
    } else {
      counts[adapted.kind] += 1;
      // It stays in the stream and can be read there.
      if (adapted.kind === "unreadable")
        say(`Message ${message.seq} of ${message.subject} is not as configured: ${adapted.why}.`);
    }
    message.ack();
  }

  const control = target.subscribe(controlSubject(settings.account), {
    callback: (error, message) => {
      if (error === null) source.publish(kamailioControlSubject, message.data);
      else say(`Commands to end a call do not reach Kamailio (${error.message}).`);
    },
  });
  const messages = await consumer.consume({
    max_messages: IN_FLIGHT,
    callback: (message) => {
      const done = handle(message)
        .catch((error: unknown) => {
          counts.failed += 1;
          say(`The log did not take an event (${String(error)}); it is sent again in a second.`);
          message.nak(RETRY_MS);
        })
        .finally(() => open.delete(done));
      open.add(done);
    },
  });
  return {
    counts,
    close: async () => {
      control.unsubscribe();
      await messages.close();
      await Promise.all(open);
    },
  };
}
