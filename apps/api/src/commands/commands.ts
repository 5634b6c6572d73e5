import { commandData, type CommandType } from "@tollbook/contracts/commands.ts";
import { CommandResult, PayAsYouGoPreview } from "@tollbook/contracts/http.ts";
import { publicCommandTypes, type SubscriptionsView } from "@tollbook/contracts/views.ts";
import * as z from "zod/mini";
import { accountOf } from "../access/principal.ts";
import { visibleSubscriptions } from "../access/visible.ts";
import { askMeter } from "../ask-meter.ts";
import { billingCommands } from "../billing/billing-commands.ts";
import { giveCommand } from "../give-command.ts";
import { ApiProblem, notFound } from "../problem.ts";
import { productCommands } from "../products/product-commands.ts";
import { accountName, AccountParams, afterSeq, problems } from "../schemas.ts";
import type { App, Services } from "../services.ts";

const commandProblems = problems("refused", "idempotencyMismatch", "idempotencyKeyMissing", "meterUnreachable", "logUnreachable");
const name = z.string().check(z.minLength(1), z.maxLength(128));
/** Only an operator brings an account into being: see the accounts route. */
const accepted = publicCommandTypes.filter((type) => type !== "account.create") as [CommandType, ...CommandType[]];

export function registerCommands(app: App, services: Services): void {
  const { log } = services;

  app.post(
    "/v1/accounts/:account/commands",
    {
      config: { access: { command: "any" } },
      schema: {
        operationId: "giveCommand",
        tags: ["Commands"],
        summary: "Any command of the account",
        description:
          "The answer is the fold's own. `Idempotency-Key` is required where money moves; the same key with the same content gets the same answer. " +
          "Reads with `after=<seq>` see the effect.",
        params: AccountParams,
        body: z.strictObject({ type: z.enum(accepted), data: z.record(z.string(), z.unknown()) }),
        response: { 200: CommandResult, ...commandProblems },
      },
    },
    async (request) => {
      const { type, data } = request.body;
      const checked = commandData[type].safeParse(data);
      if (!checked.success) {
        const [issue] = checked.error.issues;
        throw new ApiProblem("invalidRequest", {
          detail: `${["data", ...(issue?.path ?? [])].join(".")}: ${issue?.message ?? "malformed"}`,
        });
      }
      const answer = await giveCommand(log, request, accountOf(request), type, checked.data);
      await rememberSettings(services, accountOf(request), type, checked.data);
      return answer;
    },
  );

  app.get(
    "/v1/accounts/:account/subscriptions/:subscription/pay-as-you-go",
    {
      config: { access: { account: ["readProducts", "ownSubscriptions"], scoped: true } },
      schema: {
        operationId: "previewPayAsYouGo",
        tags: ["Commands"],
        summary: "Who a switch of the pay-as-you-go option affects",
        params: z.object({ account: accountName, subscription: name }),
        querystring: z.strictObject({ after: afterSeq }),
        response: { 200: PayAsYouGoPreview, ...problems("meterUnreachable", "logUnreachable") },
      },
    },
    async (request) => {
      const account = accountOf(request);
      const all = (await askMeter(log, account, { view: "subscriptions" }, request.query.after)) as SubscriptionsView;
      const { subscriptions } = await visibleSubscriptions(request, log, all);
      const found = subscriptions.find(({ subscription }) => subscription === request.params.subscription);
      if (found === undefined) throw notFound("There is no such subscription.");
      return {
        subscription: found.subscription,
        state: found.payAsYouGo,
        reason: found.payAsYouGoReason,
        affectedUsers: found.assigned,
        overageThisMonth: found.overageThisMonth,
        currency: found.currency,
      };
    },
  );

  for (const { method, path, operationId, summary, params, body, command } of [
    ...friendlyCommands,
    ...productCommands,
    ...billingCommands,
  ]) {
    app.route({
      method,
      url: `/v1/accounts/:account/${path}`,
      config: { access: { command } },
      schema: {
        operationId,
        tags: ["Commands"],
        summary,
        params: z.object({ account: accountName, ...Object.fromEntries(params.map((param) => [param, name])) }),
        ...(body === null ? {} : { body }),
        response: { 200: CommandResult, ...commandProblems },
      },
      handler: async (request) => {
        const { account: _account, ...fromPath } = request.params as Record<string, string>;
        const data = { ...(request.body as object | undefined), ...fromPath };
        const checked = commandData[command].safeParse(data);
        if (!checked.success) {
          const [issue] = checked.error.issues;
          throw new ApiProblem("invalidRequest", {
            detail: `${(issue?.path ?? []).join(".")}: ${issue?.message ?? "malformed"}`,
          });
        }
        return await giveCommand(log, request, accountOf(request), command, checked.data);
      },
    });
  }
}

export interface FriendlyCommand {
  readonly method: "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  /** Members of the command's data that stand in the path. */
  readonly params: readonly string[];
  /** The other members. */
  readonly body: z.ZodMiniType | null;
  readonly command: CommandType;
}

/** The same commands by addresses of their own, for what people do most. */
const friendlyCommands: readonly FriendlyCommand[] = [
  {
    method: "PUT",
    path: "subscriptions/:subscription/pay-as-you-go",
    operationId: "setPayAsYouGo",
    summary: "Switch the pay-as-you-go option",
    params: ["subscription"],
    body: z.omit(commandData["payAsYouGo.set"], { subscription: true }),
    command: "payAsYouGo.set",
  },
  {
    method: "POST",
    path: "credits/top-ups",
    operationId: "topUpCredits",
    summary: "Buy Communications Credits",
    params: [],
    body: commandData["credits.topUp"],
    command: "credits.topUp",
  },
  {
    method: "PUT",
    path: "credits/auto-recharge",
    operationId: "setAutoRecharge",
    summary: "Auto-recharge: on or off, trigger, amount",
    params: [],
    body: commandData["credits.autoRecharge"],
    command: "credits.autoRecharge",
  },
  {
    method: "PUT",
    path: "budgets/:budget",
    operationId: "setBudget",
    summary: "Make or change a budget: it tells, it never stops a call",
    params: ["budget"],
    body: z.omit(commandData["budget.set"], { budget: true }),
    command: "budget.set",
  },
  {
    method: "DELETE",
    path: "budgets/:budget",
    operationId: "deleteBudget",
    summary: "Delete a budget",
    params: ["budget"],
    body: null,
    command: "budget.delete",
  },
  {
    method: "POST",
    path: "subscriptions",
    operationId: "buySubscription",
    summary: "Buy a subscription",
    params: [],
    body: commandData["subscription.buy"],
    command: "subscription.buy",
  },
  {
    method: "PUT",
    path: "subscriptions/:subscription/licences",
    operationId: "setLicenceTotal",
    summary: "Change the number of licences",
    params: ["subscription"],
    body: z.omit(commandData["licence.setTotal"], { subscription: true }),
    command: "licence.setTotal",
  },
  {
    method: "POST",
    path: "subscriptions/:subscription/assignments",
    operationId: "assignLicences",
    summary: "Assign licences to 1 to 20 users",
    params: ["subscription"],
    body: z.omit(commandData["licence.assign"], { subscription: true }),
    command: "licence.assign",
  },
  {
    method: "DELETE",
    path: "subscriptions/:subscription/assignments",
    operationId: "unassignLicences",
    summary: "Take licences from 1 to 100 users",
    params: ["subscription"],
    body: z.omit(commandData["licence.unassign"], { subscription: true }),
    command: "licence.unassign",
  },
  {
    method: "PUT",
    path: "users/:user",
    operationId: "setUser",
    summary: "Create or change a user",
    params: ["user"],
    body: z.omit(commandData["user.set"], { user: true }),
    command: "user.set",
  },
  {
    method: "PUT",
    path: "users/:user/block",
    operationId: "blockUser",
    summary: "Block or unblock a user's calls",
    params: ["user"],
    body: z.omit(commandData["user.block"], { user: true }),
    command: "user.block",
  },
  {
    method: "DELETE",
    path: "users/:user",
    operationId: "removeUser",
    summary: "Remove a user",
    params: ["user"],
    body: null,
    command: "user.remove",
  },
  {
    method: "PUT",
    path: "users/:user/policy",
    operationId: "setUserPolicy",
    summary: "A user's own dial-out policy and spend limit",
    params: ["user"],
    body: z.omit(commandData["policy.set"], { user: true }),
    command: "policy.set",
  },
  {
    method: "PUT",
    path: "policy",
    operationId: "setPolicy",
    summary: "The organisation's dial-out policy",
    params: [],
    body: z.omit(commandData["policy.set"], { user: true }),
    command: "policy.set",
  },
];

/** The directory keeps what telephony is to be told when the meter does not answer. */
async function rememberSettings(
  { directory }: Services,
  account: string,
  type: CommandType,
  data: z.infer<(typeof commandData)[CommandType]>,
): Promise<void> {
  if (type !== "account.settings") return;
  const { onUnreachable, maxUnsupervisedSeconds } = data as z.infer<(typeof commandData)["account.settings"]>;
  await directory.changeAccount(account, (current) =>
    current === null
      ? undefined
      : {
          ...current,
          ...(onUnreachable === undefined ? {} : { onUnreachable }),
          ...(maxUnsupervisedSeconds === undefined ? {} : { maxUnsupervisedSeconds }),
        },
  );
}
