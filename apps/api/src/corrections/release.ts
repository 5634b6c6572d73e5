import { formatTime } from "@tollbook/contracts/units.ts";
import { listQuarantined } from "@tollbook/warehouse/queries/quarantined.ts";
import * as z from "zod/mini";
import { accountOf, actorOf } from "../access/principal.ts";
import { sendCommand } from "../give-command.ts";
import { AccountParams, afterSeq, problems } from "../schemas.ts";
import type { App, Services } from "../services.ts";

/** Reasons that a decision can overcome; the others say that the event itself is wrong. */
const releasable = ["unknownAccount", "accountFrozen", "tooOld", "inFuture"] as const;
const PAGE = 200;
const AT_ONCE = 50;

const Quarantined = z.object({
  events: z.array(z.object({ event: z.int(), at: z.string(), reason: z.string(), about: z.string(), feeder: z.string() })),
  next: z.nullable(z.int()),
});

const Released = z.object({
  /** What became of each event: applied, duplicate, confirmed, conflict; or the refusal's code. */
  outcomes: z.record(z.string(), z.int()),
  /** More are there: the same request goes on after this one. */
  next: z.nullable(z.int()),
});

/** Events that came before their account, while it was frozen, or too late: kept whole, and taken when somebody decides so. */
export function registerRelease(app: App, { reports, log }: Services): void {
  app.get(
    "/v1/accounts/:account/quarantine",
    {
      config: { access: { account: ["voidCalls"] } },
      schema: {
        operationId: "listQuarantined",
        tags: ["Events"],
        summary: "Events that wait for a decision",
        params: AccountParams,
        querystring: z.strictObject({
          after: afterSeq,
          reason: z.optional(z.string().check(z.maxLength(32))),
          from: z.optional(z.string().check(z.regex(/^\d{1,15}$/))),
        }),
        response: { 200: Quarantined, ...problems("reportsUnreachable") },
      },
    },
    async (request) => {
      const { after, reason, from = "0" } = request.query;
      await reports.settle(accountOf(request), after);
      const page = { reason, afterOutSeq: Number(from), limit: PAGE };
      const rows = await reports.read(accountOf(request), (client, scope) => listQuarantined(client, scope, page));
      return {
        events: rows.map((row) => ({
          event: row.outSeq,
          at: formatTime(row.logTime),
          reason: row.reason,
          about: row.detail,
          feeder: row.feeder,
        })),
        next: rows.length < PAGE ? null : (rows.at(-1)?.outSeq ?? null),
      };
    },
  );

  app.post(
    "/v1/accounts/:account/quarantine/release",
    {
      config: { access: { account: ["voidCalls"] } },
      schema: {
        operationId: "releaseQuarantined",
        tags: ["Commands"],
        summary: "Take quarantined events after all, up to 200 at a time",
        description:
          "They are then events like any other: the same occurrence is a duplicate, a call that is stored is not charged again. Which were " +
          "released before answers the same.",
        params: AccountParams,
        body: z.strictObject({
          reason: z.enum(releasable),
          why: z.string().check(z.minLength(1), z.maxLength(256)),
          from: z.optional(z.int().check(z.minimum(0))),
        }),
        response: { 200: Released, ...problems("reportsUnreachable", "meterUnreachable", "logUnreachable") },
      },
    },
    async (request) => {
      const account = accountOf(request);
      const { reason, why, from = 0 } = request.body;
      const page = { reason, afterOutSeq: from, limit: PAGE };
      const rows = await reports.read(account, (client, scope) => listQuarantined(client, scope, page));
      const outcomes: Record<string, number> = {};
      for (let at = 0; at < rows.length; at += AT_ONCE) {
        const answers = rows.slice(at, at + AT_ONCE).map(async (row) => {
          const data = { deadLetter: String(row.outSeq), event: row.payload, reason: why };
          return await sendCommand(log, account, `release-${row.outSeq}`, "call.release", actorOf(request), data);
        });
        for (const { outcome, code, result } of await Promise.all(answers)) {
          const name = outcome === "accepted" ? String(result?.["outcome"]) : (code ?? "invalidCommand");
          outcomes[name] = (outcomes[name] ?? 0) + 1;
        }
      }
      return { outcomes, next: rows.length < PAGE ? null : (rows.at(-1)?.outSeq ?? null) };
    },
  );
}
