import type { CallEvent } from "@tollbook/contracts/call-event.ts";
import { MAX_EVENT_BYTES, type DecodedPiece } from "@tollbook/contracts/decode-call-event.ts";
import type { IngestResult } from "@tollbook/contracts/http.ts";
import { PACKED_FIRST_BYTE, packCallEvents } from "@tollbook/contracts/pack-call-events.ts";
import { callsSubject } from "@tollbook/contracts/subjects.ts";
import type { AccountId, FeederId } from "@tollbook/contracts/units.ts";
import type { LogClient, StoredAt } from "../log/log-client.ts";

/** Events of one account that go into the log as one message; well below its 1 MiB, and short work for one turn of the meter. */
const PACK_EVENTS = 500;
const PACK_CHARACTERS = 256 * 1024;
/** Messages that may wait for their acknowledgement before more of the body is read. */
const IN_FLIGHT = 8;
/** A sender that gets everything wrong does not need to hear it a million times. */
const MAX_REJECTED = 1000;
/** What is longer than a message of the log can hold is only reported back. */
const MAX_DEAD_LETTER = MAX_EVENT_BYTES * 8;

/** Takes the events of one request into the log. */
export interface Ingestion {
  /** Resolves when the next piece may be added; rejects with ApiProblem when the log does not acknowledge. */
  add(piece: DecodedPiece): Promise<void>;
  /** Resolves after the last acknowledgement. */
  finish(): Promise<IngestResult>;
}

export interface IngestionOptions {
  readonly log: LogClient;
  /** The account of the path; null: each event names its own. */
  readonly account: AccountId | null;
  readonly feeder: FeederId;
  readonly mayIngest: (account: AccountId) => boolean;
}

interface Pack {
  events: CallEvent[];
  /** The sender's own text, while there is only one. */
  text: string;
  characters: number;
}

export function openIngestion({ log, account: pathAccount, feeder, mayIngest }: IngestionOptions): Ingestion {
  const packs = new Map<AccountId, Pack>();
  const inFlight = new Set<Promise<void>>();
  const rejected: IngestResult["rejected"] = [];
  const positions = new Map<AccountId, StoredAt>();
  let failure: unknown = null;
  let index = -1;
  let accepted = 0;

  const reject = (reason: string, detail: string): void => {
    if (rejected.length < MAX_REJECTED) rejected.push({ index, reason, detail });
  };

  const publish = async (account: AccountId, payload: Uint8Array | string): Promise<void> => {
    while (inFlight.size >= IN_FLIGHT) await Promise.race(inFlight);
    if (failure !== null) throw failure;
    const stored = log
      .publish(callsSubject(account, feeder), payload)
      .then((at) => {
        if (at.seq > (positions.get(account)?.seq ?? 0)) positions.set(account, at);
      })
      .catch((error: unknown) => {
        failure ??= error;
      })
      .finally(() => inFlight.delete(stored));
    inFlight.add(stored);
  };

  const send = async (account: AccountId, pack: Pack): Promise<void> => {
    packs.delete(account);
    await publish(account, pack.events.length === 1 ? asOneEvent(pack.text) : packCallEvents(pack.events));
  };

  return {
    async add({ result, text }) {
      index++;
      if (!result.ok) {
        reject(result.reason, result.detail);
        // The meter will find the same fault and keep the event whole, where an operator can see it.
        if (pathAccount !== null && text.length <= MAX_DEAD_LETTER) await publish(pathAccount, asOneEvent(text));
        return;
      }
      const { event } = result;
      if (pathAccount === null && !mayIngest(event.account))
        return reject("wrongAccount", `${event.account}: there is no such account, or the key is not for it`);
      accepted++;
      const pack = packs.get(event.account);
      if (pack === undefined) {
        packs.set(event.account, { events: [event], text, characters: text.length });
        return;
      }
      pack.events.push(event);
      pack.characters += text.length;
      if (pack.events.length >= PACK_EVENTS || pack.characters >= PACK_CHARACTERS) await send(event.account, pack);
    },
    async finish() {
      for (const [account, pack] of packs) await send(account, pack);
      await Promise.all(inFlight);
      if (failure !== null) throw failure;
      return {
        accepted,
        rejected,
        positions: [...positions].map(([account, { partition, seq }]) => ({ account, partition, seq })),
      };
    },
  };
}

/** The log takes a message that begins like a batch or a packed batch for one: a space before it says that it is one event. */
function asOneEvent(text: string): string {
  const first = text.charCodeAt(0);
  return first === PACKED_FIRST_BYTE || text.startsWith("[") ? ` ${text}` : text;
}
