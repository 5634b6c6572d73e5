import type { AccountId } from "@tollbook/contracts/units.ts";
import type { FastifyRequest } from "fastify";
import { randomBytes, randomUUID } from "node:crypto";
import * as z from "zod/mini";
import { accountOf } from "../access/principal.ts";
import { ApiProblem, notFound } from "../problem.ts";
import { accountName, AccountParams, problems } from "../schemas.ts";
import type { App, Services } from "../services.ts";
import { queueDelivery, storedDelivery, triesOf, Try } from "./delivery-log.ts";
import { failingKey } from "./deliveries-stage.ts";
import { Endpoint, newWebhookSecret, webhookEvents } from "./endpoints.ts";
import { faultOfUrl } from "./public-address.ts";

const Shown = z.omit(Endpoint, { secret: true, previous: true });
const WithSecret = z.omit(Endpoint, { previous: true });
const events = z.array(z.enum(webhookEvents)).check(z.maxLength(webhookEvents.length));
const url = z.string().check(z.minLength(1), z.maxLength(2048));
const description = z.string().check(z.maxLength(256));
const EndpointParams = z.object({ account: accountName, endpoint: z.string().check(z.regex(/^[0-9a-f]{16}$/)) });
const access = { account: ["manageWebhooks"] } as const;
const trouble = problems("logUnreachable");
/** A mistake in a loop should not make a thousand receivers. */
const MOST_ENDPOINTS = 20;
/** Both secrets sign for a day after a rotation. */
const OVERLAP_MS = 86_400_000;

/** Where an account's events go: signed as Standard Webhooks, tried for three days, each try to be looked at and sent again. */
export function registerWebhooks(app: App, services: Services): void {
  const { webhooks: endpoints, outbox, log, config, now } = services;

  const known = (request: FastifyRequest): Endpoint => {
    const { endpoint } = request.params as { endpoint: string };
    const found = endpoints.get(accountOf(request), endpoint);
    if (found === null) throw notFound("There is no such endpoint.");
    return found;
  };
  const checkUrl = (text: string): void => {
    const fault = faultOfUrl(text, config.outbox.webhooksAnywhere);
    if (fault !== null)
      throw new ApiProblem("invalidRequest", {
        detail: `url: ${fault}`,
        hint: "Give a public https address, such as https://example.com/hook.",
      });
  };

  app.get(
    "/v1/accounts/:account/webhooks",
    {
      config: { access },
      schema: {
        operationId: "listWebhooks",
        tags: ["Webhooks"],
        summary: "Endpoints of the account, without their secrets",
        params: AccountParams,
        response: { 200: z.object({ webhooks: z.array(Shown), events: z.array(z.string()) }), ...trouble },
      },
    },
    async (request) => ({ webhooks: endpoints.of(accountOf(request)).map(shown), events: [...webhookEvents] }),
  );

  app.post(
    "/v1/accounts/:account/webhooks",
    {
      config: { access },
      schema: {
        operationId: "createWebhook",
        tags: ["Webhooks"],
        summary: "Add an endpoint",
        description: "`secret` is shown this once. No `events`: all of them.",
        params: AccountParams,
        body: z.strictObject({ url, description: z.optional(description), events: z.optional(events) }),
        response: { 201: WithSecret, ...trouble },
      },
    },
    async (request, reply) => {
      const account = accountOf(request);
      checkUrl(request.body.url);
      if (endpoints.of(account).length >= MOST_ENDPOINTS)
        throw new ApiProblem("invalidRequest", {
          detail: `An account has at most ${MOST_ENDPOINTS} endpoints.`,
          hint: "Delete one first.",
        });
      const created: Endpoint = {
        account,
        endpoint: randomBytes(8).toString("hex"),
        url: request.body.url,
        description: request.body.description ?? "",
        events: request.body.events ?? [],
        enabled: true,
        disabledReason: null,
        createdAt: now().toISOString(),
        secret: newWebhookSecret(),
        previous: null,
      };
      await endpoints.change(account, created.endpoint, () => created);
      audit(request, "webhook.created", created.endpoint);
      return reply.code(201).send(withSecret(created));
    },
  );

  app.patch(
    "/v1/accounts/:account/webhooks/:endpoint",
    {
      config: { access },
      schema: {
        operationId: "updateWebhook",
        tags: ["Webhooks"],
        summary: "Change an endpoint, switch it off, or on again",
        params: EndpointParams,
        body: z.strictObject({
          url: z.optional(url),
          description: z.optional(description),
          events: z.optional(events),
          enabled: z.optional(z.boolean()),
        }),
        response: { 200: Shown, ...trouble },
      },
    },
    async (request) => {
      const { account, endpoint } = known(request);
      const { body } = request;
      if (body.url !== undefined) checkUrl(body.url);
      // Switched on by a person it starts anew.
      if (body.enabled === true)
        await outbox.store.facts.change(failingKey(account, endpoint), (text) => (text === null ? undefined : null));
      const changed = await endpoints.change(account, endpoint, (current) =>
        current === null
          ? undefined
          : {
              ...current,
              url: body.url ?? current.url,
              description: body.description ?? current.description,
              events: body.events ?? current.events,
              enabled: body.enabled ?? current.enabled,
              disabledReason: body.enabled === undefined ? current.disabledReason : null,
            },
      );
      if (changed === null) throw notFound("There is no such endpoint.");
      audit(request, "webhook.changed", endpoint);
      return shown(changed);
    },
  );

  app.delete(
    "/v1/accounts/:account/webhooks/:endpoint",
    {
      config: { access },
      schema: {
        operationId: "deleteWebhook",
        tags: ["Webhooks"],
        summary: "Delete an endpoint; what was on its way to it is dropped",
        params: EndpointParams,
        response: { 204: z.null(), ...trouble },
      },
    },
    async (request, reply) => {
      const { account, endpoint } = known(request);
      await endpoints.change(account, endpoint, () => null);
      audit(request, "webhook.deleted", endpoint);
      return reply.code(204).send(null);
    },
  );

  app.post(
    "/v1/accounts/:account/webhooks/:endpoint/secret",
    {
      config: { access },
      schema: {
        operationId: "rotateWebhookSecret",
        tags: ["Webhooks"],
        summary: "A new secret; for a day the old one signs as well",
        params: EndpointParams,
        response: { 200: z.object({ secret: z.string(), previousUntil: z.string() }), ...trouble },
      },
    },
    async (request) => {
      const { account, endpoint } = known(request);
      const previousUntil = new Date(now().getTime() + OVERLAP_MS).toISOString();
      const secret = newWebhookSecret();
      await endpoints.change(account, endpoint, (current) =>
        current === null ? undefined : { ...current, secret, previous: { secret: current.secret, until: previousUntil } },
      );
      audit(request, "webhook.secretRotated", endpoint);
      return { secret, previousUntil };
    },
  );

  app.post(
    "/v1/accounts/:account/webhooks/:endpoint/test",
    {
      config: { access },
      schema: {
        operationId: "testWebhook",
        tags: ["Webhooks"],
        summary: "Send an event `webhook.test` to one endpoint",
        params: EndpointParams,
        response: { 202: z.object({ delivery: z.string() }), ...trouble },
      },
    },
    async (request, reply) => {
      const { account, endpoint } = known(request);
      const id = randomUUID().replaceAll("-", "");
      const createdAt = now().toISOString();
      const body = JSON.stringify({ type: "webhook.test", timestamp: createdAt, data: { account } });
      await queueDelivery(log.connection(), {
        delivery: id,
        account,
        endpoint,
        event: `msg_${id}`,
        type: "webhook.test",
        body,
        createdAt,
      });
      return reply.code(202).send({ delivery: id });
    },
  );

  app.get(
    "/v1/accounts/:account/webhooks/:endpoint/deliveries",
    {
      config: { access },
      schema: {
        operationId: "listWebhookDeliveries",
        tags: ["Webhooks"],
        summary: "Every try of the newest deliveries, newest first",
        params: EndpointParams,
        response: { 200: z.object({ tries: z.array(z.omit(Try, { seq: true })) }), ...trouble },
      },
    },
    async (request) => {
      const { account, endpoint } = known(request);
      const tries = await triesOf(log.connection(), account as AccountId, endpoint);
      return { tries: tries.map(({ seq: _seq, ...one }) => one) };
    },
  );

  app.post(
    "/v1/accounts/:account/webhooks/:endpoint/deliveries/:delivery/resend",
    {
      config: { access },
      schema: {
        operationId: "resendWebhookDelivery",
        tags: ["Webhooks"],
        summary: "Send a delivery again, under the same `webhook-id`",
        params: z.extend(EndpointParams, { delivery: z.string().check(z.regex(/^[0-9a-f]{32}$/)) }),
        response: { 202: z.object({ delivery: z.string() }), ...trouble },
      },
    },
    async (request, reply) => {
      const { account, endpoint } = known(request);
      const nc = log.connection();
      const found = (await triesOf(nc, account as AccountId, endpoint)).find(
        ({ delivery }) => delivery === request.params.delivery,
      );
      const stored = found === undefined ? null : await storedDelivery(nc, found.seq);
      // The log's sequence is ours, but what it points at must be this endpoint's.
      if (stored === null || stored.account !== account || stored.endpoint !== endpoint)
        throw notFound("No such delivery is kept any more.");
      const delivery = randomUUID().replaceAll("-", "");
      await queueDelivery(nc, { ...stored, delivery, createdAt: now().toISOString() });
      return reply.code(202).send({ delivery });
    },
  );
}

function audit(request: FastifyRequest, what: string, endpoint: string): void {
  request.log.info({ audit: what, endpoint, account: accountOf(request) }, "a webhook endpoint was changed");
}

function shown({ secret: _secret, previous: _previous, ...endpoint }: Endpoint): z.infer<typeof Shown> {
  return endpoint;
}

function withSecret({ previous: _previous, ...endpoint }: Endpoint): z.infer<typeof WithSecret> {
  return endpoint;
}
