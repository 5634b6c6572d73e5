import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { decodeCallBody, decodeCallText } from "@tollbook/contracts/decode-call-event.ts";
import { IngestResult, Settled } from "@tollbook/contracts/http.ts";
import { formatTime, type AccountId } from "@tollbook/contracts/units.ts";
import type { FastifyRequest } from "fastify";
import * as z from "zod/mini";
import { heldIn } from "../access/held.ts";
import { accountOf, feederOf, principalOf } from "../access/principal.ts";
import { ApiProblem } from "../problem.ts";
import { AccountParams, problems } from "../schemas.ts";
import type { App, Services } from "../services.ts";
import { openIngestion } from "./ingestion.ts";

/** Of a body that is read whole; NDJSON is read line by line and has no limit. */
const BODY_LIMIT = 16 << 20;
const WHOLE_BODIES = ["application/json", "application/cloudevents+json", "application/cloudevents-batch+json"];
const STREAMED_BODIES = ["application/x-ndjson", "application/ndjson", "application/jsonl"];
/** How long `settled` may wait for its position. */
const SETTLED_WAIT_MS = 5000;

/** Ingest has its own parsers, so it has its own scope. */
export async function registerEvents(root: App, services: Services): Promise<void> {
  await root.register(async (scope) => {
    const app = scope as App;
    app.removeAllContentTypeParsers();
    app.addContentTypeParser(WHOLE_BODIES, { parseAs: "string", bodyLimit: BODY_LIMIT }, (_request, body, done) =>
      done(null, body),
    );
    app.addContentTypeParser(STREAMED_BODIES, (_request, payload, done) => done(null, payload));

    app.post(
      "/v1/accounts/:account/events",
      {
        config: { access: { account: ["ingest"] } },
        bodyLimit: BODY_LIMIT,
        schema: {
          operationId: "sendEvents",
          tags: ["Events"],
          summary: "Send call events of one account",
          description:
            "One CloudEvent (structured, binary or plain JSON), a batch, or NDJSON. Answered after the log has acknowledged all of them. " +
            "An event that cannot be read is listed in `rejected` and kept whole as a dead letter; the others are not affected. " +
            "The same event sent again is recognised by `source` and `id`.",
          params: AccountParams,
          response: { 202: IngestResult, ...problems("payloadTooLarge", "unsupportedMediaType", "logUnreachable") },
        },
      },
      async (request, reply) => reply.code(202).send(await ingest(request, services, accountOf(request))),
    );

    app.post(
      "/v1/events",
      {
        config: { access: "ingest" },
        bodyLimit: BODY_LIMIT,
        schema: {
          operationId: "sendMixedEvents",
          tags: ["Events"],
          summary: "Send call events of several accounts",
          description:
            "As above; each event names its account in the attribute `account`, or in `subject` as `calls.v1.<account>`.",
          response: { 202: IngestResult, ...problems("payloadTooLarge", "unsupportedMediaType", "logUnreachable") },
        },
      },
      async (request, reply) => reply.code(202).send(await ingest(request, services, null)),
    );
  });

  root.get(
    "/v1/accounts/:account/settled",
    {
      config: { access: { account: ["ingest", "readUsage", "readBilling", "readProducts", "ownSubscriptions"], scoped: true } },
      schema: {
        operationId: "getSettled",
        tags: ["Events"],
        summary: "Is a position of the log settled",
        description: "Settled: everything up to there has its effect in verified rows. Waits up to 5 s for it.",
        params: AccountParams,
        querystring: z.object({
          partition: z.optional(z.string().check(z.regex(/^\d{1,4}$/))),
          seq: z.optional(z.string().check(z.regex(/^\d{1,15}$/))),
        }),
        response: { 200: Settled, ...problems("meterUnreachable") },
      },
    },
    async (request) => {
      const { p } = services.settled.scope(accountOf(request));
      const { partition = String(p), seq = "0" } = request.query;
      if (Number(partition) !== p)
        throw new ApiProblem("invalidRequest", { detail: `partition: this account is in partition ${p}` });
      const settled = await services.settled.wait(p, Number(seq), SETTLED_WAIT_MS);
      const mark = services.settled.of(p);
      return { partition: p, logSeq: mark?.logSeq ?? 0, logTime: mark === null ? null : formatTime(mark.logTime), settled };
    },
  );
}

async function ingest(
  request: FastifyRequest,
  { log, directory, metrics }: Services,
  account: AccountId | null,
): Promise<IngestResult> {
  const principal = principalOf(request);
  const feeder = feederOf(principal);
  const ingestion = openIngestion({
    log,
    account,
    feeder,
    mayIngest: (named) => heldIn(principal, named, directory)?.everywhere("ingest") === true,
  });
  const { body } = request;
  if (body instanceof Readable) {
    for await (const line of createInterface({ input: body, crlfDelay: Number.POSITIVE_INFINITY }))
      if (line.trim() !== "") await ingestion.add({ result: decodeCallText(line, account, feeder), text: line });
  } else if (typeof body === "string" && body !== "") {
    for (const piece of decodeCallBody(body, headersOf(request), account, feeder)) await ingestion.add(piece);
  } else {
    throw new ApiProblem("invalidRequest", { detail: "The body is empty.", hint: "Send a CloudEvent, a batch or NDJSON." });
  }
  const result = await ingestion.finish();
  metrics.eventsAccepted.inc(result.accepted);
  for (const { reason } of result.rejected) metrics.eventsRejected.inc({ reason });
  return result;
}

/** Binary mode puts the attributes into `ce-` headers. */
function headersOf(request: FastifyRequest): [string, string | string[] | undefined][] {
  return Object.entries(request.headers);
}
