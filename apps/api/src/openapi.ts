import { fastifySwagger } from "@fastify/swagger";
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from "fastify-type-provider-zod";
import type { App } from "./services.ts";

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
        { name: "Reports", description: "Settled calls and money" },
        { name: "Sign-in", description: "Sessions of people and API keys of systems" },
        { name: "Operation", description: "Health, metrics, this description" },
      ],
      components: {
        securitySchemes: {
          apiKey: { type: "http", scheme: "bearer", description: "An API key: tb_live_…" },
          session: { type: "apiKey", in: "cookie", name: "tollbook_session", description: "Sign in at POST /v1/session" },
        },
      },
    },
    transform: createJsonSchemaTransform({ skipList: [] }),
    transformObject: createJsonSchemaTransformObject({}),
  });
}
