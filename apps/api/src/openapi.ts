import { BillingView, InvoicesView } from "@tollbook/contracts/billing-views.ts";
import {
  ApiKey,
  CallExplanation,
  CallList,
  CallListItem,
  CommandResult,
  CreatedApiKey,
  IngestResult,
  Ledger,
  PayAsYouGoPreview,
  Session,
  Settled,
  UsageSeries,
} from "@tollbook/contracts/http.ts";
import { CostAnomalies, CostComparison, CostForecast, CostReport, CostServices } from "@tollbook/contracts/cost-answers.ts";
import { Invoice, InvoiceListItem } from "@tollbook/contracts/invoice.ts";
import {
  BlockedUsersReport,
  DialOutCalls,
  DialOutReport,
  DirectRoutingReport,
  MinutePoolsReport,
  PstnUsageReport,
} from "@tollbook/contracts/reports.ts";
import {
  CreditsView,
  LegView,
  LiveCallsView,
  PoolsView,
  PoolView,
  ReconciliationView,
  SubscriptionsView,
  SubscriptionView,
  SummaryView,
  UsersView,
  UserView,
} from "@tollbook/contracts/views.ts";
import * as z from "zod/mini";
import { AuthorizeAnswerBody } from "./authorize/authorize-answer.ts";
import { ProblemBody } from "./schemas.ts";
import { fastifySwagger } from "@fastify/swagger";
import scalar from "@scalar/fastify-api-reference";
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from "fastify-type-provider-zod";
import type { App } from "./services.ts";

/** Bodies that have a name of their own in the description. */
const named = {
  ApiKey,
  AuthorizeAnswer: AuthorizeAnswerBody,
  BillingView,
  BlockedUsersReport,
  Call: CallListItem,
  CallExplanation,
  CallList,
  CommandResult,
  CostAnomalies,
  CostComparison,
  CostForecast,
  CostReport,
  CostServices,
  CreatedApiKey,
  CreditsView,
  DialOutCalls,
  DialOutReport,
  DirectRoutingReport,
  IngestResult,
  Invoice,
  InvoiceListItem,
  InvoicesView,
  Ledger,
  LegView,
  LiveCallsView,
  PayAsYouGoPreview,
  Pool: PoolView,
  PoolsView,
  MinutePoolsReport,
  Problem: ProblemBody,
  PstnUsageReport,
  ReconciliationView,
  Session,
  Settled,
  Subscription: SubscriptionView,
  SubscriptionsView,
  SummaryView,
  UsageSeries,
  User: UserView,
  UsersView,
};
for (const [id, schema] of Object.entries(named)) z.globalRegistry.add(schema, { id });

/** Must be registered before the routes it describes. */
export async function describeApi(app: App): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Tollbook",
        version: "1",
        license: { name: "Apache-2.0", identifier: "Apache-2.0" },
        description:
          "Call events in, rated and funded calls out. Money is a decimal string, time RFC 3339 in UTC, lengths whole seconds. " +
          "Problems are RFC 9457 with a documented code; every answer has an X-Request-Id.",
      },
      tags: [
        { name: "Events", description: "Call events into the log, and how far they are settled" },
        { name: "Authorisation", description: "May this call be made, and for how long" },
        { name: "Commands", description: "Changes: answered by the account's own fold" },
        { name: "Views", description: "The account as it stands now" },
        { name: "Products", description: "What can be bought, what was bought, numbers, and why a call is refused" },
        { name: "Invoices", description: "What was billed, line by line, for people and for programs" },
        { name: "Reports", description: "Settled calls and money" },
        { name: "Sign-in", description: "Sessions of people and API keys of systems" },
        { name: "Members", description: "Who belongs to an account, with which roles" },
        { name: "Notices", description: "What people are told, and in which language" },
        { name: "Webhooks", description: "The same for programs: signed, tried for three days, sent again on request" },
        { name: "Trying out", description: "The built-in payment provider and clocks of one's own" },
        { name: "Operation", description: "Health, metrics, this description" },
      ],
      security: [{ apiKey: [] }, { session: [] }],
      components: {
        securitySchemes: {
          apiKey: { type: "http", scheme: "bearer", description: "An API key: tb_live_…" },
          session: { type: "apiKey", in: "cookie", name: "tollbook_session", description: "Sign in at POST /v1/session" },
        },
      },
    },
    transform: createJsonSchemaTransform({}),
    transformObject: (document) => withHeaders(withEventBodies(transformObject(document))),
  });
  app.get("/openapi.json", { config: { access: "public" }, schema: { hide: true } }, async () => app.swagger());
  // The page is the package's own: it loads its script from here and nothing from elsewhere (toolchain: no fonts, no agents).
  await app.register(scalar, {
    routePrefix: "/docs",
    configuration: {
      url: "/openapi.json",
      withDefaultFonts: false,
      showDeveloperTools: "never",
      agent: { disabled: true },
      mcp: { disabled: true },
      hideClientButton: true,
      telemetry: false,
    },
  });
  // Its page has an inline script, which no other page of ours may have.
  app.addHook("onSend", async (request, reply) => {
    if (request.url.startsWith("/docs"))
      reply.header(
        "content-security-policy",
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; frame-ancestors 'none'",
      );
  });
}

/** Of an OpenAPI document, what is changed here. */
interface Description {
  readonly paths?: Record<string, Record<string, Operation>>;
}
interface Operation {
  readonly operationId?: string;
  readonly tags?: readonly string[];
  parameters?: readonly object[];
  requestBody?: object;
}

const transformObject = createJsonSchemaTransformObject({});

/** Every change may carry these two; the hooks read them, no schema does. */
function withHeaders(document: Description): Description {
  for (const path of Object.values(document.paths ?? {})) {
    for (const [method, operation] of Object.entries(path)) {
      if (method === "get" || ["signIn", "acceptInvitation"].includes(operation.operationId ?? "")) continue;
      const header = (name: string, description: string): object => ({
        in: "header",
        name,
        required: false,
        schema: { type: "string" },
        description,
      });
      operation.parameters = [
        ...(operation.parameters ?? []),
        header("X-CSRF-Token", "Of the session; needed with a cookie, not with an API key."),
        ...(operation.tags?.includes("Commands") === true
          ? [header("Idempotency-Key", "The same key with the same content happens once. Required where money moves.")]
          : []),
      ];
    }
  }
  return document;
}

/** Ingest reads its bodies itself, so their forms are described by hand. */
function withEventBodies(document: object): Description {
  const event = {
    type: "object",
    required: ["specversion", "id", "source", "type", "data"],
    properties: {
      specversion: { const: "1.0" },
      id: { type: "string" },
      source: { type: "string" },
      type: { type: "string", examples: ["telephony.call.ended.v1"] },
      time: { type: "string", format: "date-time" },
      account: { type: "string" },
      data: { type: "object", additionalProperties: true },
    },
  };
  const content = {
    "application/cloudevents+json": { schema: event },
    "application/cloudevents-batch+json": { schema: { type: "array", items: event } },
    "application/json": { schema: event },
    "application/x-ndjson": { schema: { type: "string", description: "One CloudEvent a line" } },
  };
  const description = document as Description;
  for (const path of ["/v1/accounts/{account}/events", "/v1/events"]) {
    const post = description.paths?.[path]?.["post"];
    if (post !== undefined) post.requestBody = { required: true, content };
  }
  return description;
}
