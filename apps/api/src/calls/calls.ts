import { CallList, UsageSeries } from "@tollbook/contracts/http.ts";
import { formatMicros, formatTime } from "@tollbook/contracts/units.ts";
import { listCalls, totalCalls } from "@tollbook/warehouse/queries/calls.ts";
import { usageSeries } from "@tollbook/warehouse/queries/usage-series.ts";
import * as z from "zod/mini";
import { accountOf } from "../access/principal.ts";
import { AccountParams, problems } from "../schemas.ts";
import type { App, Services } from "../services.ts";
import { callFromRow } from "./call-view.ts";
import {
  callFilterQuery,
  callListQuery,
  cursorBinding,
  decodeCursor,
  encodeCursor,
  filterFromQuery,
  limitFromText,
} from "./call-query.ts";
import { registerExplanation } from "./explanation.ts";
import { registerExport } from "./export.ts";
import { openPeople } from "../reports/people.ts";

export function registerCalls(app: App, services: Services): void {
  const { reports } = services;
  const readers = openPeople(services);
  registerExport(app, services, readers);
  registerExplanation(app, services, readers);

  app.get(
    "/v1/accounts/:account/calls",
    {
      config: { access: { account: ["readPerUserUsage"] } },
      schema: {
        operationId: "listCalls",
        tags: ["Reports"],
        summary: "Calls, newest version of each leg, with totals over the whole filter",
        description:
          "Only what is settled: `dataUntil` says until when that is complete. Times select by start of the call, `from` inclusive, `to` " +
          "exclusive. The other party's last digits are hidden where the account's country wants it.",
        params: AccountParams,
        querystring: callListQuery,
        response: { 200: CallList, ...problems("reportsUnreachable", "meterUnreachable") },
      },
    },
    async (request) => {
      const account = accountOf(request);
      const { query } = request;
      const reader = await readers.of(account);
      const filter = filterFromQuery(query, reader);
      const sort = query.sort ?? "-startAt";
      const binding = cursorBinding(account, sort, filter);
      const after = decodeCursor(query.cursor, binding);
      await reports.settle(account, query.after);
      const dataUntil = reports.dataUntil(account);
      const [page, totals] = await reports.read(
        account,
        async (client, scope) =>
          await Promise.all([
            listCalls(client, scope, filter, { sort, after, limit: limitFromText(query.limit) }),
            totalCalls(client, scope, filter),
          ]),
      );
      return {
        calls: page.rows.map((row) => callFromRow(row, reader)),
        next: page.next === null ? null : encodeCursor(page.next, binding),
        dataUntil,
        totals: totals.map(({ chargeMicros, ...total }) => ({ ...total, charge: formatMicros(chargeMicros) })),
      };
    },
  );

  app.get(
    "/v1/accounts/:account/usage-series",
    {
      config: { access: { account: ["readUsage"], perUser: ["user", "search"] } },
      schema: {
        operationId: "getUsageSeries",
        tags: ["Reports"],
        summary: "Calls, minutes and money per hour or day",
        description: "Of one currency: the one asked for, else the one with most calls. Buckets in UTC; empty ones are left out.",
        params: AccountParams,
        querystring: z.strictObject({
          ...callFilterQuery,
          bucket: z.optional(z.enum(["hour", "day"])),
          currency: z.optional(z.string().check(z.regex(/^[A-Z]{3}$/))),
        }),
        response: { 200: UsageSeries, ...problems("reportsUnreachable", "meterUnreachable") },
      },
    },
    async (request) => {
      const account = accountOf(request);
      const { bucket = "day", currency: wanted, ...query } = request.query;
      const reader = await readers.of(account);
      await reports.settle(account, query.after);
      const dataUntil = reports.dataUntil(account);
      const points = await reports.read(
        account,
        async (client, scope) => await usageSeries(client, scope, filterFromQuery(query, reader), bucket),
      );
      const currency = wanted ?? mostUsed(points);
      return {
        bucket,
        currency,
        dataUntil,
        points: points
          // Calls that were denied before a price was looked up have no currency and belong to every one.
          .filter((point) => point.currency === currency || point.currency === "")
          .map(({ time, chargeMicros, currency: _currency, ...point }) => ({
            ...point,
            time: formatTime(time),
            charge: formatMicros(chargeMicros),
          })),
      };
    },
  );
}

function mostUsed(points: readonly { readonly currency: string; readonly calls: number }[]): string {
  const calls = new Map<string, number>();
  for (const point of points)
    if (point.currency !== "") calls.set(point.currency, (calls.get(point.currency) ?? 0) + point.calls);
  return [...calls].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? "";
}
