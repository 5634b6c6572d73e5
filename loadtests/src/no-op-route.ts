/** Control: a Fastify route that checks a body like the authorise route's and does nothing, in a process of its own. */
import { fastify } from "fastify";
import { readSetting, report, untilReleased } from "./harness/child.ts";

export interface NoOpSetting {
  readonly host: string;
}

export interface NoOpReport {
  readonly url: string;
}

const { host } = readSetting<NoOpSetting>();
const app = fastify({ logger: false, forceCloseConnections: true });
const text = { type: "string" } as const;
const body = {
  type: "object",
  required: ["usageId", "callType", "direction", "user", "from", "to"],
  properties: { usageId: text, callType: text, direction: text, user: text, from: text, to: text },
} as const;
const answer = {
  type: "object",
  properties: { decision: text, reason: text, usageId: text, grantedSeconds: { type: "integer" } },
} as const;
app.post("/v1/accounts/:account/authorize", { schema: { body, response: { 200: answer } } }, (request) => ({
  decision: "allow",
  reason: "ok",
  usageId: (request.body as { usageId: string }).usageId,
  grantedSeconds: 60,
}));
report({ url: await app.listen({ host, port: 0 }) } satisfies NoOpReport);
await untilReleased();
await app.close();
