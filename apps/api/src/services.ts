import type { ClickHouseClient } from "@clickhouse/client";
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Directory } from "./directory/directory.ts";
import type { ApiConfig } from "./environment.ts";
import type { LogClient } from "./log/log-client.ts";
import type { SettledMarks } from "./log/settled-marks.ts";
import type { Metrics } from "./metrics.ts";
import type { Outbox } from "./outbox/open-outbox.ts";
import type { Reports } from "./reports.ts";
import type { WebhookEndpoints } from "./webhooks/endpoints.ts";

/** What the routes are made of; each route takes what it needs. */
export interface Services {
  readonly config: ApiConfig;
  readonly directory: Directory;
  readonly log: LogClient;
  readonly settled: SettledMarks;
  readonly reports: Reports;
  readonly clickhouse: ClickHouseClient;
  readonly metrics: Metrics;
  readonly outbox: Outbox;
  readonly webhooks: WebhookEndpoints;
  readonly now: () => Date;
}

export type App = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypeProvider>;
