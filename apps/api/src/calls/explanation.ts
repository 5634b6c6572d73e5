import { CallExplanation, Ledger } from "@tollbook/contracts/http.ts";
import { formatMicros, formatTime, isUsageId, type UsageId } from "@tollbook/contracts/units.ts";
import { findLeg } from "@tollbook/warehouse/find-leg.ts";
import { creditsLedger } from "@tollbook/warehouse/queries/credits-ledger.ts";
import * as z from "zod/mini";
import { accountOf } from "../access/principal.ts";
import { ApiProblem } from "../problem.ts";
import { accountName, AccountParams, afterSeq, problems } from "../schemas.ts";
import type { App, Services } from "../services.ts";
import { limitFromText } from "./call-query.ts";
import { explainCall } from "./explain-call.ts";
import type { PeopleOf } from "../reports/people.ts";

export function registerExplanation(app: App, { reports }: Services, readers: PeopleOf): void {
  app.get(
    "/v1/accounts/:account/calls/:usageId/explanation",
    {
      config: { access: { account: ["readPerUserUsage"] } },
      schema: {
        operationId: "explainCall",
        tags: ["Reports"],
        summary: "Why a call cost what it cost",
        description:
          "Sentences with keys and values for translation, the English text, segments, postings, all versions, and the proof they are made from.",
        params: z.object({ account: accountName, usageId: z.string().check(z.refine(isUsageId, "1 to 128 characters")) }),
        querystring: z.strictObject({ after: afterSeq }),
        response: { 200: CallExplanation, ...problems("reportsUnreachable", "meterUnreachable") },
      },
    },
    async (request) => {
      const account = accountOf(request);
      const reader = await readers.of(account);
      await reports.settle(account, request.query.after);
      const rows = await reports.read(
        account,
        async (client, scope) => await findLeg(client, scope, request.params.usageId as UsageId),
      );
      if (rows.length === 0)
        throw new ApiProblem("notFound", {
          detail: "There is no settled call of that id.",
          hint: "A call that runs, or has just ended, is at /legs/{usageId}; it can be explained a second after its end.",
        });
      return explainCall(rows, reader);
    },
  );

  app.get(
    "/v1/accounts/:account/credits/ledger",
    {
      config: { access: { account: ["readBilling"] } },
      schema: {
        operationId: "listLedger",
        tags: ["Reports"],
        summary: "Every movement of the credit balance, newest first, with the balance after it",
        params: AccountParams,
        querystring: z.strictObject({
          after: afterSeq,
          cursor: z.optional(z.string().check(z.regex(/^\d{1,15}$/, "the `next` of the page before"))),
          limit: z.optional(z.string().check(z.regex(/^\d{1,3}$/))),
        }),
        response: { 200: Ledger, ...problems("reportsUnreachable", "meterUnreachable") },
      },
    },
    async (request) => {
      const account = accountOf(request);
      const { after, cursor, limit } = request.query;
      await reports.settle(account, after);
      const dataUntil = reports.dataUntil(account);
      const { rows, next } = await reports.read(
        account,
        async (client, scope) =>
          await creditsLedger(client, scope, {
            before: cursor === undefined ? null : Number(cursor),
            limit: limitFromText(limit),
          }),
      );
      return {
        entries: rows.map(({ outSeq, time, kind, usageId, detail, currency, amountMicros, balanceMicros }) => ({
          outSeq,
          time: formatTime(time),
          kind,
          amount: formatMicros(amountMicros),
          balance: formatMicros(balanceMicros),
          currency,
          usageId: usageId === "" ? null : usageId,
          detail,
        })),
        next: next === null ? null : String(next),
        dataUntil,
      };
    },
  );
}
