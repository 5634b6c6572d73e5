import { jetstream } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { installStream } from "@tollbook/contracts/subjects.ts";
import type { InstallFact } from "@tollbook/domain/fold.ts";
import type { Decks } from "./decks.ts";
import { decodeInstallFact } from "./decode.ts";
import { asError } from "./failures.ts";
import type { OwnLog } from "./own-log.ts";

/**
 * Installation-wide facts (decks come into force) stand once in the stream INSTALL. Each partition's owner copies them, in
 * order, into its own log, so that they have a place among its events. A fact is copied only when its deck can be loaded:
 * once it is in a log, that log cannot go on without it.
 */
export interface InstallFacts {
  copyTo(ownLog: OwnLog, onHeld: (error: Error) => void): { close(): void };
  close(): Promise<void>;
}

const RETRY_MS = 5_000;

export async function openInstallFacts(nc: NatsConnection, decks: Decks, onError: (error: Error) => void): Promise<InstallFacts> {
  const facts: InstallFact[] = [];
  const listeners = new Set<() => void>();
  // An ordered consumer: begins at the first entry, and again where it was after a lost connection.
  const consumer = await jetstream(nc).consumers.get(installStream);
  const messages = await consumer.consume({
    callback: (message) => {
      const fact = decodeInstallFact(valueOf(message.data), message.seq);
      if (fact === null) onError(new Error(`entry ${message.seq} of ${installStream} is no known fact; it is left out`));
      else facts.push(fact);
      for (const listener of listeners) listener();
    },
  });

  return {
    copyTo: (ownLog, onHeld) => {
      let closed = false;
      let copied: number | null = null;
      let lastSeq = 0;
      let running = false;
      let again = false;
      const copy = async (): Promise<void> => {
        if (copied === null) {
          const last = await ownLog.last("install");
          lastSeq = last?.seq ?? 0;
          copied = last === null ? 0 : (JSON.parse(last.text) as InstallFact).installSeq;
        }
        for (const fact of facts) {
          if (closed || fact.installSeq <= copied) continue;
          await decks.load(fact.activation.deckId);
          lastSeq = await ownLog.publish("install", JSON.stringify(fact), lastSeq);
          copied = fact.installSeq;
        }
      };
      const run = (): void => {
        again = running;
        if (running || closed) return;
        running = true;
        copy()
          .catch((error: unknown) => {
            // Where it stopped is asked for anew.
            copied = null;
            onHeld(asError(error));
            timer = setTimeout(run, RETRY_MS);
          })
          .finally(() => {
            running = false;
            if (again) run();
          });
      };
      let timer: NodeJS.Timeout | undefined;
      listeners.add(run);
      run();
      return {
        close: () => {
          closed = true;
          listeners.delete(run);
          clearTimeout(timer);
        },
      };
    },
    close: async () => {
      await messages.close();
    },
  };
}

const utf8 = new TextDecoder();

function valueOf(data: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(data)) as unknown;
  } catch {
    return null;
  }
}
