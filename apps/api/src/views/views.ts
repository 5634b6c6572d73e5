import { BillingView } from "@tollbook/contracts/billing-views.ts";
import {
  BudgetsView,
  CreditsView,
  LegView,
  LiveCallsView,
  PoolsView,
  ReconciliationView,
  SettingsView,
  SubscriptionsView,
  SummaryView,
  UsersView,
  UserView,
  type ViewRequest,
} from "@tollbook/contracts/views.ts";
import type { FastifyRequest } from "fastify";
import * as z from "zod/mini";
import type { AccountAccess } from "../access/access.ts";
import { accountOf } from "../access/principal.ts";
import { visibleBilling, visibleSubscriptions, withoutPersonalPools } from "../access/visible.ts";
import { askMeter } from "../ask-meter.ts";
import type { LogClient } from "../log/log-client.ts";
import { accountName, afterSeq, problems } from "../schemas.ts";
import type { App, Services } from "../services.ts";

interface ViewRoute {
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  /** Who may read it: see access/permissions.ts. */
  readonly access: AccountAccess;
  readonly view: z.ZodMiniType;
  readonly params?: Readonly<Record<string, z.ZodMiniType>>;
  readonly query?: Readonly<Record<string, z.ZodMiniType>>;
  readonly request: (values: Readonly<Record<string, string | undefined>>) => ViewRequest;
  /** Takes away what this reader may not see; absent: nothing. */
  readonly show?: (request: FastifyRequest, log: LogClient, view: object) => object | Promise<object>;
}

const text = z.string().check(z.minLength(1), z.maxLength(128));
const count = z.string().check(z.regex(/^\d{1,3}$/));

/** Each view of the meter is one route; its body is passed on as it comes. */
const viewRoutes: readonly ViewRoute[] = [
  {
    path: "summary",
    operationId: "getSummary",
    summary: "Balance, active calls, today and this month",
    access: { account: ["readUsage", "readBilling"] },
    view: SummaryView,
    request: () => ({ view: "summary" }),
    show: (request, _log, view) => withoutPersonalPools(request, view as SummaryView),
  },
  {
    path: "pools",
    operationId: "getPools",
    summary: "Minute pools of this month",
    access: { account: ["readUsage"], perUser: ["user"] },
    view: PoolsView,
    query: { user: z.optional(text) },
    request: ({ user }) => ({ view: "pools", ...(user === undefined ? {} : { user }) }),
    show: (request, _log, view) => withoutPersonalPools(request, view as PoolsView),
  },
  {
    path: "credits",
    operationId: "getCredits",
    summary: "Communications Credits",
    access: { account: ["readBilling"] },
    view: CreditsView,
    request: () => ({ view: "credits" }),
  },
  {
    path: "billing",
    operationId: "getBilling",
    summary: "Billing accounts and profiles, cards, payments that are not done",
    access: { account: ["readBilling"], scoped: true },
    view: BillingView,
    request: () => ({ view: "billing" }),
    show: (request, _log, view) => visibleBilling(request, view as BillingView),
  },
  {
    path: "subscriptions",
    operationId: "listSubscriptions",
    summary: "Your products",
    access: { account: ["readProducts", "ownSubscriptions"], scoped: true },
    view: SubscriptionsView,
    query: { selfService: z.optional(z.enum(["true", "false"])), buyer: z.optional(text) },
    request: ({ selfService, buyer }) => ({
      view: "subscriptions",
      ...(selfService === undefined ? {} : { selfService: selfService === "true" }),
      ...(buyer === undefined ? {} : { buyer }),
    }),
    show: async (request, log, view) => await visibleSubscriptions(request, log, view as SubscriptionsView),
  },
  {
    path: "users",
    operationId: "listUsers",
    summary: "People and resource accounts, by id",
    access: { account: ["readUsers"] },
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
    access: { account: ["readUsers"] },
    view: UserView,
    params: { user: text },
    request: ({ user = "" }) => ({ view: "user", user }),
  },
  {
    path: "budgets",
    operationId: "listBudgets",
    summary: "Budgets, what was spent of them, and where that leads",
    access: { account: ["readCost"] },
    view: BudgetsView,
    request: () => ({ view: "budgets" }),
  },
  {
    path: "settings",
    operationId: "getSettings",
    summary: "The organisation's settings as they stand",
    access: { account: ["readSettings"] },
    view: SettingsView,
    request: () => ({ view: "settings" }),
  },
  {
    path: "live-calls",
    operationId: "listLiveCalls",
    summary: "Calls that run now",
    access: { account: ["readPerUserUsage"] },
    view: LiveCallsView,
    request: () => ({ view: "liveCalls" }),
  },
  {
    path: "legs/:usageId",
    operationId: "getLeg",
    summary: "One leg as it stands, rated or not",
    access: { account: ["readPerUserUsage"] },
    view: LegView,
    params: { usageId: text },
    request: ({ usageId = "" }) => ({ view: "leg", usageId }),
  },
  {
    path: "reconciliation",
    operationId: "getReconciliation",
    summary: "Events accepted against events accounted for, legs, money (D20)",
    access: { account: ["readUsage"] },
    view: ReconciliationView,
    query: { hours: z.optional(count) },
    request: ({ hours }) => ({ view: "reconciliation", ...(hours === undefined ? {} : { hours: Number(hours) }) }),
  },
];

export function registerViews(app: App, { log }: Services): void {
  for (const { path, operationId, summary, access, view, params = {}, query = {}, request: toRequest, show } of viewRoutes) {
    app.get(
      `/v1/accounts/:account/${path}`,
      {
        config: { access },
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
        const answer = await askMeter(log, accountOf(request), toRequest(values), values["after"]);
        return show === undefined ? answer : await show(request, log, answer);
      },
    );
  }
}
