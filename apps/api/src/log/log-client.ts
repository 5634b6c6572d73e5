import { jetstream, type JetStreamClient } from "@nats-io/jetstream";
import { connect, headers, nuid, type Msg, type NatsConnection } from "@nats-io/transport-node";
import { REPLY_HEADER } from "@tollbook/contracts/subjects.ts";
import { ApiProblem } from "../problem.ts";

/** The server lets the API's user subscribe here only, and the meter answers the API's senders here only. */
const INBOX_PREFIX = "_INBOX_api";
/** A stream that has not acknowledged by then is away: the sender keeps the event and sends it again. */
const ACKNOWLEDGE_MS = 3000;
const RECONNECT_MS = 250;

/** Where a message stands in the log. */
export interface StoredAt {
  readonly partition: number;
  readonly seq: number;
}

/** A message that asks for the fold's answer: the acknowledgement comes from the stream, the reply from the meter. */
export interface Asked {
  readonly stored: Promise<StoredAt>;
  /** Null when nobody answered in time. */
  readonly reply: Promise<Uint8Array | null>;
}

export interface LogClient {
  /** Null while connected; else why not, in a sentence. */
  readonly fault: string | null;
  /** Called with each new connection, once connected; an error is shown as `fault` and tried again. */
  onConnect(setUp: (nc: NatsConnection) => Promise<void>): void;
  /** Throws ApiProblem `logUnreachable`. */
  connection(): NatsConnection;
  /** Resolves after the stream's acknowledgement; rejects with ApiProblem `logUnreachable`. */
  publish(subject: string, payload: Uint8Array | string, contentType?: string): Promise<StoredAt>;
  ask(subject: string, payload: Uint8Array | string, replyMs: number): Asked;
  close(): Promise<void>;
}

/** Connects in the background and for ever: the API serves what it can while NATS is away. */
export function openLog(options: {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly warn: (message: string) => void;
}): LogClient {
  const inbox = `${INBOX_PREFIX}.${nuid.next()}`;
  const waiting = new Map<string, (payload: Uint8Array | null) => void>();
  let setUps: (nc: NatsConnection) => Promise<void> = async () => undefined;
  let open: { readonly nc: NatsConnection; readonly js: JetStreamClient } | null = null;
  let fault: string | null = "NATS is not connected yet.";
  let closed = false;

  const connectForEver = async (): Promise<void> => {
    while (!closed) {
      let nc: NatsConnection | null = null;
      try {
        nc = await connect({
          servers: options.url,
          ...(options.password === "" ? {} : { user: options.user, pass: options.password }),
          name: "tollbook-api",
          inboxPrefix: INBOX_PREFIX,
          maxReconnectAttempts: -1,
          reconnectTimeWait: RECONNECT_MS,
        });
        nc.subscribe(`${inbox}.*`, { callback: (_error, message) => answer(message) });
        await setUps(nc);
        open = { nc, js: jetstream(nc) };
        fault = null;
        await followStatus(nc);
        open = null;
      } catch (error) {
        fault = `NATS cannot be used: ${error instanceof Error ? error.message : String(error)}.`;
        options.warn(fault);
        await nc?.close();
      }
      if (!closed) await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS * 2));
    }
  };

  /** Resolves when the connection is closed for good. */
  const followStatus = async (nc: NatsConnection): Promise<void> => {
    for await (const status of nc.status()) {
      if (status.type === "disconnect") {
        fault = "NATS is not connected.";
        options.warn(fault);
      }
      if (status.type === "reconnect") fault = null;
    }
  };

  const answer = (message: Msg): void => {
    const token = message.subject.slice(inbox.length + 1);
    waiting.get(token)?.(message.data);
  };

  const connected = (): { readonly nc: NatsConnection; readonly js: JetStreamClient } => {
    if (open === null || fault !== null)
      throw new ApiProblem("logUnreachable", { detail: fault ?? undefined, retryAfterSeconds: 1 });
    return open;
  };

  const store = async (
    subject: string,
    payload: Uint8Array | string,
    header: readonly [string, string] | null,
  ): Promise<StoredAt> => {
    const { js } = connected();
    try {
      // js.publish writes into the headers it is given: new ones for each message.
      const own = header === null ? null : headers();
      if (own !== null && header !== null) own.set(...header);
      const ack = await js.publish(subject, payload, { timeout: ACKNOWLEDGE_MS, ...(own === null ? {} : { headers: own }) });
      return { partition: Number(ack.stream.slice(ack.stream.lastIndexOf("-") + 1)), seq: ack.seq };
    } catch (error) {
      options.warn(`the log did not acknowledge: ${error instanceof Error ? error.message : String(error)}`);
      throw new ApiProblem("logUnreachable", { retryAfterSeconds: 1 });
    }
  };

  void connectForEver();

  return {
    get fault() {
      return fault;
    },
    onConnect(setUp) {
      const before = setUps;
      setUps = async (nc) => {
        await before(nc);
        await setUp(nc);
      };
    },
    connection: () => connected().nc,
    publish: async (subject, payload, contentType) =>
      await store(subject, payload, contentType === undefined ? null : ["Content-Type", contentType]),
    ask(subject, payload, replyMs) {
      const token = nuid.next();
      const reply = new Promise<Uint8Array | null>((resolve) => {
        const settle = (data: Uint8Array | null): void => {
          clearTimeout(timer);
          waiting.delete(token);
          resolve(data);
        };
        const timer = setTimeout(() => settle(null), replyMs);
        waiting.set(token, settle);
      });
      return { stored: store(subject, payload, [REPLY_HEADER, `${inbox}.${token}`]), reply };
    },
    async close() {
      closed = true;
      await open?.nc.close();
    },
  };
}
