import {
  CreditsView,
  LegView,
  LiveCallsView,
  PoolsView,
  ReconciliationView,
  SubscriptionsView,
  SummaryView,
  UsersView,
  UserView,
  type ViewRequest,
} from "@tollbook/contracts/views.ts";
import type { FastifyRequest } from "fastify";
import * as z from "zod/mini";
import { accountOf } from "../access.ts";
import { askMeter } from "../ask-meter.ts";
import { accountName, afterSeq, problems } from "../schemas.ts";
import type { App, Services } from "../services.ts";

interface ViewRoute {
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly view: z.ZodMiniType;
  readonly params?: Readonly<Record<string, z.ZodMiniType>>;
  readonly query?: Readonly<Record<string, z.ZodMiniType>>;
  readonly request: (values: Readonly<Record<string, string | undefined>>) => ViewRequest;
}

const text = z.string().check(z.minLength(1), z.maxLength(128));
const count = z.string().check(z.regex(/^\d{1,3}$/));

/** Each view of the meter is one route; its body is passed on as it comes. */
const viewRoutes: readonly ViewRoute[] = [
  {
    path: "summary",
    operationId: "getSummary",
    summary: "Balance, active calls, today and this month",
    view: SummaryView,
    request: () => ({ view: "summary" }),
  },
  {
    path: "pools",
    operationId: "getPools",
    summary: "Minute pools of this month",
    view: PoolsView,
    query: { user: z.optional(text) },
    request: ({ user }) => ({ view: "pools", ...(user === undefined ? {} : { user }) }),
  },
  {
    path: "credits",
    operationId: "getCredits",
    summary: "Communications Credits",
    view: CreditsView,
    request: () => ({ view: "credits" }),
  },
  {
    path: "subscriptions",
    operationId: "listSubscriptions",
    summary: "Your products",
    view: SubscriptionsView,
    request: () => ({ view: "subscriptions" }),
  },
  {
    path: "users",
    operationId: "listUsers",
    summary: "People and resource accounts, by id",
    view: UsersView,
    query: { cursor: z.optional(text), limit: z.optional(count) },
    request: ({ cursor, limit }) => ({
      view: "users",
      ...(cursor === undefined ? {} : { after: cursor }),
      ...(limit === undefined ? {} : { limit: Number(limit) }),
    }),
  },
  {
    path: "users/:user",
    operationId: "getUser",
    summary: "One user",
    view: UserView,
    params: { user: text },
    request: ({ user = "" }) => ({ view: "user", user }),
  },
  {
    path: "live-calls",
    operationId: "listLiveCalls",
    summary: "Calls that run now",
    view: LiveCallsView,
    request: () => ({ view: "liveCalls" }),
  },
  {
    path: "legs/:usageId",
    operationId: "getLeg",
    summary: "One leg as it stands, rated or not",
    view: LegView,
    params: { usageId: text },
    request: ({ usageId = "" }) => ({ view: "leg", usageId }),
  },
  {
    path: "reconciliation",
    operationId: "getReconciliation",
    summary: "Events accepted against events accounted for, legs, money (D20)",
    view: ReconciliationView,
    query: { hours: z.optional(count) },
    request: ({ hours }) => ({ view: "reconciliation", ...(hours === undefined ? {} : { hours: Number(hours) }) }),
  },
];

export function registerViews(app: App, { log }: Services): void {
  for (const { path, operationId, summary, view, params = {}, query = {}, request: toRequest } of viewRoutes) {
    app.get(
      `/v1/accounts/:account/${path}`,
      {
        config: { access: { account: ["read"] } },
        schema: {
          operationId,
          tags: ["Views"],
          summary,
          params: z.object({ account: accountName, ...params }),
          querystring: z.strictObject({ after: afterSeq, ...query }),
          response: { 200: view, ...problems("meterUnreachable", "logUnreachable") },
        },
      },
      async (request: FastifyRequest) => {
        const values = { ...(request.query as Record<string, string>), ...(request.params as Record<string, string>) };
        return await askMeter(log, accountOf(request), toRequest(values), values["after"]);
      },
    );
  }
}
