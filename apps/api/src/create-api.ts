import { fastifyCookie } from "@fastify/cookie";
import { fastifyHelmet } from "@fastify/helmet";
import { fastifySSE } from "@fastify/sse";
import { openWarehouse } from "@tollbook/warehouse/open-warehouse.ts";
import { pino } from "pino";
import { fastify, LogController, type FastifyServerOptions } from "fastify";
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import { Kvm } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import { settledBucket } from "@tollbook/contracts/subjects.ts";
import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import { decideAccess } from "./access/decide.ts";
import { recogniseCallers } from "./access/recognise.ts";
import { directoryFromBucket, followDirectory } from "./directory/directory.ts";
import { sweepDirectory } from "./directory/sweep.ts";
import type { ApiConfig } from "./environment.ts";
import { noteKeyUses } from "./key-uses.ts";
import { openLog } from "./log/log-client.ts";
import { MirroredBucket } from "./log/mirrored-bucket.ts";
import { settledMarks } from "./log/settled-marks.ts";
import { createMetrics } from "./metrics.ts";
import { describeApi } from "./openapi.ts";
import { serveDashboard } from "./dashboard.ts";
import { answerError } from "./problem.ts";
import { refuseOverload } from "./overload.ts";
import { limitRequests } from "./rate-limit.ts";
import { openOutbox } from "./outbox/open-outbox.ts";
import { openReports } from "./reports.ts";
import { registerRoutes } from "./routes.ts";
import type { App, Services } from "./services.ts";
import { webhookEndpoints } from "./webhooks/endpoints.ts";
import { sessionCookieName } from "./session-cookie.ts";

export interface Api {
  /** `http://host:port`, once listening. */
  readonly url: string;
  readonly app: App;
  /** Ends requests that run, closes what was opened. */
  close(): Promise<void>;
}

/** A body of this size is a mistake everywhere but at ingest, which sets its own limit. */
const BODY_LIMIT = 256 * 1024;
/** Long enough for a month of calls as NDJSON over a slow line; headers have Node's own minute. */
const REQUEST_TIMEOUT_MS = 600_000;
const IDLE_MS = 120_000;
/** Longer than the load balancers' usual 60 s, so that they close first. */
const KEEP_ALIVE_MS = 72_000;
/** A charge or a mail that is under way may end; else another process takes it up. */
const OUTBOX_CLOSE_MS = 5_000;

/** The API without its port: for the OpenAPI file and for tests of routes alone. Connects in the background. */
export async function createApp(config: ApiConfig, now: () => Date = () => new Date()): Promise<App> {
  const options: FastifyServerOptions = {
    loggerInstance: pino({ name: "api", level: config.logLevel, redact: ["req.headers.authorization", "req.headers.cookie"] }),
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: IDLE_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: true,
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    trustProxy: false,
    routerOptions: { maxParamLength: 256 },
  };
  const app = fastify(options).withTypeProvider<ZodTypeProvider>() as App;
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(answerError);
  // JSON only: what a form of another site could send is not read.
  app.removeContentTypeParser("text/plain");

  const services = openServices(config, app, now);
  const keyUses = noteKeyUses(services.directory, app.log);
  const sweep = sweepDirectory(services.directory, now, app.log);
  app.addHook("onClose", async () => {
    sweep.close();
    await keyUses.flush();
    await services.outbox.close(OUTBOX_CLOSE_MS);
    await services.log.close();
    await services.clickhouse.close();
  });
  app.addHook("onRequest", async (request, reply) => void reply.header("x-request-id", request.id));
  app.addHook("onResponse", async (request, reply) => {
    services.metrics.requestSeconds.observe(
      { method: request.method, route: request.routeOptions.url ?? "none", status: String(reply.statusCode) },
      reply.elapsedTime / 1000,
    );
  });
  await app.register(fastifyHelmet, { ...securityHeaders(config.secureCookies) });
  await app.register(fastifyCookie);
  const access = {
    directory: services.directory,
    keyEnvironment: config.keyEnvironment,
    cookieName: sessionCookieName(config.secureCookies),
    now,
    noteKeyUse: (keyId: string) => keyUses.note(keyId),
  };
  recogniseCallers(app, access);
  await limitRequests(app, config.limits);
  await refuseOverload(app);
  decideAccess(app, services);
  await app.register(fastifySSE, { heartbeatInterval: 15_000 });
  await describeApi(app);
  await registerRoutes(app, services);
  await serveDashboard(app, config.dashboardFolder);
  return app;
}

/** Listens; resolves when requests are taken, whether or not NATS and ClickHouse answer yet (`/readyz` says so). */
export async function createApi(config: ApiConfig): Promise<Api> {
  const app = await createApp(config);
  await app.listen({ host: config.host, port: config.port });
  const { address, port } = app.server.address() as AddressInfo;
  return { url: `http://${address.includes(":") ? `[${address}]` : address}:${port}`, app, close: async () => await app.close() };
}

function openServices(config: ApiConfig, app: App, now: () => Date): Services {
  const log = openLog({
    url: config.natsUrl,
    user: config.natsUser,
    password: config.natsPassword,
    warn: (message) => app.log.warn(message),
  });
  const directoryEntries = new MirroredBucket();
  const settledEntries = new MirroredBucket();
  log.onConnect(async (nc) => {
    await followDirectory(directoryEntries, nc);
    // The meter creates this one, perhaps later; sign-in and ingest need not wait for it.
    void followSettled(nc, settledEntries);
  });
  const settled = settledMarks(settledEntries);
  const clickhouse = openWarehouse({ url: config.clickhouseUrl });
  const reports = openReports(clickhouse, settled);
  const metrics = createMetrics();
  const directory = directoryFromBucket(directoryEntries);
  const { outbox: outboxConfig, seller } = config;
  const webhooks = webhookEndpoints(directoryEntries);
  return {
    config,
    directory,
    webhooks,
    log,
    settled,
    clickhouse,
    reports,
    metrics,
    outbox: openOutbox({
      config: outboxConfig,
      directory,
      seller,
      endpoints: webhooks,
      log,
      settled,
      reports,
      metrics,
      say: app.log,
      now,
    }),
    now,
  };
}

const SETTLED_RETRY_MS = 500;

async function followSettled(nc: NatsConnection, entries: MirroredBucket): Promise<void> {
  while (!nc.isClosed()) {
    try {
      return await entries.follow(await new Kvm(nc).open(settledBucket));
    } catch {
      // `/readyz` says that the log is not set up yet.
      await new Promise((resolve) => setTimeout(resolve, SETTLED_RETRY_MS).unref());
    }
  }
}

function securityHeaders(secure: boolean): object {
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        // The dashboard's component library writes its style sheets at run time.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", "data:"],
        fontSrc: ["'self'", "data:"],
        objectSrc: ["'none'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: secure ? { maxAge: 31_536_000 } : false,
    crossOriginEmbedderPolicy: false,
  };
}
