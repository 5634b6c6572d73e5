import { randomUUID } from "node:crypto";
import type { AuthorizeAnswer } from "@tollbook/contracts/answers.ts";
import type { CallEvent, CallEventType } from "@tollbook/contracts/call-event.ts";
import { decodeCallText } from "@tollbook/contracts/decode-call-event.ts";
import { callsSubject } from "@tollbook/contracts/subjects.ts";
import type { AccountId, FeederId } from "@tollbook/contracts/units.ts";
import { isListedEmergency } from "./emergency-numbers.ts";
import type { FastifyContextConfig, FastifyRequest } from "fastify";
import * as z from "zod/mini";
import { accountOf, feederOf } from "../access/principal.ts";
import { ApiProblem } from "../problem.ts";
import { accountName, AccountParams, problems } from "../schemas.ts";
import type { App, Services } from "../services.ts";
import { AuthorizeAnswerBody, emergencyAnswer } from "./authorize-answer.ts";

/** A caller hears silence meanwhile: telephony acts by its own rule after this (contract §2). */
const DECISION_MS = 300;

/** The fields of a call event's `data`, or a whole CloudEvent; checked by the decoder of call events, not here. */
const EventBody = z.record(z.string(), z.unknown());

export function registerAuthorize(app: App, services: Services): void {
  const responses = { 200: AuthorizeAnswerBody, ...problems("meterUnreachable", "logUnreachable", "unsupportedMediaType") };
  const config: FastifyContextConfig = { access: { account: ["authorize"] }, emergencyAlways: true };

  app.post(
    "/v1/accounts/:account/authorize",
    {
      config,
      schema: {
        operationId: "authorize",
        tags: ["Authorisation"],
        summary: "May this call be made, and for how long",
        description:
          "The fields of `data` of a call event (contract §1), or a whole CloudEvent of type `telephony.call.authorize.v1`. The decision is the " +
          "fold's own and reserves what it grants. Without an answer within 300 ms: 503 with `onUnreachable`, and nothing stays reserved. " +
          "Emergency calls are always allowed.",
        params: AccountParams,
        body: EventBody,
        response: responses,
      },
    },
    async (request) => await decide(request, services, "authorize", request.body),
  );

  app.post(
    "/v1/accounts/:account/sessions/:sessionId/progress",
    {
      config,
      schema: {
        operationId: "reportProgress",
        tags: ["Authorisation"],
        summary: "Report usage of a session and renew its grant",
        description: "`usedMs` is the total since answer. The same `seq` gets the same answer.",
        params: z.object({ account: accountName, sessionId: z.string().check(z.minLength(1), z.maxLength(256)) }),
        body: EventBody,
        response: responses,
      },
    },
    async (request) => await decide(request, services, "progress", { ...request.body, sessionId: request.params.sessionId }),
  );
}

async function decide(
  request: FastifyRequest,
  { log, directory, metrics }: Services,
  type: "authorize" | "progress",
  body: Record<string, unknown>,
): Promise<AuthorizeAnswer> {
  const account = accountOf(request);
  const feeder = request.principal === null ? ("unknown" as FeederId) : feederOf(request.principal);
  const { text, event } = eventFromBody(body, type, account, feeder);
  const emergency = event.emergency || isListedEmergency(event);
  const sessionId = event.sessionId ?? event.usageId;
  // Nobody could be recognised because NATS is away: then only an emergency is answered, which gives nothing away.
  if (request.principal === null) {
    if (emergency) return emergencyAnswer(event.usageId, sessionId, event.seq ?? 0);
    throw request.refusal;
  }
  const { stored, reply } = log.ask(callsSubject(account, feeder), text, DECISION_MS);
  let failure: unknown = null;
  // The reply alone decides; the acknowledgement only says whether there can be one.
  const answer = await Promise.race([reply, stored.then(async () => await reply)]).catch((error: unknown) => {
    failure = error;
    return null;
  });
  stored.catch(() => undefined);
  if (answer !== null) {
    const decision = JSON.parse(Buffer.from(answer).toString()) as AuthorizeAnswer;
    metrics.authorizations.inc({ decision: decision.decision });
    return decision;
  }
  metrics.authorizations.inc({ decision: "unreachable" });
  if (type === "authorize") cancel(log, event);
  if (emergency) return emergencyAnswer(event.usageId, sessionId, event.seq ?? 0);
  const entry = directory.account(account);
  throw new ApiProblem(failure instanceof ApiProblem ? failure.problem : "meterUnreachable", {
    detail: `There was no decision within ${DECISION_MS} ms.`,
    hint: "Act as `onUnreachable` says, and report the call when it has ended.",
    extra: { onUnreachable: entry?.onUnreachable ?? "reject", maxUnsupervisedSeconds: entry?.maxUnsupervisedSeconds ?? 0 },
  });
}

/** The decision may still be made: then what it reserves is released again. */
function cancel(log: Services["log"], event: CallEvent): void {
  const { account, feeder, usageId, sessionId, source, id } = event;
  const data = { usageId, ...(sessionId === null ? {} : { sessionId }) };
  const text = JSON.stringify({ ...envelope("authorize.cancelled", `${id}:cancelled`, source), data });
  // When the log is away the authorisation did not get there either, or both will.
  log.publish(callsSubject(account, feeder), text).catch(() => undefined);
}

function eventFromBody(
  body: Record<string, unknown>,
  type: CallEventType,
  account: AccountId,
  feeder: FeederId,
): { readonly text: string; readonly event: CallEvent } {
  const whole = "specversion" in body;
  const text = JSON.stringify(whole ? body : { ...envelope(type, randomUUID(), `/feeders/${feeder}`), data: body });
  const result = decodeCallText(text, account, feeder);
  if (!result.ok)
    throw new ApiProblem("invalidRequest", {
      detail: `${result.reason}: ${result.detail}`,
      hint: "See contract §1 for the fields.",
    });
  if (result.event.type !== type)
    throw new ApiProblem("invalidRequest", { detail: `type: telephony.call.${type}.v1 is expected here` });
  return { text, event: result.event };
}

function envelope(type: CallEventType, id: string, source: string): object {
  return { specversion: "1.0", id, source, type: `telephony.call.${type}.v1`, time: new Date().toISOString() };
}
