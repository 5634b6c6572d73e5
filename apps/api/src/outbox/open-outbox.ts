import type { NatsConnection } from "@nats-io/transport-node";
import type { FastifyBaseLogger } from "fastify";
import type { Directory } from "../directory/directory.ts";
import type { Seller } from "../invoices/seller.ts";
import type { LogClient } from "../log/log-client.ts";
import type { SettledMarks } from "../log/settled-marks.ts";
import type { Metrics } from "../metrics.ts";
import { invoiceAttachments, invoiceContacts, userAddresses } from "../notices/invoice-attachment.ts";
import { mailStage } from "../notices/mail-stage.ts";
import type { Reports } from "../reports.ts";
import { createIdle, type Idle } from "./idle.ts";
import { deliveriesStage } from "../webhooks/deliveries-stage.ts";
import type { WebhookEndpoints } from "../webhooks/endpoints.ts";
import { webhooksStage } from "../webhooks/webhooks-stage.ts";
import { invoicesStage } from "./invoices-stage.ts";
import type { OutboxConfig } from "./outbox-config.ts";
import { createOutboxMetrics, type OutboxState } from "./outbox-metrics.ts";
import { createOutboxStore, isWaived, type OutboxStore } from "./outbox-store.ts";
import { paymentsStage } from "./payments-stage.ts";
import type { PaymentProvider } from "./payment-provider.ts";
import { createStripeProvider } from "./stripe-provider.ts";
import { createTestProvider, type TestProvider } from "./test-provider.ts";
import type { StageName } from "./stage.ts";
import { createWorker, type Worker } from "./worker.ts";

/**
 * Acts on what leaves the fold: charges cards, verifies closed invoices, tells people and endpoints. Several API processes share
 * the work; each message is dealt with by one of them and remembered by all.
 */
export interface Outbox {
  readonly store: OutboxStore;
  readonly testProvider: TestProvider;
  readonly idle: Idle;
  /** By stage; null: not known now. */
  waiting(): Promise<ReadonlyMap<StageName, number | null>>;
  /** A parked message once more. */
  again(stage: StageName, seq: number): Promise<string>;
  /** For the health page. */
  checks(): { readonly name: string; readonly ok: boolean; readonly detail: string }[];
  /** Ends what is under way, for as long as it takes at most `deadlineMs`. */
  close(deadlineMs: number): Promise<void>;
}

export interface OutboxOptions {
  readonly config: OutboxConfig;
  readonly directory: Directory;
  readonly seller: Seller | null;
  readonly endpoints: WebhookEndpoints;
  readonly log: LogClient;
  readonly settled: SettledMarks;
  readonly reports: Reports;
  readonly metrics: Metrics;
  readonly say: FastifyBaseLogger;
  readonly now: () => Date;
}

/** Before a stage that cannot be run is started again: the meter may not have set up the streams yet. */
const RESTART_MS = 500;

export function openOutbox({
  config,
  directory,
  seller,
  endpoints,
  log,
  settled,
  reports,
  metrics,
  say,
  now,
}: OutboxOptions): Outbox {
  const store = createOutboxStore();
  const closing = new AbortController();
  const running = new Set<Promise<void>>();
  let connection: NatsConnection | null = null;

  const waiting = async (): Promise<ReadonlyMap<StageName, number | null>> => {
    const nc = connection;
    const counts = await Promise.all(
      [...workers].map(async ([name, worker]) => [name, nc === null ? null : await worker.waiting(nc)] as const),
    );
    return new Map(counts);
  };
  const state: OutboxState = {
    waiting: async () => new Map([...(await waiting())].flatMap(([name, count]) => (count === null ? [] : [[name, count]]))),
    parked: () => store.parked().length,
    disagreeing: () => store.alarms().length,
  };
  const outboxMetrics = createOutboxMetrics(metrics.registry, () => state);
  const testProvider = createTestProvider(() => store.charges(), now);
  const providers = new Map<string, PaymentProvider>();
  if (config.stripe !== null) providers.set("stripe", createStripeProvider({ ...config.stripe, intents: store.intents }));
  if (config.testProvider) providers.set(testProvider.name, testProvider);

  const shared = { store, metrics: outboxMetrics, log: say, now };
  const workers = new Map<StageName, Worker>([
    ["payments", createWorker(paymentsStage({ log, endpoints, now, providers, metrics: outboxMetrics }), shared)],
    [
      "mail",
      createWorker(
        mailStage({
          smtpUrl: config.smtpUrl,
          mailFrom: config.mailFrom,
          directory,
          store,
          addressOf: userAddresses(log),
          contactOf: invoiceContacts(log),
          invoicePdf: invoiceAttachments({ log, reports, seller }),
        }),
        shared,
      ),
    ],
    ["webhooks", createWorker(webhooksStage({ log, endpoints, now }), shared)],
    [
      "deliveries",
      createWorker(
        deliveriesStage({ log, endpoints, store, anywhere: config.webhooksAnywhere, now, ...config.webhookPatience }),
        shared,
      ),
    ],
    ["invoices", createWorker(invoicesStage({ log, settled, reports, store, say, now }), shared)],
  ]);

  /** Until the connection is closed for good; then the next one begins anew. */
  const runOn = async (nc: NatsConnection): Promise<void> => {
    const isOver = (): boolean => closing.signal.aborted || nc.isClosed();
    /** Resolves when `work` has, or nothing is left to work for. */
    const persist = async (work: () => Promise<void>, message: string): Promise<void> => {
      while (!isOver()) {
        try {
          return await work();
        } catch (error) {
          if (!isOver()) say.debug({ reason: (error as Error).message }, message);
        }
        await new Promise((resolve) => setTimeout(resolve, RESTART_MS).unref());
      }
    };
    await persist(async () => await store.follow(nc), "the outbox is not set up yet: start the meter");
    const works = [...workers].map(async ([name, worker]) => {
      const work = async (): Promise<void> => {
        await worker.run(nc, closing.signal);
        // Somebody has deleted the consumer, perhaps; what was dealt with is remembered.
        if (!isOver()) throw new Error("its messages have ended");
      };
      await persist(work, `the outbox's stage ${name} is started again`);
    });
    await Promise.all(works);
  };

  log.onConnect(async (nc) => {
    connection = nc;
    const run = runOn(nc).finally(() => running.delete(run));
    running.add(run);
  });

  return {
    store,
    testProvider,
    idle: createIdle({ log, settled, store }),
    waiting,
    async again(stage, seq) {
      const worker = workers.get(stage);
      if (worker === undefined) throw new Error(`there is no stage ${stage}`);
      return await worker.again(log.connection(), seq);
    },
    checks() {
      const parked = store.parked();
      const alarms = store.alarms();
      const gaps = store.gaps().filter((gap) => !isWaived(gap));
      return [
        {
          name: "payments",
          ok: true,
          detail: config.testProvider
            ? "cards of the built-in test provider are charged: no money moves"
            : "cards are charged by Stripe",
        },
        {
          name: "mail",
          // Not wrong, but somebody may wonder.
          ok: true,
          detail: config.smtpUrl === null ? "no mail is sent: TOLLBOOK_SMTP_URL is not set" : "sent by SMTP",
        },
        {
          name: "outbox",
          ok: parked.length === 0,
          detail:
            parked.length === 0 ? "nothing waits for a person" : `${parked.length} messages wait for a person: GET /v1/outbox`,
        },
        {
          name: "log",
          ok: gaps.length === 0,
          detail:
            gaps.length === 0
              ? "nothing is missing"
              : `${gaps.length} gaps: no invoice of those partitions is issued until two people have waived them: GET /v1/outbox`,
        },
        {
          name: "invoices",
          ok: alarms.length === 0,
          detail:
            alarms.length === 0
              ? "stored rows agree with every closed invoice"
              : `${alarms.length} closed invoices are not issued, because stored rows do not agree: GET /v1/outbox`,
        },
      ];
    },
    async close(deadlineMs) {
      closing.abort();
      const deadline = new Promise<void>((resolve) => setTimeout(resolve, deadlineMs).unref());
      await Promise.race([Promise.all(running), deadline]);
    },
  };
}
