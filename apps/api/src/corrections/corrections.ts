import { isAccountId, micros, parseMicros, type AccountId } from "@tollbook/contracts/units.ts";
import * as z from "zod/mini";
import { accountOf, actorOf } from "../access/principal.ts";
import { commandId } from "../give-command.ts";
import { ApiProblem, notFound } from "../problem.ts";
import { accountName, AccountParams, afterSeq, problems } from "../schemas.ts";
import type { App, Services } from "../services.ts";
import { registerRelease } from "./release.ts";
import { openRerateJobs } from "./rerate-jobs.ts";
import { moneyText } from "./rerate-plan.ts";
import { rerateCommit, RerateJob, RerateReport, RerateRequest, rerateRequest } from "./rerate-schemas.ts";
import { openStoredDecks } from "./stored-decks.ts";

const reading = problems("refused", "reportsUnreachable", "meterUnreachable", "logUnreachable");
const ACCOUNTS_AT_ONCE = 100;

/** Re-rating a range of calls with another deck (§12.17): a dry run that shows the difference, a job that books it; and released events. */
export function registerCorrections(app: App, services: Services): void {
  const { reports, directory } = services;
  const jobs = openRerateJobs(services, openStoredDecks(services.log), (fields, message) => app.log.warn(fields, message));
  app.addHook("onClose", async () => await jobs.close());
  registerRelease(app, services);

  app.post(
    "/v1/accounts/:account/rerate/preview",
    {
      config: { access: { account: ["voidCalls"] } },
      schema: {
        operationId: "previewRerate",
        tags: ["Reports"],
        summary: "What a range of calls would cost with another deck: a dry run",
        description:
          "Every settled call of the range is priced once more by the functions that rated it; included minutes stay as they were funded. " +
          "The difference is shown in total, by destination and by user, with the calls that change most and what cannot be priced anew. " +
          "Nothing is changed. The deck must be stored, but need not be in force.",
        params: AccountParams,
        querystring: z.strictObject({ after: afterSeq }),
        body: RerateRequest,
        response: { 200: RerateReport, ...reading },
      },
    },
    async (request) => {
      await reports.settle(accountOf(request), request.query.after);
      return (await jobs.plan(accountOf(request), request.body)).report;
    },
  );

  app.post(
    "/v1/rerate/preview",
    {
      config: { access: "operator" },
      schema: {
        operationId: "previewRerateOfAccounts",
        tags: ["Reports"],
        summary: "The same dry run over several accounts, with the difference of each",
        body: z.strictObject({
          ...rerateRequest,
          accounts: z.optional(z.array(accountName).check(z.minLength(1), z.maxLength(ACCOUNTS_AT_ONCE))),
        }),
        response: {
          200: z.object({
            accounts: z.array(
              z.pick(RerateReport, { account: true, currency: true, total: true, freeCalls: true, notRerated: true }),
            ),
          }),
          ...reading,
        },
      },
    },
    async (request) => {
      const { accounts: named, ...wanted } = request.body;
      const accounts = named ?? directory.accounts().map(({ account }) => account);
      if (accounts.length > ACCOUNTS_AT_ONCE)
        throw new ApiProblem("invalidRequest", { detail: `accounts: name up to ${ACCOUNTS_AT_ONCE} of the ${accounts.length}` });
      const answers: z.infer<typeof RerateReport>[] = [];
      for (const account of accounts) {
        if (!isAccountId(account) || directory.account(account) === null) throw notFound(`There is no account ${account}.`);
        answers.push((await jobs.plan(account, wanted)).report);
      }
      return { accounts: answers };
    },
  );

  app.post(
    "/v1/accounts/:account/rerate",
    {
      config: { access: { account: ["voidCalls"] } },
      schema: {
        operationId: "startRerate",
        tags: ["Commands"],
        summary: "Book the difference of a dry run: each call is reversed and replaced",
        description:
          "`expectedDifference` is the dry run's; when it is another one by now, nothing is changed and the answer says which. Calls of open " +
          "periods stay on their own invoice, later ones become adjustments. The Idempotency-Key names the job: the same again goes on with it.",
        params: AccountParams,
        body: rerateCommit,
        response: { 202: RerateJob, ...reading, ...problems("refused", "idempotencyKeyMissing", "idempotencyMismatch") },
      },
    },
    async (request, reply) => {
      const account = accountOf(request);
      const job = commandId(request, "call.void");
      const known = await jobs.progress(account, job);
      if (known !== null) return reply.code(202).send(known);
      const { expectedDifference, reason, ...wanted } = request.body;
      const plan = await jobs.plan(account, wanted);
      if ((parseMicros(expectedDifference) ?? micros(0)) !== plan.differenceMicros) {
        throw new ApiProblem("refused", {
          code: "callChanged",
          detail: `The difference is ${moneyText(plan.differenceMicros)} now, not ${expectedDifference}.`,
          hint: "Look at the dry run again: calls have come, or were changed, since.",
          extra: { difference: moneyText(plan.differenceMicros) },
        });
      }
      const { deckId, from, to, filter = {}, freeCalls = false } = wanted;
      const texts = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as Record<
        string,
        string
      >;
      await jobs.start(account, job, plan, { deckId, from, to, filter: texts, freeCalls, reason }, actorOf(request));
      return reply.code(202).send({
        job,
        state: "running" as const,
        deckId,
        from,
        to,
        reason,
        startedAt: services.now().toISOString(),
        startedBy: actorOf(request).id,
        calls: plan.calls.length,
        changed: 0,
        refused: 0,
        expectedDifference: moneyText(plan.differenceMicros),
        difference: "0.00",
        asExpected: null,
        deviations: [],
      });
    },
  );

  app.get(
    "/v1/accounts/:account/rerate/:job",
    {
      config: { access: { account: ["voidCalls"] } },
      schema: {
        operationId: "getRerate",
        tags: ["Reports"],
        summary: "How far a re-rate job is, and which calls came out otherwise than the dry run said",
        params: z.object({ account: accountName, job: z.string().check(z.minLength(1), z.maxLength(128)) }),
        querystring: z.strictObject({ after: afterSeq }),
        response: { 200: RerateJob, ...reading },
      },
    },
    async (request) => {
      const account = request.params.account as AccountId;
      await reports.settle(account, request.query.after);
      const found = await jobs.progress(account, request.params.job);
      if (found === null) throw notFound("There is no such job, or it is not settled yet.");
      return found;
    },
  );
}
