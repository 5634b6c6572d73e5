import { callTypes } from "@tollbook/contracts/call-event.ts";
import { NumbersView, SelfServiceView, SubscriptionDetails, WhyView } from "@tollbook/contracts/product-views.ts";
import type { SubscriptionsView } from "@tollbook/contracts/views.ts";
import type { FastifyRequest } from "fastify";
import * as z from "zod/mini";
import { accountOf, heldOf, principalOf } from "../access/principal.ts";
import { visibleSubscriptions } from "../access/visible.ts";
import { askMeter } from "../ask-meter.ts";
import { BYTE_ORDER_MARK, csvLanguages, csvLine } from "../csv-cells.ts";
import type { CsvLanguage } from "../csv-cells.ts";
import type { LogClient } from "../log/log-client.ts";
import { notFound } from "../problem.ts";
import { accountName, AccountParams, afterSeq, problems } from "../schemas.ts";
import type { App, Services } from "../services.ts";
import { registerCatalogue } from "./catalogue.ts";

const text = z.string().check(z.minLength(1), z.maxLength(128));
const trouble = problems("meterUnreachable", "logUnreachable");
const ownersAndBuyers = { account: ["readProducts", "ownSubscriptions"], scoped: true } as const;

/** Products of an account: the catalogue, details of a subscription, what members bought, numbers, why a user cannot call. */
export function registerProducts(app: App, services: Services): void {
  const { log } = services;
  registerCatalogue(app, services);
  registerSelfService(app, services);

  app.get(
    "/v1/accounts/:account/subscriptions/:subscription",
    {
      config: { access: ownersAndBuyers },
      schema: {
        operationId: "getSubscription",
        tags: ["Products"],
        summary: "Term, price, order history; what a cancellation would do now",
        params: z.object({ account: accountName, subscription: text }),
        querystring: z.strictObject({ after: afterSeq }),
        response: { 200: SubscriptionDetails, ...trouble },
      },
    },
    async (request) => {
      const { subscription } = request.params;
      await checkVisible(request, log, subscription);
      const details = await askMeter(log, accountOf(request), { view: "subscription", subscription }, request.query.after);
      return details as z.infer<typeof SubscriptionDetails>;
    },
  );

  app.get(
    "/v1/accounts/:account/numbers",
    {
      config: { access: { account: ["readUsers"] } },
      schema: {
        operationId: "listNumbers",
        tags: ["Products"],
        summary: "Telephone numbers, reservations and quotas (CP-14, RA-1)",
        params: AccountParams,
        querystring: z.strictObject({ after: afterSeq, cursor: z.optional(text) }),
        response: { 200: NumbersView, ...trouble },
      },
    },
    async (request) => {
      const { after, cursor } = request.query;
      const view = { view: "numbers", ...(cursor === undefined ? {} : { after: cursor }) } as const;
      return (await askMeter(log, accountOf(request), view, after)) as z.infer<typeof NumbersView>;
    },
  );

  app.get(
    "/v1/accounts/:account/users/:user/why",
    {
      config: { access: { account: ["readUsers"] } },
      schema: {
        operationId: "whyCannotCall",
        tags: ["Products"],
        summary: "Why can't this user call? Every check that an authorisation would make now, and what would let it pass",
        description: "Nothing is reserved. Write the plus of a full number as %2B, or leave it out.",
        params: z.object({ account: accountName, user: text }),
        querystring: z.strictObject({
          after: afterSeq,
          to: z.string().check(z.regex(/^\+?\d{2,15}$/, "a full international number, or a short code")),
          callType: z.optional(z.enum(callTypes)),
        }),
        response: { 200: WhyView, ...trouble },
      },
    },
    async (request) => {
      const { after, to, callType } = request.query;
      const view = { view: "why", user: request.params.user, to, ...(callType === undefined ? {} : { callType }) } as const;
      return (await askMeter(log, accountOf(request), view, after)) as z.infer<typeof WhyView>;
    },
  );
}

/** SS-7: read-only for the organisation; a member without a role sees what he bought himself. */
function registerSelfService(app: App, { log }: Services): void {
  app.get(
    "/v1/accounts/:account/self-service",
    {
      config: { access: ownersAndBuyers },
      schema: {
        operationId: "listSelfService",
        tags: ["Products"],
        summary: "What members bought for themselves, by product, and what they may buy (SS-7, SS-9)",
        params: AccountParams,
        querystring: z.strictObject({ after: afterSeq, mine: z.optional(z.enum(["true", "false"])) }),
        response: { 200: SelfServiceView, ...trouble },
      },
    },
    async (request) => await selfServiceOf(request, log, request.query.mine === "true", request.query.after),
  );

  app.get(
    "/v1/accounts/:account/self-service/users.csv",
    {
      config: { access: ownersAndBuyers },
      schema: {
        operationId: "exportSelfServiceUsers",
        tags: ["Products"],
        summary: "Users of members' purchases, by buyer, CSV",
        params: AccountParams,
        querystring: z.strictObject({ language: z.optional(z.enum(csvLanguages)) }),
        response: { 200: { description: "CSV", content: { "text/csv": { schema: z.string() } } }, ...trouble },
      },
    },
    async (request, reply) => {
      const view = await selfServiceOf(request, log, false, undefined);
      return reply
        .type("text/csv; charset=utf-8; header=present")
        .header("content-disposition", `attachment; filename="self-service-${accountOf(request)}.csv"`)
        .send(usersCsv(view, request.query.language ?? "en"));
    },
  );
}

async function selfServiceOf(
  request: FastifyRequest,
  log: LogClient,
  mine: boolean,
  after: string | undefined,
): Promise<z.infer<typeof SelfServiceView>> {
  const principal = principalOf(request);
  const own = mine || !heldOf(request).everywhere("readProducts");
  // A key bought nothing for itself: with `mine` it sees nothing.
  const buyer = principal.kind === "person" ? principal.person.email : "nobody";
  const view = (await askMeter(log, accountOf(request), { view: "selfService", ...(own ? { buyer } : {}) }, after)) as z.infer<
    typeof SelfServiceView
  >;
  const held = heldOf(request);
  return own || held.everywhere("readUsers") || held.everywhere("assignLicences") ? view : withoutUsers(view);
}

/** §10: totals for whoever reads products; names of people only for those who may read them, or for the buyer. */
function withoutUsers(view: z.infer<typeof SelfServiceView>): z.infer<typeof SelfServiceView> {
  const products = view.products.map((product) => ({
    ...product,
    users: [],
    purchases: product.purchases.map((purchase) => ({ ...purchase, assignedUsers: [] })),
  }));
  return { ...view, products };
}

function usersCsv({ products }: z.infer<typeof SelfServiceView>, language: CsvLanguage): string {
  const lines = products.flatMap(({ productName, purchases }) =>
    purchases.flatMap(({ buyer, buyerName, subscription, state, assignedUsers }) =>
      assignedUsers.map((user) => csvLine([buyerName, buyer, user, productName, subscription, state], language)),
    ),
  );
  const header = csvLine(["Buyer", "Buyer id", "User", "Product", "Subscription", "State"], language);
  return BYTE_ORDER_MARK + header + lines.join("");
}

/** Whose role ends at a billing profile, or who has none but bought for himself, learns of nothing else. */
async function checkVisible(request: FastifyRequest, log: LogClient, id: string): Promise<void> {
  if (heldOf(request).everywhere("readProducts")) return;
  const all = (await askMeter(log, accountOf(request), { view: "subscriptions" })) as SubscriptionsView;
  const one = { ...all, subscriptions: all.subscriptions.filter(({ subscription }) => subscription === id) };
  const { subscriptions } = await visibleSubscriptions(request, log, one);
  if (subscriptions.length === 0) throw notFound("There is no such subscription.");
}
