import { LogGap } from "@tollbook/contracts/outbox.ts";
import type { AccountId } from "@tollbook/contracts/units.ts";
import * as z from "zod/mini";
import { actorOf } from "../access/principal.ts";
import { ApiProblem, notFound } from "../problem.ts";
import { accountName, problems } from "../schemas.ts";
import type { App, Services } from "../services.ts";
import { isWaived } from "./outbox-store.ts";
import { giveResult } from "./payments-stage.ts";
import { stageNames } from "./stage.ts";

const stage = z.enum(stageNames);
const Gap = z.extend(LogGap, { waived: z.boolean() });
const State = z.object({
  /** Messages that a stage has not dealt with; null: not known now. */
  stages: z.array(z.object({ stage, waiting: z.nullable(z.int()) })),
  parked: z.array(z.object({ stage, seq: z.int(), id: z.string(), account: z.string(), reason: z.string(), at: z.string() })),
  /** Messages that NATS has lost from a partition's log; no invoice of the partition is issued until two people have waived it. */
  gaps: z.array(Gap),
  /** Closed invoices that are not issued, because the stored rows do not agree with the fold. */
  disagreeing: z.array(z.object({ account: z.string(), invoice: z.string(), reasons: z.array(z.string()), since: z.string() })),
});
const Charge = z.object({
  reference: z.string(),
  payment: z.string(),
  attempt: z.int(),
  token: z.string(),
  amountMicros: z.string(),
  currency: z.string(),
  outcome: z.string(),
  requests: z.int(),
  chargedAt: z.string(),
});

/** What leaves the fold, for the one who runs the installation; and the built-in test provider's other side. */
export function registerOutbox(app: App, { outbox, log, webhooks: endpoints, now }: Services): void {
  app.get(
    "/v1/outbox",
    {
      config: { access: "operator" },
      schema: {
        operationId: "getOutbox",
        tags: ["Operation"],
        summary: "Payments, invoices, mail and webhooks: what waits, and what waits for a person",
        response: { 200: State, ...problems("logUnreachable") },
      },
    },
    async () => ({
      stages: [...(await outbox.waiting())].map(([name, waiting]) => ({ stage: name, waiting })),
      parked: outbox.store.parked(),
      gaps: outbox.store.gaps().map((gap) => ({ ...gap, waived: isWaived(gap) })),
      disagreeing: outbox.store.alarms().map(({ reasons, ...alarm }) => ({ ...alarm, reasons: [...reasons] })),
    }),
  );

  app.post(
    "/v1/outbox/parked/:stage/:seq/retry",
    {
      config: { access: "operator" },
      schema: {
        operationId: "retryParked",
        tags: ["Operation"],
        summary: "A parked message once more",
        params: z.object({ stage, seq: z.string().check(z.regex(/^\d{1,15}$/)) }),
        response: { 200: z.object({ outcome: z.string() }), ...problems("logUnreachable") },
      },
    },
    async (request) => {
      const seq = Number(request.params.seq);
      if (!outbox.store.parked().some((parked) => parked.stage === request.params.stage && parked.seq === seq))
        throw notFound("No such message waits for a person.");
      return { outcome: await outbox.again(request.params.stage, seq) };
    },
  );

  app.delete(
    "/v1/outbox/parked/:stage/:seq",
    {
      config: { access: "operator" },
      schema: {
        operationId: "discardParked",
        tags: ["Operation"],
        summary: "Take a parked message off the list: it is dealt with otherwise",
        params: z.object({ stage, seq: z.string().check(z.regex(/^\d{1,15}$/)) }),
        response: { 204: z.null(), ...problems("logUnreachable") },
      },
    },
    async (request, reply) => {
      const seq = Number(request.params.seq);
      const known = outbox.store.parked().find((parked) => parked.stage === request.params.stage && parked.seq === seq);
      if (known === undefined) throw notFound("No such message waits for a person.");
      await outbox.store.clearParked(known.stage, seq);
      request.log.info({ audit: "outbox.discarded", ...known, by: actorOf(request).id }, "a parked message was discarded");
      return reply.code(204).send(null);
    },
  );

  app.post(
    "/v1/outbox/gaps/:partition/:from/waivers",
    {
      config: { access: "operator" },
      schema: {
        operationId: "waiveGap",
        tags: ["Operation"],
        summary: "Say that a gap of the log does not matter, and why",
        description: "After two different people have, invoices of the partition are issued again.",
        params: z.object({ partition: z.string().check(z.regex(/^\d{1,5}$/)), from: z.string().check(z.regex(/^\d{1,15}$/)) }),
        body: z.strictObject({ reason: z.string().check(z.minLength(1), z.maxLength(1024)) }),
        response: { 200: z.object({ gaps: z.array(Gap) }), ...problems("logUnreachable") },
      },
    },
    async (request) => {
      const { partition, from } = request.params;
      const { id } = actorOf(request);
      const waiver = { by: id, reason: request.body.reason, at: new Date().toISOString() };
      if (!(await outbox.store.waive(Number(partition), Number(from), waiver))) throw notFound("There is no such gap.");
      request.log.info({ audit: "gap.waived", partition, from, by: id }, "a gap of the log was waived");
      return { gaps: outbox.store.gaps().map((gap) => ({ ...gap, waived: isWaived(gap) })) };
    },
  );

  app.get(
    "/v1/test-provider/accounts/:account/charges",
    {
      config: { access: "operator" },
      schema: {
        operationId: "listTestCharges",
        tags: ["Trying out"],
        summary: "What the built-in test provider has charged",
        description: "One entry per attempt of a payment, however often it was asked for (`requests`).",
        params: z.object({ account: accountName }),
        response: { 200: z.object({ charges: z.array(Charge) }), ...problems("logUnreachable") },
      },
    },
    async (request) => ({
      charges: (await outbox.testProvider.charges(request.params.account)).map(({ account: _account, ...charge }) => ({
        ...charge,
        amountMicros: String(charge.amountMicros),
      })),
    }),
  );

  app.post(
    "/v1/test-provider/accounts/:account/payments/:payment/:attempt/confirmation",
    {
      config: { access: "operator" },
      schema: {
        operationId: "confirmTestCharge",
        tags: ["Trying out"],
        summary: "As the cardholder: confirm or decline a charge of the card test_confirm",
        params: z.object({
          account: accountName,
          payment: z.string().check(z.regex(/^[a-z0-9-]{1,63}$/)),
          attempt: z.string().check(z.regex(/^\d{1,6}$/)),
        }),
        body: z.strictObject({ confirm: z.boolean() }),
        response: { 200: z.object({ outcome: z.string() }), ...problems("logUnreachable", "meterUnreachable") },
      },
    },
    async (request) => {
      const { payment } = request.params;
      const account = request.params.account as AccountId;
      const attempt = Number(request.params.attempt);
      const answer = await outbox.testProvider.confirm(account, payment, attempt, request.body.confirm);
      if (answer === null) throw notFound("No charge of that payment and attempt waits for a confirmation.");
      const verdict = await giveResult({ log, endpoints, now }, { account, payment, attempt }, answer);
      if (verdict.kind !== "done") throw new ApiProblem("meterUnreachable", { detail: verdict.reason, retryAfterSeconds: 1 });
      return { outcome: verdict.outcome };
    },
  );
}
